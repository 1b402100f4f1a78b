//! A benchmark in the browser, on wasm's CPU backend: what the score and the learning add to the time of an answer.
//! `make bench-web` runs it; it prints and limits nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark fails by a panic")]
#![cfg(target_family = "wasm")]
#![recursion_limit = "256"]

use std::rc::Rc;

use autodidact::{
    agent::{Agent, Latency, ModelFiles, OpenOptions},
    backend::BackendChoice,
    inference::Cancel,
    storage::MemoryStore,
    taskgen::{Generator, GeneratorConfig, Split},
};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TASKS: u64 = 12;

#[wasm_bindgen_test]
async fn latency_of_the_loop() {
    let files = ModelFiles {
        name: "seed".into(),
        config: include_bytes!("../model/seed/config.json").to_vec(),
        tokenizer: include_bytes!("../model/seed/tokenizer.json").to_vec(),
        tokenizer_config: Some(include_bytes!("../model/seed/tokenizer_config.json").to_vec()),
        chat_template: None,
        generation_config: Some(include_bytes!("../model/seed/generation_config.json").to_vec()),
        shards: vec![include_bytes!("../model/seed/model.safetensors").to_vec()],
    };
    let options = OpenOptions { backend: BackendChoice::Cpu, force_software_gpu: false };
    let agent = Agent::open(files, Rc::new(MemoryStore::new()), options, |_| {}).await.unwrap();
    let mut generator = Generator::new(Split::InDistribution, 1, GeneratorConfig::default());
    let mut times = Vec::new();
    for seed in 0..TASKS {
        times.push(agent.latency(&generator.sample().task(), seed, &Cancel::default()).await.unwrap());
    }
    console_log!("BENCHMARK wasm CPU: {}", Latency::of(&times));
}
