//! Whether the values of a call stand in the query: the check that keeps invented values out of training pairs.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::dates::{Date, dates};
use crate::task::{Pair, Tool, ToolCall};

/// True when every value of the pair's calls stands in its query. See [`first_ungrounded`].
pub fn values_grounded(pair: &Pair, tools: &[Tool]) -> bool {
    first_ungrounded(pair, tools).is_none()
}

/// The first argument whose value does not stand in the query, as `name`, `name[0]` or `name.inner`.
///
/// Looked for are strings, numbers, and those inside of lists and objects. Booleans, null, empty strings, and members
/// of an `enum` are not. Both sides are compared word by word after NFKC, case folding, and writing numbers alike: the
/// words zero to twenty are digits, `1,234` is 1234, `4.50` is 4.5; signs are ignored. A date matches in any of the
/// usual ways to write it (`2024-03-05`, `March 5, 2024`, `5th of March 2024`, `3/5/2024`), year included; a time of day
/// matches by either clock (`20:30`, `8:30 pm`). Of a list in one string, `a, b`, each part is looked for.
pub fn first_ungrounded(pair: &Pair, tools: &[Tool]) -> Option<String> {
    let query = Query::new(&pair.query);
    pair.calls.iter().find_map(|call| {
        let tool = tools.iter().find(|tool| tool.name == call.name);
        let properties = tool.and_then(|tool| tool.parameters.get("properties"));
        call.arguments.iter().find_map(|(name, value)| {
            let schema = properties.and_then(|p| p.get(name)).unwrap_or(&Value::Null);
            query.missing(value, schema, name)
        })
    })
}

/// The arguments of a call whose values, or a part of them, do not stand in a text. See [`first_ungrounded`].
pub fn ungrounded(call: &ToolCall, tool: &Tool, text: &str) -> Vec<String> {
    let query = Query::new(text);
    let properties = tool.parameters.get("properties");
    let absent = |(name, value): (&String, &Value)| {
        let schema = properties.and_then(|p| p.get(name)).unwrap_or(&Value::Null);
        query.missing(value, schema, name).map(|_| name.clone())
    };
    call.arguments.iter().filter_map(absent).collect()
}

/// A query, ready to be searched.
struct Query {
    folded: String,
    /// Words with thousands separators read as such, and with commas read as commas.
    words: [Vec<String>; 2],
    dates: Vec<Date>,
}

impl Query {
    fn new(text: &str) -> Self {
        let folded = fold(text);
        let words = [words(&folded, true), words(&folded, false)];
        let dates = words.iter().flat_map(|w| dates(w)).map(|(_, date)| date).collect();
        Self { folded, words, dates }
    }

    /// The path of the first value that does not stand in the query.
    fn missing(&self, value: &Value, schema: &Value, path: &str) -> Option<String> {
        if schema.get("enum").and_then(Value::as_array).is_some_and(|members| members.contains(value)) {
            return None;
        }
        if schema.get("const").is_some_and(|only| only == value) {
            return None;
        }
        let found = match value {
            Value::Null | Value::Bool(_) => true,
            Value::Number(n) => self.has_words(&words(&n.to_string(), false)),
            Value::String(text) => self.has_text(text),
            Value::Array(items) => {
                let inner = schema.get("items").unwrap_or(&Value::Null);
                let mut items = items.iter().enumerate();
                return items.find_map(|(i, item)| self.missing(item, inner, &format!("{path}[{i}]")));
            }
            Value::Object(map) => {
                let properties = schema.get("properties").unwrap_or(&Value::Null);
                return map.iter().find_map(|(key, inner)| {
                    let schema = properties.get(key).unwrap_or(&Value::Null);
                    self.missing(inner, schema, &format!("{path}.{key}"))
                });
            }
        };
        (!found).then(|| path.to_owned())
    }

    fn has_text(&self, text: &str) -> bool {
        let folded = fold(text);
        let wanted = words(&folded, true);
        if wanted.is_empty() {
            return self.folded.contains(folded.trim());
        }
        self.has_words(&wanted)
            || self.has_dates(&wanted)
            || self.has_time(&wanted)
            || (text.contains(',') && text.split(',').all(|part| self.has_text(part)))
            || (unspaced(&folded) && self.folded.contains(folded.trim()))
    }

    fn has_words(&self, wanted: &[String]) -> bool {
        !wanted.is_empty() && self.words.iter().any(|words| words.windows(wanted.len()).any(|w| w == wanted))
    }

    /// Whether `wanted` is a time of day, `20:30`, that the query tells by the other clock, `8:30 pm`.
    fn has_time(&self, wanted: &[String]) -> bool {
        let numbers: Option<Vec<u32>> = wanted.iter().map(|word| word.parse().ok()).collect();
        let (hour, minute) = match numbers.as_deref() {
            Some(&[hour, minute] | &[hour, minute, 0]) if hour < 24 && minute < 60 => (hour, minute),
            _ => return false,
        };
        let half = if hour < 12 { "a" } else { "p" };
        let clock = [(hour + 11) % 12 + 1, minute].map(|n| n.to_string());
        let [bare, _] = &clock;
        let spoken = if minute == 0 { vec![std::slice::from_ref(bare), &clock] } else { vec![&clock[..]] };
        spoken.into_iter().any(|time| {
            let with = |marks: &[&str]| -> Vec<String> {
                time.iter().cloned().chain(marks.iter().map(|mark| (*mark).to_owned())).collect()
            };
            self.has_words(&with(&[&format!("{half}m")])) || self.has_words(&with(&[half, "m"]))
        })
    }

    /// Whether `wanted` holds dates, all of them are in the query, and so is every other word of it.
    fn has_dates(&self, wanted: &[String]) -> bool {
        let found = dates(wanted);
        let stands = |word: &String| {
            matches!(word.as_str(), "0" | "t" | "z") || self.words.iter().any(|words| words.contains(word))
        };
        let is_rest = |at: usize| !found.iter().any(|(span, _)| span.contains(&at));
        // A slashed date has two readings; one of them must be right.
        found.iter().any(|(_, date)| self.dates.contains(date))
            && found.iter().all(|(span, _)| {
                found.iter().any(|(other, date)| other.start == span.start && self.dates.contains(date))
            })
            && wanted.iter().enumerate().all(|(at, word)| !is_rest(at) || stands(word))
    }
}

/// NFKC and a simple case folding.
fn fold(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).collect();
    lower.replace('ß', "ss").replace('ς', "σ").nfkc().collect()
}

/// Whether a text holds letters of a script without spaces between words.
fn unspaced(folded: &str) -> bool {
    folded.chars().any(|c| matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0x2_0000..=0x3_FFFF))
}

/// Words of a folded text: runs of letters, and numbers in one spelling.
fn words(folded: &str, thousands: bool) -> Vec<String> {
    let chars: Vec<char> = folded.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c.is_ascii_digit() {
            let mut text = String::new();
            let mut fraction = false;
            while let Some(&c) = chars.get(at) {
                let group =
                    c == ',' && !fraction && !text.is_empty() && (1..=3).all(|k| digit(at + k)) && !digit(at + 4);
                if c.is_ascii_digit() {
                    text.push(c);
                } else if c == '.' && !fraction && digit(at + 1) {
                    fraction = true;
                    text.push('.');
                } else if !(thousands && group) {
                    break;
                }
                at += 1;
            }
            words.push(number(&text));
        } else if c.is_alphanumeric() {
            let start = at;
            while chars.get(at).is_some_and(|c| c.is_alphanumeric() && !c.is_ascii_digit()) {
                at += 1;
            }
            let word: String = chars.get(start..at).unwrap_or_default().iter().collect();
            words.push(NUMBER_WORDS.iter().position(|w| *w == word).map_or(word, |n| n.to_string()));
        } else {
            at += 1;
        }
    }
    words
}

/// A decimal number without zeros at its ends.
fn number(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

const NUMBER_WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn missing(query: &str, arguments: Value) -> Option<String> {
        let parameters = json!({"type": "object", "properties": {
            "class": {"type": "string", "enum": ["budget", "luxury"]},
            "modes": {"type": "array", "items": {"type": "string", "enum": ["car", "bus"]}},
            "guest": {"type": "object", "properties": {"rank": {"enum": ["gold"]}}},
        }});
        let tool = Tool { name: "t".into(), description: String::new(), parameters, annotations: None };
        let call = ToolCall { name: "t".into(), arguments: arguments.as_object().cloned().unwrap() };
        let pair = Pair { query: query.to_owned(), calls: vec![call] };
        assert_eq!(
            values_grounded(&pair, std::slice::from_ref(&tool)),
            first_ungrounded(&pair, std::slice::from_ref(&tool)).is_none()
        );
        first_ungrounded(&pair, &[tool])
    }

    #[test]
    fn what_stands_in_the_query_is_found() {
        for (query, arguments) in [
            ("Book a hotel in PARIS for three nights", json!({"city": "Paris", "nights": 3})),
            ("Transfer $1,234.50 to John O'Neil", json!({"amount": 1234.5, "to": "John O’Neil"})),
            ("ids 100,200 please", json!({"ids": [100, 200]})),
            ("mail ann_b@example.com", json!({"to": "ann_b@example.com", "cc": "", "urgent": true, "x": null})),
            ("a cheap one", json!({"class": "budget", "modes": ["bus"], "guest": {"rank": "gold"}})),
            ("Straße ＡＢＣ", json!({"street": "STRASSE", "code": "abc"})),
            ("東京のホテルを予約", json!({"city": "東京"})),
            ("5km at -3.5 degrees", json!({"km": 5, "degrees": -3.5, "text": "5 km"})),
            ("on March 5, 2024", json!({"date": "2024-03-05"})),
            ("on the 5th of March 2024", json!({"date": "2024-03-05T00:00:00Z"})),
            ("on 2024-03-05 at 18:30", json!({"date": "March 5, 2024", "at": "2024-03-05 18:30"})),
            ("on 3/5/2024", json!({"date": "2024-03-05", "same": "2024-05-03"})),
            ("from 8:30 p.m. to 11 PM, not 9 am", json!({"a": "20:30", "b": "23:00:00", "c": "09:00"})),
            ("fever, and a cough", json!({"symptoms": "cough, fever"})),
            ("use the + operator", json!({"operator": "+"})),
            ("phone 0049 17612345678901234", json!({"phone": "17612345678901234"})),
        ] {
            assert_eq!(missing(query, arguments.clone()), None, "{query} {arguments}");
        }
    }

    #[test]
    fn what_does_not_is_named() {
        for (query, arguments, path) in [
            ("Book a hotel in Paris", json!({"city": "Paris", "nights": 3}), "nights"),
            ("Parish church", json!({"city": "Paris"}), "city"),
            ("13 nights", json!({"nights": 3}), "nights"),
            ("tags a and b", json!({"tags": ["a", "c"]}), "tags[1]"),
            ("a guest", json!({"guest": {"name": "Ann"}}), "guest.name"),
            ("on March 5", json!({"date": "2024-03-05"}), "date"),
            ("on March 6, 2024", json!({"date": "2024-03-05"}), "date"),
            ("on March 5, 2024", json!({"date": "2024-03-05 18:30"}), "date"),
            ("at 8:30 am", json!({"at": "20:30"}), "at"),
            ("Hotels in Nashville", json!({"place": "Nashville, TN"}), "place"),
            ("anything", json!({"class": "grand"}), "class"),
            ("", json!({"city": "Paris"}), "city"),
        ] {
            assert_eq!(missing(query, arguments).as_deref(), Some(path), "{query}");
        }
    }
}
