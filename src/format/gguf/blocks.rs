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
        self.quants_into(bytes, &mut out);
        out
    }

    /// [`BlockType::quants`] in the place of what `out` holds.
    pub fn quants_into(self, bytes: &[u8], out: &mut Quants) {
        match self {
            Self::F32 | Self::F16 | Self::Bf16 => out.resize(0, 0),
            Self::Q4_0 => out.fill(bytes, |block: &[u8; 18], mut to: Place<'_, 32, 1>| {
                to.symmetric(0, half(block, 0), 8.0);
                halves(&block[2..], to.quants);
            }),
            Self::Q4_1 => out.fill(bytes, |block: &[u8; 20], mut to: Place<'_, 32, 1>| {
                to.span(0, half(block, 0), half(block, 2));
                halves(&block[4..], to.quants);
            }),
            Self::Q5_0 => out.fill(bytes, |block: &[u8; 22], mut to: Place<'_, 32, 1>| {
                to.symmetric(0, half(block, 0), 16.0);
                halves(&block[6..], to.quants);
                fifths(&block[2..6], to.quants);
            }),
            Self::Q5_1 => out.fill(bytes, |block: &[u8; 24], mut to: Place<'_, 32, 1>| {
                to.span(0, half(block, 0), half(block, 2));
                halves(&block[8..], to.quants);
                fifths(&block[4..8], to.quants);
            }),
            Self::Q8_0 => out.fill(bytes, |block: &[u8; 34], mut to: Place<'_, 32, 1>| {
                to.symmetric(0, half(block, 0), 128.0);
                for (to, from) in words_mut(to.quants).iter_mut().zip(words(&block[2..])) {
                    *to = (word(from) ^ (0x80 * ONES)).to_le_bytes();
                }
            }),
            Self::Q4K => out.fill(bytes, |block: &[u8; 144], mut to: Place<'_, 256, 8>| {
                to.scales_and_minimums(block);
                parts(&[0; 32], &block[16..], to.quants);
            }),
            Self::Q5K => out.fill(bytes, |block: &[u8; 176], mut to: Place<'_, 256, 8>| {
                to.scales_and_minimums(block);
                parts(&block[16..48], &block[48..], to.quants);
            }),
            Self::Q6K => out.fill(bytes, |block: &[u8; 210], mut to: Place<'_, 256, 16>| {
                for (span, scale) in block[192..208].iter().enumerate() {
                    to.symmetric(span, half(block, 208) * f32::from(scale.cast_signed()), 32.0);
                }
                sixes(block, to.quants);
            }),
        }
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

impl Quants {
    fn resize(&mut self, elements: usize, spans: usize) {
        self.quants.resize(elements, 0);
        self.scales.resize(spans, 0.0);
        self.minimums.resize(spans, 0.0);
    }

    /// Fills this with what `block` makes of each whole block.
    fn fill<const BYTES: usize, const ELEMENTS: usize, const SPANS: usize>(
        &mut self,
        bytes: &[u8],
        block: impl Fn(&[u8; BYTES], Place<'_, ELEMENTS, SPANS>),
    ) {
        let (blocks, _) = bytes.as_chunks::<BYTES>();
        self.resize(blocks.len() * ELEMENTS, blocks.len() * SPANS);
        let quants = self.quants.as_chunks_mut().0.iter_mut();
        let spans = self.scales.as_chunks_mut().0.iter_mut().zip(self.minimums.as_chunks_mut().0);
        for ((bytes, quants), (scales, minimums)) in blocks.iter().zip(quants).zip(spans) {
            block(bytes, Place { quants, scales, minimums });
        }
    }
}

/// Where the elements of a block go.
struct Place<'a, const ELEMENTS: usize, const SPANS: usize> {
    quants: &'a mut [u8; ELEMENTS],
    scales: &'a mut [f32; SPANS],
    minimums: &'a mut [f32; SPANS],
}

impl<const ELEMENTS: usize, const SPANS: usize> Place<'_, ELEMENTS, SPANS> {
    fn span(&mut self, span: usize, scale: f32, minimum: f32) {
        (self.scales[span], self.minimums[span]) = (scale, minimum);
    }

    /// Integers that stand for zero at `zero`.
    fn symmetric(&mut self, span: usize, scale: f32, zero: f32) {
        self.span(span, scale, -zero * scale);
    }
}

impl Place<'_, 256, 8> {
    /// Those of eight parts, of 6 bits each.
    fn scales_and_minimums(&mut self, block: &[u8]) {
        for part in 0..8 {
            let (scale, minimum) = scale_and_minimum(&block[4..16], part);
            self.span(part, half(block, 0) * scale, -half(block, 2) * minimum);
        }
    }
}

/// The f16 at a place of a block.
fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// A one in each of eight bytes, which are worked on at once.
const ONES: u64 = 0x0101_0101_0101_0101;

fn words(bytes: &[u8]) -> &[[u8; 8]] {
    bytes.as_chunks().0
}

fn words_mut(bytes: &mut [u8]) -> &mut [[u8; 8]] {
    bytes.as_chunks_mut().0
}

fn word(bytes: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*bytes)
}

/// Of 16 bytes the lower four bits are the first half of a block, the upper four the second.
fn halves(from: &[u8], to: &mut [u8; 32]) {
    let (low, high) = to.split_at_mut(16);
    for ((low, high), both) in words_mut(low).iter_mut().zip(words_mut(high)).zip(words(from)) {
        *low = (word(both) & (15 * ONES)).to_le_bytes();
        *high = ((word(both) >> 4) & (15 * ONES)).to_le_bytes();
    }
}

/// Adds the fifth bits, of which a byte has those of eight elements.
fn fifths(from: &[u8], to: &mut [u8; 32]) {
    for (to, bits) in words_mut(to).iter_mut().zip(from) {
        // Byte `i` keeps bit `i`, which the addition carries into bit 7.
        let alone = (u64::from(*bits) * ONES) & 0x8040_2010_0804_0201;
        let carried = (alone + 0x0040_6070_787c_7e7f) & (0x80 * ONES);
        *to = (word(to) | carried >> 3).to_le_bytes();
    }
}

/// Of 256 in parts of 32, two of which share 32 bytes. `fifths`: a byte for each place within a part, a bit for each part.
fn parts(fifths: &[u8], from: &[u8], to: &mut [u8; 256]) {
    let pairs = to.as_chunks_mut::<64>().0.iter_mut().zip(from.as_chunks::<32>().0);
    for (pair, (to, from)) in pairs.enumerate() {
        let (low, high) = to.split_at_mut(32);
        let places = words_mut(low).iter_mut().zip(words_mut(high)).zip(words(from).iter().zip(words(fifths)));
        for ((low, high), (both, fifths)) in places {
            let fifth = |part: usize| ((word(fifths) >> part) & ONES) << 4;
            *low = ((word(both) & (15 * ONES)) | fifth(2 * pair)).to_le_bytes();
            *high = (((word(both) >> 4) & (15 * ONES)) | fifth(2 * pair + 1)).to_le_bytes();
        }
    }
}

/// Of two halves of 128, in four parts of 32: four bits, and two others elsewhere.
fn sixes(block: &[u8; 210], to: &mut [u8; 256]) {
    let (low, high) = (block[..128].as_chunks::<64>().0, block[128..192].as_chunks::<32>().0);
    for (to, (low, high)) in to.as_chunks_mut::<128>().0.iter_mut().zip(low.iter().zip(high)) {
        for (part, to) in to.as_chunks_mut::<32>().0.iter_mut().enumerate() {
            let low = &low[part % 2 * 32..][..32];
            for (to, (low, high)) in words_mut(to).iter_mut().zip(words(low).iter().zip(words(high))) {
                let four = (word(low) >> (part / 2 * 4)) & (15 * ONES);
                let two = (word(high) >> (2 * part)) & (3 * ONES);
                *to = (four | two << 4).to_le_bytes();
            }
        }
    }
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
