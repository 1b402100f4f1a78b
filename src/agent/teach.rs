//! The user as teacher: a right, wrong or corrected answer becomes a real pair, or takes back what led to it.

use serde::{Deserialize, Serialize};

use super::{
    Agent, AskOptions, Event, GateReport, MemoryMode, MemoryOptions, TrainingReport,
    checks::{UsableTask, check_pairs},
    gate::GateCheck,
    memory::{Learned, NewVersion},
    model::{Trained, Training},
};
use crate::{
    error::{Error, Result},
    inference::Cancel,
    storage::{AdapterMeta, Lesson, LessonSource},
    task::{Pair, Task, ToolCall},
};

/// How many times a user's pair is seen in training for each time that a self-written pair is seen.
const WEIGHT: usize = 3;
/// Most lessons of an adapter. The oldest self-written ones go first, then the oldest.
const MOST_LESSONS: usize = 24;

/// What a user says of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Feedback {
    /// These calls are right: those that were answered, or corrected ones. None: no tool fits.
    Right {
        /// The calls.
        calls: Vec<ToolCall>,
    },
    /// It is wrong, and the user does not say what is right.
    Wrong,
}

/// What came of a user's feedback.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct Taught {
    /// The adapter that holds the lesson; `None` when nothing was kept.
    pub adapter: Option<AdapterMeta>,
    /// What the training did.
    pub training: Option<TrainingReport>,
    /// What the gate saw.
    pub gate: Option<GateReport>,
    /// Name of the adapter that was taken back.
    pub rolled_back: Option<String>,
    /// Something that the reader should know.
    pub note: Option<String>,
}

/// Lessons that an adapter of the memory is trained on.
struct Curriculum<'a> {
    /// A task of the cluster, for its menu.
    task: &'a Task,
    /// The cluster; `None` for a new one.
    cluster: Option<String>,
    lessons: Vec<Lesson>,
    /// Nothing is kept when the adapter fails the gate.
    must_pass: bool,
}

impl Agent {
    /// Learns from what a user says of an answer, for the memory of `options`. A right answer becomes a lesson of the task's cluster, whose
    /// adapter is trained anew on all its lessons; a wrong one takes the newest version back. `on_event` sees each step.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without a memory, or for calls that do not fit the menu; the rest as [`Agent::ask`].
    pub async fn feedback(
        &self,
        task: &Task,
        feedback: &Feedback,
        options: &AskOptions,
        cancel: &Cancel,
        mut on_event: impl FnMut(Event),
    ) -> Result<Taught> {
        options.check()?;
        let UsableTask { task, .. } = &UsableTask::of(task)?;
        if !options.memory.is_on() {
            return Err(Error::invalid("memory", "feedback needs a memory to learn into; choose `session` or `keep`"));
        }
        // Whatever it was, it is no longer an answer that must stay.
        self.memory().canaries.forget(task);
        let found = self.memory().nearest(self.model(), task, &options.memory).await?;
        let calls = match feedback {
            Feedback::Right { calls } => calls,
            Feedback::Wrong => return self.take_back(found).await,
        };
        let pair = Pair { query: task.query().to_owned(), calls: calls.clone() };
        check_pairs(std::slice::from_ref(&pair), &task.tools)?;
        let mut lessons = found.as_ref().map(|meta| meta.lessons.clone()).unwrap_or_default();
        lessons.retain(|lesson| lesson.query != pair.query);
        lessons.push(Lesson::new(pair, LessonSource::User));
        while lessons.len() > MOST_LESSONS {
            let written = lessons.iter().position(|lesson| lesson.source == LessonSource::Synthetic);
            lessons.remove(written.unwrap_or(0));
        }
        let cluster = found.and_then(|meta| Some(meta.memory?.cluster));
        let curriculum = Curriculum { task, cluster, lessons, must_pass: true };
        self.train_lessons(curriculum, options, cancel, &mut on_event).await
    }

    /// Deletes a lesson, counted from 0, of an adapter of the memory: a new version is trained on the others of its cluster's newest, and all
    /// versions that hold the lesson are deleted. An error leaves everything as it was.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`], [`Error::InvalidInput`] for an adapter outside of the memory or a lesson that is not there; the rest
    /// as [`Agent::ask`].
    pub async fn unlearn(
        &self,
        name: &str,
        lesson: usize,
        options: &AskOptions,
        cancel: &Cancel,
        mut on_event: impl FnMut(Event),
    ) -> Result<Taught> {
        options.check()?;
        let (mode, meta) = self.memory().find(name).await?;
        // The new version lives where the old one lived.
        let options = &AskOptions { memory: MemoryOptions { mode, ..options.memory }, ..options.clone() };
        let Some(memory) = meta.memory else {
            return Err(Error::invalid("name", format!("the adapter `{name}` is not one of the memory")));
        };
        let Some(gone) = meta.lessons.get(lesson).map(Lesson::pair) else {
            let reason = format!("there are {}, counted from 0, and no lesson {lesson}", meta.lessons.len());
            return Err(Error::invalid("lesson", reason));
        };
        let holds = |meta: &AdapterMeta| meta.lessons.iter().any(|lesson| lesson.pair() == gone);
        let old = self.memory().versions(&memory.cluster).await?;
        let mut taught = Taught::default();
        // Lessons that later versions learned stay.
        if let Some((_, newest)) = old.first().filter(|(_, newest)| holds(newest)) {
            let lessons: Vec<Lesson> = newest.lessons.iter().filter(|lesson| lesson.pair() != gone).cloned().collect();
            if !lessons.is_empty() {
                let task = Task::new(newest.task.clone(), memory.tools);
                // Kept whatever the gate says now: it will be asked again before the adapter is used.
                let cluster = Some(memory.cluster.clone());
                let curriculum = Curriculum { task: &task, cluster, lessons, must_pass: false };
                taught = self.train_lessons(curriculum, options, cancel, &mut on_event).await?;
            }
        }
        for (store, version) in old.into_iter().filter(|(_, version)| holds(version)) {
            match store.delete(&version.name).await {
                // The new version has pushed it out.
                Err(Error::AdapterNotFound { .. }) => {}
                other => other?,
            }
        }
        // The disk was full; now it is not.
        if let Some(meta) = taught.adapter.as_ref().filter(|_| mode == MemoryMode::Keep && taught.note.is_some()) {
            taught.note = self.memory().settle(&meta.name, &options.memory).await?;
        }
        Ok(taught)
    }

    async fn take_back(&self, found: Option<AdapterMeta>) -> Result<Taught> {
        let mut taught = Taught::default();
        match found.and_then(|meta| Some((meta.name, meta.memory?.cluster))) {
            Some((name, cluster)) => {
                self.memory().roll_back(&cluster).await?;
                taught.rolled_back = Some(name);
            }
            None => taught.note = Some("nothing was learned for tasks like this, so nothing is taken back".to_owned()),
        }
        Ok(taught)
    }

    /// Trains a fresh adapter on lessons and puts it into the memory. The newest lesson is its own proof.
    async fn train_lessons(
        &self,
        curriculum: Curriculum<'_>,
        options: &AskOptions,
        cancel: &Cancel,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Taught> {
        let Curriculum { task, cluster, lessons, must_pass } = curriculum;
        let (model, memory) = (self.model(), self.memory());
        let mut pairs = Vec::new();
        for lesson in &lessons {
            let times = if lesson.source == LessonSource::User { WEIGHT } else { 1 };
            pairs.extend(std::iter::repeat_n(lesson.pair(), times));
        }
        let examples = model.examples(task, &pairs)?;
        let training = Training { examples, start: None, config: &options.adaptation, seed: options.seed };
        let Trained { adapter, report } = model.train(training, cancel, |step| on_event(Event::Train(step))).await?;
        let proof = lessons.last().map(Lesson::pair);
        let canaries = memory.canaries.all();
        let check = GateCheck {
            task,
            held_back: proof.as_ref(),
            canaries: &canaries,
            before: None,
            after: &adapter.weights,
            writing: options.writing(),
        };
        let gate = model.gate(check, cancel).await?;
        let mut taught = Taught { training: Some(report.clone()), gate: Some(gate), ..Taught::default() };
        if let Some(reason) = gate.reason().filter(|_| must_pass) {
            taught.note = Some(format!("{reason}; nothing was kept"));
            return Ok(taught);
        }
        cancel.check()?;
        let learned = Learned { lessons, training: &report, margin_before: None, margin_after: None };
        let meta = memory.describe(model, task, learned);
        let version = NewVersion { task, adapter: &adapter, meta, held_back: proof, cluster };
        let remembered = memory.remember(model, version, &options.memory).await?;
        taught.adapter = memory.adapters().await?.into_iter().find(|meta| meta.name == remembered.name);
        taught.note = remembered.note;
        Ok(taught)
    }
}
