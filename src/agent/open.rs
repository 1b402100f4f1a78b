//! Opening an agent.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::{Agent, Event, Memory, Model, ModelFiles, Phase};
use crate::{
    backend::{self, BackendChoice, BackendKind},
    error::Result,
    model::{Dtype, self_test},
    storage::AdapterStore,
};

/// How an agent is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OpenOptions {
    /// Which backend.
    pub backend: BackendChoice,
    /// Take a software GPU too (tests).
    pub force_software_gpu: bool,
    /// How the weights are held in memory.
    pub dtype: Dtype,
}

impl Agent {
    /// Loads a model onto a backend. A GPU that fails its self-test is refused, or passed over for the CPU when the
    /// choice was automatic.
    ///
    /// # Errors
    /// Errors of the configuration, the tokenizer, the checkpoint and the backend.
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
        let model = Model::read(files, options.dtype, &device).await?;
        Ok(Self { model: Rc::new(model), memory: Rc::new(Memory::new(store)), backend: report })
    }
}
