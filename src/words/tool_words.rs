//! The words of a tool: its name, its description, its parameters and their values.

use std::collections::BTreeMap;

use super::{
    Language,
    lexicon::{CLOCK_KEY, DAY_KEY, MATH_KEY, dimension_key, is_verb, keys, shapes},
    names::apart,
    slots::{Kind, Slot},
    text::{Text, Word},
    units::Dimension,
    weights::RankingWeights,
};
use crate::task::Tool;

/// The words of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ToolWords {
    /// The largest weight of the fields that have a key.
    pub weights: BTreeMap<String, f32>,
    /// Keys of the name and the description: what the tool does.
    pub deeds: BTreeMap<String, f32>,
    /// The keys of each word of the name that is no command; of all its words where each is one.
    pub named: Vec<Vec<String>>,
    /// The keys of the commands in the name: "delete" of `delete_note`.
    pub commands: Vec<String>,
    /// The keys of each word of the description.
    pub described: Vec<Vec<String>>,
    /// The words as they are written, with their stems.
    pub forms: BTreeMap<String, String>,
    /// Distinct stems.
    pub stems: usize,
}

impl ToolWords {
    pub(super) fn of(tool: &Tool, language: Language, weights: &RankingWeights) -> Self {
        let name = Text::read_in(&apart(&tool.name), language);
        let things: Vec<&Word> = name.words.iter().filter(|word| !word.is_function && !is_verb(word)).collect();
        let named = if things.is_empty() { name.words.iter().collect() } else { things };
        let description = Text::read_in(&tool.description, language);
        let mut words = Self {
            weights: BTreeMap::new(),
            deeds: BTreeMap::new(),
            commands: name.words.iter().filter(|word| is_verb(word)).flat_map(keys).collect(),
            named: named.into_iter().map(keys).collect(),
            described: description.content().filter_map(|at| description.words.get(at)).map(keys).collect(),
            forms: BTreeMap::new(),
            stems: 0,
        };
        for (text, weight) in [(name, weights.name), (description, weights.description)] {
            words.add_forms(&text);
            for key in text.content().filter_map(|at| text.words.get(at)).flat_map(keys) {
                words.deeds.insert(key.clone(), weight);
                words.add(key, weight);
            }
        }
        let is_about =
            |wanted: &[&str], words: &Self| wanted.iter().any(|word| words.deeds.contains_key(&language.stem(word)));
        if is_about(&["unit", "units", "convert", "conversion"], &words) {
            for dimension in Dimension::MEASURES {
                words.add(dimension_key(dimension), weights.description);
            }
        }
        if is_about(&["calculate", "compute", "expression", "math", "arithmetic"], &words) {
            words.add(MATH_KEY.to_owned(), weights.description);
        }
        for slot in Slot::all(tool) {
            if slot.kind == Kind::Code {
                shapes(slot.description).for_each(|shape| words.add(shape, weights.kind));
            }
            words.add_text(&apart(slot.name), language, weights.parameter);
            words.add_text(slot.description, language, weights.parameter_description);
            for member in slot.members.iter().filter_map(|member| member.as_str()) {
                words.add_text(&apart(member), language, weights.value);
            }
            match slot.kind {
                Kind::Day => words.add(DAY_KEY.to_owned(), weights.kind),
                Kind::Clock => words.add(CLOCK_KEY.to_owned(), weights.kind),
                Kind::Number(Some(unit)) => words.add(dimension_key(unit.dimension), weights.kind),
                _ => {}
            }
        }
        words.stems = words.weights.keys().filter(|key| !key.starts_with(['=', '#'])).count();
        words
    }

    /// A stem that people use for the tool.
    pub(super) fn learn(&mut self, stem: String, weight: f32) {
        self.deeds.insert(stem.clone(), weight);
        self.add(stem, weight);
    }

    fn add_text(&mut self, text: &str, language: Language, weight: f32) {
        let text = Text::read_in(text, language);
        self.add_forms(&text);
        for key in text.content().filter_map(|at| text.words.get(at)).flat_map(keys) {
            self.add(key, weight);
        }
    }

    fn add_forms(&mut self, text: &Text) {
        let words = text.content().filter_map(|at| text.words.get(at));
        self.forms.extend(words.map(|word| (word.folded.clone(), word.stem.clone())));
    }

    fn add(&mut self, key: String, weight: f32) {
        let known = self.weights.entry(key).or_insert(weight);
        *known = known.max(weight);
    }
}
