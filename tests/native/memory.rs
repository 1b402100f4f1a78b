//! What the agent keeps for tasks to come: found again, gated again, versioned, rolled back, within its budget; and what a user teaches it.

use std::rc::Rc;

use autodidact::{
    agent::{
        Agent, AskOptions, ExportFormat, ExportOptions, Feedback, ImportOptions, Learn, MemoryMode, MemoryOptions,
        OpenOptions, Taught, Trace,
    },
    backend::BackendChoice,
    calls::menu_from_json,
    format::{FloatType, gguf::GgufFile},
    inference::Cancel,
    storage::{AdapterStore, LessonSource, MemoryStore},
    task::{Pair, Task, Tool, ToolCall},
    uncertainty::Estimator,
};
use futures_lite::future::block_on;
use serde_json::{Value, json};

use crate::asking::{ask, undecided};
use crate::seed::seed_files;

const MENU: &str = r#"[
  {"name": "find_hotel", "description": "Find a hotel", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "nights": {"type": "integer"}}, "required": ["city", "nights"]}},
  {"name": "set_timer", "description": "Set a timer", "parameters": {"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]}}
]"#;

fn open(store: Rc<dyn AdapterStore>) -> Agent {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    block_on(Agent::open(seed_files(), store, options, |_| {})).unwrap()
}

fn menu() -> Vec<Tool> {
    menu_from_json(MENU).unwrap()
}

fn task(query: &str) -> Task {
    Task::new(query, menu())
}

fn call(name: &str, arguments: Value) -> ToolCall {
    ToolCall { name: name.into(), arguments: arguments.as_object().cloned().unwrap() }
}

fn hotel(city: &str, nights: u32) -> ToolCall {
    call("find_hotel", json!({"city": city, "nights": nights}))
}

fn with(mode: MemoryMode) -> AskOptions {
    AskOptions { memory: MemoryOptions { mode, ..MemoryOptions::default() }, ..undecided() }
}

/// Learns from given pairs whatever its certainty.
fn study(agent: &Agent, query: &str, pairs: &[(&str, ToolCall)], options: AskOptions) -> Trace {
    let examples =
        pairs.iter().map(|(query, call)| Pair { query: (*query).into(), calls: vec![call.clone()] }).collect();
    ask(agent, &task(query), &AskOptions { learn: Learn::Always, examples, ..options })
}

fn names(agent: &Agent) -> Vec<String> {
    block_on(agent.adapters()).unwrap().into_iter().map(|meta| meta.name).collect()
}

fn teach(agent: &Agent, query: &str, calls: Vec<ToolCall>, options: &AskOptions) -> Taught {
    let feedback = Feedback::Right { calls };
    block_on(agent.feedback(&task(query), &feedback, options, &Cancel::default(), |_| {})).unwrap()
}

const LISBON: &str = "Find a hotel in Lisbon for 3 nights";
const OSLO: &str = "Find a hotel in Oslo for 2 nights";

fn lisbon_pairs() -> [(&'static str, ToolCall); 2] {
    [("Find a hotel in Porto for 4 nights", hotel("Porto", 4)), ("Find a hotel in Rome for 5 nights", hotel("Rome", 5))]
}

#[test]
fn what_passes_the_gate_is_found_again_versioned_and_rolled_back() {
    let store: Rc<dyn AdapterStore> = Rc::new(MemoryStore::new());
    let agent = open(Rc::clone(&store));
    let keep = with(MemoryMode::Keep);
    let first = study(&agent, LISBON, &lisbon_pairs(), keep.clone());
    let gate = first.gate.expect("the memory is gated without being asked");
    assert!(gate.passed && gate.after > gate.before, "{first:?}");
    assert!(first.recalled.is_none());
    let name = first.stored.expect("what passed is kept");
    assert!(name.starts_with("memory-") && name.ends_with(".v1"), "{name}");
    let cluster = name.trim_end_matches(".v1").to_owned();

    // Another agent on the same store, as after a reload of the page.
    let agent = open(store);
    let again = ask(&agent, &task(OSLO), &AskOptions { learn: Learn::Never, search: false, ..keep.clone() });
    let recalled = again.recalled.expect("a task worded alike finds it");
    assert_eq!(
        (recalled.name.as_str(), recalled.cluster.as_str(), recalled.version),
        (name.as_str(), cluster.as_str(), 1)
    );
    assert!(recalled.gate.passed && recalled.similarity > 0.75 && recalled.similarity < 1.0, "{recalled:?}");
    let used = block_on(agent.store().get(&name)).unwrap().meta.memory.unwrap();
    assert_eq!(used.uses, 1);

    // Another menu, another wording, or the memory switched off: it is not looked at.
    let other = Task::new(OSLO, menu()[..1].to_vec());
    for (task, options) in [
        (other, &keep),
        (task("Set a timer for 5 minutes"), &keep),
        (task(OSLO), &with(MemoryMode::Reset)),
        (task(OSLO), &with(MemoryMode::Session)),
    ] {
        let trace = ask(&agent, &task, &AskOptions { learn: Learn::Never, search: false, ..options.clone() });
        assert!(trace.recalled.is_none(), "{task:?}");
    }

    // It learns on: a second version, with the lessons of the first.
    let more = [
        ("Find a hotel in Bern for 7 nights", hotel("Bern", 7)),
        ("Find a hotel in Graz for 6 nights", hotel("Graz", 6)),
    ];
    let second = study(&agent, OSLO, &more, keep.clone());
    assert_eq!(second.stored.as_deref(), Some(format!("{cluster}.v2").as_str()), "{second:?}");
    let meta = block_on(agent.adapters()).unwrap().into_iter().find(|meta| meta.name.ends_with(".v2")).unwrap();
    let lessons: Vec<&str> = meta.lessons.iter().map(|lesson| lesson.query.as_str()).collect();
    assert_eq!(lessons, ["Find a hotel in Porto for 4 nights", "Find a hotel in Bern for 7 nights"]);
    assert!(meta.lessons.iter().all(|lesson| lesson.source == LessonSource::User));

    assert_eq!(block_on(agent.memory().roll_back(&cluster)).unwrap(), Some(name.clone()));
    let back = ask(&agent, &task(OSLO), &AskOptions { learn: Learn::Never, search: false, ..keep.clone() });
    assert_eq!(back.recalled.unwrap().version, 1);
    assert_eq!(block_on(agent.memory().roll_back(&cluster)).unwrap(), None);
    assert_eq!(block_on(agent.memory().roll_back(&cluster)).unwrap_err().code(), "AdapterNotFound");
    assert!(names(&agent).is_empty() && block_on(agent.model().is_unchanged()).unwrap());
}

#[test]
fn a_session_ends_with_its_agent_and_a_full_disk_makes_one() {
    let store: Rc<dyn AdapterStore> = Rc::new(MemoryStore::new());
    let agent = open(Rc::clone(&store));
    let session = with(MemoryMode::Session);
    let trace = study(&agent, LISBON, &lisbon_pairs(), session.clone());
    let name = trace.stored.unwrap();
    assert!(block_on(store.list()).unwrap().is_empty());
    assert_eq!(names(&agent), std::slice::from_ref(&name));
    assert!(block_on(agent.export_adapter(&name, ExportOptions::default())).unwrap().len() > 1000);
    assert!(
        ask(&agent, &task(OSLO), &AskOptions { learn: Learn::Never, search: false, ..session.clone() })
            .recalled
            .is_some()
    );
    let next = open(Rc::clone(&store));
    assert!(ask(&next, &task(OSLO), &AskOptions { learn: Learn::Never, search: false, ..session }).recalled.is_none());

    // No room on the disk: it works on in memory, and says so.
    let agent = open(Rc::new(MemoryStore::with_budget(1000)));
    let keep = with(MemoryMode::Keep);
    let trace = study(&agent, LISBON, &lisbon_pairs(), keep.clone());
    assert!(trace.stored.is_some() && trace.note.unwrap().contains("until this agent is closed"));
    assert!(block_on(agent.store().list()).unwrap().is_empty());
    assert!(
        ask(&agent, &task(OSLO), &AskOptions { learn: Learn::Never, search: false, ..keep })
            .recalled
            .unwrap()
            .gate
            .passed
    );
    block_on(agent.memory().delete_adapter(&names(&agent)[0])).unwrap();
    assert!(names(&agent).is_empty());
}

#[test]
fn the_budget_lets_go_what_was_used_longest_ago() {
    let agent = open(Rc::new(MemoryStore::new()));
    let mut options = with(MemoryMode::Keep);
    let first = study(&agent, LISBON, &lisbon_pairs(), options.clone()).stored.unwrap();
    let bytes = block_on(agent.adapters()).unwrap()[0].bytes;
    // Room for two.
    options.memory.budget_bytes = 2 * bytes + bytes / 2;
    let timer = |minutes: u32| call("set_timer", json!({"minutes": minutes}));
    let timers = [("Set a timer for 8 minutes", timer(8)), ("Set a timer for 9 minutes", timer(9))];
    let second = study(&agent, "Set a timer for 5 minutes", &timers, options.clone()).stored.unwrap();
    assert_eq!(names(&agent).len(), 2);
    // The first is used, so the second goes when a third comes. An adapter with a name of its own is not the memory's to delete.
    assert!(
        ask(&agent, &task(OSLO), &AskOptions { learn: Learn::Never, search: false, ..options.clone() })
            .recalled
            .is_some()
    );
    let named = AskOptions { keep: Some("mine".into()), ..undecided() };
    assert_eq!(study(&agent, LISBON, &lisbon_pairs(), named).stored.as_deref(), Some("mine"));
    let beds =
        [("I need a bed, Ulm, one night", hotel("Ulm", 1)), ("I need a bed, Bonn, two nights", hotel("Bonn", 2))];
    let third = study(&agent, "I need a bed, Kiel, three nights", &beds, options.clone()).stored.unwrap();
    let left = names(&agent);
    assert!(left.contains(&first) && left.contains(&third) && left.contains(&"mine".to_owned()), "{left:?}");
    assert!(!left.contains(&second), "{left:?}");

    // Versions of one cluster have their own limit.
    options.memory.budget_bytes = u64::MAX;
    options.memory.versions = 2;
    for _ in 0..3 {
        let trace = study(&agent, LISBON, &lisbon_pairs(), options.clone());
        assert!(trace.stored.is_some() || trace.gate.is_some_and(|gate| !gate.passed), "{trace:?}");
    }
    let cluster = first.trim_end_matches(".v1");
    assert!(names(&agent).iter().filter(|name| name.starts_with(cluster)).count() <= 2);

    options.memory.budget_bytes = 10;
    let trace = study(&agent, "Wake me after a nap of 20 minutes", &timers, options);
    assert!(
        trace.stored.is_none() && trace.note.unwrap().contains("budget"),
        "an adapter that is larger than the budget"
    );
}

#[test]
fn an_adapter_that_fails_the_gate_now_is_not_used() {
    let agent = open(Rc::new(MemoryStore::new()));
    let keep = with(MemoryMode::Keep);
    // A user insists that beds are timers.
    let wrong = call("set_timer", json!({"minutes": 3}));
    let taught = teach(&agent, LISBON, vec![wrong.clone()], &keep);
    assert!(taught.adapter.is_some(), "nothing speaks against it yet: {taught:?}");
    let trace = ask(&agent, &task(LISBON), &AskOptions { learn: Learn::Never, search: false, ..keep.clone() });
    assert_eq!(trace.answer.calls, [wrong]);
    // Then a task is answered that it is sure of, and that the adapter would spoil.
    let canary = "Please find a hotel in Lisbon for 3 nights";
    let base = ask(&agent, &task(canary), &AskOptions { learn: Learn::Below(0.1), ..undecided() });
    assert_eq!(base.answer.calls, [hotel("Lisbon", 3)]);
    let trace = ask(&agent, &task(LISBON), &AskOptions { learn: Learn::Never, search: false, ..keep.clone() });
    let recalled = trace.recalled.unwrap();
    assert!(!recalled.gate.passed && recalled.gate.changed == 1, "{recalled:?}");
    assert_eq!(trace.answer.calls, [hotel("Lisbon", 3)]);
    assert!(trace.note.unwrap().contains("was not used"));

    // What is learned in its place is found instead of it, though both are of the same words.
    let again = study(&agent, LISBON, &lisbon_pairs(), keep.clone());
    assert!(again.note.as_ref().unwrap().contains("was not used"), "{again:?}");
    let stored = again.stored.expect("the pairs are right");
    let trace = ask(&agent, &task(LISBON), &AskOptions { learn: Learn::Never, search: false, ..keep });
    let found = trace.recalled.unwrap();
    assert!(found.gate.passed && found.name == stored && found.name != recalled.name, "{found:?}");
    assert!(trace.note.is_none());
}

#[test]
fn a_full_disk_does_not_cost_the_lessons_that_stay() {
    let keep = with(MemoryMode::Keep);
    let probe = open(Rc::new(MemoryStore::new()));
    let query = "Book us in at the Ritz, a week";
    let bytes = teach(&probe, query, vec![hotel("Ritz", 7)], &keep).adapter.unwrap().bytes;
    // Room for two.
    let agent = open(Rc::new(MemoryStore::with_budget(2 * bytes + bytes / 2)));
    let first = teach(&agent, query, vec![hotel("Ritz", 7)], &keep).adapter.unwrap();
    let second = teach(&agent, "Book us in at the Adlon, a week", vec![hotel("Adlon", 7)], &keep).adapter.unwrap();
    assert_eq!(names(&agent).len(), 2);
    let cancel = Cancel::default();
    let taught = block_on(agent.unlearn(&second.name, 1, &keep, &cancel, |_| {})).unwrap();
    let stored = block_on(agent.store().list()).unwrap();
    assert!(stored.iter().any(|meta| Some(&meta.name) == taught.adapter.as_ref().map(|new| &new.name)), "{stored:?}");
    assert!(stored.iter().all(|meta| meta.lessons.iter().all(|lesson| lesson.query == query)));
    assert_eq!(stored.len(), names(&agent).len(), "nothing is left in memory alone");
    assert!(taught.note.is_none() && stored.iter().any(|meta| meta.name == first.name), "{taught:?}");

    // A name of one's own takes an adapter out of the memory: what happens to its cluster is nothing to it.
    let cluster = first.memory.unwrap().cluster;
    assert_eq!(block_on(agent.memory().roll_back(&cluster)).unwrap().as_ref(), Some(&first.name));
    block_on(agent.store().rename(&first.name, "mine")).unwrap();
    assert_eq!(block_on(agent.memory().forget(&cluster)).unwrap_err().code(), "AdapterNotFound");
    assert_eq!(names(&agent), ["mine"]);

    // An import overwrites nothing unless it is told to.
    let zip = block_on(agent.export_adapter("mine", ExportOptions::default())).unwrap();
    let error = block_on(agent.import_adapter("mine", &zip, ImportOptions::default())).unwrap_err();
    assert!(error.code() == "InvalidInput" && error.to_string().contains("stored"), "{error}");
    let replace = ImportOptions { replace: true, ..ImportOptions::default() };
    block_on(agent.import_adapter("mine", &zip, replace)).unwrap();
    assert_eq!(block_on(agent.import_adapter("other", &zip, ImportOptions::default())).unwrap().name, "other");

    // What a program brings along can be used, and is stored nowhere; a name stands for one adapter, wherever it is.
    let session = ImportOptions { session: true, ..replace };
    block_on(agent.import_adapter("brought", &zip, session)).unwrap();
    assert_eq!(names(&agent).last().unwrap(), "brought");
    assert!(!block_on(agent.store().has("brought")).unwrap());
    let score = |adapter: Option<&str>| {
        let adapter = adapter.map(str::to_owned);
        let options = AskOptions { adapter, learn: Learn::Never, search: false, candidates: true, ..undecided() };
        ask(&agent, &task(query), &options).uncertainty
    };
    let certainty = |adapter: Option<&str>| score(adapter).certainty;
    assert_eq!(certainty(Some("brought")), certainty(Some("mine")));
    assert_ne!(certainty(Some("brought")), certainty(None));

    // In F16 it has half the bytes and nearly the same effect; llama.cpp's file has its tensors under other names.
    let halved = ExportOptions { dtype: Some(FloatType::F16), ..ExportOptions::default() };
    let half = block_on(agent.export_adapter("mine", halved)).unwrap();
    assert!(half.len() < zip.len() * 6 / 10, "{} and {}", half.len(), zip.len());
    block_on(agent.import_adapter("half", &half, session)).unwrap();
    let (half, whole) = (score(Some("half")), score(Some("mine")));
    assert!((half.certainty - whole.certainty).abs() < 0.01, "{half:?} {whole:?}");
    assert_ne!(half.candidates, whole.candidates);
    block_on(agent.memory().delete_adapter("half")).unwrap();
    let gguf = ExportOptions { format: ExportFormat::Gguf, ..ExportOptions::default() };
    let gguf = block_on(agent.export_adapter("mine", gguf)).unwrap();
    assert_eq!(GgufFile::parse(&gguf).unwrap().metadata["general.name"].as_str(), Some("mine"));
    for (taken, how) in [("mine", session), ("brought", replace)] {
        assert_eq!(block_on(agent.import_adapter(taken, &zip, how)).unwrap_err().code(), "InvalidInput", "{taken}");
    }
    let keep = AskOptions { keep: Some("brought".into()), replace: true, ..undecided() };
    let refused = block_on(agent.adapt(&task(query), &[], &keep, &cancel, |_| {})).unwrap_err();
    assert!(refused.code() == "InvalidInput" && refused.to_string().contains("as long as"), "{refused}");
    block_on(agent.memory().delete_adapter("brought")).unwrap();
    assert_eq!(names(&agent).len(), 2);
}

#[test]
fn a_user_teaches_takes_back_and_deletes() {
    let agent = open(Rc::new(MemoryStore::new()));
    let keep = with(MemoryMode::Keep);
    let query = "Book us in at the Ritz, a week";
    let right = hotel("Ritz", 7);
    let taught = teach(&agent, query, vec![right.clone()], &keep);
    let meta = taught.adapter.expect("the lesson is kept");
    // Three times the lesson and five neighbours, two epochs.
    assert_eq!((meta.lessons.len(), meta.lessons[0].source, meta.steps), (1, LessonSource::User, 16));
    assert!(taught.gate.unwrap().passed);
    let trace = ask(&agent, &task(query), &AskOptions { learn: Learn::Never, search: false, ..keep.clone() });
    assert_eq!(trace.answer.calls, [right], "it answers as it was taught");

    // A second lesson for a task alike makes a version that holds both; the same query once more replaces its lesson.
    let second = teach(&agent, "Book us in at the Adlon, a week", vec![hotel("Adlon", 7)], &keep).adapter.unwrap();
    assert_eq!((second.memory.as_ref().unwrap().version, second.lessons.len()), (2, 2));
    let corrected = teach(&agent, "Book us in at the Adlon, a week", vec![hotel("Adlon", 8)], &keep).adapter.unwrap();
    assert_eq!((corrected.memory.as_ref().unwrap().version, corrected.lessons.len()), (3, 2));

    // A deleted lesson lives on in no version.
    let cancel = Cancel::default();
    let after = block_on(agent.unlearn(&corrected.name, 1, &undecided(), &cancel, |_| {})).unwrap();
    assert!(after.gate.is_some(), "the rest is trained anew");
    assert_eq!(block_on(agent.store().list()).unwrap().len(), names(&agent).len(), "and kept where it was");
    let all = block_on(agent.adapters()).unwrap();
    assert!(
        !all.is_empty()
            && all
                .iter()
                .flat_map(|meta| &meta.lessons)
                .all(|l| l.query != corrected.lessons[1].query || l.calls != corrected.lessons[1].calls)
    );

    // An older version gives its lesson up, and the newest keeps what it learned since.
    let third = teach(&agent, "Book us in at the Savoy, a week", vec![hotel("Savoy", 7)], &keep).adapter.unwrap();
    let older = all.iter().find(|meta| meta.lessons.len() == 1 && meta.lessons[0].query == query).unwrap();
    block_on(agent.unlearn(&older.name, 0, &keep, &cancel, |_| {})).unwrap();
    let left = block_on(agent.adapters()).unwrap();
    assert!(left.iter().flat_map(|meta| &meta.lessons).all(|lesson| lesson.query != query));
    let savoy = third.lessons.last().unwrap();
    assert!(left.iter().any(|meta| meta.lessons.contains(savoy)), "{left:?}");
    teach(&agent, query, vec![hotel("Ritz", 7)], &keep).adapter.unwrap();

    // "Wrong" takes the newest version back.
    let before = names(&agent).len();
    let wrong = block_on(agent.feedback(&task(query), &Feedback::Wrong, &keep, &cancel, |_| {})).unwrap();
    assert!(wrong.rolled_back.is_some());
    assert_eq!(names(&agent).len(), before - 1);
    let nothing =
        block_on(agent.feedback(&task("Set a timer for 5 minutes"), &Feedback::Wrong, &keep, &cancel, |_| {})).unwrap();
    assert!(nothing.rolled_back.is_none() && nothing.note.is_some());

    let right = |calls| Feedback::Right { calls };
    for (feedback, options) in [
        (right(vec![hotel("Ritz", 7)]), &undecided()),
        (right(vec![call("fly", json!({}))]), &keep),
        (right(vec![call("find_hotel", json!({"city": 1}))]), &keep),
    ] {
        let error = block_on(agent.feedback(&task(query), &feedback, options, &cancel, |_| {})).unwrap_err();
        assert_eq!(error.code(), "InvalidInput", "{error}");
    }
    assert_eq!(block_on(agent.unlearn("none", 0, &keep, &cancel, |_| {})).unwrap_err().code(), "AdapterNotFound");
    for (name, lesson) in names(&agent).into_iter().map(|name| (name, 9)) {
        assert_eq!(block_on(agent.unlearn(&name, lesson, &keep, &cancel, |_| {})).unwrap_err().code(), "InvalidInput");
    }
}

#[test]
fn the_cheaper_tier_comes_first_and_time_has_an_end() {
    let agent = open(Rc::new(MemoryStore::new()));
    // Every answer is sure enough for a threshold of almost nothing, but for the decision to learn the first must not be.
    let options = AskOptions { context_first: true, ..undecided() };
    let trace = study(&agent, LISBON, &lisbon_pairs(), options.clone());
    let context = trace.context.as_ref().expect("the examples were tried in the context");
    assert!(!context.accepted && trace.training.is_some(), "nothing reaches a threshold above 1: {context:?}");
    assert!(trace.seconds.contains_key("answer_in_context"));

    let unsure = "Somewhere to sleep in Lisbon, 3 nights, please";
    let first = ask(&agent, &task(unsure), &AskOptions { learn: Learn::Never, search: false, ..undecided() });
    let certainty = first.uncertainty.certainty;
    let examples: Vec<Pair> =
        lisbon_pairs().into_iter().map(|(query, call)| Pair { query: query.into(), calls: vec![call] }).collect();
    let options = AskOptions { learn: Learn::Below(certainty + 1e-6), examples, ..options };
    let trace = ask(&agent, &task(unsure), &options);
    let context = trace.context.expect("unsure by a hair");
    assert_eq!(context.accepted, context.certainty >= certainty + 1e-6);
    assert_eq!(trace.training.is_none(), context.accepted, "a sure answer is not trained for");

    let hurried = AskOptions { learn: Learn::Always, learn_within: Some(0.0), ..undecided() };
    let trace = ask(&agent, &task(LISBON), &hurried);
    assert!(trace.training.is_none() && trace.note.is_some());
    for bad in [
        AskOptions { learn_within: Some(-1.0), ..undecided() },
        AskOptions { orders: 0, ..undecided() },
        AskOptions { orders: 17, ..undecided() },
        AskOptions { keep: Some("a".into()), ..with(MemoryMode::Keep) },
        AskOptions { memory: MemoryOptions { similarity: 2.0, ..MemoryOptions::default() }, ..undecided() },
    ] {
        assert_eq!(bad.check().unwrap_err().code(), "InvalidInput");
    }
}

#[test]
fn other_orders_of_the_menu_come_before_learning() {
    let agent = open(Rc::new(MemoryStore::new()));
    let queries = [
        LISBON,
        OSLO,
        "Somewhere to sleep in Lisbon, 3 nights, please",
        "timer 12",
        "Rome hotel for four nights",
        "ten minutes",
    ];
    let looking = AskOptions { learn: Learn::Always, dry_run: true, search: false, orders: 6, ..undecided() };
    let mut surer = None;
    for query in queries {
        let trace = ask(&agent, &task(query), &looking);
        let orders = trace.orders.clone().expect("it is unsure at this threshold");
        assert!(trace.uncertainty.unsure && trace.synthesis.is_none() && trace.training.is_none() && trace.restored);
        assert!(!orders.accepted, "nothing reaches a threshold above 1");
        assert_eq!(orders.asked, 6);
        assert_eq!(orders.chosen == 0, trace.uncertainty.certainty >= orders.certainty, "{orders:?}");
        let mut menu = orders.menu.clone();
        menu.sort();
        assert_eq!(menu, ["find_hotel", "set_timer"]);
        let plain = ask(&agent, &task(query), &AskOptions { orders: 1, ..looking.clone() });
        assert_eq!(plain.base_answer, trace.base_answer);
        assert!(plain.orders.is_none());
        assert_eq!(ask(&agent, &task(query), &looking).answer, trace.answer, "the same seed, the same orders");
        if orders.chosen > 0 {
            surer = Some((query, trace.uncertainty.certainty, orders, trace.answer));
        }
    }
    let (query, certainty, orders, answer) = surer.expect("another order makes it surer of one of these");

    // Sure enough by the other order: nothing is learned.
    let between = (certainty + orders.certainty) / 2.0;
    let options = AskOptions { learn: Learn::Below(between), dry_run: false, ..looking.clone() };
    let trace = ask(&agent, &task(query), &options);
    assert!(trace.orders.unwrap().accepted && trace.training.is_none() && !trace.adapted);
    assert_eq!(trace.answer, answer);

    // Not sure enough: it learns on from that order.
    let examples =
        lisbon_pairs().into_iter().map(|(query, call)| Pair { query: query.into(), calls: vec![call] }).collect();
    let trace = ask(&agent, &task(query), &AskOptions { dry_run: false, examples, ..looking.clone() });
    assert!(trace.training.is_some() && trace.adapted);
    assert_eq!(trace.orders.unwrap().menu, orders.menu);

    // Another estimator than the perplexity does not take the answer's perplexity for its own number.
    let margin = AskOptions { estimator: Estimator::Margin, learn: Learn::Below(1.0), ..looking };
    assert!(!ask(&agent, &task(query), &margin).orders.unwrap().accepted);
}
