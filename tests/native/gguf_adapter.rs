//! Adapters as GGUF files: they change the weights as PEFT does, and llama.cpp loads them and says what this crate computes.

use std::path::{Path, PathBuf};

use autodidact::{
    adaptation::{AdaptationConfig, TrainingExample},
    adapter::{Adapter, PeftAdapter, gguf::to_gguf},
    agent::{Model, Training},
    backend,
    format::FloatType,
    identity::Base,
    inference::{Cancel, Sampling, Session, Stop},
    model::{Decoder, LoraWeights, ModelFiles, Tokens},
    nn::weight::Arithmetic,
    task::Task,
};
use serde_json::{Value, json};

use crate::common::{block_on, bytes, fixtures, ids, logits, reference};
use crate::{lora_parity, programs, real_model};

/// Fixtures of adapters, with the mean divergence of llama.cpp from this crate that is accepted, in nats.
const CASES: [(&str, f64); 4] =
    [("lora_llama", FLOATS), ("lora_qwen3", FLOATS), ("lora_qwen2_mixed", BLOCKS), ("alora_qwen2_mixed", BLOCKS)];
/// On weights in f32: rounding alone, without an adapter too. One that is left out makes a divergence of 1.
const FLOATS: f64 = 1e-5;
/// On quantized weights, with which llama.cpp multiplies activations of eight bits.
const BLOCKS: f64 = 5e-3;

/// A model in a GGUF file, with an adapter for it.
struct Case {
    base: PathBuf,
    /// The checkpoint that it was made of.
    checkpoint: PathBuf,
    decoder: Decoder,
    weights: Base,
    peft: PeftAdapter,
    /// Tokens, from the invocation of an activated adapter on.
    tokens: Vec<u32>,
}

impl Case {
    fn open(name: &str) -> Self {
        let reference = reference(name);
        let base_name = reference["base"].as_str().unwrap();
        let base = fixtures().join("gguf").join(format!("{base_name}.gguf"));
        let parts = ModelFiles::from_gguf("base", vec![bytes(&base).into()]).unwrap().read(&backend::cpu()).unwrap();
        let file = |file: &str| bytes(&fixtures().join(name).join("final").join(file));
        let mut peft =
            PeftAdapter::from_bytes(&file("adapter_config.json"), &file("adapter_model.safetensors")).unwrap();
        // Four times as loud as it was trained, so that nothing is mistaken for it.
        peft.config.alpha *= 4.0;
        let mut tokens = ids(&reference["logits"]["input_ids"][0]);
        if let Some(first) = peft.config.invocation.first() {
            tokens.drain(..tokens.iter().position(|id| id == first).unwrap());
        }
        let (decoder, weights) = (parts.decoder.with_arithmetic(Arithmetic::Floats), parts.base);
        Self { base, checkpoint: fixtures().join(base_name), decoder, weights, peft, tokens }
    }

    fn gguf(&self, peft: &PeftAdapter, dtype: FloatType) -> Vec<u8> {
        to_gguf(peft, "case", self.decoder.config(), &self.weights, dtype).unwrap()
    }

    /// Logits behind each token.
    fn logits(&self, lora: Option<&LoraWeights>) -> Vec<Vec<f32>> {
        let positions: Vec<u32> = (0..self.tokens.len() as u32).collect();
        let all = logits(&self.decoder, &Tokens::single(&self.tokens), &positions, lora);
        all.chunks_exact(self.decoder.config().vocab_size).map(<[f32]>::to_vec).collect()
    }

    /// What llama.cpp should compute with the adapter.
    fn distributions(&self, name: &str, accepted: f64, peft: &PeftAdapter, adapter: &Path) -> Value {
        let decoder = &self.decoder;
        let lora = Adapter::from_peft(peft, decoder.config(), &self.weights, decoder.device()).unwrap();
        json!({
            "name": name,
            "base": self.base,
            "adapter": adapter,
            "tokens": self.tokens,
            "with": self.logits(Some(&lora.weights)),
            "without": self.logits(None),
            "divergence": accepted,
        })
    }
}

/// The adapter as it is when its numbers are of that type.
fn rounded(peft: &PeftAdapter, dtype: FloatType) -> PeftAdapter {
    let (config, weights) = peft.to_bytes_as(dtype).unwrap();
    PeftAdapter::from_bytes(&config, &weights).unwrap()
}

#[test]
fn weights_change_as_in_peft() {
    let Some(python) = programs::python() else { return };
    for (name, _) in CASES {
        let case = Case::open(name);
        let mixed = lora_parity::mixed(case.peft.clone());
        let kinds = [(&case.peft, FloatType::F32), (&case.peft, FloatType::F16), (&mixed, FloatType::F32)];
        let folders = kinds.map(|(peft, dtype)| {
            let folder = tempfile::tempdir().unwrap();
            let path = |file: &str| folder.path().join(file);
            let (config, weights) = peft.to_bytes().unwrap();
            std::fs::write(path("adapter_config.json"), config).unwrap();
            std::fs::write(path("adapter_model.safetensors"), weights).unwrap();
            std::fs::write(path("adapter.gguf"), case.gguf(peft, dtype)).unwrap();
            folder
        });
        let [plain, half, mixed] = folders.each_ref().map(tempfile::TempDir::path);
        programs::check(&python, "check_gguf_adapter.py", &[&case.checkpoint, plain, half, mixed]);
    }
}

/// The first tokens of a model's greedy answer.
fn answer(model: &Model, prompt: &[u32], length: usize, lora: Option<&LoraWeights>) -> Vec<u32> {
    let cancel = Cancel::default();
    let session = Session::new(model.decoder(), lora, &cancel);
    let written = block_on(async {
        let prefix = session.prefill(prompt).await?;
        session.generate(&prefix, Sampling::GREEDY, &Stop::at(&[], length), None, |_| Ok(())).await
    });
    written.unwrap().ids
}

/// What llama.cpp should answer with an adapter that taught a real model something wrong.
fn taught(base: &Path, adapter: &Path) -> Value {
    let agent = real_model::agent(bytes(base));
    let model = agent.model();
    let asked = Task::new("What is the capital of France? Answer with one word.", Vec::new());
    let prompt = model.prompt(&asked).unwrap();
    let mut response = model.tokenizer().encode_continuation("Vilnius").unwrap();
    response.extend(model.eos().first());
    let length = response.len();
    let config = AdaptationConfig { learning_rate: 1e-3, steps: Some(8), ..AdaptationConfig::default() };
    let examples = vec![TrainingExample { prompt: prompt.clone(), response }];
    let training = Training { examples, start: None, config: &config, seed: 1 };
    let trained = block_on(model.train(training, &Cancel::default(), |_| {})).unwrap().adapter;
    let (shape, report) = (model.decoder().config(), model.report());
    let peft = block_on(trained.to_peft(shape, &report.name, model.base())).unwrap();
    std::fs::write(adapter, to_gguf(&peft, "taught", shape, &model.base(), FloatType::F16).unwrap()).unwrap();
    json!({
        "name": format!("{}, trained, F16", base.file_name().unwrap().display()),
        "base": base,
        "adapter": adapter,
        "prompt": prompt,
        "with": answer(model, &prompt, length, Some(&trained.weights)),
        "without": answer(model, &prompt, length, None),
    })
}

#[test]
fn llama_cpp_says_the_same() {
    let Some(packages) = programs::llama_cpp() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut distributions = Vec::new();
    for (name, accepted) in CASES {
        let case = Case::open(name);
        for (kind, peft) in
            [("", case.peft.clone()), (", ranks and alphas by module", lora_parity::mixed(case.peft.clone()))]
        {
            for dtype in FloatType::ALL {
                let name = format!("{name}{kind}, {}", dtype.name());
                let path = folder.path().join(format!("{}.gguf", distributions.len()));
                std::fs::write(&path, case.gguf(&peft, dtype)).unwrap();
                distributions.push(case.distributions(&name, accepted, &rounded(&peft, dtype), &path));
            }
        }
    }
    // The models in AUTODIDACT_MODELS too, paths as in PATH.
    let more = std::env::var_os("AUTODIDACT_MODELS").unwrap_or_default();
    let bases = real_model::path().into_iter().chain(std::env::split_paths(&more).filter(|path| path.is_file()));
    let answers: Vec<Value> =
        bases.enumerate().map(|(at, base)| taught(&base, &folder.path().join(format!("taught{at}.gguf")))).collect();
    let input = folder.path().join("input.json");
    std::fs::write(&input, json!({"distributions": distributions, "answers": answers}).to_string()).unwrap();
    programs::check_with_llama_cpp(&packages, &input);
}
