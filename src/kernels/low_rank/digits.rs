//! Factors of 8 bits: wider factors become two digits, at the cost of one more term each.
//!
//! `vpdpbusd` multiplies unsigned by signed bytes. A vector of activation factors that spans at most 256 values fits either
//! after a shift: padding is multiplied like any code, so the shift changes a sum by an amount that depends on the weights
//! alone, and sums start with that amount. The factors of weights cannot be shifted, because the change would depend on the
//! pixel. They are the signed bytes, or the unsigned ones if that saves terms, as for products of unsigned operands.

use super::LowRank;

/// Values of a byte.
const BYTE: i64 = 256;

/// One outer product: factors by the code of the activation, and by the code of the weight.
pub(super) type Term = [Vec<i64>; 2];

/// Factors of a table, the exact product first.
pub(super) fn terms(factors: &LowRank) -> Vec<Term> {
    let format = factors.format();
    // 0 for codes that are no operands: other values could make a narrow factor wide.
    let values = |range: std::ops::RangeInclusive<i64>| {
        let mut values = vec![0; 256];
        range.for_each(|value| values[usize::from(value as u8)] = value);
        values
    };
    let exact = [values(format.range_a()), values(format.range_b())];
    let errors = factors.left().iter().zip(factors.right()).map(|(l, r)| [l.clone(), r.clone()]);
    std::iter::once(exact).chain(errors).collect()
}

/// The same sum of products with factors of a byte, those of the weights from `least` to `least + 255`. `None` if a factor
/// does not fit two digits.
pub(super) fn split(terms: &[Term], least: i64) -> Option<Vec<Term>> {
    let mut narrow = Vec::new();
    for [left, right] in terms {
        match (spans_a_byte(left), is_a_byte(right, least)) {
            (true, true) => narrow.push([left.clone(), right.clone()]),
            (false, true) => {
                let [[low, high], [same, scaled]] =
                    digits(left, -BYTE / 2, right, spans_a_byte, |right| is_a_byte(right, least))?;
                narrow.extend([[low, same], [high, scaled]]);
            }
            (true, false) => {
                let [[low, high], [same, scaled]] =
                    digits(right, least, left, |right| is_a_byte(right, least), spans_a_byte)?;
                narrow.extend([[same, low], [scaled, high]]);
            }
            (false, false) => return None,
        }
    }
    Some(narrow)
}

fn spans_a_byte(factors: &[i64]) -> bool {
    let (least, most) = (factors.iter().min(), factors.iter().max());
    least.zip(most).is_none_or(|(least, most)| most - least < BYTE)
}

fn is_a_byte(factors: &[i64], least: i64) -> bool {
    factors.iter().all(|&factor| (least..least + BYTE).contains(&factor))
}

/// With `wide = low + base * high` and `base = m s`, the product `wide * other` is `low * other + (m high) * (s other)`.
/// Returns `[[low, m high], [other, s other]]` with low digits from `least` to `least + 255`.
fn digits(
    wide: &[i64],
    least: i64,
    other: &[i64],
    fits: impl Fn(&[i64]) -> bool,
    other_fits: impl Fn(&[i64]) -> bool,
) -> Option<[[Vec<i64>; 2]; 2]> {
    let scale = |factors: &[i64], by: i64| factors.iter().map(|factor| factor * by).collect::<Vec<_>>();
    for s in (1..BYTE).rev().flat_map(|s| [s, -s]) {
        let scaled = scale(other, s);
        if !other_fits(&scaled) {
            continue;
        }
        // Larger bases would leave gaps between low digits.
        for m in (1..=BYTE / s.abs()).rev().map(|m| m * s.signum()) {
            let base = m * s;
            // The smallest multiple of the base that brings the factor into range.
            let high: Vec<i64> = wide
                .iter()
                .map(|&factor| {
                    let (below, above) = ((least - factor).max(0), (factor - least - BYTE + 1).max(0));
                    (above + base - 1) / base - (below + base - 1) / base
                })
                .collect();
            if fits(&scale(&high, m)) {
                let low = wide.iter().zip(&high).map(|(factor, high)| factor - base * high).collect();
                return Some([[low, scale(&high, m)], [other.to_vec(), scaled]]);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Compares every product of the terms with that of their digits, and returns the number of terms with digits.
    fn count(terms: &[Term], least: i64) -> Option<usize> {
        let narrow = split(terms, least)?;
        let product = |terms: &[Term], x: usize, w: usize| -> i64 {
            terms.iter().map(|[left, right]| left[x] * right[w]).sum()
        };
        for (x, w) in (0..256).flat_map(|x| (0..256).map(move |w| (x, w))) {
            assert_eq!(product(&narrow, x, w), product(terms, x, w), "{x}, {w}");
        }
        for [left, right] in &narrow {
            assert!(spans_a_byte(left) && is_a_byte(right, least));
        }
        Some(narrow.len())
    }

    /// Evenly spaced values from the first to the last.
    fn ramp(first: i64, last: i64) -> Vec<i64> {
        (0..256).map(|code| first + (last - first) * code / 255).collect()
    }

    #[test]
    fn products_of_operands_take_one_term_in_one_of_both_roles() {
        let (signed, unsigned) = (ramp(-128, 127), ramp(0, 255));
        assert_eq!(count(&[[signed.clone(), signed]], -128), Some(1));
        assert_eq!(count(&[[unsigned.clone(), unsigned.clone()]], 0), Some(1));
        assert_eq!(count(&[[unsigned.clone(), unsigned]], -128), Some(2));
    }

    #[test]
    fn wide_factors_take_two_digits() {
        // Like factors of EvoApproxLib's multipliers.
        assert_eq!(count(&[[ramp(-7764, 6400), ramp(0, 1)]], -128), Some(2));
        assert_eq!(count(&[[ramp(-6048, 4484), ramp(0, 2)]], -128), Some(2));
        assert_eq!(count(&[[ramp(0, 16), ramp(-372, 470)]], -128), Some(2));
        assert_eq!(count(&[[ramp(-127, 128), ramp(0, 7)]], -128), Some(1));
        assert_eq!(count(&[[ramp(-60_000, 60_000), ramp(-100, 100)]], -128), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn digits_make_up_the_factors(
            a in -2000i64..2000, b in -2000i64..2000, c in -300i64..300, d in -300i64..300, unsigned: bool,
        ) {
            count(&[[ramp(a, b), ramp(c, d)], [ramp(b, a), ramp(c / 50, d / 50)]], if unsigned { 0 } else { -128 });
        }
    }
}
