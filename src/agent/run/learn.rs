//! Training on the examples, the gate, and the answer after learning.

use super::{Examples, Found, Outcome, Run, Standing};
use crate::{
    adaptation::TrainingExample,
    agent::{
        AnswerKind, Event, Phase,
        gate::{Canary, GateCheck},
        model::{Response, Trained, Training},
    },
    error::Result,
    inference::Prefix,
};

/// An answer given after learning.
pub struct Again {
    /// The prompt, prefilled with the adapter.
    pub prefix: Prefix,
    /// The answer with the probabilities of its tokens.
    pub response: Response,
}

impl Run<'_> {
    /// True when the time for learning is used up; a note says so.
    pub(super) fn is_out_of_time(&mut self) -> bool {
        let is_late = self.options.learn_within.is_some_and(|limit| self.clock.since_answer() > limit);
        if is_late {
            self.trace.add_note("the time for learning was used up before training; kept the previous answer");
        }
        is_late
    }

    /// Trains an adapter on the examples: the one that the run started from, or a fresh one.
    ///
    /// # Errors
    /// Errors of [`Model::train`](crate::agent::Model::train).
    pub async fn train(&mut self, standing: &Standing, examples: &Examples) -> Result<Trained> {
        self.train_on(self.model().examples(&standing.task, &examples.pairs)?).await
    }

    /// As [`Run::train`], on prompts with their responses.
    ///
    /// # Errors
    /// Errors of [`Model::train`](crate::agent::Model::train).
    pub async fn train_on(&mut self, examples: Vec<TrainingExample>) -> Result<Trained> {
        self.begin(Phase::Train);
        let start = self.start.clone();
        let training =
            Training { examples, start: start.as_deref(), config: &self.options.adaptation, seed: self.options.seed };
        let tell = |event| self.log.put(Event::Train(event));
        let trained = self.model().train(training, self.cancel, tell).await?;
        self.trace.training = Some(trained.report.clone());
        Ok(trained)
    }

    /// Checks what was learned, where the options say so. When it fails, the answer before learning stands, and a note says why.
    ///
    /// # Errors
    /// Errors of [`Run::hold_back`] and [`Run::gate`].
    pub(super) async fn pass_gate(
        &mut self,
        standing: &Standing,
        examples: &mut Examples,
        trained: &Trained,
    ) -> Result<Outcome> {
        if !self.options.is_gated() {
            return Ok(Outcome::GoOn);
        }
        // The answer to the task itself may change.
        self.memory().canaries.forget(self.task);
        let canaries = self.memory().canaries.all(self.options.adapter.as_deref());
        self.hold_back(standing, examples).await?;
        self.gate(standing, examples, trained, &canaries).await
    }

    /// Writes a pair that is not learned, for the gate, where there is none yet. None is left when the tries are used up.
    ///
    /// # Errors
    /// Errors of [`Synthesizer::one_more`](crate::synthesis::Synthesizer::one_more).
    pub async fn hold_back(&mut self, standing: &Standing, examples: &mut Examples) -> Result<()> {
        if examples.held_back.is_some() {
            return Ok(());
        }
        self.begin(Phase::Gate);
        let start = self.start.clone();
        let synthesizer = self.model().synthesizer(self.session(start.as_deref()), self.options.pairs())?;
        let answer = &standing.response.answer.calls;
        let seed = self.options.seed;
        examples.held_back = synthesizer.one_more(&standing.task, answer, &examples.pairs, seed).await?;
        Ok(())
    }

    /// Compares the model before and after learning: on the pair that was held back, and on tasks whose answers must stay.
    ///
    /// # Errors
    /// Errors of [`Model::gate`](crate::agent::Model::gate).
    pub async fn gate(
        &mut self,
        standing: &Standing,
        examples: &Examples,
        trained: &Trained,
        canaries: &[Canary],
    ) -> Result<Outcome> {
        self.begin(Phase::Gate);
        let start = self.start.clone();
        let check = GateCheck {
            task: &standing.task,
            held_back: examples.held_back.as_ref(),
            canaries,
            before: start.as_ref().map(|adapter| &adapter.weights),
            after: &trained.adapter.weights,
            writing: self.options.writing(),
        };
        let report = self.model().gate(check, self.cancel).await?;
        self.trace.gate = Some(report);
        Ok(match report.reason() {
            Some(reason) => {
                self.trace.add_note(format!("{reason}; kept the previous answer"));
                Outcome::Stands
            }
            None => Outcome::GoOn,
        })
    }

    /// Answers with the adapter. Where other tools were searched before, they are searched again for a new answer. Gives the margin after
    /// learning where the adapter is kept under a name.
    pub(super) async fn answer_again(&mut self, standing: &mut Standing, trained: &Trained) -> Result<Option<f32>> {
        let Again { prefix, mut response } = self.answer_adapted(standing, trained).await?;
        // The answer before learning was searched for already.
        let searches = self.trace.search.is_some() && response.answer.calls != standing.response.answer.calls;
        let mut margin_after = None;
        if searches || self.options.keep.is_some() {
            let session = self.session(Some(&trained.adapter));
            let scored = self.model().score(&session, &prefix, &standing.task, self.options.score).await?;
            margin_after = self.options.keep.as_ref().map(|_| scored.margin);
            if searches {
                let (task, writing) = (&standing.task, self.options.writing());
                let Found { response: found, .. } =
                    self.model().search(&session, &prefix, task, &response, &scored.candidates, writing).await?;
                self.log.put(Event::Answer { answer: AnswerKind::Adapted, result: found.answer.clone() });
                response = found;
            }
        }
        self.trace.margin_after = margin_after;
        self.trace.answer = response.answer.clone();
        self.trace.adapted = true;
        standing.response = response;
        Ok(margin_after)
    }

    /// The greedy answer with an adapter.
    ///
    /// # Errors
    /// Errors of the backend and the tokenizer.
    pub async fn answer_adapted(&mut self, standing: &Standing, trained: &Trained) -> Result<Again> {
        self.begin(Phase::AnswerAgain);
        let session = self.session(Some(&trained.adapter));
        let prefix = session.prefill(&standing.prompt).await?;
        let response = self.respond(&session, &prefix, &standing.task, AnswerKind::Adapted).await?;
        Ok(Again { prefix, response })
    }
}
