//! Threads that write the documents of later steps while the device trains.

use std::sync::{
    Arc,
    mpsc::{Receiver, sync_channel},
};

use super::{corpus::Corpus, document::Document};
use autodidact::error::{Error, Result};

/// Steps that each thread may be ahead.
const AHEAD: usize = 2;

/// One thread for every `n`-th step. They end when this is dropped.
pub struct Writers {
    steps: Vec<Receiver<Result<Vec<Document>>>>,
}

impl Writers {
    /// So many threads, at least one, for the steps from `first` on; for `None` one on each core but one.
    ///
    /// # Errors
    /// [`Error::Backend`] when the system refuses a thread.
    pub fn start(corpus: &Arc<Corpus>, first: usize, count: Option<usize>) -> Result<Self> {
        let others = || std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1);
        let count = count.unwrap_or_else(others).max(1);
        let mut steps: Vec<_> = (0..count).map(|_| None).collect();
        for step in first..first + count {
            let (send, receive) = sync_channel(AHEAD);
            let corpus = corpus.clone();
            let write = move || {
                let steps = (step..corpus.config.steps).step_by(count);
                for step in steps {
                    if send.send(corpus.documents(step)).is_err() {
                        break;
                    }
                }
            };
            std::thread::Builder::new()
                .name(format!("writer-{}", step % count))
                .spawn(write)
                .map_err(|e| Error::Backend { reason: format!("no thread to write documents: {e}") })?;
            steps[step % count] = Some(receive);
        }
        Ok(Self { steps: steps.into_iter().flatten().collect() })
    }

    /// The documents of a step. Steps are asked for one after the other.
    ///
    /// # Errors
    /// Errors of [`Corpus::documents`]; [`Error::Backend`] when the thread is gone.
    pub fn documents(&self, step: usize) -> Result<Vec<Document>> {
        let gone = |_| Error::Backend { reason: "a thread that writes documents is gone".into() };
        self.steps[step % self.steps.len()].recv().map_err(gone)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pretrain::bpe::train_bpe;
    use crate::pretrain::{PretrainConfig, splitting::Splitter, vocabulary};
    use autodidact::prompt::{SEED_END, SEED_TOKENS};

    #[test]
    fn threads_write_what_one_would_write_step_by_step() {
        let config = PretrainConfig { steps: 7, step_tokens: 300, ramp_steps: 0, ..PretrainConfig::default() };
        let prompts = vocabulary::prompts().unwrap();
        let tokenizer = train_bpe(["find the hotel in Paris"].map(String::from).into_iter(), 420, SEED_TOKENS).unwrap();
        let splitter = Splitter::new(&tokenizer, config.split_rate).unwrap();
        let end = tokenizer.token_to_id(SEED_END).unwrap();
        let corpus = Arc::new(Corpus { config, tokenizer, prompts, tasks: Vec::new(), splitter, end });
        for count in [None, Some(0), Some(1), Some(3)] {
            let writers = Writers::start(&corpus, 2, count).unwrap();
            for step in 2..7 {
                let ids =
                    |documents: Vec<Document>| -> Vec<Vec<u32>> { documents.into_iter().map(|d| d.ids).collect() };
                assert_eq!(ids(writers.documents(step).unwrap()), ids(corpus.documents(step).unwrap()), "step {step}");
            }
            assert_eq!(writers.documents(7).unwrap_err().code(), "BackendError", "there are no more");
        }
    }
}
