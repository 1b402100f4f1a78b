//! JSON files as editors, tools and downloads leave them.

use serde::de::DeserializeOwned;

/// UTF-8's byte-order mark, which editors on Windows put in front of a text.
const MARK: &str = "\u{feff}";

/// Reads a JSON file; a byte-order mark in front of it is passed over.
///
/// # Errors
/// What is wrong with the file, and what to do about it.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(without_mark(bytes))
        .map_err(|e| if e.is_data() { in_words(&e.to_string()) } else { complaint(bytes, &e) })
}

/// A message of serde about a value, in words for people, and without the place in a text that they may never have seen.
pub fn in_words(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or(message);
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{field} is missing");
    }
    if let Some((field, known)) = message.strip_prefix("unknown field ").and_then(|rest| rest.split_once(", ")) {
        return format!("{field} is not known; {known}");
    }
    match message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected ")) {
        Some((found, expected)) => format!("expected {expected}, found {found}"),
        None => message.to_owned(),
    }
}

/// The bytes behind a byte-order mark.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes)
}

/// The text behind a byte-order mark.
pub fn text_without_mark(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Why bytes are no JSON, in words for the person who has the file.
fn complaint(bytes: &[u8], error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    let start = without_mark(bytes).trim_ascii_start();
    if start.is_empty() {
        "it is empty".to_owned()
    } else if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.get(1) == Some(&0) {
        "the text is UTF-16; save it as UTF-8".to_owned()
    } else if start.starts_with(b"version https://git-lfs") {
        "this is only the pointer of Git LFS; get the file itself with `git lfs pull`".to_owned()
    } else if start.starts_with(b"<") {
        "this is a web page; get the file itself".to_owned()
    } else if error.is_eof() {
        format!("the JSON ends too early ({place}); complete it, or get the file again")
    } else {
        format!("the JSON has a mistake at {place}: {error}; mend it, or get the file again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read::<Value>(b"\xef\xbb\xbf{\"a\": 1}"), Ok(json!({"a": 1})));
        assert_eq!(text_without_mark("\u{feff}{{ x }}"), "{{ x }}");
    }

    #[test]
    fn values_of_the_wrong_kind_are_said_in_words() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Rank {
            r: usize,
        }
        for (text, words) in [
            ("{}", "`r` is missing"),
            ("{\"r\": \"four\"}", "expected usize, found string \"four\""),
            ("{\"r\": 4, \"q\": 1}", "`q` is not known; expected `r`"),
        ] {
            assert_eq!(read::<Rank>(text.as_bytes()), Err(words.to_owned()));
        }
    }

    #[test]
    fn complaints_say_what_to_do() {
        let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, words) in [
            (&b" \n"[..], "empty"),
            (&utf16, "UTF-8"),
            (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
            (b"<!DOCTYPE html>", "web page"),
            (b"{\"a\": [1,", "ends too early (line 1"),
            (b"{\"a\": 1,\n ,}", "line 2"),
        ] {
            let complaint = read::<Value>(bytes).unwrap_err();
            assert!(complaint.contains(words), "{complaint}");
        }
    }
}
