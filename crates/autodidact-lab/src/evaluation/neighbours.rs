//! Training tasks like a query, by the words they share.

use std::collections::HashSet;

use super::suite::SuiteSample;

/// The `k` tasks whose queries share most words with this one (Jaccard overlap of the sets of lower-case words), nearest
/// first; the earlier of equals.
pub fn nearest<'a>(query: &str, items: &'a [SuiteSample], k: usize) -> Vec<&'a SuiteSample> {
    let own = words(query);
    let mut scored: Vec<(f64, &SuiteSample)> =
        items.iter().map(|item| (overlap(&own, &words(item.task.query())), item)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(k).map(|(_, item)| item).collect()
}

fn words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

fn overlap(a: &HashSet<String>, b: &HashSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    shared as f64 / (a.len() + b.len() - shared).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use autodidact::task::Task;

    #[test]
    fn shared_words_count() {
        let item = |query: &str| SuiteSample {
            id: query.into(),
            task: Task::new(query, vec![]),
            gold: vec![],
            accept: None,
            want: None,
            names_only: false,
            example: None,
        };
        let items = ["book a hotel", "weather in Rome?", "the weather in Rome, please", "weather in ROME"].map(item);
        let near: Vec<&str> = nearest("Weather in Rome", &items, 3).into_iter().map(|i| i.id.as_str()).collect();
        assert_eq!(near, ["weather in Rome?", "weather in ROME", "the weather in Rome, please"]);
        assert_eq!(nearest("x", &items, 9).len(), 4);
        assert!(nearest("x", &[], 2).is_empty());
    }
}
