//! The cheapest tier: the same task with its menu in other orders, before anything is written or trained.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Outcome, Run, Standing};
use crate::{
    agent::{
        AnswerKind, Event, Phase,
        model::{Model, Response, Writing, perplexity},
    },
    error::Result,
    inference::Session,
    task::Task,
};

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
    /// The answer with the probabilities of its tokens.
    pub response: Response,
    /// What came of asking.
    pub report: OrdersReport,
}

impl Model {
    /// Of the greedy answers to the task with its menu in `orders` orders, the one with the lowest perplexity whose calls fit the menu.
    /// `first` is the answer to the order as it came. The other orders are drawn by `seed`.
    ///
    /// # Errors
    /// Errors of [`Model::respond`].
    pub async fn surest_of_orders(
        &self,
        session: &Session<'_>,
        task: &Task,
        first: &Response,
        orders: usize,
        seed: u64,
        writing: Writing,
    ) -> Result<Surest> {
        let (mut chosen, mut best_task, mut best) = (0, task.clone(), first.clone());
        let mut lowest = first.perplexity().unwrap_or(f32::INFINITY);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for order in 1..orders {
            let other = in_other_order(task, &mut rng);
            let prefix = session.prefill(&self.prompt(&other)?).await?;
            let response = self.respond(session, &prefix, &other, writing, |_| {}).await?;
            let found = perplexity(&response.log_probs);
            if response.answer.error.is_none() && found < lowest {
                (chosen, best_task, best, lowest) = (order, other, response, found);
            }
        }
        let menu = best_task.tools.iter().map(|tool| tool.name.clone()).collect();
        let report = OrdersReport { asked: orders, chosen, certainty: best.certainty(), accepted: false, menu };
        Ok(Surest { task: best_task, response: best, report })
    }
}

impl Run<'_> {
    /// Asks in other orders of the menu, where the options say so; the surest answer is the one that stands so far.
    ///
    /// # Errors
    /// Errors of [`Model::surest_of_orders`].
    pub async fn reorder(&mut self, standing: &mut Standing) -> Result<Outcome> {
        if self.options.orders < 2 {
            return Ok(Outcome::GoOn);
        }
        self.begin(Phase::Reorder);
        let start = self.start.clone();
        let session = self.session(start.as_deref());
        let (orders, seed, writing) = (self.options.orders, self.options.seed, self.options.writing());
        let Surest { task, response, mut report } =
            self.model().surest_of_orders(&session, self.task, &standing.response, orders, seed, writing).await?;
        report.accepted = self.is_sure_enough(&response.answer, report.certainty);
        self.log.put(Event::Answer { answer: AnswerKind::Reordered, result: response.answer.clone() });
        let (accepted, chosen) = (report.accepted, report.chosen);
        self.trace.answer = response.answer.clone();
        self.trace.orders = Some(report);
        standing.response = response;
        if accepted {
            return Ok(Outcome::Stands);
        }
        if chosen > 0 {
            standing.prompt = self.model().prompt(&task)?;
            standing.task = task;
        }
        Ok(Outcome::GoOn)
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
            annotations: None,
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
