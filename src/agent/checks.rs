//! Checks of what callers give, before any work is done.

use crate::{
    calls::{CallIssue, check_call, check_menu},
    error::{Error, Result},
    task::{Pair, Task, Tool},
};

/// # Errors
/// [`Error::InvalidInput`] for a task without a query, without tools, or with a menu that cannot be used.
pub(super) fn check_task(task: &Task) -> Result<()> {
    if task.query().trim().is_empty() {
        return Err(Error::invalid("query", "it is empty"));
    }
    if task.tools.is_empty() {
        return Err(Error::invalid("tools", "the menu is empty; give at least one tool"));
    }
    check_menu(&task.tools)
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
