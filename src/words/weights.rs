//! How much each kind of shared word counts.

/// How much a shared word counts, by where the tool has it. The defaults are near what `fit-words` finds on training tasks of APIs, with
/// more weight for the meanings that people's own words need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingWeights {
    /// In the tool's name.
    pub name: f32,
    /// In its description.
    pub description: f32,
    /// In the name of a parameter.
    pub parameter: f32,
    /// In the description of a parameter.
    pub parameter_description: f32,
    /// In a member of an `enum`.
    pub value: f32,
    /// An amount, a day or a time of day, where a parameter takes one.
    pub kind: f32,
    /// A word of the same meaning, as a share of the same word.
    pub meaning: f32,
    /// A word that is written nearly alike, as a share of the same word.
    pub typo: f32,
    /// In a request that a person said the tool for.
    pub taught: f32,
    /// A tool that only reads where something is to be done, or the reverse, as a factor of its score.
    pub mood: f32,
    /// A tool that takes something away where no word of its name was said, as a factor of its score.
    pub unsaid: f32,
    /// A tool without parameters where more was said than its words, as a factor of its score.
    pub unheard: f32,
    /// How much of a tool's score is lost with the words that the call of the rules leaves unexplained, in [0, 1].
    pub left: f32,
    /// How much of it is lost where the rules miss something that is required, in [0, 1].
    pub missing: f32,
    /// Power of the number of a tool's words by which its score is divided.
    pub length: f32,
}

impl Default for RankingWeights {
    fn default() -> Self {
        Self {
            name: 1.2,
            description: 1.0,
            parameter: 1.2,
            parameter_description: 0.6,
            value: 1.0,
            kind: 0.5,
            meaning: 0.5,
            typo: 1.0,
            taught: 1.5,
            mood: 0.85,
            unsaid: 0.7,
            unheard: 0.9,
            left: 0.5,
            missing: 0.15,
            length: 0.35,
        }
    }
}
