//! How alike two queries are, by the model's own embedding of their tokens.

use super::Model;
use crate::{backend::readback, error::Result};

/// Tokens of a query that are compared.
const LONGEST: usize = 128;

impl Model {
    /// The similarity of a text to others, each in [-1, 1]; 1 for the same text. Late interaction (Khattab and Zaharia, 2020, arXiv
    /// 2004.12832) over the rows of the model's embedding: each token is compared with the nearest token of the other text, by the cosine
    /// of their rows without the embedding's mean, and the mean is taken over the tokens of both.
    ///
    /// # Errors
    /// Errors of the tokenizer and the backend.
    pub async fn similarities(&self, text: &str, others: &[&str]) -> Result<Vec<f32>> {
        let own = self.token_vectors(text).await?;
        let mut out = Vec::with_capacity(others.len());
        for other in others {
            out.push(if *other == text { 1.0 } else { late_interaction(&own, &self.token_vectors(other).await?) });
        }
        Ok(out)
    }

    /// A vector of length one for each token.
    async fn token_vectors(&self, text: &str) -> Result<Vec<Vec<f32>>> {
        let mut ids = self.tokenizer.encode(text)?;
        ids.truncate(LONGEST);
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let embedding = &self.decoder.weights().embedding;
        let values = readback(embedding.select(&ids).sub(embedding.mean())).await?;
        let width = values.len() / ids.len();
        Ok(values.chunks(width.max(1)).map(normalized).collect())
    }
}

fn normalized(row: &[f32]) -> Vec<f32> {
    let norm = row.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    row.iter().map(|x| x / norm).collect()
}

fn late_interaction(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    let one_way = |from: &[Vec<f32>], to: &[Vec<f32>]| {
        let nearest = |x: &Vec<f32>| to.iter().map(|y| dot(x, y)).fold(f32::NEG_INFINITY, f32::max);
        from.iter().map(nearest).sum::<f32>() / from.len() as f32
    };
    (one_way(a, b) + one_way(b, a)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_finds_its_nearest() {
        let (x, y) = (normalized(&[3.0, 4.0]), normalized(&[4.0, -3.0]));
        let same = late_interaction(&[x.clone(), y.clone()], &[y.clone(), x.clone()]);
        assert!((same - 1.0).abs() < 1e-6, "the order does not count: {same}");
        let half = late_interaction(std::slice::from_ref(&x), &[x.clone(), y.clone()]);
        assert!((half - 0.75).abs() < 1e-6, "1 one way, a half the other: {half}");
        assert_eq!(late_interaction(&[], &[x]), 0.0);
    }
}
