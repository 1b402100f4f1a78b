//! Composes queries: frames, several calls, noise.

use serde_json::{Map, Value as Json};

use super::clause::{Arg, Clause, Speaker};
use super::config::GeneratorConfig;
use super::dice::Dice;
use super::kind::{Drawn, Kind, Sort};
use super::polish::{Typing, polish, protect};
use super::tables::{Frame, Half, List, WORDING, Wording};
use super::tool::{Action, Blueprint};
use super::values::enumerate;
use autodidact::task::ToolCall;

/// What a query asks for.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    /// One call of that tool of the menu.
    One(usize),
    /// Calls of those tools, in order.
    Many(Vec<usize>),
    /// That many calls of one tool, which differ in one argument or in all.
    Same { tool: usize, count: usize },
    /// A tool that the menu lacks.
    Missing(Box<Blueprint>),
    /// Nothing.
    Chat,
}

/// Ways to ask for one call, in the order in which they are tried: one that does not fit makes way for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// "Use find_hotel for Paris."
    ToolName,
    /// The order, and arguments in sentences of their own.
    Sentences,
    /// A question for what the call answers.
    Question,
    /// Only the object.
    Fragment,
    /// The arguments first.
    Lead,
    /// The order with its arguments. Always fits.
    Order,
}

impl Form {
    /// The forms, and how many of a hundred requests begin their search at each.
    const SHARES: [(Self, u32); 6] = [
        (Self::ToolName, 3),
        (Self::Sentences, 14),
        (Self::Question, 25),
        (Self::Fragment, 5),
        (Self::Lead, 11),
        (Self::Order, 42),
    ];

    fn draw(dice: &mut Dice) -> Self {
        Self::SHARES[dice.weighted(&Self::SHARES.map(|(_, share)| share))].0
    }
}

/// A query with the calls that answer it.
pub(super) struct LabelledQuery {
    pub(super) query: String,
    pub(super) calls: Vec<ToolCall>,
}

impl LabelledQuery {
    fn new(query: impl Into<String>, calls: Vec<ToolCall>) -> Self {
        Self { query: query.into(), calls }
    }
}

/// Writes queries with their calls.
pub(super) struct Writer<'a> {
    pub(super) dice: &'a mut Dice,
    /// Words of queries.
    pub(super) wording: Half,
    /// Words of tools and values.
    pub(super) half: Half,
    pub(super) config: &'a GeneratorConfig,
}

impl Writer<'_> {
    /// A query and the calls that answer it.
    pub(super) fn write(&mut self, menu: &[Blueprint], plan: &Plan) -> LabelledQuery {
        let LabelledQuery { query, calls } = match plan {
            Plan::One(index) => match menu.get(*index) {
                Some(tool) => self.one(menu, tool),
                None => LabelledQuery::new("", Vec::new()),
            },
            Plan::Many(indices) => self.many(menu, indices),
            Plan::Same { tool, count } => match menu.get(*tool) {
                Some(tool) => self.same(menu, tool, *count),
                None => LabelledQuery::new("", Vec::new()),
            },
            Plan::Missing(tool) => LabelledQuery::new(self.one(menu, tool).query, Vec::new()),
            Plan::Chat => {
                let line = self.speaker().pick_wording(|wording| &wording.chitchat);
                LabelledQuery::new(line, Vec::new())
            }
        };
        let query = if matches!(plan, Plan::Chat) { query } else { self.with_noise(query) };
        let typing = match self.dice.weighted(&[72, 14, 14]) {
            0 => Typing::Proper,
            1 => Typing::Lower,
            _ => Typing::Careless,
        };
        LabelledQuery::new(polish(self.dice, &query, typing, self.config.typo_rate), calls)
    }

    fn speaker(&mut self) -> Speaker<'_> {
        Speaker { dice: &mut *self.dice, half: self.wording }
    }

    /// Values for the required and some of the optional parameters, in schema order.
    fn arguments(&mut self, tool: &Blueprint) -> Vec<Arg> {
        let eager = self.dice.chance(0.2);
        let mut args = Vec::new();
        for (index, param) in tool.params.iter().enumerate() {
            if param.required || self.dice.chance(if eager { 0.9 } else { self.config.optional_rate }) {
                args.push(Arg { param: index, value: param.kind.draw(self.dice, self.half), several: false });
            }
        }
        args
    }

    fn one(&mut self, menu: &[Blueprint], tool: &Blueprint) -> LabelledQuery {
        let args = self.arguments(tool);
        let text = self.say(menu, tool, &args);
        LabelledQuery::new(text, vec![call(tool, &args)])
    }

    /// The call in words, framed.
    fn say(&mut self, menu: &[Blueprint], tool: &Blueprint, args: &[Arg]) -> String {
        let others = || menu.iter().filter(|other| other.name != tool.name && other.noun.name == tool.noun.name);
        let askable = !others().any(|other| {
            matches!(&other.action, Action::Known(verb, _) if verb.group == "look" || !verb.questions.get(Half::Train).is_empty())
        });
        let alone = others().next().is_none();
        let known_tool = menu.iter().any(|other| other.name == tool.name);
        let mut speaker = self.speaker();
        let first = Form::draw(speaker.dice);
        if first <= Form::ToolName && known_tool {
            return speaker.by_tool_name(tool, args);
        }
        if first <= Form::Sentences && !args.is_empty() {
            return speaker.with_sentences(tool, args);
        }
        let clause = speaker.clause(tool, args, false);
        if first <= Form::Question
            && askable
            && let Some(asked) = speaker.question(tool, &clause)
        {
            let (tail, end) = (speaker.tail(&clause), if asked.is_statement { '.' } else { '?' });
            return format!("{} {tail}{end}", asked.text);
        }
        if first <= Form::Fragment && alone {
            let (fragment, tail) = (speaker.fragment(&clause), speaker.tail(&clause));
            return format!("{fragment} {tail}");
        }
        let few_adjuncts = !clause.adjuncts.is_empty() && clause.adjuncts.len() < 3;
        if first <= Form::Lead && few_adjuncts && clause.named.is_empty() {
            let order = speaker.order(&clause);
            let tail = clause.adjuncts.join(" ");
            return speaker.frame(|wording| &wording.leads, &order, &tail, "");
        }
        let (order, tail) = (speaker.order(&clause), speaker.tail(&clause));
        speaker.frame(|wording| &wording.frames, &order, &tail, "")
    }

    /// Different tools, one after the other.
    fn many(&mut self, menu: &[Blueprint], indices: &[usize]) -> LabelledQuery {
        let (mut text, mut calls) = (String::new(), Vec::new());
        let joiner = self.speaker().pick_wording(|wording| &wording.joiners);
        for tool in indices.iter().filter_map(|&index| menu.get(index)) {
            let args = self.arguments(tool);
            let mut speaker = self.speaker();
            let clause = speaker.clause(tool, &args, false);
            let (order, tail) = (speaker.order(&clause), speaker.tail(&clause));
            if calls.is_empty() {
                text = format!("{order} {tail}");
            } else {
                let joiner =
                    if speaker.dice.chance(0.6) { joiner } else { speaker.pick_wording(|wording| &wording.joiners) };
                text = format!("{text}{joiner}{order} {tail}");
            }
            calls.push(call(tool, &args));
        }
        LabelledQuery::new(self.speaker().frame(|wording| &wording.frames, &text, "", ""), calls)
    }

    /// One tool several times: values side by side ("in Paris and Rome"), or one clause after the other.
    fn same(&mut self, menu: &[Blueprint], tool: &Blueprint, count: usize) -> LabelledQuery {
        let args = self.arguments(tool);
        let varying: Vec<usize> = (0..args.len()).filter(|&at| may_vary(tool, &args[at])).collect();
        let Some(&at) = self.dice.choose(&varying) else {
            return self.one(menu, tool);
        };
        let Some(param) = tool.params.get(args[at].param) else { return self.one(menu, tool) };
        let mut values: Vec<Drawn> = vec![args[at].value.clone()];
        for _ in 0..count * 4 {
            let value = param.kind.draw(self.dice, self.half);
            if values.len() < count && values.iter().all(|other| other.json != value.json) {
                values.push(value);
            }
        }
        if values.len() < 2 {
            return self.one(menu, tool);
        }
        if self.dice.chance(0.6) {
            let texts: Vec<String> = values.iter().map(|value| value.text.clone()).collect();
            let mut said = args.clone();
            said[at].value.text = enumerate(self.dice, &texts);
            said[at].several = true;
            let text = self.say(menu, tool, &said);
            let calls = values.into_iter().map(|value| {
                let mut args = args.clone();
                args[at].value = value;
                call(tool, &args)
            });
            return LabelledQuery::new(text, calls.collect());
        }
        let (mut text, mut calls) = (String::new(), Vec::new());
        let joiner = self.speaker().pick_wording(|wording| &wording.joiners);
        for value in values {
            let mut args = args.clone();
            for arg in &mut args {
                if let Some(param) = tool.params.get(arg.param) {
                    arg.value = param.kind.draw(self.dice, self.half);
                }
            }
            args[at].value = value;
            let mut speaker = self.speaker();
            let clause = speaker.clause(tool, &args, false);
            let (order, tail) = (speaker.order(&clause), speaker.tail(&clause));
            text = if calls.is_empty() { format!("{order} {tail}") } else { format!("{text}{joiner}{order} {tail}") };
            calls.push(call(tool, &args));
        }
        LabelledQuery::new(self.speaker().frame(|wording| &wording.frames, &text, "", ""), calls)
    }

    fn with_noise(&mut self, text: String) -> String {
        if !self.dice.chance(self.config.noise_rate) {
            return text;
        }
        let before = self.dice.chance(0.65);
        let after = !before || self.dice.chance(0.15);
        let mut speaker = self.speaker();
        let mut parts = Vec::new();
        if before {
            parts.push(speaker.pick_wording(|wording| &wording.noise_before).to_owned());
        }
        let closed = text.trim_end().ends_with(['.', '?', '!']);
        parts.push(if closed || !after { text } else { format!("{}.", text.trim_end()) });
        if after {
            parts.push(speaker.pick_wording(|wording| &wording.noise_after).to_owned());
        }
        parts.join(" ")
    }
}

impl Speaker<'_> {
    fn pick_wording(&mut self, list: fn(&Wording) -> &List) -> &'static str {
        self.pick(list(WORDING.get(self.half)))
    }

    /// Fills a frame: order, arguments and sentences.
    fn frame(&mut self, list: fn(&Wording) -> &Vec<Frame>, order: &str, tail: &str, said: &str) -> String {
        let me = order.contains(" me ") || order.starts_with("help ");
        let frames = list(WORDING.get(self.half));
        let mut frame = self.dice.choose(frames);
        for _ in 0..20 {
            if !(me && frame.is_some_and(|frame| frame.is_own_deed)) {
                break;
            }
            frame = self.dice.choose(frames);
        }
        let text = frame.map_or("", |frame| frame.text);
        text.replace("{A}", order).replace("{x}", tail).replace("{s}", said)
    }

    /// "Use find_hotel for Paris."
    fn by_tool_name(&mut self, tool: &Blueprint, args: &[Arg]) -> String {
        let clause = self.clause(tool, args, true);
        let (order, tail) = (self.order(&clause), self.tail(&clause));
        let name = protect(&tool.name);
        self.frame(|wording| &wording.calls, &order, &tail, "").replace("{T}", &name)
    }

    /// The order first, some arguments in sentences of their own.
    fn with_sentences(&mut self, tool: &Blueprint, args: &[Arg]) -> String {
        let apart = if self.dice.chance(0.5) { 0 } else { self.dice.below(args.len()) };
        let (inline, stated) = args.split_at(apart);
        let clause: Clause = self.clause(tool, inline, false);
        let (order, tail) = (self.order(&clause), self.tail(&clause));
        let named = self.name_all(tool, stated);
        let said = self.sentences(&named);
        self.frame(|wording| &wording.follows, &order, &tail, &said)
    }
}

/// True when the argument can take several values in one breath.
fn may_vary(tool: &Blueprint, arg: &Arg) -> bool {
    tool.params.get(arg.param).is_some_and(|param| {
        matches!(param.kind, Kind::Text(sort) if !matches!(sort, Sort::Message | Sort::Expression))
            || matches!(param.kind, Kind::Integer(..) | Kind::Digits(_))
            || matches!(&param.kind, Kind::Choice(options) if options.len() > 2)
    })
}

fn call(tool: &Blueprint, args: &[Arg]) -> ToolCall {
    let mut arguments = Map::new();
    for arg in args {
        if let Some(param) = tool.params.get(arg.param) {
            let value = match &arg.value.json {
                Json::Number(number) if param.as_string => Json::String(number.to_string()),
                value => value.clone(),
            };
            arguments.insert(param.name.clone(), value);
        }
    }
    ToolCall { name: tool.name.clone(), arguments }
}
