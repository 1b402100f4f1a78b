//! When an answer is right: the multiset of its calls is that of the reference.
//!
//! Names are compared exactly. Arguments that are `""` or `null` count as not given, on both sides; values are compared as
//! [`Canonical`] says. Where a benchmark lists acceptable values, any of them will do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::values::{Canonical, canonical_arguments};
use autodidact::task::ToolCall;

/// What a benchmark accepts in place of one reference call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptedCall {
    /// Name of the tool.
    pub name: String,
    /// Acceptable values by argument. An empty text among them: the argument may be left out. An object holds such a list
    /// for each of its fields.
    #[serde(default)]
    pub arguments: Map<String, Value>,
    /// Arguments that may have any value, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<String>,
}

/// A call in comparable form.
type Key = (String, BTreeMap<String, Canonical>);

fn key(call: &ToolCall) -> Key {
    (call.name.clone(), canonical_arguments(&call.arguments))
}

/// The calls in comparable form, in an order that does not depend on theirs: equal exactly when the calls match. What
/// votes are counted by.
pub fn canonical_calls(calls: &[ToolCall]) -> Vec<(String, BTreeMap<String, Canonical>)> {
    let mut keys: Vec<Key> = calls.iter().map(key).collect();
    keys.sort();
    keys
}

/// True when the answer's calls are the reference's, in any order.
pub fn strict_match(answer: &[ToolCall], gold: &[ToolCall], accept: Option<&[AcceptedCall]>) -> bool {
    match accept {
        None => canonical_calls(answer) == canonical_calls(gold),
        Some(accept) => {
            answer.len() == accept.len() && perfect_matching(&answer.iter().map(key).collect::<Vec<_>>(), accept)
        }
    }
}

/// True when the names called are the reference's, in any order, arguments aside.
pub fn names_match(answer: &[ToolCall], gold: &[ToolCall]) -> bool {
    let names = |calls: &[ToolCall]| {
        let mut names: Vec<String> = calls.iter().map(|c| c.name.clone()).collect();
        names.sort();
        names
    };
    names(answer) == names(gold)
}

/// Each call gets an accepted call of its own (Kuhn's augmenting paths: one call may satisfy several).
fn perfect_matching(calls: &[Key], accept: &[AcceptedCall]) -> bool {
    let edges: Vec<Vec<usize>> = calls
        .iter()
        .map(|call| accept.iter().enumerate().filter(|(_, a)| accepts(call, a)).map(|(at, _)| at).collect())
        .collect();
    let mut taken = vec![None; accept.len()];
    (0..calls.len()).all(|call| augment(call, &edges, &mut taken, &mut vec![false; accept.len()]))
}

fn augment(call: usize, edges: &[Vec<usize>], taken: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for &at in edges.get(call).into_iter().flatten() {
        match seen.get_mut(at) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        let free = match taken.get(at).copied().flatten() {
            None => true,
            Some(other) => augment(other, edges, taken, seen),
        };
        if free && let Some(slot) = taken.get_mut(at) {
            *slot = Some(call);
            return true;
        }
    }
    false
}

fn accepts((name, arguments): &Key, accept: &AcceptedCall) -> bool {
    let counts = |(name, _): &(&String, &Canonical)| !accept.any.contains(name);
    let arguments = arguments.iter().filter(counts).map(|(name, value)| (name.clone(), value.clone())).collect();
    *name == accept.name && fields_accepted(&arguments, &accept.arguments)
}

/// Every field that is given has an acceptable value, and every other may be left out.
fn fields_accepted(given: &BTreeMap<String, Canonical>, accept: &Map<String, Value>) -> bool {
    given.iter().all(|(name, value)| accept.get(name).is_some_and(|options| any_accepted(value, options)))
        && accept.iter().all(|(name, options)| given.contains_key(name) || may_be_absent(options))
}

fn any_accepted(value: &Canonical, options: &Value) -> bool {
    match options {
        Value::Array(options) => options.iter().any(|option| value_accepted(value, option)),
        option => value_accepted(value, option),
    }
}

fn may_be_absent(options: &Value) -> bool {
    match options {
        Value::Array(options) => options.iter().any(|option| Canonical::of(option).is_nothing()),
        option => Canonical::of(option).is_nothing(),
    }
}

fn value_accepted(value: &Canonical, option: &Value) -> bool {
    if *value == Canonical::of(option) {
        return true;
    }
    match (value, option) {
        (Canonical::Object(given), Value::Object(fields)) => fields_accepted(given, fields),
        (Canonical::List(items), Value::Array(options)) => {
            items.len() == options.len() && items.iter().zip(options).all(|(item, option)| value_accepted(item, option))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn calls(value: Value) -> Vec<ToolCall> {
        serde_json::from_value(value).unwrap()
    }

    fn accept(value: Value) -> Vec<AcceptedCall> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn calls_are_a_multiset() {
        let a = calls(json!([{"name": "f", "arguments": {"x": 1}}, {"name": "g"}, {"name": "g"}]));
        let b = calls(
            json!([{"name": "g", "arguments": {"y": ""}}, {"name": "f", "arguments": {"x": "1.0", "z": null}}, {"name": "g"}]),
        );
        assert!(strict_match(&a, &b, None) && names_match(&a, &b));
        assert!(!strict_match(&a[..2], &b, None) && !names_match(&a[..2], &b));
        let c = calls(json!([{"name": "f", "arguments": {"x": 2}}, {"name": "g"}, {"name": "g"}]));
        assert!(!strict_match(&c, &a, None) && names_match(&c, &a));
        assert!(!names_match(&calls(json!([{"name": "F"}])), &calls(json!([{"name": "f"}]))));
        assert!(strict_match(&[], &[], None));
    }

    #[test]
    fn acceptable_values() {
        let list = accept(json!([{"name": "f", "arguments": {
            "city": ["Oslo", "Oslo, Norway"], "unit": ["c", ""], "spec": [{"a": [1, 2], "b": ["x", ""]}],
            "rows": [[{"k": [1, 2]}], []]}}]));
        let gold = calls(json!([{"name": "f", "arguments": {"city": "Oslo"}}]));
        let right =
            |arguments: Value| strict_match(&calls(json!([{"name": "f", "arguments": arguments}])), &gold, Some(&list));
        assert!(right(json!({"city": "oslo, norway", "spec": {"a": 2}, "rows": [{"k": "2"}]})));
        assert!(right(json!({"city": "Oslo", "unit": "C", "spec": {"a": 1, "b": "X"}, "rows": []})));
        assert!(right(json!({"city": "Oslo", "unit": "", "spec": {"a": 1}, "rows": []})));
        assert!(!right(json!({"spec": {"a": 1}, "rows": []})), "a required one is absent");
        assert!(!right(json!({"city": "Rome", "spec": {"a": 1}, "rows": []})));
        assert!(!right(json!({"city": "Oslo", "spec": {"a": 3}, "rows": []})));
        assert!(!right(json!({"city": "Oslo", "spec": {"b": "x"}, "rows": []})), "a field is absent");
        assert!(!right(json!({"city": "Oslo", "spec": {"a": 1, "c": 1}, "rows": []})), "an unknown field");
        assert!(!right(json!({"city": "Oslo", "spec": {"a": 1}, "rows": [{"k": 3}]})));
        assert!(!right(json!({"city": "Oslo", "spec": {"a": 1}, "rows": [], "z": 1})), "an unknown argument");
    }

    #[test]
    fn a_greedy_pairing_is_not_enough() {
        // The first call fits both, the second only the first: the pairing has to be turned round.
        let list = accept(json!([{"name": "f", "arguments": {"x": [1, 2]}}, {"name": "f", "arguments": {"x": [1]}}]));
        let gold = calls(json!([{"name": "f", "arguments": {"x": 1}}, {"name": "f", "arguments": {"x": 1}}]));
        for (a, b, right) in [(1, 2, true), (2, 1, true), (1, 1, true), (2, 2, false)] {
            let answer = calls(json!([{"name": "f", "arguments": {"x": a}}, {"name": "f", "arguments": {"x": b}}]));
            assert_eq!(strict_match(&answer, &gold, Some(&list)), right, "{a} {b}");
        }
        assert!(!strict_match(&gold[..1], &gold, Some(&list)));
    }
}
