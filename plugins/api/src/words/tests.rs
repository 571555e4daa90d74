//! Words against numbers.

use proptest::prelude::*;

use super::*;
use crate::{Lanes, OperandFormat};

const WIDTH: usize = 12;

/// Spreads a number over a word of lanes, in lane 0.
fn word(value: u64, width: usize) -> Vec<u64> {
    (0..width).map(|i| value >> i & 1).collect()
}

fn value(word: &[u64]) -> u64 {
    word.iter().enumerate().map(|(i, lane)| (lane & 1) << i).sum()
}

proptest! {
    #[test]
    fn adders_add(a in 0u64..1 << WIDTH, b in 0u64..1 << 5, carry in 0u64..2) {
        prop_assert_eq!(value(&add(&mut Lanes, &word(a, WIDTH), &word(b, 5), carry)), a + b + carry);
    }

    #[test]
    fn negation_is_twos_complement(a in 0u64..1 << WIDTH, negate in 0u64..2) {
        let expected = if negate == 1 { a.wrapping_neg() & ((1 << WIDTH) - 1) } else { a };
        prop_assert_eq!(value(&negate_if(&mut Lanes, &word(a, WIDTH), negate)), expected);
    }

    #[test]
    fn shifters_shift(a in 0u64..1 << WIDTH, amount in 0u64..16) {
        let shifted = shift_left(&mut Lanes, &word(a, WIDTH), &word(amount, 4), 20);
        prop_assert_eq!(value(&shifted), a << amount & ((1 << 20) - 1));
    }

    #[test]
    fn right_shifters_shift(a in 0u64..1 << WIDTH, amount in 0u64..16) {
        let shifted = shift_right(&mut Lanes, &word(a, WIDTH), &word(amount, 4));
        prop_assert_eq!(value(&shifted), a >> amount);
    }

    #[test]
    fn what_is_left_out_is_missing(a in -128i64..128, b in -8i64..8, kept in 0u64..1 << 32) {
        let format = OperandFormat::signed(8, 4);
        let keep = |i: usize, j: usize| kept >> (4 * i + j) & 1 == 1;
        let (word_a, word_b) = (word(a as u64 & 0xff, 8), word(b as u64 & 0xf, 4));
        let columns = partial_products(&mut Lanes, format, &word_a, &word_b, keep);
        let sum = value(&sum_columns(&mut Lanes, columns)) as i64;
        prop_assert_eq!(format.wrap(sum), a * b - left_out(format, a, b, keep));
    }

    #[test]
    fn the_leading_one_is_found(a in 1u64..1 << WIDTH) {
        let hot = leading_one(&mut Lanes, &word(a, WIDTH));
        prop_assert_eq!(value(&hot), 1 << a.ilog2());
        prop_assert_eq!(value(&encode(&mut Lanes, &hot)), u64::from(a.ilog2()));
    }

    #[test]
    fn fractions_stand_below_the_leading_one(a in 0u64..1 << WIDTH, bits in 0usize..16) {
        let (exponent, fraction) = normalize(&mut Lanes, &word(a, WIDTH), bits);
        let (k, x) = normalized(a, bits as u32).unwrap_or_default();
        prop_assert_eq!((value(&exponent), value(&fraction)), (k.into(), x));
        // 2^k (1 + x) is the number, but for what the fraction has no bits for.
        let back = ((u64::from(a > 0) << bits) + x) << k >> bits;
        prop_assert!(back <= a && (bits < k as usize || back == a));
    }

    #[test]
    fn the_nearest_power_is_found(a in 0u64..1 << WIDTH, three_up: bool) {
        let (power, up) = nearest_power(&mut Lanes, &word(a, WIDTH), three_up);
        prop_assert_eq!(value(&power), nearest_power_of_two(a, three_up));
        prop_assert_eq!(up & 1 == 1, nearest_power_of_two(a, three_up) > a);
        prop_assert_eq!(both_nonzero(&mut Lanes, &word(a, WIDTH), &[1]) & 1 == 1, a > 0);
    }

    #[test]
    fn columns_sum(columns in prop::collection::vec(prop::collection::vec(0u64..2, 0..9), 1..14)) {
        let expected: u64 = columns.iter().enumerate().map(|(i, c)| c.iter().sum::<u64>() << i).sum();
        let modulus = 1 << columns.len();
        prop_assert_eq!(value(&sum_dadda(&mut Lanes, columns.clone())), expected % modulus);
        prop_assert_eq!(value(&sum_columns(&mut Lanes, columns)), expected % modulus);
    }
}
#[test]
fn powers_are_the_nearest() {
    let nearest = [0, 1, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8, 16];
    assert!((0..).zip(nearest).all(|(x, power)| nearest_power_of_two(x, true) == power));
    assert_eq!((nearest_power_of_two(3, false), nearest_power_of_two(6, false)), (2, 8));
    assert_eq!((nearest_power_of_two(191, false), nearest_power_of_two(192, false)), (128, 256));
}
