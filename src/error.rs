//! The one error type of the crate.
//!
//! Every variant has a stable [`Error::code`], which is what crosses the worker boundary and what callers match on; the
//! message says what happened and what to do about it.

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, by kind. Messages name what was expected, what was found, and a remedy where there is one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model directory is of a family that this crate does not implement.
    #[error("model family `{found}` is not supported; supported are: {supported}")]
    UnsupportedModel {
        /// `model_type` or architecture as the checkpoint states it.
        found: String,
        /// Supported values of `model_type`.
        supported: String,
    },
    /// A configuration file or option is malformed or out of range.
    #[error("{what} is not valid: {reason}")]
    Config {
        /// File or option.
        what: String,
        /// What is wrong, with the accepted range.
        reason: String,
    },
    /// A tensor that the architecture needs is not in the checkpoint.
    #[error("tensor `{tensor}` is missing from the checkpoint (expected shape {expected:?})")]
    MissingTensor {
        /// Name in the checkpoint.
        tensor: String,
        /// Shape that the configuration asks for.
        expected: Vec<usize>,
    },
    /// The checkpoint holds tensors that the architecture does not use.
    #[error("the checkpoint holds {} tensor(s) that this architecture does not use: {}", .tensors.len(), .tensors.join(", "))]
    UnusedTensors {
        /// Their names.
        tensors: Vec<String>,
    },
    /// A tensor's shape differs from what the configuration asks for.
    #[error("tensor `{tensor}`: expected shape {expected:?}, found {found:?}")]
    ShapeMismatch {
        /// Name in the checkpoint.
        tensor: String,
        /// Shape that the configuration asks for.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// A tensor's element type cannot be read.
    #[error(
        "tensor `{tensor}`: element type {found} is not supported; expected F32, F16 or BF16, or in a GGUF file also Q8_0, \
         Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K"
    )]
    UnsupportedDtype {
        /// Name in the checkpoint.
        tensor: String,
        /// Element type in the file.
        found: String,
    },
    /// A file is truncated, corrupt, or fails its hash.
    #[error("{what} is damaged: {reason}")]
    Integrity {
        /// File or record.
        what: String,
        /// What does not add up.
        reason: String,
    },
    /// The tokenizer could not be loaded or used.
    #[error("tokenizer: {reason}")]
    Tokenizer {
        /// The cause.
        reason: String,
    },
    /// The chat template could not be compiled or rendered.
    #[error("chat template: {reason}")]
    Template {
        /// The cause.
        reason: String,
    },
    /// A form of the output cannot be enforced.
    #[error("constrained decoding: {reason}")]
    Grammar {
        /// The cause.
        reason: String,
    },
    /// The prompt and the tokens to generate do not fit the model's context.
    #[error("{tokens} tokens do not fit the model's context of {limit}; shorten the task or the tool menu")]
    ContextOverflow {
        /// Tokens needed.
        tokens: usize,
        /// Tokens that fit.
        limit: usize,
    },
    /// An argument of a call is not acceptable.
    #[error("{what}: {reason}")]
    InvalidInput {
        /// Argument.
        what: String,
        /// What is wrong and what is accepted.
        reason: String,
    },
    /// An adapter file is malformed or does not fit the model's layers.
    #[error("adapter: {reason}")]
    Adapter {
        /// The cause.
        reason: String,
    },
    /// An adapter was made for other base weights.
    #[error(
        "the adapter was trained on base {expected}, but the loaded model is {found}; load that base or delete the adapter"
    )]
    BaseMismatch {
        /// Fingerprint that the adapter names.
        expected: String,
        /// Fingerprint of the loaded model.
        found: String,
    },
    /// No adapter of that name is stored.
    #[error("no adapter named `{name}` is stored")]
    AdapterNotFound {
        /// The name asked for.
        name: String,
    },
    /// The store failed for a reason other than space.
    #[error("storage: {reason}")]
    Storage {
        /// The cause.
        reason: String,
    },
    /// The store is full. What was stored before is intact.
    #[error("storage is full ({reason}); delete adapters or free space. What was stored before is intact")]
    QuotaExceeded {
        /// The store's own words.
        reason: String,
    },
    /// The caller cancelled.
    #[error("cancelled by the caller; the base weights are unchanged")]
    Aborted,
    /// No usable WebGPU adapter.
    #[error("WebGPU is not available: {reason}; use the CPU backend")]
    WebGpuUnavailable {
        /// The cause.
        reason: String,
    },
    /// The GPU device was lost. Stored state is intact; make a new agent.
    #[error(
        "the GPU device was lost: {reason}; stored adapters are intact; make a new agent on the CPU, or on the GPU in a new page, worker or process"
    )]
    DeviceLost {
        /// The browser's or driver's words.
        reason: String,
    },
    /// The backend reported an error during a computation; its numbers were discarded.
    #[error("the compute backend failed: {reason}; the result was discarded")]
    Backend {
        /// The backend's words.
        reason: String,
    },
    /// Training went astray; what it learned was dropped.
    #[error("the training loss of step {step} is {loss}; lower the learning rate")]
    Diverged {
        /// Step, from 1.
        step: usize,
        /// Its loss.
        loss: f32,
    },
    /// The backend computes other numbers than the CPU.
    #[error("the backend's self-test failed: largest difference {difference:e} from the CPU, tolerance {tolerance:e}")]
    SelfTest {
        /// Largest absolute difference of logits.
        difference: f32,
        /// Accepted difference.
        tolerance: f32,
    },
    /// A call came while another is running on the same agent.
    #[error("the agent is busy with another call; wait for it or cancel it")]
    Busy,
    /// A file could not be read or written.
    #[error("{path}: {reason}")]
    Io {
        /// The file.
        path: String,
        /// The system's words.
        reason: String,
    },
}

/// The value of that name among all values of an enumeration.
///
/// # Errors
/// [`Error::InvalidInput`] that lists the names.
pub fn by_name<T: Copy>(what: &str, text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T> {
    all.iter().copied().find(|value| name(*value) == text).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|value| name(*value)).collect();
        Error::invalid(format!("{what} `{text}`"), format!("expected one of {}", names.join(", ")))
    })
}

impl Error {
    /// Stable, machine-readable name of the kind. Never changes between minor versions.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedModel { .. } => "UnsupportedModel",
            Self::Config { .. } => "ConfigError",
            Self::MissingTensor { .. } => "MissingTensor",
            Self::UnusedTensors { .. } => "UnusedTensors",
            Self::ShapeMismatch { .. } => "ShapeMismatch",
            Self::UnsupportedDtype { .. } => "UnsupportedDtype",
            Self::Integrity { .. } => "IntegrityError",
            Self::Tokenizer { .. } => "TokenizerError",
            Self::Template { .. } => "TemplateError",
            Self::Grammar { .. } => "GrammarError",
            Self::ContextOverflow { .. } => "ContextOverflow",
            Self::InvalidInput { .. } => "InvalidInput",
            Self::Adapter { .. } => "AdapterError",
            Self::BaseMismatch { .. } => "BaseMismatch",
            Self::AdapterNotFound { .. } => "AdapterNotFound",
            Self::Storage { .. } => "StorageError",
            Self::QuotaExceeded { .. } => "QuotaExceeded",
            Self::Aborted => "AbortError",
            Self::WebGpuUnavailable { .. } => "WebGPUNotAvailable",
            Self::DeviceLost { .. } => "DeviceLost",
            Self::Backend { .. } => "BackendError",
            Self::Diverged { .. } => "TrainingDiverged",
            Self::SelfTest { .. } => "SelfTestFailed",
            Self::Busy => "Busy",
            Self::Io { .. } => "IoError",
        }
    }

    /// True when the caller cancelled.
    pub fn is_aborted(&self) -> bool {
        matches!(self, Self::Aborted)
    }

    /// True when the store has no room left.
    pub fn is_quota_exceeded(&self) -> bool {
        matches!(self, Self::QuotaExceeded { .. })
    }

    /// True when something that is stored was damaged.
    pub fn is_integrity(&self) -> bool {
        matches!(self, Self::Integrity { .. })
    }

    /// True when the device is gone and a new agent has to be made.
    pub fn is_device_lost(&self) -> bool {
        matches!(self, Self::DeviceLost { .. })
    }

    /// An [`Error::InvalidInput`] from its two parts.
    pub fn invalid(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidInput { what: what.into(), reason: reason.into() }
    }

    /// An [`Error::Config`] from its two parts.
    pub fn config(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Config { what: what.into(), reason: reason.into() }
    }
}
