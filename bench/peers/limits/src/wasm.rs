//! The loops in WebAssembly's SIMD.

use std::arch::wasm32::*;

use crate::{
    Loops, Matrix, Panels,
    loops::{register_tile, streamed_product},
};

#[inline(always)]
fn add(sum: v128, a: v128, b: v128) -> v128 {
    f32x4_add(sum, f32x4_mul(a, b))
}

#[inline(always)]
fn add_pairs(sum: v128, a: v128, b: v128) -> v128 {
    i32x4_add(sum, i32x4_dot_i16x8(a, b))
}

macro_rules! f32_tile {
    ($name:ident, $rows:literal x $vectors:literal) => {
        register_tile!($name, f32, 1, 4, $rows x $vectors,
            (f32x4_splat(0.0), |x: &f32| f32x4_splat(*x), |x: *const f32| v128_load(x.cast()), add));
    };
}
f32_tile!(f32_2x4, 2 x 4);
f32_tile!(f32_4x2, 4 x 2);
f32_tile!(f32_6x2, 6 x 2);

macro_rules! i16_tile {
    ($name:ident, $rows:literal x $vectors:literal) => {
        register_tile!($name, i16, 2, 4, $rows x $vectors,
            (i32x4_splat(0), |x: &[i16; 2]| v128_load32_splat(x.as_ptr().cast()),
             |x: *const [i16; 2]| v128_load(x.cast()), add_pairs));
    };
}
i16_tile!(i16_2x4, 2 x 4);
i16_tile!(i16_4x2, 4 x 2);
i16_tile!(i16_6x2, 6 x 2);

macro_rules! product {
    ($name:ident, $groups:literal) => {
        streamed_product!($name, 4 x $groups,
            (i32x4_splat(0), |x: &[i16; 2]| v128_load32_splat(x.as_ptr().cast()),
             |x: *const u8| u16x8_load_extend_u8x8(x),
             |x: v128| v128_and(x, u16x8_splat(15)), |x: v128| u16x8_shr(x, 4), add_pairs, i32x4_splat, i32x4_sub),
            (f32x4_splat(0.0), f32x4_convert_i32x4, |x: *const f32| v128_load(x.cast()), f32x4_splat, f32x4_mul, add));
    };
}
product!(product_1, 1);
product!(product_2, 2);
product!(product_4, 4);

// SAFETY of all calls: the loads are within the panels, whose sizes are those of the loops, and need no alignment.
pub fn loops() -> &'static Loops {
    const LOOPS: Loops = Loops {
        name: "SIMD128",
        f32_tiles: &[|x: &Panels| unsafe { f32_2x4(x) }, |x| unsafe { f32_4x2(x) }, |x| unsafe { f32_6x2(x) }],
        i16_tiles: &[|x: &Panels| unsafe { i16_2x4(x) }, |x| unsafe { i16_4x2(x) }, |x| unsafe { i16_6x2(x) }],
        products: &[|x: &Matrix| unsafe { product_1(x) }, |x| unsafe { product_2(x) }, |x| unsafe { product_4(x) }],
    };
    &LOOPS
}
