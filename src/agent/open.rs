//! Opening an agent.

use std::{cell::OnceCell, rc::Rc};

use super::{
    Agent, Event, ModelFiles, ModelReport, Phase,
    calibration::Certainties,
    gate::{Canaries, Checked},
};
use crate::{
    backend::{self, BackendChoice, BackendKind},
    error::Result,
    model::{ModelParts, export, self_test},
    storage::{AdapterStore, MemoryStore},
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
        if report.kind != BackendKind::Cpu {
            on_event(Event::Phase { phase: Phase::SelfTest });
            match self_test::run(&device, report.kind).await {
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
        let bytes = files.shards.iter().map(|s| s.len() as u64).sum();
        let ModelParts { decoder, fingerprint, tokenizer, prompts, eos } = files.read(&device)?;
        let end = eos.first().copied();
        let config = decoder.config();
        let model = ModelReport {
            name: files.name,
            family: config.family.model_type().into(),
            parameters: config.parameters() as u64,
            context: config.context,
            vocab: config.vocab_size,
            fingerprint,
            bytes,
        };
        let checksum = export::checksum(&decoder).await?;
        Ok(Self {
            decoder,
            tokenizer,
            prompts,
            eos,
            end,
            checksum,
            backend: report,
            model,
            store,
            session_store: Rc::new(MemoryStore::new()),
            checked: Checked::default(),
            vocabulary: OnceCell::new(),
            canaries: Canaries::default(),
            certainties: Certainties::default(),
        })
    }
}
