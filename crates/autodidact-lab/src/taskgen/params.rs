//! Invents the parameters of a tool.

use super::context::Inventor;
use super::kind::{Kind, Sort};
use super::tables::{CONCEPTS, Concept, Domain, Half, LEXICON, is_name_of_other_half};
use super::tool::{Action, Blueprint, Param};
use super::words::{Style, coin};

/// How a menu states its parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) style: Style,
    /// Share of parameters with a description.
    pub(super) explained: f64,
}

/// Gives the tool parameters of the domain, some of them plain nouns or coined words.
pub(super) fn invent(
    inventor: &mut Inventor<'_>,
    domain: &'static Domain,
    tool: &mut Blueprint,
    manner: Manner,
    menu_size: usize,
) {
    let weights: &[u32] = if menu_size > 5 { &[8, 34, 36, 18, 4] } else { &[7, 25, 30, 22, 10, 4, 2] };
    let count = inventor.dice.weighted(weights).min(inventor.config.max_params);
    let identified = matches!(tool.action, Action::Known(verb, _) if verb.identifies);
    let invented = if tool.noun.coined { 0.3 } else { 0.07 };
    for index in 0..count * 2 {
        if tool.params.len() >= count {
            break;
        }
        let param = if index == 0 && identified && inventor.dice.chance(0.55) {
            let key = ["id", "name", "id", "title"][inventor.dice.below(4)];
            concept(key).and_then(|concept| known(inventor, tool, concept, manner))
        } else if inventor.dice.chance(invented) {
            Some(unknown(inventor, manner.style)).filter(|param| !is_name_of_other_half(&param.spoken, inventor.half))
        } else {
            let source =
                if inventor.dice.chance(0.06) { None } else { inventor.dice.choose(&domain.concepts).copied() };
            let concept = source.or_else(|| inventor.dice.choose(&CONCEPTS));
            concept.and_then(|concept| known(inventor, tool, concept, manner))
        };
        let Some(mut param) = param else { continue };
        if tool.params.iter().any(|other| clash(other, &param)) {
            continue;
        }
        let chance = if tool.params.is_empty() { 0.92 } else { 0.62 };
        param.required = param.kind != Kind::Boolean && inventor.dice.chance(chance) || inventor.dice.chance(0.15);
        tool.params.push(param);
    }
    if inventor.dice.chance(0.85) {
        tool.params.sort_by_key(|param| !param.required);
    }
}

/// Gives the tool one parameter that is part of its name ("find user by email").
pub(super) fn invent_key(inventor: &mut Inventor<'_>, tool: &mut Blueprint, manner: Manner) {
    const KEYS: [&str; 12] =
        ["id", "name", "email", "phone", "city", "date", "zip", "username", "year", "color", "country", "company"];
    let key = KEYS[inventor.dice.below(KEYS.len())];
    let param = concept(key).and_then(|concept| known(inventor, tool, concept, manner));
    if let Some(mut param) = param.filter(|param| !param.veiled) {
        param.required = true;
        tool.by = Some(key);
        tool.params.push(param);
    }
}

fn concept(key: &str) -> Option<&'static Concept> {
    CONCEPTS.iter().find(|concept| concept.key == key)
}

fn clash(one: &Param, other: &Param) -> bool {
    one.name == other.name
        || one.spoken == other.spoken
        || matches!((one.concept, other.concept), (Some(one), Some(other)) if one.key == other.key || one.meaning == other.meaning)
}

fn known(inventor: &mut Inventor<'_>, tool: &Blueprint, concept: &'static Concept, manner: Manner) -> Option<Param> {
    let mut kind = concept.kind.clone();
    if let Kind::Choice(options) = &mut kind {
        vary(inventor, options);
    }
    let veiled = inventor.dice.chance(inventor.config.coined_rate * 0.15);
    let words = if veiled {
        coin(inventor.dice, inventor.half)
    } else {
        let raw = inventor.dice.choose(concept.names.get(inventor.half)).copied()?;
        // Halves share last words ("room"), but no full objects.
        let short = inventor.half == Half::Train && inventor.dice.chance(0.7);
        let object = if short { last_word(&tool.noun.name) } else { &tool.noun.name };
        raw.replace('_', " ").replace('$', object)
    };
    if is_name_of_other_half(&words, inventor.half) {
        return None;
    }
    let description = if veiled || inventor.dice.chance(manner.explained) {
        describe(inventor, tool, concept, &kind)
    } else {
        String::new()
    };
    let as_string = matches!(kind, Kind::Integer(..) | Kind::Decimal(..)) && inventor.dice.chance(0.03);
    Some(Param {
        name: manner.style.join(words.split(' ')),
        spoken: spoken(&words, concept),
        kind,
        required: true,
        concept: Some(concept),
        description,
        as_string,
        veiled,
    })
}

/// What the parameter is, in words; as in the documentation of real interfaces, sometimes with values for example, which
/// are not to be taken for the user's.
fn describe(inventor: &mut Inventor<'_>, tool: &Blueprint, concept: &'static Concept, kind: &Kind) -> String {
    let meaning = concept.meaning;
    let capital = super::words::capital(meaning);
    let text = match inventor.dice.below(9) {
        0 => meaning.to_owned(),
        1 => capital,
        2 => format!("The {meaning}"),
        3 => match kind {
            Kind::Text(Sort::Date) => format!("{meaning}, YYYY-MM-DD"),
            Kind::Strings(_) => format!("list: {meaning}"),
            _ => format!("the {meaning}."),
        },
        4 => format!("{capital} to use"),
        5 | 6 => format!("The {meaning} of the {}", tool.noun.name),
        7 => format!("Specify the {meaning}"),
        _ => format!("{capital} for the {}", tool.noun.name),
    };
    if matches!(kind, Kind::Boolean) || !inventor.dice.chance(0.4) {
        return text;
    }
    let (half, dice) = (inventor.half, &mut *inventor.dice);
    if let Kind::Choice(options) = kind {
        return format!("{}. One of: [{}]", text.trim_end_matches('.'), options.join(", "));
    }
    let mut examples = vec![kind.draw(dice, half).text];
    let other = kind.draw(dice, half).text;
    if dice.chance(0.6) && other != examples[0] {
        examples.push(other);
    }
    let examples = examples.join(", ");
    let text = text.trim_end_matches('.');
    match dice.below(3) {
        0 => format!("{text}, e.g. {examples}"),
        1 => format!("{text}, such as {examples}"),
        _ => format!("{text} (e.g., {examples})"),
    }
}

/// A parameter that means what its name says, whatever that is.
fn unknown(inventor: &mut Inventor<'_>, style: Style) -> Param {
    let (half, dice) = (inventor.half, &mut *inventor.dice);
    let lexicon = LEXICON.get(half);
    let noun = dice.choose(&lexicon.nouns).copied().unwrap_or("part");
    let words = match dice.below(10) {
        0..=3 => coin(dice, half),
        4..=6 => noun.to_owned(),
        7 => format!("{} {noun}", dice.choose(&lexicon.adjectives).copied().unwrap_or("new")),
        8 => format!("{} {noun}", coin(dice, half)),
        _ => format!("{noun} {}", dice.pick(&["name", "level", "count", "type", "code", "size", "mode", "rate"])),
    };
    let kind = match dice.weighted(&[30, 22, 10, 6, 12, 6, 4, 4, 3, 3]) {
        0 => Kind::Text(Sort::Word),
        1 => Kind::Integer(1, [9, 60, 999][dice.below(3)]),
        2 => Kind::Decimal(0, 50, 1),
        3 => Kind::Boolean,
        4 => Kind::Choice(options(inventor)),
        5 => Kind::Text(Sort::Code),
        6 => Kind::Text(Sort::Title),
        7 => Kind::Text(Sort::Person),
        8 => Kind::Text(Sort::Date),
        _ => Kind::Strings(Sort::Word),
    };
    Param {
        name: style.join(words.split(' ')),
        spoken: words,
        kind,
        required: true,
        concept: None,
        description: String::new(),
        as_string: false,
        veiled: false,
    }
}

/// Two to four words to choose from.
fn options(inventor: &mut Inventor<'_>) -> Vec<String> {
    let lexicon = LEXICON.get(inventor.half);
    let mut options = Vec::new();
    let sort = inventor.dice.below(3);
    for _ in 0..2 + inventor.dice.below(3) {
        let option = match sort {
            0 => coin(inventor.dice, inventor.half),
            1 => inventor.plain_noun().to_owned(),
            _ => inventor.dice.choose(&lexicon.adjectives).copied().unwrap_or("plain").to_owned(),
        };
        if !options.contains(&option) {
            options.push(option);
        }
    }
    options
}

/// Drops, reorders or replaces options, so that no list of them is known by heart.
fn vary(inventor: &mut Inventor<'_>, options: &mut Vec<String>) {
    if inventor.dice.chance(0.15) {
        inventor.dice.shuffle(options);
    }
    let most = 2 + inventor.dice.below(4);
    while options.len() > most {
        let index = inventor.dice.below(options.len());
        options.remove(index);
    }
    let replacing = if inventor.half == Half::Held { 0.3 } else { 0.12 };
    if inventor.dice.chance(replacing) {
        let word = coin(inventor.dice, inventor.half);
        let index = inventor.dice.below(options.len());
        if let Some(option) = options.get_mut(index) {
            *option = word;
        }
    }
}

/// The head of a compound.
fn last_word(words: &str) -> &str {
    words.rsplit(' ').next().unwrap_or(words)
}

/// What a person calls the parameter.
fn spoken(words: &str, concept: &Concept) -> String {
    const CLUMSY: [&str; 28] = [
        "to",
        "from",
        "at",
        "on",
        "against",
        "start",
        "end",
        "until",
        "since",
        "contains",
        "about",
        "in currency",
        "on date",
        "owned by",
        "written by",
        "directed by",
        "created by",
        "made of",
        "published in",
        "handled by",
        "called",
        "who name",
        "born on",
        "belongs to",
        "seen by",
        "leaving from",
        "heading to",
        "drawn by",
    ];
    const CLUMSY_ENDS: [&str; 11] =
        [" by", " in", " at", " on", " to", " from", " begins", " wanted", " before", " after", " ending"];
    if CLUMSY.contains(&words) || words.contains(' ') && CLUMSY_ENDS.iter().any(|end| words.ends_with(end)) {
        return concept.meaning.to_owned();
    }
    if let Some(rest) = words.strip_prefix("num ") {
        return format!("number of {rest}");
    }
    for prefix in ["is ", "has "] {
        if let Some(rest) = words.strip_prefix(prefix) {
            return rest.to_owned();
        }
    }
    words.to_owned()
}
