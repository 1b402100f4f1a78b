//! What differs between native and web: clocks and yielding.

mod clock;
#[cfg_attr(target_family = "wasm", path = "web.rs")]
#[cfg_attr(not(target_family = "wasm"), path = "native.rs")]
mod imp;

pub use clock::{Stopwatch, now_ms};
pub use imp::{init, yield_now};
