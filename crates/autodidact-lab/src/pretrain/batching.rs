//! Groups documents of similar length, so that little is spent on padding and on attention between strangers.

use super::document::Document;
use autodidact::model::{Targets, Tokens};

/// Documents of similar length for one forward and backward pass.
#[derive(Debug, Clone)]
pub struct MicroBatch {
    /// One document a row, padded on the right.
    pub tokens: Tokens,
    /// What is learned. Over all micro-batches of a step the weights sum to one.
    pub targets: Targets,
}

/// Splits the documents of one step into micro-batches of at most `max_tokens` tokens, padding included, whose widths are
/// multiples of `multiple`.
pub fn micro_batches(mut documents: Vec<Document>, pad: u32, max_tokens: usize, multiple: usize) -> Vec<MicroBatch> {
    let total: f32 = documents.iter().flat_map(|d| d.weights.iter().skip(1)).sum();
    documents.sort_by_key(|d| d.ids.len());
    let mut out = Vec::new();
    // From the longest down, so that the first document of a group sets its width.
    while let Some(longest) = documents.last() {
        let width = longest.ids.len().next_multiple_of(multiple.max(1));
        let rows = (max_tokens / width.max(1)).clamp(1, documents.len());
        let group = documents.split_off(documents.len() - rows);
        out.push(group_of(&group, width, pad, total.max(f32::MIN_POSITIVE)));
    }
    out
}

fn group_of(documents: &[Document], width: usize, pad: u32, total: f32) -> MicroBatch {
    let mut targets = Targets::default();
    for (row, document) in documents.iter().enumerate() {
        for i in 1..document.ids.len() {
            if document.weights[i] > 0.0 {
                targets.rows.push((row * width + i - 1) as u32);
                targets.ids.push(document.ids[i]);
                targets.weights.push(document.weights[i] / total);
            }
        }
    }
    let mut ids = Vec::with_capacity(documents.len() * width);
    for document in documents {
        ids.extend_from_slice(&document.ids);
        ids.resize(ids.len() + width - document.ids.len(), pad);
    }
    MicroBatch { tokens: Tokens { ids, batch: documents.len(), documents: None }, targets }
}
