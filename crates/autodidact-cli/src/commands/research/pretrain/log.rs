//! The log of a run: one line per step, one line per measured accuracy, and plots of both.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

use autodidact::error::Result;
use autodidact_lab::pretrain::StepReport;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::held_out::Accuracy;
use crate::{
    charts::{lines, percent, spec},
    files,
};

/// Points of the loss curve, each the mean over an equal number of steps.
const POINTS: usize = 100;

/// The log files in the `training` folder.
pub struct Log {
    steps: PathBuf,
    accuracies: PathBuf,
    folder: PathBuf,
}

impl Log {
    /// Opens the files, and drops steps after `last` and lines that a crash cut off.
    pub fn open(folder: &Path, last: usize) -> Result<Self> {
        let (steps, accuracies) = (folder.join("log.jsonl"), folder.join("accuracy.jsonl"));
        keep::<StepReport>(&steps, |report| report.step <= last)?;
        keep::<Accuracy>(&accuracies, |accuracy| accuracy.step <= last)?;
        Ok(Self { steps, accuracies, folder: folder.to_owned() })
    }

    /// The last step with a measured accuracy; 0 for none.
    pub fn last_measured(&self) -> Result<usize> {
        Ok(read::<Accuracy>(&self.accuracies)?.last().map_or(0, |accuracy| accuracy.step))
    }

    /// Appends a step.
    pub fn step(&self, report: &StepReport) -> Result<()> {
        append(&self.steps, report)
    }

    /// Appends an accuracy.
    pub fn accuracy(&self, accuracy: &Accuracy) -> Result<()> {
        append(&self.accuracies, accuracy)
    }

    /// Draws the loss and the accuracy over the steps.
    pub fn plot(&self) -> Result<()> {
        let steps: Vec<StepReport> = read(&self.steps)?;
        let part = steps.len().div_ceil(POINTS).max(1);
        let (mut at, mut losses) = (Vec::new(), Vec::new());
        for group in steps.chunks(part) {
            at.push(group.last().map_or(0, |report| report.step) as f64);
            losses.push(group.iter().map(|report| f64::from(report.loss)).sum::<f64>() / group.len() as f64);
        }
        let series = vec![json!({"name": "loss of the learned tokens, nats", "data": losses})];
        files::write(&self.folder.join("loss.svg"), curve("Loss by step", "nats", &at, series)?.as_bytes())?;

        let measured: Vec<Accuracy> = read(&self.accuracies)?;
        let (Some(first), Some(last)) = (measured.first(), measured.last()) else { return Ok(()) };
        let at: Vec<f64> = measured.iter().map(|accuracy| accuracy.step as f64).collect();
        let of = |name: &str, strict: bool| -> Vec<Option<f64>> {
            let share =
                |accuracy: &Accuracy| accuracy.suites.get(name).map(|s| if strict { s.strict } else { s.names });
            measured.iter().map(|accuracy| share(accuracy).map(percent)).collect()
        };
        let series = first.suites.keys().flat_map(|name| {
            [("strict", true), ("name only", false)]
                .map(|(rule, strict)| json!({"name": format!("{name}, {rule}"), "data": of(name, strict)}))
        });
        let title = format!("Held-out accuracy by step ({} tasks each)", last.tasks);
        files::write(&self.folder.join("accuracy.svg"), curve(&title, "%", &at, series.collect())?.as_bytes())
    }
}

fn curve(title: &str, y: &str, at: &[f64], series: Vec<Value>) -> Result<String> {
    let mut spec = spec(title, Value::Null, y, series);
    if let Some(map) = spec.as_object_mut() {
        map.insert("x_axis_title".into(), "step".into());
        map.insert("x_axis_values".into(), json!(at));
    }
    lines(&spec)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = files::read(path)?;
    Ok(String::from_utf8_lossy(&bytes).lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

fn keep<T: DeserializeOwned + Serialize>(path: &Path, wanted: impl Fn(&T) -> bool) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let mut kept = Vec::new();
    for line in read::<T>(path)?.iter().filter(|line| wanted(line)) {
        serde_json::to_writer(&mut kept, line).map_err(|e| files::io(path, e))?;
        kept.push(b'\n');
    }
    files::write(path, &kept)
}

fn append(path: &Path, line: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(line).map_err(|e| files::io(path, e))?;
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(|e| files::io(path, e))?;
    writeln!(file, "{line}").map_err(|e| files::io(path, e))
}
