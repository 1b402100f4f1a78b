//! Models made from models: deeper and wider ones that compute the same, and the mean of two.

mod average;
mod deepen;
mod widen;

pub use average::average;
pub use deepen::deepen;
pub use widen::{Widths, widen};
