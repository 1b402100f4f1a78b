//! Invents tool-call tasks: a menu of tools, a query, and the calls that answer it.
//!
//! Everything is composed from tables and coined words, so that no name can be known by heart: what a tool means, only its
//! menu says. Tables are cut into two halves, one for training and one for the held-out suites; see [`Split`].
//!
//! Pure text; deterministic on every platform from split, seed and [`GeneratorConfig`].

mod clause;
mod compose;
mod config;
mod context;
mod data;
mod dice;
mod kind;
mod menu;
mod naming;
mod numbers;
mod params;
mod polish;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod tool;
mod values;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::compose::{LabelledQuery, Plan, Writer};
pub use self::config::GeneratorConfig;
use self::context::Inventor;
use self::dice::Dice;
use self::tables::Half;
use self::tool::Blueprint;
use autodidact::task::{Pair, Task, Tool, ToolCall};

/// Which tools and which words tasks are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// What the model trains on.
    Train,
    /// Drawn like training tasks, from another stream of random numbers.
    InDistribution,
    /// Domains, nouns, coined words and parameter names that training never uses.
    UnseenTools,
    /// Queries in phrases that training never uses.
    UnseenWording,
    /// Both.
    UnseenBoth,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Train, Self::InDistribution, Self::UnseenTools, Self::UnseenWording, Self::UnseenBoth];

    fn stream(self) -> u64 {
        match self {
            Self::Train => 0,
            Self::InDistribution => 1,
            Self::UnseenTools => 2,
            Self::UnseenWording => 3,
            Self::UnseenBoth => 4,
        }
    }

    fn tools(self) -> Half {
        if matches!(self, Self::UnseenTools | Self::UnseenBoth) { Half::Held } else { Half::Train }
    }

    fn wording(self) -> Half {
        if matches!(self, Self::UnseenWording | Self::UnseenBoth) { Half::Held } else { Half::Train }
    }
}

/// A labeled task.
#[derive(Debug, Clone)]
pub struct GeneratedSample {
    /// The menu, 1 to 12 tools in random order.
    pub tools: Vec<Tool>,
    /// What the user says.
    pub query: String,
    /// The right calls, in the query's order; empty where no tool fits.
    pub calls: Vec<ToolCall>,
    recipe: Recipe,
}

/// What is needed to ask for the same again in other words.
#[derive(Debug, Clone)]
struct Recipe {
    menu: Arc<Vec<Blueprint>>,
    plan: Plan,
}

impl GeneratedSample {
    /// The task without its answer.
    pub fn task(&self) -> Task {
        Task::new(self.query.clone(), self.tools.clone())
    }

    /// The query with its answer.
    pub fn pair(&self) -> Pair {
        Pair { query: self.query.clone(), calls: self.calls.clone() }
    }
}

/// An endless, reproducible source of labeled tasks.
///
/// ```ignore
/// let mut generator = Generator::new(Split::Train, 7, GeneratorConfig::default());
/// let example = generator.sample();
/// let neighbor = generator.similar(&example);
/// ```
#[derive(Debug, Clone)]
pub struct Generator {
    dice: Dice,
    split: Split,
    config: GeneratorConfig,
}

/// Share of the tasks that no tool answers that ask for nothing at all.
const CHAT_SHARE: f64 = 0.25;

impl Generator {
    /// Rates and sizes out of their range (see [`GeneratorConfig::validate`]) act like the nearest bound.
    pub fn new(split: Split, seed: u64, config: GeneratorConfig) -> Self {
        Self { dice: Dice::new(seed, split.stream()), split, config }
    }

    /// The next labeled task.
    pub fn sample(&mut self) -> GeneratedSample {
        let mut menu = Inventor { dice: &mut self.dice, half: self.split.tools(), config: &self.config }.menu();
        let plan = self.plan(&mut menu);
        // Nothing may be told by a tool's place, so the order is drawn after the plan.
        let mut order: Vec<usize> = (0..menu.len()).collect();
        self.dice.shuffle(&mut order);
        let place = |old: usize| order.iter().position(|&index| index == old).unwrap_or(old);
        let plan = match plan {
            Plan::One(index) => Plan::One(place(index)),
            Plan::Same { tool, count } => Plan::Same { tool: place(tool), count },
            Plan::Many(indices) => Plan::Many(indices.into_iter().map(place).collect()),
            plan => plan,
        };
        let mut slots: Vec<Option<Blueprint>> = menu.into_iter().map(Some).collect();
        let menu: Vec<Blueprint> =
            order.iter().filter_map(|&index| slots.get_mut(index).and_then(Option::take)).collect();
        let LabelledQuery { query, calls } = self.write(&menu, &plan);
        let formats = self.dice.chance(0.35);
        let tools = menu.iter().map(|tool| tool.to_tool(formats)).collect();
        GeneratedSample { tools, query, calls, recipe: Recipe { menu: Arc::new(menu), plan } }
    }

    /// Another query with its calls for the same menu and the same tools: other values, entities and wording.
    pub fn similar(&mut self, example: &GeneratedSample) -> Pair {
        let Recipe { menu, plan } = &example.recipe;
        let LabelledQuery { mut query, mut calls } = self.write(menu, plan);
        for _ in 0..6 {
            let repeats =
                query == example.query || calls == example.calls && calls.iter().any(|call| !call.arguments.is_empty());
            if !repeats {
                break;
            }
            LabelledQuery { query, calls } = self.write(menu, plan);
        }
        Pair { query, calls }
    }

    /// Another request over the same menu, for any of its tools, or for one that it lacks.
    pub fn another(&mut self, example: &GeneratedSample) -> GeneratedSample {
        let menu = Arc::clone(&example.recipe.menu);
        let mut order: Vec<usize> = (0..menu.len()).collect();
        self.dice.shuffle(&mut order);
        let first = order.first().copied().unwrap_or(0);
        let plan = if self.dice.chance(self.config.no_tool_rate) {
            if self.dice.chance(CHAT_SHARE) {
                Plan::Chat
            } else {
                let half = self.split.tools();
                let missing = Inventor { dice: &mut self.dice, half, config: &self.config }.missing(&menu);
                missing.map_or(Plan::Chat, |tool| Plan::Missing(Box::new(tool)))
            }
        } else if !self.dice.chance(self.config.multi_call_rate) {
            Plan::One(first)
        } else if order.len() < 2 || self.dice.chance(0.55) {
            Plan::Same { tool: first, count: 2 }
        } else {
            order.truncate(2);
            Plan::Many(order)
        };
        let LabelledQuery { query, calls } = self.write(&menu, &plan);
        GeneratedSample { tools: example.tools.clone(), query, calls, recipe: Recipe { menu, plan } }
    }

    fn write(&mut self, menu: &[Blueprint], plan: &Plan) -> LabelledQuery {
        let (wording, half) = (self.split.wording(), self.split.tools());
        Writer { dice: &mut self.dice, wording, half, config: &self.config }.write(menu, plan)
    }

    /// Draws what to ask for. The menu's first tool is the one meant; it is removed when no tool shall fit.
    fn plan(&mut self, menu: &mut Vec<Blueprint>) -> Plan {
        if self.dice.chance(self.config.no_tool_rate) {
            if menu.len() < 2 || self.dice.chance(CHAT_SHARE) {
                return Plan::Chat;
            }
            let missing = menu.remove(0);
            menu.retain(|tool| !tool.stands_for(&missing));
            if menu.is_empty() {
                menu.push(missing);
                return Plan::Chat;
            }
            return Plan::Missing(Box::new(missing));
        }
        if !self.dice.chance(self.config.multi_call_rate) {
            return Plan::One(0);
        }
        let count = 2 + self.dice.weighted(&[70, 20, 10]);
        if menu.len() < count || self.dice.chance(0.55) {
            return Plan::Same { tool: 0, count };
        }
        let mut others: Vec<usize> = (1..menu.len()).collect();
        self.dice.shuffle(&mut others);
        others.truncate(count - 1);
        others.push(0);
        self.dice.shuffle(&mut others);
        Plan::Many(others)
    }
}
