//! A GPU device that goes away under a loaded agent. A program of its own: burn makes one device for a worker's life.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(target_family = "wasm")]
#![recursion_limit = "256"]

mod seed;

use std::rc::Rc;

use autodidact::{
    agent::{Agent, AskOptions, CompletionOptions, OpenOptions},
    backend::BackendChoice,
    calls::menu_from_json,
    error::Result,
    inference::Cancel,
    storage::IndexedDbStore,
    task::{Pair, Task},
};
use seed::seed_files;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const MENU: &str = r#"[{"name": "set_timer", "description": "Set a timer", "parameters": {"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]}}]"#;
const PAIR: &str = r#"{"query": "5 minutes", "calls": [{"name": "set_timer", "arguments": {"minutes": 5}}]}"#;

#[wasm_bindgen(inline_js = r#"
let device;
const request = globalThis.GPUAdapter?.prototype.requestDevice;
if (request) {
    GPUAdapter.prototype.requestDevice = async function (...args) { return (device = await request.apply(this, args)); };
}
export async function destroy_the_device() {
    device.destroy();
    await device.lost;
    await new Promise((resolve) => setTimeout(resolve, 100));
}
"#)]
extern "C" {
    /// Destroys the device of the crate and waits until the browser has said so.
    async fn destroy_the_device();
}

async fn agent(backend: BackendChoice) -> Result<Agent> {
    let store = IndexedDbStore::open("lost").await?;
    let options = OpenOptions { backend, force_software_gpu: true, ..OpenOptions::default() };
    Agent::open(seed_files(), Rc::new(store), options, |_| {}).await
}

fn task() -> Task {
    Task::new("Set a timer for 7 minutes", menu_from_json(MENU).unwrap())
}

async fn complete(agent: &Agent) -> Result<()> {
    let options = CompletionOptions { max_tokens: 4, ..CompletionOptions::default() };
    agent.complete(&task(), &options, &Cancel::default(), |_| {}).await.map(drop)
}

#[wasm_bindgen_test]
async fn a_destroyed_device_is_told_and_what_is_stored_stays() {
    let cpu = agent(BackendChoice::Cpu).await.unwrap();
    let pair: Pair = serde_json::from_str(PAIR).unwrap();
    let options = AskOptions { keep: Some("kept".into()), replace: true, ..AskOptions::default() };
    cpu.adapt(&task(), &[pair], &options, &Cancel::default(), |_| {}).await.unwrap();
    let stored = cpu.store().get("kept").await.unwrap();

    let gpu = agent(BackendChoice::WebGpu).await.unwrap();
    complete(&gpu).await.unwrap();
    destroy_the_device().await;
    for _ in 0..2 {
        assert_eq!(complete(&gpu).await.unwrap_err().code(), "DeviceLost");
    }

    // The device does not come back in this worker, and the agent can be made again on the CPU.
    assert_eq!(agent(BackendChoice::WebGpu).await.err().map(|e| e.code()), Some("WebGPUNotAvailable"));
    let again = agent(BackendChoice::Auto).await.unwrap();
    assert_eq!(again.backend().kind.to_string(), "cpu");
    complete(&again).await.unwrap();
    assert_eq!(again.store().get("kept").await.unwrap(), stored);
    again.stored_adapter("kept").await.unwrap();
    again.store().delete("kept").await.unwrap();
}
