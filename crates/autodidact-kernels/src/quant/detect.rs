//! The fastest instructions of this machine.

use std::sync::OnceLock;

use super::Instructions;

impl Instructions {
    /// The fastest of this machine. AMX is chosen where a trial of less than two milliseconds, at the first call, finds
    /// it faster than VNNI; both give the same products to the last bit.
    pub fn detect() -> Self {
        static FASTEST: OnceLock<Instructions> = OnceLock::new();
        *FASTEST.get_or_init(|| Self::all().pop().unwrap_or(Self::Scalar).tried())
    }

    /// These, or those with VNNI where these are of AMX, and a trial finds them slower.
    #[doc(hidden)]
    pub fn tried(self) -> Self {
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        if let Self::AmxInt8(amx) = self
            && !trial::faster(amx)
        {
            return Self::Vnni(amx.vnni());
        }
        self
    }
}

/// The product of a small matrix. It stays on its thread: a thread that waits for others takes up other work, which
/// could call [`Instructions::detect`], and wait for itself.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod trial {
    use std::{
        hint::black_box,
        time::{Duration, Instant},
    };

    use crate::quant::{
        Activations, GROUP, Instructions, QuantizedMatrix, Storage,
        amx::{AmxInt8, SIDE},
        x86::Vnni,
    };

    const ROWS: usize = 128;
    const COLUMNS: usize = 512;
    const TOKENS: usize = 64;
    const TRIES: usize = 3;

    /// True when the product on tile registers took less time than that with VNNI.
    pub(super) fn faster(amx: AmxInt8) -> bool {
        let numbers: Vec<f32> = (0..TOKENS * COLUMNS).map(|at| (at % 251) as f32 - 125.0).collect();
        let x = Activations::new(&numbers, COLUMNS);
        QuantizedMatrix::zeros(ROWS, COLUMNS, Storage::Four).is_some_and(|matrix| {
            shortest(|| on_tiles(&matrix, &x, amx)) < shortest(|| with_vnni(&matrix, &x, amx.vnni()))
        })
    }

    fn shortest(work: impl Fn()) -> Duration {
        let once = || {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        (0..TRIES).map(|_| once()).min().unwrap_or(Duration::MAX)
    }

    fn with_vnni(matrix: &QuantizedMatrix, x: &Activations, vnni: Vnni) {
        let mut done = vec![[0.0; GROUP]; TOKENS];
        for group in 0..ROWS / GROUP {
            matrix.group(group, x, 0, Instructions::Vnni(vnni), &mut done);
            black_box(&mut done);
        }
    }

    fn on_tiles(matrix: &QuantizedMatrix, x: &Activations, amx: AmxInt8) {
        let packed = amx.pack(x, matrix.storage());
        let mut done = vec![[0.0; SIDE]; TOKENS];
        for part in 0..ROWS / SIDE {
            amx.part(matrix, part, &packed, &mut done);
            black_box(&mut done);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_is_one_of_this_machine() {
        let fastest = Instructions::detect();
        assert!(Instructions::all().contains(&fastest));
        assert_eq!(Instructions::detect(), fastest);
    }
}
