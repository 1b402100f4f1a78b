//! The `rules` and `words` modes: no model, and the model joined with the words of the request.

use autodidact::{
    agent::{Answer, Decision},
    error::Result,
    task::Task,
    words::{Ranking, RankingWeights, Text, draft},
};

use super::{Outcome, Progress, Runner, stage_seconds};
use crate::evaluation::suite::Want;

/// The answer of the words alone: the tool that shares most with the request, its arguments by rules.
pub(super) fn by_rules(task: &Task) -> Outcome {
    let ranking = Ranking::of(task.query(), &task.tools, &RankingWeights::default());
    let tool = ranking.best().and_then(|at| task.tools.get(at));
    let drafted = tool.map(|tool| draft(&Text::read(task.query()), tool));
    let decided = match &drafted {
        None => Want::Decline,
        Some(drafted) if drafted.gaps.is_empty() => Want::Act,
        Some(_) => Want::Clarify,
    };
    let calls = drafted.map(|drafted| drafted.calls()).unwrap_or_default();
    Outcome { answers: vec![Answer { calls, ..Answer::default() }], decided: Some(decided), ..Outcome::default() }
}

impl Runner<'_> {
    /// The decision of the agent over its first answer, with the calls that it put right.
    pub(super) async fn decided(&self, progress: &Progress<'_>) -> Result<Outcome> {
        let mut run = progress.base.run.clone();
        let mut standing = progress.base.standing.clone();
        let judgement = run.decide(&mut standing).await?;
        let decided = match judgement.decision {
            Decision::Act { .. } => Want::Act,
            Decision::Clarify { .. } => Want::Clarify,
            Decision::Decline => Want::Decline,
        };
        // Judged whether they are carried out or not: how sure the agent may be of them is fitted on that.
        let calls = judgement.calls;
        let mut features = judgement.features.by_name();
        features.insert("right".to_owned(), judgement.certainty);
        features.insert("fits".to_owned(), judgement.fits);
        Ok(Outcome {
            answers: vec![Answer { text: standing.response.answer.text, calls, error: None }],
            decided: Some(decided),
            features,
            seconds: stage_seconds(&run.ended()),
            ..Outcome::default()
        })
    }
}
