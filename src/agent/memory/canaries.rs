//! The last tasks that the agent was sure of: the gate asks them again.

use std::{cell::RefCell, collections::VecDeque};

use crate::{agent::Canary, task::Task};

/// Canaries that an agent remembers.
const REMEMBERED: usize = 3;

/// The last tasks that the agent was sure of, with its answers.
#[derive(Default)]
pub(in crate::agent) struct Canaries(RefCell<VecDeque<Remembered>>);

struct Remembered {
    canary: Canary,
    /// Name of the adapter that the answer was given with, if any.
    adapter: Option<String>,
}

impl Canaries {
    pub(in crate::agent) fn remember(&self, task: &Task, answer: &str, adapter: Option<&str>) {
        self.forget(task);
        let mut canaries = self.0.borrow_mut();
        canaries.truncate(REMEMBERED - 1);
        let canary = Canary { task: task.clone(), answer: answer.to_owned() };
        canaries.push_front(Remembered { canary, adapter: adapter.map(str::to_owned) });
    }

    /// Those that were answered with an adapter, or without.
    pub(in crate::agent) fn all(&self, adapter: Option<&str>) -> Vec<Canary> {
        let canaries = self.0.borrow();
        let of = canaries.iter().filter(|remembered| remembered.adapter.as_deref() == adapter);
        of.map(|remembered| remembered.canary.clone()).collect()
    }

    pub(in crate::agent) fn forget(&self, task: &Task) {
        self.0.borrow_mut().retain(|remembered| remembered.canary.task != *task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_canaries_are_remembered_once() {
        let canaries = Canaries::default();
        for query in ["a", "b", "a", "c", "d"] {
            canaries.remember(&Task::new(query, Vec::new()), query, None);
        }
        let queries: Vec<String> = canaries.all(None).into_iter().map(|canary| canary.answer).collect();
        assert_eq!(queries, ["d", "c", "a"]);
        canaries.remember(&Task::new("a", Vec::new()), "a", Some("x"));
        assert_eq!((canaries.all(None).len(), canaries.all(Some("x")).len(), canaries.all(Some("y")).len()), (2, 1, 0));
    }
}
