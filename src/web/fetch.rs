//! A model directory over HTTP, from the page's own origin or wherever the caller points.

use std::collections::BTreeMap;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{
    agent::{
        CertaintyTable, Event, INDEX, ModelFiles, NAMED_TEMPLATES, NamedTemplate, SINGLE, model_name, part_names,
        shard_names, template_text,
    },
    error::{Error, Result},
    format,
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

    async fn optional(&self, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Option<Vec<u8>>> {
        match self.url(file) {
            Some(url) => fetch(&url, file, on_event).await,
            None => Ok(None),
        }
    }

    async fn required(&self, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Vec<u8>> {
        let path = self.url(file).unwrap_or_else(|| file.to_owned());
        self.optional(file, on_event).await?.ok_or_else(|| Error::Io { path, reason: "not found".into() })
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
    match source.optional(SINGLE, &mut on_event).await? {
        Some(weights) => files.shards.push(weights),
        None => {
            let index = source.required(INDEX, &mut on_event).await?;
            for name in shard_names(&index)? {
                files.shards.push(source.required(&name, &mut on_event).await?);
            }
        }
    }
    Ok(files)
}

async fn gguf_files(source: &ModelSource, parts: Vec<Part>, on_event: &mut impl FnMut(Event)) -> Result<ModelFiles> {
    let mut shards = Vec::new();
    for Part { name, url } in parts {
        let file = fetch(&url, &name, on_event).await?;
        shards.push(file.ok_or_else(|| Error::Io { path: url, reason: "not found".into() })?);
    }
    let certainty = match source {
        ModelSource::Files { .. } => source.optional(CertaintyTable::FILE, on_event).await?,
        ModelSource::Directory(_) => None,
    };
    Ok(ModelFiles { certainty, ..ModelFiles::from_gguf(source.name(), shards)? })
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
async fn fetch(url: &str, file: &str, on_event: &mut impl FnMut(Event)) -> Result<Option<Vec<u8>>> {
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

/// A file as it comes in, in one allocation of its size. A `Vec` that grows copies itself into twice its size again and
/// again: a file of 1 GB then leaves holes of as much in WebAssembly's 4 GB, where the weights as f32 need their place.
struct FileBytes {
    /// What came, where the size of the file is known.
    bytes: Vec<u8>,
    /// What came, where it is not: in JavaScript's memory until the size is known.
    parts: Vec<Uint8Array>,
    /// Bytes so far.
    loaded: u64,
    is_sized: bool,
}

impl FileBytes {
    /// `total`: bytes of the file, where they are known.
    fn new(total: Option<u64>) -> Result<Self, TooLarge> {
        let size = total.map(allocation).transpose()?;
        let bytes = Vec::with_capacity(size.unwrap_or(0));
        Ok(Self { bytes, parts: Vec::new(), loaded: 0, is_sized: size.is_some() })
    }

    fn push(&mut self, part: Uint8Array) {
        self.loaded += u64::from(part.length());
        if self.is_sized && allocation(self.loaded).is_ok() {
            append(&mut self.bytes, &part);
        } else {
            self.parts.push(part);
        }
    }

    fn join(mut self) -> Result<Vec<u8>, TooLarge> {
        self.bytes.reserve_exact(allocation(self.loaded)? - self.bytes.len());
        for part in self.parts {
            append(&mut self.bytes, &part);
        }
        Ok(self.bytes)
    }
}

/// More bytes than one allocation of WebAssembly may have.
struct TooLarge(u64);

/// The bytes as the size of one allocation.
fn allocation(bytes: u64) -> Result<usize, TooLarge> {
    isize::try_from(bytes).map(isize::unsigned_abs).map_err(|_| TooLarge(bytes))
}

fn append(bytes: &mut Vec<u8>, part: &Uint8Array) {
    let start = bytes.len();
    bytes.resize(start + part.length() as usize, 0);
    part.copy_to(&mut bytes[start..]);
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
    file: &str,
    cache: &str,
    on_event: &mut impl FnMut(Event),
) -> std::result::Result<Option<Vec<u8>>, Failure> {
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
    let body = get(&response, "body");
    let reader: JsValue =
        get(&body, "getReader").dyn_into::<Function>().and_then(|f| f.call0(&body)).map_err(failure)?;
    let too_large = |TooLarge(bytes): TooLarge| {
        let reason = format!(
            "the file has {bytes} bytes; a browser's WebAssembly takes files of up to {}: use a smaller model, or one in \
             several files",
            isize::MAX
        );
        Failure::Final(Error::Io { path: url.to_owned(), reason })
    };
    let mut file_bytes = FileBytes::new(total).map_err(too_large)?;
    loop {
        let part = call(&reader, "read", &[]).await.map_err(broken)?;
        if get(&part, "done").is_truthy() {
            break;
        }
        file_bytes.push(get(&part, "value").dyn_into().map_err(failure)?);
        on_event(Event::Download { file: file.into(), loaded: file_bytes.loaded, total: total.unwrap_or(0) });
    }
    let bytes = file_bytes.join().map_err(too_large)?;
    match total {
        Some(total) if total != bytes.len() as u64 => {
            let reason = format!("{} of {total} bytes came; try again", bytes.len());
            Err(Failure::Final(Error::Integrity { what: url.into(), reason }))
        }
        _ => Ok(Some(bytes)),
    }
}
