//! Whether a circuit computes what the arithmetic model beside it computes.

use axmul_api::Multiplier;

use super::error::MultiplierError;
use axmul_metrics::evaluation::{Difference, EvaluationError, first_difference, sampled_difference};
use axmul_metrics::{ModelProducts, OperandFormat, Products, ProductsError};

/// Pairs that are compared where there are too many to compare all.
const SAMPLES: u64 = 1 << 14;

/// The seed that draws them.
const SEED: u64 = 0;

/// Compares the simulation of a circuit with its arithmetic model: all products of up to 16 bits, else the extremes
/// of the operands in every combination and a fixed sample. Both describe one multiplier, so where they differ one is
/// wrong, and neither is worth evaluating.
pub(super) fn circuit(multiplier: &dyn Multiplier, circuit: &dyn Products) -> Result<(), MultiplierError> {
    let name = multiplier.name();
    match difference(&ModelProducts(multiplier), circuit) {
        Ok(None) => Ok(()),
        Ok(Some(Difference { a, b, x, y })) => {
            Err(MultiplierError::Circuit { name, a, b, model: x, circuit: y })
        }
        Err(source) => Err(MultiplierError::Stopped { name, source }),
    }
}

fn difference(model: &dyn Products, circuit: &dyn Products) -> Result<Option<Difference>, EvaluationError> {
    let format = model.format();
    if format.product_width() <= 16 {
        return first_difference(model, circuit, &|_, _| {});
    }
    match at_extremes(model, circuit, format)? {
        None => sampled_difference(model, circuit, SAMPLES, SEED, &|_, _| {}),
        found => Ok(found),
    }
}

fn at_extremes(
    model: &dyn Products,
    circuit: &dyn Products,
    format: OperandFormat,
) -> Result<Option<Difference>, ProductsError> {
    let extremes = |range: std::ops::RangeInclusive<i64>| {
        let (low, high) = (*range.start(), *range.end());
        [low, low + 1, high - 1, high, -1, 0, 1].map(|x| x.clamp(low, high))
    };
    let pairs =
        extremes(format.range_a()).into_iter().flat_map(|a| extremes(format.range_b()).map(|b| (a, b)));
    let (a, b): (Vec<i64>, Vec<i64>) = pairs.unzip();
    let (mut of_model, mut of_circuit) = (vec![0; a.len()], vec![0; a.len()]);
    model.pairs(&a, &b, &mut of_model)?;
    circuit.pairs(&a, &b, &mut of_circuit)?;
    let differs = (0..a.len()).find(|&at| of_model[at] != of_circuit[at]);
    Ok(differs.map(|at| Difference { a: a[at], b: b[at], x: of_model[at], y: of_circuit[at] }))
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
}
