//! Stored adapters as files for other programs.

use serde::{Deserialize, Serialize};

use super::Memory;
use crate::{
    adapter::{PeftAdapter, gguf::to_gguf},
    agent::model::Model,
    error::Result,
    format::FloatType,
    storage::{AdapterRecord, archive},
};

/// Which file an adapter becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// A zip that unpacks to a PEFT directory.
    #[default]
    Peft,
    /// A GGUF file, which llama.cpp loads beside a GGUF file of the base.
    Gguf,
}

/// How an adapter is exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportOptions {
    /// Which file it becomes.
    pub format: ExportFormat,
    /// The type of its numbers. Without one nothing is lost: a zip has them as they are stored, a GGUF file in F32.
    pub dtype: Option<FloatType>,
}

/// The adapter of a record as a zip that unpacks to a PEFT directory, for which no model is needed. `dtype`: the type of its numbers; `None`
/// for the files as they are stored.
///
/// # Errors
/// Those of [`archive::export`] and of PEFT's files; [`Error::InvalidInput`](crate::error::Error::InvalidInput) for a number that the type
/// cannot hold.
pub fn export_peft(record: &AdapterRecord, dtype: Option<FloatType>) -> Result<Vec<u8>> {
    let Some(dtype) = dtype else { return archive::export(record) };
    record.verify()?;
    let peft = PeftAdapter::from_bytes(&record.config, &record.weights)?;
    let (_, weights) = peft.to_bytes_as(dtype)?;
    // What else PEFT wrote into its configuration stays there.
    archive::export(&AdapterRecord::new(record.meta.clone(), record.config.clone(), weights)?)
}

impl Memory {
    /// A stored adapter as a file. A GGUF file states the architecture of the model, to which the adapter must belong.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`](crate::error::Error::AdapterNotFound), those of the store, of [`export_peft`] and of [`to_gguf`].
    pub async fn export(&self, model: &Model, name: &str, options: ExportOptions) -> Result<Vec<u8>> {
        let record = self.record(name).await?;
        match options.format {
            ExportFormat::Peft => export_peft(&record, options.dtype),
            ExportFormat::Gguf => {
                let peft = PeftAdapter::from_bytes(&record.config, &record.weights)?;
                let config = model.decoder().config();
                to_gguf(&peft, name, config, &model.base(), options.dtype.unwrap_or_default())
            }
        }
    }
}
