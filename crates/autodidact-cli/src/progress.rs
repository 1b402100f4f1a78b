//! Progress bars on standard error.

use indicatif::{ProgressBar, ProgressStyle};

/// Template of a bar that counts steps, with the time that is left.
pub const STEPS: &str = "{bar:30} {pos}/{len} {elapsed} eta {eta} {msg}";

/// A bar with this many steps, drawn from a template of indicatif.
pub fn bar(steps: usize, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        // An invalid template costs only the looks.
        Err(_) => bar,
    }
}
