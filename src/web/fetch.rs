//! A model directory over HTTP, from the page's own origin or wherever the caller points.

use std::collections::BTreeMap;

use js_sys::{Array, Function, Object, Promise, Reflect};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::blob::{self, Incoming};
use crate::{
    agent::{
        CertaintyTable, Event, INDEX, ModelFiles, NAMED_TEMPLATES, NamedTemplate, SINGLE, model_name, part_names,
        shard_names, template_text,
    },
    error::{Error, Result},
    format::{self, bytes::FileBytes},
};

/// Where the files of a model are.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum ModelSource {
    /// The address of the directory, or of a GGUF file.
    Directory(String),
    /// The address of each file: bundlers give files new names.
    Files {
        /// Name of the model.
        name: String,
        /// Address by name.
        files: BTreeMap<String, String>,
    },
}

impl ModelSource {
    fn name(&self) -> &str {
        match self {
            Self::Directory(base) => {
                let path = base.split(['?', '#']).next().unwrap_or(base);
                model_name(path.trim_end_matches('/').rsplit('/').next().unwrap_or("model"))
            }
            Self::Files { name, .. } => name,
        }
    }

    /// `None` for a file that is known not to exist.
    fn url(&self, file: &str) -> Option<String> {
        match self {
            Self::Directory(base) => Some(format!("{}/{file}", base.trim_end_matches('/'))),
            Self::Files { files, .. } => files.get(file).cloned(),
        }
    }

    /// The file of a GGUF model, or its parts in their order; none for a directory.
    fn gguf(&self) -> Vec<Part> {
        match self {
            Self::Directory(url) => {
                let (path, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
                let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
                if !file.ends_with(GGUF) {
                    return Vec::new();
                }
                let part = |name: String| Part { url: format!("{folder}/{name}{query}"), name };
                part_names(file).into_iter().map(part).collect()
            }
            Self::Files { files, .. } => {
                let is_part = |(name, _): &(&String, &String)| name.ends_with(GGUF);
                let part = |(name, url): (&String, &String)| Part { name: name.clone(), url: url.clone() };
                files.iter().filter(is_part).map(part).collect()
            }
        }
    }

    /// Files of `additional_chat_templates/`; those of a directory cannot be listed over HTTP.
    fn named_templates(&self) -> Vec<String> {
        let Self::Files { files, .. } = self else { return Vec::new() };
        let is_template = |file: &&String| file.starts_with(NAMED_TEMPLATES) && file.ends_with(".jinja");
        files.keys().filter(is_template).cloned().collect()
    }

    /// A file that is not large.
    async fn optional(&self, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Option<Vec<u8>>> {
        let Some(url) = self.url(file) else { return Ok(None) };
        match fetch(&url, file, on_event).await? {
            Some(fetched) => blob::all_of(&fetched, &url).await.map(Some),
            None => Ok(None),
        }
    }

    async fn required(&self, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Vec<u8>> {
        self.optional(file, on_event).await?.ok_or_else(|| not_found(self.url(file).as_deref().unwrap_or(file)))
    }

    /// A file of weights, read when it is needed.
    async fn weights(&self, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Option<FileBytes>> {
        match self.url(file) {
            Some(url) => weights(&url, file, on_event).await,
            None => Ok(None),
        }
    }
}

/// A file of a GGUF model.
struct Part {
    name: String,
    url: String,
}

/// End of the names of GGUF files.
const GGUF: &str = ".gguf";

/// Fetches the files of a model. `on_event` sees the bytes come in.
///
/// # Errors
/// [`Error::Io`] that names the address, [`Error::Integrity`] for a file cut short, and those of
/// [`ModelFiles::from_gguf`].
pub async fn model_files(source: &ModelSource, mut on_event: impl FnMut(Event)) -> Result<ModelFiles> {
    let parts = source.gguf();
    if !parts.is_empty() {
        return gguf_files(source, parts, &mut on_event).await;
    }
    let mut files = ModelFiles { name: source.name().to_owned(), ..ModelFiles::default() };
    files.config = source.required("config.json", &mut on_event).await?;
    files.tokenizer = source.required("tokenizer.json", &mut on_event).await?;
    files.tokenizer_config = source.optional("tokenizer_config.json", &mut on_event).await?;
    // Skip it for a directory whose configuration already has a template: a browser reports every missing file on its console.
    if matches!(source, ModelSource::Files { .. }) || !has_key(files.tokenizer_config.as_deref(), "chat_template") {
        let template = source.optional("chat_template.jinja", &mut on_event).await?;
        files.chat_template = template.map(template_text).transpose()?;
    }
    for file in source.named_templates() {
        let name = file.rsplit('/').next().unwrap_or(&file).trim_end_matches(".jinja").to_owned();
        let template = source.optional(&file, &mut on_event).await?.map(template_text).transpose()?;
        files.named_templates.extend(template.map(|source| NamedTemplate { name, source }));
    }
    if !has_key(files.tokenizer_config.as_deref(), "added_tokens_decoder") {
        files.special_tokens_map = source.optional("special_tokens_map.json", &mut on_event).await?;
    }
    files.generation_config = source.optional("generation_config.json", &mut on_event).await?;
    // Only looked for where the files are known: most models have none.
    if matches!(source, ModelSource::Files { .. }) {
        files.certainty = source.optional(CertaintyTable::FILE, &mut on_event).await?;
    }
    match source.weights(SINGLE, &mut on_event).await? {
        Some(weights) => files.shards.push(weights),
        None => {
            let index = source.required(INDEX, &mut on_event).await?;
            for name in shard_names(&index)? {
                let shard = source.weights(&name, &mut on_event).await?;
                files.shards.push(shard.ok_or_else(|| not_found(source.url(&name).as_deref().unwrap_or(&name)))?);
            }
        }
    }
    Ok(files)
}

async fn gguf_files(source: &ModelSource, parts: Vec<Part>, on_event: &mut impl FnMut(Event)) -> Result<ModelFiles> {
    let mut shards = Vec::new();
    for Part { name, url } in parts {
        let file = weights(&url, &name, on_event).await?;
        shards.push(file.ok_or_else(|| not_found(&url))?);
    }
    let certainty = match source {
        ModelSource::Files { .. } => source.optional(CertaintyTable::FILE, on_event).await?,
        ModelSource::Directory(_) => None,
    };
    Ok(ModelFiles { certainty, ..ModelFiles::from_gguf(source.name(), shards)? })
}

fn not_found(path: &str) -> Error {
    Error::Io { path: path.to_owned(), reason: "not found".into() }
}

async fn weights(url: &str, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Option<FileBytes>> {
    match fetch(url, file, on_event).await? {
        Some(fetched) => blob::bytes_of(fetched, url).await.map(Some),
        None => Ok(None),
    }
}

/// Whether a configuration has a value for a key. One that cannot be read has none; whoever uses it will say so.
fn has_key(config: Option<&[u8]>, key: &str) -> bool {
    let config = config.and_then(|bytes| format::json::read::<serde_json::Value>(bytes).ok());
    config.is_some_and(|config| config.get(key).is_some_and(|value| !value.is_null()))
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// Calls a method and awaits its promise.
async fn call(object: &JsValue, method: &str, arguments: &[&JsValue]) -> std::result::Result<JsValue, JsValue> {
    let function: Function = get(object, method).dyn_into()?;
    let promise = function.apply(object, &arguments.iter().copied().collect::<Array>())?;
    JsFuture::from(promise.dyn_into::<Promise>()?).await
}

/// The file, or `None` where there is none (404, or a server that answers with its page instead).
async fn fetch(url: &str, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Option<Blob>> {
    match fetch_once(url, file, "default", on_event).await {
        // A transfer broke off: the line, or the browser's cache. Chromium's cache in memory, which private windows have,
        // gives an entry up while it is read when it has grown too large. Once more, and past the cache.
        Err(Failure::Broken(_)) => fetch_once(url, file, "no-store", on_event).await,
        other => other,
    }
    .map_err(|failure| match failure {
        Failure::Broken(error) | Failure::Final(error) => error,
    })
}

/// Why a transfer did not succeed.
enum Failure {
    /// It began, and broke off.
    Broken(Error),
    /// Anything else.
    Final(Error),
}

/// `cache`: as the option of `fetch`.
async fn fetch_once(
    url: &str,
    name: &str,
    cache: &str,
    on_event: &mut impl FnMut(Event),
) -> std::result::Result<Option<Blob>, Failure> {
    let error = |e: JsValue| Error::Io {
        path: url.to_owned(),
        reason: get(&e, "message").as_string().unwrap_or_else(|| format!("{e:?}")),
    };
    let (failure, broken) = (|e| Failure::Final(error(e)), |e| Failure::Broken(error(e)));
    let options = Object::new();
    Reflect::set(&options, &JsValue::from_str("cache"), &JsValue::from_str(cache)).map_err(failure)?;
    let response =
        call(&js_sys::global(), "fetch", &[&JsValue::from_str(url), options.as_ref()]).await.map_err(failure)?;
    let status = get(&response, "status").as_f64().unwrap_or(0.0);
    let headers = get(&response, "headers");
    let header = |name: &str| {
        let function: Function = get(&headers, "get").dyn_into().ok()?;
        function.call1(&headers, &JsValue::from_str(name)).ok()?.as_string()
    };
    let is_page = header("content-type").is_some_and(|t| t.starts_with("text/html"));
    if status == 404.0 || (status == 200.0 && is_page) {
        return Ok(None);
    }
    if status != 200.0 {
        let reason = format!("the server answered {status}");
        return Err(Failure::Final(Error::Io { path: url.into(), reason }));
    }
    // The length of a compressed transfer is not the length of the file, and another origin does not say whether its
    // transfer is compressed.
    let plain = get(&response, "type").as_string().as_deref() == Some("basic") && header("content-encoding").is_none();
    let total = if plain { header("content-length").and_then(|n| n.parse::<u64>().ok()) } else { None };
    // A file of the browser stays where it is.
    if url.starts_with("blob:") {
        let file: Blob = call(&response, "blob", &[]).await.and_then(JsCast::dyn_into).map_err(failure)?;
        let size = file.size() as u64;
        on_event(Event::Download { file: name.into(), loaded: size, total: size });
        return Ok(Some(file));
    }
    let body = get(&response, "body");
    let reader: JsValue =
        get(&body, "getReader").dyn_into::<Function>().and_then(|f| f.call0(&body)).map_err(failure)?;
    let mut incoming = Incoming::default();
    loop {
        let part = call(&reader, "read", &[]).await.map_err(broken)?;
        if get(&part, "done").is_truthy() {
            break;
        }
        incoming.push(&get(&part, "value").dyn_into().map_err(failure)?).map_err(failure)?;
        on_event(Event::Download { file: name.into(), loaded: incoming.loaded, total: total.unwrap_or(0) });
    }
    let loaded = incoming.loaded;
    if let Some(total) = total.filter(|total| *total != loaded) {
        let reason = format!("{loaded} of {total} bytes came; try again");
        return Err(Failure::Final(Error::Integrity { what: url.into(), reason }));
    }
    incoming.join().map(Some).map_err(failure)
}
