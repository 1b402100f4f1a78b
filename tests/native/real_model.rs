//! A real model, SmolLM2-135M-Instruct with weights of four bits, against `transformers` on the same file (`reference/make_real.py`), and as
//! somebody uses it. `scripts/setup.sh model` gets the file.

use std::{path::PathBuf, rc::Rc};

use autodidact::{
    adaptation::AdaptationConfig,
    agent::{Agent, CompletionOptions, OpenOptions, Training},
    backend::{BackendChoice, readback},
    calls::check_call,
    inference::{Cancel, Sampling, Session, Stop},
    model::{Decoder, ModelFiles, Tokens},
    nn::weight::Arithmetic,
    storage::MemoryStore,
    task::{Message, Pair, Task, Tool, ToolCall},
};
use serde_json::{Value, json};

use crate::common::{Worst, block_on, bytes, fixtures, ids, numbers};
use crate::programs;

const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
/// Logits with activations in f32: `transformers` with other kernels differs from itself by 1e-4.
const LOGITS: f64 = 1e-3;
/// Mean Kullback-Leibler divergence of the products on integers from those in f32, in nats. llama.cpp has 5e-3 on this file and text.
const DIVERGENCE: f64 = 1e-5;
/// Share of the positions whose first token must be the same on integers.
const SAME_FIRST: f64 = 0.99;

/// The file of the model; `None`, said on stderr, where one does without by name.
pub fn path() -> Option<PathBuf> {
    if std::env::var_os("AUTODIDACT_NO_REAL_MODEL").is_some() {
        programs::skipped("AUTODIDACT_NO_REAL_MODEL is set");
        return None;
    }
    let path = programs::cache().join("models").join(FILE);
    assert!(
        path.exists(),
        "no {}; scripts/setup.sh model gets it, and AUTODIDACT_NO_REAL_MODEL=1 does without",
        path.display()
    );
    Some(path)
}

fn file() -> Option<Vec<u8>> {
    path().map(|path| bytes(&path))
}

pub fn agent(file: Vec<u8>) -> Agent {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    let files = ModelFiles::from_gguf("smollm2", vec![file.into()]).unwrap();
    block_on(Agent::open(files, Rc::new(MemoryStore::new()), options, |_| {})).unwrap()
}

fn reference() -> Value {
    serde_json::from_slice(&bytes(&fixtures().join("smollm2.json"))).unwrap()
}

/// Logits of all tokens, row by row, a hundred at a time.
fn each_row(decoder: &Decoder, tokens: &[u32], mut see: impl FnMut(usize, &[f32])) {
    const ROWS: usize = 100;
    let mut cache = decoder.cache(tokens.len());
    let hidden = decoder.forward(&Tokens::single(tokens), Some(&mut cache), None);
    for first in (0..tokens.len()).step_by(ROWS) {
        let rows: Vec<u32> = (first..tokens.len().min(first + ROWS)).map(|row| row as u32).collect();
        let logits = block_on(readback(decoder.logits(hidden.clone(), &rows))).unwrap();
        for (row, logits) in rows.iter().zip(logits.chunks_exact(decoder.config().vocab_size)) {
            see(*row as usize, logits);
        }
    }
}

fn first(logits: &[f32]) -> u32 {
    (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap() as u32
}

fn log_sum_exp(logits: &[f32]) -> f64 {
    let most = f64::from(logits.iter().copied().fold(f32::MIN, f32::max));
    most + logits.iter().map(|x| (f64::from(*x) - most).exp()).sum::<f64>().ln()
}

/// `sum p (ln p - ln q)`
fn divergence(p: &[f32], q: &[f32]) -> f64 {
    let (all_p, all_q) = (log_sum_exp(p), log_sum_exp(q));
    let term = |(p, q): (&f32, &f32)| {
        let (p, q) = (f64::from(*p) - all_p, f64::from(*q) - all_q);
        p.exp() * (p - q)
    };
    p.iter().zip(q).map(term).sum()
}

#[test]
fn tokens_prompts_and_logits_are_those_of_transformers() {
    let Some(file) = file() else { return };
    let (agent, theirs) = (agent(file), reference());
    let model = agent.model();
    for given in theirs["texts"].as_array().unwrap() {
        let text = given["text"].as_str().unwrap();
        assert_eq!(model.tokenizer().encode(text).unwrap(), ids(&given["ids"]), "{text:?}");
    }
    let licence = bytes(&fixtures().join("../..").join(theirs["text"].as_str().unwrap()));
    let tokens = ids(&theirs["ids"]);
    let ours = model.tokenizer().encode(&String::from_utf8(licence).unwrap()).unwrap();
    assert_eq!(ours[..tokens.len()], tokens);
    let dialogue: Vec<Message> = serde_json::from_value(theirs["dialogue"].clone()).unwrap();
    let prompt = model.prompts().answer_prompt(&Task { messages: dialogue, tools: Vec::new() }).unwrap();
    assert_eq!(prompt, theirs["prompt"]);

    // In f32.
    let floats = model.decoder().with_arithmetic(Arithmetic::Floats);
    let (positions, firsts) = (ids(&theirs["positions"]), ids(&theirs["first"]));
    let gaps = numbers(&theirs["first_over_second"]);
    let mut worst = Worst::new("logits", LOGITS);
    let mut exact: Vec<Vec<f32>> = Vec::new();
    each_row(&floats, &tokens, |row, logits| {
        if let Some(at) = positions.iter().position(|position| *position as usize == row) {
            let best = ids(&theirs["best_ids"][at]);
            let ours: Vec<f32> = best.iter().map(|id| logits[*id as usize]).collect();
            worst.elements(&ours, &numbers(&theirs["best_logits"][at]), &format!("position {row}"));
            let (ours, theirs) = (log_sum_exp(logits), theirs["log_sum_exp"][at].as_f64().unwrap());
            worst.add((ours - theirs).abs(), format!("position {row}, all logits"));
        }
        if gaps[row] > 2.0 * LOGITS as f32 {
            assert_eq!(first(logits), firsts[row], "first token at {row}");
        }
        exact.push(logits.to_vec());
    });
    worst.check();

    // On integers.
    let (mut sum, mut same) = (0.0, 0);
    each_row(model.decoder(), &tokens, |row, logits| {
        sum += divergence(&exact[row], logits);
        same += usize::from(first(logits) == first(&exact[row]));
    });
    let (mean, share) = (sum / tokens.len() as f64, same as f64 / tokens.len() as f64);
    println!("on integers: mean divergence {mean:.6} nats, the same first token at {:.1} %", 100.0 * share);
    assert!(mean <= DIVERGENCE, "{mean}");
    assert!(share >= SAME_FIRST, "{share}");

    // Greedily written text.
    let asked = Task::new(theirs["question"].as_str().unwrap(), Vec::new());
    let cancel = Cancel::default();
    let session = Session::new(&floats, None, &cancel);
    let expected = ids(&theirs["answer"]);
    let written = block_on(async {
        let prefix = session.prefill(&model.prompt(&asked)?).await?;
        session.generate(&prefix, Sampling::GREEDY, &Stop::at(&[], expected.len()), None, |_| Ok(())).await
    });
    assert_eq!(written.unwrap().ids, expected);
}

fn menu() -> Vec<Tool> {
    let tool = |name: &str, description: &str, property: &str, kind: &str| {
        let parameters = json!({"type": "object", "properties": {property: {"type": kind}}, "required": [property]});
        Tool { name: name.into(), description: description.into(), parameters, annotations: None }
    };
    vec![
        tool("set_timer", "Set a timer", "minutes", "integer"),
        tool("add_note", "Add a note", "text", "string"),
        tool("get_weather", "The weather of a city", "city", "string"),
    ]
}

#[test]
fn it_answers_calls_tools_and_learns() {
    let Some(file) = file() else { return };
    let (agent, cancel) = (agent(file), Cancel::default());
    let complete =
        |task: &Task| block_on(agent.complete(task, &CompletionOptions::default(), &cancel, |_| {})).unwrap();
    let said = complete(&Task::new("What is the capital of France? Answer with one word.", Vec::new())).answer.text;
    assert!(said.contains("Paris"), "{said}");

    let asked = |query: &str| Task::new(query, menu());
    let first = complete(&asked("Set a timer for 7 minutes"));
    assert!(first.answer.calls.iter().all(|call| check_call(call, &menu()).is_ok()), "{first:?}");
    let second = complete(&asked("What is the weather in Oslo?"));
    assert!(second.known_tokens > 100 && second.known_tokens > second.prompt_tokens / 2, "{second:?}");

    // Two pairs, behind a menu that is known.
    let model = agent.model();
    let pair = |minutes: u32| Pair {
        query: format!("Set a timer for {minutes} minutes"),
        calls: vec![ToolCall {
            name: "set_timer".into(),
            arguments: json!({"minutes": minutes}).as_object().cloned().unwrap(),
        }],
    };
    let config =
        AdaptationConfig { activated: true, learning_rate: 1e-3, steps: Some(4), ..AdaptationConfig::default() };
    let examples = model.examples(&asked(""), &[pair(3), pair(20)]).unwrap();
    let lengths: usize = examples.iter().map(|example| example.prompt.len() + example.response.len()).sum();
    let training = Training { examples, start: None, config: &config, seed: 1 };
    let trained = block_on(model.train(training, &cancel, |_| {})).unwrap();
    let losses = &trained.report.losses;
    assert!(losses[3] < 0.7 * losses[1] && losses[2] < 0.7 * losses[0], "{losses:?}");
    assert!(trained.report.tokens < lengths, "{} of {lengths} tokens, twice", trained.report.tokens);
    assert!(block_on(model.is_unchanged()).unwrap());
}
