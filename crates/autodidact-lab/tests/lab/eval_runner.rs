//! The evaluation's runner on the embedded model.

use std::rc::Rc;

use autodidact::{
    adaptation::AdaptationConfig,
    agent::{Agent, AskOptions, DEFAULT_THRESHOLD, Learn, OpenOptions},
    backend::BackendChoice,
    inference::Cancel,
    storage::MemoryStore,
    task::Task,
};
use autodidact_lab::evaluation::{
    CONTEXT, Estimator, Learning, Mode, ModelTeacher, Plan, Record, Runner, SampleConfig, Selection, Setting,
    SftConfig, Suite, SuiteRef, task_seed,
};
use futures_lite::future::block_on;

use crate::asking::{ask, undecided};
use crate::common::cases;
use crate::seed::seed_files;

fn agent() -> Agent {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    block_on(Agent::open(seed_files(), Rc::new(MemoryStore::new()), options, |_| {})).unwrap()
}

fn plan(modes: &[Mode], suite: &Suite) -> Plan {
    let adaptation = AdaptationConfig::default();
    let learning = Learning { rank: 8, alpha: 16.0, steps: None, learning_rate: adaptation.learning_rate };
    let plan = Plan {
        version: String::new(),
        model: String::new(),
        fingerprint: String::new(),
        backend: "cpu".into(),
        teacher: Some(String::new()),
        train_file: Some(String::new()),
        suites: vec![SuiteRef { name: suite.name.clone(), digest: suite.digest.clone(), tasks: suite.items.len() }],
        modes: Mode::closed(modes),
        seeds: 1,
        settings: vec![Setting { pairs: Some(1), learning: Some(learning) }],
        thresholds: vec![1.01],
        selections: vec![Selection::Uncertain],
        estimators: vec![Estimator::Margin],
        max_answer_tokens: 256,
        constrained: true,
        score: Default::default(),
        synthesis: Default::default(),
        adaptation,
        samples: SampleConfig::default(),
        sft: SftConfig::default(),
    };
    plan.check().unwrap();
    plan
}

fn run(agent: &Agent, plan: &Plan, suite: &Suite, train: &Suite) -> Vec<Record> {
    let (cancel, teacher, mut records) = (Cancel::default(), ModelTeacher { agent: agent.clone() }, Vec::new());
    let mut runner = Runner::new(agent, plan, Some(&teacher), &train.items, &cancel);
    for item in &suite.items {
        let emit = |record| {
            records.push(record);
            Ok(())
        };
        block_on(runner.task(suite, item, |_| true, emit)).unwrap();
    }
    records
}

fn of(records: &[Record], mode: Mode) -> Vec<&Record> {
    records.iter().filter(|r| r.key.mode == mode).collect()
}

#[test]
fn what_is_measured_is_what_the_agent_does() {
    let agent = agent();
    let suite = Suite::generated("generator:in-distribution", 6).unwrap();
    let mut plan = plan(&[Mode::TtSi, Mode::TtD, Mode::Search, Mode::Agent], &suite);
    // A teacher does not see the first answer.
    plan.synthesis.same_tools = false;
    let records = run(&agent, &plan, &suite, &suite);
    let (base, ttsi, ttd) = (of(&records, Mode::Base), of(&records, Mode::TtSi), of(&records, Mode::TtD));
    assert_eq!((base.len(), ttsi.len()), (6, 6));
    for (i, item) in suite.items.iter().enumerate() {
        let seed = task_seed(0, &suite.name, &item.id);
        let options =
            AskOptions { learn: Learn::Always, search: false, seed, synthesis: plan.synthesis, ..undecided() };
        let trace = ask(&agent, &item.task, &options);
        assert_eq!(base[i].text, trace.base_answer.text);
        assert_eq!(base[i].scores.unwrap().margin, trace.uncertainty.margin);
        assert_eq!(base[i].scores.unwrap().perplexity, trace.uncertainty.perplexity);
        assert_eq!((&ttsi[i].text, ttsi[i].learned), (&trace.answer.text, trace.adapted));
        let whole = ask(&agent, &item.task, &AskOptions { search: true, ..options.clone() });
        assert_eq!(
            (&of(&records, Mode::Agent)[i].text, of(&records, Mode::Agent)[i].learned),
            (&whole.answer.text, whole.adapted)
        );
        let searched = ask(&agent, &item.task, &AskOptions { search: true, dry_run: true, ..options });
        assert_eq!(of(&records, Mode::Search)[i].text, searched.answer.text);
        assert_eq!(ttsi[i].pairs, trace.synthesis.unwrap().pairs);
        // The model as its own teacher writes the same pairs.
        assert_eq!((&ttd[i].text, &ttd[i].pairs), (&ttsi[i].text, &ttsi[i].pairs));
    }
    assert!(ttsi.iter().any(|r| r.learned), "nothing was learned, so nothing was compared");
}

#[test]
fn pairs_keep_to_the_tools_of_the_answer_before() {
    let agent = agent();
    let suite = Suite::generated("generator:unseen-tools", 12).unwrap();
    let mut pairs = 0;
    for item in &suite.items {
        let options = AskOptions { learn: Learn::Always, ..undecided() };
        let trace = ask(&agent, &item.task, &options.clone());
        let found = trace.search.unwrap().tool;
        let first = &trace.base_answer.calls;
        let named = |name: &str| match &found {
            Some(tool) => tool == name,
            None => first.is_empty() || first.iter().any(|call| call.name == name),
        };
        let synthesis = trace.synthesis.unwrap();
        for call in synthesis.pairs.iter().flat_map(|pair| &pair.calls) {
            assert!(named(&call.name), "{call:?}");
            pairs += 1;
        }
        // The step by itself does what the loop does.
        let alone = block_on(agent.synthesize(&item.task, &options, &Cancel::default(), |_| {})).unwrap();
        assert_eq!(alone, synthesis);
    }
    assert!(pairs > 0, "no pair was written");
}

#[test]
fn the_gate_lets_pass_what_helps_and_changes_nothing_that_was_sure() {
    let agent = agent();
    let suite = Suite::generated("generator:unseen-tools", cases(6, 20)).unwrap();
    // A learning rate that learns, and one that changes nothing, so that no example can become likelier.
    for (learning_rate, learns) in [(2e-3, true), (1e-12, false)] {
        let mut plan = plan(&[Mode::TtSi, Mode::TtSiGate], &suite);
        plan.settings[0].learning.as_mut().unwrap().learning_rate = learning_rate;
        let records = run(&agent, &plan, &suite, &suite);
        let (mut opened, mut asked) = (0, 0);
        let both = of(&records, Mode::TtSi).into_iter().zip(of(&records, Mode::TtSiGate));
        for ((ttsi, gate), base) in both.zip(of(&records, Mode::Base)) {
            let Some(report) = gate.gate else {
                assert!(!ttsi.learned && gate.text == base.text);
                continue;
            };
            asked += 1;
            opened += usize::from(report.passed);
            let improves = report.before.zip(report.after).is_some_and(|(before, after)| after > before);
            assert_eq!(report.passed, improves && report.changed == 0, "{report:?}");
            assert_eq!(
                (&gate.text, gate.learned),
                (if report.passed { &ttsi.text } else { &base.text }, report.passed)
            );
            assert_eq!(gate.note.is_none(), report.passed);
            assert_eq!(gate.pairs, ttsi.pairs);
        }
        assert!(asked > 0 && learns == (opened > 0), "learning rate {learning_rate}: {opened} of {asked} passed");
    }
}

#[test]
fn the_agent_remembers_what_it_was_sure_of_for_the_gate() {
    let agent = agent();
    let suite = Suite::generated("generator:in-distribution", 10).unwrap();
    let mut seen = 0;
    let learn = |i: usize| {
        let options = AskOptions { learn: Learn::Always, gate: true, keep: Some(format!("k{i}")), ..undecided() };
        ask(&agent, &suite.items[i].task, &options)
    };
    for (i, item) in suite.items.iter().take(4).enumerate() {
        // At a threshold of 0 nobody asks how sure it is, and the first answer is not one that must stay.
        let learn = if i == 0 { Learn::Never } else { Learn::Below(1e-6) };
        let sure = ask(&agent, &item.task, &AskOptions { learn, search: false, ..undecided() });
        assert!(sure.gate.is_none() && !sure.adapted);
    }
    for i in 4..suite.items.len() {
        let trace = learn(i);
        let Some(report) = trace.gate else { continue };
        seen += 1;
        assert_eq!(report.canaries, 3);
        assert_eq!((trace.adapted, trace.stored.is_some()), (report.passed, report.passed));
        // What stands is the answer before learning: the first, or the one that the search found.
        let stands = match trace.search.as_ref().and_then(|search| search.tool.as_ref()) {
            Some(tool) => !trace.answer.calls.is_empty() && trace.answer.calls.iter().all(|call| call.name == *tool),
            None => trace.answer == trace.base_answer,
        };
        assert!(report.passed || stands && trace.note.is_some());
    }
    // The answer to the task itself may change.
    if let Some(report) = learn(3).gate {
        assert_eq!(report.canaries, 2);
    }
    assert!(seen > 0, "nothing was learned, so the gate was never asked");
}

#[test]
fn a_threshold_finds_itself() {
    let agent = agent();
    let suite = Suite::generated("generator:unseen-tools", 24).unwrap();
    let options = AskOptions { learn: Learn::Share(0.5), dry_run: true, search: false, ..undecided() };
    let mut unsure = 0;
    for (i, item) in suite.items.iter().enumerate() {
        let score = ask(&agent, &item.task, &options.clone()).uncertainty;
        assert_eq!(score.threshold == DEFAULT_THRESHOLD, i < 8, "the first tasks are by the fixed threshold");
        unsure += usize::from(i >= 8 && score.unsure);
    }
    assert!((3..=13).contains(&unsure), "{unsure} of 16 where half was wanted");
    let wrong = AskOptions { learn: Learn::Share(1.5), ..undecided() };
    let cancel = Cancel::default();
    let first = block_on(agent.ask(&suite.items[0].task, &wrong, &cancel).next()).unwrap();
    assert_eq!(first.unwrap_err().code(), "InvalidInput");
}

#[test]
fn every_mode_answers_and_overlong_tasks_are_counted() {
    let agent = agent();
    let mut suite = Suite::generated("generator:unseen-wording", 3).unwrap();
    let mut long = suite.items[0].clone();
    long.id = "long".into();
    long.task = Task::new("word ".repeat(3000), long.task.tools);
    suite.items.push(long);
    let train = Suite::generated("generator:in-distribution", 9).unwrap();
    let plan = plan(&Mode::ALL, &suite);
    let records = run(&agent, &plan, &suite, &train);
    assert_eq!(records.len(), 4 * Mode::ALL.len());
    for mode in Mode::ALL {
        let records = of(&records, mode);
        let errors: Vec<_> = records.iter().map(|r| r.error.as_deref()).collect();
        assert_eq!(errors, [None, None, None, Some(CONTEXT)], "{mode}");
        assert!(!records[3].strict && !records[3].names);
        assert_eq!(records[0].samples.len(), if mode.samples() { 5 } else { 0 }, "{mode}");
    }
    let learned = |mode| of(&records, mode).iter().filter(|r| r.learned).count();
    for mode in [Mode::Neighbours, Mode::Oracle, Mode::IclTrain, Mode::Sft] {
        assert_eq!(learned(mode), 3, "{mode}");
    }
    assert_eq!(learned(Mode::Base), 0);
    // Only what is asked for is computed.
    let cancel = Cancel::default();
    let mut runner = Runner::new(&agent, &plan, None, &train.items, &cancel);
    let mut names = Vec::new();
    let emit = |record: Record| {
        names.push(record.key.mode);
        Ok(())
    };
    block_on(runner.task(&suite, &suite.items[1], |key| key.mode == Mode::Pass5, emit)).unwrap();
    assert_eq!(names, [Mode::Pass5]);
    assert!(block_on(agent.model().is_unchanged()).unwrap());
}
