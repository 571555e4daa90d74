//! Whether a circuit computes what the arithmetic model beside it computes.

use axmul_api::Multiplier;

use super::error::SourceError;
use crate::multiplier::{BLOCK, ModelProducts, OperandFormat, Products, ProductsError};

/// Products that are compared where there are too many to compare all.
const SAMPLES: usize = 1 << 14;

/// The seed of the operands that are compared.
const SEED: u64 = 0;

/// Compares the simulation of a circuit with its arithmetic model: all products of up to 16 bits, else the extremes
/// of the operands in every combination and a fixed sample. Both describe one multiplier, so where they differ one is
/// wrong, and neither is worth evaluating.
pub(super) fn circuit(multiplier: &dyn Multiplier, circuit: &dyn Products) -> Result<(), SourceError> {
    let stopped =
        |source: ProductsError| SourceError::Stopped { name: multiplier.name(), source: source.into() };
    let model = ModelProducts(multiplier);
    for pairs in operands(multiplier.format()).chunks(BLOCK) {
        let (a, b): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
        let (mut expected, mut got) = (vec![0; a.len()], vec![0; a.len()]);
        model.pairs(&a, &b, &mut expected).map_err(stopped)?;
        circuit.pairs(&a, &b, &mut got).map_err(stopped)?;
        if let Some(at) = (0..a.len()).find(|&at| expected[at] != got[at]) {
            return Err(SourceError::Circuit {
                name: multiplier.name(),
                a: a[at],
                b: b[at],
                model: expected[at],
                circuit: got[at],
            });
        }
    }
    Ok(())
}

fn operands(format: OperandFormat) -> Vec<(i64, i64)> {
    if format.product_width() <= 16 {
        return format.operands().collect();
    }
    let (a, b) = (format.range_a(), format.range_b());
    let extremes = |low: i64, high: i64| [low, low + 1, high - 1, high, -1, 0, 1].map(|x| x.clamp(low, high));
    let mut pairs: Vec<(i64, i64)> = extremes(*a.start(), *a.end())
        .into_iter()
        .flat_map(|x| extremes(*b.start(), *b.end()).map(|y| (x, y)))
        .collect();
    let mut state = SEED;
    pairs.extend((0..SAMPLES).map(|_| {
        let bits = split_mix(&mut state);
        let low = |bits: u64, width: u8| (bits & ((1 << width) - 1)) as i64;
        (a.start() + low(bits, format.width_a()), b.start() + low(bits >> 32, format.width_b()))
    }));
    pairs
}

/// The next word of G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exact but for one pair.
    struct Odd(OperandFormat, (i64, i64));

    impl Multiplier for Odd {
        fn name(&self) -> String {
            "odd".into()
        }
        fn format(&self) -> OperandFormat {
            self.0
        }
        fn product(&self, a: i64, b: i64) -> i64 {
            a * b + i64::from((a, b) == self.1)
        }
    }

    #[test]
    fn a_difference_is_named_with_its_operands() {
        let (low, high) = (-(1 << 19), (1 << 15) - 1);
        for (format, pair) in [
            (OperandFormat::unsigned(4, 8), (7, 200)),
            (OperandFormat::signed(20, 16), (low, high)),
            (OperandFormat::signed(20, 16), (-1, 1)),
        ] {
            let (model, exact) = (Odd(format, pair), Odd(format, (i64::MAX, 0)));
            circuit(&exact, &ModelProducts(&exact)).unwrap();
            let error = circuit(&model, &ModelProducts(&exact)).unwrap_err().to_string();
            let (a, b) = pair;
            let expected =
                format!("odd: its circuit gives {a} x {b} = {}, its arithmetic model {}", a * b, a * b + 1);
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn the_sample_covers_the_operands() {
        for format in ["20x9s", "32s", "31x32u", "12u"] {
            let format: OperandFormat = format.parse().unwrap();
            let pairs = operands(format);
            assert!(pairs.iter().all(|(a, b)| format.range_a().contains(a) && format.range_b().contains(b)));
            let (above, all) = (pairs.iter().filter(|(a, _)| *a > 0).count(), pairs.len());
            assert!(all > SAMPLES && above > all / 3, "{format}: {above} of {all}");
        }
    }
}
