//! What goes into the decoder: rows of tokens, and the positions that are learned.

/// Rows of tokens for one call.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Token ids, row by row, `b * t` of them.
    pub ids: Vec<u32>,
    /// Sequences.
    pub batch: usize,
    /// For packed rows: the number of the document that each token belongs to; tokens attend within their document.
    pub documents: Option<Vec<u32>>,
}

impl Tokens {
    /// One sequence.
    pub fn single(ids: &[u32]) -> Self {
        Self { ids: ids.to_vec(), batch: 1, documents: None }
    }

    /// Sequences padded on the right with `pad` to the length of the longest.
    pub fn padded(sequences: &[Vec<u32>], pad: u32) -> Self {
        let t = sequences.iter().map(Vec::len).max().unwrap_or(0);
        let mut ids = Vec::with_capacity(sequences.len() * t);
        for sequence in sequences {
            ids.extend_from_slice(sequence);
            ids.resize(ids.len() + t - sequence.len(), pad);
        }
        Self { ids, batch: sequences.len(), documents: None }
    }

    /// Tokens per sequence.
    pub fn len(&self) -> usize {
        self.ids.len() / self.batch.max(1)
    }

    /// True when there is no token.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// The positions whose next token is learned.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// Rows (of `b * t`) that predict.
    pub rows: Vec<u32>,
    /// The token that each row should predict.
    pub ids: Vec<u32>,
    /// Weight of each row in the mean.
    pub weights: Vec<f32>,
}
