//! Says one call in words: the order itself and its arguments.

use super::dice::Dice;
use super::kind::{Drawn, Kind, Sort};
use super::polish::protect;
use super::tables::{Determiner, Half, NameStyle, Phrase, Role, WORDING};
use super::tool::{Action, Blueprint, Param};
use super::words::{article, number_word, plural};

/// An argument to be said.
#[derive(Debug, Clone)]
pub(super) struct Arg {
    /// Index of the parameter.
    pub(super) param: usize,
    /// What it is; `text` is what is said.
    pub(super) value: Drawn,
    /// Several values in one ("Paris and Rome"), for several calls.
    pub(super) several: bool,
}

/// An argument that is stated by its name.
#[derive(Debug, Clone)]
pub(super) struct NamedValue {
    name: String,
    value: String,
}

/// What asks for what a call answers.
pub(super) struct Asked {
    /// "I need a hotel", not "where is a hotel".
    pub(super) is_statement: bool,
    pub(super) text: String,
}

/// A call in words, still in parts.
#[derive(Debug, Clone, Default)]
pub(super) struct Clause {
    /// Object without determiner, with adjectives and name: "luxury hotel".
    bare: String,
    /// Object as the order takes it: "a luxury hotel", "the hotel Astoria".
    object: String,
    /// Order with the object at `{}`: "book {}".
    pattern: String,
    /// The object is more than itself: a name or code stands with it.
    headed: bool,
    mass: bool,
    /// "in Paris", "for 3 nights".
    pub(super) adjuncts: Vec<String>,
    /// Arguments without a phrase of their own.
    pub(super) named: Vec<NamedValue>,
}

/// Draws words from one half of the tables.
pub(super) struct Speaker<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) half: Half,
}

impl Speaker<'_> {
    /// One of a list.
    pub(super) fn pick(&mut self, list: &[&'static str]) -> &'static str {
        self.dice.choose(list).copied().unwrap_or_default()
    }

    /// Finds words for the call. `plain`: no argument becomes part of the object.
    pub(super) fn clause(&mut self, tool: &Blueprint, args: &[Arg], plain: bool) -> Clause {
        let mut order: Vec<&Arg> = args.iter().collect();
        if self.dice.chance(0.4) {
            self.dice.shuffle(&mut order);
        }
        let by_name = self.dice.chance(0.16);
        let determiner = tool.action.determiner();
        let (mut head, mut adjectives) = (None, Vec::new());
        let mut clause = Clause { mass: tool.noun.mass, ..Clause::default() };
        let mut last = Vec::new();
        for arg in order {
            let Some(param) = tool.params.get(arg.param) else { continue };
            let phrase = if by_name && !param.veiled {
                None
            } else {
                self.phrase(tool, arg, head.is_none() && determiner != Determiner::Many, plain)
            };
            let Some(phrase) = phrase else {
                let named = self.named(tool, param, arg);
                clause.named.push(named);
                continue;
            };
            let is_message = matches!(param.kind, Kind::Text(Sort::Message));
            let value = self.value_of(param, arg, true);
            match phrase.role {
                Role::Head => head = Some(phrase.text.replace("{}", &value)),
                Role::Adjective => adjectives.push(phrase.text.replace("{}", &value)),
                // What follows a long text would be read as part of it.
                Role::Adjunct if is_message => last.push(phrase.text.replace("{}", &value)),
                Role::Adjunct | Role::True | Role::False => {
                    clause.adjuncts.push(fill(phrase.text, &value, &arg.value.text));
                }
            }
        }
        clause.adjuncts.append(&mut last);
        clause.pattern = self.pattern(tool);
        self.object(tool, &mut clause, head, &adjectives);
        clause
    }

    /// A phrase of the argument's concept that no other parameter of the tool could be meant by.
    fn phrase(&mut self, tool: &Blueprint, arg: &Arg, head: bool, plain: bool) -> Option<Phrase> {
        let param = tool.params.get(arg.param)?;
        let concept = param.concept?;
        if !param.veiled && self.dice.chance(0.22) {
            return None;
        }
        let mine = concept.phrases.get(self.half);
        let fits = |phrase: &Phrase| {
            let fits_role = match phrase.role {
                Role::Head => head && !plain && !arg.several,
                Role::Adjective => !plain && !arg.several && !tool.noun.mass,
                Role::True => arg.value.json.as_bool() == Some(true),
                Role::False => arg.value.json.as_bool() == Some(false),
                Role::Adjunct => !arg.several || takes_many(&param.kind),
            };
            let shared = |(index, other): (usize, &Param)| {
                index != arg.param && other.concept.is_some_and(|other| other.phrases.get(self.half).contains(phrase))
            };
            fits_role && !tool.params.iter().enumerate().any(shared)
        };
        let fitting: Vec<Phrase> = mine.iter().copied().filter(fits).collect();
        self.dice.choose(&fitting).copied()
    }

    /// The argument's value, marked to be copied, sometimes quoted.
    fn value_of(&mut self, param: &Param, arg: &Arg, in_phrase: bool) -> String {
        let text = &arg.value.text;
        if let (Kind::Integer(low, _), true, false) = (&param.kind, in_phrase, arg.several || param.as_string)
            && *low >= 0
            && self.dice.chance(0.12)
            && let Some(word) = arg.value.json.as_i64().and_then(number_word)
        {
            return protect(word);
        }
        if param.kind == Kind::Boolean {
            let yes = arg.value.json.as_bool().unwrap_or_default();
            let word = match (self.dice.below(4), yes) {
                (0, true) => "yes",
                (0, false) => "no",
                (1, true) => "on",
                (1, false) => "off",
                (_, true) => "true",
                (_, false) => "false",
            };
            return protect(word);
        }
        let quoting = match &param.kind {
            _ if arg.several => 0.0,
            Kind::Text(Sort::Message) => 0.8,
            Kind::Text(Sort::Title | Sort::Note | Sort::Code | Sort::File | Sort::Topic) => 0.16,
            Kind::Text(_) | Kind::Choice(_) => 0.04,
            _ => 0.0,
        };
        if self.dice.chance(quoting) {
            let quote = self.dice.pick(&["\"", "'", "\""]);
            return protect(&format!("{quote}{text}{quote}"));
        }
        protect(text)
    }

    fn named(&mut self, tool: &Blueprint, param: &Param, arg: &Arg) -> NamedValue {
        NamedValue { name: self.name_of(tool, param), value: self.value_of(param, arg, false) }
    }

    /// What the parameter is called in a query.
    fn name_of(&mut self, tool: &Blueprint, param: &Param) -> String {
        match param.concept {
            Some(concept)
                if param.veiled
                    || self.dice.chance(0.06) && !tool.params.iter().any(|other| other.spoken == concept.meaning) =>
            {
                concept.meaning.to_owned()
            }
            Some(_) if self.dice.chance(0.08) => protect(&param.name),
            Some(_) => param.spoken.clone(),
            None => protect(&param.spoken),
        }
    }

    /// How to order it: the tool's own word, or another of its meaning.
    fn pattern(&mut self, tool: &Blueprint) -> String {
        match &tool.action {
            Action::Coined(word) => format!("{} {{}}", protect(word)),
            Action::Known(verb, word) => {
                let literal = !["lookup", "calc", "new", "enumerate"].contains(word);
                if literal && self.dice.chance(0.4) {
                    format!("{} {{}}", word.replace('_', " "))
                } else {
                    let forms = verb.spoken.get(self.half);
                    self.pick(forms).to_owned()
                }
            }
        }
    }

    fn object(&mut self, tool: &Blueprint, clause: &mut Clause, head: Option<String>, adjectives: &[String]) {
        let mut noun = self.dice.choose(&tool.noun.spoken).cloned().unwrap_or_default();
        if tool.noun.coined {
            noun = protect(&noun);
        }
        if let Some(qualifier) = tool.qualifier {
            noun = format!("{qualifier} {noun}");
        }
        for adjective in adjectives {
            noun = format!("{adjective} {noun}");
        }
        let attribute = tool.attribute;
        let determiner = tool.action.determiner();
        clause.headed = head.is_some();
        clause.object = match determiner {
            _ if tool.noun.mass => format!("the {noun}"),
            Determiner::Many if tool.noun.coined => format!("all {noun}"),
            Determiner::Many => plural(&noun),
            Determiner::Any => format!("{} {noun}", article(&noun)),
            Determiner::Certain if head.is_some() || attribute.is_some() => format!("the {noun}"),
            Determiner::Certain => {
                let the = self.dice.pick(&["the", "the", "the", "the", "my", "this", "our"]);
                format!("{the} {noun}")
            }
        };
        if let Some(attribute) = attribute {
            clause.object = if head.is_none() && self.dice.chance(0.4) {
                format!("the {noun} {attribute}")
            } else {
                format!("the {attribute} of {}", clause.object)
            };
        }
        if let Some(head) = head {
            let of = attribute.map(|attribute| format!("the {attribute} of ")).unwrap_or_default();
            clause.object = if head.contains("{d}") {
                head.replace("{d}", &clause.object)
            } else {
                format!("{of}{}", head.replace("{p}", &noun))
            };
        }
        clause.bare = attribute.map_or_else(|| noun.clone(), |attribute| format!("{noun} {attribute}"));
    }

    /// The order without its arguments: "book a hotel".
    pub(super) fn order(&self, clause: &Clause) -> String {
        clause.pattern.replace("{}", &clause.object)
    }

    /// All arguments that are not part of the object, in one string.
    pub(super) fn tail(&mut self, clause: &Clause) -> String {
        let comma = clause.adjuncts.len() > 1 && self.dice.chance(0.2);
        let mut tail = clause.adjuncts.join(if comma { ", " } else { " " });
        if clause.named.is_empty() {
            return tail;
        }
        let styles = &WORDING.get(self.half).named;
        let plain = NameStyle { opener: ",", item: "{n} {v}" };
        let NameStyle { opener, item } = self.dice.choose(styles).copied().unwrap_or(plain);
        let items: Vec<String> = clause.named.iter().map(|named| say(item, named)).collect();
        let list = match items.as_slice() {
            [start @ .., last] if !start.is_empty() && opener != "," => {
                let joint = self.dice.pick(&[" and ", " and ", ", ", ", and "]);
                format!("{}{joint}{last}", start.join(", "))
            }
            _ => items.join(", "),
        };
        if opener != "," {
            tail.push(' ');
        }
        tail.push_str(opener);
        tail.push(' ');
        tail.push_str(&list);
        tail
    }

    /// One sentence for each argument: the named ones, and phrases where the order does not carry them.
    pub(super) fn sentences(&mut self, named: &[NamedValue]) -> String {
        let families = &WORDING.get(self.half).stated;
        let item = self.pick(families);
        let sentences: Vec<String> = named
            .iter()
            .map(|named| {
                let item = if self.dice.chance(0.7) { item } else { self.pick(families) };
                say(item, named)
            })
            .collect();
        sentences.join(" ")
    }

    /// All arguments by name, none of them in the object or in a phrase.
    pub(super) fn name_all(&mut self, tool: &Blueprint, args: &[Arg]) -> Vec<NamedValue> {
        let mut named = Vec::new();
        for arg in args {
            if let Some(param) = tool.params.get(arg.param) {
                named.push(self.named(tool, param, arg));
            }
        }
        if self.dice.chance(0.3) {
            self.dice.shuffle(&mut named);
        }
        named
    }

    /// A question for what the call answers, where its verb has one.
    pub(super) fn question(&mut self, tool: &Blueprint, clause: &Clause) -> Option<Asked> {
        let Action::Known(verb, _) = &tool.action else { return None };
        let form = self.dice.choose(verb.questions.get(self.half)).copied()?;
        if clause.headed && (form.text.contains("{a}") || form.text.contains("{p}")) {
            return None;
        }
        let bare = &clause.bare;
        let a = if clause.mass { bare.clone() } else { format!("{} {bare}", article(bare)) };
        let many = if clause.mass || tool.noun.coined { bare.clone() } else { plural(bare) };
        // A headed object holds a value that must not get lost.
        let whole = clause.headed || clause.object.starts_with("the ");
        let the = if whole { clause.object.clone() } else { format!("the {bare}") };
        let text = form.text.replace("{a}", &a).replace("{p}", &many).replace("{t}", &the);
        Some(Asked { is_statement: form.is_statement, text })
    }

    /// The bare object, as a request in itself.
    pub(super) fn fragment(&mut self, clause: &Clause) -> String {
        if clause.headed { clause.object.clone() } else { clause.bare.clone() }
    }
}

/// Phrases with a unit do not take several values.
fn takes_many(kind: &Kind) -> bool {
    matches!(kind, Kind::Text(_) | Kind::Choice(_) | Kind::Digits(_))
}

/// Fills a pattern: `{n}` name, `{an}` name with article, `{v}` value.
fn say(pattern: &str, NamedValue { name, value }: &NamedValue) -> String {
    let many = name.ends_with('s') && !name.ends_with("ss");
    let with_article = if many { name.clone() } else { format!("{} {name}", article(name)) };
    pattern.replace("{an}", &with_article).replace("{n}", name).replace("{v}", value)
}

/// Puts the value into its phrase; "1 nights" becomes "1 night".
fn fill(phrase: &str, value: &str, text: &str) -> String {
    if text == "1"
        && let Some((start, rest)) = phrase.split_once("{} ")
    {
        let (unit, end) = rest.split_once(' ').map_or((rest, String::new()), |(unit, end)| (unit, format!(" {end}")));
        let unit = match unit {
            "people" => "person",
            "inches" => "inch",
            "feet" => "foot",
            _ if unit.ends_with("ss") => unit,
            _ => unit.strip_suffix('s').unwrap_or(unit),
        };
        return format!("{start}{value} {unit}{end}");
    }
    if text.starts_with("The ") {
        return phrase.replace("the {}", "{}").replace("{}", value);
    }
    phrase.replace("{}", value)
}
