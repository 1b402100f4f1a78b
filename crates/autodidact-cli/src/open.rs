//! Opening models and stores from folders.

use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

use autodidact::{
    agent::{Agent, Event, INDEX, ModelFiles, OpenOptions, SINGLE, shard_names, template_text},
    backend::BackendChoice,
    error::{Error, Result},
    storage::{FolderStore, MemoryStore},
};

use super::{
    args::{Device, ModelArgs},
    files,
};

/// The seed model, part of the program.
const SEED: [(&str, &[u8]); 5] = [
    ("config.json", include_bytes!("../model/seed/config.json")),
    ("generation_config.json", include_bytes!("../model/seed/generation_config.json")),
    (SINGLE, include_bytes!("../model/seed/model.safetensors")),
    ("tokenizer.json", include_bytes!("../model/seed/tokenizer.json")),
    ("tokenizer_config.json", include_bytes!("../model/seed/tokenizer_config.json")),
];

/// The files of a model directory, or of the seed model.
pub fn model_files(dir: Option<&Path>) -> Result<ModelFiles> {
    let read = |name: &str| -> Result<Option<Vec<u8>>> {
        match dir {
            None => Ok(SEED.iter().find(|(file, _)| *file == name).map(|(_, bytes)| bytes.to_vec())),
            Some(dir) => {
                let path = dir.join(name);
                if path.exists() { files::read(&path).map(Some) } else { Ok(None) }
            }
        }
    };
    let required = |name: &str| -> Result<Vec<u8>> {
        let path = dir.unwrap_or(Path::new("seed")).join(name);
        read(name)?.ok_or_else(|| Error::Io { path: path.display().to_string(), reason: "not found".into() })
    };
    let template = read("chat_template.jinja")?;
    let shards = match read(SINGLE)? {
        Some(weights) => vec![weights],
        None => match read(INDEX)? {
            Some(index) => shard_names(&index)?.iter().map(|name| required(name)).collect::<Result<_>>()?,
            None => return required(SINGLE).map(|_| ModelFiles::default()),
        },
    };
    let name = dir.and_then(Path::file_name).map_or_else(|| "seed".to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(ModelFiles {
        name,
        config: required("config.json")?,
        tokenizer: required("tokenizer.json")?,
        tokenizer_config: read("tokenizer_config.json")?,
        chat_template: template.map(template_text).transpose()?,
        generation_config: read("generation_config.json")?,
        shards,
    })
}

/// The folder of stored adapters.
pub fn store(path: Option<&PathBuf>) -> Result<FolderStore> {
    let default = || directories::ProjectDirs::from("", "", "autodidact").map(|dirs| dirs.data_dir().join("adapters"));
    let path = path.cloned().or_else(default).unwrap_or_else(|| PathBuf::from("adapters"));
    FolderStore::open(path)
}

/// An agent over a model directory.
pub async fn agent(args: &ModelArgs, on_event: impl FnMut(Event)) -> Result<Agent> {
    let files = model_files(args.model.as_deref())?;
    let store = Rc::new(store(args.store.as_ref())?);
    Agent::open(files, store, options(args.device), on_event).await
}

/// An agent that has no stored adapters and keeps none.
pub async fn bare_agent(model: Option<&Path>, device: Device) -> Result<Agent> {
    Agent::open(model_files(model)?, Rc::new(MemoryStore::new()), options(device), |_| {}).await
}

fn options(device: Device) -> OpenOptions {
    OpenOptions { backend: choice(device), force_software_gpu: false }
}

/// The backend of a `--device`.
pub fn choice(device: Device) -> BackendChoice {
    match device {
        Device::Auto => BackendChoice::Auto,
        Device::Cpu => BackendChoice::Cpu,
        Device::Gpu => BackendChoice::WebGpu,
        Device::Cuda => BackendChoice::Cuda,
    }
}
