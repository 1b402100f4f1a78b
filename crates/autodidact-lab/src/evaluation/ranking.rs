//! The weights of the words' ranking, fitted on tasks whose tools are known.

use autodidact::words::{Examples, Ranking, RankingWeights, Text};

use super::suite::{Suite, SuiteSample};

/// Factors that are tried on each weight in turn.
const FACTORS: [f32; 6] = [0.5, 0.7, 0.85, 1.2, 1.4, 2.0];
/// Rounds over all weights.
const ROUNDS: usize = 3;

/// Weights, with how well they rank.
#[derive(Debug, Clone, PartialEq)]
pub struct RankingFit {
    /// The weights.
    pub weights: RankingWeights,
    /// Share of the tasks whose best tool is right, with the weights that were there before: the mean over the suites, in [0, 1].
    pub before: f64,
    /// The same with these.
    pub after: f64,
    /// Tasks.
    pub tasks: usize,
}

type Field = fn(&mut RankingWeights) -> &mut f32;

const FIELDS: [(&str, Field); 13] = [
    ("name", |w| &mut w.name),
    ("description", |w| &mut w.description),
    ("parameter", |w| &mut w.parameter),
    ("parameter_description", |w| &mut w.parameter_description),
    ("value", |w| &mut w.value),
    ("kind", |w| &mut w.kind),
    ("meaning", |w| &mut w.meaning),
    ("typo", |w| &mut w.typo),
    ("mood", |w| &mut w.mood),
    ("unheard", |w| &mut w.unheard),
    ("left", |w| &mut w.left),
    ("missing", |w| &mut w.missing),
    ("length", |w| &mut w.length),
];

/// Fits the weights by coordinate search from the defaults on. `watch` sees each step that helps.
pub fn fit_ranking(suites: &[Suite], mut watch: impl FnMut(&str, f32, f64)) -> RankingFit {
    let asked: Vec<Vec<Asked<'_>>> =
        suites.iter().map(|suite| suite.items.iter().filter_map(Asked::of).collect()).collect();
    let mut weights = RankingWeights::default();
    let before = hits(&asked, &weights);
    let mut best = before;
    for _ in 0..ROUNDS {
        let start = best.value;
        for (name, field) in FIELDS {
            let mut leader = weights;
            for factor in FACTORS {
                let mut other = weights;
                *field(&mut other) *= factor;
                let found = hits(&asked, &other);
                if found.value > best.value {
                    (best, leader) = (found, other);
                }
            }
            if leader != weights {
                weights = leader;
                watch(name, *field(&mut weights), best.share);
            }
        }
        if best.value <= start {
            break;
        }
    }
    RankingFit { weights, before: before.share, after: best.share, tasks: asked.iter().map(Vec::len).sum() }
}

/// A request that was read, with the places of the right tools.
struct Asked<'s> {
    text: Text,
    item: &'s SuiteSample,
    right: Vec<usize>,
}

impl<'s> Asked<'s> {
    /// `None` where nothing is to be called, or there is nothing to choose.
    fn of(item: &'s SuiteSample) -> Option<Self> {
        let is_right = |tool: &autodidact::task::Tool| item.gold.iter().any(|call| call.name == tool.name);
        let right: Vec<usize> =
            item.task.tools.iter().enumerate().filter(|(_, tool)| is_right(tool)).map(|(at, _)| at).collect();
        let chooses = item.task.tools.len() > right.len() && !right.is_empty();
        chooses.then(|| Self { text: Text::read(item.task.query()), item, right })
    }
}

#[derive(Clone, Copy)]
struct Hits {
    /// Share of the tasks whose best tool is right.
    share: f64,
    /// The same, with half a point for ranks near the top, so that small steps show.
    value: f64,
}

fn hits(suites: &[Vec<Asked<'_>>], weights: &RankingWeights) -> Hits {
    let mut sum = Hits { share: 0.0, value: 0.0 };
    let mut counted = 0;
    for suite in suites.iter().filter(|suite| !suite.is_empty()) {
        let (mut share, mut value) = (0.0, 0.0);
        for Asked { text, item, right } in suite {
            let ranking = Ranking::of_text(text, &item.task.tools, &Examples::default(), weights);
            let score = |at: usize| ranking.scores.get(at).copied().unwrap_or_default();
            let best_right = right.iter().map(|at| score(*at)).fold(0.0, f32::max);
            let above = (0..ranking.scores.len()).filter(|at| !right.contains(at) && score(*at) >= best_right).count();
            let is_hit = best_right > 0.0 && above == 0;
            share += f64::from(u8::from(is_hit));
            value += if best_right > 0.0 { 0.5 / (1 + above) as f64 } else { 0.0 };
        }
        let count = suite.len() as f64;
        sum.share += share / count;
        sum.value += (share + value) / count;
        counted += 1;
    }
    let count = f64::from(counted.max(1));
    Hits { share: sum.share / count, value: sum.value / count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_get_no_worse() {
        let row = |id: usize, query: &str, tool: &str| {
            format!(
                r#"{{"id":"{id}","query":"{query}","answer":[{{"name":"{tool}","arguments":{{}}}}],"tools":[
                {{"name":"set_timer","description":"Set a timer","parameters":{{"type":"object","properties":{{"minutes":{{"type":"number"}}}}}}}},
                {{"name":"add_note","description":"Add a note with the time","parameters":{{"type":"object","properties":{{"text":{{"type":"string"}}}}}}}}]}}"#
            )
            .replace('\n', "")
        };
        let rows = [row(0, "timer, 5 minutes", "set_timer"), row(1, "note that it rains", "add_note")].join("\n");
        let suite = Suite::from_jsonl("s", rows.as_bytes()).unwrap();
        let fit = fit_ranking(&[suite], |_, _, _| {});
        assert_eq!((fit.tasks, fit.before, fit.after), (2, 1.0, 1.0));
        assert_eq!(fit_ranking(&[], |_, _, _| {}).tasks, 0);
    }
}
