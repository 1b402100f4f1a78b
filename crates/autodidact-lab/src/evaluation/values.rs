//! Argument values in a form in which equal values are equal: the match rules' half that looks at one value.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

/// A value with what does not count taken out: Unicode forms, case, white space, ways to write a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Canonical {
    /// `null`
    Null,
    /// A truth value, or a text that says `true` or `false`.
    Bool(bool),
    /// A number, or a text that is one.
    Number(Decimal),
    /// Text: NFKC, trimmed, runs of white space made one space, case folded.
    Text(String),
    /// In order.
    List(Vec<Canonical>),
    /// By name.
    Object(BTreeMap<String, Canonical>),
}

impl Canonical {
    /// A value by the match rules. A text that holds JSON is read first.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(b) => Self::Bool(*b),
            Value::Number(number) => {
                let text = number.to_string();
                Decimal::parse(&text).map_or(Self::Text(text), Self::Number)
            }
            Value::String(text) => Self::of_text(text),
            Value::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Object(map) => Self::Object(map.iter().map(|(k, v)| (k.clone(), Self::of(v))).collect()),
        }
    }

    fn of_text(text: &str) -> Self {
        let text = normalised(text);
        // Numbers are read from their digits: as JSON, a long one would lose some.
        if let Some(number) = Decimal::parse(&text) {
            return Self::Number(number);
        }
        // Compared case folded like any text, so that `True` is `true`; the JSON itself is read with its case kept.
        match folded(&text).as_str() {
            "true" => return Self::Bool(true),
            "false" => return Self::Bool(false),
            _ => {}
        }
        match serde_json::from_str::<Value>(&text) {
            Ok(Value::Number(_)) | Err(_) => Self::Text(folded(&text)),
            Ok(value) => Self::of(&value),
        }
    }

    /// True for `null` and an empty text, which mean that nothing is given.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}

/// Arguments in canonical form, without those that are not given.
pub fn canonical_arguments(arguments: &Map<String, Value>) -> BTreeMap<String, Canonical> {
    let values = arguments.iter().map(|(name, value)| (name.clone(), Canonical::of(value)));
    values.filter(|(_, value)| !value.is_nothing()).collect()
}

/// NFKC, trimmed, runs of white space made one space.
fn normalised(text: &str) -> String {
    let text: String = text.nfkc().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Case folded as Unicode's chapter 3.13 says, and composed again, which folding can undo.
fn folded(text: &str) -> String {
    caseless::default_case_fold_str(text).nfkc().collect()
}

/// A decimal number as digits without zeros at either end, and a power of ten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a number as JSON writes one. `None` for anything else: digits behind a leading zero (codes, telephone
    /// numbers), a sign `+`, separators.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, Some(power)),
            None => (rest, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits_only(whole) || fraction.is_some_and(|f| !digits_only(f)) || whole.len() > 1 && whole.starts_with('0')
        {
            return None;
        }
        let power = match power {
            None => 0,
            Some(text) if digits_only(text.strip_prefix(['+', '-']).unwrap_or(text)) => text.parse::<i64>().ok()?,
            Some(_) => return None,
        };
        let fraction = fraction.unwrap_or("");
        let all = format!("{whole}{fraction}");
        let tail = all.len() - all.trim_end_matches('0').len();
        let digits = all.trim_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        let exponent = power.checked_sub(fraction.len() as i64)?.checked_add(tail as i64)?;
        Some(Self { negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn same(a: Value, b: Value) -> bool {
        Canonical::of(&a) == Canonical::of(&b)
    }

    #[test]
    fn numbers_are_decimals() {
        for (a, b) in [
            (json!("40.70"), json!(40.7)),
            (json!(5.0), json!(5)),
            (json!("5"), json!(5)),
            (json!("1e3"), json!(1000)),
            (json!("-0.0"), json!(0)),
            (json!("0.10E1"), json!(1)),
            (json!("-2.50"), json!(-2.5)),
            (json!(" 12 "), json!(12)),
            (json!("１２"), json!(12)),
        ] {
            assert!(same(a.clone(), b.clone()), "{a} = {b}");
        }
        for (a, b) in [
            (json!("007"), json!(7)),
            (json!("007"), json!("7")),
            (json!("-01"), json!(-1)),
            (json!("+5"), json!(5)),
            (json!("1,000"), json!(1000)),
            (json!(0.1), json!(0.10001)),
            (json!("123456789012345678901234567890"), json!("123456789012345678901234567891")),
            (json!("1e99999999999999999999"), json!("1e99999999999999999998")),
            (json!(1), json!(-1)),
            (json!("."), json!(0)),
        ] {
            assert!(!same(a.clone(), b.clone()), "{a} is not {b}");
        }
        assert!(same(json!("007"), json!(" 007")));
        assert!(same(json!("1e9223372036854775807"), json!("1E+9223372036854775807")));
        assert!(Decimal::parse("10e9223372036854775807").is_none());
    }

    #[test]
    fn texts_are_folded_and_json_in_them_is_read() {
        for (a, b) in [
            (json!("true"), json!(true)),
            (json!("False"), json!(false)),
            (json!("New  York\n"), json!("new york")),
            (json!("Straße"), json!("STRASSE")),
            (json!("ﬁne"), json!("FINE")),
            (json!("Ångström"), json!("A\u{30a}ngstro\u{308}m")),
            (json!("[1, \"A\"]"), json!(["1.0", "a"])),
            (json!("{\"B\": \"true\"}"), json!({"B": true})),
            (json!("\"x\""), json!("x")),
            (json!("null"), json!(null)),
        ] {
            assert!(same(a.clone(), b.clone()), "{a} = {b}");
        }
        for (a, b) in [
            (json!(["a", "b"]), json!(["b", "a"])),
            (json!({"a": 1}), json!({"A": 1})),
            (json!("{'a': 1}"), json!({"a": 1})),
            (json!("a b"), json!("ab")),
            (json!("ı"), json!("i")),
            (json!(null), json!("None")),
        ] {
            assert!(!same(a.clone(), b.clone()), "{a} is not {b}");
        }
    }

    #[test]
    fn what_is_not_given_is_dropped() {
        let arguments = json!({"a": "", "b": null, "c": "  ", "d": 0, "e": false, "f": [], "g": "null"});
        let kept = canonical_arguments(arguments.as_object().unwrap());
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["d", "e", "f"]);
    }
}
