//! The identity of a menu of tools.

use sha2::{Digest, Sha256};

use crate::task::Tool;

/// The same for menus of the same tools in any order, 16 hexadecimal digits.
pub(in crate::agent) fn menu_fingerprint(tools: &[Tool]) -> String {
    let mut texts: Vec<String> = tools
        .iter()
        .map(|tool| format!("{:?}", (&tool.name, &tool.description, tool.parameters.to_string())))
        .collect();
    texts.sort_unstable();
    hex(texts.join("\n").as_bytes())[..16].to_owned()
}

/// The SHA-256 of bytes, 64 hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_menu_does_not_count_and_its_content_does() {
        let tool = |name: &str, kind: &str| Tool {
            name: name.into(),
            description: String::new(),
            parameters: serde_json::json!({"type": "object", "properties": {"a": {"type": kind}}}),
            annotations: None,
        };
        let (a, b) = (tool("a", "string"), tool("b", "string"));
        let print = menu_fingerprint(&[a.clone(), b.clone()]);
        assert_eq!(print.len(), 16);
        assert_eq!(print, menu_fingerprint(&[b.clone(), a.clone()]));
        assert_ne!(print, menu_fingerprint(std::slice::from_ref(&a)));
        assert_ne!(print, menu_fingerprint(&[a, tool("b", "number")]));
    }
}
