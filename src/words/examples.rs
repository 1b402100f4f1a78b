//! What people taught by example: a request with the calls that answer it, and what it says of other requests in the same words.

use serde_json::Map;

use super::{
    clauses::Clauses,
    gaps::Gap,
    pattern::{Filled, Pattern},
    text::Text,
    tool_words::ToolWords,
    weights::RankingWeights,
};
use crate::task::{Pair, Tool, ToolCall};

/// The examples that people gave for a menu, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examples(Vec<Example>);

#[derive(Debug, Clone, PartialEq)]
struct Example {
    pair: Pair,
    /// Its words, folded.
    words: Vec<String>,
    /// `None` for other than one call of a tool of the menu, and where no word is left beside the values.
    pattern: Option<Pattern>,
}

/// What an example makes of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The example's request.
    pub query: String,
    /// The request is the example's, word for word; else it differs in the values.
    pub exact: bool,
    /// The example's calls with the request's values; none where no tool fits.
    pub calls: Vec<ToolCall>,
    /// Required arguments that the request leaves open, and values that the schema does not allow.
    pub gaps: Vec<Gap>,
}

impl Examples {
    /// Reads examples for a menu.
    pub fn of(pairs: impl IntoIterator<Item = Pair>, tools: &[Tool]) -> Self {
        let read = |pair: Pair| {
            let text = Text::read(&pair.query);
            let pattern = match &pair.calls[..] {
                [call] => {
                    let tool = tools.iter().find(|tool| tool.name == call.name);
                    tool.and_then(|tool| Pattern::of(&text, call, tool))
                }
                _ => None,
            };
            Example { words: folded(&text), pattern, pair }
        };
        Self(pairs.into_iter().map(read).collect())
    }

    /// True when nobody taught anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the examples make of a request: the one with the same words, else the newest with the same words around its values.
    pub fn follow(&self, text: &Text, tools: &[Tool]) -> Option<Followed> {
        let words = folded(text);
        if let Some(Example { pair, .. }) = self.0.iter().rev().find(|example| example.words == words) {
            let calls = pair.calls.clone();
            return Some(Followed { query: pair.query.clone(), exact: true, calls, gaps: Vec::new() });
        }
        // A pattern knows nothing of a second request, or of what is ruled out.
        if Clauses::of(text).has_negation || text.requests().len() > 1 {
            return None;
        }
        self.0.iter().rev().find_map(|example| {
            let call = example.pair.calls.first()?;
            let tool = tools.iter().find(|tool| tool.name == call.name)?;
            let Filled { arguments, gaps } = example.pattern.as_ref()?.fill(text, tool)?;
            let calls = vec![ToolCall { name: tool.name.clone(), arguments }];
            Some(Followed { query: example.pair.query.clone(), exact: false, calls, gaps })
        })
    }

    /// Adds the words that people use for a tool to its own.
    pub(super) fn add_to(&self, words: &mut ToolWords, tool: &Tool, weights: &RankingWeights) {
        for example in &self.0 {
            let is_of = example.pair.calls.first().is_some_and(|call| call.name == tool.name);
            if let Some(pattern) = example.pattern.as_ref().filter(|_| is_of) {
                pattern.stems().for_each(|stem| words.learn(stem, weights.taught));
            }
        }
    }
}

/// Whether two requests have the same words, whatever their capitals and marks.
pub fn is_same_request(a: &str, b: &str) -> bool {
    folded(&Text::read(a)) == folded(&Text::read(b))
}

fn folded(text: &Text) -> Vec<String> {
    text.words.iter().map(|word| word.folded.clone()).collect()
}

/// Other requests in the words of an example, with other values: what a program can write of it.
///
/// `count` of them at most, drawn by `seed`; none where the example has no values, or none of a kind that is known.
pub fn neighbours(pair: &Pair, tools: &[Tool], count: usize, seed: u64) -> Vec<Pair> {
    let [call] = &pair.calls[..] else { return Vec::new() };
    let Some(tool) = tools.iter().find(|tool| tool.name == call.name) else { return Vec::new() };
    let text = Text::read(&pair.query);
    let Some(pattern) = Pattern::of(&text, call, tool) else { return Vec::new() };
    let mut found: Vec<Pair> = Vec::new();
    for draw in 0..4 * count as u64 {
        if found.len() == count {
            break;
        }
        let Some(query) = pattern.vary(&text, tool, seed.wrapping_mul(31).wrapping_add(draw)) else { break };
        // Read back by the pattern itself: what it does not read is no pair.
        let Some(Filled { mut arguments, gaps }) = pattern.fill(&Text::read(&query), tool) else { continue };
        if !gaps.is_empty() || arguments.len() != call.arguments.len() || query == pair.query {
            continue;
        }
        let mut ordered = Map::new();
        for name in call.arguments.keys() {
            if let Some(value) = arguments.shift_remove(name) {
                ordered.insert(name.clone(), value);
            }
        }
        let other = Pair { query, calls: vec![ToolCall { name: tool.name.clone(), arguments: ordered }] };
        if !found.contains(&other) {
            found.push(other);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn tool(name: &str, properties: Value, required: &[&str]) -> Tool {
        let parameters = json!({"type": "object", "properties": properties, "required": required});
        Tool { name: name.into(), description: String::new(), parameters, annotations: None }
    }

    fn menu() -> Vec<Tool> {
        vec![
            tool(
                "set_timer",
                json!({"minutes": {"type": "number", "minimum": 0}, "label": {"type": "string"}}),
                &["minutes"],
            ),
            tool("add_todo", json!({"text": {"type": "string"}}), &["text"]),
            tool("set_theme", json!({"theme": {"type": "string", "enum": ["light", "dark"]}}), &["theme"]),
        ]
    }

    fn pair(query: &str, name: &str, arguments: Value) -> Pair {
        let arguments = arguments.as_object().cloned().unwrap();
        Pair { query: query.into(), calls: vec![ToolCall { name: name.into(), arguments }] }
    }

    fn taught() -> Vec<Pair> {
        vec![
            pair("wake me in 20", "set_timer", json!({"minutes": 20})),
            pair("the pasta needs 9 minutes", "set_timer", json!({"minutes": 9, "label": "pasta"})),
            pair("put milk on it", "add_todo", json!({"text": "milk"})),
            pair("my eyes hurt", "set_theme", json!({"theme": "dark"})),
            pair("set a timer for the bread", "set_timer", json!({"minutes": 45, "label": "bread"})),
            Pair { query: "forget it".into(), calls: vec![] },
        ]
    }

    #[test]
    fn a_request_in_the_words_of_an_example_is_answered_like_it() {
        let tools = menu();
        let examples = Examples::of(taught(), &tools);
        let timer = |arguments| Some(("set_timer", arguments, 0));
        for (request, expected) in [
            ("wake me in 20", timer(json!({"minutes": 20}))),
            ("Wake me in 45, please", timer(json!({"minutes": 45}))),
            ("wake me in half an hour", timer(json!({"minutes": 30}))),
            ("the green beans needs 12 minutes", timer(json!({"minutes": 12, "label": "green beans"}))),
            ("put oat milk and bread on it", Some(("add_todo", json!({"text": "oat milk and bread"}), 0))),
            ("my eyes hurt!", Some(("set_theme", json!({"theme": "dark"}), 0))),
            // A number that was said once is not the number of every such request.
            ("set a timer for the pie", Some(("set_timer", json!({"label": "pie"}), 1))),
            ("set a timer for the bread", timer(json!({"minutes": 45, "label": "bread"}))),
            ("wake me in -5", Some(("set_timer", json!({}), 1))),
            ("do not wake me in 20", None),
            ("wake me", None),
            ("", None),
        ] {
            let found = examples.follow(&Text::read(request), &tools);
            let read = |followed: &Followed| {
                let call = &followed.calls[0];
                (call.name.clone(), Value::Object(call.arguments.clone()), followed.gaps.len())
            };
            let expected = expected.map(|(name, arguments, gaps)| (name.to_owned(), arguments, gaps));
            let found = found.as_ref().map(read);
            assert_eq!(found, expected, "{request}");
        }
        let declined = examples.follow(&Text::read("Forget it."), &tools).unwrap();
        assert!(declined.exact && declined.calls.is_empty());
        assert_eq!(Examples::default().follow(&Text::read("x"), &tools), None);
    }

    #[test]
    fn neighbours_keep_the_words_and_change_the_values() {
        let tools = menu();
        for example in taught().iter().take(3) {
            let found = neighbours(example, &tools, 5, 1);
            assert_eq!(found.len(), 5, "{found:?}");
            assert_eq!(found, neighbours(example, &tools, 5, 1));
            let examples = Examples::of([example.clone()], &tools);
            for other in &found {
                let read = examples.follow(&Text::read(&other.query), &tools).unwrap();
                assert!(!read.exact && read.calls == other.calls, "{other:?}");
                assert_eq!(other.calls[0].arguments.len(), example.calls[0].arguments.len());
            }
        }
        // Nothing to vary, and a value that the words do not say.
        assert!(neighbours(&taught()[5], &tools, 5, 1).is_empty());
        assert!(neighbours(&taught()[3], &tools, 5, 1).is_empty());
    }
}
