//! Constrained decoding holds whatever a model does: one with random weights writes JSON for a thousand random schemas, and
//! calls of tools with such schemas.
//!
//! What is written is judged here by `serde_json` and [`check_call`]; bounds, lengths and patterns are judged by Python's
//! `jsonschema` (`tests/reference/check_constrained.py`), which reads the file that this test leaves.

use std::{fmt::Write as _, path::Path, thread};

use autodidact::{
    backend,
    calls::{CallFormat, check_call, usable},
    grammar::{Grammar, Vocabulary},
    inference::{Cancel, Finish, Sampling, Session, Stop},
    model::{Decoder, Family, ModelConfig, init},
    task::{Tool, ToolCall},
    tokenizer::Tokenizer,
};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use crate::common::cases;

const MAX_TOKENS: usize = 320;

struct Writer {
    decoder: Decoder,
    tokenizer: Tokenizer,
    vocabulary: Vocabulary,
    end: u32,
}

impl Writer {
    /// The seed model's tokenizer under a small model that knows nothing.
    fn new() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/autodidact-cli/model/seed/tokenizer.json");
        let tokenizer = Tokenizer::from_bytes(&std::fs::read(file).unwrap()).unwrap();
        let end = tokenizer.token_to_id("<|end|>").unwrap();
        let config = ModelConfig {
            vocab_size: tokenizer.vocab_size(),
            d_model: 16,
            n_layers: 1,
            n_heads: 2,
            n_kv_heads: 1,
            d_ff: 16,
            context: 1024,
            eos: vec![end],
            ..ModelConfig::tiny(Family::Llama)
        };
        let decoder = init::random(config, 1, 0.2, &backend::cpu());
        let vocabulary = Vocabulary::new(&tokenizer, &[end]).unwrap();
        Self { decoder, tokenizer, vocabulary, end }
    }

    fn write(&self, grammar: &Grammar, seed: u64) -> String {
        let cancel = Cancel::default();
        let session = Session::new(&self.decoder, None, &cancel);
        let constraint = self.vocabulary.constrain(grammar).unwrap();
        let sampling = Sampling { temperature: 1.0, top_k: 0, top_p: 1.0, seed };
        let end = [self.end];
        let stop = Stop::at(&end, MAX_TOKENS);
        let generation = futures_lite::future::block_on(async {
            let prefix = session.prefill(&[self.end]).await.unwrap();
            session.generate(&prefix, sampling, &stop, Some(constraint), |_| Ok(())).await.unwrap()
        });
        let text = self.tokenizer.decode(&generation.ids, false).unwrap();
        assert_eq!(generation.finish, Finish::Stop, "no end: {text}");
        text
    }
}

/// A schema of a value, less deep than `depth`.
fn schema(rng: &mut ChaCha8Rng, depth: u32) -> Value {
    let words = ["a", "Paris", "two words", "naïve", "x\"y", "\\"];
    match rng.random_range(0..if depth > 0 { 12 } else { 8 }) {
        0 => json!({"type": "string"}),
        1 => json!({"type": "string", "minLength": rng.random_range(0..4), "maxLength": rng.random_range(4..20)}),
        2 => {
            json!({"type": "string", "pattern": *["^[a-z]{2,5}$", "^\\d{4}-\\d{2}$", "^(yes|no)$"].choose(rng).unwrap()})
        }
        3 => json!({"type": "integer", "minimum": rng.random_range(-20..5), "maximum": rng.random_range(5..3000)}),
        4 => json!({"type": "number"}),
        5 => json!({"type": ["boolean", "null"]}),
        6 => json!({"enum": words.iter().filter(|_| rng.random_bool(0.5)).chain(["z"].iter()).collect::<Vec<_>>()}),
        7 => json!({"const": [3, "x", {"k": [true]}]}),
        8 | 9 => object(rng, depth - 1),
        10 => {
            let least = rng.random_range(0..3);
            json!({"type": "array", "items": schema(rng, depth - 1), "minItems": least, "maxItems": least + rng.random_range(0..3)})
        }
        _ => json!({"anyOf": [schema(rng, depth - 1), schema(rng, depth - 1)]}),
    }
}

fn object(rng: &mut ChaCha8Rng, depth: u32) -> Value {
    let names = ["city", "two words", "n", "straße", "from", "is_open"];
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for name in names {
        if rng.random_bool(0.35) {
            properties.insert(name.to_owned(), schema(rng, depth));
            if rng.random_bool(0.3) {
                required.push(name);
            }
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn json_of_schemas(seeds: impl Iterator<Item = u64>) -> String {
    let writer = Writer::new();
    let mut lines = String::new();
    for seed in seeds {
        let schema = object(&mut ChaCha8Rng::seed_from_u64(seed), 2);
        let text = writer.write(&Grammar::json(&schema), seed);
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}\n{schema}"));
        let tool = Tool { name: "t".into(), description: String::new(), parameters: schema.clone(), annotations: None };
        let call = ToolCall { name: "t".into(), arguments: value.as_object().cloned().unwrap() };
        check_call(&call, &[tool]).unwrap_or_else(|e| panic!("{e}: {text}\n{schema}"));
        writeln!(lines, "{}", json!({"schema": schema, "text": text})).unwrap();
    }
    lines
}

#[test]
fn a_thousand_random_schemas() {
    let schemas = cases(1_000, 10_000) as u64;
    let lines: Vec<String> = thread::scope(|scope| {
        let halves = [0, 1].map(|i| scope.spawn(move || json_of_schemas((0..schemas).filter(|s| s % 2 == i))));
        halves.into_iter().map(|half| half.join().unwrap()).collect()
    });
    let lines = lines.concat();
    assert_eq!(lines.lines().count() as u64, schemas);
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("constrained.jsonl"), lines).unwrap();
}

/// A schema with what menus of strangers have: maps, references, bounds, combinations, rules that no grammar enforces.
fn any_schema(rng: &mut ChaCha8Rng, depth: u32) -> Value {
    let inner = |rng: &mut ChaCha8Rng| if depth > 0 { any_schema(rng, depth - 1) } else { schema(rng, 0) };
    match rng.random_range(0..15) {
        0 => json!({"type": "object", "additionalProperties": inner(rng)}),
        1 => {
            json!({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1, "maxProperties": 3})
        }
        2 => json!({"$ref": format!("#/$defs/D{}", rng.random_range(0..2))}),
        3 => json!({"anyOf": [{"$ref": "#/$defs/D0"}, {"type": "null"}]}),
        4 => json!({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 3 + rng.random_range(2..900)}),
        5 => json!({"type": "integer", "multipleOf": rng.random_range(2..9)}),
        6 => json!({"type": "number", "minimum": -1.5, "maximum": rng.random_range(0..40)}),
        7 => json!({"type": "array", "items": inner(rng), "uniqueItems": true, "maxItems": 3}),
        8 => {
            json!({"type": "array", "prefixItems": [{"type": "integer"}, inner(rng)], "items": {"type": "boolean"}, "maxItems": 4})
        }
        9 => json!({"oneOf": [{"type": "integer"}, {"type": "number", "maximum": 10}, {"type": "string"}]}),
        10 => json!({"type": "string", "not": {"maxLength": 2}}),
        11 => {
            json!({"type": "object", "patternProperties": {"^[a-z]": {"type": "integer"}}, "additionalProperties": false})
        }
        12 => json!({"allOf": [{"type": "integer", "minimum": 0}, {"maximum": 99}]}),
        13 => object(rng, depth.min(1)),
        _ => schema(rng, depth.min(1)),
    }
}

/// Tools that take one or two such values.
fn any_menu(rng: &mut ChaCha8Rng) -> Vec<Tool> {
    let names = ["find", "book_room"];
    let tool = |name: &&str| {
        let definitions =
            json!({"D0": object(rng, 1), "D1": {"type": "array", "items": {"$ref": "#/$defs/D0"}, "maxItems": 2}});
        let properties = json!({"first value": any_schema(rng, 2), "n": any_schema(rng, 1)});
        let parameters = json!({"type": "object", "properties": properties, "required": ["n"], "$defs": definitions});
        Tool { name: (*name).into(), description: String::new(), parameters, annotations: None }
    };
    let tools: Vec<Tool> = names.iter().map(tool).collect();
    usable(&tools).unwrap().tools
}

/// What of an answer counts as calls, as the agent reads it.
fn calls_of(format: CallFormat, text: &str, tools: &[Tool]) -> Vec<ToolCall> {
    let calls = format.parse(text).unwrap_or_default();
    if calls.iter().all(|call| check_call(call, tools).is_ok()) { calls } else { Vec::new() }
}

#[test]
fn calls_fit_the_whole_schema_or_are_none() {
    let writer = Writer::new();
    let (mut lines, mut written, mut none) = (String::new(), 0, 0);
    for seed in 0..cases(350, 4_000) as u64 {
        let tools = any_menu(&mut ChaCha8Rng::seed_from_u64(seed));
        for format in [CallFormat::Pythonic, CallFormat::Hermes, CallFormat::Llama3Json] {
            let text = writer.write(&Grammar::calls(format, &tools), seed);
            let calls = calls_of(format, &text, &tools);
            none += usize::from(calls.is_empty());
            for call in calls {
                written += 1;
                let schema = &tools.iter().find(|tool| tool.name == call.name).unwrap().parameters;
                writeln!(lines, "{}", json!({"schema": schema, "text": Value::Object(call.arguments).to_string()}))
                    .unwrap();
            }
        }
    }
    println!("{written} calls, and {none} texts whose calls broke a rule that no grammar enforces");
    assert!(none * 2 < written, "{none} of {written}");
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("constrained_calls.jsonl"), lines).unwrap();
}

impl Writer {
    /// What a model writes that wants to write `wanted`, as far as the constraint lets it.
    fn parrot(&self, grammar: &Grammar, wanted: &str) -> String {
        let mut constraint = self.vocabulary.constrain(grammar).unwrap();
        let mut ids = Vec::new();
        let mut rest = self.tokenizer.encode(wanted).unwrap().into_iter();
        while ids.len() < MAX_TOKENS {
            let allowed = constraint.allowed().unwrap();
            let wish = rest.next().filter(|id| allowed.contains(*id as usize));
            let ends = allowed.contains(self.end as usize);
            let id = match wish {
                Some(id) => id,
                None if ends => break,
                None => {
                    rest = Vec::new().into_iter();
                    constraint.closing().unwrap().unwrap()
                }
            };
            if id == self.end {
                break;
            }
            ids.push(id);
            constraint.accept(id).unwrap();
        }
        self.tokenizer.decode(&ids, false).unwrap()
    }
}

#[test]
fn a_model_that_wants_something_else_calls_nothing_else() {
    let writer = Writer::new();
    let properties = json!({"minutes": {"type": "integer", "minimum": 1, "maximum": 60}, "label": {"type": "string", "enum": ["tea", "nap"]}});
    let parameters = json!({"type": "object", "properties": properties, "required": ["minutes"]});
    let tools = [Tool { name: "set_timer".into(), description: String::new(), parameters, annotations: None }];
    let bad = [
        r#"{"name": "multiply", "arguments": {"minutes": 17}}"#,
        r#"{"name": "set_timer", "arguments": {"minutes": 99}}"#,
        r#"{"name": "set_timer", "arguments": {"minutes": 3, "label": "x"}}"#,
        r#"{"name": "set_timer", "arguments": {}}"#,
        r#"{"arguments": {"minutes": 0}, "name": "set_timer"}"#,
        r#"{"type": "function", "function": {"name": "fly", "parameters": {}}}"#,
    ];
    let mut texts = Vec::new();
    for call in bad {
        for (before, after) in [
            ("", ""),
            ("\n", ""),
            ("  ", ""),
            ("```json\n", "\n```"),
            ("```\n", "\n```"),
            ("[", "]"),
            ("Sure:\n```json\n", "\n```"),
            ("Sure: ", ""),
            ("<tool_call>\n", "\n</tool_call>"),
            ("<tools>\n", "\n</tools>"),
            ("<think>\n</think>\n", ""),
            ("<think>hm</think>\n\n<tool_call>\n", "\n</tool_call>"),
            ("I think so.</think>", ""),
            ("<|python_tag|>", ""),
        ] {
            texts.push(format!("{before}{call}{after}"));
        }
    }
    texts.extend(
        ["<|call|>multiply(minutes=17)", "Well <|call|>set_timer(minutes=99)", "<|call|>set_timer(minutes=99)"]
            .map(str::to_owned),
    );
    for format in [CallFormat::Pythonic, CallFormat::Hermes, CallFormat::Llama3Json] {
        let grammar = Grammar::answer(format, &tools);
        for text in &texts {
            let written = writer.parrot(&grammar, text);
            let calls = format.parse(&written).unwrap_or_default();
            for call in &calls {
                check_call(call, &tools).unwrap_or_else(|e| panic!("{e}\nwanted  {text}\nwritten {written}"));
            }
        }
        // Plain answers are written as they are.
        for text in ["There is no timer for that.", "42", "It takes 5 minutes (or \"ten\").", "a {b} [c]"] {
            assert_eq!(writer.parrot(&grammar, text), text, "{format:?}");
        }
    }
}

#[test]
fn no_more_calls_are_written_than_are_wanted() {
    let writer = Writer::new();
    let tools = [Tool {
        name: "ping".into(),
        description: String::new(),
        parameters: json!({"type": "object", "properties": {}}),
        annotations: None,
    }];
    let call = ToolCall { name: "ping".into(), arguments: Map::new() };
    for format in [CallFormat::Pythonic, CallFormat::Hermes, CallFormat::Llama3Json] {
        let four = format.render(&vec![call.clone(); 4]);
        for (most, count) in [(None, 4), (Some(1), 1), (Some(3), 3)] {
            let written = writer.parrot(&Grammar::calls(format, &tools).at_most(most), &four);
            assert_eq!(format.parse(&written).unwrap().len(), count, "{format:?} {written}");
        }
    }
}

#[test]
fn calls_of_random_menus_in_every_format() {
    let writer = Writer::new();
    for seed in 0..cases(200, 2_000) as u64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let names = ["find", "book_room", "Stop"];
        let tools: Vec<Tool> = names[..rng.random_range(1..=3)]
            .iter()
            .map(|name| Tool {
                name: (*name).into(),
                description: String::new(),
                parameters: object(&mut rng, 1),
                annotations: None,
            })
            .collect();
        for format in [CallFormat::Pythonic, CallFormat::Hermes, CallFormat::Llama3Json] {
            let text = writer.write(&Grammar::calls(format, &tools), seed);
            let calls = format.parse(&text).unwrap_or_else(|e| panic!("{}: {text}", e.reason()));
            assert!(!calls.is_empty(), "{text}");
            for call in calls {
                check_call(&call, &tools).unwrap_or_else(|e| panic!("{e}: {text}"));
            }
        }
    }
}
