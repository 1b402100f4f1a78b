//! In place of the threads that write documents: a browser has none.

use std::sync::Arc;

use super::{corpus::Corpus, document::Document};
use autodidact::error::Result;

/// Writes when it is asked.
pub struct Writers(Arc<Corpus>);

impl Writers {
    /// Whatever the arguments.
    ///
    /// # Errors
    /// None.
    pub fn start(corpus: &Arc<Corpus>, _first: usize, _count: Option<usize>) -> Result<Self> {
        Ok(Self(corpus.clone()))
    }

    /// The documents of a step.
    ///
    /// # Errors
    /// Errors of [`Corpus::documents`].
    pub fn documents(&self, step: usize) -> Result<Vec<Document>> {
        self.0.documents(step)
    }
}
