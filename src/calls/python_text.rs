//! JSON and plain text as Python writes them: chat templates were written against Python's `json.dumps` and `str`.

use serde_json::{Map, Number, Value};

/// Options of [`json_dumps`], named as in Python.
#[derive(Debug, Clone)]
pub(crate) struct JsonStyle {
    /// Write characters outside of ASCII as `\uXXXX`.
    pub ensure_ascii: bool,
    /// Spaces per level; `None` keeps everything on one line.
    pub indent: Option<usize>,
    /// Between items and after keys; by default `", "` (`","` with an indent) and `": "`.
    pub separators: Option<(String, String)>,
    /// Order keys by name.
    pub sort_keys: bool,
}

impl JsonStyle {
    /// What the `tojson` of chat templates does when nothing is asked.
    pub(crate) const PLAIN: Self = Self { ensure_ascii: false, indent: None, separators: None, sort_keys: false };
}

/// `json.dumps(value, ensure_ascii=False)`.
pub(crate) fn json_text(value: &Value) -> String {
    json_dumps(value, &JsonStyle::PLAIN)
}

/// `json.dumps(object, ensure_ascii=False)` of an object's map.
pub(crate) fn object_text(map: &Map<String, Value>) -> String {
    let mut out = String::new();
    write_object(&mut out, map, &JsonStyle::PLAIN, 0);
    out
}

/// `json.dumps` with options.
pub(crate) fn json_dumps(value: &Value, style: &JsonStyle) -> String {
    let mut out = String::new();
    write_value(&mut out, value, style, 0);
    out
}

fn write_value(out: &mut String, value: &Value, style: &JsonStyle, depth: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => out.push_str(&number(n)),
        Value::String(s) => write_string(out, s, style.ensure_ascii),
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                separate(out, i, style, depth);
                write_value(out, item, style, depth + 1);
            }
            close(out, style, depth);
            out.push(']');
        }
        Value::Object(map) => write_object(out, map, style, depth),
    }
}

fn write_object(out: &mut String, map: &Map<String, Value>, style: &JsonStyle, depth: usize) {
    if map.is_empty() {
        return out.push_str("{}");
    }
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    if style.sort_keys {
        entries.sort_by_key(|(key, _)| *key);
    }
    out.push('{');
    for (i, (key, value)) in entries.into_iter().enumerate() {
        separate(out, i, style, depth);
        write_string(out, key, style.ensure_ascii);
        out.push_str(style.separators.as_ref().map_or(": ", |(_, colon)| colon));
        write_value(out, value, style, depth + 1);
    }
    close(out, style, depth);
    out.push('}');
}

fn separate(out: &mut String, index: usize, style: &JsonStyle, depth: usize) {
    if index > 0 {
        let default = if style.indent.is_some() { "," } else { ", " };
        out.push_str(style.separators.as_ref().map_or(default, |(comma, _)| comma));
    }
    new_line(out, style, depth + 1);
}

fn close(out: &mut String, style: &JsonStyle, depth: usize) {
    new_line(out, style, depth);
}

fn new_line(out: &mut String, style: &JsonStyle, depth: usize) {
    if let Some(indent) = style.indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent.saturating_mul(depth)));
    }
}

fn write_string(out: &mut String, text: &str, ensure_ascii: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || (ensure_ascii && !(' '..='~').contains(&c)) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn number(n: &Number) -> String {
    match n.as_f64() {
        Some(x) if n.is_f64() => float_repr(x),
        _ => n.to_string(),
    }
}

/// `repr` of a Python float: the shortest digits, an exponent below 1e-4 and from 1e16 on.
pub(crate) fn float_repr(x: f64) -> String {
    if !x.is_finite() {
        return if x.is_nan() { "NaN".to_owned() } else { format!("{}Infinity", if x < 0.0 { "-" } else { "" }) };
    }
    let scientific = format!("{x:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if x == 0.0 || (-4..16).contains(&exponent) {
        let plain = x.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `repr` of a Python value: what a template prints for a list or a dictionary.
pub(crate) fn python_repr(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Value::Number(n) => number(n),
        Value::String(s) => string_repr(s),
        Value::Array(items) => format!("[{}]", list(items.iter().map(python_repr).collect())),
        Value::Object(map) => {
            let entries = map.iter().map(|(k, v)| format!("{}: {}", string_repr(k), python_repr(v)));
            format!("{{{}}}", list(entries.collect()))
        }
    }
}

fn string_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn as_python_writes_json() {
        let value = json!({"b": [1, 2.0, 1e20, 1.5e-7, true, null], "a": {"é\n\u{1}": "<&'\">"}, "e": [], "o": {}});
        assert_eq!(
            json_text(&value),
            r#"{"b": [1, 2.0, 1e+20, 1.5e-07, true, null], "a": {"é\n\u0001": "<&'\">"}, "e": [], "o": {}}"#
        );
        let style = JsonStyle { ensure_ascii: true, sort_keys: true, indent: Some(2), separators: None };
        assert_eq!(
            json_dumps(&json!({"b": [1], "a": "é🦀"}), &style),
            "{\n  \"a\": \"\\u00e9\\ud83e\\udd80\",\n  \"b\": [\n    1\n  ]\n}"
        );
    }

    #[test]
    fn as_python_prints_values() {
        assert_eq!(
            python_repr(&json!({"a": [true, null, "it's", "x"], "b": 1.0})),
            "{'a': [True, None, \"it's\", 'x'], 'b': 1.0}"
        );
        for (x, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1e16, "1e+16"),
            (123456789.5, "123456789.5"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
        ] {
            assert_eq!(float_repr(x), text);
        }
    }
}
