//! The loops in plain Rust, for machines without loops of their own: the compiler chooses the instructions.

use crate::{
    Loops, Matrix, Panels,
    loops::{register_tile, streamed_product},
};

type Floats = [f32; 4];
type Pairs = [[i16; 2]; 4];
type Whole = [i32; 4];

fn each<A: Copy, B: Copy, C>(a: [A; 4], b: [B; 4], f: impl Fn(A, B) -> C) -> [C; 4] {
    std::array::from_fn(|lane| f(a[lane], b[lane]))
}

fn add(sum: Floats, a: Floats, b: Floats) -> Floats {
    each(sum, each(a, b, |a, b| a * b), |sum, product| sum + product)
}

fn add_pairs(sum: Whole, a: Pairs, b: Pairs) -> Whole {
    let dot = |a: [i16; 2], b: [i16; 2]| i32::from(a[0]) * i32::from(b[0]) + i32::from(a[1]) * i32::from(b[1]);
    each(sum, each(a, b, dot), i32::wrapping_add)
}

unsafe fn read<T: Copy>(first: *const T) -> T {
    // SAFETY: the caller's panel goes on for as long as `T` is.
    unsafe { first.read_unaligned() }
}

register_tile!(f32_4x2, f32, 1, 4, 4 x 2, ([0.0; 4], |x: &f32| [*x; 4], |x: *const f32| read::<Floats>(x.cast()), add));
register_tile!(i16_4x2, i16, 2, 4, 4 x 2,
    ([0; 4], |x: &[i16; 2]| [*x; 4], |x: *const [i16; 2]| read::<Pairs>(x.cast()), add_pairs));
streamed_product!(product, 4 x 2,
    ([0; 4], |x: &[i16; 2]| [*x; 4], |x: *const u8| read::<[[u8; 2]; 4]>(x.cast()),
     |x: [[u8; 2]; 4]| x.map(|pair| pair.map(|byte| i16::from(byte & 15))),
     |x: [[u8; 2]; 4]| x.map(|pair| pair.map(|byte| i16::from(byte >> 4))),
     add_pairs, |x: i32| [x; 4], |a: Whole, b: Whole| each(a, b, i32::wrapping_sub)),
    ([0.0; 4], |x: Whole| x.map(|x| x as f32), |x: *const f32| read::<Floats>(x.cast()), |x: f32| [x; 4],
     |a: Floats, b: Floats| each(a, b, |a, b| a * b), add));

pub fn loops() -> &'static Loops {
    // SAFETY of all calls: the loads are within the panels, whose sizes are those of the loops.
    const LOOPS: Loops = Loops {
        name: "plain Rust",
        f32_tiles: &[|x: &Panels| unsafe { f32_4x2(x) }],
        i16_tiles: &[|x: &Panels| unsafe { i16_4x2(x) }],
        products: &[|x: &Matrix| unsafe { product(x) }],
    };
    &LOOPS
}
