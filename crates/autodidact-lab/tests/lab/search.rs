//! Answers with other tools than the first that came to the model's mind.

use std::rc::Rc;

use autodidact::{
    agent::{Agent, AskOptions, Learn, OpenOptions},
    backend::BackendChoice,
    calls::values_grounded,
    inference::{Cancel, Finish, Sampling, Stop},
    storage::MemoryStore,
    task::Pair,
};
use autodidact_lab::taskgen::{Generator, GeneratorConfig, Split};
use futures_lite::future::block_on;

use crate::{
    asking::{ask, undecided},
    common::cases,
    seed::seed_files,
};

fn agent() -> Agent {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    block_on(Agent::open(seed_files(), Rc::new(MemoryStore::new()), options, |_| {})).unwrap()
}

#[test]
fn the_search_mends_more_than_it_harms() {
    let agent = agent();
    let mut generator = Generator::new(Split::UnseenTools, 21, GeneratorConfig::default());
    let options = AskOptions { dry_run: true, ..undecided() };
    let (mut unsure, mut mended, mut harmed) = (0, 0, 0);
    let tasks = cases(120, 2_400);
    for _ in 0..tasks {
        let example = generator.sample();
        let task = example.task();
        let trace = ask(&agent, &task, &options);
        assert!(trace.training.is_none() && trace.restored);
        let Some(search) = trace.search else {
            assert!(!trace.uncertainty.unsure);
            assert_eq!(trace.answer, trace.base_answer);
            continue;
        };
        unsure += 1;
        assert!(trace.uncertainty.unsure && search.tried.len() <= 4);
        let first = trace.base_answer.calls.first().map(|call| &call.name);
        assert!(search.tried.iter().all(|name| Some(name) != first && task.tool(name).is_some()));
        match &search.tool {
            Some(tool) => {
                assert!(search.tried.contains(tool) && trace.answer.error.is_none());
                assert!(!trace.answer.calls.is_empty() && trace.answer.calls.iter().all(|call| call.name == *tool));
                // What stood in the task is not given up for what does not.
                let stands = |calls: &[_]| {
                    values_grounded(&Pair { query: task.query().to_owned(), calls: calls.to_vec() }, &task.tools)
                };
                assert!(stands(&trace.answer.calls) || !stands(&trace.base_answer.calls));
            }
            None => assert_eq!(trace.answer, trace.base_answer),
        }
        assert!(!search.accepted || search.certainty >= trace.uncertainty.threshold);
        let right = |calls: &[_]| calls == example.calls;
        mended += usize::from(right(&trace.answer.calls) && !right(&trace.base_answer.calls));
        harmed += usize::from(!right(&trace.answer.calls) && right(&trace.base_answer.calls));
    }
    println!("MEASURED search, n = {tasks}: {unsure} unsure, {mended} mended, {harmed} harmed");
    assert!(mended > harmed, "{mended} mended, {harmed} harmed");
}

#[test]
fn the_search_can_be_left_out() {
    let agent = agent();
    let task = Generator::new(Split::UnseenTools, 22, GeneratorConfig::default()).sample().task();
    let options = AskOptions { learn: Learn::Always, dry_run: true, ..undecided() };
    assert!(ask(&agent, &task, &options).search.is_some());
    for options in
        [AskOptions { search: false, ..options.clone() }, AskOptions { constrained: false, ..options.clone() }]
    {
        let trace = ask(&agent, &task, &options);
        assert!(trace.search.is_none());
        assert_eq!(trace.answer, trace.base_answer);
    }
}

#[test]
fn what_is_too_improbable_is_left() {
    let agent = agent();
    let task = Generator::new(Split::UnseenTools, 23, GeneratorConfig::default()).sample().task();
    let cancel = Cancel::default();
    let session = agent.model().session(None, &cancel);
    block_on(async {
        let prefix = session.prefill(&agent.model().prompt(&task).unwrap()).await.unwrap();
        let write = async |least: f32| {
            let stop = Stop { least, ..Stop::at(agent.model().eos(), 64) };
            session.generate(&prefix, Sampling::GREEDY, &stop, None, |_| Ok(())).await.unwrap()
        };
        let whole = write(f32::NEG_INFINITY).await;
        let sum: f32 = whole.log_probs.iter().sum();
        assert_ne!(whole.finish, Finish::Unlikely);
        assert_eq!(write(sum - 0.01).await.ids, whole.ids);
        let cut = write(sum + 0.01).await;
        assert_eq!(cut.finish, Finish::Unlikely);
        assert!(whole.ids.starts_with(&cut.ids) && cut.log_probs.iter().sum::<f32>() < sum + 0.01);
    });
}
