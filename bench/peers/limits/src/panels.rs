//! Numbers for a tile in registers.

/// Steps of the inner loop: all panels fit into the first cache.
pub const DEPTH: usize = 128;
/// Times that the panels are gone through.
pub const TIMES: usize = 20_000;
/// Numbers of 4 bytes in a panel: for 16 rows, or four vectors of 64 bytes.
const PANEL: usize = DEPTH * 64;

/// Two panels, each in `f32` and in pairs of `i16`.
pub struct Panels {
    pub(crate) f32: [Vec<f32>; 2],
    pub(crate) i16: [Vec<[i16; 2]>; 2],
}

impl Default for Panels {
    fn default() -> Self {
        let float = |at: usize| (at % 13) as f32 * 0.01 - 0.05;
        let pair = |at: usize| [(at % 13) as i16 - 6, (at % 11) as i16 - 5];
        let (floats, pairs): (Vec<f32>, Vec<[i16; 2]>) = (0..PANEL).map(|at| (float(at), pair(at))).unzip();
        Self { f32: [floats.clone(), floats], i16: [pairs.clone(), pairs] }
    }
}
