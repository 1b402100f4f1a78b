//! Commands as a script calls them, with their output and exit codes.

use std::{
    path::Path,
    process::{Command, Output},
};

use autodidact::format::gguf::{BlockType, GgufFile};
use serde_json::Value;

const QUERY: &str = "Find a hotel in Lisbon for 3 nights";

fn run(store: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodidact"));
    command.args(arguments).arg("--store").arg(store).output().unwrap()
}

fn succeed(store: &Path, arguments: &[&str]) -> String {
    let output = run(store, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The error code that a failed call prints in brackets.
fn failure(store: &Path, arguments: &[&str]) -> String {
    let output = run(store, arguments);
    assert!(!output.status.success(), "{arguments:?} did not fail");
    let text = String::from_utf8(output.stderr).unwrap();
    text.split_once("error [").and_then(|(_, rest)| rest.split_once(']')).expect("a typed error").0.to_owned()
}

/// The trace of a run that stored what it learned as `name`. Not every seed gives a valid example, so it tries several.
fn learn(store: &Path, name: &str) -> Value {
    for seed in ["0", "1", "2", "3", "4", "5", "6", "7"] {
        let json = succeed(store, &["ask", QUERY, "--threshold", "1.01", "--keep", name, "--seed", seed, "--json"]);
        let trace: Value = serde_json::from_str(&json).expect("one JSON object and nothing else");
        if trace["stored"] == name {
            return trace;
        }
        assert!(trace["note"].is_string(), "nothing was kept, and nothing says why: {json}");
    }
    panic!("no valid example in eight runs");
}

#[test]
fn asks_learns_and_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path();
    let trace = learn(store, "travel");
    assert_eq!(trace["backend"], "cpu");
    assert_eq!(trace["restored"], true);
    assert_eq!(trace["adapted"], true);
    assert_eq!(trace["uncertainty"]["threshold"], 1.01f32);
    assert!(trace["uncertainty"]["margin"].is_number());
    assert!(trace["uncertainty"]["candidates"].as_array().unwrap().len() > 1);
    assert!(trace["synthesis"]["valid"].as_u64().unwrap() > 0 && trace["synthesis"]["rejected"].is_object());
    assert!(trace["synthesis"]["pairs"][0]["query"].is_string());
    assert_eq!(trace["training"]["steps"].as_u64(), Some(trace["training"]["losses"].as_array().unwrap().len() as u64));
    for stage in ["score", "answer", "synthesize", "train", "answer_again", "store", "total"] {
        assert!(trace["seconds"][stage].as_f64().unwrap() >= 0.0, "{stage}");
    }
    assert!(trace["base_answer"].is_object() && trace["answer"].is_object());

    // A name in use is refused before any work, and the stored adapter stays.
    assert_eq!(failure(store, &["ask", QUERY, "--threshold", "1.01", "--keep", "travel"]), "InvalidInput");
    let list: Value = serde_json::from_str(&succeed(store, &["adapters", "list", "--json"])).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["name"], "travel");

    // The adapter is exported, imported under another name, applied, renamed and deleted.
    let zip = store.join("out.zip");
    let zip = zip.to_str().unwrap();
    succeed(store, &["adapters", "export", "travel", zip]);
    succeed(store, &["adapters", "import", "again", zip]);
    assert_eq!(failure(store, &["adapters", "import", "again", zip]), "InvalidInput");
    exports_for_other_programs(store, "travel", zip);
    succeed(store, &["adapters", "import", "again", zip, "--replace"]);
    let told = succeed(store, &["ask", QUERY, "--threshold", "0", "--adapter", "again"]);
    assert!(told.contains("by perplexity") && told.contains("unchanged, bit for bit"), "{told}");
    assert!(!told.contains("learned"), "{told}");
    succeed(store, &["adapters", "rename", "again", "once-more"]);
    assert_eq!(failure(store, &["adapters", "rename", "once-more", "travel"]), "InvalidInput");
    assert_eq!(failure(store, &["adapters", "rename", "again", "other"]), "AdapterNotFound");
    succeed(store, &["adapters", "delete", "travel"]);
    assert_eq!(failure(store, &["adapters", "delete", "travel"]), "AdapterNotFound");
    assert_eq!(failure(store, &["ask", QUERY, "--adapter", "travel"]), "AdapterNotFound");
}

/// An adapter that the seed model learned, in F16, and as a GGUF file.
fn exports_for_other_programs(store: &Path, name: &str, zip: &str) {
    let path = |file: &str| store.join(file).display().to_string();
    let bytes = |file: &str| std::fs::read(store.join(file)).unwrap();
    let run = |file: &str, more: &[&str]| {
        let path = path(file);
        let said = succeed(store, &[&["adapters", "export", name, &path], more].concat());
        assert_eq!(said.trim(), path);
        bytes(file)
    };
    let fail = |more: &[&str]| failure(store, &[&["adapters", "export", name, &path("none")], more].concat());
    let half = run("half.zip", &["--dtype", "f16"]);
    assert!(half.len() < std::fs::read(zip).unwrap().len() * 6 / 10, "{}", half.len());
    succeed(store, &["adapters", "import", "half", &path("half.zip")]);
    succeed(store, &["ask", QUERY, "--threshold", "0", "--adapter", "half", "--json"]);
    succeed(store, &["adapters", "delete", "half"]);

    for (file, more, blocks) in
        [("whole.gguf", &[][..], BlockType::F32), ("half.gguf", &["--dtype", "f16"], BlockType::F16)]
    {
        let bytes = run(file, &[&["--format", "gguf"], more].concat());
        let gguf = GgufFile::parse(&bytes).unwrap();
        assert_eq!(gguf.metadata["general.name"].as_str(), Some(name));
        assert_eq!(gguf.tensor("blk.0.ffn_up.weight.lora_a").unwrap().blocks, blocks);
    }
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/gguf/llama.gguf");
    assert_eq!(fail(&["--format", "gguf", "--model", other]), "BaseMismatch");
    assert_eq!(fail(&["--model", other]), "InvalidInput");
}

#[test]
fn refuses_what_it_cannot_do() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path();
    assert_eq!(failure(store, &["ask", "  "]), "InvalidInput");
    assert_eq!(failure(store, &["ask", QUERY, "--threshold", "nan"]), "InvalidInput");
    assert_eq!(failure(store, &["ask", QUERY, "--tools", "/no/such/file"]), "IoError");
    let tools = store.join("tools.json");
    std::fs::write(&tools, r#"[{"name": "a b"}]"#).unwrap();
    assert_eq!(failure(store, &["ask", QUERY, "--tools", tools.to_str().unwrap()]), "InvalidInput");
    let damaged = store.join("damaged.zip");
    std::fs::write(&damaged, b"PK\x03\x04 cut short").unwrap();
    let code = failure(store, &["adapters", "import", "x", damaged.to_str().unwrap()]);
    assert!(["IntegrityError", "AdapterError", "InvalidInput"].contains(&code.as_str()), "{code}");
    assert_eq!(failure(store, &["ask", QUERY, "--model", "/no/such/model"]), "IoError");
}

#[test]
fn fine_tunes_on_a_file_of_tasks() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let (tasks, out) = (folder.path().join("tasks.jsonl"), folder.path().join("adapter"));
    let generated = Command::new(env!("CARGO_BIN_EXE_autodidact"))
        .args(["generate", "--split", "unseen-tools", "--limit", "12", "--seed", "3"])
        .output()
        .unwrap();
    assert!(generated.status.success());
    std::fs::write(&tasks, generated.stdout).unwrap();
    let (tasks, out) = (tasks.to_str().unwrap(), out.to_str().unwrap());
    let sft = ["sft", tasks, "--out", out, "--epochs", "8", "--batch", "4", "--keep", "tuned"];
    let words = succeed(&store, &sft);
    // "24 steps on 12 tasks; the loss went from 0.9 to 0.2 (means of ten steps)"
    let numbers: Vec<f32> = words.split([' ', ';']).filter_map(|word| word.parse().ok()).collect();
    assert!(numbers.len() >= 4 && numbers[..2] == [24.0, 12.0], "{words}");
    assert!(numbers[3] < 0.8 * numbers[2], "nothing was learned: {words}");
    for file in ["adapter_config.json", "adapter_model.safetensors"] {
        assert!(Path::new(out).join(file).exists(), "{file}");
    }
    assert_eq!(failure(&store, &sft), "InvalidInput", "the name is taken");
    succeed(&store, &["ask", QUERY, "--threshold", "0", "--adapter", "tuned", "--json"]);
    // The directory is an adapter too.
    succeed(&store, &["adapters", "import", "again", out]);
    succeed(&store, &["ask", QUERY, "--threshold", "0", "--adapter", "again", "--json"]);
    std::fs::remove_file(Path::new(out).join("adapter_model.safetensors")).unwrap();
    assert_eq!(failure(&store, &["adapters", "import", "half", out]), "IoError");
}

#[test]
fn models_grow_and_are_averaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let program = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_autodidact")).args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/model/seed");
    let weights = |dir: &str| std::fs::read(Path::new(dir).join("model.safetensors")).unwrap();
    let json = |dir: &str, file: &str| -> Value {
        serde_json::from_slice(&std::fs::read(Path::new(dir).join(file)).unwrap()).unwrap()
    };

    // A longer context changes two numbers and no weight.
    assert!(program(&["deepen", seed, "--context", "4096", "--out", &path("long")]).0);
    assert_eq!(json(&path("long"), "config.json")["max_position_embeddings"], 4096);
    assert_eq!(json(&path("long"), "tokenizer_config.json")["model_max_length"], 4096);
    assert_eq!(weights(&path("long")), weights(seed));

    // The average of a model with itself is that model; models of different shapes have no average.
    assert!(program(&["average", seed, seed, "--share", "0.25", "--out", &path("mean")]).0);
    assert_eq!(weights(&path("mean")), weights(seed));
    let layers = json(seed, "config.json")["num_hidden_layers"].as_u64().unwrap();
    assert!(program(&["deepen", seed, "--layers", &(layers + 1).to_string(), "--out", &path("deep")]).0);
    let d_ff = json(seed, "config.json")["intermediate_size"].as_u64().unwrap() + 64;
    assert!(program(&["widen", seed, "--d-ff", &d_ff.to_string(), "--out", &path("wide")]).0);
    assert_eq!(json(&path("wide"), "config.json")["intermediate_size"], d_ff);
    // A head size that is not stated follows from two other sizes, and must not change with them.
    let unstated = path("unstated");
    std::fs::create_dir(&unstated).unwrap();
    for entry in std::fs::read_dir(seed).unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_file() {
            std::fs::copy(&entry, Path::new(&unstated).join(entry.file_name().unwrap())).unwrap();
        }
    }
    let mut config = json(seed, "config.json");
    let head_dim = config.as_object_mut().unwrap().remove("head_dim").expect("the seed model states it");
    let heads = |name: &str| config[name].as_u64().unwrap();
    let (q, kv) = (heads("num_attention_heads"), heads("num_key_value_heads"));
    let (more_q, more_kv) = (q + q / kv, kv + 1);
    std::fs::write(Path::new(&unstated).join("config.json"), config.to_string()).unwrap();
    let more = ["--heads", &more_q.to_string(), "--kv-heads", &more_kv.to_string(), "--out", &path("heads")];
    assert!(program(&[&["widen", unstated.as_str()][..], &more].concat()).0);
    assert_eq!(json(&path("heads"), "config.json")["head_dim"], head_dim);
    let (succeeded, said) = program(&["average", &path("heads"), &path("heads"), "--out", &path("heads again")]);
    assert!(succeeded, "{said}");
    let (succeeded, said) = program(&["widen", seed, "--d-model", "8", "--out", &path("narrow")]);
    assert!(!succeeded && said.contains("[InvalidInput]"), "{said}");
    for (other, share) in [(path("deep").as_str(), "0.5"), (seed, "1.5")] {
        let (succeeded, said) = program(&["average", seed, other, "--share", share, "--out", &path("none")]);
        assert!(!succeeded && said.contains("[InvalidInput]"), "{said}");
    }
}
