//! The numbers by which an answer is judged.

use std::collections::BTreeMap;

/// Names of the features, in the order of their values.
pub const FEATURES: [&str; 22] = [
    // The tool.
    "joined",
    "model",
    "words",
    "explained",
    "deeds",
    "named",
    "described",
    "commanded",
    "lead",
    // The choice to call at all.
    "calls",
    "written",
    // The arguments.
    "certainty",
    "weakest",
    "same_tool",
    "same_arguments",
    "guessed",
    "gaps",
    "several",
    // The words of the request.
    "typed",
    "texts",
    "left",
    "mood",
];

/// The features of one answer, each about 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Features {
    /// Probability of the tool, model and words joined.
    pub joined: f32,
    /// Probability of the tool by the model alone.
    pub model: f32,
    /// Probability of the tool by the words alone; 0 where no word speaks of any tool.
    pub words: f32,
    /// Share of the request's words that the tool explains.
    pub explained: f32,
    /// Share of the request's words in the tool's name and description.
    pub deeds: f32,
    /// Share of the things in the tool's name that the request speaks of.
    pub named: f32,
    /// Share of the words of its description that the request has.
    pub described: f32,
    /// How far its command is the request's: 1 for the same, 0 for another, 0.5 where one of them has none.
    pub commanded: f32,
    /// Lead of the tool over the second, model and words joined.
    pub lead: f32,
    /// Probability that the model begins a call.
    pub calls: f32,
    /// 1 where the model, left to itself, wrote a call.
    pub written: f32,
    /// Geometric mean of the probabilities of the answer's tokens.
    pub certainty: f32,
    /// The least probable of them.
    pub weakest: f32,
    /// 1 where the model, left to itself, chose the same tool.
    pub same_tool: f32,
    /// 1 where the rules fill in the same arguments.
    pub same_arguments: f32,
    /// Share of the model's values that do not stand in the request.
    pub guessed: f32,
    /// 1 where something required is missing.
    pub gaps: f32,
    /// 1 for several calls.
    pub several: f32,
    /// Share of the request's words in numbers, choices, days, times and codes of the calls.
    pub typed: f32,
    /// Share in their texts.
    pub texts: f32,
    /// Share that the calls and their tools leave unexplained.
    pub left: f32,
    /// 1 for a question to a tool that reads, and for a command to one that does not.
    pub mood: f32,
}

impl Features {
    /// The values, in the order of [`FEATURES`].
    pub fn values(&self) -> [f32; FEATURES.len()] {
        let Self { joined, model, words, explained, deeds, named, described, commanded, .. } = *self;
        let Self { lead, calls, written, .. } = *self;
        let Self { certainty, weakest, same_tool, same_arguments, guessed, gaps, several, .. } = *self;
        let Self { typed, texts, left, mood, .. } = *self;
        [
            joined,
            model,
            words,
            explained,
            deeds,
            named,
            described,
            commanded,
            lead,
            calls,
            written,
            certainty,
            weakest,
            same_tool,
            same_arguments,
            guessed,
            gaps,
            several,
            typed,
            texts,
            left,
            mood,
        ]
    }

    /// The values by name.
    pub fn by_name(&self) -> BTreeMap<String, f32> {
        FEATURES.iter().map(|name| (*name).to_owned()).zip(self.values()).collect()
    }
}
