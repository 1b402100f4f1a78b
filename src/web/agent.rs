//! The agent as a JavaScript class.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Function, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::{
    convert::{error, from_js, to_js},
    fetch,
};
use crate::{
    agent::{Agent, AskEvent, AskOptions, Event, OpenOptions},
    backend::BackendChoice,
    error::Error,
    inference::Cancel,
    storage::{AdapterStore, IndexedDbStore},
    task::{Task, Tool},
    uncertainty::Estimator,
};

#[derive(Deserialize)]
struct CreateOptions {
    model: String,
    #[serde(default)]
    backend: BackendChoice,
    #[serde(default)]
    force_software_gpu: bool,
    #[serde(default)]
    store: Option<String>,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    tools: Vec<Tool>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WebAskOptions {
    estimator: Option<Estimator>,
    threshold: Option<f32>,
    keep: Option<String>,
    replace: bool,
    gate: bool,
    unconstrained: bool,
    adapter: Option<String>,
    seed: Option<u32>,
    pairs: Option<usize>,
    steps: Option<usize>,
}

impl From<WebAskOptions> for AskOptions {
    fn from(o: WebAskOptions) -> Self {
        let mut options = Self::default();
        options.estimator = o.estimator.unwrap_or(options.estimator);
        options.threshold = o.threshold.unwrap_or(options.threshold);
        options.seed = o.seed.map_or(options.seed, u64::from);
        options.synthesis.pairs = o.pairs.unwrap_or(options.synthesis.pairs);
        options.adaptation.steps = o.steps.or(options.adaptation.steps);
        Self {
            keep: o.keep,
            replace: o.replace,
            gate: o.gate,
            adapter: o.adapter,
            constrained: !o.unconstrained,
            ..options
        }
    }
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
        let open = OpenOptions { backend: options.backend, force_software_gpu: options.force_software_gpu };
        let agent = Agent::open(files, store, open, report).await.map_err(error)?;
        Ok(Self { agent, busy: Cell::new(false), cancel: RefCell::new(Cancel::default()) })
    }

    /// Backend and model.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    pub fn report(&self) -> Result<JsValue, JsValue> {
        to_js(&serde_json::json!({"backend": self.agent.backend(), "model": self.agent.model()}))
    }

    /// Answers a task, learning first when unsure. Resolves to the trace.
    ///
    /// # Errors
    /// An `Error` with a `code`; `AbortError` after `cancel`.
    pub async fn ask(&self, task: JsValue, options: JsValue, on_event: Function) -> Result<JsValue, JsValue> {
        let Question { query, tools } = from_js("task", task)?;
        let options = if options.is_undefined() || options.is_null() {
            WebAskOptions::default()
        } else {
            from_js("options", options)?
        };
        let _turn = self.turn()?;
        let cancel = Cancel::default();
        self.cancel.replace(cancel.clone());
        let (task, options) = (Task::new(query, tools), options.into());
        let mut asking = self.agent.ask(&task, &options, &cancel);
        while let Some(event) = asking.next().await {
            match event.map_err(error)? {
                AskEvent::Progress(event) => emit(&on_event, &event),
                AskEvent::Done(trace) => return to_js(&*trace),
            }
        }
        Err(error(Error::Backend { reason: "the question ended without an answer".into() }))
    }

    /// Stops the running question at its next token or step.
    pub fn cancel(&self) {
        self.cancel.borrow().cancel();
    }

    /// Metadata of all stored adapters, newest first.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = listAdapters)]
    pub async fn list_adapters(&self) -> Result<JsValue, JsValue> {
        to_js(&self.agent.store().list().await.map_err(error)?)
    }

    /// A stored adapter as a zip that unpacks to a PEFT directory.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = exportAdapter)]
    pub async fn export_adapter(&self, name: String) -> Result<Uint8Array, JsValue> {
        let zip = self.agent.export_adapter(&name).await.map_err(error)?;
        Ok(Uint8Array::from(zip.as_slice()))
    }

    /// Stores the adapter of a PEFT zip, after checking that it fits the model.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = importAdapter)]
    pub async fn import_adapter(&self, name: String, zip: Uint8Array) -> Result<JsValue, JsValue> {
        to_js(&self.agent.import_adapter(&name, &zip.to_vec()).await.map_err(error)?)
    }

    /// Deletes a stored adapter.
    ///
    /// # Errors
    /// An `Error` with a `code`.
    #[wasm_bindgen(js_name = deleteAdapter)]
    pub async fn delete_adapter(&self, name: String) -> Result<(), JsValue> {
        self.agent.store().delete(&name).await.map_err(error)
    }

    fn turn(&self) -> Result<Turn<'_>, JsValue> {
        if self.busy.replace(true) { Err(error(Error::Busy)) } else { Ok(Turn(&self.busy)) }
    }
}
