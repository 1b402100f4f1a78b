//! Opens models and stored adapters from folders.

use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

use autodidact::{
    agent::{
        Agent, CertaintyTable, INDEX, ModelFiles, NAMED_TEMPLATES, NamedTemplate, OpenOptions, SINGLE, model_name,
        part_names, shard_names, template_text,
    },
    backend::BackendChoice,
    error::{Error, Result},
    format::bytes::FileBytes,
    storage::{AdapterStore, FolderStore, MemoryStore},
};

use crate::{
    files,
    shared::{Dtype, ModelArgs, StoreArgs},
};

/// Makes this thread one of those that compute. Otherwise each product would wake another thread and wait for it, which costs more than the
/// product of a token. Not for commands with threads of their own, which would wait for this one.
pub fn compute_here() {
    // A pool that exists already is as good.
    let _ = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
}

/// Files of the seed model, which is part of the program.
const SEED: [(&str, &[u8]); 6] = [
    (CertaintyTable::FILE, include_bytes!("../model/seed/certainty.json")),
    ("config.json", include_bytes!("../model/seed/config.json")),
    ("generation_config.json", include_bytes!("../model/seed/generation_config.json")),
    (SINGLE, include_bytes!("../model/seed/model.safetensors")),
    ("tokenizer.json", include_bytes!("../model/seed/tokenizer.json")),
    ("tokenizer_config.json", include_bytes!("../model/seed/tokenizer_config.json")),
];

/// The files of a model directory, of a GGUF model, or of the seed model.
pub fn model_files(model: Option<&Path>) -> Result<ModelFiles> {
    match model.filter(|path| path.is_file()) {
        Some(file) => gguf_files(file),
        None => directory_files(model),
    }
}

/// A GGUF model in one file, or in parts, of which `file` is one.
fn gguf_files(file: &Path) -> Result<ModelFiles> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let parts = part_names(&name);
    let parts = parts.iter().map(|part| FileBytes::open(&file.with_file_name(part))).collect::<Result<_>>()?;
    let certainty = file.with_extension(CertaintyTable::FILE);
    let certainty = if certainty.exists() { Some(files::read(&certainty)?) } else { None };
    Ok(ModelFiles { certainty, ..ModelFiles::from_gguf(model_name(&name), parts)? })
}

fn directory_files(dir: Option<&Path>) -> Result<ModelFiles> {
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
    let single = dir.map(|dir| dir.join(SINGLE));
    let shards = match (dir, single.filter(|path| path.exists())) {
        (_, Some(weights)) => vec![FileBytes::open(&weights)?],
        (None, None) => vec![required(SINGLE)?.into()],
        (Some(dir), None) => match read(INDEX)? {
            Some(index) => {
                shard_names(&index)?.iter().map(|name| FileBytes::open(&dir.join(name))).collect::<Result<_>>()?
            }
            None => return required(SINGLE).map(|_| ModelFiles::default()),
        },
    };
    let name = dir.and_then(Path::file_name).map_or_else(|| "seed".to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(ModelFiles {
        name,
        config: required("config.json")?,
        tokenizer: required("tokenizer.json")?,
        tokenizer_config: read("tokenizer_config.json")?,
        special_tokens_map: read("special_tokens_map.json")?,
        named_templates: dir.map(named_templates).transpose()?.unwrap_or_default(),
        chat_template: template.map(template_text).transpose()?,
        generation_config: read("generation_config.json")?,
        certainty: read(CertaintyTable::FILE)?,
        shards,
    })
}

/// The chat templates in files of their own, by name; none where there is no such folder.
fn named_templates(dir: &Path) -> Result<Vec<NamedTemplate>> {
    let Ok(entries) = dir.join(NAMED_TEMPLATES).read_dir() else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jinja"));
    paths.sort();
    let template = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(NamedTemplate { name, source: template_text(files::read(&path)?)? })
    };
    paths.into_iter().map(template).collect()
}

/// The folder of stored adapters.
pub fn store(args: &StoreArgs) -> Result<FolderStore> {
    let default = || directories::ProjectDirs::from("", "", "autodidact").map(|dirs| dirs.data_dir().join("adapters"));
    let path = args.store.clone().or_else(default).unwrap_or_else(|| PathBuf::from("adapters"));
    FolderStore::open(path)
}

/// Refuses a name that a stored adapter has.
pub async fn check_name_is_free(store: &FolderStore, name: &str) -> Result<()> {
    if store.has(name).await? {
        let reason = "an adapter of that name is stored; choose another name, or add --replace";
        return Err(Error::invalid(format!("name `{name}`"), reason));
    }
    Ok(())
}

/// An agent with the user's stored adapters.
pub async fn agent(model: &ModelArgs, store: &StoreArgs) -> Result<Agent> {
    let store = Rc::new(self::store(store)?);
    open(model.model.as_deref(), store, options(model)).await
}

/// An agent on the CPU with the user's stored adapters, for work with the adapters alone.
pub async fn base(model: Option<&Path>, store: &StoreArgs) -> Result<Agent> {
    let options = OpenOptions { backend: BackendChoice::Cpu, ..OpenOptions::default() };
    open(model, Rc::new(self::store(store)?), options).await
}

/// An agent without stored adapters: it reads none and keeps none.
pub async fn bare_agent(model: &ModelArgs) -> Result<Agent> {
    open(model.model.as_deref(), Rc::new(MemoryStore::new()), options(model)).await
}

/// The same on the CPU, for a model that is only looked at.
pub async fn agent_on_cpu(model: &Path, dtype: Dtype) -> Result<Agent> {
    let options = OpenOptions { backend: BackendChoice::Cpu, dtype: dtype.into(), ..OpenOptions::default() };
    open(Some(model), Rc::new(MemoryStore::new()), options).await
}

async fn open(model: Option<&Path>, store: Rc<dyn AdapterStore>, options: OpenOptions) -> Result<Agent> {
    Agent::open(model_files(model)?, store, options, |_| {}).await
}

fn options(model: &ModelArgs) -> OpenOptions {
    OpenOptions { backend: model.device.into(), dtype: model.dtype.into(), ..OpenOptions::default() }
}
