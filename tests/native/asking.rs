//! A question from its beginning to its trace.

use autodidact::{
    agent::{Agent, AskEvent, AskOptions, Trace},
    inference::Cancel,
    task::Task,
};
use futures_lite::future::block_on;

/// Options of an agent whose calls stand whatever they are, for what is told by the answers alone.
pub fn undecided() -> AskOptions {
    AskOptions { decide: false, ..AskOptions::default() }
}

/// The trace of a question that nobody cancels.
pub fn ask(agent: &Agent, task: &Task, options: &AskOptions) -> Trace {
    block_on(async {
        let cancel = Cancel::default();
        let mut asking = agent.ask(task, options, &cancel);
        while let Some(event) = asking.next().await {
            if let AskEvent::Done(trace) = event.unwrap() {
                return *trace;
            }
        }
        panic!("no trace")
    })
}
