//! What a person teaches holds: the same request never asks again, others in the same words follow, and "wrong" ends it.

use std::rc::Rc;

use autodidact::{
    agent::{
        Agent, AskOptions, Decision, ExportOptions, Feedback, ImportOptions, Learn, MemoryMode, MemoryOptions,
        OpenOptions, Taught,
    },
    backend::BackendChoice,
    calls::menu_from_json,
    inference::Cancel,
    storage::{AdapterStore, LessonSource, MemoryStore},
    task::{Message, Pair, Role, Task, ToolCall},
};
use futures_lite::future::block_on;
use serde_json::{Value, json};

use crate::asking::{ask, undecided};
use crate::seed::seed_files;

const MENU: &str = r#"[
  {"name": "set_timer", "description": "Set a timer", "parameters": {"type": "object", "properties": {"minutes": {"type": "number", "minimum": 0}, "label": {"type": "string"}}, "required": ["minutes"]}},
  {"name": "add_todo", "description": "Add a to-do", "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}}
]"#;

fn open(store: Rc<dyn AdapterStore>) -> Agent {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    block_on(Agent::open(seed_files(), store, options, |_| {})).unwrap()
}

fn task(query: &str) -> Task {
    Task::new(query, menu_from_json(MENU).unwrap())
}

fn call(name: &str, arguments: Value) -> ToolCall {
    ToolCall { name: name.into(), arguments: arguments.as_object().cloned().unwrap() }
}

/// A decision is asked for, nothing is practised.
fn options(mode: MemoryMode) -> AskOptions {
    AskOptions {
        learn: Learn::Never,
        search: false,
        memory: MemoryOptions { mode, ..MemoryOptions::default() },
        ..AskOptions::default()
    }
}

fn decide(agent: &Agent, query: &str, mode: MemoryMode) -> Decision {
    ask(agent, &task(query), &options(mode)).decision
}

fn act(call: ToolCall) -> Decision {
    Decision::Act { calls: vec![call] }
}

fn teach(agent: &Agent, task: &Task, calls: &[ToolCall], mode: MemoryMode) -> Taught {
    block_on(agent.teach(task, calls, &options(mode))).unwrap()
}

fn wrong(agent: &Agent, query: &str, mode: MemoryMode) -> Taught {
    block_on(agent.feedback(&task(query), &Feedback::Wrong, &options(mode), &Cancel::default(), |_| {})).unwrap()
}

#[test]
fn a_lesson_holds_until_it_is_called_wrong() {
    let store: Rc<dyn AdapterStore> = Rc::new(MemoryStore::new());
    let keep = MemoryMode::Keep;
    let (agent, query) = (open(Rc::clone(&store)), "poke me once 20 minutes are over");
    let timer = |minutes: u32| call("set_timer", json!({"minutes": minutes}));
    assert_ne!(decide(&agent, query, keep), act(timer(20)), "it has to be taught");
    let taught = teach(&agent, &task(query), &[timer(20)], keep);
    let lesson = taught.lesson.expect("it is kept");
    assert_eq!((lesson.query.as_str(), lesson.source, taught.adapter), (query, LessonSource::User, None));

    // Another agent on the same store, as after a reload of the page.
    let agent = open(Rc::clone(&store));
    let trace = ask(&agent, &task("Poke me once 20 minutes are over!"), &options(keep));
    assert_eq!(trace.decision, act(timer(20)));
    assert!(trace.lesson.is_some_and(|lesson| lesson.exact) && trace.judgement.is_some_and(|j| j.certainty == 1.0));
    let trace = ask(&agent, &task("poke me once 35 minutes are over, please"), &options(keep));
    assert_eq!(trace.decision, act(timer(35)));
    assert!(trace.lesson.is_some_and(|lesson| !lesson.exact && lesson.query == query));
    assert!(matches!(decide(&agent, "don't poke me once 35 minutes are over", keep), Decision::Decline));
    // Without the memory, and for another menu, nobody taught anything.
    assert_eq!(ask(&agent, &task(query), &options(MemoryMode::Session)).lesson, None);
    let other = Task::new(query, menu_from_json(MENU).unwrap()[..1].to_vec());
    assert_eq!(ask(&agent, &other, &options(keep)).lesson, None);

    // What it writes and learns by itself overrules no lesson.
    let examples = vec![Pair { query: query.into(), calls: vec![call("add_todo", json!({"text": "minutes"}))] }];
    let practice = AskOptions { learn: Learn::Always, examples, ..options(keep) };
    assert_eq!(ask(&agent, &task(query), &practice).decision, act(timer(20)));

    // The latest lesson for a request is the one that holds.
    let todo = call("add_todo", json!({"text": "20 minutes"}));
    teach(&agent, &task(query), std::slice::from_ref(&todo), keep);
    assert_eq!(decide(&agent, query, keep), act(todo));
    assert_eq!(block_on(agent.lessons(&task("").tools, &options(keep))).unwrap().len(), 1);

    // "Wrong" about a request that only follows the lesson removes the lesson.
    let taught = wrong(&agent, "poke me once 35 minutes are over", keep);
    assert_eq!(taught.forgotten, [query]);
    assert_eq!(ask(&agent, &task(query), &options(keep)).lesson, None);
    assert!(wrong(&agent, query, keep).note.is_some(), "there is nothing left to take back");
}

#[test]
fn no_tool_fits_is_a_lesson_too_and_what_needs_its_context_is_none() {
    let (agent, session) = (open(Rc::new(MemoryStore::new())), MemoryMode::Session);
    teach(&agent, &task("set a timer for nobody: 5 minutes"), &[], session);
    assert_eq!(decide(&agent, "set a timer for nobody: 5 minutes", session), Decision::Decline);

    // The answer to a question is taught for the request that was asked about.
    let timer = call("set_timer", json!({"minutes": 45, "label": "bread"}));
    let user = |text: &str| Message::text(Role::User, text);
    let asked = Message::text(Role::Assistant, "How many minutes?");
    let dialogue = |messages| Task { messages, tools: task("").tools };
    let answered = dialogue(vec![user("the bread goes in"), asked, user("45")]);
    assert_eq!(
        teach(&agent, &answered, std::slice::from_ref(&timer), session).lesson.unwrap().query,
        "the bread goes in"
    );
    assert_eq!(decide(&agent, "the bread goes in", session), act(timer.clone()));
    // The number is that request's alone: for another one it is asked for.
    match decide(&agent, "the pie goes in", session) {
        Decision::Clarify { question } => {
            assert_eq!(question.gaps.len(), 1);
            assert_eq!(question.call, Some(call("set_timer", json!({"label": "pie"}))));
        }
        other => panic!("{other:?}"),
    }

    let changed =
        dialogue(vec![user("the bread goes in"), Message::calling("", vec![timer.clone()]), user("make it 50")]);
    let taught = teach(&agent, &changed, &[timer], session);
    assert!(taught.lesson.is_none() && taught.note.is_some());
    for (task, options) in [(task("x"), undecided()), (task(" "), options(session))] {
        assert_eq!(block_on(agent.teach(&task, &[], &options)).unwrap_err().code(), "InvalidInput");
    }
}

#[test]
fn feedback_trains_on_neighbours_too_and_forgetting_leaves_nothing() {
    let (agent, session) = (open(Rc::new(MemoryStore::new())), MemoryMode::Session);
    let (query, timer) = ("poke me once 20 minutes are over", call("set_timer", json!({"minutes": 20})));
    let (cancel, right) = (Cancel::default(), Feedback::Right { calls: vec![timer] });
    let taught = block_on(agent.feedback(&task(query), &right, &options(session), &cancel, |_| {})).unwrap();
    assert!(taught.lesson.is_some());
    let gate = taught.gate.expect("a neighbour was held back");
    assert!(gate.after > gate.before, "{gate:?}");
    assert!(taught.training.unwrap().steps > 6, "more than the lesson alone was trained on");
    let tools = task("").tools;
    let forgotten = block_on(agent.forget_lesson(&task(query), &options(session), &cancel, |_| {})).unwrap();
    assert_eq!(forgotten.forgotten, [query]);
    assert!(block_on(agent.lessons(&tools, &options(session))).unwrap().is_empty());
    let left = block_on(agent.adapters()).unwrap();
    assert!(left.iter().flat_map(|meta| &meta.lessons).all(|lesson| lesson.query != query), "{left:?}");
}

#[test]
fn a_full_disk_keeps_a_lesson_as_long_as_the_agent_and_damage_is_told() {
    /// A store without room for lessons, or with some that cannot be read.
    struct Broken {
        inner: MemoryStore,
        full: bool,
    }
    #[async_trait::async_trait(?Send)]
    impl AdapterStore for Broken {
        async fn put(&self, record: &autodidact::storage::AdapterRecord) -> autodidact::Result<()> {
            self.inner.put(record).await
        }
        async fn replace(&self, record: &autodidact::storage::AdapterRecord) -> autodidact::Result<bool> {
            self.inner.replace(record).await
        }
        async fn get(&self, name: &str) -> autodidact::Result<autodidact::storage::AdapterRecord> {
            self.inner.get(name).await
        }
        async fn list(&self) -> autodidact::Result<Vec<autodidact::storage::AdapterMeta>> {
            self.inner.list().await
        }
        async fn lessons(&self, menu: &str) -> autodidact::Result<Vec<autodidact::storage::Lesson>> {
            if self.full {
                return self.inner.lessons(menu).await;
            }
            Err(autodidact::Error::Integrity { what: "lessons".into(), reason: "no JSON".into() })
        }
        async fn put_lessons(&self, _: &str, _: &[autodidact::storage::Lesson]) -> autodidact::Result<()> {
            Err(autodidact::Error::QuotaExceeded { reason: "no room".into() })
        }
        async fn delete(&self, name: &str) -> autodidact::Result<()> {
            self.inner.delete(name).await
        }
    }
    let (query, keep) = ("poke me once 20 minutes are over", MemoryMode::Keep);
    let timer = call("set_timer", json!({"minutes": 20}));
    let agent = open(Rc::new(Broken { inner: MemoryStore::new(), full: true }));
    let taught = teach(&agent, &task(query), std::slice::from_ref(&timer), keep);
    assert!(taught.lesson.is_some() && taught.note.unwrap().contains("until this agent is closed"));
    assert_eq!(decide(&agent, query, keep), act(timer));

    let agent = open(Rc::new(Broken { inner: MemoryStore::new(), full: false }));
    let trace = ask(&agent, &task("set a timer for 9 minutes"), &options(keep));
    assert!(trace.note.unwrap().contains("what you taught was not used"));
    assert_eq!(trace.base_answer.calls.len(), 1, "it answers all the same");
}

#[test]
fn the_memory_and_an_adapter_work_together() {
    let agent = open(Rc::new(MemoryStore::new()));
    let pairs = |word: &str| -> Vec<Pair> {
        let pair = |minutes: u32| Pair {
            query: format!("{word} in {minutes}"),
            calls: vec![call("set_timer", json!({"minutes": minutes}))],
        };
        [5, 12, 31, 44].map(pair).to_vec()
    };
    let named = AskOptions { keep: Some("mine".into()), ..undecided() };
    block_on(agent.adapt(&task("x"), &pairs("buzz"), &named, &Cancel::default(), |_| {})).unwrap();
    let zip = block_on(agent.export_adapter("mine", ExportOptions::default())).unwrap();
    block_on(agent.import_adapter("brought", &zip, ImportOptions { session: true, ..ImportOptions::default() }))
        .unwrap();
    let with = |mode| AskOptions { decide: false, adapter: Some("brought".into()), ..options(mode) };
    let answer = |query: &str, mode| ask(&agent, &task(query), &with(mode)).answer.calls;
    let queries = ["buzz in 17", "buzz in 50", "add a to-do: call Ann", "set a timer for 9 minutes"];
    let off: Vec<_> = queries.map(|query| answer(query, MemoryMode::Reset)).into();
    assert_eq!(queries.map(|query| answer(query, MemoryMode::Session)).to_vec(), off);

    // What is learned goes on from it: the adapter of the memory has its rank, and answers what it answers.
    let todo = call("add_todo", json!({"text": "wash the car"}));
    let (right, learning) = (Feedback::Right { calls: vec![todo.clone()] }, with(MemoryMode::Session));
    let query = "jot wash the car down";
    let taught = block_on(agent.feedback(&task(query), &right, &learning, &Cancel::default(), |_| {})).unwrap();
    let adapter = taught.adapter.unwrap_or_else(|| panic!("{:?}", taught.note));
    let trace = ask(&agent, &task(query), &learning);
    assert_eq!(trace.recalled.map(|found| (found.name, found.gate.passed)), Some((adapter.name, true)));
    assert_eq!(trace.answer.calls, [todo]);
    assert_eq!(answer("buzz in 17", MemoryMode::Session), off[0]);
}
