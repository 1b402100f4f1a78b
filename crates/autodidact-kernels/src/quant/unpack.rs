//! Weights of four or five bits as bytes, for products with several tokens.

use super::{BLOCK, FIFTHS, GROUP, QUAD, Storage};

/// Bytes of a quad of columns of a group.
const LINE: usize = GROUP * QUAD;
/// A one in each of eight bytes.
const ONES: u64 = 0x0101_0101_0101_0101;

/// True for weights of fewer bits than a byte.
pub(super) fn unpacks(storage: Storage) -> bool {
    matches!(storage, Storage::Four | Storage::Five)
}

/// Writes the blocks of a group of rows as [`Storage::Eight`] has them. Each bit of a word is worked on at once.
#[inline(never)]
pub(super) fn unpack(storage: Storage, quants: &[u8], out: &mut [u8]) {
    let (lines, _) = quants.as_chunks::<LINE>();
    let blocks = lines.chunks_exact(storage.block_bytes() / LINE);
    for (lines, out) in blocks.zip(out.as_chunks_mut::<LINE>().0.chunks_exact_mut(BLOCK / QUAD)) {
        let (first, second) = out.split_at_mut(FIFTHS);
        let plane = lines.get(FIFTHS);
        for (at, (both, (first, second))) in lines.iter().zip(first.iter_mut().zip(second)).enumerate() {
            for place in 0..LINE / 8 {
                let word = |line: &[u8; LINE]| line.as_chunks::<8>().0.get(place).map_or(0, |b| u64::from_le_bytes(*b));
                let both = word(both);
                let plane = plane.map_or(0, word);
                let fifth = |at: usize| ((plane >> at) & ONES) << 4;
                let words = [both & (15 * ONES) | fifth(at), (both >> 4) & (15 * ONES) | fifth(at + FIFTHS)];
                for (line, word) in [&mut *first, &mut *second].into_iter().zip(words) {
                    if let Some(to) = line.as_chunks_mut::<8>().0.get_mut(place) {
                        *to = word.to_le_bytes();
                    }
                }
            }
        }
    }
}
