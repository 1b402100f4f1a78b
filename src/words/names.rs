//! Names and texts of a schema as words.

use serde_json::Value;

use super::{
    Language,
    text::Text,
    units::{Unit, unit},
};

/// The words of an identifier: `set_timer`, `getUserById`, `orders.track`.
pub(super) fn apart(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 8);
    let mut before = ' ';
    for c in name.chars() {
        if before.is_lowercase() && c.is_uppercase() {
            text.push(' ');
        }
        text.push(if c.is_alphanumeric() { c } else { ' ' });
        before = c;
    }
    text
}

/// The unit that the words of a parameter name, if they name one: "minutes", "in euros", "Degrees Celsius".
pub(super) fn unit_of(name: &str, description: &str) -> Option<Unit> {
    let found = |text: &str| {
        let text = Text::read_in(text, Language::English);
        let mut units =
            text.words.iter().filter(|word| word.folded.chars().count() > 1).filter_map(|word| unit(&word.folded));
        units.next()
    };
    found(&apart(name)).or_else(|| found(description))
}

/// A text of a schema.
pub(super) fn text_of<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A name of a schema as words: `start_time` is "start time".
pub fn plain_name(name: &str) -> String {
    apart(name).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_come_apart() {
        assert_eq!(apart("set_timer"), "set timer");
        assert_eq!(apart("getUserById"), "get User By Id");
        assert_eq!(apart("orders.track"), "orders track");
        assert_eq!(plain_name("startTime"), "start time");
    }

    #[test]
    fn units_of_parameters() {
        let name = |name, description| unit_of(name, description).map(|unit| unit.name);
        assert_eq!(name("minutes", ""), Some("min"));
        assert_eq!(name("amount", "In euros"), Some("€"));
        assert_eq!(name("celsius", "Degrees Celsius"), Some("celsius"));
        assert_eq!(name("level", "Percent"), Some("%"));
        assert_eq!(name("passengers", "Number of travellers"), None);
    }
}
