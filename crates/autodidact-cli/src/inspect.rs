//! `autodidact inspect`: what a model directory holds.

use std::rc::Rc;

use autodidact::{
    agent::{Agent, OpenOptions},
    backend::BackendChoice,
    calls::menu_from_json,
    error::{Error, Result},
    inference::{Cancel, Sampling, Session, Stop},
    prompt::tool_value,
    storage::MemoryStore,
    task::Task,
};
use serde_json::json;

use super::{args::InspectArgs, files, open};

const QUERY: &str = "Find a hotel in Lisbon for 3 nights";
const MENU: &str = include_str!("everyday_tools.json");

/// Loads the model completely, so that every tensor is checked, and prints what it is.
pub async fn run(args: InspectArgs) -> Result<()> {
    let files = open::model_files(Some(&args.dir))?;
    let options = OpenOptions { backend: BackendChoice::Cpu, force_software_gpu: false };
    let agent = Agent::open(files, Rc::new(MemoryStore::new()), options, |_| {}).await?;
    let (model, config) = (agent.model(), agent.decoder().config());
    if args.json {
        println!("{}", json!(model));
    } else {
        println!("{}: {} with {} weights in {} bytes", model.name, model.family, model.parameters, model.bytes);
        println!(
            "layers {}, width {}, heads {}/{} of {}, mlp {}",
            config.n_layers, config.d_model, config.n_heads, config.n_kv_heads, config.head_dim, config.d_ff
        );
        println!("vocabulary {}, context {}, tied {}", config.vocab_size, config.context, config.tied);
        println!(
            "calls {:?}, synthesis {:?}, end of turn {:?}",
            agent.prompts().format(),
            agent.prompts().style(),
            agent.eos()
        );
        println!("fingerprint {}", model.fingerprint);
    }
    if let Some(path) = &args.reference {
        files::write(path, reference(&agent).await?.as_bytes())?;
    }
    Ok(())
}

/// A prompt with its ids, the logits behind it, and 32 greedy tokens.
async fn reference(agent: &Agent) -> Result<String> {
    let task = Task::new(QUERY, menu_from_json(MENU)?);
    let text = agent.prompts().answer_prompt(&task)?;
    let ids = agent.tokenizer().encode(&text)?;
    let cancel = Cancel::default();
    let session = Session { decoder: agent.decoder(), lora: None, cancel: &cancel };
    let prefix = session.prefill(&ids).await?;
    let greedy = session.generate(&prefix, Sampling::GREEDY, &Stop::at(&[], 32), None, |_| Ok(())).await?;
    let tools: Vec<_> = task.tools.iter().map(tool_value).collect();
    let file = json!({
        "messages": [{"role": "user", "content": QUERY}], "tools": tools, "text": text, "ids": ids,
        "logits_last": prefix.next_logits, "greedy": greedy.ids,
    });
    serde_json::to_string(&file).map_err(|e| Error::invalid("reference", e.to_string()))
}
