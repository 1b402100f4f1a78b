//! Exponentials.

use super::Vector;

/// The exponentials of numbers from -87 to 88, within 2 units in the last place; beyond them those of the bounds (Cephes' `expf`). What is no
/// number stays none.
#[inline(always)]
pub(crate) fn exp<V: Vector>(x: V) -> V {
    // 1.5 * 2^23: what is added to it is rounded to an integer, which stands in its last bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const POWERS: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let x = x.or_larger(V::splat(-87.0)).or_smaller(V::splat(88.0));
    let shifted = V::splat(ROUND).plus_product(x, V::splat(std::f32::consts::LOG2_E));
    let n = shifted.minus(V::splat(ROUND));
    let rest = x.plus_product(n, V::splat(-LN_2[0])).plus_product(n, V::splat(-LN_2[1]));
    let mut sum = V::splat(POWERS[0]);
    for power in &POWERS[1..] {
        sum = V::splat(*power).plus_product(sum, rest);
    }
    rest.plus_product(sum.times(rest), rest).plus(V::splat(1.0)).times_power_of_two(shifted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{fastest, replace};

    fastest!(exponentials = exponentials_of(numbers: &mut [f32]));

    #[inline(always)]
    fn exponentials_of<V: Vector>(numbers: &mut [f32]) {
        replace(numbers, exp::<V>);
    }

    #[test]
    fn exponentials_are_those_of_the_standard_library() {
        let mut all: Vec<f32> = (-8700..8800).map(|step| step as f32 * 0.01).collect();
        let numbers = all.clone();
        exponentials(&mut all);
        for (x, ours) in numbers.into_iter().zip(all) {
            let theirs = x.exp();
            assert!((ours - theirs).abs() <= 3e-7 * theirs, "{x}: {ours} {theirs}");
        }
        let mut odd = [f32::NAN, f32::NEG_INFINITY, f32::INFINITY];
        exponentials(&mut odd);
        assert!(odd[0].is_nan() && odd[1] < 1e-37 && odd[2] > 1e38, "{odd:?}");
    }
}
