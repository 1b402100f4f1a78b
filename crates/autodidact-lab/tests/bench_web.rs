//! A benchmark in the browser, on wasm's CPU backend: what the score and the learning add to the time of an answer.
//! `make bench-web` runs it; it prints and limits nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark fails by a panic")]
#![cfg(target_family = "wasm")]
#![recursion_limit = "256"]

#[path = "../../../tests/seed/mod.rs"]
mod seed;

use std::rc::Rc;

use autodidact::{
    agent::{Agent, OpenOptions},
    backend::BackendChoice,
    inference::Cancel,
    storage::MemoryStore,
    task::Task,
};
use autodidact_lab::latency::Latency;
use autodidact_lab::taskgen::{Generator, GeneratorConfig, Split};
use seed::seed_files;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TASKS: usize = 12;

#[wasm_bindgen_test]
async fn latency_of_the_loop() {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    let agent = Agent::open(seed_files(), Rc::new(MemoryStore::new()), options, |_| {}).await.unwrap();
    let mut generator = Generator::new(Split::InDistribution, 1, GeneratorConfig::default());
    let tasks: Vec<Task> = (0..TASKS).map(|_| generator.sample().task()).collect();
    let latency = Latency::measure(&agent, &tasks, &Cancel::default()).await.unwrap();
    console_log!("BENCHMARK wasm CPU: {latency}");
}
