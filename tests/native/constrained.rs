//! Constrained decoding holds whatever a model does: one with random weights writes JSON for a thousand random schemas, and
//! calls of tools with such schemas.
//!
//! What is written is judged here by `serde_json` and [`check_call`]; bounds, lengths and patterns are judged by Python's
//! `jsonschema` (`tests/reference/check_constrained.py`), which reads the file that this test leaves.

use std::{fmt::Write as _, path::Path, thread};

use autodidact::{
    backend,
    calls::{CallFormat, check_call},
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
        let session = Session { decoder: &self.decoder, lora: None, cancel: &cancel };
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
        let tool = Tool { name: "t".into(), description: String::new(), parameters: schema.clone() };
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

#[test]
fn calls_of_random_menus_in_every_format() {
    let writer = Writer::new();
    for seed in 0..cases(200, 2_000) as u64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let names = ["find", "book_room", "Stop"];
        let tools: Vec<Tool> = names[..rng.random_range(1..=3)]
            .iter()
            .map(|name| Tool { name: (*name).into(), description: String::new(), parameters: object(&mut rng, 1) })
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
