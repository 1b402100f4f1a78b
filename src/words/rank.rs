//! Tools ranked by the words that they share with a request, the rare ones counting most.

use std::collections::{BTreeMap, BTreeSet};

use strsim::osa_distance;

use super::{
    Language,
    account::Account,
    amounts::amounts,
    clauses::Clauses,
    examples::Examples,
    lexicon::{CLOCK_KEY, DAY_KEY, MATH_KEY, dimension_key, is_verb, keys, shapes},
    moments::{clocks, days},
    names::apart,
    numbers::numbers,
    rules::draft,
    text::Text,
    tool_words::ToolWords,
    weights::RankingWeights,
};
use crate::task::Tool;

/// Tools whose calls are written to see how far they account for the request.
const LEADERS: usize = 5;

/// The tools of a menu, as far as a request speaks of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The score of each tool, in the order of the menu; 0 where no word is shared.
    pub scores: Vec<f32>,
    /// For each tool, the share of the request's words that it explains, in [0, 1].
    pub explained: Vec<f32>,
    /// For each tool, the share of the request's words that stand in its name or description, in [0, 1].
    pub deeds: Vec<f32>,
    /// For each tool, the share of the things in its name that the request speaks of, in [0, 1].
    pub named: Vec<f32>,
    /// For each tool, the share of the words of its description that the request has, in [0, 1].
    pub described: Vec<f32>,
    /// For each tool, how far its command is the request's: 1 for the same, 0 for another, 0.5 where one of them has none.
    pub commanded: Vec<f32>,
    /// For each tool, whether the request undoes what it does: "unlock" for a tool that locks.
    pub undone: Vec<bool>,
}

impl Ranking {
    /// Ranks the tools of a menu for a request.
    pub fn of(request: &str, tools: &[Tool], weights: &RankingWeights) -> Self {
        Self::of_text(&Text::read(request), tools, &Examples::default(), weights)
    }

    /// Ranks the tools of a menu for a request that was read, with what people taught for the menu.
    pub fn of_text(text: &Text, tools: &[Tool], examples: &Examples, weights: &RankingWeights) -> Self {
        let descriptions: Vec<&str> = tools.iter().map(|tool| &tool.description[..]).collect();
        let language = Text::read(&descriptions.join(" ")).language;
        let read = |tool| {
            let mut words = ToolWords::of(tool, language, weights);
            examples.add_to(&mut words, tool, weights);
            words
        };
        let menu: Vec<ToolWords> = tools.iter().map(read).collect();
        let mut frequencies: BTreeMap<&str, usize> = BTreeMap::new();
        for key in menu.iter().flat_map(|tool| tool.weights.keys()) {
            *frequencies.entry(key).or_default() += 1;
        }
        let forms: BTreeMap<&str, &str> =
            menu.iter().flat_map(|tool| &tool.forms).map(|(form, stem)| (form.as_str(), stem.as_str())).collect();
        let asked = asked(text, &frequencies, &forms, weights);
        let rare = |key: &str| {
            let frequency = frequencies.get(key).copied().unwrap_or_default().max(1);
            (1.0 + tools.len() as f32 / frequency as f32).ln()
        };
        let share = |of: &BTreeMap<String, f32>| {
            let words: Vec<_> = asked.iter().filter(|word| word.is_word).collect();
            let met = words.iter().filter(|word| word.keys.iter().any(|(key, _)| of.contains_key(key))).count();
            if words.is_empty() { 0.0 } else { met as f32 / words.len() as f32 }
        };
        let said: BTreeSet<&str> =
            asked.iter().filter(|word| word.is_word).flat_map(|word| &word.keys).map(|(key, _)| key.as_str()).collect();
        let spoken_of = |words: &[Vec<String>]| {
            let met = words.iter().filter(|keys| keys.iter().any(|key| said.contains(key.as_str()))).count();
            met as f32 / words.len().max(1) as f32
        };
        let spoken_of_at_all = |tool: &ToolWords| {
            tool.commands.iter().any(|key| said.contains(key.as_str())) || spoken_of(&tool.named) > 0.0
        };
        let score = |tool: &ToolWords| {
            let of_word = |word: &Asked| {
                let found = word.keys.iter().filter_map(|(key, part)| Some(tool.weights.get(key)? * part * rare(key)));
                found.fold(0.0, f32::max)
            };
            asked.iter().map(of_word).sum::<f32>() / (1.0 + tool.stems as f32).powf(weights.length)
        };
        let suits = |(words, tool): (&ToolWords, &Tool)| {
            let mut factor = 1.0;
            if undoes(text, words) {
                factor = 0.0;
            }
            if !suits_mood(text, tool) {
                factor *= weights.mood;
            }
            if destroys(tool) && !spoken_of_at_all(words) || ends_unasked(tool, &said) {
                factor *= weights.unsaid;
            }
            // A tool that takes no value leaves what else was said unheard.
            if share(&words.weights) < 1.0 && tool.properties().next().is_none() {
                factor *= weights.unheard;
            }
            factor
        };
        let scored = menu.iter().map(score).zip(menu.iter().zip(tools).map(suits));
        let mut scores: Vec<f32> = scored.map(|(score, factor)| score * factor).collect();
        weigh_by_values(text, tools, &mut scores, weights);
        Self {
            scores,
            explained: menu.iter().map(|tool| share(&tool.weights)).collect(),
            deeds: menu.iter().map(|tool| share(&tool.deeds)).collect(),
            commanded: menu.iter().map(|tool| commanded(text, tool)).collect(),
            named: menu.iter().map(|tool| spoken_of(&tool.named)).collect(),
            described: menu.iter().map(|tool| spoken_of(&tool.described)).collect(),
            undone: menu.iter().map(|tool| undoes(text, tool)).collect(),
        }
    }

    /// The place of the best tool; `None` where no word of the request stands in any.
    pub fn best(&self) -> Option<usize> {
        let mut best: Option<usize> = None;
        for (at, score) in self.scores.iter().enumerate().filter(|(_, score)| **score > 0.0) {
            if best.and_then(|best| self.scores.get(best)).is_none_or(|leader| score > leader) {
                best = Some(at);
            }
        }
        best
    }
}

/// Weighs the leading tools by how far the call that the rules write accounts for the request, and whether something is missing in it.
fn weigh_by_values(text: &Text, tools: &[Tool], scores: &mut [f32], weights: &RankingWeights) {
    let mut order: Vec<usize> =
        (0..scores.len()).filter(|at| scores.get(*at).is_some_and(|score| *score > 0.0)).collect();
    order.sort_by(|a, b| scores.get(*b).unwrap_or(&0.0).total_cmp(scores.get(*a).unwrap_or(&0.0)));
    let last = order.get(LEADERS.min(order.len()).saturating_sub(1)).and_then(|at| scores.get(*at)).copied();
    for at in order {
        let (Some(tool), Some(score)) = (tools.get(at), scores.get_mut(at)) else { continue };
        if last.is_some_and(|last| *score < last) {
            // Those behind the leaders stay behind them.
            *score *= (1.0 - weights.left) * (1.0 - weights.missing);
            continue;
        }
        let drafted = draft(text, tool);
        let account = Account::of(text, &[(tool, &drafted.call)]);
        *score *= 1.0 - weights.left * account.left;
        if !drafted.gaps.is_empty() {
            *score *= 1.0 - weights.missing;
        }
    }
}

/// Whether the request undoes what a tool does: "unlock" for a tool that locks.
fn undoes(text: &Text, tool: &ToolWords) -> bool {
    text.words.iter().any(|word| {
        let rest = ["un", "dis", "ent", "dé", "des"].iter().filter_map(|prefix| word.folded.strip_prefix(prefix));
        let mut stems = rest.filter(|rest| rest.chars().count() > 2).map(|rest| text.language.stem(rest));
        stems.any(|stem| tool.deeds.contains_key(&stem)) && !tool.weights.contains_key(&word.stem)
    })
}

/// How far a tool's command is the request's.
fn commanded(text: &Text, tool: &ToolWords) -> f32 {
    let said: Vec<String> = text.words.iter().filter(|word| is_verb(word)).flat_map(keys).collect();
    if said.is_empty() || tool.commands.is_empty() {
        0.5
    } else {
        f32::from(u8::from(said.iter().any(|key| tool.commands.contains(key))))
    }
}

/// Whether a request asks to know something, and not to have something done.
fn is_question(text: &Text) -> bool {
    const ASKING: [&str; 49] = [
        "what", "what's", "whats", "how", "which", "where", "where's", "when", "who", "who's", "whose", "is", "are",
        "am", "does", "do", "has", "have", "did", "was", "any", "anybody", "anyone", "show", "list", "find", "search",
        "check", "look", "tell", "wie", "wo", "wann", "wer", "welche", "welcher", "hat", "ist", "zeig", "such", "quel",
        "quelle", "où", "combien", "qui", "cuánto", "dónde", "qué", "busca",
    ];
    const POLITE: [&str; 21] = [
        "can", "could", "would", "will", "you", "please", "hey", "hi", "hello", "i", "i'd", "like", "want", "to", "me",
        "and", "ok", "okay", "kannst", "du", "bitte",
    ];
    let polite = (0..text.words.len()).take_while(|at| text.is_any(*at, &POLITE)).count();
    let asks = text.is_any(polite, &ASKING);
    // "Ben's results?", but not "can you lock the door?"
    asks || polite == 0 && text.source.trim_end().ends_with(['?']) && !text.words.first().is_some_and(is_verb)
}

/// Whether a question is for a tool that reads, and a command for one that does not.
pub fn suits_mood(text: &Text, tool: &Tool) -> bool {
    is_question(text) == reads(tool)
}

/// Whether a text asks a question that a tool which does something does not answer: "how do I cook rice?", but not "what about the attic?".
pub fn only_asks(text: &Text, tool: &Tool) -> bool {
    is_question(text) && !reads(tool) && !text.has_any(&["about"])
}

/// Whether a tool ends something by its name, and no word of the request says so: "water the hedge" for `stop_watering`.
fn ends_unasked(tool: &Tool, said: &BTreeSet<&str>) -> bool {
    const ENDING: [&str; 6] = ["stop", "end", "pause", "disable", "cancel", "remove"];
    let name = Text::read_in(&apart(&tool.name), Language::English);
    let mut endings = name.words.iter().filter(|word| ENDING.contains(&word.folded.as_str())).peekable();
    endings.peek().is_some() && !endings.flat_map(keys).any(|key| said.contains(key.as_str()))
}

/// Whether a tool takes something away, by what its maker says or by its name.
fn destroys(tool: &Tool) -> bool {
    const DESTROYING: [&str; 8] = ["delete", "remove", "cancel", "clear", "erase", "drop", "ban", "reset"];
    let name = Text::read_in(&apart(&tool.name), Language::English);
    tool.annotations.is_some_and(|hints| hints.destructive_hint == Some(true))
        || name.words.iter().any(|word| DESTROYING.contains(&word.folded.as_str()))
}

/// Whether a tool only reads, by what its maker says or by its name.
fn reads(tool: &Tool) -> bool {
    const READING: [&str; 15] = [
        "get",
        "list",
        "find",
        "search",
        "read",
        "show",
        "check",
        "track",
        "calculate",
        "convert",
        "status",
        "query",
        "lookup",
        "fetch",
        "compute",
    ];
    let name = Text::read_in(&apart(&tool.name), Language::English);
    tool.reads_only() || name.words.iter().any(|word| READING.contains(&word.folded.as_str()))
}

/// A word of the request, or an amount, a day or a time in it.
struct Asked {
    /// What it may be found by, and how much of a hit that is.
    keys: Vec<(String, f32)>,
    is_word: bool,
}

fn asked(
    text: &Text,
    menu: &BTreeMap<&str, usize>,
    forms: &BTreeMap<&str, &str>,
    weights: &RankingWeights,
) -> Vec<Asked> {
    let clauses = Clauses::of(text);
    let numbers = numbers(text);
    let mut asked: Vec<Asked> = Vec::new();
    for at in text.content().filter(|at| clauses.stands(*at)) {
        let Some(word) = text.words.get(at) else { continue };
        if word.folded.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let mut found: Vec<(String, f32)> = keys(word)
            .into_iter()
            .map(|key| {
                let part = if key.starts_with('=') { weights.meaning } else { 1.0 };
                (key, part)
            })
            .collect();
        if found.iter().all(|(key, _)| !menu.contains_key(key.as_str())) {
            found.extend(near(&word.folded, forms).map(|key| (key, weights.typo)));
        }
        asked.push(Asked { keys: found, is_word: true });
    }
    let mut kinds: Vec<String> = Vec::new();
    kinds.extend(amounts(text).iter().filter_map(|amount| amount.unit).map(|unit| dimension_key(unit.dimension)));
    kinds.extend(days(text, &numbers).iter().map(|_| DAY_KEY.to_owned()));
    kinds.extend(clocks(text, &numbers).iter().map(|_| CLOCK_KEY.to_owned()));
    kinds.extend(shapes(&text.source));
    if is_sum(text) {
        kinds.push(MATH_KEY.to_owned());
    }
    kinds.dedup();
    asked.extend(kinds.into_iter().map(|key| Asked { keys: vec![(key, 1.0)], is_word: false }));
    asked
}

/// Whether a text has numbers with a sign of arithmetic beside or between them.
fn is_sum(text: &Text) -> bool {
    let digits = text.words.iter().filter(|word| word.folded.starts_with(|c: char| c.is_ascii_digit())).count();
    let signs = text.source.contains(['+', '*', '×', '÷', '^', '='])
        || text.source.contains("% of")
        || text
            .words
            .iter()
            .any(|word| matches!(word.folded.as_str(), "plus" | "minus" | "times" | "divided" | "mal" | "squared"));
    digits > 1 && signs
}

/// Stems of words of the menu that are written nearly like a word that it has not: one slip in four letters, two in eight.
fn near<'m>(word: &str, forms: &'m BTreeMap<&'m str, &'m str>) -> impl Iterator<Item = String> + use<'m> {
    let length = word.chars().count();
    let slips = if length >= 8 { 2 } else { usize::from(length >= 4) };
    let word = word.to_owned();
    let is_near = move |form: &str| form.chars().count() >= 4 && slips > 0 && osa_distance(form, &word) <= slips;
    forms.iter().filter(move |(form, _)| is_near(form)).map(|(_, stem)| (*stem).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn menu() -> Vec<Tool> {
        let tool = |name: &str, description: &str, properties| Tool {
            name: name.into(),
            description: description.into(),
            parameters: json!({"type": "object", "properties": properties}),
            annotations: None,
        };
        vec![
            tool("set_timer", "Set a timer", json!({"minutes": {"type": "number"}, "label": {"type": "string"}})),
            tool("add_note", "Add a note", json!({"text": {"type": "string"}})),
            tool("list_notes", "List the notes", json!({})),
            tool("set_theme", "Set the colour theme", json!({"theme": {"enum": ["light", "dark", "system"]}})),
        ]
    }

    #[test]
    fn the_tool_that_shares_rare_words_leads() {
        let best = |request| {
            let ranking = Ranking::of(request, &menu(), &RankingWeights::default());
            ranking.best().map(|at| menu()[at].name.clone())
        };
        for (request, tool) in [
            ("start a 25 minute timer", Some("set_timer")),
            ("set a tmier for later", Some("set_timer")),
            ("ring me in 8 minutes", Some("set_timer")),
            ("show me all my notes", Some("list_notes")),
            ("stell bitte einen Wecker auf zehn Minuten", Some("set_timer")),
            ("it is too bright, go dark", Some("set_theme")),
            ("what is the capital of Peru?", None),
            ("don't set a timer", None),
            ("no timer, just add a note that it rains", Some("add_note")),
        ] {
            assert_eq!(best(request).as_deref(), tool, "{request}");
        }
    }

    #[test]
    fn what_a_tool_does_not_explain_shows() {
        let ranking = Ranking::of("set a timer", &menu(), &RankingWeights::default());
        assert_eq!((ranking.explained[0], ranking.deeds[0]), (1.0, 1.0));
        assert_eq!(Ranking::of("", &menu(), &RankingWeights::default()).scores, [0.0; 4]);
        assert!(Ranking::of("x", &[], &RankingWeights::default()).scores.is_empty());
    }
}
