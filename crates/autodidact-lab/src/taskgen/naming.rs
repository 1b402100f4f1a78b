//! Names and descriptions of invented tools.

use super::context::Inventor;
use super::dice::Dice;
use super::tables::{Determiner, Domain, Half};
use super::tool::{Action, Blueprint};
use super::words::{Style, article, capital, coin, plural};

/// How a menu spells its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    tools: Style,
    pub(super) params: Style,
    /// "hotel_find" rather than "find_hotel".
    object_first: bool,
    /// Names say nothing; descriptions do.
    pub(super) opaque: bool,
}

/// Draws a menu's style.
pub(super) fn shape(dice: &mut Dice) -> Shape {
    let tools =
        [Style::Snake, Style::Camel, Style::Dotted, Style::Kebab, Style::Pascal][dice.weighted(&[50, 24, 12, 6, 8])];
    let params = match tools {
        Style::Camel | Style::Pascal if dice.chance(0.55) => Style::Camel,
        Style::Snake if dice.chance(0.05) => Style::Camel,
        _ => Style::Snake,
    };
    Shape { tools, params, object_first: dice.chance(0.1), opaque: dice.chance(0.06) }
}

/// Names the tool, whose other parts are complete.
pub(super) fn name(inventor: &mut Inventor<'_>, tool: &mut Blueprint, shape: Shape, domain: &Domain) {
    // Now and then one tool of a menu is spelled in another way.
    let style = if inventor.dice.chance(0.03) { Style::Snake } else { shape.tools };
    if shape.opaque {
        let mut words = coin(inventor.dice, inventor.half);
        if inventor.dice.chance(0.4) {
            words = format!("{words} {}", coin(inventor.dice, inventor.half));
        }
        tool.name = style.join(words.split(' '));
        return;
    }
    let many = tool.action.determiner() == Determiner::Many && !tool.noun.mass && inventor.dice.chance(0.6);
    let mut object = if many { plural(&tool.noun.name) } else { tool.noun.name.clone() };
    if let Some(qualifier) = tool.qualifier {
        object = format!("{qualifier} {object}");
    }
    if let Some(attribute) = tool.attribute {
        object = format!("{object} {attribute}");
    }
    let object = object.replace(['-', '\''], " ");
    let verb = tool.action.word().replace('_', " ");
    let words = if shape.object_first { format!("{object} {verb}") } else { format!("{verb} {object}") };
    let by = tool.by.map(|key| format!(" by {key}")).unwrap_or_default();
    tool.name = if style != Style::Dotted {
        style.join(format!("{words}{by}").split(' '))
    } else if shape.object_first || tool.noun.coined {
        let dotted = Style::Snake.join(object.split(' '));
        format!("{dotted}.{}", Style::Snake.join(format!("{verb}{by}").split(' ')))
    } else {
        format!("{}.{}", domain.name, Style::Snake.join(format!("{words}{by}").split(' ')))
    };
}

/// A short description: what the tool does, in other words than its name.
pub(super) fn describe(inventor: &mut Inventor<'_>, tool: &Blueprint) -> String {
    let dice = &mut *inventor.dice;
    let noun = dice.choose(&tool.noun.spoken).cloned().unwrap_or_default();
    let noun = match (tool.qualifier, tool.attribute) {
        (Some(qualifier), _) => format!("{qualifier} {noun}"),
        (_, Some(attribute)) => format!("{attribute} of {} {noun}", article(&noun)),
        _ => noun,
    };
    let object = match tool.action.determiner() {
        _ if tool.noun.mass => noun,
        _ if tool.attribute.is_some() => format!("the {noun}"),
        Determiner::Many => plural(&noun),
        Determiner::Any if dice.chance(0.25) => plural(&noun),
        Determiner::Certain if dice.chance(0.3) => format!("the {noun}"),
        _ => format!("{} {noun}", article(&noun)),
    };
    let pattern = match &tool.action {
        Action::Coined(word) => format!("{word} {{}}"),
        Action::Known(verb, _) => {
            let half = if inventor.half == Half::Held && dice.chance(0.5) { Half::Held } else { Half::Train };
            let forms = verb.spoken.get(half);
            let fitting: Vec<&str> = forms.iter().copied().filter(|form| !form.contains(" me ")).collect();
            dice.choose(&fitting)
                .map_or_else(|| format!("{} {{}}", tool.action.word()).replace('_', " "), |form| (*form).to_owned())
        }
    };
    let mut text = pattern.replace("{}", &object);
    let named: Vec<&str> =
        tool.params.iter().filter(|param| param.required && !param.veiled).map(|p| p.spoken.as_str()).collect();
    match (named.as_slice(), dice.below(12)) {
        ([one], 0 | 1) => text.push_str(&format!(" by {one}")),
        ([one], 2) => text.push_str(&format!(" for a given {one}")),
        ([one, two], 0 | 1) => text.push_str(&format!(" by {one} and {two}")),
        ([one, two, ..], 2) => text.push_str(&format!(" with {one} and {two}")),
        _ => {}
    }
    if dice.chance(0.1) {
        text.push_str(dice.pick(&[
            " and return the result",
            " in the system",
            " for the user",
            " from the database",
            " if it exists",
            " with the given details",
            " on demand",
            " and log it",
        ]));
    }
    if dice.chance(0.08) {
        let opener = dice.pick(&[
            "allows you to ",
            "use this to ",
            "this tool will ",
            "lets the user ",
            "helps to ",
            "used to ",
        ]);
        text.insert_str(0, opener);
    }
    if dice.chance(0.85) {
        text = capital(&text);
    }
    if dice.chance(0.3) {
        text.push('.');
    }
    text
}
