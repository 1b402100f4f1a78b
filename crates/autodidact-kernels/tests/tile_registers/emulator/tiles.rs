//! The state of the tile registers of one thread, and what instructions do to it. An error is a rule that a processor
//! enforces by an exception.

use super::decode::Numbers;

const ROWS: usize = 16;
const BYTES: usize = 64;

type Done = Result<(), &'static str>;

/// A tile register: `rows` rows of `bytes` bytes, and zeros beyond them.
#[derive(Clone, Copy)]
struct Tile {
    rows: usize,
    bytes: usize,
    data: [[u8; BYTES]; ROWS],
}

impl Tile {
    const NONE: Self = Self { rows: 0, bytes: 0, data: [[0; BYTES]; ROWS] };

    /// Four bytes of a row.
    fn word(&self, row: usize, word: usize) -> [u8; 4] {
        self.data[row].as_chunks().0[word]
    }

    fn set_word(&mut self, row: usize, word: usize, bytes: [u8; 4]) {
        self.data[row].as_chunks_mut().0[word] = bytes;
    }

    /// The pair of bf16 numbers of a word.
    fn pair(&self, row: usize, word: usize) -> [f32; 2] {
        let [a, b, c, d] = self.word(row, word);
        [[a, b], [c, d]].map(|bytes| flushed(f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16)))
    }

    /// The bytes of a word as integers.
    fn bytes(&self, row: usize, word: usize, signed: bool) -> [i32; 4] {
        self.word(row, word).map(|byte| if signed { i32::from(byte as i8) } else { i32::from(byte) })
    }
}

/// The tile registers; `None` where they are not configured.
pub struct Tiles(Option<[Tile; 8]>);

impl Tiles {
    pub const fn new() -> Self {
        Self(None)
    }

    /// Sets the shapes, and all tiles to zero.
    pub fn configure(&mut self, bytes: &[u8; 64]) -> Done {
        let (palette, start_row) = (bytes[0], bytes[1]);
        if palette == 0 {
            self.release();
            return Ok(());
        }
        let reserved = bytes[2..16].iter().chain(&bytes[32..48]).chain(&bytes[56..]);
        require(palette == 1, "there is one palette")?;
        require(start_row == 0, "an instruction that was interrupted, which is not imitated")?;
        require(reserved.into_iter().all(|byte| *byte == 0), "reserved bytes must be zero")?;
        let mut tiles = [Tile::NONE; 8];
        for (at, tile) in tiles.iter_mut().enumerate() {
            tile.bytes = usize::from(u16::from_le_bytes([bytes[16 + 2 * at], bytes[17 + 2 * at]]));
            tile.rows = usize::from(bytes[48 + at]);
            require(tile.rows <= ROWS && tile.bytes <= BYTES, "a tile has 16 rows of 64 bytes at most")?;
            require((tile.rows == 0) == (tile.bytes == 0), "a tile has rows and bytes, or neither")?;
        }
        self.0 = Some(tiles);
        Ok(())
    }

    pub fn release(&mut self) {
        self.0 = None;
    }

    pub fn zero(&mut self, tile: usize) -> Done {
        self.tile(tile)?.data = [[0; BYTES]; ROWS];
        Ok(())
    }

    /// `read` fills a row.
    pub fn load(&mut self, tile: usize, mut read: impl FnMut(usize, &mut [u8])) -> Done {
        let Tile { rows, bytes, data } = self.tile(tile)?;
        *data = [[0; BYTES]; ROWS];
        data[..*rows].iter_mut().enumerate().for_each(|(row, data)| read(row, &mut data[..*bytes]));
        Ok(())
    }

    /// `write` gets each row.
    pub fn store(&mut self, tile: usize, mut write: impl FnMut(usize, &[u8])) -> Done {
        let Tile { rows, bytes, data } = self.tile(tile)?;
        data[..*rows].iter().enumerate().for_each(|(row, data)| write(row, &data[..*bytes]));
        Ok(())
    }

    /// Adds `left right` to `sums`.
    pub fn multiply(&mut self, numbers: Numbers, sums: usize, left: usize, right: usize) -> Done {
        require(sums != left && left != right && sums != right, "the tiles must be three")?;
        let (a, b) = (*self.tile(left)?, *self.tile(right)?);
        let c = self.tile(sums)?;
        require([a.bytes, b.bytes, c.bytes].iter().all(|bytes| bytes % 4 == 0), "rows of whole words")?;
        require(c.rows == a.rows, "as many rows of sums as of the left factor")?;
        require(c.bytes == b.bytes, "as many columns of sums as of the right factor")?;
        require(a.bytes / 4 == b.rows, "a row of the right factor for each word of the left one")?;
        for row in 0..c.rows {
            for column in 0..c.bytes / 4 {
                let before = c.word(row, column);
                let after = match numbers {
                    Numbers::Bf16 => bf16_sum(&a, &b, row, column, f32::from_le_bytes(before)).to_le_bytes(),
                    Numbers::Bytes { left_signed, right_signed } => {
                        let sum = (0..b.rows).fold(i32::from_le_bytes(before), |sum, word| {
                            let (x, y) = (a.bytes(row, word, left_signed), b.bytes(word, column, right_signed));
                            x.iter().zip(y).fold(sum, |sum, (x, y)| sum.wrapping_add(x * y))
                        });
                        sum.to_le_bytes()
                    }
                };
                c.set_word(row, column, after);
            }
        }
        Ok(())
    }

    fn tile(&mut self, tile: usize) -> Result<&mut Tile, &'static str> {
        let tiles = self.0.as_mut().ok_or("the tiles are not configured")?;
        let tile = &mut tiles[tile];
        require(tile.rows > 0, "the tile has no rows")?;
        Ok(tile)
    }
}

fn require(rule: bool, name: &'static str) -> Done {
    if rule { Ok(()) } else { Err(name) }
}

/// A sum with the products of a row and a column. Even and odd places are summed apart, with one rounding for a product
/// and its sum.
fn bf16_sum(a: &Tile, b: &Tile, row: usize, column: usize, before: f32) -> f32 {
    let [even, odd] = (0..b.rows).fold([0.0; 2], |sums, word| {
        let (x, y) = (a.pair(row, word), b.pair(word, column));
        [0, 1].map(|at: usize| flushed(x[at].mul_add(y[at], sums[at])))
    });
    flushed(flushed(before) + flushed(even + odd))
}

/// Denormal numbers are zeros.
fn flushed(x: f32) -> f32 {
    if x.is_subnormal() { 0.0_f32.copysign(x) } else { x }
}
