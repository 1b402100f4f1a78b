//! Words in other pieces than the tokenizer's, so that a word it never saw is no surprise.
//!
//! A vocabulary that is trained on generated texts holds their words whole, and a model that trains on whole words alone
//! does not learn to read a word in pieces, which is how every other word comes. So in some documents some tokens are taken
//! apart again, as BPE-dropout does (Provilkov et al., 2020, arXiv 1910.13267), but all occurrences in a document in the same
//! way: copying a word must not change its pieces.

use std::collections::HashMap;

use serde_json::Value;

use autodidact::{
    error::{Error, Result},
    tokenizer::Tokenizer,
};

/// Takes tokens apart into the two that they were merged from.
#[derive(Debug, Clone)]
pub struct Splitter {
    parts: HashMap<u32, (u32, u32)>,
    rate: f64,
}

impl Splitter {
    /// Splits each word of a document with probability `rate`, in [0, 1], and its parts in turn. Tokens that are not made of
    /// letters alone stay whole.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the tokenizer holds no merges.
    pub fn new(tokenizer: &Tokenizer, rate: f64) -> Result<Self> {
        let mut parts = HashMap::new();
        if rate > 0.0 {
            let broken = |reason: &str| Error::Tokenizer { reason: reason.to_owned() };
            let json: Value = serde_json::from_slice(&tokenizer.to_bytes()?).map_err(|e| broken(&e.to_string()))?;
            let merges = json.pointer("/model/merges").and_then(Value::as_array);
            for merge in merges.ok_or_else(|| broken("splitting words needs a tokenizer with merges"))? {
                let Some((left, right)) = halves(merge) else { return Err(broken("a merge cannot be read")) };
                let whole = format!("{left}{right}");
                if whole.chars().all(|c| c.is_ascii_alphabetic())
                    && let (Some(whole), Some(left), Some(right)) =
                        (tokenizer.token_to_id(&whole), tokenizer.token_to_id(left), tokenizer.token_to_id(right))
                {
                    // The first merge that makes a token is the one that is applied.
                    parts.entry(whole).or_insert((left, right));
                }
            }
        }
        Ok(Self { parts, rate })
    }

    /// The ids with some taken apart. Which, only the id and `salt` decide.
    pub fn split(&self, ids: &[u32], salt: u64) -> Vec<u32> {
        let mut out = Vec::with_capacity(ids.len() * 5 / 4);
        for &id in ids {
            self.push(id, salt, &mut out);
        }
        out
    }

    fn push(&self, id: u32, salt: u64, out: &mut Vec<u32>) {
        match self.parts.get(&id) {
            Some(&(left, right)) if chance(id, salt) < self.rate => {
                self.push(left, salt, out);
                self.push(right, salt, out);
            }
            _ => out.push(id),
        }
    }
}

fn halves(merge: &Value) -> Option<(&str, &str)> {
    match merge {
        Value::String(pair) => pair.split_once(' '),
        Value::Array(pair) => Some((pair.first()?.as_str()?, pair.get(1)?.as_str()?)),
        _ => None,
    }
}

/// A number in [0, 1) that looks random: the finalizer of SplitMix64.
fn chance(id: u32, salt: u64) -> f64 {
    let mut x = salt.wrapping_add((u64::from(id) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pretrain::bpe::train_bpe;
    use autodidact::prompt::SEED_TOKENS;

    #[test]
    fn words_come_apart_and_nothing_else_does() {
        let texts = (0..40).map(|i| format!("<|user|>find the hotel in Paris: string, 2024-0{i}"));
        let tokenizer = train_bpe(texts, 420, SEED_TOKENS).unwrap();
        let text = "<|user|>the hotel, the hotel in Paris: string 2024";
        let ids = tokenizer.encode(text).unwrap();
        assert_eq!(Splitter::new(&tokenizer, 0.0).unwrap().split(&ids, 7), ids);

        let all = Splitter::new(&tokenizer, 1.0).unwrap().split(&ids, 7);
        let pieces: Vec<String> = all.iter().map(|id| tokenizer.id_to_token(*id).unwrap()).collect();
        assert!(pieces.iter().all(|p| p.len() == 1 || !p.chars().all(|c| c.is_ascii_alphabetic())), "{pieces:?}");
        assert!(pieces.contains(&"<|user|>".to_owned()) && pieces.contains(&":Ġstring".to_owned()), "{pieces:?}");

        let half = Splitter::new(&tokenizer, 0.5).unwrap();
        let variants: Vec<Vec<u32>> = (0..20).map(|salt| half.split(&ids, salt)).collect();
        assert!(variants.iter().any(|v| ids.len() < v.len() && v.len() < all.len()));
        for variant in &variants {
            assert_eq!(tokenizer.decode(variant, false).unwrap(), text);
        }
        // Both hotels of a document look the same.
        let hotel = tokenizer.encode("hotel").unwrap();
        for salt in 0..20 {
            let word = half.split(&hotel, salt);
            let seen = half.split(&ids, salt).windows(word.len()).filter(|w| *w == word).count();
            assert!(seen >= 2, "salt {salt}");
        }
    }
}
