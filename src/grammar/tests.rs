use std::path::Path;

use serde_json::{Value, json};

use super::{Constraint, Grammar, Vocabulary};
use crate::{
    calls::{CallFormat, check_call},
    error::Result,
    prompt::{PairOrder, PromptBuilder, SynthesisStyle},
    task::{Tool, ToolCall},
    tokenizer::Tokenizer,
};

fn seed() -> (Tokenizer, PromptBuilder, Vec<u32>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/autodidact-cli/model/seed");
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let tokenizer = Tokenizer::from_bytes(&read("tokenizer.json")).unwrap();
    let prompts = PromptBuilder::from_config(Some(&read("tokenizer_config.json")), None).unwrap();
    let end = tokenizer.token_to_id("<|end|>").unwrap();
    (tokenizer, prompts, vec![end])
}

/// True when the whole text can be written, and may end where it ends.
fn writes(constraint: &mut Constraint, tokenizer: &Tokenizer, text: &str) -> Result<bool> {
    for id in tokenizer.encode(text)? {
        if !constraint.allowed()?.contains(id as usize) {
            return Ok(false);
        }
        constraint.accept(id)?;
    }
    constraint.may_end()
}

fn tool(name: &str, parameters: Value) -> Tool {
    Tool { name: name.into(), description: String::new(), parameters, annotations: None }
}

fn menu() -> Vec<Tool> {
    let properties = json!({
        "city": {"type": "string"}, "nights": {"type": "integer"}, "class": {"type": "string", "enum": ["budget", "luxury"]},
        "tags": {"type": "array", "items": {"type": "string"}}, "guest": {"type": "object", "properties": {"name": {"type": "string"}}}
    });
    vec![
        tool("book", json!({"type": "object", "properties": properties, "required": ["city", "class"]})),
        tool("stop", json!({"type": "object", "properties": {}})),
    ]
}

#[test]
fn what_does_not_fit_the_menu_is_not_allowed() {
    let (tokenizer, _, eos) = seed();
    let vocabulary = Vocabulary::new(&tokenizer, &eos).unwrap();
    let constraint = vocabulary.constrain(&Grammar::answer(CallFormat::Pythonic, &menu())).unwrap();
    for (text, fits) in [
        (r#"<|call|>book(city="Rome", class="budget")"#, true),
        (
            r#"<|call|>book(city="Rome \"<|x|>\" (1)", nights=-3, class="luxury", tags=["a", "b"], guest={"name": "Ann"})"#,
            true,
        ),
        (r#"<|call|>stop()<|call|>stop()"#, true),
        ("No tool fits.", true),
        (r#"<|call|>book(city="Rome")"#, false),
        (r#"<|call|>book(class="budget", city="Rome")"#, false),
        (r#"<|call|>book(city="Rome", class="grand")"#, false),
        (r#"<|call|>book(city="Rome", nights="3", class="budget")"#, false),
        (r#"<|call|>book(city="Rome", nights=3.5, class="budget")"#, false),
        (r#"<|call|>book(city="Rome", class="budget", tags=[1])"#, false),
        (r#"<|call|>book(city="Rome", class="budget", guest={"age": 3})"#, false),
        (r#"<|call|>book(city="Rome", class="budget", town="x")"#, false),
        ("<|call|>fly()", false),
        ("<|call|>stop(now=true)", false),
        ("<|call|>stop(", false),
        ("Well. <|call|>stop()", false),
    ] {
        assert_eq!(writes(&mut constraint.clone(), &tokenizer, text).unwrap(), fits, "{text}");
    }
}

#[test]
fn calls_as_json() {
    let (tokenizer, _, eos) = seed();
    let vocabulary = Vocabulary::new(&tokenizer, &eos).unwrap();
    let arguments = json!({"city": "Rome é", "nights": 2, "class": "luxury", "tags": ["x", "y"]});
    let call = ToolCall { name: "book".into(), arguments: arguments.as_object().cloned().unwrap() };
    check_call(&call, &menu()).unwrap();
    let lacking = ToolCall { name: "book".into(), arguments: json!({"city": "Rome"}).as_object().cloned().unwrap() };
    for format in [CallFormat::Hermes, CallFormat::Llama3Json, CallFormat::Pythonic] {
        let constraint = vocabulary.constrain(&Grammar::answer(format, &menu())).unwrap();
        let write = |text: &str| writes(&mut constraint.clone(), &tokenizer, text).unwrap();
        for calls in [vec![call.clone()], vec![call.clone(), call.clone()]] {
            let text = format.render(&calls);
            assert!(write(&text), "{text}");
        }
        assert!(!write(&format.render(std::slice::from_ref(&lacking))), "{format:?}");
        assert!(write("There is no tool for it."), "{format:?}");
    }
    let (order, style) = (PairOrder::CallFirst, SynthesisStyle::Instructed);
    let grammar = Grammar::pair(CallFormat::Hermes, style, order, &menu());
    let text = format!(r#"{{"calls": [{{"name": "book", "arguments": {arguments}}}], "query": "Book it"}}"#);
    let text = text.replace(',', ", ").replace(':', ": ").replace(":  ", ": ").replace(",  ", ", ");
    assert!(writes(&mut vocabulary.constrain(&grammar).unwrap(), &tokenizer, &text).unwrap(), "{text}");
    let text = text.replace("\"class\": \"luxury\", ", "");
    assert!(!writes(&mut vocabulary.constrain(&grammar).unwrap(), &tokenizer, &text).unwrap(), "{text}");
}

#[test]
fn odd_schemas_are_enforced_as_far_as_they_can_be() {
    let (tokenizer, _, eos) = seed();
    let vocabulary = Vocabulary::new(&tokenizer, &eos).unwrap();
    let odd = json!({"properties": {
        "none": {"type": "integer", "enum": ["a", "b"]}, "any": {"type": "date"}, "nul": {"type": "string", "nullable": true},
        "look": {"type": "string", "pattern": "(?=x)y"}, "ref": {"$ref": "#/$defs/C"}, "lost": {"$ref": "#/$defs/D"},
        "n": {"type": "integer", "minimum": 3},
        "far": {"type": "integer", "minimum": -1e300, "maximum": -1e299},
        "one": {"type": "integer", "const": -1e300}, "some": {"type": "integer", "enum": [7, -1e300, i64::MIN]},
        "const": {"type": "integer", "minimum": -1e300, "maximum": -1e299}
    }, "required": "n", "$defs": {"C": {"enum": ["x", "y"]}}});
    let tools = [tool("odd", odd), tool("null", Value::Null), tool("list", json!([1]))];
    let constraint = vocabulary.constrain(&Grammar::answer(CallFormat::Pythonic, &tools)).unwrap();
    for (text, fits) in [
        ("<|call|>odd(none=3)", true),
        (r#"<|call|>odd(any={"a": 1}, nul=null)"#, true),
        (r#"<|call|>odd(look="z", ref="x", lost=[1], n=3)"#, true),
        (r#"<|call|>odd(ref="z")"#, false),
        ("<|call|>odd(n=2)", false),
        ("<|call|>odd(far=3)", false),
        ("<|call|>odd(n=3, some=7)", true),
        ("<|call|>odd(n=3, some=8)", false),
        ("<|call|>null()", true),
        ("<|call|>list()", true),
    ] {
        assert_eq!(writes(&mut constraint.clone(), &tokenizer, text).unwrap(), fits, "{text}");
    }
}

#[test]
fn any_schema_of_a_caller_is_enforced_or_refused() {
    let (tokenizer, _, eos) = seed();
    let vocabulary = Vocabulary::new(&tokenizer, &eos).unwrap();
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false});
    let constraint = vocabulary.constrain(&Grammar::json(&schema)).unwrap();
    for (text, fits) in [(r#"{"a": 3}"#, true), (r#"{"a":3}"#, false), ("{}", false), (r#"{"a": 3, "b": 1}"#, false)] {
        assert_eq!(writes(&mut constraint.clone(), &tokenizer, text).unwrap(), fits, "{text}");
    }
    // The library's own arithmetic ends before these bounds do.
    for schema in [
        json!({"allOf": [{"type": "integer"}, {"minimum": -1e300, "maximum": -1e299}]}),
        json!({"type": ["integer", "null"], "minimum": 1e299, "maximum": 1e300}),
    ] {
        assert!(vocabulary.constrain(&Grammar::json(&schema)).is_ok(), "{schema}");
    }
    for schema in [
        json!({"type": "string", "enum": [1]}),
        json!(false),
        json!({"$ref": "#/lost"}),
        json!({"type": "integer", "const": -1e300}),
        json!({"const": [i64::MIN]}),
        json!({"type": "integer", "enum": [-1e300]}),
    ] {
        assert_eq!(
            vocabulary.constrain(&Grammar::json(&schema)).err().map(|e| e.code()),
            Some("GrammarError"),
            "{schema}"
        );
    }
}

#[test]
fn a_model_without_an_end_cannot_be_constrained() {
    // An id that the embedding has and the tokenizer has not ends nothing.
    let (tokenizer, _, eos) = seed();
    let beyond = tokenizer.vocab_size() as u32 + 7;
    for none in [&[][..], &[beyond]] {
        assert_eq!(Vocabulary::new(&tokenizer, none).err().map(|e| e.code()), Some("GrammarError"));
    }
    assert!(Vocabulary::new(&tokenizer, &[&[beyond][..], &eos].concat()).is_ok());
}
