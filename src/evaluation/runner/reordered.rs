//! The `reorder` mode: the same task with its menu in other orders.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value as Json};

use super::{Outcome, Progress, Runner};
use crate::{agent::perplexity, error::Result, evaluation::plan::task_seed, platform::Stopwatch, task::Task};

/// Orders of the menu that are asked, the task's own included.
const ORDERS: usize = 3;

impl Runner<'_> {
    /// Of the greedy answers to the task with its menu in three orders, the one with the lowest perplexity.
    pub(super) async fn reordered(&self, progress: &Progress<'_>, seed: u64) -> Result<Outcome> {
        let mut outcome = Outcome { seconds: progress.base.seconds.clone(), ..Outcome::default() };
        let watch = Stopwatch::start();
        let mut best = (progress.base.scores.perplexity.unwrap_or(f32::INFINITY), progress.base.answer.clone());
        for index in 1..ORDERS {
            let seed = task_seed(seed, &format!("order {index}/{}", progress.suite), &progress.item.id);
            let task = in_other_order(&progress.item.task, &mut ChaCha8Rng::seed_from_u64(seed));
            let session = self.agent.session(None, self.cancel);
            let prefix = session.prefill(&self.agent.answer_ids(&task)?).await?;
            let how = self.plan.greedy();
            let (answer, generation) = self.agent.respond(&session, &prefix, &task, how, |_| {}).await?;
            let surprise = perplexity(&generation.log_probs);
            if answer.error.is_none() && surprise < best.0 {
                best = (surprise, answer);
            }
        }
        outcome.seconds.insert("reorder".to_owned(), watch.seconds());
        outcome.answers = vec![best.1];
        Ok(outcome)
    }
}

/// The task with the tools of its menu, and their parameters, shuffled.
fn in_other_order(task: &Task, rng: &mut ChaCha8Rng) -> Task {
    let mut task = task.clone();
    task.tools.shuffle(rng);
    for tool in &mut task.tools {
        if let Some(Json::Object(properties)) = tool.parameters.get_mut("properties") {
            let mut entries: Vec<_> = std::mem::take(properties).into_iter().collect();
            entries.shuffle(rng);
            *properties = Map::from_iter(entries);
        }
    }
    task
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::task::Tool;

    #[test]
    fn nothing_but_the_order_changes() {
        let properties: Map<String, Json> =
            ["a", "b", "c", "d"].map(|name| (name.to_owned(), json!({"type": "string"}))).into_iter().collect();
        let tool = |name: &str| Tool {
            name: name.into(),
            description: String::new(),
            parameters: json!({"type": "object", "properties": properties, "required": ["a"]}),
        };
        let task = Task::new("q", ["x", "y", "z"].map(tool).into());
        let mut orders = std::collections::BTreeSet::new();
        for seed in 0..20 {
            let mut other = in_other_order(&task, &mut ChaCha8Rng::seed_from_u64(seed));
            orders.insert(serde_json::to_string(&other.tools).unwrap());
            other.tools.sort_by(|one, two| one.name.cmp(&two.name));
            // Objects are equal whatever their order.
            assert_eq!(other, task);
        }
        assert!(orders.len() > 15, "{} orders", orders.len());
    }
}
