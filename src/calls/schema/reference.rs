//! References inside of a schema.

use serde_json::Value;

/// What a reference leads to: `#` is the whole schema, `#/a/b` a part of it. `None` for one that leads nowhere, or out of
/// the schema.
pub(crate) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    // In a fragment some characters are written as `%20`.
    root.pointer(pointer).or_else(|| root.pointer(&percent_decoded(pointer)?))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn known_and_lost_references() {
        let root = json!({"$defs": {"a b": 1, "c/d": 2}});
        for (reference, found) in [
            ("#", Some(&root)),
            ("#/$defs/a b", Some(&json!(1))),
            ("#/$defs/a%20b", Some(&json!(1))),
            ("#/$defs/c~1d", Some(&json!(2))),
            ("#/$defs/e", None),
            ("#/%e", None),
            ("#/%zz", None),
            ("other.json#/a", None),
        ] {
            assert_eq!(resolve(&root, reference), found, "{reference}");
        }
    }
}
