//! The block formats of tensors, and what their bytes mean. Each row of a tensor is a run of blocks.
//!
//! Formulas: the `dequantize_row_*` functions of ggml, <https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c>.

use half::{bf16, f16};

/// How the elements of a tensor are stored. `d` is a scale and `m` a minimum of a block, both f16; `q` is an unsigned integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockType {
    /// f32.
    F32,
    /// f16.
    F16,
    /// bf16.
    Bf16,
    /// 32 of `d (q - 8)`, q of 4 bits.
    Q4_0,
    /// 32 of `d q + m`, q of 4 bits.
    Q4_1,
    /// 32 of `d (q - 16)`, q of 5 bits.
    Q5_0,
    /// 32 of `d q + m`, q of 5 bits.
    Q5_1,
    /// 32 of `d q`, q a signed byte.
    Q8_0,
    /// 256 in 8 parts of `d s q - m t`, q of 4 bits, s and t of 6.
    Q4K,
    /// 256 in 8 parts of `d s q - m t`, q of 5 bits, s and t of 6.
    Q5K,
    /// 256 in 16 parts of `d s (q - 32)`, q of 6 bits, s a signed byte.
    Q6K,
}

/// Names of all types by their numbers in a file, read here or not.
const NAMES: [(u32, &str); 31] = [
    (0, "F32"),
    (1, "F16"),
    (2, "Q4_0"),
    (3, "Q4_1"),
    (6, "Q5_0"),
    (7, "Q5_1"),
    (8, "Q8_0"),
    (9, "Q8_1"),
    (10, "Q2_K"),
    (11, "Q3_K"),
    (12, "Q4_K"),
    (13, "Q5_K"),
    (14, "Q6_K"),
    (15, "Q8_K"),
    (16, "IQ2_XXS"),
    (17, "IQ2_XS"),
    (18, "IQ3_XXS"),
    (19, "IQ1_S"),
    (20, "IQ4_NL"),
    (21, "IQ3_S"),
    (22, "IQ2_S"),
    (23, "IQ4_XS"),
    (24, "I8"),
    (25, "I16"),
    (26, "I32"),
    (27, "I64"),
    (28, "F64"),
    (29, "IQ1_M"),
    (30, "BF16"),
    (34, "TQ1_0"),
    (35, "TQ2_0"),
];

impl BlockType {
    /// All that are read.
    pub const ALL: [Self; 11] = [
        Self::F32,
        Self::F16,
        Self::Bf16,
        Self::Q4_0,
        Self::Q4_1,
        Self::Q5_0,
        Self::Q5_1,
        Self::Q8_0,
        Self::Q4K,
        Self::Q5K,
        Self::Q6K,
    ];

    /// The type of that number in a file.
    ///
    /// # Errors
    /// The name of a type that is not read.
    pub(super) fn of(number: u32) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|blocks| blocks.number() == number);
        let name = NAMES
            .iter()
            .find(|(other, _)| *other == number)
            .map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned());
        known.ok_or(name)
    }

    /// Its number in a file.
    pub fn number(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q4_1 => 3,
            Self::Q5_0 => 6,
            Self::Q5_1 => 7,
            Self::Q8_0 => 8,
            Self::Q4K => 12,
            Self::Q5K => 13,
            Self::Q6K => 14,
            Self::Bf16 => 30,
        }
    }

    /// Its name in ggml.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(number, _)| *number == self.number()).map_or("", |(_, name)| name)
    }

    /// Elements of a block.
    pub fn elements(self) -> usize {
        match self {
            Self::F32 | Self::F16 | Self::Bf16 => 1,
            Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 | Self::Q8_0 => 32,
            Self::Q4K | Self::Q5K | Self::Q6K => 256,
        }
    }

    /// Bytes of a block.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::Q4K => 144,
            Self::Q5K => 176,
            Self::Q6K => 210,
        }
    }

    /// Elements that share a scale and a minimum; `None` for floats.
    pub fn span(self) -> Option<usize> {
        match self {
            Self::F32 | Self::F16 | Self::Bf16 => None,
            Self::Q6K => Some(16),
            _ => Some(32),
        }
    }

    /// The elements of whole blocks; bytes behind the last whole block are ignored.
    pub fn dequantize(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            Self::F16 => bytes.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Self::Bf16 => bytes.as_chunks::<2>().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
            _ => {
                let Quants { quants, scales, minimums } = self.quants(bytes);
                let spans = quants.chunks(self.span().unwrap_or(1)).zip(scales.into_iter().zip(minimums));
                spans.flat_map(|(q, (scale, minimum))| q.iter().map(move |q| scale * f32::from(*q) + minimum)).collect()
            }
        }
    }

    /// The elements of whole blocks as integers; none for floats. Each is exactly what the formula of the format gives: the products
    /// have fewer bits than f32 holds.
    pub fn quants(self, bytes: &[u8]) -> Quants {
        let mut out = Quants::default();
        let symmetric = |out: &mut Quants, scale: f32, zero: f32| {
            out.scales.push(scale);
            out.minimums.push(-zero * scale);
        };
        for block in bytes.chunks_exact(self.bytes()) {
            match self {
                Self::F32 | Self::F16 | Self::Bf16 => break,
                Self::Q4_0 => {
                    symmetric(&mut out, half(block, 0), 8.0);
                    out.quants.extend((0..32).map(|at| nibble(&block[2..], at)));
                }
                Self::Q4_1 => {
                    out.scales.push(half(block, 0));
                    out.minimums.push(half(block, 2));
                    out.quants.extend((0..32).map(|at| nibble(&block[4..], at)));
                }
                Self::Q5_0 => {
                    symmetric(&mut out, half(block, 0), 16.0);
                    out.quants.extend((0..32).map(|at| five(&block[2..6], &block[6..], at)));
                }
                Self::Q5_1 => {
                    out.scales.push(half(block, 0));
                    out.minimums.push(half(block, 2));
                    out.quants.extend((0..32).map(|at| five(&block[4..8], &block[8..], at)));
                }
                Self::Q8_0 => {
                    symmetric(&mut out, half(block, 0), 128.0);
                    out.quants.extend(block[2..].iter().map(|q| q ^ 0x80));
                }
                Self::Q4K | Self::Q5K => {
                    for part in 0..8 {
                        let (scale, minimum) = scale_and_minimum(&block[4..16], part);
                        out.scales.push(half(block, 0) * scale);
                        out.minimums.push(-half(block, 2) * minimum);
                    }
                    let fifths = if self == Self::Q5K { &block[16..48] } else { &[] };
                    out.quants.extend((0..256).map(|at| of_parts(fifths, &block[16 + fifths.len()..], at)));
                }
                Self::Q6K => {
                    for scale in &block[192..208] {
                        symmetric(&mut out, half(block, 208) * f32::from(scale.cast_signed()), 32.0);
                    }
                    out.quants.extend((0..256).map(|at| six(block, at)));
                }
            }
        }
        out
    }
}

/// Elements as integers: `scale * q + minimum`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quants {
    /// One for each element.
    pub quants: Vec<u8>,
    /// One for each [span](BlockType::span).
    pub scales: Vec<f32>,
    /// One for each span.
    pub minimums: Vec<f32>,
}

/// The f16 at a place of a block.
fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// Of 16 bytes the lower four bits are the first half of a block, the upper four the second.
fn nibble(quants: &[u8], at: usize) -> u8 {
    if at < 16 { quants[at] & 15 } else { quants[at - 16] >> 4 }
}

/// Four bits of a nibble and the fifth of a word of 32.
fn five(fifths: &[u8], quants: &[u8], at: usize) -> u8 {
    nibble(quants, at) | ((fifths[at / 8] >> (at % 8)) & 1) << 4
}

/// The scale and the minimum of a part of 32, of 6 bits each, packed in 12 bytes.
fn scale_and_minimum(packed: &[u8], part: usize) -> (f32, f32) {
    let (scale, minimum) = if part < 4 {
        (packed[part] & 63, packed[part + 4] & 63)
    } else {
        ((packed[part + 4] & 15) | (packed[part - 4] >> 6) << 4, (packed[part + 4] >> 4) | (packed[part] >> 6) << 4)
    };
    (f32::from(scale), f32::from(minimum))
}

/// Of 256 in parts of 32, two of which share 32 bytes. `fifths`: a byte for each place within a part, a bit for each part; empty for
/// four bits.
fn of_parts(fifths: &[u8], quants: &[u8], at: usize) -> u8 {
    let (part, within) = (at / 32, at % 32);
    let byte = quants[part / 2 * 32 + within];
    let four = if part % 2 == 0 { byte & 15 } else { byte >> 4 };
    four | fifths.get(within).map_or(0, |fifth| ((fifth >> part) & 1) << 4)
}

/// Of two halves of 128, in four parts of 32: four bits, and two others elsewhere.
fn six(block: &[u8], at: usize) -> u8 {
    let (half, part, within) = (at / 128, at % 128 / 32, at % 32);
    let low = block[half * 64 + part % 2 * 32 + within];
    let low = if part < 2 { low & 15 } else { low >> 4 };
    let high = (block[128 + half * 32 + within] >> (2 * part)) & 3;
    low | high << 4
}
