//! The token loop: prefill, decode, sampling, scoring of continuations. Knows token ids, never text.

pub mod cancel;
pub mod prefixes;
pub mod sampler;
pub mod session;

pub use cancel::Cancel;
pub use prefixes::Prefixes;
pub use sampler::{Sampler, Sampling};
pub use session::{Finish, Generation, Prefix, Session, Stop};
