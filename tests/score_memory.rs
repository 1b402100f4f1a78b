//! How much memory the scores of a large menu take on a large vocabulary. A program of its own: what is measured is the peak of
//! the whole process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(not(target_family = "wasm"))]

use std::{fs, io::Write, path::Path};

use autodidact::{
    backend,
    calls::CallFormat,
    inference::{Cancel, Session},
    model::{Family, ModelConfig, init},
    task::{Task, Tool},
    tokenizer::Tokenizer,
    uncertainty::{self, ScoreConfig},
};

/// Of Qwen2.5 and Qwen3.
const VOCABULARY: usize = 151_936;
const TOOLS: usize = 400;
/// Bytes above the model.
const MOST: usize = 300_000_000;

/// Bytes of the process: most since the last reset, and now.
fn resident() -> Option<(usize, usize)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
    };
    Some((field("VmHWM:")?, field("VmRSS:")?))
}

#[test]
fn scores_of_400_tools_take_little_more_than_the_model() {
    // Resets the peak.
    if fs::write("/proc/self/clear_refs", "5").is_err() || resident().is_none() {
        // Not eprintln, which the test harness swallows when the test passes.
        writeln!(std::io::stderr(), "SKIPPED: this system does not tell the peak of a process's memory").unwrap();
        return;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/autodidact-cli/model/seed/tokenizer.json");
    let tokenizer = Tokenizer::from_bytes(&fs::read(file).unwrap()).unwrap();
    let config = ModelConfig { vocab_size: VOCABULARY, context: 4096, ..ModelConfig::tiny(Family::Qwen2) };
    let decoder = init::random(config, 1, 0.05, &backend::cpu());
    let tool = |i: usize| Tool {
        name: format!("server_{}__tool_number_{i}", i % 7),
        description: String::new(),
        parameters: serde_json::json!({"type": "object", "properties": {}}),
        annotations: None,
    };
    let task = Task::new("Do it", (0..TOOLS).map(tool).collect());
    let cancel = Cancel::default();
    let session = Session::new(&decoder, None, &cancel);
    let (peak, scored) = futures_lite::future::block_on(async {
        let prefix = session.prefill(&tokenizer.encode("Do it, please").unwrap()).await.unwrap();
        fs::write("/proc/self/clear_refs", "5").unwrap();
        let (_, before) = resident().unwrap();
        let config = ScoreConfig::default();
        let scored =
            uncertainty::score(&session, &tokenizer, CallFormat::Hermes, &prefix, &task, config).await.unwrap();
        let (peak, _) = resident().unwrap();
        (peak - before, scored)
    });
    assert_eq!(scored.candidates.len(), TOOLS);
    assert!(scored.candidates.iter().all(|candidate| candidate.log_prob.is_finite()));
    println!(
        "MEASURED scores of {TOOLS} tools on a vocabulary of {VOCABULARY}: {:.0} MB above the model",
        peak as f64 / 1e6
    );
    assert!(peak < MOST, "{peak} bytes");
}
