//! The loops on x86-64: AVX-512 with VNNI, or AVX2.

use std::{arch::x86_64::*, ptr::from_ref};

use crate::{
    Loops, Matrix, Panels,
    loops::{register_tile, streamed_product},
};

macro_rules! f32_512 {
    ($name:ident, $rows:literal x $vectors:literal) => {
        register_tile!(#[target_feature(enable = "avx512f")] $name, f32, 1, 16, $rows x $vectors,
            (_mm512_setzero_ps(), |x: &f32| _mm512_set1_ps(*x), |x: *const f32| _mm512_loadu_ps(x),
             |sum, a, b| _mm512_fmadd_ps(a, b, sum)));
    };
}
f32_512!(f32_512_6x4, 6 x 4);
f32_512!(f32_512_12x2, 12 x 2);

macro_rules! i16_512 {
    ($name:ident, $rows:literal x $vectors:literal) => {
        register_tile!(#[target_feature(enable = "avx512f,avx512bw,avx512vnni")] $name, i16, 2, 16, $rows x $vectors,
            (_mm512_setzero_si512(), |x: &[i16; 2]| _mm512_set1_epi32(from_ref(x).cast::<i32>().read_unaligned()),
             |x: *const [i16; 2]| _mm512_loadu_si512(x.cast()),
             |sum, a, b| _mm512_dpwssd_epi32(sum, a, b)));
    };
}
i16_512!(i16_512_6x4, 6 x 4);
i16_512!(i16_512_12x2, 12 x 2);

macro_rules! product_512 {
    ($name:ident, $groups:literal) => {
        streamed_product!(#[target_feature(enable = "avx512f,avx512bw,avx512vnni")] $name, 16 x $groups,
            (_mm512_setzero_si512(), |x: &[i16; 2]| _mm512_set1_epi32(from_ref(x).cast::<i32>().read_unaligned()),
             |x: *const u8| _mm512_cvtepu8_epi16(_mm256_loadu_si256(x.cast())),
             |x: __m512i| _mm512_and_si512(x, _mm512_set1_epi16(15)),
             |x: __m512i| _mm512_srli_epi16::<4>(x),
             |sum, a, b| _mm512_dpwssd_epi32(sum, a, b), |x: i32| _mm512_set1_epi32(x), |a, b| _mm512_sub_epi32(a, b)),
            (_mm512_setzero_ps(), |x| _mm512_cvtepi32_ps(x), |x: *const f32| _mm512_loadu_ps(x),
             |x: f32| _mm512_set1_ps(x),
             |a, b| _mm512_mul_ps(a, b), |sum, a, b| _mm512_fmadd_ps(a, b, sum)));
    };
}
product_512!(product_512_2, 2);
product_512!(product_512_4, 4);

macro_rules! f32_256 {
    ($name:ident, $rows:literal x $vectors:literal) => {
        register_tile!(#[target_feature(enable = "avx2,fma")] $name, f32, 1, 8, $rows x $vectors,
            (_mm256_setzero_ps(), |x: &f32| _mm256_set1_ps(*x), |x: *const f32| _mm256_loadu_ps(x),
             |sum, a, b| _mm256_fmadd_ps(a, b, sum)));
    };
}
f32_256!(f32_256_4x3, 4 x 3);
f32_256!(f32_256_6x2, 6 x 2);

macro_rules! i16_256 {
    ($name:ident, $rows:literal x $vectors:literal) => {
        register_tile!(#[target_feature(enable = "avx2")] $name, i16, 2, 8, $rows x $vectors,
            (_mm256_setzero_si256(), |x: &[i16; 2]| _mm256_set1_epi32(from_ref(x).cast::<i32>().read_unaligned()),
             |x: *const [i16; 2]| _mm256_loadu_si256(x.cast()),
             |sum, a, b| _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))));
    };
}
i16_256!(i16_256_4x2, 4 x 2);
i16_256!(i16_256_6x2, 6 x 2);

macro_rules! product_256 {
    ($name:ident, $groups:literal) => {
        streamed_product!(#[target_feature(enable = "avx2,fma")] $name, 8 x $groups,
            (_mm256_setzero_si256(), |x: &[i16; 2]| _mm256_set1_epi32(from_ref(x).cast::<i32>().read_unaligned()),
             |x: *const u8| _mm256_cvtepu8_epi16(_mm_loadu_si128(x.cast())),
             |x: __m256i| _mm256_and_si256(x, _mm256_set1_epi16(15)),
             |x: __m256i| _mm256_srli_epi16::<4>(x),
             |sum, a, b| _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)),
             |x: i32| _mm256_set1_epi32(x), |a, b| _mm256_sub_epi32(a, b)),
            (_mm256_setzero_ps(), |x| _mm256_cvtepi32_ps(x), |x: *const f32| _mm256_loadu_ps(x),
             |x: f32| _mm256_set1_ps(x),
             |a, b| _mm256_mul_ps(a, b), |sum, a, b| _mm256_fmadd_ps(a, b, sum)));
    };
}
product_256!(product_256_1, 1);
product_256!(product_256_2, 2);

// SAFETY of all calls: `loops` asks for the instructions first. The loads are within the panels, whose sizes are those
// of the loops, and need no alignment.
const AVX512: Loops = Loops {
    name: "AVX-512 with VNNI",
    f32_tiles: &[|x: &Panels| unsafe { f32_512_6x4(x) }, |x| unsafe { f32_512_12x2(x) }],
    i16_tiles: &[|x: &Panels| unsafe { i16_512_6x4(x) }, |x| unsafe { i16_512_12x2(x) }],
    products: &[|x: &Matrix| unsafe { product_512_2(x) }, |x| unsafe { product_512_4(x) }],
};
const AVX2: Loops = Loops {
    name: "AVX2",
    f32_tiles: &[|x: &Panels| unsafe { f32_256_4x3(x) }, |x| unsafe { f32_256_6x2(x) }],
    i16_tiles: &[|x: &Panels| unsafe { i16_256_4x2(x) }, |x| unsafe { i16_256_6x2(x) }],
    products: &[|x: &Matrix| unsafe { product_256_1(x) }, |x| unsafe { product_256_2(x) }],
};

pub fn loops() -> &'static Loops {
    let has_512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vnni");
    if has_512 {
        return &AVX512;
    }
    assert!(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"), "the limits need AVX2 at least");
    &AVX2
}
