//! Templates and tokenizers against transformers and tokenizers, by the fixtures of `reference/make_text.py`.
//!
//! The real models' files are not in the repository: they are looked for in `../shared/hf`, and each one that is not
//! there is named on stderr. The synthetic tokenizers of `text_synthetic.json` need nothing else.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use autodidact::calls::CallFormat;
use autodidact::prompt::{ChatTemplate, PromptBuilder, SEED_TEMPLATE, SynthesisStyle};
use autodidact::task::{Message, Tool, ToolCall};
use autodidact::tokenizer::Tokenizer;
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn fixture(name: &str) -> Value {
    let path = fixtures().join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&bytes).unwrap()
}

/// Dialogues and menu that all fixtures render.
struct Inputs {
    all: Value,
    tools: Vec<Tool>,
}

impl Inputs {
    fn load() -> Self {
        let all = fixture("text_dialogues.json");
        let tools = serde_json::from_value(all["tools"].clone()).unwrap();
        Self { all, tools }
    }

    fn messages(&self, dialogue: &Value) -> Vec<Message> {
        serde_json::from_value(self.all["dialogues"][dialogue.as_str().unwrap()].clone()).unwrap()
    }

    /// Renders all cases of a model; returns how many texts and how many lists of ids were compared.
    fn check(&self, model: &str, cases: &Value, template: &ChatTemplate, tokenizer: &Tokenizer) -> (usize, usize) {
        let template = template.clone().with_unix_time(self.all["now"].as_u64().unwrap());
        let (mut texts, mut lists) = (0, 0);
        for case in cases.as_array().unwrap() {
            let extra: Vec<(&str, Value)> =
                case["extra"].as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
            let tools = if case["tools"] == true { self.tools.as_slice() } else { &[] };
            let messages = self.messages(&case["dialogue"]);
            let rendered = template.render(&messages, tools, case["generate"] == true, &extra);
            texts += 1;
            let Some(text) = case["text"].as_str() else {
                assert_eq!(rendered.unwrap_err().code(), "TemplateError", "{model}: {}", case["dialogue"]);
                continue;
            };
            assert_eq!(rendered.unwrap(), text, "{model}: {}", case["dialogue"]);
            if let Some(ids) = case["ids"].as_array() {
                assert_eq!(tokenizer.encode(text).unwrap(), numbers(ids), "{model}: {}", case["dialogue"]);
                lists += 1;
            }
        }
        (texts, lists)
    }
}

fn numbers(ids: &[Value]) -> Vec<u32> {
    ids.iter().map(|id| id.as_u64().unwrap() as u32).collect()
}

/// `[text, ids, decoded without special tokens, decoded with them]`.
fn check_texts(model: &str, texts: &Value, tokenizer: &Tokenizer) {
    for row in texts.as_array().unwrap() {
        let text = row[0].as_str().unwrap();
        let ids = numbers(row[1].as_array().unwrap());
        assert_eq!(tokenizer.encode(text).unwrap(), ids, "{model}: {text:?}");
        for (skip, expected) in [(true, &row[2]), (false, &row[3])] {
            assert_eq!(tokenizer.decode(&ids, skip).unwrap(), expected.as_str().unwrap(), "{model}: {text:?}");
            let mut stream = tokenizer.stream_with(skip);
            let mut streamed: String = ids.iter().filter_map(|&id| stream.push(id).unwrap()).collect();
            streamed.push_str(&stream.finish().unwrap().unwrap_or_default());
            assert_eq!(streamed, expected.as_str().unwrap(), "{model}: stream of {text:?}");
        }
    }
}

#[test]
fn synthetic_tokenizers_and_templates() {
    let inputs = Inputs::load();
    for model in fixture("text_synthetic.json")["models"].as_array().unwrap() {
        let name = model["name"].as_str().unwrap();
        let tokenizer = Tokenizer::from_bytes(&serde_json::to_vec(&model["tokenizer"]).unwrap()).unwrap();
        let config = serde_json::to_vec(&model["config"]).unwrap();
        let jinja = model["template"].as_str().unwrap_or(SEED_TEMPLATE);
        let template = ChatTemplate::from_config(Some(&config), Some(jinja)).unwrap();
        check_texts(name, &model["texts"], &tokenizer);
        let (texts, lists) = inputs.check(name, &model["cases"], &template, &tokenizer);
        assert!(texts >= 5);
        eprintln!(
            "{name}: {texts} dialogues, {lists} lists of ids, {} texts",
            model["texts"].as_array().unwrap().len()
        );
        // An answer behind its prompt is what one text of both would be.
        for text in ["<tool_call>\n{\"name\": \"f\"}", "{\"name\": \"find_hotel\"", "f(city=1)"] {
            let prompt = "Where to?\n";
            let whole = tokenizer.encode(&format!("{prompt}{text}")).unwrap();
            let parts = [tokenizer.encode(prompt).unwrap(), tokenizer.encode_continuation(text).unwrap()].concat();
            assert_eq!(whole, parts, "{name}: {text}");
        }
        let format = CallFormat::detect(jinja, None);
        assert_eq!(
            format,
            match name {
                "llama3" => CallFormat::Llama3Json,
                "gpt2" => CallFormat::Pythonic,
                _ => CallFormat::Hermes,
            }
        );
    }
}

fn real_model(folder: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/hf").join(folder);
    let (Ok(tokenizer), Ok(config)) =
        (std::fs::read(dir.join("tokenizer.json")), std::fs::read(dir.join("tokenizer_config.json")))
    else {
        // Not eprintln, which the test harness swallows when the test passes.
        #[expect(clippy::explicit_write, reason = "see above")]
        writeln!(std::io::stderr(), "SKIPPED {folder}: {} is not there; its ids were NOT compared", dir.display())
            .unwrap();
        return;
    };
    let inputs = Inputs::load();
    let expected = fixture(&format!("text_{folder}.json"));
    let tokenizer = Tokenizer::from_bytes(&tokenizer).unwrap();
    let template = ChatTemplate::from_config(Some(&config), None).unwrap();
    check_texts(folder, &expected["texts"], &tokenizer);
    let (texts, lists) = inputs.check(folder, &expected["cases"], &template, &tokenizer);
    eprintln!("{folder}: {texts} dialogues, {lists} lists of ids");
    assert!(texts >= 10 && lists >= 10);

    // What is scored for a candidate is what the model would write, token for token.
    for format in [CallFormat::Hermes, CallFormat::Llama3Json] {
        for tool in &inputs.tools {
            let call = ToolCall { name: tool.name.clone(), arguments: serde_json::Map::new() };
            let whole = tokenizer.encode(&format.render(&[call])).unwrap();
            let text = format!("{}{}{}", format.opener(), tool.name, format.name_boundary());
            let prefix = tokenizer.encode(&text).unwrap();
            assert!(whole.starts_with(&prefix), "{folder}: {text}");
        }
    }

    // Whatever the template knows, the builder's prompt shows the menu and asks for the answer.
    let builder = PromptBuilder::from_config(Some(&config), None).unwrap();
    assert_eq!((builder.format(), builder.style()), (CallFormat::Hermes, SynthesisStyle::Instructed));
    for dialogue in ["plain", "results", "one_result"] {
        let messages = inputs.messages(&dialogue.into());
        let prompt = builder.answer_prompt(&autodidact::task::Task { messages, tools: inputs.tools.clone() }).unwrap();
        for tool in &inputs.tools {
            assert!(prompt.contains(&tool.name), "{folder}: {dialogue}: {prompt}");
        }
        let start = prompt.rfind("<|im_start|>assistant\n").unwrap();
        assert!(matches!(&prompt[start + 22..], "" | "<think>\n\n</think>\n\n"), "{prompt}");
        if dialogue != "plain" {
            assert!(prompt.contains("<tool_response>\n") && prompt.contains("<tool_call>\n{\"name\": \""), "{prompt}");
        }
    }
}

#[test]
fn qwen2_5() {
    real_model("qwen2.5-0.5b-instruct");
}

#[test]
fn qwen3() {
    real_model("qwen3-1.7b");
}

#[test]
fn smollm() {
    real_model("smollm-360m-instruct");
}
