//! Opening an agent.

use std::rc::Rc;

use serde_json::Value;

use super::{Agent, Event, ModelFiles, ModelReport, Phase};
use crate::{
    backend::{self, BackendChoice, BackendKind},
    error::{Error, Result},
    model::{self, ModelConfig, config::token_ids, export, self_test},
    platform::safetensors::SafetensorsFile,
    storage::AdapterStore,
    tokenizer::{PromptBuilder, Tokenizer},
};

/// How an agent is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// Which backend.
    pub backend: BackendChoice,
    /// Take a software GPU too (tests).
    pub force_software_gpu: bool,
}

impl Agent {
    /// Loads a model onto a backend. A GPU that fails its self-test is refused, or passed over for the CPU when the
    /// choice was automatic.
    ///
    /// # Errors
    /// Those of the configuration, the tokenizer, the checkpoint and the backend.
    pub async fn open(
        files: ModelFiles,
        store: Rc<dyn AdapterStore>,
        options: OpenOptions,
        mut on_event: impl FnMut(Event),
    ) -> Result<Self> {
        let (mut device, mut report) = backend::open(options.backend, options.force_software_gpu).await?;
        if report.kind == BackendKind::WebGpu {
            on_event(Event::Phase { phase: Phase::SelfTest });
            match self_test::run(&device).await {
                Ok(passed) => report.self_test = Some(passed),
                Err(error) if options.backend == BackendChoice::Auto => {
                    (device, report) = backend::open(BackendChoice::Cpu, false).await?;
                    report.reason = format!("the GPU was passed over: {error}");
                }
                Err(error) => return Err(error),
            }
        }
        on_event(Event::Backend { report: report.clone() });

        on_event(Event::Phase { phase: Phase::Load });
        let config = ModelConfig::from_json(&files.config)?;
        let tokenizer = Tokenizer::from_bytes(&files.tokenizer)?;
        if tokenizer.vocab_size() > config.vocab_size {
            let reason =
                format!("it has {} tokens, the model's embedding only {}", tokenizer.vocab_size(), config.vocab_size);
            return Err(Error::Tokenizer { reason });
        }
        let prompts = PromptBuilder::from_config(files.tokenizer_config.as_deref(), files.chat_template.as_deref())?;
        let eos = end_of_turn(&config, &files, &tokenizer, &prompts);
        let end = eos.first().copied();
        let parsed: Vec<SafetensorsFile<'_>> =
            files.shards.iter().map(|s| SafetensorsFile::parse(s)).collect::<Result<_>>()?;
        let model = ModelReport {
            name: files.name.clone(),
            family: config.family.model_type().into(),
            parameters: config.parameters() as u64,
            context: config.context,
            vocab: config.vocab_size,
            fingerprint: String::new(),
            bytes: files.shards.iter().map(|s| s.len() as u64).sum(),
        };
        let model::Loaded { decoder, fingerprint } = model::load(config, &parsed, &device)?;
        let checksum = export::checksum(&decoder).await?;
        let model = ModelReport { fingerprint, ..model };
        Ok(Self { decoder, tokenizer, prompts, eos, end, checksum, backend: report, model, store })
    }
}

/// All ids that the model's files name as the end of a turn, as far as the vocabulary reaches. The first is the one that
/// the model itself writes: the tokenizer's, since the others are also ends of documents.
fn end_of_turn(config: &ModelConfig, files: &ModelFiles, tokenizer: &Tokenizer, prompts: &PromptBuilder) -> Vec<u32> {
    let mut eos: Vec<u32> = Vec::new();
    eos.extend(prompts.template().special_token("eos_token").and_then(|token| tokenizer.token_to_id(token)));
    let generation = files.generation_config.as_deref().and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
    eos.extend(token_ids(generation.as_ref().and_then(|g| g.get("eos_token_id"))));
    eos.extend(&config.eos);
    let mut seen = std::collections::HashSet::new();
    eos.retain(|id| (*id as usize) < config.vocab_size && seen.insert(*id));
    eos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokenizers_own_end_of_turn_is_trained() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("model/seed");
        let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
        let tokenizer = Tokenizer::from_bytes(&read("tokenizer.json")).unwrap();
        let prompts = PromptBuilder::from_config(Some(&read("tokenizer_config.json")), None).unwrap();
        let mut config = ModelConfig::from_json(&read("config.json")).unwrap();
        // Several ends, as in Qwen2.5, and one that is no token at all.
        config.eos = vec![5, 9_999_999];
        let generation_config = Some(br#"{"eos_token_id": [7, 5]}"#.to_vec());
        let files = ModelFiles { generation_config, ..ModelFiles::default() };
        let end = tokenizer.token_to_id("<|end|>").unwrap();
        assert_eq!(end_of_turn(&config, &files, &tokenizer, &prompts), [end, 7, 5]);
    }
}
