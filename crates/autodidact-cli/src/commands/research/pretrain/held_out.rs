//! Accuracy during training, on tasks that training never sees.

use std::{collections::BTreeMap, rc::Rc};

use autodidact::{
    Agent,
    agent::{ModelFiles, OpenOptions, Writing},
    backend::BackendChoice,
    error::{Error, Result},
    inference::Cancel,
    storage::MemoryStore,
};
use autodidact_lab::{
    evaluation::{GENERATOR, Suite, names_match, strict_match},
    pretrain::checkpoint::NamedFile,
};
use serde::{Deserialize, Serialize};

/// Suites to answer: known tools, and tools of domains that training never uses.
const SUITES: [&str; 2] = ["generator:in-distribution", "generator:unseen-tools"];
/// Longest answer, in tokens.
const MAX_TOKENS: usize = 128;

/// Shares of correct answers, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Answers whose calls are entirely correct.
    pub strict: f64,
    /// Answers that name the correct tools.
    pub names: f64,
}

/// The accuracy after a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Number of steps done.
    pub step: usize,
    /// Number of tasks per suite.
    pub tasks: usize,
    /// Shares by the name of the suite.
    pub suites: BTreeMap<String, Shares>,
}

impl Accuracy {
    /// A text for the progress bar.
    pub fn to_text(&self) -> String {
        let shares = self.suites.iter().map(|(name, s)| format!(", {name} {:.0} %", s.strict * 100.0));
        shares.collect()
    }
}

/// Held-out tasks.
pub struct HeldOut {
    suites: Vec<Suite>,
}

impl HeldOut {
    /// Takes this many tasks from each suite.
    pub fn new(tasks: usize) -> Result<Self> {
        if tasks == 0 {
            return Ok(Self { suites: Vec::new() });
        }
        Ok(Self { suites: SUITES.iter().map(|name| Suite::generated(name, tasks)).collect::<Result<_>>()? })
    }

    /// Whether there are tasks to answer.
    pub fn has_tasks(&self) -> bool {
        !self.suites.is_empty()
    }

    /// Answers the tasks greedily with the model in these files; `None` if there are no tasks.
    pub async fn measure(&self, step: usize, written: Vec<NamedFile>) -> Result<Option<Accuracy>> {
        let Some(first) = self.suites.first() else { return Ok(None) };
        let tasks = first.items.len();
        let agent = agent(written).await?;
        let cancel = Cancel::default();
        let mut suites = BTreeMap::new();
        for suite in &self.suites {
            let (mut strict, mut names) = (0, 0);
            for item in &suite.items {
                let session = agent.model().session(None, &cancel);
                let prefix = match session.prefill(&agent.model().prompt(&item.task)?).await {
                    Ok(prefix) => prefix,
                    // A task that is too long counts as wrong, as in `eval`.
                    Err(Error::ContextOverflow { .. }) => continue,
                    Err(error) => return Err(error),
                };
                // The model alone, as `eval --unconstrained` measures it.
                let writing = Writing::greedy(MAX_TOKENS, false);
                let answered = agent.model().respond(&session, &prefix, &item.task, writing, |_| {}).await;
                let answer = match answered {
                    Ok(response) => response.answer,
                    Err(Error::ContextOverflow { .. }) => continue,
                    Err(error) => return Err(error),
                };
                let readable = !answer.calls.is_empty() || answer.error.is_none();
                strict += usize::from(readable && strict_match(&answer.calls, &item.gold, None));
                names += usize::from(readable && names_match(&answer.calls, &item.gold));
            }
            let share = |right: usize| right as f64 / tasks as f64;
            let name = suite.name.trim_start_matches(GENERATOR).to_owned();
            suites.insert(name, Shares { strict: share(strict), names: share(names) });
        }
        Ok(Some(Accuracy { step, tasks, suites }))
    }
}

/// An agent on the CPU with the model in these files.
async fn agent(written: Vec<NamedFile>) -> Result<Agent> {
    let mut by_name: BTreeMap<&str, Vec<u8>> = written.into_iter().collect();
    let mut take = |name: &str| by_name.remove(name).unwrap_or_default();
    let files = ModelFiles {
        name: "checkpoint".into(),
        config: take("config.json"),
        tokenizer: take("tokenizer.json"),
        tokenizer_config: Some(take("tokenizer_config.json")),
        generation_config: Some(take("generation_config.json")),
        certainty: None,
        shards: vec![take("model.safetensors").into()],
        ..ModelFiles::default()
    };
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    Agent::open(files, Rc::new(MemoryStore::new()), options, |_| {}).await
}
