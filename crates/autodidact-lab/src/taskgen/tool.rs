//! Invented tools, before they become [`autodidact::task::Tool`].

use serde_json::{Map, Value as Json, json};

use super::kind::Kind;
use super::tables::{Concept, Determiner, Verb};
use autodidact::task::Tool;

/// What a tool does: a verb of the table, or a coined word.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// A verb, and the word for it in the tool's name.
    Known(&'static Verb, &'static str),
    /// A word that only this menu knows.
    Coined(String),
}

impl Action {
    /// Actions of one group on one object cannot be told apart in a query.
    pub(super) fn group(&self) -> &str {
        match self {
            Self::Known(verb, _) => verb.group,
            Self::Coined(word) => word,
        }
    }

    /// The word in the tool's name.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Known(_, word) => word,
            Self::Coined(word) => word,
        }
    }

    /// Which objects it takes.
    pub(super) fn determiner(&self) -> Determiner {
        match self {
            Self::Known(verb, _) => verb.determiner,
            Self::Coined(_) => Determiner::Certain,
        }
    }
}

/// What a tool is about.
#[derive(Debug, Clone)]
pub(super) struct Noun {
    /// In the tool's name, in words.
    pub(super) name: String,
    /// Ways to say it; never empty.
    pub(super) spoken: Vec<String>,
    /// Neither article nor plural.
    pub(super) mass: bool,
    /// A typo would make it unreadable.
    pub(super) coined: bool,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(super) struct Param {
    /// As the schema spells it.
    pub(super) name: String,
    /// As a person says it.
    pub(super) spoken: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// The source of phrases; none for a name without a meaning.
    pub(super) concept: Option<&'static Concept>,
    /// May be empty.
    pub(super) description: String,
    /// A number that the schema wants as a string.
    pub(super) as_string: bool,
    /// The name does not say what the parameter means: queries must use its concept's phrases.
    pub(super) veiled: bool,
}

/// A tool with what is needed to ask for it.
#[derive(Debug, Clone)]
pub(super) struct Blueprint {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) action: Action,
    pub(super) noun: Noun,
    /// An adjective before the object.
    pub(super) qualifier: Option<&'static str>,
    /// "price" in "price of the hotel".
    pub(super) attribute: Option<&'static str>,
    /// The name ends on "by" and the first parameter.
    pub(super) by: Option<&'static str>,
    pub(super) params: Vec<Param>,
}

impl Blueprint {
    /// True when a query for one could be meant for the other.
    pub(super) fn is_confusable(&self, other: &Self) -> bool {
        self.name == other.name
            || self.is_about_the_same(other) && self.by == other.by && self.action.group() == other.action.group()
    }

    /// True when a query for the other could be meant for this one by somebody who is not exact: the same is done to the
    /// same kind of object.
    pub(super) fn stands_for(&self, other: &Self) -> bool {
        self.noun.name == other.noun.name && self.action.group() == other.action.group()
    }

    /// True when both have one object with one qualifier.
    pub(super) fn is_about_the_same(&self, other: &Self) -> bool {
        self.noun.name == other.noun.name && self.qualifier == other.qualifier && self.attribute == other.attribute
    }

    /// Characters of the tool in a compact form.
    pub(super) fn size(&self) -> usize {
        let param = |param: &Param| {
            let kind = match &param.kind {
                Kind::Choice(options) => options.iter().map(|option| option.len() + 1).sum(),
                _ => 8,
            };
            param.name.len() + param.description.len() + kind + 4
        };
        self.name.len() + self.description.len() + 4 + self.params.iter().map(param).sum::<usize>()
    }

    /// The tool as a menu holds it. `formats` adds `format` to dates and the like.
    pub(super) fn to_tool(&self, formats: bool) -> Tool {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for param in &self.params {
            let mut schema = if param.as_string { json!({"type": "string"}) } else { param.kind.schema() };
            if let Json::Object(schema) = &mut schema {
                if let Some(format) = param.kind.format().filter(|_| formats) {
                    schema.insert("format".to_owned(), json!(format));
                }
                if !param.description.is_empty() {
                    schema.insert("description".to_owned(), json!(param.description));
                }
            }
            properties.insert(param.name.clone(), schema);
            if param.required {
                required.push(Json::String(param.name.clone()));
            }
        }
        Tool {
            name: self.name.clone(),
            description: self.description.clone(),
            parameters: json!({"type": "object", "properties": properties, "required": required}),
            annotations: None,
        }
    }
}
