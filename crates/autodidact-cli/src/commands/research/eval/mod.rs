//! `autodidact eval`: runs an evaluation with its files, progress bar and reports.

mod args;
mod baseline;
mod journal;
mod machine;
mod merge;
mod plan;
mod plots;
mod progress;
mod report;
#[cfg(feature = "teacher-server")]
mod server;
mod teachers;

use std::{cell::RefCell, path::Path};

use autodidact::{
    adaptation::TrainEvent,
    error::{Error, Result},
    inference::Cancel,
};
use autodidact_lab::evaluation::{GENERATOR, GENERATOR_TASKS, Key, Record, Runner, Shard, Suite, SuiteSample};

pub use self::{args::EvalArgs, journal::read_records};
use self::{
    args::{EvalCommand, RunArgs},
    journal::{Journal, Run},
    plan::Inputs,
    progress::Progress,
    teachers::NamedTeacher,
};
use super::tasks;
use crate::{files, open};

/// Does what is left of a run, then writes its reports.
pub async fn run(args: EvalArgs) -> Result<()> {
    if let Some(EvalCommand::Merge { dirs, out }) = &args.command {
        return merge::run(dirs, out);
    }
    let RunArgs { suite, limit, out, fresh, shard, .. } = &args.run;
    let out = out.as_deref().ok_or_else(|| Error::invalid("out", "add --out with a folder for the results"))?;
    let suites = suite.iter().map(|name| read_suite(name, *limit)).collect::<Result<Vec<_>>>()?;
    let training = args.baselines.train_file.as_deref().map(tasks::read).transpose()?;
    let agent = open::bare_agent(&args.model).await?;
    let (teacher, teacher_name) = match teachers::load(&args).await? {
        Some(NamedTeacher { teacher, name }) => (Some(teacher), Some(name)),
        None => (None, None),
    };
    let inputs = Inputs {
        agent: &agent,
        suites: &suites,
        training_digest: training.as_ref().map(|suite| suite.digest.clone()),
        teacher: teacher_name,
    };
    let run = Run { plan: plan::plan(&args, inputs)?, shard: shard.unwrap_or(Shard::WHOLE) };
    let mut journal = Journal::open(out, &run, *fresh)?;
    if *fresh {
        baseline::remove(out)?;
    }

    let items: &[SuiteSample] = training.as_ref().map_or(&[], |suite| &suite.items);
    let cancel = Cancel::default();
    let mut progress = Progress::new(&run, &suites, &journal);
    let bar = progress.bar().clone();
    let watch = move |step: TrainEvent| {
        let TrainEvent { step, total, loss, eta_seconds, .. } = step;
        bar.set_message(format!("sft step {step}/{total}, loss {loss:.3}, {eta_seconds:.0} s left"));
    };
    let mut runner = Runner::new(&agent, &run.plan, teacher.as_deref(), items, &cancel).watching(watch);
    baseline::prepare(&agent, &run.plan, &mut runner, out).await?;
    for suite in &suites {
        for item in run.items(suite) {
            let journal = RefCell::new(&mut journal);
            let wanted = |key: &Key| !journal.borrow().has(key);
            let emit = |record: Record| {
                progress.record(&record);
                journal.borrow_mut().append(record)
            };
            runner.task(suite, item, wanted, emit).await?;
        }
    }
    progress.bar().finish_and_clear();
    if !agent.model().is_unchanged().await? {
        return Err(Error::Backend { reason: "the base weights changed during the run".into() });
    }
    let earlier_peak = report::stated_peak(out).filter(|_| !*fresh);
    let summary = report::write(out, &run, &journal.records, machine::peak_memory().max(earlier_peak))?;
    report::print(&run, &summary, out);
    Ok(())
}

/// A built-in suite, or the tasks of a file.
fn read_suite(name: &str, limit: Option<usize>) -> Result<Suite> {
    if name.starts_with(GENERATOR) {
        return Suite::generated(name, limit.unwrap_or(GENERATOR_TASKS));
    }
    let path = Path::new(name);
    let stem = path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
    Ok(Suite::from_jsonl(&stem, &files::read(path)?)?.limited(limit))
}
