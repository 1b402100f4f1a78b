//! The decision over an answer: the words of the request joined with the model's scores, then act, clarify or decline.

use std::ops::ControlFlow;

use super::{Run, Standing, ends_run};
use crate::{
    agent::{
        AnswerKind, Event, Phase,
        conduct::{Considered, Judgement, LessonUse, Request, Written, decide, decide_as_taught},
        model::Response,
    },
    error::Result,
    grammar::Grammar,
    inference::{Prefix, Session, Stop},
    storage::Lesson,
    task::Tool,
    uncertainty::{NoCall, ScoreConfig},
    words::{Examples, Ranking, RankingWeights},
};

impl Run<'_> {
    /// Decides: as a person taught, where the request is like one that they taught. Else joins the model's scores of the tools with what
    /// the words say, answers with the tool that is meant where the model chose another, and judges. The answer that stands does not
    /// change; [`Judgement::calls`] are the ones that were put right.
    ///
    /// # Errors
    /// Errors of the backend, the tokenizer and the grammar.
    pub async fn decide(&mut self, standing: &mut Standing) -> Result<Judgement> {
        self.begin(Phase::Decide);
        let start = self.start.clone();
        let session = self.session(start.as_deref());
        let table = self.model().certainty();
        let request = Request::of(self.task, self.options.facts.today());
        let examples = self.examples_of_people().await?;
        // The answer to a question is no request of its own.
        let followed = if request.answers { None } else { examples.follow(&request.text, &self.task.tools) };
        if let Some(followed) = followed
            && let Some(judgement) = decide_as_taught(self.task, &request, &followed)
        {
            self.trace.lesson = Some(LessonUse { query: followed.query, exact: followed.exact });
            return Ok(judgement);
        }
        let ranking = Ranking::of_text(&request.text, &self.task.tools, &examples, &RankingWeights::default());
        let config = ScoreConfig { no_call: NoCall::Always, ..self.options.score };
        let scored = self.model().score(&session, &standing.prefix, self.task, config).await?;
        let considered = Considered::new(self.task, ranking, request, &scored.candidates, table);
        let unasked = standing.response.answer.calls.clone();
        if let Some(tool) = considered.tool(self.task)
            && !considered.request.text.is_ruled_out()
            && unasked.iter().all(|call| call.name != tool.name)
        {
            standing.response = self.call(&session, &standing.prefix, tool).await?;
            let result = standing.response.answer.clone();
            self.log.put(Event::Answer { answer: AnswerKind::Joined, result });
        }
        let Response { answer, log_probs } = &standing.response;
        let written = Written { calls: &answer.calls, log_probs, unasked: &unasked };
        Ok(decide(self.task, &considered, written, table))
    }

    /// What people taught for the menu. Lessons that cannot be read are no reason not to answer: a note says so.
    async fn examples_of_people(&mut self) -> Result<Examples> {
        match self.memory().lessons(&self.task.tools, &self.options.memory).await {
            Ok(lessons) => Ok(Examples::of(lessons.iter().map(Lesson::pair), &self.task.tools)),
            Err(error) if ends_run(&error) => Err(error),
            Err(error) => {
                self.trace.add_note(format!("what you taught was not used: {error}"));
                Ok(Examples::default())
            }
        }
    }

    /// The most probable call of one tool.
    async fn call(&self, session: &Session<'_>, prefix: &Prefix, tool: &Tool) -> Result<Response> {
        let model = self.model();
        let grammar = Grammar::calls(model.prompts().format(), std::slice::from_ref(tool)).at_most(Some(1));
        let constraint = Some(model.constrain(&grammar)?);
        let writing = self.options.writing();
        let stop = Stop::at(model.eos(), writing.max_tokens);
        let generation = model
            .write(session, prefix, writing.sampling, &stop, constraint, &mut |_| ControlFlow::Continue(()))
            .await?;
        let text = model.tokenizer().decode(&generation.ids, true)?;
        let answer = model.read_answer(text, &self.task.tools, true);
        Ok(Response { answer, log_probs: generation.log_probs })
    }
}
