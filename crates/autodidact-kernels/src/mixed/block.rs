//! What an engine is given.

/// Where a block of 32 by 32 numbers of a product comes from, and where it goes.
#[derive(Clone, Copy)]
pub struct Block {
    /// The tiles of a group of the left factor. Those of the next group are `left_next` numbers away.
    pub left: *const u16,
    /// Numbers from one group of the left factor to the next.
    pub left_next: usize,
    /// The tiles of a group of the right factor. Those of the next group are `right_next` numbers away.
    pub right: *const u16,
    /// Numbers from one group of the right factor to the next.
    pub right_next: usize,
    /// Tiles of a group.
    pub depth: usize,
    /// Where the block begins in the output.
    pub out: *mut f32,
    /// Numbers from one row of the output to the next.
    pub stride: usize,
    /// Rows that are wanted; what the others get is left open.
    pub rows: usize,
    /// Add to what is there.
    pub add: bool,
}
