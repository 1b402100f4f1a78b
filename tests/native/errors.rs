//! Every code of the table in the docs, made to happen; of those that need a browser, the test that does it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    rc::Rc,
};

use autodidact::{
    adapter::PeftAdapter,
    agent::{Agent, AskOptions, CompletionForm, CompletionOptions, ModelFiles, OpenOptions},
    backend::BackendChoice,
    error::{Error, Result},
    inference::Cancel,
    storage::{AdapterStore, FolderStore, MemoryStore},
    task::{Pair, Task, Tool, ToolCall},
};
use futures_lite::future::block_on;
use serde_json::{Map, Value, json};

use crate::seed::seed_files;

/// Code, file and test, where no native program can make it happen.
const ELSEWHERE: [(&str, &str, &str); 9] = [
    ("WebGPUNotAvailable", "tests/web.rs", "a_software_adapter_counts_as_none"),
    ("DeviceLost", "tests/web_lost.rs", "a_destroyed_device_is_told_and_what_is_stored_stays"),
    ("SelfTestFailed", "src/model/self_test.rs", "other_numbers_fail"),
    ("Busy", "www/test/consumer.mjs", "has an error with a code for"),
    ("WorkerFailed", "www/test/consumer.mjs", "has an error with a code for"),
    ("AgentCrashed", "www/test/e2e/start.test.mjs", "crash"),
    ("OutOfMemory", "www/test/out-of-memory.mjs", "out of memory"),
    ("Unexpected", "www/test/consumer.mjs", "has an error with a code for"),
    ("NotReady", "www/test/consumer.mjs", "has an error with a code for"),
];

/// Codes of JavaScript alone.
const JAVASCRIPT: [&str; 5] = ["OutOfMemory", "AgentCrashed", "NotReady", "Unexpected", "WorkerFailed"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn open_with(files: ModelFiles, store: Rc<dyn AdapterStore>) -> Result<Agent> {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    block_on(Agent::open(files, store, options, |_| {}))
}

fn open(change: impl FnOnce(&mut ModelFiles)) -> Result<Agent> {
    let mut files = seed_files();
    change(&mut files);
    open_with(files, Rc::new(MemoryStore::new()))
}

fn weights(files: &ModelFiles) -> Vec<u8> {
    files.shards[0].all().unwrap().into_owned()
}

/// The weights with another header; the data stay.
fn with_header(change: impl FnOnce(&mut Map<String, Value>)) -> Result<Agent> {
    open(|files| {
        let mut bytes = weights(files);
        let end = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
        let mut header: Map<String, Value> = serde_json::from_slice(&bytes[8..end]).unwrap();
        change(&mut header);
        let header = serde_json::to_vec(&header).unwrap();
        let data = bytes.split_off(end);
        files.shards[0] = [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat().into();
    })
}

const NORM: &str = "model.norm.weight";

/// The model with weights that are not numbers.
fn not_numbers() -> Agent {
    let shard = |files: &mut ModelFiles| {
        let mut bytes = weights(files);
        let data = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
        let header: Value = serde_json::from_slice(&bytes[8..data]).unwrap();
        let at = data + usize::try_from(header[NORM]["data_offsets"][0].as_u64().unwrap()).unwrap();
        bytes[at..at + 2].copy_from_slice(&0x7e00_u16.to_le_bytes());
        files.shards[0] = bytes.into();
    };
    open(shard).unwrap()
}

fn task(query: &str) -> Task {
    let parameters = json!({"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]});
    Task::new(
        query,
        vec![Tool { name: "set_timer".into(), description: "Set a timer".into(), parameters, annotations: None }],
    )
}

fn complete(agent: &Agent, query: &str, options: &CompletionOptions, cancel: &Cancel) -> Result<()> {
    block_on(agent.complete(&task(query), options, cancel, |_| {})).map(drop)
}

fn learn(agent: &Agent) -> Result<()> {
    let arguments = json!({"minutes": 5}).as_object().cloned().unwrap();
    let pair = Pair { query: "5 minutes".into(), calls: vec![ToolCall { name: "set_timer".into(), arguments }] };
    let options = AskOptions { keep: Some("kept".into()), ..AskOptions::default() };
    block_on(agent.adapt(&task("7 minutes"), &[pair], &options, &Cancel::default(), |_| {})).map(drop)
}

/// What each native failure ends with.
fn made_to_happen() -> Vec<Error> {
    let (agent, cancel) = (open(|_| {}).unwrap(), Cancel::default());
    let defaults = CompletionOptions::default();
    let folder = tempfile::tempdir().unwrap();
    let stopped = Cancel::default();
    stopped.cancel();
    // One store, two models.
    let shared: Rc<MemoryStore> = Rc::new(MemoryStore::new());
    learn(&open_with(seed_files(), shared.clone()).unwrap()).unwrap();
    let mut other = seed_files();
    let mut changed = weights(&other);
    *changed.last_mut().unwrap() ^= 1;
    other.shards[0] = changed.into();
    let other = open_with(other, shared).unwrap();
    // A folder that is not the store's stands where the adapter would.
    let store = FolderStore::open(folder.path()).unwrap();
    fs::create_dir(store.path("kept").unwrap()).unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let json = |schema| CompletionOptions { form: CompletionForm::Json(schema), ..CompletionOptions::default() };

    let failures: Vec<Option<Error>> = vec![
        open(|f| f.config = br#"{"model_type": "bert"}"#.to_vec()).err(),
        open(|f| f.config = b"{".to_vec()).err(),
        with_header(|h| drop(h.remove(NORM).map(|tensor| h.insert("other".into(), tensor)))).err(),
        with_header(|h| {
            let end = h.values().filter_map(|t| t["data_offsets"][1].as_u64()).max();
            h.insert("more".into(), json!({"dtype": "F16", "shape": [0], "data_offsets": [end, end]}));
        })
        .err(),
        with_header(|h| {
            let width = h[NORM]["shape"][0].as_u64().unwrap();
            h[NORM]["shape"] = json!([2, width / 2]);
        })
        .err(),
        with_header(|h| h[NORM]["dtype"] = json!("I16")).err(),
        open(|f| f.shards[0] = weights(f)[..1000].to_vec().into()).err(),
        open(|f| f.tokenizer = b"{}".to_vec()).err(),
        open(|f| f.tokenizer_config = Some(br#"{"chat_template": "{% if %}"}"#.to_vec())).err(),
        complete(&agent, "5 minutes", &json(json!(false)), &cancel).err(),
        complete(&agent, &"word ".repeat(3000), &defaults, &cancel).err(),
        complete(&agent, "5 minutes", &CompletionOptions { max_tokens: 0, ..defaults.clone() }, &cancel).err(),
        complete(&agent, "5 minutes", &defaults, &stopped).err(),
        complete(&not_numbers(), "5 minutes", &defaults, &cancel).err(),
        learn(&not_numbers()).err(),
        PeftAdapter::from_bytes(b"{}", b"").err(),
        block_on(other.stored_adapter("kept")).err(),
        block_on(agent.stored_adapter("none")).err(),
        learn(&open_with(seed_files(), Rc::new(store)).unwrap()).err(),
        learn(&open_with(seed_files(), Rc::new(MemoryStore::with_budget(100))).unwrap()).err(),
        FolderStore::open(file.join("below")).err(),
    ];
    failures.into_iter().map(|failure| failure.expect("nothing failed")).collect()
}

fn codes() -> BTreeSet<String> {
    let source = fs::read_to_string(root().join("src/error.rs")).unwrap();
    let codes = source.split("pub fn code(&self)").nth(1).unwrap().split("    }\n").next().unwrap();
    codes.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_code_is_in_the_table() {
    let codes = codes();
    assert!(codes.len() > 20, "{codes:?}");
    let table = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let named: BTreeSet<String> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    let all: BTreeSet<String> = codes.into_iter().chain(JAVASCRIPT.map(str::to_owned)).collect();
    assert_eq!(named, all);
    assert!(rows.iter().all(|row| row.len() == 3 && row.iter().all(|cell| !cell.is_empty())), "{rows:?}");
}

#[test]
fn every_code_happens() {
    let mut happened: BTreeMap<String, String> = BTreeMap::new();
    for error in made_to_happen() {
        happened.insert(error.code().to_owned(), error.to_string());
    }
    for (code, message) in &happened {
        println!("{code}: {message}");
    }
    for (code, file, test) in ELSEWHERE {
        let source = fs::read_to_string(root().join(file)).unwrap();
        assert!(source.contains(test) && source.contains(code), "{file} has no test `{test}` of {code}");
        happened.insert(code.to_owned(), file.to_owned());
    }
    let all: BTreeSet<String> = codes().into_iter().chain(JAVASCRIPT.map(str::to_owned)).collect();
    let found: BTreeSet<String> = happened.into_keys().collect();
    let never: Vec<_> = all.difference(&found).collect();
    assert!(never.is_empty(), "these codes are never made to happen: {never:?}");
}
