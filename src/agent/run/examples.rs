//! The examples to learn from: written by the model, or given by the caller.

use super::{Run, Standing};
use crate::{
    agent::{Event, Phase, checks::check_pairs},
    error::Result,
    synthesis::Synthesis,
    task::Pair,
};

/// The examples of a run.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// The pairs that are learned.
    pub pairs: Vec<Pair>,
    /// A pair that is not learned, for the gate.
    pub held_back: Option<Pair>,
}

impl Run<'_> {
    /// Writes pairs like the task, or takes those of the options, of which the last of several is held back for the gate. None left is no
    /// error: the answer stands, and a note says why.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for a pair of the options that does not fit the menu; those of
    /// [`Synthesizer::run`](crate::synthesis::Synthesizer::run).
    pub async fn write_examples(&mut self, standing: &Standing) -> Result<Examples> {
        self.begin(Phase::Synthesize);
        let requested = self.options.synthesis.pairs;
        self.trace.synthesis = Some(Synthesis { requested, ..Synthesis::default() });
        let (synthesis, held_back) = if self.options.examples.is_empty() {
            (self.synthesize(standing).await?, None)
        } else {
            self.given_examples(standing)?
        };
        let pairs = synthesis.pairs.clone();
        if pairs.is_empty() {
            let attempts = synthesis.rejected.values().sum::<usize>();
            self.trace.add_note(format!("none of {attempts} attempts gave a valid example; kept the previous answer"));
        }
        self.trace.synthesis = Some(synthesis);
        Ok(Examples { pairs, held_back })
    }

    async fn synthesize(&self, standing: &Standing) -> Result<Synthesis> {
        let start = self.start.clone();
        let synthesizer = self.model().synthesizer(self.session(start.as_deref()), self.options.pairs())?;
        let tell = |pair: Option<&Pair>, rejection: Option<&_>| self.log.put(Event::attempt(pair, rejection));
        let answer = &standing.response.answer.calls;
        synthesizer.run(&standing.task, answer, self.options.seed, tell).await
    }

    fn given_examples(&self, standing: &Standing) -> Result<(Synthesis, Option<Pair>)> {
        check_pairs(&self.options.examples, &standing.task.tools)?;
        let mut pairs = self.options.examples.clone();
        let given = pairs.len();
        let held_back = if self.options.is_gated() && given > 1 { pairs.pop() } else { None };
        pairs.iter().for_each(|pair| self.log.put(Event::attempt(Some(pair), None)));
        Ok((Synthesis { requested: given, valid: given, pairs, ..Synthesis::default() }, held_back))
    }
}
