//! `autodidact inspect`: describes a model.

use std::path::PathBuf;

use autodidact::{
    agent::Agent,
    error::{Error, Result},
    inference::{Cancel, Sampling, Session, Stop},
    prompt::tool_value,
};
use serde_json::json;

use crate::{everyday, files, open, shared::Dtype};

/// Options of `inspect`.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// Model directory in Hugging Face's layout, or a GGUF file.
    model: PathBuf,
    /// Write a prompt with its token ids, logits and greedy answer to this file.
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    /// How the weights are held in memory.
    #[arg(long, value_enum, default_value_t = Dtype::Auto)]
    dtype: Dtype,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Tokens of the greedy answer in a reference.
const ANSWER_TOKENS: usize = 32;

/// Loads the whole model, which checks every tensor, and describes it.
pub async fn run(args: InspectArgs) -> Result<()> {
    open::compute_here();
    let agent = open::agent_on_cpu(&args.model, args.dtype).await?;
    let (model, config) = (agent.model().report(), agent.model().decoder().config());
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
            agent.model().prompts().format(),
            agent.model().prompts().style(),
            agent.model().eos()
        );
        println!("fingerprint {}, weights stored as {}", model.fingerprint, model.identity.stored_as);
    }
    if let Some(path) = &args.reference {
        files::write(path, reference(&agent).await?.as_bytes())?;
    }
    Ok(())
}

/// A prompt with its token ids, the logits after it, and the start of its greedy answer, as JSON.
async fn reference(agent: &Agent) -> Result<String> {
    let task = everyday::task()?;
    let text = agent.model().prompts().answer_prompt(&task)?;
    let ids = agent.model().tokenizer().encode(&text)?;
    let cancel = Cancel::default();
    let session = Session::new(agent.model().decoder(), None, &cancel);
    let prefix = session.prefill(&ids).await?;
    let stop = Stop::at(&[], ANSWER_TOKENS);
    let greedy = session.generate(&prefix, Sampling::GREEDY, &stop, None, |_| Ok(())).await?;
    let tools: Vec<_> = task.tools.iter().map(tool_value).collect();
    let file = json!({
        "messages": [{"role": "user", "content": task.query()}],
        "tools": tools,
        "text": text,
        "ids": ids,
        "logits_last": prefix.next_logits,
        "greedy": greedy.ids,
    });
    serde_json::to_string(&file).map_err(|e| Error::invalid("reference", e.to_string()))
}
