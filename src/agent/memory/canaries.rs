//! The last tasks that the agent was sure of: the gate asks them again.

use std::{cell::RefCell, collections::VecDeque};

use crate::{agent::Canary, task::Task};

/// Canaries that an agent remembers.
const REMEMBERED: usize = 3;

/// The last tasks that the agent was sure of, with its answers.
#[derive(Default)]
pub(in crate::agent) struct Canaries(RefCell<VecDeque<Canary>>);

impl Canaries {
    pub(in crate::agent) fn remember(&self, task: &Task, answer: &str) {
        let mut canaries = self.0.borrow_mut();
        canaries.retain(|canary| canary.task != *task);
        canaries.truncate(REMEMBERED - 1);
        canaries.push_front(Canary { task: task.clone(), answer: answer.to_owned() });
    }

    pub(in crate::agent) fn all(&self) -> Vec<Canary> {
        self.0.borrow().iter().cloned().collect()
    }

    pub(in crate::agent) fn forget(&self, task: &Task) {
        self.0.borrow_mut().retain(|canary| canary.task != *task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_canaries_are_remembered_once() {
        let canaries = Canaries::default();
        for query in ["a", "b", "a", "c", "d"] {
            canaries.remember(&Task::new(query, Vec::new()), query);
        }
        let queries: Vec<String> = canaries.all().into_iter().map(|canary| canary.answer).collect();
        assert_eq!(queries, ["d", "c", "a"]);
    }
}
