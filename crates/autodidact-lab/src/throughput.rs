//! What a model costs on this machine: reading a prompt, writing, the first token behind a menu that is known, and a training step.

use std::fmt;

use autodidact::{
    adaptation::{AdaptationConfig, Trainer, TrainingExample},
    adapter::Adapter,
    agent::{Agent, Model},
    error::{Error, Result},
    inference::{Cancel, Prefixes, Sampling, Session, Stop},
    platform::Stopwatch,
    task::{Sample, Task},
};
use serde::Serialize;

/// Tokens of the prompt that is read, and of the text that is written behind it.
const PROMPT: usize = 512;
const WRITTEN: usize = 64;
/// Times that each is done; the fastest counts, the first one warms up.
const TIMES: usize = 3;
/// Bytes of prompts that are kept: the menu of one task.
const KEPT: usize = 1 << 30;

/// Costs of a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Throughput {
    /// Tokens a second of a prompt of 512.
    pub prefill: f64,
    /// Tokens a second behind it.
    pub decode: f64,
    /// Tokens of the menu, and of the question behind it.
    pub menu: usize,
    /// See `menu`.
    pub question: usize,
    /// Seconds to the first token of the question, the menu being known.
    pub first_token: f64,
    /// Bytes of memory at the peak, before the training; known on Linux.
    pub peak_memory: Option<u64>,
    /// Tokens of the menu of the training example.
    pub example_menu: usize,
    /// Tokens of the training example behind its menu.
    pub example: usize,
    /// Seconds of a training step of an activated adapter on that example, the menu being known.
    pub step: f64,
    /// Seconds of a training step of an ordinary adapter on it, the menu being computed too.
    pub whole_step: f64,
    /// Bytes of memory at the peak; known on Linux.
    pub training_peak_memory: Option<u64>,
}

impl Throughput {
    /// Measures. The task's menu is what is known, and its query the question; the training step is one on the sample.
    ///
    /// # Errors
    /// Errors of the tokenizer, the template and the backend; [`Error::ContextOverflow`] for a context that is too short.
    pub async fn measure(agent: &Agent, task: &Task, sample: &Sample, cancel: &Cancel) -> Result<Self> {
        let model = agent.model();
        let session = Session::new(model.decoder(), None, cancel);
        let text = model.prompt(task)?;
        let prompt: Vec<u32> = text.iter().copied().cycle().take(PROMPT).collect();
        let (mut prefill, mut decode, mut first_token) = (f64::MAX, f64::MAX, f64::MAX);
        for _ in 0..TIMES {
            let mut watch = Stopwatch::start();
            let prefix = session.prefill(&prompt).await?;
            prefill = prefill.min(watch.lap());
            session.generate(&prefix, Sampling::GREEDY, &Stop::at(&[], WRITTEN + 1), None, |_| Ok(())).await?;
            decode = decode.min(watch.lap());
        }
        let start = start(model, &text)?;
        for _ in 0..TIMES {
            let prefixes = Prefixes::new(KEPT);
            let known = Session { prefixes: Some(&prefixes), ..session };
            known.prefill(&text[..start + 1]).await?;
            let watch = Stopwatch::start();
            known.prefill(&text).await?;
            first_token = first_token.min(watch.seconds());
        }
        let example = model.example(&sample.task, &sample.calls)?;
        let example_start = self::start(model, &example.prompt)?;
        let peak = peak_memory();
        Ok(Self {
            prefill: PROMPT as f64 / prefill,
            decode: WRITTEN as f64 / decode,
            menu: start,
            question: text.len() - start,
            first_token,
            peak_memory: peak,
            example_menu: example_start,
            example: example.prompt.len() + example.response.len() - example_start,
            step: step(model, &example, true, cancel).await?,
            whole_step: step(model, &example, false, cancel).await?,
            training_peak_memory: peak_memory(),
        })
    }
}

/// Bytes of memory that the process has had at most, where Linux tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Where the user's turn begins.
fn start(model: &Model, text: &[u32]) -> Result<usize> {
    let invocation = model.invocation()?;
    let place = text.windows(invocation.len()).rposition(|ids| ids == invocation);
    place.ok_or_else(|| Error::invalid("task", "its prompt has no turn of the user"))
}

/// Seconds of the fastest training step after the first, which reads the menu.
async fn step(model: &Model, example: &TrainingExample, activated: bool, cancel: &Cancel) -> Result<f64> {
    let config = AdaptationConfig { activated, steps: Some(TIMES + 1), ..AdaptationConfig::default() };
    let mut adapter = Adapter::init(config.lora.clone(), model.decoder().config(), 1, model.decoder().device())?;
    if activated {
        adapter.weights.invocation = model.invocation()?;
    }
    let prefixes = Prefixes::new(KEPT);
    let trainer = Trainer::new(model.decoder(), adapter, vec![example.clone()], &config, cancel.clone())?;
    let mut trainer = trainer.keeping(&prefixes);
    let mut fastest = f64::MAX;
    let mut watch = Stopwatch::start();
    while trainer.next().await?.is_some() {
        fastest = fastest.min(watch.lap());
    }
    Ok(fastest)
}

impl fmt::Display for Throughput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prefill, decode, menu, question, first_token, example_menu, example, step, whole_step, .. } = self;
        writeln!(f, "prefill of {PROMPT} tokens: {prefill:.1} tokens/s; decoding behind them: {decode:.1} tokens/s")?;
        writeln!(
            f,
            "first token of a question of {question} tokens, a menu of {menu} being known: {first_token:.3} s"
        )?;
        write!(
            f,
            "training step on {example} tokens behind a menu of {example_menu}: {step:.3} s, and with the menu {whole_step:.3} s"
        )
    }
}
