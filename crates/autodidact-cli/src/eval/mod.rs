//! `autodidact eval`: files, progress and reports around the library's runner.

mod args;
mod baseline;
mod journal;
mod machine;
mod merge;
mod plots;
mod report;
mod teachers;

use std::{cell::RefCell, collections::BTreeMap, path::Path};

use autodidact::{
    adaptation::TrainEvent,
    error::{Error, Result},
    inference::Cancel,
};
use autodidact_lab::evaluation::{
    GENERATOR, GENERATOR_TASKS, Item, Key, Mode, Plan, Record, Runner, Shard, Suite, Summary,
};
use indicatif::{ProgressBar, ProgressStyle};

pub use self::args::EvalArgs;
use self::{
    args::EvalCommand,
    journal::{Journal, Run},
};
use super::{files, open};

/// Runs what is left to do of a run, then writes its reports.
pub async fn run(args: EvalArgs) -> Result<()> {
    if let Some(EvalCommand::Merge { dirs, out }) = &args.command {
        return merge::run(dirs, out);
    }
    let out = args.out.as_deref().ok_or_else(|| Error::invalid("out", "give a folder for the results"))?;
    let suites = args.suite.iter().map(|name| suite(name, args.limit)).collect::<Result<Vec<_>>>()?;
    let train = args.train_file.as_deref().map(training_file).transpose()?;
    let agent = open::bare_agent(args.model.as_deref(), args.device).await?;
    let teacher = teachers::load(&args).await?;
    let (teacher, teacher_name) = teacher.unzip();
    let plan = args.plan(&agent, &suites, train.as_ref().map(|t| t.digest.clone()), teacher_name)?;
    let run = Run { plan, shard: args.shard.unwrap_or(Shard::WHOLE) };
    let mut journal = Journal::open(out, &run, args.fresh)?;
    if args.fresh {
        baseline::remove(out)?;
    }

    let items: &[Item] = train.as_ref().map_or(&[], |t| &t.items);
    let cancel = Cancel::default();
    let mut story = Story::new(&run.plan, &run, &suites, &journal);
    let bar = story.bar.clone();
    let watch = move |step: TrainEvent| {
        let TrainEvent { step, total, loss, eta_seconds, .. } = step;
        bar.set_message(format!("sft step {step}/{total}, loss {loss:.3}, {eta_seconds:.0} s left"));
    };
    let mut runner = Runner::new(&agent, &run.plan, teacher.as_deref(), items, &cancel).watching(watch);
    baseline::prepare(&agent, &run.plan, &mut runner, out).await?;
    for suite in &suites {
        for (_, item) in suite.items.iter().enumerate().filter(|(place, _)| run.shard.holds(*place)) {
            let journal = RefCell::new(&mut journal);
            let wanted = |key: &Key| !journal.borrow().has(key);
            let emit = |record: Record| {
                story.tell(&record);
                journal.borrow_mut().append(record)
            };
            runner.task(suite, item, wanted, emit).await?;
        }
    }
    story.bar.finish_and_clear();
    if !agent.is_unchanged().await? {
        return Err(Error::Backend { reason: "the base weights changed during the run".into() });
    }
    let peak = machine::peak_memory().max(report::stated_peak(out).filter(|_| !args.fresh));
    let summary = report::write(out, &run, &journal.records, peak)?;
    tell(&run, &summary, out);
    Ok(())
}

fn suite(name: &str, limit: Option<usize>) -> Result<Suite> {
    if name.starts_with(GENERATOR) {
        return Suite::generated(name, limit.unwrap_or(GENERATOR_TASKS));
    }
    let path = Path::new(name);
    let stem = path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
    Ok(Suite::from_jsonl(&stem, &files::read(path)?)?.limited(limit))
}

fn training_file(path: &Path) -> Result<Suite> {
    Suite::from_jsonl(&path.display().to_string(), &files::read(path)?)
}

/// Accuracies of the main modes, and where the rest is.
fn tell(run: &Run, summary: &Summary, out: &Path) {
    for mode in &run.plan.modes {
        let Some(row) = summary.main_row(*mode) else { continue };
        let gain = row.mean.gain.map_or(String::new(), |g| {
            format!(", gain {:+.2} [{:+.2}, {:+.2}]", g.mean * 100.0, g.low * 100.0, g.high * 100.0)
        });
        let (strict, names) = (row.mean.strict * 100.0, row.mean.names * 100.0);
        println!("{:<14} strict {strict:6.2}, names {names:6.2}{gain}", mode.name());
    }
    if summary.missing > 0 {
        println!("{} answers are missing", summary.missing);
    }
    println!("{}", out.join("table.md").display());
}

/// A progress bar with the accuracies so far.
struct Story {
    bar: ProgressBar,
    right: BTreeMap<Mode, (usize, usize)>,
}

impl Story {
    fn new(plan: &Plan, run: &Run, suites: &[Suite], journal: &Journal) -> Self {
        let mut total = 0;
        for suite in suites {
            for (_, item) in suite.items.iter().enumerate().filter(|(place, _)| run.shard.holds(*place)) {
                total += plan.keys(suite, &item.id, item.example.is_some()).len();
            }
        }
        let bar = ProgressBar::new(total as u64).with_position(journal.records.len() as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} eta {eta} {msg}") {
            bar.set_style(style);
        }
        bar.reset_eta();
        let mut story = Self { bar, right: BTreeMap::new() };
        for record in &journal.records {
            story.count(record);
        }
        story
    }

    fn count(&mut self, record: &Record) {
        let (right, all) = self.right.entry(record.key.mode).or_default();
        *right += usize::from(record.strict);
        *all += 1;
    }

    fn tell(&mut self, record: &Record) {
        self.count(record);
        let shares: Vec<String> = self
            .right
            .iter()
            .map(|(mode, (right, all))| format!("{mode} {:.1}", 100.0 * *right as f64 / *all as f64))
            .collect();
        self.bar.set_message(format!("{}: {}", record.key.suite, shares.join(", ")));
        self.bar.inc(1);
    }
}
