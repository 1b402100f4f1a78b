//! Checks of what callers give, before any work is done.

use crate::{
    calls::{CallIssue, LeftOut, Menu, check_call, usable},
    error::{Error, Result},
    task::{Pair, Task, Tool},
};

/// A task with those of its tools that can be used.
pub(super) struct UsableTask {
    pub task: Task,
    pub left_out: Vec<LeftOut>,
}

impl UsableTask {
    /// # Errors
    /// [`Error::InvalidInput`] for a task without a query, without tools, or with a menu of which nothing can be used.
    pub(super) fn of(task: &Task) -> Result<Self> {
        if task.query().trim().is_empty() {
            return Err(Error::invalid("query", "it is empty"));
        }
        if task.tools.is_empty() {
            return Err(Error::invalid("tools", "the menu is empty; give at least one tool"));
        }
        Self::of_dialogue(task)
    }

    /// The same for a dialogue that may have no tools.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a menu of which nothing can be used.
    pub(super) fn of_dialogue(task: &Task) -> Result<Self> {
        let Menu { tools, left_out } = usable(&task.tools)?;
        Ok(Self { task: Task { messages: task.messages.clone(), tools }, left_out })
    }
}

/// # Errors
/// [`Error::InvalidInput`] that names the pair: one without a query, or with a call that does not fit the menu.
pub(super) fn check_pairs(pairs: &[Pair], tools: &[Tool]) -> Result<()> {
    for (i, pair) in pairs.iter().enumerate() {
        if pair.query.trim().is_empty() {
            return Err(Error::invalid(format!("pairs[{i}].query"), "it is empty"));
        }
        for call in &pair.calls {
            let refused = |issue: CallIssue| {
                let reason = format!("the call of `{}` does not fit the menu: {}", call.name, issue.reason());
                Error::invalid(format!("pairs[{i}].calls"), reason)
            };
            check_call(call, tools).map_err(refused)?;
        }
    }
    Ok(())
}
