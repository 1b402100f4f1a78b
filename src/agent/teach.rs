//! The user as teacher: a right, wrong or corrected answer becomes a real pair, or takes back what led to it.

use serde::{Deserialize, Serialize};

use super::{
    Agent, AskOptions, Event, GateReport, MemoryMode, MemoryOptions, Request, TrainingReport,
    checks::{UsableTask, check_pairs},
    gate::GateCheck,
    memory::{Learned, NewVersion},
    model::{Trained, Training},
};
use crate::{
    error::{Error, Result},
    inference::Cancel,
    storage::{AdapterMeta, Lesson, LessonSource},
    task::{Pair, Task, Tool, ToolCall},
    words::{Examples, is_same_request, neighbours},
};

/// How many times a user's pair is seen in training for each time that a self-written pair is seen.
const WEIGHT: usize = 3;
/// Pairs that a program makes of a user's lesson, for the training; one more is held back for the gate.
const NEIGHBOURS: usize = 5;
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
    /// The lesson that holds from now on; `None` when none was kept.
    pub lesson: Option<Lesson>,
    /// Requests whose lessons were removed.
    pub forgotten: Vec<String>,
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
    /// Pairs in the words of the newest lesson.
    neighbours: Vec<Pair>,
    /// Nothing is kept when the adapter fails the gate.
    must_pass: bool,
}

impl Agent {
    /// Keeps the right calls of a task as a lesson, and trains nothing. From now on the same request is answered so, and requests in the
    /// same words with their own values.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without a memory, or for calls that do not fit the menu; those of the store.
    pub async fn teach(&self, task: &Task, calls: &[ToolCall], options: &AskOptions) -> Result<Taught> {
        options.check()?;
        let UsableTask { task, .. } = &UsableTask::of(task)?;
        self.teach_checked(task, calls, options).await
    }

    async fn teach_checked(&self, task: &Task, calls: &[ToolCall], options: &AskOptions) -> Result<Taught> {
        if !options.memory.is_on() {
            return Err(Error::invalid("memory", "feedback needs a memory to learn into; choose `session` or `keep`"));
        }
        let pair = Pair { query: task.query().to_owned(), calls: calls.to_vec() };
        check_pairs(std::slice::from_ref(&pair), &task.tools)?;
        let Some(query) = Request::lesson_query(task) else {
            let note = "the request says little without what was said before it, so it is no lesson for others";
            return Ok(Taught { note: Some(note.to_owned()), ..Taught::default() });
        };
        let lesson = Lesson::new(Pair { query, ..pair }, LessonSource::User);
        let note = self.memory().teach(&task.tools, &lesson, &options.memory).await?;
        Ok(Taught { lesson: Some(lesson), note, ..Taught::default() })
    }

    /// Learns from what a user says of an answer, for the memory of `options`. A right answer becomes a lesson, as in [`Agent::teach`], and
    /// the adapter of the task's cluster is trained anew on all its lessons, from `options.adapter` on where that is given; a wrong one
    /// removes the lessons that lead to it, and takes the newest version back. `on_event` sees each step.
    ///
    /// # Errors
    /// Errors of [`Agent::teach`]; the rest as [`Agent::ask`].
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
        // Whatever it was, it is no longer an answer that must stay.
        self.memory().canaries.forget(task);
        let calls = match feedback {
            Feedback::Right { calls } => calls,
            Feedback::Wrong => return self.take_back(task, options).await,
        };
        let Taught { lesson, note, .. } = self.teach_checked(task, calls, options).await?;
        let Some(lesson) = lesson else { return Ok(Taught { note, ..Taught::default() }) };
        let found = self.memory().nearest(self.model(), task, &options.memory).await?;
        let mut lessons = found.as_ref().map(|meta| meta.lessons.clone()).unwrap_or_default();
        lessons.retain(|other| !is_same_request(&other.query, &lesson.query));
        lessons.push(lesson.clone());
        while lessons.len() > MOST_LESSONS {
            let written = lessons.iter().position(|lesson| lesson.source == LessonSource::Synthetic);
            lessons.remove(written.unwrap_or(0));
        }
        let cluster = found.and_then(|meta| Some(meta.memory?.cluster));
        let neighbours = neighbours(&lesson.pair(), &task.tools, NEIGHBOURS + 1, options.seed);
        let curriculum = Curriculum { task, cluster, lessons, neighbours, must_pass: true };
        let mut taught = self.train_lessons(curriculum, options, cancel, &mut on_event).await?;
        taught.lesson = Some(lesson);
        taught.note = [note, taught.note].into_iter().flatten().reduce(|all, more| format!("{all}; {more}"));
        Ok(taught)
    }

    /// What people taught for a menu, oldest first.
    ///
    /// # Errors
    /// Errors of [`Memory::lessons`](super::Memory::lessons).
    pub async fn lessons(&self, tools: &[Tool], options: &AskOptions) -> Result<Vec<Lesson>> {
        self.memory()
            .lessons(&UsableTask::of_dialogue(&Task::new("", tools.to_vec()))?.task.tools, &options.memory)
            .await
    }

    /// Removes what a person taught about a request; adapters of the memory that were trained on it are trained anew without it.
    ///
    /// # Errors
    /// Errors of the store, and those of [`Agent::unlearn`].
    pub async fn forget_lesson(
        &self,
        task: &Task,
        options: &AskOptions,
        cancel: &Cancel,
        mut on_event: impl FnMut(Event),
    ) -> Result<Taught> {
        options.check()?;
        let UsableTask { task, .. } = &UsableTask::of(task)?;
        let query = task.query();
        let forgotten = self.memory().unteach(&task.tools, query).await?;
        let mut taught = Taught::default();
        if let Some((name, lesson)) = self.memory().newest_with(self.model(), task, query).await? {
            taught = self.unlearn(&name, lesson, options, cancel, &mut on_event).await?;
        }
        Ok(Taught { forgotten, ..taught })
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
                let neighbours = Vec::new();
                let curriculum = Curriculum { task: &task, cluster, lessons, neighbours, must_pass: false };
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

    /// Removes the lessons that lead to the answer of a task, with the adapters that were trained on them; where there is none, the newest
    /// version of the task's cluster goes.
    async fn take_back(&self, task: &Task, options: &AskOptions) -> Result<Taught> {
        if !options.memory.is_on() {
            return Err(Error::invalid("memory", "feedback needs a memory to learn into; choose `session` or `keep`"));
        }
        let (model, memory) = (self.model(), self.memory());
        let lessons = memory.lessons(&task.tools, &options.memory).await?;
        let request = Request::of(task, None);
        let examples = Examples::of(lessons.iter().map(Lesson::pair), &task.tools);
        let followed = examples.follow(&request.text, &task.tools).map(|followed| followed.query);
        let mut taught = Taught::default();
        for query in followed.into_iter().chain([task.query().to_owned()]) {
            taught.forgotten.extend(memory.unteach(&task.tools, &query).await?);
            while let Some((name, _)) = memory.newest_with(model, task, &query).await? {
                memory.delete_adapter(&name).await?;
                taught.rolled_back.get_or_insert(name);
            }
        }
        if !taught.forgotten.is_empty() || taught.rolled_back.is_some() {
            return Ok(taught);
        }
        let found = memory.nearest(model, task, &options.memory).await?;
        match found.and_then(|meta| Some((meta.name, meta.memory?.cluster))) {
            Some((name, cluster)) => {
                memory.roll_back(&cluster).await?;
                taught.rolled_back = Some(name);
            }
            None => taught.note = Some("nothing was learned for tasks like this, so nothing is taken back".to_owned()),
        }
        Ok(taught)
    }

    /// Trains an adapter on lessons, from the one that the options name on, and puts it into the memory. Its proof is a pair in the words of
    /// the newest lesson that was held back, else that lesson itself.
    async fn train_lessons(
        &self,
        curriculum: Curriculum<'_>,
        options: &AskOptions,
        cancel: &Cancel,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Taught> {
        let Curriculum { task, cluster, lessons, mut neighbours, must_pass } = curriculum;
        let (model, memory) = (self.model(), self.memory());
        let start = self.adapter_named(options.adapter.as_deref()).await?;
        let held_back = if neighbours.len() > 1 { neighbours.pop() } else { None };
        let mut pairs = Vec::new();
        for lesson in &lessons {
            let times = if lesson.source == LessonSource::User { WEIGHT } else { 1 };
            pairs.extend(std::iter::repeat_n(lesson.pair(), times));
        }
        pairs.append(&mut neighbours);
        let examples = model.examples(task, &pairs)?;
        let training = Training { examples, start: start.as_ref(), config: &options.adaptation, seed: options.seed };
        let Trained { adapter, report } = model.train(training, cancel, |step| on_event(Event::Train(step))).await?;
        let proof = held_back.or_else(|| lessons.last().map(Lesson::pair));
        let canaries = memory.canaries.all(options.adapter.as_deref());
        let check = GateCheck {
            task,
            held_back: proof.as_ref(),
            canaries: &canaries,
            before: start.as_ref().map(|adapter| &adapter.weights),
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
