//! Keeping what was learned, where the options say so.

use super::{Examples, Run};
use crate::{
    agent::{
        Phase,
        memory::{Learned, NewVersion},
        model::Trained,
    },
    error::Result,
    storage::{Lesson, LessonSource},
};

impl Run<'_> {
    /// Keeps the adapter under its name, or puts it into the memory; or lets it go.
    pub(super) async fn keep(&mut self, examples: Examples, trained: Trained, margin_after: Option<f32>) -> Result<()> {
        let is_kept = self.options.keep.is_some() || self.options.memory.is_on();
        if !is_kept {
            return Ok(());
        }
        self.cancel.check()?;
        self.begin(Phase::Store);
        let Trained { adapter, report } = &trained;
        let written = self.options.examples.is_empty();
        let source = if written { LessonSource::Synthetic } else { self.options.examples_from };
        let mut lessons: Vec<Lesson> = examples.pairs.into_iter().map(|pair| Lesson::new(pair, source)).collect();
        let margin_before = self.trace.uncertainty.margin;
        let (model, memory, task) = (self.model(), self.memory(), self.task);
        if let Some(name) = &self.options.keep {
            let learned = Learned { lessons, training: report, margin_before, margin_after };
            let meta = memory.keep(model, name, adapter, memory.describe(model, task, learned)).await?;
            self.trace.stored = Some(meta.name);
            return Ok(());
        }
        // An adapter that learned on has the lessons of the one that it started from; one that failed the gate has no part in it.
        let from = self.trace.recalled.clone().filter(|recalled| recalled.gate.passed);
        if let Some(recalled) = &from {
            let versions = memory.versions(&recalled.cluster).await?;
            let Some((_, earlier)) = versions.into_iter().find(|(_, meta)| meta.name == recalled.name) else {
                let name = &recalled.name;
                self.trace.add_note(format!("`{name}` was deleted meanwhile, so its next version is not kept"));
                return Ok(());
            };
            let mut all = earlier.lessons;
            lessons.retain(|new| all.iter().all(|old| old.pair() != new.pair()));
            all.append(&mut lessons);
            lessons = all;
        }
        let learned = Learned { lessons, training: report, margin_before, margin_after };
        let meta = memory.describe(model, task, learned);
        let cluster = from.map(|recalled| recalled.cluster);
        let version = NewVersion { task, adapter, meta, held_back: examples.held_back, cluster };
        let remembered = memory.remember(model, version, &self.options.memory).await?;
        self.trace.stored = Some(remembered.name);
        if let Some(note) = remembered.note {
            self.trace.add_note(note);
        }
        Ok(())
    }
}
