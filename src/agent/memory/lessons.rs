//! What people taught, for each menu. A lesson holds whether an adapter was trained on it or not.

use super::{Memory, MemoryMode, MemoryOptions, menu_fingerprint};
use crate::{
    error::Result,
    storage::{AdapterStore, Lesson},
    task::Tool,
    words::is_same_request,
};

/// Most lessons for one menu; the oldest go first.
const MOST_LESSONS: usize = 200;

impl Memory {
    /// What people taught for a menu: what is stored, then what lives as long as the agent. Of two for one request the later one.
    ///
    /// # Errors
    /// Errors of [`AdapterStore::lessons`].
    pub async fn lessons(&self, tools: &[Tool], options: &MemoryOptions) -> Result<Vec<Lesson>> {
        let menu = menu_fingerprint(tools);
        let mut all = match options.mode {
            MemoryMode::Reset => return Ok(Vec::new()),
            MemoryMode::Session => Vec::new(),
            MemoryMode::Keep => self.store.lessons(&menu).await?,
        };
        for lesson in self.session.lessons(&menu).await? {
            all.retain(|other| !is_same_request(&other.query, &lesson.query));
            all.push(lesson);
        }
        Ok(all)
    }

    /// Keeps a lesson in place of those for the same request. Gives a note where the disk was full, and it lives as long as the agent.
    pub(in crate::agent) async fn teach(
        &self,
        tools: &[Tool],
        lesson: &Lesson,
        options: &MemoryOptions,
    ) -> Result<Option<String>> {
        let menu = menu_fingerprint(tools);
        let with = |mut lessons: Vec<Lesson>| {
            lessons.retain(|other| !is_same_request(&other.query, &lesson.query));
            lessons.push(lesson.clone());
            let excess = lessons.len().saturating_sub(MOST_LESSONS);
            lessons.split_off(excess)
        };
        let mut note = None;
        if options.mode == MemoryMode::Keep {
            // Lessons that cannot be read are replaced: nothing can be done with them.
            let stored = match self.store.lessons(&menu).await {
                Err(error) if error.is_integrity() => Vec::new(),
                other => other?,
            };
            match self.store.put_lessons(&menu, &with(stored)).await {
                Ok(()) => return Ok(None),
                Err(error) if error.is_quota_exceeded() => {
                    note = Some(format!("the lesson lives until this agent is closed: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        self.session.put_lessons(&menu, &with(self.session.lessons(&menu).await?)).await?;
        Ok(note)
    }

    /// Removes the lessons for a request. Gives their requests, as they were taught.
    pub(in crate::agent) async fn unteach(&self, tools: &[Tool], query: &str) -> Result<Vec<String>> {
        let menu = menu_fingerprint(tools);
        let mut gone = Vec::new();
        for store in self.stores() {
            let (out, rest): (Vec<Lesson>, Vec<Lesson>) =
                store.lessons(&menu).await?.into_iter().partition(|lesson| is_same_request(&lesson.query, query));
            if !out.is_empty() {
                store.put_lessons(&menu, &rest).await?;
                gone.extend(out.into_iter().map(|lesson| lesson.query));
            }
        }
        Ok(gone)
    }
}
