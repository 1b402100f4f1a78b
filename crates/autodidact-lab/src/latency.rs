//! What the score and the learning add to the time of an answer.

use std::fmt;

use autodidact::{
    agent::{Agent, AskEvent, AskOptions, Learn, Trace},
    error::{Error, Result},
    inference::Cancel,
    platform::Stopwatch,
    task::Task,
};

/// Seconds of one task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskLatency {
    /// Prompt and greedy answer, and nothing else.
    pub alone: f64,
    /// Through the loop, taken for certain: the answer, and the score of the candidates if the estimator needs it.
    pub certain: f64,
    /// Through the loop, taken for uncertain: the examples, the training and the second answer too. `None` where no valid
    /// example was written, so that nothing was learned.
    pub uncertain: Option<f64>,
}

/// Seconds of several tasks. Prints itself as two lines of words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    /// Tasks.
    pub tasks: usize,
    /// Tasks on which something was learned.
    pub learned: usize,
    /// Mean seconds of answering alone.
    pub alone: f64,
    /// Seconds of certain tasks over those of answering the same tasks alone.
    pub certain: f64,
    /// The same for uncertain tasks that learned; not a number where none did.
    pub uncertain: f64,
}

impl Latency {
    /// Sums over tasks.
    pub fn of(tasks: &[TaskLatency]) -> Self {
        let sum = |of: fn(&TaskLatency) -> f64| tasks.iter().map(of).sum::<f64>();
        let learned: Vec<&TaskLatency> = tasks.iter().filter(|t| t.uncertain.is_some()).collect();
        let (again, alone): (f64, f64) =
            learned.iter().fold((0.0, 0.0), |(a, b), t| (a + t.uncertain.unwrap_or_default(), b + t.alone));
        Self {
            tasks: tasks.len(),
            learned: learned.len(),
            alone: sum(|t| t.alone) / tasks.len() as f64,
            certain: sum(|t| t.certain) / sum(|t| t.alone),
            uncertain: again / alone,
        }
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tasks, learned, alone, certain, uncertain } = self;
        writeln!(f, "{tasks} tasks, {alone:.4} s each alone; certain: {certain:.2} times that")?;
        if *learned == 0 {
            return write!(f, "uncertain: not measured, no task had a valid example");
        }
        write!(f, "uncertain: {uncertain:.2} times that ({learned} of {tasks} had a valid example and learned)")
    }
}

impl Latency {
    /// Times tasks, each in three ways with the default options; the place of a task is its seed.
    ///
    /// # Errors
    /// Errors of [`Agent::ask`]; [`Error::ContextOverflow`] for a prompt that does not fit.
    pub async fn measure(agent: &Agent, tasks: &[Task], cancel: &Cancel) -> Result<Self> {
        let mut times = Vec::with_capacity(tasks.len());
        for (seed, task) in tasks.iter().enumerate() {
            times.push(task_latency(agent, task, seed as u64, cancel).await?);
        }
        Ok(Self::of(&times))
    }
}

async fn task_latency(agent: &Agent, task: &Task, seed: u64, cancel: &Cancel) -> Result<TaskLatency> {
    let defaults = AskOptions::default();
    // Read once for all answers; it must not make the first of them slower.
    if defaults.constrained {
        agent.model().vocabulary()?;
    }
    let mut alone = f64::NAN;
    // Twice: a browser compiles what runs for the first time, and memory is fresh.
    for _ in 0..2 {
        let watch = Stopwatch::start();
        let model = agent.model();
        let session = model.session(None, cancel).anew();
        let prefix = session.prefill(&model.prompt(task)?).await?;
        model.respond(&session, &prefix, task, defaults.writing(), |_| {}).await?;
        alone = watch.seconds();
    }
    // A threshold that every certainty reaches.
    let learn = Learn::Below(f32::MIN_POSITIVE);
    let certain = traced(agent, task, &AskOptions { learn, seed, ..defaults.clone() }, cancel).await?;
    let uncertain = traced(agent, task, &AskOptions { learn: Learn::Always, seed, ..defaults }, cancel).await?;
    let total = |trace: &Trace| trace.seconds.get("total").copied().unwrap_or(f64::NAN);
    Ok(TaskLatency { alone, certain: total(&certain), uncertain: uncertain.adapted.then(|| total(&uncertain)) })
}

async fn traced(agent: &Agent, task: &Task, options: &AskOptions, cancel: &Cancel) -> Result<Trace> {
    // A menu that is known would make the answer alone look slow.
    agent.model().forget_prompts();
    let mut asking = agent.ask(task, options, cancel);
    while let Some(event) = asking.next().await {
        if let AskEvent::Done(trace) = event? {
            return Ok(*trace);
        }
    }
    Err(Error::Aborted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_the_same_tasks() {
        let learned = TaskLatency { alone: 1.0, certain: 1.1, uncertain: Some(6.0) };
        let not = TaskLatency { alone: 3.0, certain: 3.1, uncertain: None };
        let both = Latency::of(&[learned, not]);
        assert_eq!((both.tasks, both.learned, both.alone), (2, 1, 2.0));
        assert!((both.certain - 4.2 / 4.0).abs() < 1e-12 && (both.uncertain - 6.0).abs() < 1e-12);
        assert!(both.to_string().contains("6.00 times that (1 of 2"));
        assert!(Latency::of(&[not]).to_string().contains("not measured"));
    }
}
