//! Measures the limits of one core natively, and prints one JSON object: multiply-adds in billions a second.

use std::time::Instant;

use limits::{Matrix, Panels, loops};

/// Runs of each loop; the fastest counts.
const RUNS: usize = 40;

fn fastest<D>(shapes: &[fn(&D) -> u64], data: &D) -> f64 {
    let mut fastest: f64 = 0.0;
    for _ in 0..RUNS {
        for run in shapes {
            let began = Instant::now();
            let work = run(data);
            fastest = fastest.max(work as f64 / began.elapsed().as_secs_f64() / 1e9);
        }
    }
    fastest
}

fn main() {
    let loops = loops();
    let panels = Panels::default();
    let (f32_tile, i16_tile) = (fastest(loops.f32_tiles, &panels), fastest(loops.i16_tiles, &panels));
    let streamed = fastest(loops.products, &Matrix::default());
    let figures = format!(r#""f32Tile":{f32_tile:.2},"i16Tile":{i16_tile:.2},"streamed":{streamed:.2}"#);
    println!(r#"{{"where":"native","instructions":"{}",{figures}}}"#, loops.name);
}
