//! Prompts that were prefilled before. One that begins as an earlier one did, with the same system text and menu, costs only the rest.

use std::{cell::RefCell, collections::VecDeque};

use crate::nn::cache::KvCache;

/// Fewest tokens that are worth a copy of a cache.
const LEAST: usize = 16;

/// Keys and values of prompts, of the model without an adapter. Beyond the budget, those that were not used for longest are dropped.
#[derive(Debug)]
pub struct Prefixes {
    budget: usize,
    /// The one that was used last stands first.
    kept: RefCell<VecDeque<Kept>>,
}

#[derive(Debug)]
struct Kept {
    ids: Vec<u32>,
    cache: KvCache,
}

impl Kept {
    /// Tokens at the beginning of a prompt that are here too.
    fn common(&self, ids: &[u32]) -> usize {
        self.ids.iter().zip(ids).take_while(|(kept, id)| kept == id).count()
    }
}

/// The beginning of a prompt that is known.
#[derive(Debug)]
pub(super) struct Known {
    /// Keys and values of a prompt that begins so.
    pub cache: KvCache,
    /// Tokens of the beginning.
    pub tokens: usize,
}

impl Prefixes {
    /// None yet, and later so many bytes of them.
    pub fn new(budget: usize) -> Self {
        Self { budget, kept: RefCell::default() }
    }

    /// Bytes of what is kept.
    pub fn bytes(&self) -> usize {
        self.kept.borrow().iter().map(|kept| kept.cache.bytes()).sum()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.kept.borrow_mut().clear();
    }

    /// The longest known beginning of some tokens.
    pub(super) fn known(&self, ids: &[u32]) -> Option<Known> {
        let mut all = self.kept.borrow_mut();
        let (at, tokens) = all.iter().map(|kept| kept.common(ids)).enumerate().max_by_key(|(_, tokens)| *tokens)?;
        if tokens < LEAST {
            return None;
        }
        let kept = all.remove(at)?;
        let cache = kept.cache.clone();
        all.push_front(kept);
        Some(Known { cache, tokens })
    }

    /// Keeps a prompt. It takes the place of one that it has the greater part of.
    pub(super) fn keep(&self, ids: &[u32], cache: &KvCache) {
        if cache.bytes() > self.budget {
            return;
        }
        let mut all = self.kept.borrow_mut();
        all.retain(|kept| kept.common(ids) * 2 < kept.ids.len());
        all.push_front(Kept { ids: ids.to_vec(), cache: cache.clone() });
        let mut bytes = 0;
        all.retain(|kept| {
            bytes += kept.cache.bytes();
            bytes <= self.budget
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend;

    fn cache(tokens: usize) -> KvCache {
        let mut cache = KvCache::new(1, 1, 1, 2, tokens, &backend::cpu());
        cache.advance(tokens);
        cache
    }

    fn ids(menu: u32, question: u32, tokens: usize) -> Vec<u32> {
        (0..tokens as u32).map(|at| if at < 40 { menu + at } else { question + at }).collect()
    }

    #[test]
    fn the_longest_beginning_is_found_and_one_menu_is_kept_once() {
        let kept = Prefixes::new(1 << 20);
        let tokens = |ids: &[u32]| kept.known(ids).map(|known| known.tokens);
        assert_eq!(tokens(&ids(0, 0, 60)), None);
        kept.keep(&ids(0, 0, 60), &cache(60));
        kept.keep(&ids(0, 100, 60), &cache(60));
        assert_eq!(kept.bytes(), cache(60).bytes());
        kept.keep(&ids(1000, 0, 60), &cache(60));
        assert_eq!(kept.bytes(), 2 * cache(60).bytes());
        assert_eq!(tokens(&ids(0, 200, 50)), Some(40));
        assert_eq!(tokens(&ids(0, 100, 60)), Some(60));
        assert_eq!(tokens(&ids(1000, 200, 30)), Some(30));
        assert_eq!(tokens(&ids(1000, 200, 10)), None, "too short to be worth it");
        kept.clear();
        assert_eq!(tokens(&ids(0, 100, 60)), None);
    }

    #[test]
    fn beyond_the_budget_the_oldest_is_dropped() {
        let kept = Prefixes::new(2 * cache(60).bytes());
        for menu in [0, 1000, 2000] {
            kept.keep(&ids(menu, 0, 60), &cache(60));
            kept.known(&ids(0, 100, 60));
        }
        let has = |menu| kept.known(&ids(menu, 100, 60)).is_some();
        assert_eq!([has(0), has(1000), has(2000)], [true, false, true]);
        kept.keep(&ids(3000, 0, 600), &cache(600));
        assert!(kept.known(&ids(3000, 0, 600)).is_none(), "larger than the budget");
        assert!(kept.known(&ids(0, 100, 60)).is_some());
    }
}
