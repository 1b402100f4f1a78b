//! The cheapest tier: the same task with its menu in other orders, before anything is written or trained.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{
    Agent, Answer, Writing,
    steps::{answer_certainty, perplexity},
};
use crate::{error::Result, inference::Session, task::Task};

/// What came of asking in several orders of the menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrdersReport {
    /// Orders that were asked, the given one included.
    pub asked: usize,
    /// The order of the surest answer; 0 is the given one.
    pub chosen: usize,
    /// How sure that answer is, in [0, 1]: the inverse of its perplexity.
    pub certainty: f32,
    /// It is sure enough that nothing is learned: its certainty reaches the threshold, and the estimator of the question is the perplexity.
    pub accepted: bool,
    /// The tools of the menu in that order.
    pub menu: Vec<String>,
}

/// The surest of several answers, with the task as it was asked.
pub struct Surest {
    /// The task in the order of the menu that was chosen.
    pub task: Task,
    /// The answer.
    pub answer: Answer,
    /// What came of it.
    pub report: OrdersReport,
}

impl Agent {
    /// Of the greedy answers to the task with its menu in `orders` orders, the one with the lowest perplexity whose calls fit the menu. The
    /// answer to the given order is there already, with its perplexity. The other orders are drawn by `seed`.
    ///
    /// # Errors
    /// Those of [`Agent::respond`].
    pub async fn surest_of_orders(
        &self,
        session: &Session<'_>,
        task: &Task,
        (answer, perplexity_of_it): (&Answer, Option<f32>),
        (orders, seed): (usize, u64),
        how: Writing,
    ) -> Result<Surest> {
        let mut best = (0, perplexity_of_it, task.clone(), answer.clone());
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for order in 1..orders {
            let other = in_other_order(task, &mut rng);
            let prefix = session.prefill(&self.answer_ids(&other)?).await?;
            let (answer, generation) = self.respond(session, &prefix, &other, how, |_| {}).await?;
            let surprise = perplexity(&generation.log_probs);
            if answer.error.is_none() && surprise < best.1.unwrap_or(f32::INFINITY) {
                best = (order, Some(surprise), other, answer);
            }
        }
        let (chosen, surprise, task, answer) = best;
        let menu = task.tools.iter().map(|tool| tool.name.clone()).collect();
        let report =
            OrdersReport { asked: orders, chosen, certainty: answer_certainty(surprise), accepted: false, menu };
        Ok(Surest { task, answer, report })
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
