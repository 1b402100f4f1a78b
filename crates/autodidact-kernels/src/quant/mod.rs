//! Matrices of four, five or eight bits a weight, and their products with rows of f32 on integers.
//!
//! A weight is `scale * q + minimum`, `q` an unsigned integer, with a scale and a minimum for each span of columns of its
//! row. The symmetric formats of files are of that kind too: `scale * (q - 8)` has the minimum `-8 scale`. For a product the
//! rows of f32 are rounded to integers of 16 bits with a scale for each 32 of them ([`Activations`]), so that
//!
//! ```text
//! sum over a span of (scale * q + minimum) * (s * x) = scale * s * sum(q * x) + minimum * s * sum(x)
//! ```
//!
//! whose sums are sums of integers.

mod activations;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod amx;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod arm;
mod block;
mod detect;
mod instructions;
mod product;
mod scalar;
mod tile;
mod transposed;
mod unpack;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use activations::Activations;
pub(crate) use block::Tile as BlockTile;
pub use instructions::Instructions;
pub use product::Columns;
pub(crate) use product::each_part;
pub use transposed::SomeColumns;

/// Columns that share a scale of their activations, and of their weights at most.
pub const BLOCK: usize = 32;
/// Rows that lie interleaved, so that one instruction works on all of them.
pub(crate) const GROUP: usize = 8;
/// Neighbouring columns of a row that lie side by side.
const QUAD: usize = 4;
/// Where the fifth bits of a block are: as if they were a quad.
pub(crate) const FIFTHS: usize = BLOCK / 2 / QUAD;
/// A one in each of four bytes.
const EACH: u32 = 0x0101_0101;

/// What the fifth bits add to the quads of a row; `plane` are its bytes of fifth bits.
#[inline(always)]
fn fifths(plane: [u8; QUAD], at: usize) -> u32 {
    ((u32::from_le_bytes(plane) >> at) & EACH) << 4
}

/// How the weights of a matrix are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Four bits, a scale for 32 columns.
    Four,
    /// Five bits, a scale for 32 columns.
    Five,
    /// Eight bits, a scale for 32 columns.
    Eight,
    /// Eight bits, a scale for 16 columns.
    EightBySixteen,
}

impl Storage {
    /// Columns that share a scale.
    pub const fn span(self) -> usize {
        match self {
            Self::Four | Self::Five | Self::Eight => BLOCK,
            Self::EightBySixteen => BLOCK / 2,
        }
    }

    /// Bytes of a block of all rows of a group.
    const fn block_bytes(self) -> usize {
        match self {
            Self::Four => GROUP * BLOCK / 2,
            Self::Five => GROUP * BLOCK * 5 / 8,
            Self::Eight | Self::EightBySixteen => GROUP * BLOCK,
        }
    }
}

/// One row of a matrix, as it is given.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// One number a column, of as many bits as are stored.
    pub quants: &'a [u8],
    /// One for each span of columns.
    pub scales: &'a [f32],
    /// One for each span of columns.
    pub minimums: &'a [f32],
}

/// A matrix `[rows, columns]`, packed for the products of this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantizedMatrix {
    rows: usize,
    columns: usize,
    storage: Storage,
    /// Groups of rows, in them blocks of columns, in them quads of columns, in them rows. Of a byte with two weights the
    /// lower one is of the first half of the block. Of five bits the lower four come first, as where there are no others; then, row by
    /// row, a byte for each place in a quad, which has a bit for each quad.
    quants: Vec<u8>,
    /// Groups of rows, in them spans of columns, in them rows.
    scales: Vec<f32>,
    /// As `scales`.
    minimums: Vec<f32>,
}

impl QuantizedMatrix {
    /// A matrix of zeros. `None` where the columns do not fill whole blocks, or there are no rows or columns.
    pub fn zeros(rows: usize, columns: usize, storage: Storage) -> Option<Self> {
        if rows == 0 || columns == 0 || !columns.is_multiple_of(BLOCK) {
            return None;
        }
        let groups = rows.div_ceil(GROUP);
        let spans = groups.checked_mul(columns / storage.span())?.checked_mul(GROUP)?;
        let bytes = groups.checked_mul(columns / BLOCK)?.checked_mul(storage.block_bytes())?;
        Some(Self {
            rows,
            columns,
            storage,
            quants: vec![0; bytes],
            scales: vec![0.0; spans],
            minimums: vec![0.0; spans],
        })
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How its weights are stored.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.quants.len() + size_of_val(&self.scales[..]) + size_of_val(&self.minimums[..])
    }

    /// Sets a row.
    ///
    /// # Panics
    /// For a row that the matrix does not have, and for one of another length.
    pub fn set_row(&mut self, index: usize, row: Row<'_>) {
        assert!(index < self.rows, "there is no row {index} of {}", self.rows);
        let spans = self.columns / self.storage.span();
        assert!(
            row.quants.len() == self.columns && row.scales.len() == spans && row.minimums.len() == spans,
            "a row has {} columns in {spans} spans",
            self.columns
        );
        let (group, within) = (index / GROUP, index % GROUP);
        for (span, (scale, minimum)) in row.scales.iter().zip(row.minimums).enumerate() {
            let at = (group * spans + span) * GROUP + within;
            self.scales[at] = *scale;
            self.minimums[at] = *minimum;
        }
        let (blocks, _) = row.quants.as_chunks::<BLOCK>();
        for (block, quants) in blocks.iter().enumerate() {
            let start = self.start(group, block);
            // Quads of all rows of the group, of which this row has one each.
            let places = self.quants[start..][..self.storage.block_bytes()].as_chunks_mut::<{ GROUP * QUAD }>().0;
            let places = places.iter_mut().map(|quads| &mut quads.as_chunks_mut::<QUAD>().0[within]);
            let quads = quants.as_chunks::<QUAD>().0;
            match self.storage {
                Storage::Four | Storage::Five => {
                    let (first, second) = quads.split_at(quads.len() / 2);
                    let mut places = places;
                    for ((low, high), to) in first.iter().zip(second).zip(&mut places) {
                        let (low, high) = (u32::from_ne_bytes(*low), u32::from_ne_bytes(*high));
                        *to = ((low & 0x0f0f_0f0f) | (high & 0x0f0f_0f0f) << 4).to_ne_bytes();
                    }
                    // The place of the fifth bits, if there is one.
                    if let Some(to) = places.next() {
                        let bits = |(at, quad): (usize, &[u8; QUAD])| ((u32::from_ne_bytes(*quad) >> 4) & EACH) << at;
                        *to = quads.iter().enumerate().map(bits).fold(0, |all, bits| all | bits).to_ne_bytes();
                    }
                }
                Storage::Eight | Storage::EightBySixteen => places.zip(quads).for_each(|(to, quad)| *to = *quad),
            }
        }
    }

    /// The quants of a row.
    ///
    /// # Panics
    /// As [`QuantizedMatrix::row`].
    pub fn quants_of(&self, index: usize, out: &mut [u8]) {
        assert!(index < self.rows, "there is no row {index} of {}", self.rows);
        assert_eq!(out.len(), self.columns, "a row has {} columns", self.columns);
        let (group, within) = (index / GROUP, index % GROUP);
        for (block, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let start = self.start(group, block) + within * QUAD;
            let quad = |at: usize| &self.quants[start + at * GROUP * QUAD..][..QUAD];
            match self.storage {
                Storage::Four | Storage::Five => {
                    let (first, second) = out.split_at_mut(BLOCK / 2);
                    for (at, (low, high)) in first.chunks_mut(QUAD).zip(second.chunks_mut(QUAD)).enumerate() {
                        for (both, (low, high)) in quad(at).iter().zip(low.iter_mut().zip(high)) {
                            (*low, *high) = (both & 15, both >> 4);
                        }
                    }
                    if self.storage == Storage::Five {
                        for (at, out) in out.chunks_mut(QUAD).enumerate() {
                            out.iter_mut().zip(quad(FIFTHS)).for_each(|(out, bits)| *out |= (bits >> at & 1) << 4);
                        }
                    }
                }
                Storage::Eight | Storage::EightBySixteen => {
                    out.chunks_mut(QUAD).enumerate().for_each(|(at, out)| out.copy_from_slice(quad(at)));
                }
            }
        }
    }

    /// Scales and minimums of a row, one for each span of columns.
    ///
    /// # Panics
    /// For a row that the matrix does not have.
    pub fn spans_of(&self, index: usize) -> (Vec<f32>, Vec<f32>) {
        assert!(index < self.rows, "there is no row {index} of {}", self.rows);
        let (spans, (group, within)) = (self.columns / self.storage.span(), (index / GROUP, index % GROUP));
        let of = |numbers: &[f32]| (0..spans).map(|span| numbers[(group * spans + span) * GROUP + within]).collect();
        (of(&self.scales), of(&self.minimums))
    }

    /// The weights of a row.
    ///
    /// # Panics
    /// For a row that the matrix does not have, and for a slice of another length.
    pub fn row(&self, index: usize, out: &mut [f32]) {
        let mut quants = vec![0; self.columns];
        self.quants_of(index, &mut quants);
        assert_eq!(out.len(), self.columns, "a row has {} columns", self.columns);
        let (scales, minimums) = self.spans_of(index);
        let span = self.storage.span();
        for ((out, quants), (scale, minimum)) in
            out.chunks_mut(span).zip(quants.chunks(span)).zip(scales.iter().zip(&minimums))
        {
            out.iter_mut().zip(quants).for_each(|(out, quant)| *out = scale * f32::from(*quant) + minimum);
        }
    }

    /// All that it holds, as words of 32 bits, put into one value: for checksums.
    pub fn fold_words<T>(&self, start: T, with: impl Fn(T, u32) -> T) -> T {
        let (quants, _) = self.quants.as_chunks::<4>();
        let value = quants.iter().fold(start, |value, bytes| with(value, u32::from_le_bytes(*bytes)));
        let numbers = |value: T, numbers: &[f32]| numbers.iter().fold(value, |value, x| with(value, x.to_bits()));
        numbers(numbers(value, &self.scales), &self.minimums)
    }

    /// A block of columns of a group of rows; `None` beyond the last group.
    pub(crate) fn block(&self, group: usize, block: usize) -> Option<BlockTile<'_>> {
        let spans = BLOCK / self.storage.span() * GROUP;
        let at = (group * (self.columns / BLOCK) + block) * spans;
        Some(BlockTile {
            storage: self.storage,
            quants: self.quants.get(self.start(group, block)..)?.get(..self.storage.block_bytes())?,
            scales: self.scales.get(at..)?.get(..spans)?,
            minimums: self.minimums.get(at..)?.get(..spans)?,
        })
    }

    /// Where a block begins.
    fn start(&self, group: usize, block: usize) -> usize {
        (group * (self.columns / BLOCK) + block) * self.storage.block_bytes()
    }
}
