//! H: how sure the model is of its next action (method, step 1).
//!
//! The candidates are the tools of the menu. Each is scored by the log-probability of its name where a call's name
//! starts, all in one prefill of the prompt and one batched pass over the names.

mod estimator;
mod rss;

use serde::{Deserialize, Serialize};

pub use estimator::{Estimator, Scores};
pub use rss::{Relative, relative_softmax};

use crate::{
    calls::CallFormat,
    error::Result,
    inference::{Prefix, Session},
    task::Task,
    tokenizer::Tokenizer,
};

/// Whether "no call" is a candidate beside the tools. *Open* in the published method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoCall {
    /// Only when the menu has a single tool: otherwise the margin would always be 1.
    #[default]
    WhenAlone,
    /// Always.
    Always,
}

/// How log-probabilities of a name's tokens become one number. *Open* in the published method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reduction {
    /// Their sum: the log-probability of the name.
    #[default]
    Sum,
    /// Their mean, so that long names are not punished.
    Mean,
}

/// Options of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default, deny_unknown_fields)]
pub struct ScoreConfig {
    /// When "no call" competes.
    pub no_call: NoCall,
    /// Sum or mean over tokens.
    pub reduction: Reduction,
}

/// An action open to the agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct Candidate {
    /// The tool's name; `None` for "no call".
    pub name: Option<String>,
    /// Log-probability, reduced over tokens.
    pub log_prob: f32,
    /// Relative softmax score, in [0, 1].
    pub probability: f32,
}

/// The score of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Uncertainty {
    /// Difference of the two best relative scores, in [0, 1]; low means unsure.
    pub margin: f32,
    /// The largest relative score.
    pub max_probability: f32,
    /// Entropy of the relative scores, in nats.
    pub entropy: f32,
    /// The candidates, in the order of the menu.
    pub candidates: Vec<Candidate>,
}

/// Scores the candidates of a task behind its prefilled answer prompt.
///
/// # Errors
/// Errors of the tokenizer and of [`Session::score`].
pub async fn score(
    session: &Session<'_>,
    tokenizer: &Tokenizer,
    format: CallFormat,
    prefix: &Prefix,
    task: &Task,
    config: ScoreConfig,
) -> Result<Uncertainty> {
    let opener = tokenizer.encode_continuation(format.opener())?;
    let mut continuations = Vec::with_capacity(task.tools.len());
    for tool in &task.tools {
        let text = format!("{}{}{}", format.opener(), tool.name, format.name_boundary());
        continuations.push(tokenizer.encode_continuation(&text)?);
    }
    let wants_no_call = config.no_call == NoCall::Always || task.tools.len() < 2;
    if wants_no_call {
        continuations.push(opener.clone());
    }
    let token_scores = session.score(prefix, &continuations).await?;

    // Tokens of the opener are the same for every tool and cancel out, unless "no call" competes.
    let shared = if wants_no_call { 0 } else { common_prefix(&continuations) };
    let mut names: Vec<Option<String>> = task.tools.iter().map(|t| Some(t.name.clone())).collect();
    let mut log_probs: Vec<f32> = token_scores
        .iter()
        .take(task.tools.len())
        .map(|scores| reduce(&scores[shared.min(scores.len())..], config.reduction))
        .collect();
    if let (true, Some(call)) = (wants_no_call, token_scores.last()) {
        names.push(None);
        log_probs.push(log_not(call.iter().sum()));
    }
    let Relative { probabilities, margin, max_probability, entropy } = relative_softmax(&log_probs);
    let candidates = names
        .into_iter()
        .zip(log_probs)
        .zip(probabilities)
        .map(|((name, log_prob), probability)| Candidate { name, log_prob, probability })
        .collect();
    Ok(Uncertainty { margin, max_probability, entropy, candidates })
}

/// `log(1 - exp(x))` for `x <= 0`: the log-probability that the answer does not open a call.
fn log_not(x: f32) -> f32 {
    (-x.min(-1e-7).exp_m1()).ln()
}

fn reduce(scores: &[f32], reduction: Reduction) -> f32 {
    let sum: f32 = scores.iter().sum();
    match reduction {
        Reduction::Sum => sum,
        Reduction::Mean => sum / scores.len().max(1) as f32,
    }
}

/// Tokens that all continuations start with, leaving at least one to each.
fn common_prefix(continuations: &[Vec<u32>]) -> usize {
    let Some((first, rest)) = continuations.split_first() else { return 0 };
    let shortest = continuations.iter().map(Vec::len).min().unwrap_or(0);
    (0..shortest.saturating_sub(1)).take_while(|i| rest.iter().all(|c| c[*i] == first[*i])).count()
}
