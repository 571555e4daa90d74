//! Whether a circuit computes what the arithmetic model beside it computes.

use axmul_api::Multiplier;

use super::equality::{ComparedMultiplier, EqualityPlan, EqualityVerdict, compare_multipliers, silent};
use super::error::MultiplierError;
use axmul_metrics::evaluation::Difference;
use axmul_metrics::{ModelProducts, Products};

/// Compares the simulation of a circuit with its arithmetic model, as far as [`EqualityPlan::of_model`] goes. Both
/// describe one multiplier, so where they differ one is wrong, and neither is worth evaluating.
pub(super) fn circuit(multiplier: &dyn Multiplier, circuit: &dyn Products) -> Result<(), MultiplierError> {
    let name = multiplier.name();
    let model = ModelProducts(multiplier);
    // A proof would need the circuit of the model, which is arithmetic: only products can be compared.
    let [model, circuit] = [&model, circuit].map(|products| ComparedMultiplier { circuit: None, products });
    match compare_multipliers(model, circuit, &EqualityPlan::of_model(multiplier.format()), &silent) {
        Ok(EqualityVerdict::Equal(_) | EqualityVerdict::Unknown { .. }) => Ok(()),
        Ok(EqualityVerdict::Different { example: Difference { a, b, x, y }, .. }) => {
            Err(MultiplierError::Circuit { name, a, b, model: x, circuit: y })
        }
        Err(source) => Err(MultiplierError::Stopped { name, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::OperandFormat;

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
