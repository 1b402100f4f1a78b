//! Act, clarify or decline: the decision over what the model wrote and what the words say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CertaintyTable, Decision, Features, Proposal, Question,
    request::Request,
    review::{Reviewed, drafted, review},
    several::{each_of_joined, parts, review_alone, supported},
    wording,
};
use crate::{
    calls::check_call,
    task::{Task, Tool, ToolCall},
    uncertainty::{Candidate, relative_softmax},
    words::{Account, Drafted, Examples, Ranking, RankingWeights, Text, draft, only_asks, suits_mood},
};

/// Most calls of which one may be meant.
const PROPOSALS: usize = 3;
/// Joined probability below which a tool is not proposed.
const LEAST: f32 = 0.05;

/// The tools of a task, by the model and by the words.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// The request with the dialogue before it.
    pub request: Request,
    /// The tools by the words.
    pub ranking: Ranking,
    /// Probability of each tool of the menu, model and words joined.
    pub joined: Vec<f32>,
    /// The same by the model alone.
    model: Vec<f32>,
    /// The same by the words alone; zeros where they speak of no tool.
    words: Vec<f32>,
    /// Probability that the model begins a call.
    calls: f32,
    /// Probability from which on the model's own choice of a tool stands.
    sure: f32,
    /// The request speaks of no tool by itself, and so only changes the last call.
    changes: bool,
}

impl Considered {
    /// Joins the model's scores of the tools with those of the words. `candidates` are those of
    /// [`score`](crate::uncertainty::score), "no call" among them.
    pub fn new(
        task: &Task,
        ranking: Ranking,
        request: Request,
        candidates: &[Candidate],
        table: &CertaintyTable,
    ) -> Self {
        let changes = request.only_changes() || goes_on(task, &request, &ranking);
        // What a change says little of by itself, it says with the words that it changes.
        let ranking = match &request.earlier {
            Some(earlier) if changes => {
                let text = Text::read(&format!("{earlier}; {}", task.query()));
                Ranking::of_text(&text, &task.tools, &Examples::default(), &RankingWeights::default())
            }
            _ => ranking,
        };
        let log_probs: Vec<f32> = task
            .tools
            .iter()
            .enumerate()
            .map(|(at, tool)| {
                let candidate = candidates.iter().find(|c| c.name.as_deref() == Some(&tool.name));
                // "Unlock" for a tool that locks is not for the model to decide.
                let is_undone = ranking.undone.get(at) == Some(&true);
                candidate.filter(|_| !is_undone).map_or(f32::NEG_INFINITY, |candidate| candidate.log_prob)
            })
            .collect();
        let doubted = doubted(&log_probs, table.doubt);
        let weighted: Vec<f32> = ranking.scores.iter().map(|score| table.words * score).collect();
        let joined: Vec<f32> = doubted.iter().zip(&weighted).map(|(model, words)| model + words).collect();
        let of = |values: &[f32]| relative_softmax(values).probabilities;
        let speaks = ranking.scores.iter().any(|score| *score > 0.0);
        let none = candidates.iter().find(|candidate| candidate.name.is_none());
        Self {
            joined: of(&joined),
            model: of(&log_probs),
            words: if speaks { of(&weighted) } else { vec![0.0; task.tools.len()] },
            calls: none.map_or(1.0, |none| 1.0 - none.log_prob.exp().clamp(0.0, 1.0)),
            ranking,
            request,
            changes,
            sure: table.sure,
        }
    }

    /// The places of the tools, the most probable one first.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.joined.len()).collect();
        order.sort_by(|a, b| self.joined.get(*b).unwrap_or(&0.0).total_cmp(self.joined.get(*a).unwrap_or(&0.0)));
        order
    }

    /// The tool that is meant: the model's where it is sure of one, the most probable one, or that of the last call where the request only
    /// changes it.
    pub fn tool<'t>(&self, task: &'t Task) -> Option<&'t Tool> {
        let changed = self.request.before.last().filter(|_| self.changes);
        let changed = changed.and_then(|call| task.tool(&call.name));
        let is_possible = |at: &&usize| self.joined.get(**at).is_some_and(|joined| *joined > 0.0);
        let is_sure = |at: &usize| self.model.get(*at).is_some_and(|probability| *probability >= self.sure);
        // What is left when a tool is ruled out is no choice of the model.
        let chose = !self.ranking.undone.contains(&true);
        let sure = (0..self.model.len()).find(|at| chose && is_sure(at)).and_then(|at| task.tools.get(at));
        changed.or(sure).or_else(|| self.order().first().filter(is_possible).and_then(|at| task.tools.get(*at)))
    }
}

/// Log-probabilities of the tools that are possible, with a share of the whole spread evenly over them.
fn doubted(log_probs: &[f32], share: f32) -> Vec<f32> {
    let possible = log_probs.iter().filter(|log_prob| log_prob.is_finite()).count().max(1) as f32;
    let spread = |(log_prob, probability): (&f32, f32)| {
        if log_prob.is_finite() { ((1.0 - share) * probability + share / possible).ln() } else { f32::NEG_INFINITY }
    };
    log_probs.iter().zip(relative_softmax(log_probs).probabilities).map(spread).collect()
}

/// Whether a request after a call speaks of no tool, or only of what the tool of that call takes: "and in the attic", "O-8802 too".
fn goes_on(task: &Task, request: &Request, ranking: &Ranking) -> bool {
    let Some(tool) = request.before.last().and_then(|call| task.tool(&call.name)) else { return false };
    if only_asks(&request.text, tool) {
        return false;
    }
    let Some(best) = ranking.best() else { return true };
    let names_a_tool = ranking.deeds.get(best).is_some_and(|deeds| *deeds > 0.0);
    !names_a_tool && !draft(&request.text, tool).call.arguments.is_empty()
}

/// What was written for the tool that is meant.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The calls of the answer.
    pub calls: &'a [ToolCall],
    /// Log-probabilities of its tokens.
    pub log_probs: &'a [f32],
    /// The calls that the model wrote when it was left to itself.
    pub unasked: &'a [ToolCall],
}

/// A decision with the numbers behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// How the answer ends.
    pub decision: Decision,
    /// The calls as they were put right, carried out or not.
    pub calls: Vec<ToolCall>,
    /// How sure the agent is that they are right, in [0, 1].
    pub certainty: f32,
    /// How sure it is that a tool of the menu fits, in [0, 1].
    pub fits: f32,
    /// The numbers behind both.
    pub features: Features,
}

impl Judgement {
    /// The numbers.
    pub fn report(&self) -> JudgementReport {
        JudgementReport { certainty: self.certainty, fits: self.fits, features: self.features.by_name() }
    }
}

/// The numbers behind a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgementReport {
    /// How sure the agent is that its calls are right, in [0, 1].
    pub certainty: f32,
    /// How sure it is that a tool of the menu fits, in [0, 1].
    pub fits: f32,
    /// What both were computed from, by the names of [`FEATURES`](super::FEATURES).
    pub features: BTreeMap<String, f32>,
}

/// Decides over the answer that was written for the tool that is meant.
pub fn decide(task: &Task, considered: &Considered, written: Written<'_>, table: &CertaintyTable) -> Judgement {
    let request = &considered.request;
    let declined =
        |features, fits| Judgement { decision: Decision::Decline, calls: Vec::new(), certainty: 0.0, fits, features };
    let Some(tool) = considered.tool(task) else { return declined(Features::default(), 0.0) };
    let calls = supported(task, request, &considered.ranking, tool, written.calls);
    let parts = parts(request, task).or_else(|| each_of_joined(request, task, tool));
    let reviewed = parts.unwrap_or_else(|| each_reviewed(request, task, tool, &calls));
    let features = features(task, considered, written, tool, &reviewed);
    let certainty = table.right.probability(&features);
    let fits = table.fits.probability(&features);
    let calls: Vec<ToolCall> = reviewed.iter().map(|(_, _, reviewed)| reviewed.call.clone()).collect();
    let follows = request.answers || considered.changes;
    let judged = |decision| Judgement { decision, calls: calls.clone(), certainty, fits, features };
    // "Thank you": what was called before is not called again.
    let says_nothing = draft(&request.text, tool).call.arguments.is_empty();
    let is_idle = considered.changes && says_nothing && calls.iter().all(|call| request.before.contains(call));
    let reads_only = reviewed.iter().all(|(tool, ..)| tool.reads_only());
    let is_sure = certainty >= if reads_only { table.level_read_only } else { table.level };
    // A call that is surely right fits.
    let fits_nothing = fits < table.level_fits && !follows && !is_sure;
    // "Don't start a timer", in answer to a question about something else.
    let is_ruled_out = request.text.is_ruled_out() || request.answers && Text::read(task.query()).is_ruled_out();
    if is_ruled_out || is_idle || fits_nothing {
        return judged(Decision::Decline);
    }
    if let Some((tool, _, open)) = reviewed.iter().find(|(_, _, reviewed)| !reviewed.gaps.is_empty()) {
        let text = wording::ask(tool, &open.gaps);
        let question = Question { text, call: Some(open.call.clone()), gaps: open.gaps.clone(), proposals: Vec::new() };
        return judged(Decision::Clarify { question });
    }
    let fits_menu = calls.iter().all(|call| check_call(call, &task.tools).is_ok());
    if is_sure && fits_menu {
        return judged(Decision::Act { calls: calls.clone() });
    }
    let proposals = proposals(task, considered, &calls);
    if proposals.is_empty() {
        return judged(Decision::Decline);
    }
    let question = Question { text: wording::choose(&proposals), call: None, gaps: Vec::new(), proposals };
    judged(Decision::Clarify { question })
}

/// The calls of an answer for a tool after review. There is one for the tool where the answer has none.
fn each_reviewed<'t>(
    request: &Request,
    task: &'t Task,
    tool: &'t Tool,
    calls: &[&ToolCall],
) -> Vec<(&'t Tool, Drafted, Reviewed)> {
    if calls.len() < 2 {
        let drafted = drafted(request, task, tool);
        let reviewed = review(request, tool, calls.first().copied(), &drafted);
        return vec![(tool, drafted, reviewed)];
    }
    // Several calls stand by themselves.
    let each = calls.iter().filter_map(|call| {
        let tool = task.tool(&call.name)?;
        // The rules know nothing of which value belongs to which of several calls.
        let none = Drafted {
            call: ToolCall { name: tool.name.clone(), arguments: call.arguments.clone() },
            gaps: Vec::new(),
            firm: Vec::new(),
            joined: None,
        };
        let reviewed = review_alone(request, tool, call, &none);
        Some((tool, none, reviewed))
    });
    each.collect()
}

/// Calls that practice came to, put right by the request: what may be proposed. `None` where a tool is unknown, a required value was not
/// said, or what is left does not fit the menu.
pub fn put_right(task: &Task, request: &Request, calls: &[ToolCall]) -> Option<Vec<ToolCall>> {
    let tool = task.tool(&calls.first()?.name)?;
    let written: Vec<&ToolCall> = calls.iter().collect();
    let reviewed = each_reviewed(request, task, tool, &written);
    let is_whole = |reviewed: &Reviewed| reviewed.gaps.is_empty() && check_call(&reviewed.call, &task.tools).is_ok();
    let all = reviewed.len() == calls.len() && reviewed.iter().all(|(.., reviewed)| is_whole(reviewed));
    all.then(|| reviewed.into_iter().map(|(.., reviewed)| reviewed.call).collect())
}

fn features(
    task: &Task,
    considered: &Considered,
    written: Written<'_>,
    tool: &Tool,
    reviewed: &[(&Tool, Drafted, Reviewed)],
) -> Features {
    let at = task.tools.iter().position(|other| other.name == tool.name).unwrap_or_default();
    let of = |values: &[f32]| values.get(at).copied().unwrap_or_default();
    let second = considered
        .order()
        .into_iter()
        .filter(|other| *other != at)
        .filter_map(|other| considered.joined.get(other))
        .next();
    let mean = written.log_probs.iter().sum::<f32>() / written.log_probs.len().max(1) as f32;
    let weakest = written.log_probs.iter().copied().fold(0.0, f32::min);
    let flag = |is: bool| f32::from(u8::from(is));
    let text = &considered.request.text;
    let calls: Vec<(&Tool, &ToolCall)> = reviewed.iter().map(|(tool, _, reviewed)| (*tool, &reviewed.call)).collect();
    let account = Account::of(text, &calls);
    Features {
        joined: of(&considered.joined),
        model: of(&considered.model),
        words: of(&considered.words),
        explained: of(&considered.ranking.explained),
        deeds: of(&considered.ranking.deeds),
        named: of(&considered.ranking.named),
        described: of(&considered.ranking.described),
        commanded: of(&considered.ranking.commanded),
        lead: (of(&considered.joined) - second.copied().unwrap_or_default()).max(0.0),
        calls: considered.calls,
        written: flag(!written.unasked.is_empty()),
        certainty: mean.exp(),
        weakest: weakest.exp(),
        same_tool: flag(written.unasked.iter().any(|call| call.name == tool.name)),
        same_arguments: flag(reviewed.iter().all(|(_, _, reviewed)| reviewed.same_arguments)),
        guessed: reviewed.iter().map(|(_, _, reviewed)| reviewed.guessed).fold(0.0, f32::max),
        gaps: flag(reviewed.iter().any(|(_, _, reviewed)| !reviewed.gaps.is_empty())),
        several: flag(reviewed.len() > 1),
        typed: account.typed,
        texts: account.texts,
        left: account.left,
        mood: flag(suits_mood(text, tool)),
    }
}

/// Calls of which one may be meant: the answer's, then what the rules make of the next tools.
fn proposals(task: &Task, considered: &Considered, calls: &[ToolCall]) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    if !calls.is_empty() && calls.iter().all(|call| check_call(call, &task.tools).is_ok()) {
        proposals.push(Proposal::new(task, calls.to_vec()));
    }
    let named = |tool: &Tool| calls.iter().any(|call| call.name == tool.name);
    for at in considered.order() {
        let Some(tool) = task.tools.get(at).filter(|tool| !named(tool)) else { continue };
        if proposals.len() == PROPOSALS || considered.joined.get(at).is_none_or(|joined| *joined < LEAST) {
            break;
        }
        let Drafted { call, gaps, .. } = drafted(&considered.request, task, tool);
        if gaps.is_empty() && check_call(&call, &task.tools).is_ok() {
            proposals.push(Proposal::new(task, vec![call]));
        }
    }
    proposals
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn practice_proposes_only_what_was_said() {
        let tools: Vec<Tool> = serde_json::from_value(json!([
            {"name": "set_timer", "description": "Set a timer", "parameters": {"type": "object", "required": ["minutes"],
                "properties": {"minutes": {"type": "integer"}, "label": {"type": "string"}}}},
            {"name": "add_note", "description": "Add a note", "parameters": {"type": "object", "required": ["text"],
                "properties": {"text": {"type": "string"}}}},
            {"name": "sort", "description": "Sort the list", "parameters": {"type": "object",
                "properties": {"by": {"enum": ["name", null]}, "mark": {"enum": ["", "*"]}, "note": {"type": ["string", "null"]}}}},
        ]))
        .unwrap();
        let timer = |minutes: u32| json!({"name": "set_timer", "arguments": {"minutes": minutes}});
        let note = |text: &str| json!({"name": "add_note", "arguments": {"text": text}});
        for (query, calls, expected) in [
            ("a timer for the bread", json!([timer(10)]), None),
            ("a timer for 10 minutes", json!([timer(12)]), Some(json!([timer(10)]))),
            ("note buy milk", json!([note("buy milk")]), Some(json!([note("buy milk")]))),
            (
                "a timer of 3 minutes and a note: eggs",
                json!([timer(3), note("eggs")]),
                Some(json!([timer(3), note("eggs")])),
            ),
            ("a timer of 3 minutes and a note: eggs", json!([timer(3), note("spam")]), None),
            // Nothing is a value where the schema lists it.
            (
                "sort the list",
                json!([{"name": "sort", "arguments": {"by": null, "mark": "", "note": null}}]),
                Some(json!([{"name": "sort", "arguments": {"by": null, "mark": ""}}])),
            ),
            ("switch it on", json!([{"name": "switch", "arguments": {}}]), None),
            ("a timer for 10 minutes", json!([]), None),
        ] {
            let task = Task::new(query, tools.clone());
            let calls: Vec<ToolCall> = serde_json::from_value(calls).unwrap();
            let found = put_right(&task, &Request::of(&task, None), &calls);
            assert_eq!(found.map(|calls| json!(calls)), expected, "{query}");
        }
    }
}
