//! The agent in a Rust program: `cargo run --release --example native -- "Set a timer for 5 minutes"`.

use std::{path::Path, rc::Rc};

use autodidact::{
    Agent, AskEvent, AskOptions, Cancel, Error, FileBytes, MemoryStore, ModelFiles, OpenOptions, Result, Task,
    agent::Event, menu_from_json,
};

const TOOLS: &str = r#"[
  {"name": "set_timer", "description": "Set a timer", "parameters": {"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]}},
  {"name": "find_hotel", "description": "Find a hotel", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "nights": {"type": "integer"}}, "required": ["city"]}}
]"#;

/// The files of a model directory, as `Agent::open` takes them: here from the disk, in a page from the network.
fn model(folder: &str) -> Result<ModelFiles> {
    let read = |name: &str| {
        let path = format!("{folder}/{name}");
        std::fs::read(&path).map_err(|e| Error::Io { path, reason: e.to_string() })
    };
    Ok(ModelFiles {
        name: "seed".into(),
        config: read("config.json")?,
        tokenizer: read("tokenizer.json")?,
        tokenizer_config: read("tokenizer_config.json").ok(),
        generation_config: read("generation_config.json").ok(),
        shards: vec![FileBytes::open(&Path::new(folder).join("model.safetensors"))?],
        ..ModelFiles::default()
    })
}

async fn run(query: String) -> Result<()> {
    let files = model(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/autodidact-cli/model/seed"))?;
    let agent = Agent::open(files, Rc::new(MemoryStore::new()), OpenOptions::default(), |_| {}).await?;
    let task = Task::new(query, menu_from_json(TOOLS)?);
    let (options, cancel) = (AskOptions::default(), Cancel::default());
    // Nothing runs between two events: dropping `asking` stops the work.
    let mut asking = agent.ask(&task, &options, &cancel);
    while let Some(event) = asking.next().await {
        match event? {
            AskEvent::Progress(Event::Pair { pair, valid: true, .. }) => println!("example: {}", pair.query),
            AskEvent::Progress(_) => {}
            AskEvent::Done(trace) => {
                println!("certainty {:.3}", trace.uncertainty.certainty);
                for call in &trace.answer.calls {
                    println!("{} {:?}", call.name, call.arguments);
                }
            }
        }
    }
    Ok(())
}

fn main() {
    let query = std::env::args().nth(1).unwrap_or_else(|| "Set a timer for 5 minutes".into());
    if let Err(error) = futures_lite::future::block_on(run(query)) {
        eprintln!("{}: {error}", error.code());
        std::process::exit(1);
    }
}
