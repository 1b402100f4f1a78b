//! What one core can multiply at most: the bounds that a model's throughput is compared with.
//!
//! Three loops, in the widest instructions that the processor has (in a browser: WebAssembly's SIMD):
//!
//! - a tile of sums in registers, of panels in the first cache, in `f32`: a matrix product without its memory;
//! - the same in integers of 16 bits, two of which are multiplied at once;
//! - a product of a matrix with a vector that streams 4-bit weights through the caches: decoding without all else.
//!
//! Each does a fixed number of multiply-adds; the caller has the clock.

#![allow(unsafe_op_in_unsafe_fn, reason = "the loops are unsafe as a whole: their loads are unchecked")]

mod loops;
mod matrix;
mod panels;
#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
mod plain;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "wasm32")]
mod web;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
use self::plain as machine;
#[cfg(target_arch = "wasm32")]
use self::wasm as machine;
#[cfg(target_arch = "x86_64")]
use self::x86 as machine;

pub use self::{matrix::Matrix, panels::Panels};

/// Loops of one machine.
pub struct Loops {
    /// The instructions that they use.
    pub name: &'static str,
    /// A tile in `f32`, in one or several shapes: each gives the multiply-adds that it did.
    pub f32_tiles: &'static [fn(&Panels) -> u64],
    /// A tile in integers.
    pub i16_tiles: &'static [fn(&Panels) -> u64],
    /// The product of a matrix with a vector.
    pub products: &'static [fn(&Matrix) -> u64],
}

/// Those of the widest instructions that there are.
pub fn loops() -> &'static Loops {
    machine::loops()
}
