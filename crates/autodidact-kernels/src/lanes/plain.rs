//! Eight numbers in plain Rust.

use super::{LANES, Lanes, MANTISSA, Vector};

/// For processors without vectors of their own here.
#[derive(Clone, Copy)]
pub(crate) struct Plain(Lanes);

impl Vector for Plain {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        Self(*numbers)
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        *to = self.0;
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] + a.0[at] * b.0[at]))
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.with(other, |a, b| a * b)
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        self.with(other, |a, b| a / b)
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        self.with(other, |a, b| if b > a { b } else { a })
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        self.with(other, |a, b| if b < a { b } else { a })
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        to.iter_mut().zip(self.0).for_each(|(to, x)| *to = x as i16);
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        self.with(power, |a, b| f32::from_bits(a.to_bits().wrapping_add(b.to_bits() << MANTISSA)))
    }
}

impl Plain {
    #[inline(always)]
    fn with(self, other: Self, of: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|at| of(self.0[at], other.0[at])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{exp, lanes};

    #[test]
    fn plain_numbers_are_computed_as_vectors_are() {
        for step in -870..880 {
            let x: Lanes = std::array::from_fn(|at| step as f32 * 0.1 + at as f32 * 0.01);
            let ours = lanes(exp(Plain::load(&x)));
            assert!(ours.iter().zip(x).all(|(ours, x)| (ours - x.exp()).abs() <= 3e-7 * x.exp()), "{x:?} {ours:?}");
        }
        let (a, b) = (Plain([1.0, -2.0, f32::NAN, 4.0, 5.0, -6.0, 0.0, 8.0]), Plain::splat(2.0));
        assert_eq!(a.or_larger(b).0[..2], [2.0, 2.0]);
        assert_eq!(a.or_smaller(b).0[3..], [2.0, 2.0, -6.0, 0.0, 2.0]);
        assert!(a.or_larger(b).0[2].is_nan() && a.or_smaller(b).0[2].is_nan());
        let mut words = [0; LANES];
        a.over(b).times(b).minus(b).store_words(&mut words);
        assert_eq!((words[0], words[1], words[7]), (-1, -4, 6));
    }
}
