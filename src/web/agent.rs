//! The agent as a JavaScript class.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use async_trait::async_trait;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{
    convert::{error, from_js, to_js},
    fetch::{self, ModelSource},
};
use crate::{
    agent::{Agent, AskEvent, AskOptions, Event, ExportOptions, Feedback, ImportOptions, ModelReport, OpenOptions},
    backend::{BackendChoice, BackendReport},
    error::Error,
    inference::Cancel,
    model::Dtype,
    storage::{AdapterStore, IndexedDbStore},
    synthesis::{AskedTeacher, Request, TextSource},
    task::{Message, Pair, Task, Tool, ToolCall},
};

/// What is known of an opened agent.
#[derive(Serialize)]
struct AgentReport<'a> {
    backend: &'a BackendReport,
    model: &'a ModelReport,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateOptions {
    model: ModelSource,
    #[serde(default)]
    backend: BackendChoice,
    #[serde(default)]
    dtype: Dtype,
    #[serde(default)]
    force_software_gpu: bool,
    #[serde(default)]
    store: Option<String>,
}

#[derive(Deserialize)]
struct Question {
    /// What the user says; or the whole dialogue.
    query: Option<String>,
    messages: Option<Vec<Message>>,
    #[serde(default)]
    tools: Vec<Tool>,
}

impl Question {
    fn read(value: JsValue) -> Result<Task, JsValue> {
        match from_js("task", value)? {
            Self { query: Some(query), messages: None, tools } => Ok(Task::new(query, tools)),
            Self { query: None, messages: Some(messages), tools } => Ok(Task { messages, tools }),
            _ => Err(error(Error::invalid("task", "it needs either `query` or `messages`"))),
        }
    }
}

/// Values of JavaScript that were left out are defaults.
fn or_default<T: DeserializeOwned + Default>(what: &str, value: JsValue) -> Result<T, JsValue> {
    if value.is_undefined() || value.is_null() { Ok(T::default()) } else { from_js(what, value) }
}

/// A loaded agent. One call at a time; `cancel` may come at any moment.
#[wasm_bindgen(js_name = Agent)]
pub struct WebAgent {
    agent: Agent,
    busy: Cell<bool>,
    cancel: RefCell<Cancel>,
}

/// Marks the agent busy until it is dropped.
struct Turn<'a>(&'a Cell<bool>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// A teacher in JavaScript.
struct JsCompletion {
    complete: Function,
    cancel: Cancel,
}

#[async_trait(?Send)]
impl TextSource for JsCompletion {
    async fn complete(&self, request: &Request<'_>) -> crate::Result<String> {
        self.cancel.check()?;
        let failed = |thrown: JsValue| Error::Io { path: "teacher".into(), reason: reason_of(&thrown) };
        let request = to_js(request).map_err(failed)?;
        let promise = self.complete.call1(&JsValue::UNDEFINED, &request).map_err(failed)?;
        let text = JsFuture::from(Promise::resolve(&promise)).await;
        self.cancel.check()?;
        text.map_err(failed)?
            .as_string()
            .ok_or_else(|| Error::Io { path: "teacher".into(), reason: "it gave no text".into() })
    }
}

fn reason_of(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &JsValue::from_str("message")).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| format!("{thrown:?}"))
}

/// Hands an event to the callback. An error thrown by the caller's own callback is the caller's to see, not ours.
fn emit(on_event: &Function, event: &Event) {
    if let Ok(event) = to_js(event) {
        let _ = on_event.call1(&JsValue::UNDEFINED, &event);
    }
}

#[wasm_bindgen(js_class = Agent)]
impl WebAgent {
    /// Fetches a model directory, chooses a backend, tests it, and opens the store.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    pub async fn create(options: JsValue, on_event: Function) -> Result<WebAgent, JsValue> {
        let options: CreateOptions = from_js("options", options)?;
        let report = |event: Event| emit(&on_event, &event);
        let files = fetch::model_files(&options.model, report).await.map_err(error)?;
        let name = options.store.as_deref().unwrap_or("autodidact");
        let store: Rc<dyn AdapterStore> = Rc::new(IndexedDbStore::open(name).await.map_err(error)?);
        let CreateOptions { backend, dtype, force_software_gpu, .. } = options;
        let open = OpenOptions { backend, force_software_gpu, dtype };
        let agent = Agent::open(files, store, open, report).await.map_err(error)?;
        Ok(Self { agent, busy: Cell::new(false), cancel: RefCell::new(Cancel::default()) })
    }

    /// Backend and model.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    pub fn report(&self) -> Result<JsValue, JsValue> {
        to_js(&AgentReport { backend: self.agent.backend(), model: self.agent.model().report() })
    }

    /// Answers a task, learning first when unsure. Resolves to the trace.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    pub async fn ask(&self, task: JsValue, options: JsValue, on_event: Function) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        let cancel = self.cancellable();
        let mut asking = self.agent.ask(&task, &options, &cancel);
        while let Some(event) = asking.next().await {
            match event.map_err(error)? {
                AskEvent::Progress(event) => emit(&on_event, &event),
                AskEvent::Done(trace) => return to_js(&*trace),
            }
        }
        Err(error(Error::Backend { reason: "the question ended without an answer".into() }))
    }

    /// Continues a dialogue; nothing is learned. `on_text` gets each piece of the text. Resolves to a completion.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    pub async fn complete(&self, task: JsValue, options: JsValue, on_text: Function) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        let cancel = self.cancellable();
        let tell = |text: String| {
            let _ = on_text.call1(&JsValue::UNDEFINED, &JsValue::from_str(&text));
        };
        to_js(&self.agent.complete(&task, &options, &cancel, tell).await.map_err(error)?)
    }

    /// Writes examples like a task. Resolves to them, with the count of those that were refused.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    pub async fn synthesize(&self, task: JsValue, options: JsValue, on_event: Function) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        let cancel = self.cancellable();
        let report = |event: Event| emit(&on_event, &event);
        to_js(&self.agent.synthesize(&task, &options, &cancel, report).await.map_err(error)?)
    }

    /// Lets a teacher write examples like a task. `complete` gets each request, `{prompt, temperature, topP, maxTokens, seed}`, and gives
    /// a promise of the text. Resolves to what passed the checks.
    ///
    /// # Errors
    /// An `Error` with a `code`; `IoError` for what `complete` throws, `AbortError` after `cancel`.
    pub async fn distill(&self, task: JsValue, options: JsValue, complete: Function) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let options: AskOptions = or_default("options", options)?;
        let _turn = self.turn()?;
        let teacher = AskedTeacher { completion: JsCompletion { complete, cancel: self.cancellable() } };
        to_js(&teacher.pairs(&task, options.synthesis, options.seed).await.map_err(error)?)
    }

    /// Trains an adapter on examples and keeps it under `options.keep`. Resolves to its metadata.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    pub async fn adapt(
        &self,
        task: JsValue,
        pairs: JsValue,
        options: JsValue,
        on_event: Function,
    ) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let pairs: Vec<Pair> = from_js("pairs", pairs)?;
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        let cancel = self.cancellable();
        let report = |event: Event| emit(&on_event, &event);
        to_js(&self.agent.adapt(&task, &pairs, &options, &cancel, report).await.map_err(error)?.0)
    }

    /// Learns from what the user says of an answer. Resolves to what came of it.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    pub async fn feedback(
        &self,
        task: JsValue,
        feedback: JsValue,
        options: JsValue,
        on_event: Function,
    ) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let feedback: Feedback = from_js("feedback", feedback)?;
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        let cancel = self.cancellable();
        let report = |event: Event| emit(&on_event, &event);
        to_js(&self.agent.feedback(&task, &feedback, &options, &cancel, report).await.map_err(error)?)
    }

    /// Keeps right calls as a lesson, without training. Resolves to what came of it.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    pub async fn teach(&self, task: JsValue, calls: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let calls: Vec<ToolCall> = from_js("calls", calls)?;
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        to_js(&self.agent.teach(&task, &calls, &options).await.map_err(error)?)
    }

    /// What people taught for a menu, oldest first.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    pub async fn lessons(&self, tools: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
        let tools: Vec<Tool> = from_js("tools", tools)?;
        let options = or_default("options", options)?;
        to_js(&self.agent.lessons(&tools, &options).await.map_err(error)?)
    }

    /// Removes what a person taught about the request of a task. Resolves to what came of it.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    #[wasm_bindgen(js_name = forgetLesson)]
    pub async fn forget_lesson(&self, task: JsValue, options: JsValue, on_event: Function) -> Result<JsValue, JsValue> {
        let task = Question::read(task)?;
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        let cancel = self.cancellable();
        let report = |event: Event| emit(&on_event, &event);
        to_js(&self.agent.forget_lesson(&task, &options, &cancel, report).await.map_err(error)?)
    }

    /// Deletes what one lesson taught an adapter of the memory. Resolves to what came of it.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    pub async fn unlearn(
        &self,
        name: String,
        lesson: usize,
        options: JsValue,
        on_event: Function,
    ) -> Result<JsValue, JsValue> {
        let options = or_default("options", options)?;
        let _turn = self.turn()?;
        let cancel = self.cancellable();
        let report = |event: Event| emit(&on_event, &event);
        to_js(&self.agent.unlearn(&name, lesson, &options, &cancel, report).await.map_err(error)?)
    }

    /// Takes the newest version of a cluster back. Resolves to the name of the version before it, or null.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = rollBack)]
    pub async fn roll_back(&self, cluster: String) -> Result<JsValue, JsValue> {
        to_js(&self.agent.memory().roll_back(&cluster).await.map_err(error)?)
    }

    /// Deletes a cluster with all its versions.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    pub async fn forget(&self, cluster: String) -> Result<(), JsValue> {
        self.agent.memory().forget(&cluster).await.map_err(error)
    }

    /// Stops the running call at its next token or step.
    pub fn cancel(&self) {
        self.cancel.borrow().cancel();
    }

    /// Metadata of all stored adapters, newest first.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = listAdapters)]
    pub async fn list_adapters(&self) -> Result<JsValue, JsValue> {
        to_js(&self.agent.adapters().await.map_err(error)?)
    }

    /// A stored adapter as a file. `options` is `{format, dtype}`: `'peft'` for a zip that unpacks to a PEFT directory, `'gguf'` for a file
    /// that llama.cpp loads; numbers in `'f32'` or `'f16'`.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = exportAdapter)]
    pub async fn export_adapter(&self, name: String, options: JsValue) -> Result<Uint8Array, JsValue> {
        let options = or_default::<ExportOptions>("options", options)?;
        let file = self.agent.export_adapter(&name, options).await.map_err(error)?;
        Ok(Uint8Array::from(file.as_slice()))
    }

    /// Takes in the adapter of a PEFT zip, after checking that it fits the model. `options` is `{replace, session}`: one of
    /// that name is overwritten only with `replace`; with `session` it is stored nowhere and lives as long as the agent.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = importAdapter)]
    pub async fn import_adapter(&self, name: String, zip: Uint8Array, options: JsValue) -> Result<JsValue, JsValue> {
        let options = or_default::<ImportOptions>("options", options)?;
        to_js(&self.agent.import_adapter(&name, &zip.to_vec(), options).await.map_err(error)?)
    }

    /// Gives a stored adapter another name.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = renameAdapter)]
    pub async fn rename_adapter(&self, from: String, to: String) -> Result<(), JsValue> {
        self.agent.store().rename(&from, &to).await.map_err(error)
    }

    /// Deletes a stored adapter.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = deleteAdapter)]
    pub async fn delete_adapter(&self, name: String) -> Result<(), JsValue> {
        self.agent.memory().delete_adapter(&name).await.map_err(error)
    }

    /// What `cancel` will stop from now on.
    fn cancellable(&self) -> Cancel {
        let cancel = Cancel::default();
        self.cancel.replace(cancel.clone());
        cancel
    }

    fn turn(&self) -> Result<Turn<'_>, JsValue> {
        if self.busy.replace(true) { Err(error(Error::Busy)) } else { Ok(Turn(&self.busy)) }
    }
}
