//! What a person taught decides before anything else.

use serde::{Deserialize, Serialize};

use super::{Decision, Features, Judgement, Question, Request, wording};
use crate::{calls::check_call, task::Task, words::Followed};

/// The lesson that decided an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonUse {
    /// The request that a person taught.
    pub query: String,
    /// The request is that one, word for word; else it differs in the values.
    pub exact: bool,
}

/// The decision that follows from a lesson; `None` where its calls do not fit the menu, or the request rules out what it asks for.
pub fn decide_as_taught(task: &Task, request: &Request, followed: &Followed) -> Option<Judgement> {
    let Followed { exact, calls, gaps, .. } = followed;
    if !exact && request.text.is_ruled_out() {
        return None;
    }
    let judged = |decision, certainty| Judgement {
        decision,
        calls: calls.clone(),
        certainty,
        fits: 1.0,
        features: Features::default(),
    };
    let Some(call) = calls.first() else { return Some(judged(Decision::Decline, 1.0)) };
    if !gaps.is_empty() {
        let text = wording::ask(task.tool(&call.name)?, gaps);
        let question = Question { text, call: Some(call.clone()), gaps: gaps.clone(), proposals: Vec::new() };
        return Some(judged(Decision::Clarify { question }, 0.0));
    }
    let fits = calls.iter().all(|call| check_call(call, &task.tools).is_ok());
    fits.then(|| judged(Decision::Act { calls: calls.clone() }, 1.0))
}
