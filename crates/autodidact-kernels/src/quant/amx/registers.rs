//! Products of tiles.

use std::arch::asm;

use super::{SIDE, line::Line};
use crate::{
    quant::{QUAD, Storage},
    tile_registers::{Configuration, Registers, Shape},
};

/// Sums of integers over a span: of 16 tokens, in them rows of the matrix.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Dots {
    /// With the high bytes of the activations.
    pub(super) high: [[i32; SIDE]; SIDE],
    /// With the low bytes.
    pub(super) low: [[i32; SIDE]; SIDE],
}

impl Dots {
    pub(super) const ZERO: Self = Self { high: [[0; SIDE]; SIDE], low: [[0; SIDE]; SIDE] };
}

static WHOLE_BLOCKS: Configuration = configuration(Storage::Eight.span());
static HALF_BLOCKS: Configuration = configuration(Storage::EightBySixteen.span());

/// Tiles 0 to 3 hold sums, tile 4 weights, and tiles 5 to 7 activations.
const fn configuration(span: usize) -> Configuration {
    let sums = Shape { rows: SIDE as u8, bytes: Line::BYTES as u8 };
    let weights = Shape { rows: (span / QUAD) as u8, bytes: Line::BYTES as u8 };
    let activations = Shape { rows: SIDE as u8, bytes: span as u8 };
    Configuration::new([sums, sums, sums, sums, weights, activations, activations, activations])
}

/// The tile registers of this thread, configured for spans of a size.
pub(super) struct SpanRegisters {
    _registers: Registers,
    span: usize,
}

impl SpanRegisters {
    /// # Safety
    /// Something must execute the instructions of AMX-TILE and AMX-INT8.
    pub(super) unsafe fn configure(storage: Storage) -> Self {
        let configuration = match storage {
            Storage::Four | Storage::Five | Storage::Eight => &WHOLE_BLOCKS,
            Storage::EightBySixteen => &HALF_BLOCKS,
        };
        // SAFETY: the caller vouches for the instructions.
        Self { _registers: unsafe { Registers::configure(configuration) }, span: storage.span() }
    }

    /// # Panics
    /// For slices that are no tiles of such a span.
    fn check(&self, weights: &[Line], x: &[Line]) {
        let fit = weights.len() == self.span / QUAD && x.len() == 2 * SIDE * self.span / Line::BYTES;
        assert!(fit, "tiles of a span of {} columns", self.span);
    }

    /// The sums over a span of 16 tokens.
    ///
    /// # Panics
    /// For slices that are no tiles of such a span.
    pub(super) fn one(&self, weights: &[Line], x: &[Line], dots: &mut Dots) {
        self.check(weights, x);
        let x = x.as_ptr().cast::<u8>();
        // SAFETY: the registers are configured for the span, so the instructions exist. They read `span / 4` lines of
        // weights and two tiles of activations, which is what `check` found, and write two tiles of sums.
        unsafe {
            asm!(
                "tilezero tmm0", "tilezero tmm1",
                "tileloadd tmm4, [{w} + {line}*1]",
                "tileloadd tmm5, [{high} + {span}*1]", "tdpbsud tmm0, tmm5, tmm4",
                "tileloadd tmm6, [{low} + {span}*1]", "tdpbuud tmm1, tmm6, tmm4",
                "tilestored [{d} + {line}*1], tmm0", "tilestored [{d} + {line}*1 + 1024], tmm1",
                w = in(reg) weights.as_ptr(), high = in(reg) x, low = in(reg) x.add(SIDE * self.span),
                d = in(reg) std::ptr::from_mut(dots), line = in(reg) Line::BYTES, span = in(reg) self.span,
                options(nostack),
            );
        }
    }

    /// The sums over a span of twice 16 tokens. The products of one pair of tiles hide how long those of another take.
    ///
    /// # Panics
    /// For slices that are no tiles of such a span.
    pub(super) fn two(&self, weights: &[Line], x: [&[Line]; 2], dots: &mut [Dots; 2]) {
        x.iter().for_each(|x| self.check(weights, x));
        let [x, y] = x.map(|x| x.as_ptr().cast::<u8>());
        // SAFETY: as in `one`, with two tiles of activations more, and two of sums.
        unsafe {
            asm!(
                "tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3",
                "tileloadd tmm4, [{w} + {line}*1]",
                "tileloadd tmm5, [{x_high} + {span}*1]", "tdpbsud tmm0, tmm5, tmm4",
                "tileloadd tmm6, [{x_low} + {span}*1]", "tdpbuud tmm1, tmm6, tmm4",
                "tileloadd tmm7, [{y_high} + {span}*1]", "tdpbsud tmm2, tmm7, tmm4",
                "tileloadd tmm5, [{y_low} + {span}*1]", "tdpbuud tmm3, tmm5, tmm4",
                "tilestored [{d} + {line}*1], tmm0", "tilestored [{d} + {line}*1 + 1024], tmm1",
                "tilestored [{d} + {line}*1 + 2048], tmm2", "tilestored [{d} + {line}*1 + 3072], tmm3",
                w = in(reg) weights.as_ptr(), x_high = in(reg) x, x_low = in(reg) x.add(SIDE * self.span),
                y_high = in(reg) y, y_low = in(reg) y.add(SIDE * self.span),
                d = in(reg) dots.as_mut_ptr(), line = in(reg) Line::BYTES, span = in(reg) self.span,
                options(nostack),
            );
        }
    }
}
