//! G: the model writes its own training pairs for a task it is unsure of (method, step 2).

mod asked;
mod validity;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use asked::{AskedTeacher, Request, TextSource};
pub use validity::{Checks, Rejection, validate};

use crate::{
    error::Result,
    grammar::{Constraint, Grammar, Vocabulary},
    inference::{Prefix, Sampling, Session, Stop},
    prompt::{PairOrder, PromptBuilder, SynthesisStyle},
    task::{Pair, Role, Task, Tool, ToolCall},
    tokenizer::Tokenizer,
};

/// Options of the synthesis. Only `pairs` is stated by the published method; the rest is *open*.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default, deny_unknown_fields)]
pub struct SynthesisConfig {
    /// Valid pairs that are wanted, `K`.
    pub pairs: usize,
    /// Tries for each wanted pair, `R`.
    pub tries: usize,
    /// Temperature of the sampling.
    pub temperature: f32,
    /// Share of the probability that is sampled from.
    pub top_p: f32,
    /// Longest pair, in tokens.
    pub max_tokens: usize,
    /// Which checks a pair must pass.
    pub checks: Checks,
    /// Only pairs whose calls name tools of the menu and fit their schemas can be written (constrained decoding).
    pub constrained: bool,
    /// Pairs call only tools that the first answer calls, if it calls any: which tool is right is not learned from guesses. Needs
    /// constrained decoding. Of no effect in a dialogue in which a tool has spoken: what tools say must not decide what is learned.
    pub same_tools: bool,
    /// The model, asked the pair's query, must answer with the pair's calls.
    pub agreement: bool,
}

impl Default for SynthesisConfig {
    fn default() -> Self {
        Self {
            pairs: 1,
            tries: 4,
            temperature: 0.7,
            top_p: 0.9,
            max_tokens: 160,
            checks: Checks::default(),
            constrained: true,
            same_tools: true,
            agreement: false,
        }
    }
}

/// What the synthesis gave.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Synthesis {
    /// Pairs that were wanted.
    pub requested: usize,
    /// Pairs that passed all checks.
    pub valid: usize,
    /// Attempts that failed a check, by its name.
    pub rejected: BTreeMap<String, usize>,
    /// The pairs that passed.
    pub pairs: Vec<Pair>,
}

/// What is needed to write pairs.
pub struct Synthesizer<'a> {
    /// The model, with the adapter that the task starts from, if any.
    pub session: Session<'a>,
    /// Its tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// Its prompts.
    pub prompts: &'a PromptBuilder,
    /// Token ids that end a turn.
    pub eos: &'a [u32],
    /// Its tokens as bytes; none: pairs are not constrained.
    pub vocabulary: Option<&'a Vocabulary>,
    /// Options.
    pub config: SynthesisConfig,
}

/// Prompts and constraints that the attempts for one task share.
struct AttemptCache<'t> {
    task: &'t Task,
    /// Tools that the pairs may call.
    tools: Vec<Tool>,
    prefixes: BTreeMap<&'static str, Prefix>,
    constraints: BTreeMap<&'static str, Constraint>,
}

/// A pair, or what was written and why it is refused.
type Attempt = std::result::Result<Pair, (Option<Pair>, Rejection)>;

impl Synthesizer<'_> {
    /// Writes pairs like the task until enough are valid or the tries are used up. `on_attempt` sees each attempt: the
    /// pair as far as it could be read, and why it was refused, if it was. `answer` are the calls of the first answer, for
    /// [`SynthesisConfig::same_tools`].
    ///
    /// # Errors
    /// [`crate::Error::Aborted`], and those of the template, the tokenizer and the backend. Running out of tries is not
    /// an error: the caller sees fewer pairs.
    pub async fn run(
        &self,
        task: &Task,
        answer: &[ToolCall],
        seed: u64,
        mut on_attempt: impl FnMut(Option<&Pair>, Option<&Rejection>),
    ) -> Result<Synthesis> {
        self.run_for(task, answer, seed, &mut on_attempt).await
    }

    async fn run_for(
        &self,
        task: &Task,
        answer: &[ToolCall],
        seed: u64,
        on_attempt: &mut dyn FnMut(Option<&Pair>, Option<&Rejection>),
    ) -> Result<Synthesis> {
        let mut out = Synthesis { requested: self.config.pairs, ..Synthesis::default() };
        let mut cache = self.attempt_cache(task, answer);
        for attempt in 0..self.config.pairs * self.config.tries {
            if out.pairs.len() >= self.config.pairs {
                break;
            }
            match self.attempt(&mut cache, attempt, seed, &out.pairs).await? {
                Ok(pair) => {
                    on_attempt(Some(&pair), None);
                    out.pairs.push(pair);
                }
                Err((pair, rejection)) => {
                    on_attempt(pair.as_ref(), Some(&rejection));
                    *out.rejected.entry(rejection.reason().to_owned()).or_default() += 1;
                }
            }
        }
        out.valid = out.pairs.len();
        Ok(out)
    }

    /// A pair beside those that there are, to be held back from the training: `None` when the tries for one are used up.
    ///
    /// # Errors
    /// As [`Synthesizer::run`].
    pub async fn one_more(&self, task: &Task, answer: &[ToolCall], pairs: &[Pair], seed: u64) -> Result<Option<Pair>> {
        let mut cache = self.attempt_cache(task, answer);
        for attempt in 0..self.config.tries {
            // Draws of its own.
            if let Ok(pair) = self.attempt(&mut cache, attempt, seed.wrapping_add(1 << 32), pairs).await? {
                return Ok(Some(pair));
            }
        }
        Ok(None)
    }

    fn attempt_cache<'t>(&self, task: &'t Task, answer: &[ToolCall]) -> AttemptCache<'t> {
        let called = |tool: &&Tool| answer.iter().any(|call| call.name == tool.name);
        let mut tools: Vec<Tool> = task.tools.iter().filter(called).cloned().collect();
        // An answer that was given after a tool spoke may do what the tool wants.
        let heard_a_tool = task.messages.iter().any(|message| message.role == Role::Tool);
        if !self.config.same_tools || heard_a_tool || tools.is_empty() {
            tools.clone_from(&task.tools);
        }
        AttemptCache { task, tools, prefixes: BTreeMap::new(), constraints: BTreeMap::new() }
    }

    async fn attempt(
        &self,
        cache: &mut AttemptCache<'_>,
        attempt: usize,
        seed: u64,
        earlier: &[Pair],
    ) -> Result<Attempt> {
        let sampling = Sampling {
            temperature: self.config.temperature,
            top_k: 0,
            top_p: self.config.top_p,
            seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(attempt as u64),
        };
        // Both orders in turn: what one of them gets stuck on, the other may not.
        let order = if attempt.is_multiple_of(2) { PairOrder::QueryFirst } else { PairOrder::CallFirst };
        let key = order.name();
        if self.prompts.style() == SynthesisStyle::Instructed || !cache.prefixes.contains_key(key) {
            let prompt = self.prompts.synthesis_prompt(cache.task, earlier, order)?;
            cache.prefixes.insert(key, self.session.prefill(&self.tokenizer.encode(&prompt)?).await?);
        }
        // Compiled once for each order.
        if let Some(vocabulary) = self.vocabulary
            && !cache.constraints.contains_key(key)
        {
            let grammar = Grammar::pair(self.prompts.format(), self.prompts.style(), order, &cache.tools);
            cache.constraints.insert(key, vocabulary.constrain(&grammar)?);
        }
        let Some(prefix) = cache.prefixes.get(key) else { return Ok(Err((None, Rejection::NoCall))) };
        let constraint = cache.constraints.get(key).cloned();
        let stop = Stop::at(self.eos, self.config.max_tokens);
        let generation = self.session.generate(prefix, sampling, &stop, constraint, |_| Ok(())).await?;
        let text = self.tokenizer.decode(&generation.ids, false)?;
        let pair = match self.prompts.parse_synthesis(&text, order) {
            Ok(pair) => pair,
            Err(failure) => return Ok(Err((None, failure.into()))),
        };
        Ok(match validate(&pair, cache.task, earlier, self.config.checks) {
            Ok(()) if self.config.agreement && !self.agrees(cache.task, &pair).await? => {
                Err((Some(pair), Rejection::Disagreement))
            }
            Ok(()) => Ok(pair),
            Err(rejection) => Err((Some(pair), rejection)),
        })
    }

    /// Whether the model's own greedy answer to the pair's query is the pair's.
    async fn agrees(&self, task: &Task, pair: &Pair) -> Result<bool> {
        let asked = Task::new(pair.query.clone(), task.tools.clone());
        let prompt = self.tokenizer.encode(&self.prompts.answer_prompt(&asked)?)?;
        let prefix = self.session.prefill(&prompt).await?;
        let stop = Stop::at(self.eos, self.config.max_tokens);
        let grammar = Grammar::answer(self.prompts.format(), &task.tools);
        let constraint = self.vocabulary.map(|vocabulary| vocabulary.constrain(&grammar)).transpose()?;
        let generation = self.session.generate(&prefix, Sampling::GREEDY, &stop, constraint, |_| Ok(())).await?;
        let text = self.tokenizer.decode(&generation.ids, true)?;
        Ok(self.prompts.parse_answer(&text).is_ok_and(|calls| calls == pair.calls))
    }
}
