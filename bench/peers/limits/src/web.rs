//! What a page calls. A loop gives the multiply-adds that it did, and 0 when there is no such loop.

use std::sync::OnceLock;

use crate::{Matrix, Panels, loops};

static DATA: OnceLock<(Panels, Matrix)> = OnceLock::new();

fn data() -> &'static (Panels, Matrix) {
    DATA.get_or_init(|| (Panels::default(), Matrix::default()))
}

/// Makes the data.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() {
    data();
}

/// A tile in `f32`, of the shape with this index.
#[unsafe(no_mangle)]
pub extern "C" fn f32_tile(shape: usize) -> f64 {
    loops().f32_tiles.get(shape).map_or(0.0, |run| run(&data().0) as f64)
}

/// A tile in integers.
#[unsafe(no_mangle)]
pub extern "C" fn i16_tile(shape: usize) -> f64 {
    loops().i16_tiles.get(shape).map_or(0.0, |run| run(&data().0) as f64)
}

/// A product with streamed weights.
#[unsafe(no_mangle)]
pub extern "C" fn streamed(shape: usize) -> f64 {
    loops().products.get(shape).map_or(0.0, |run| run(&data().1) as f64)
}
