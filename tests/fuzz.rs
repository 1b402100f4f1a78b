//! Whatever stands in a file or comes from a model: the readers give a result or a typed error, never a panic, and ask for no
//! more memory than the input is worth.
//!
//! Each property starts from a good file and damages it: bytes are changed, cut and repeated, and values of JSON are replaced
//! by values of other kinds and sizes. `PROPTEST_CASES` says how often; `make fuzz` says 20,000 times each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(not(target_family = "wasm"))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use autodidact::{
    adapter::{Adapter, PeftAdapter},
    backend,
    calls::{CallFormat, check_call, menu_from_json, usable},
    error::Result,
    format::safetensors,
    grammar::{Grammar, Vocabulary},
    identity::Base,
    model::{ModelConfig, ModelFiles},
    prompt::{NamedTemplate, PairOrder, PromptBuilder, SEED_TEMPLATE, TemplateFiles},
    storage::{AdapterMeta, AdapterRecord, archive},
    task::{Task, ToolCall},
    tokenizer::Tokenizer,
};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

mod common;

/// Remembers the largest piece of memory that was ever asked for.
struct Watched;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// No file here is larger than 100 kB.
const LARGEST_WANTED: usize = 64 << 20;

fn is_modest() {
    let largest = LARGEST.load(Ordering::Relaxed);
    assert!(largest <= LARGEST_WANTED, "a piece of {largest} bytes was asked for");
}

/// What is done to the bytes of a file.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Cut(Index),
    Remove(Index, Index),
    Repeat(Index, Index),
    Insert(Index, Vec<u8>),
    Number(Index, u64),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Damage::Remove(a, b)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Damage::Repeat(a, b)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(at, new)| Damage::Insert(at, new)),
        (any::<Index>(), any::<u64>()).prop_map(|(at, number)| Damage::Number(at, number)),
    ]
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    prop::collection::vec(damage(), 0..6)
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages {
        let len = bytes.len() + 1;
        let range = |a: &Index, b: &Index| {
            let (a, b) = (a.index(len), b.index(len));
            a.min(b)..a.max(b)
        };
        match damage {
            Damage::Set(at, byte) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Set(..) => {}
            Damage::Cut(at) => bytes.truncate(at.index(len)),
            Damage::Remove(a, b) => drop(bytes.drain(range(a, b))),
            Damage::Repeat(a, b) => {
                let range = range(a, b);
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, copy);
            }
            Damage::Insert(at, new) => drop(bytes.splice(at.index(len)..at.index(len), new.iter().copied())),
            Damage::Number(at, number) => {
                let at = at.index(len);
                for (place, byte) in bytes.iter_mut().skip(at).zip(number.to_le_bytes()) {
                    *place = byte;
                }
            }
        }
    }
    bytes
}

/// Values that stand where another was expected.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![0_i64, 1, -1, 3, 255, 65_536, i64::from(u32::MAX), i64::MAX, i64::MIN])
            .prop_map(Value::from),
        prop::sample::select(vec![0.5_f64, -0.0, 1e-320, 1e300, f64::MAX]).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["", "<0x", "{{", "{% for", "F64", "BPE", "../x", "(", "[", "\u{0}"])
            .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[], {"a": [null]}])),
        prop::sample::select(vec!["AAA", "", "BQAAAAEC"])
            .prop_map(|table| json!({"type": "Precompiled", "precompiled_charsmap": table})),
    ]
}

fn odd_values() -> impl Strategy<Value = Vec<(Index, Option<Value>)>> {
    prop::collection::vec((any::<Index>(), prop::option::weighted(0.8, odd_value())), 0..4)
}

/// Replaces the value at a place of the tree, or removes it.
fn changed(mut json: Value, changes: &[(Index, Option<Value>)]) -> Vec<u8> {
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(map) => map.values().map(count).sum(),
            _ => 0,
        }
    }
    fn change(value: &mut Value, at: &mut usize, new: Option<&Value>) -> bool {
        if *at == 0 {
            match new {
                Some(new) => *value = new.clone(),
                None => return true,
            }
            *at = usize::MAX;
            return false;
        }
        *at -= 1;
        match value {
            Value::Array(items) => {
                for i in 0..items.len() {
                    if *at != usize::MAX && change(&mut items[i], at, new) {
                        items.remove(i);
                        *at = usize::MAX;
                    }
                    if *at == usize::MAX {
                        return false;
                    }
                }
            }
            Value::Object(map) => {
                for key in map.keys().cloned().collect::<Vec<_>>() {
                    let Some(inner) = map.get_mut(&key) else { continue };
                    if change(inner, at, new) {
                        map.shift_remove(&key);
                        *at = usize::MAX;
                    }
                    if *at == usize::MAX {
                        return false;
                    }
                }
            }
            _ => {}
        }
        false
    }
    for (index, new) in changes {
        let mut at = index.index(count(&json));
        change(&mut json, &mut at, new.as_ref());
    }
    json.to_string().into_bytes()
}

fn fixture(path: &str) -> Vec<u8> {
    common::bytes(&common::fixtures().join(path))
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

static CONFIG: LazyLock<Vec<u8>> = LazyLock::new(|| fixture("llama/config.json"));
static WEIGHTS: LazyLock<Vec<u8>> = LazyLock::new(|| fixture("llama/model.safetensors"));
static GGUF: LazyLock<Vec<u8>> = LazyLock::new(|| fixture("gguf/llama.gguf"));
/// Where its tensors begin.
const GGUF_HEADER: usize = 3200;
static PEFT_CONFIG: LazyLock<Vec<u8>> = LazyLock::new(|| fixture("lora_llama/initial/adapter_config.json"));
static PEFT_WEIGHTS: LazyLock<Vec<u8>> = LazyLock::new(|| fixture("lora_llama/initial/adapter_model.safetensors"));
static TOKENIZER: LazyLock<Vec<u8>> = LazyLock::new(|| fixture("bpe/tokenizer.json"));
static TEMPLATE: LazyLock<Value> = LazyLock::new(
    || json!({"chat_template": SEED_TEMPLATE, "call_format": "pythonic", "synthesis": "native", "eos_token": "<|end|>"}),
);

/// A tokenizer that still can be read must also work.
fn use_tokenizer(bytes: &[u8]) -> Result<()> {
    let tokenizer = Tokenizer::from_bytes(bytes)?;
    let ids = tokenizer.encode("<|user|>Find a hôtel in Paris\n")?;
    tokenizer.decode(&ids, false)?;
    tokenizer.encode_continuation("x")?;
    Ok(())
}

fn use_prompts(config: &[u8]) -> Result<()> {
    let prompts = PromptBuilder::from_config(Some(config), None)?;
    let task = Task::new("Find a hotel", menu_from_json(r#"[{"name": "find", "parameters": {}}]"#)?);
    prompts.answer_prompt(&task)?;
    prompts.synthesis_prompt(&task, &[], PairOrder::CallFirst)?;
    Ok(())
}

fn use_peft(config: &[u8], weights: &[u8]) -> Result<()> {
    let peft = PeftAdapter::from_bytes(config, weights)?;
    Adapter::from_peft(&peft, &ModelConfig::from_json(&CONFIG)?, &Base::default(), &backend::cpu())?;
    Ok(())
}

fn load(config: Vec<u8>, weights: Vec<u8>) -> Result<()> {
    let files =
        ModelFiles { config, tokenizer: TOKENIZER.clone(), shards: vec![weights.into()], ..ModelFiles::default() };
    files.read(&backend::cpu()).map(|_| ())
}

static ARGUMENTS: LazyLock<Value> = LazyLock::new(
    || json!({"city": "Rome", "nights": 3, "tags": ["a", {"b": null}], "guest": {"name": "Ann", "extra": {"x": 1.5}}, "tree": {"kids": []}}),
);
static MENU: LazyLock<Value> = LazyLock::new(|| {
    json!([{"name": "find", "inputSchema": {
        "type": "OBJECT", "required": ["city", "nights"], "additionalProperties": false, "minProperties": 1,
        "properties": {
            "city": {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[A-Z]\\w*$", "enum": ["Rome", "Oslo"]},
            "nights": {"type": ["integer", "null"], "minimum": 1, "exclusiveMaximum": 30, "multipleOf": 1},
            "tags": {"type": "array", "items": {"type": "string"}, "prefixItems": [{"const": "a"}], "minItems": 1, "maxItems": 5,
                "uniqueItems": true, "contains": {"const": "a"}},
            "guest": {"type": "dict", "properties": {"name": {"type": "str"}}, "additionalProperties": {"$ref": "#/$defs/Any"},
                "patternProperties": {"^x-": {"type": "integer"}}, "propertyNames": {"maxLength": 9}, "dependentRequired": {"a": ["b"]}},
            "tree": {"$ref": "#/$defs/Tree"},
            "either": {"oneOf": [{"type": "string"}, {"allOf": [{"type": "integer"}, {"not": {"const": 3}}]}], "if": {"const": 1}, "then": false},
        },
        "$defs": {"Tree": {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}},
            "Any": {"anyOf": [{"type": "number"}, {"$ref": "#/$defs/Any"}, true]}},
    }}, {"type": "function", "function": {"name": "stop", "parameters": {"$ref": "#/definitions/S", "definitions": {"S": {"type": "object"}}}}}])
});

thread_local! {
    static VOCABULARY: Vocabulary = {
        let tokenizer = Tokenizer::from_bytes(&TOKENIZER).unwrap();
        let end = tokenizer.token_to_id("<|end|>").unwrap();
        Vocabulary::new(&tokenizer, &[end]).unwrap()
    };
}

/// A menu that can be read is written, checked and enforced.
fn use_menu(json: &str, arguments: &Value) -> Result<()> {
    let menu = usable(&menu_from_json(json)?)?;
    for tool in &menu.tools {
        let arguments = arguments.as_object().cloned().unwrap_or_default();
        let call = ToolCall { name: tool.name.clone(), arguments };
        let _ = check_call(&call, &menu.tools);
    }
    for format in [CallFormat::Hermes, CallFormat::Pythonic] {
        let grammar = Grammar::answer(format, &menu.tools);
        VOCABULARY.with(|vocabulary| vocabulary.constrain(&grammar)?.allowed().map(drop))?;
    }
    Ok(())
}

const CALLS: [&str; 6] = [
    r#"<|call|>find(city="Rome \" é", nights=3, tags=["a", {"b": null}])<|call|>stop()"#,
    "<tool_call>\n{\"name\": \"find\", \"arguments\": {\"city\": \"Rome\", \"n\": [1, -2.5e3]}}\n</tool_call>",
    r#"{"name": "find", "parameters": {"city": "Rome"}}; {"name": "stop", "parameters": {}}"#,
    "<think>\nhm\n</think>```json\n[{\"name\": \"find\", \"arguments\": \"{\\\"a\\\": 1}\"}]\n```",
    r#"{"query": "Find it", "calls": [{"name": "find", "arguments": {"a": 1}}]}"#,
    r#"Find it<|assistant|><|call|>find(a=1)<|end|>"#,
];

/// Reads a text in every way in which a model's text is read.
fn read_calls(text: &str) {
    for format in [CallFormat::Hermes, CallFormat::Llama3Json, CallFormat::Pythonic] {
        if let Ok(calls) = format.parse(text) {
            assert_eq!(format.parse(&format.render(&calls)).unwrap(), calls, "{text}");
        }
    }
    let config = TEMPLATE.to_string();
    for config in [config.as_str(), r#"{"chat_template": "{{ messages }}"}"#] {
        let prompts = PromptBuilder::from_config(Some(config.as_bytes()), None).unwrap();
        for order in [PairOrder::QueryFirst, PairOrder::CallFirst] {
            let _ = prompts.parse_synthesis(text, order);
        }
    }
    let _ = menu_from_json(text);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn safetensors_files(damages in damages()) {
        let bytes = damaged(&WEIGHTS, &damages);
        if let Ok(file) = safetensors::read(&bytes) {
            drop(file);
        }
        let _ = load(CONFIG.clone(), bytes);
        is_modest();
    }

    #[test]
    fn gguf_files(damages in damages(), header in damages()) {
        let end = GGUF.len().min(GGUF_HEADER);
        let file = [damaged(&GGUF[..end], &header), GGUF[end..].to_vec()].concat();
        for file in [file, damaged(&GGUF, &damages)] {
            if let Ok(files) = ModelFiles::from_gguf("model", vec![file.into()]) {
                let _ = files.read(&backend::cpu());
            }
        }
        is_modest();
    }

    #[test]
    fn configurations(changes in odd_values(), damages in damages()) {
        let _ = load(changed(parsed(&CONFIG), &changes), WEIGHTS.clone());
        let _ = ModelConfig::from_json(&damaged(&CONFIG, &damages));
        is_modest();
    }

    #[test]
    fn adapters(changes in odd_values(), damages in damages()) {
        let _ = use_peft(&changed(parsed(&PEFT_CONFIG), &changes), &PEFT_WEIGHTS);
        let _ = use_peft(&PEFT_CONFIG, &damaged(&PEFT_WEIGHTS, &damages));
        is_modest();
    }

    #[test]
    fn archives(damages in damages()) {
        let record = AdapterRecord::new(
            AdapterMeta { name: "a".into(), ..AdapterMeta::default() }, PEFT_CONFIG.clone(), PEFT_WEIGHTS.clone());
        let zip = archive::export(&record.unwrap()).unwrap();
        let _ = archive::import_zip("b", &damaged(&zip, &damages));
        is_modest();
    }

    #[test]
    fn tokenizers(changes in odd_values(), damages in damages()) {
        let _ = use_tokenizer(&changed(parsed(&TOKENIZER), &changes));
        let _ = use_tokenizer(&damaged(&TOKENIZER, &damages));
        is_modest();
    }

    #[test]
    fn chat_templates(changes in odd_values(), damages in damages()) {
        let _ = use_prompts(&changed(TEMPLATE.clone(), &changes));
        let source = damaged(SEED_TEMPLATE.as_bytes(), &damages);
        let config = json!({"chat_template": String::from_utf8_lossy(&source), "eos_token": "<|end|>"});
        let _ = use_prompts(config.to_string().as_bytes());
        is_modest();
    }

    #[test]
    fn menus(changes in odd_values(), damages in damages(), arguments in odd_values()) {
        let arguments: Value = parsed(&changed(ARGUMENTS.clone(), &arguments));
        let _ = use_menu(&String::from_utf8(changed(MENU.clone(), &changes)).unwrap(), &arguments);
        let _ = use_menu(&String::from_utf8_lossy(&damaged(MENU.to_string().as_bytes(), &damages)), &arguments);
        is_modest();
    }

    #[test]
    fn other_files_of_a_model(changes in odd_values(), damages in damages()) {
        let map = json!({"bos_token": {"content": "<s>"}, "eos_token": "<|end|>", "pad_token": null, "additional_special_tokens": ["a"]});
        let map = changed(map, &changes);
        let template = String::from_utf8_lossy(&damaged(SEED_TEMPLATE.as_bytes(), &damages)).into_owned();
        let named = [NamedTemplate { name: "tool_use".into(), source: template }];
        let config = TEMPLATE.to_string();
        let files = TemplateFiles {
            tokenizer_config: Some(config.as_bytes()), special_tokens_map: Some(&map), named: &named, ..TemplateFiles::default()
        };
        if let Ok(prompts) = PromptBuilder::from_files(&files) {
            let _ = prompts.answer_prompt(&Task::new("Find a hotel", Vec::new()));
        }
        is_modest();
    }

    #[test]
    fn texts_of_models(which in 0..CALLS.len(), damages in damages(), any in "\\PC{0,60}") {
        read_calls(&String::from_utf8_lossy(&damaged(CALLS[which].as_bytes(), &damages)));
        read_calls(&any);
        is_modest();
    }
}
