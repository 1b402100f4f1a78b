//! Numbers that can be counted by hand.

use super::*;
use crate::evaluation::{
    plan::{Learning, SampleConfig, SftConfig, SuiteRef},
    record::{PairCounts, tests::record},
};
use autodidact::task::ToolCall;

fn setting() -> Setting {
    let learning = Learning { rank: 8, alpha: 16.0, steps: None, learning_rate: 1e-3 };
    Setting { pairs: Some(1), learning: Some(learning) }
}

pub fn plan(modes: &[Mode], seeds: u64) -> Plan {
    Plan {
        version: String::new(),
        model: "m".into(),
        fingerprint: String::new(),
        backend: "cpu".into(),
        teacher: None,
        train_file: None,
        suites: vec![SuiteRef { name: "s".into(), digest: String::new(), tasks: 4 }],
        modes: Mode::closed(modes),
        seeds,
        settings: vec![setting()],
        thresholds: vec![0.95, 0.3, 0.0],
        selections: Selection::ALL.to_vec(),
        estimators: vec![Estimator::Margin],
        max_answer_tokens: 256,
        constrained: true,
        score: Default::default(),
        synthesis: Default::default(),
        adaptation: Default::default(),
        samples: SampleConfig::default(),
        sft: SftConfig::default(),
    }
}

/// Margin, right before, right after under each of two seeds.
const TASKS: [(&str, f32, bool, [bool; 2]); 4] = [
    ("a", 0.1, false, [true, true]),
    ("b", 0.5, true, [false, true]),
    ("c", 0.6, false, [true, false]),
    ("d", 0.99, true, [false, false]),
];

pub fn records() -> Vec<Record> {
    let mut records = Vec::new();
    for (id, margin, base, after) in TASKS {
        let mut put = |mode: Mode, seed, strict| {
            let mut r = record(id, mode, seed, strict, margin);
            r.key.setting = setting().of_mode(mode).hash();
            r.seconds = BTreeMap::from([("prefill".into(), 1.0), ("score".into(), 0.5), ("answer".into(), 1.0)]);
            if mode == Mode::TtSi {
                (r.selected, r.learned) = (true, true);
                r.calls = vec![ToolCall { name: "f".into(), arguments: Default::default() }];
                r.pairs = vec![autodidact::task::Pair { query: String::new(), calls: vec![] }];
                let rejected = BTreeMap::from([("copy".to_owned(), 3)]);
                r.synthesis = Some(PairCounts { requested: 1, valid: 1, rejected });
                r.seconds.insert("train".into(), 4.0);
            }
            records.push(r);
        };
        put(Mode::Base, 0, base);
        put(Mode::Rules, 0, base);
        for (seed, right) in after.into_iter().enumerate() {
            put(Mode::TtSi, seed as u64, right);
        }
    }
    records
}

fn find(summary: &Summary, selection: Selection, threshold: Option<f32>) -> &Row {
    let wanted = |r: &&Row| r.mode == Mode::TtSi && r.selection == Some(selection) && r.threshold == threshold;
    summary.rows.iter().find(wanted).unwrap()
}

#[test]
fn rows_by_hand() {
    let summary = Summary::new(&plan(&[Mode::TtSi], 2), &records(), None);
    assert_eq!((summary.missing, summary.suites[0].tasks), (0, 4));
    let base = summary.main_row(Mode::Base).unwrap();
    assert_eq!((base.mean.strict, base.mean.seeds, base.over), (0.5, 1, None));
    assert_eq!((base.mean.gain, base.mean.updates.is_some()), (None, false));
    // Selected a, b, c; d keeps its right answer. Seeds: 1, 0, 1, 1 and 1, 1, 0, 1.
    let main = summary.main_row(Mode::TtSi).unwrap();
    assert_eq!((main.selection, main.threshold), (Some(Selection::Uncertain), Some(0.95)));
    assert_eq!((main.mean.strict, main.mean.strict_deviation), (0.75, Some(0.0)));
    let gain = main.mean.gain.unwrap();
    assert!((gain.mean - 0.25).abs() < 1e-12 && gain.low <= gain.mean && gain.mean <= gain.high);
    let updates = main.mean.updates.as_ref().unwrap();
    assert_eq!((updates.answers, updates.selected, updates.learned, updates.changed), (8, 6, 6, 6));
    assert_eq!((updates.mended, updates.harmed, updates.pairs), (3, 1, 6));
    assert_eq!((updates.attempts, updates.valid, updates.rejected["copy"]), (24, 6, 18));
    assert_eq!(main.suites["s"], main.mean);
    // The other rules follow from the same records.
    assert_eq!(find(&summary, Selection::Uncertain, Some(0.3)).mean.strict, 0.75);
    assert_eq!(find(&summary, Selection::Uncertain, Some(0.0)).mean.gain.unwrap().mean, 0.0);
    assert_eq!(find(&summary, Selection::Certain, Some(0.95)).mean.strict, 0.25);
    assert_eq!(find(&summary, Selection::All, None).mean.strict, 0.5);
    let random = find(&summary, Selection::Random, Some(0.95));
    assert_eq!(random.mean.updates.as_ref().unwrap().selected, 6);
}

#[test]
fn estimators_latency_and_margins_by_hand() {
    let summary = Summary::new(&plan(&[Mode::TtSi], 2), &records(), Some(7));
    let margin = &summary.estimators[0];
    // Wrong at 0.1 and 0.6, right at 0.5 and 0.99: three of four pairs are in order.
    assert_eq!((margin.right, margin.wrong, margin.auroc), (2, 2, Some(0.75)));
    let at = &margin.thresholds[0];
    assert_eq!((at.share, at.of_wrong, at.of_right), (0.75, Some(1.0), Some(0.5)));
    // All perplexities are equal.
    assert_eq!(summary.estimators[3].auroc, Some(0.5));
    assert_eq!((summary.latency.certain.answers, summary.latency.certain.total), (2, Some(2.5)));
    assert_eq!(summary.latency.certain.over_base, Some(1.25));
    assert_eq!((summary.latency.uncertain.answers, summary.latency.uncertain.total), (6, Some(6.5)));
    assert_eq!((summary.margins.right[19], summary.margins.wrong[2]), (1, 1));
}

#[test]
fn the_order_of_records_does_not_matter_and_lacks_are_counted() {
    let plan = plan(&[Mode::TtSi], 2);
    let whole = Summary::new(&plan, &records(), None);
    let mut reversed = records();
    reversed.reverse();
    assert_eq!(Summary::new(&plan, &reversed, None), whole);
    let text = serde_json::to_string(&whole).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), whole);
    reversed.pop();
    assert_eq!(Summary::new(&plan, &reversed, None).missing, 1);
    assert_eq!(Summary::new(&plan, &[], None).rows[0].mean, Cell::default());
}
