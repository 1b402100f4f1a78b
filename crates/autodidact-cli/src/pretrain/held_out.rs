//! How many tasks that training never sees the model gets right on the way.

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

/// Suites that are answered: known tools, and tools of domains that training never uses.
const SUITES: [&str; 2] = ["generator:in-distribution", "generator:unseen-tools"];
/// Longest answer, in tokens.
const MAX_TOKENS: usize = 128;

/// Shares of right answers, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// The whole calls.
    pub strict: f64,
    /// The names of the tools.
    pub names: f64,
}

/// What was measured after a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Steps done.
    pub step: usize,
    /// Tasks of each suite.
    pub tasks: usize,
    /// By suite.
    pub suites: BTreeMap<String, Shares>,
}

impl Accuracy {
    /// For the progress bar.
    pub fn words(&self) -> String {
        let shares = self.suites.iter().map(|(name, s)| format!(", {name} {:.0} %", s.strict * 100.0));
        shares.collect()
    }
}

/// The held-out tasks.
pub struct HeldOut {
    suites: Vec<Suite>,
}

impl HeldOut {
    /// So many tasks of each suite.
    pub fn new(tasks: usize) -> Result<Self> {
        if tasks == 0 {
            return Ok(Self { suites: Vec::new() });
        }
        Ok(Self { suites: SUITES.iter().map(|name| Suite::generated(name, tasks)).collect::<Result<_>>()? })
    }

    /// True when there are tasks.
    pub fn is_asked(&self) -> bool {
        !self.suites.is_empty()
    }

    /// Answers the tasks greedily with a model as it was written; `None` where there are no tasks.
    pub async fn measure(&self, step: usize, written: Vec<NamedFile>) -> Result<Option<Accuracy>> {
        let Some(first) = self.suites.first() else { return Ok(None) };
        let tasks = first.items.len();
        let agent = agent(written).await?;
        let cancel = Cancel::default();
        let mut suites = BTreeMap::new();
        for suite in &self.suites {
            let (mut strict, mut names) = (0, 0);
            for item in &suite.items {
                let session = agent.session(None, &cancel);
                let prefix = match session.prefill(&agent.answer_ids(&item.task)?).await {
                    Ok(prefix) => prefix,
                    // Too long a task is a wrong one, as in `eval`.
                    Err(Error::ContextOverflow { .. }) => continue,
                    Err(error) => return Err(error),
                };
                // The model alone: `eval --unconstrained` measures the same.
                let how = Writing::greedy(MAX_TOKENS, false);
                let answered = agent.respond(&session, &prefix, &item.task, how, |_| {}).await;
                let answer = match answered {
                    Ok((answer, _)) => answer,
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

async fn agent(written: Vec<NamedFile>) -> Result<Agent> {
    let mut by_name: BTreeMap<&str, Vec<u8>> = written.into_iter().collect();
    let mut take = |name: &str| by_name.remove(name).unwrap_or_default();
    let files = ModelFiles {
        name: "checkpoint".into(),
        config: take("config.json"),
        tokenizer: take("tokenizer.json"),
        tokenizer_config: Some(take("tokenizer_config.json")),
        generation_config: Some(take("generation_config.json")),
        shards: vec![take("model.safetensors")],
        ..ModelFiles::default()
    };
    let options = OpenOptions { backend: BackendChoice::Cpu, force_software_gpu: false };
    Agent::open(files, Rc::new(MemoryStore::new()), options, |_| {}).await
}
