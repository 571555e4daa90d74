use super::*;

const FORMATS: [(u8, u8); 7] = [(2, 2), (2, 5), (7, 3), (8, 8), (8, 4), (4, 8), (16, 16)];

fn formats() -> impl Iterator<Item = OperandFormat> {
    FORMATS.into_iter().flat_map(|(n, m)| [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)])
}

fn errors(multiplier: &dyn Multiplier) -> Vec<i64> {
    multiplier.format().operands().map(|(a, b)| a * b - multiplier.product(a, b)).collect()
}

#[test]
fn circuit_equals_model() {
    for format in formats() {
        for columns in 1..=u32::from(format.product_width()) - 2 {
            check_structure(&*Plain::PROVIDER.multiplier(format, &[columns]).unwrap(), 500).unwrap();
            check_structure(&*Corrected::PROVIDER.multiplier(format, &[columns]).unwrap(), 500).unwrap();
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let format = OperandFormat::unsigned(8, 4);
    for columns in [0, 11, u32::MAX] {
        let error = Plain::PROVIDER.multiplier(format, &[columns]).err().unwrap();
        assert_eq!(
            error.to_string(),
            format!("parameter columns is {columns}; allowed: 1 to 10 for operands 8x4u")
        );
    }
    let error = Corrected::PROVIDER.multiplier(format, &[1, 2]).err().unwrap();
    assert_eq!(error, ProviderError::ParameterCount { expected: &Corrected::PARAMETERS, got: 2 });
}

/// Partial products are never negative, so dropping them can only lower the product.
#[test]
fn without_correction_it_never_overestimates() {
    for format in formats().filter(|format| format.product_width() <= 16) {
        for columns in 1..=u32::from(format.product_width()) - 2 {
            let errors = errors(&*Plain::PROVIDER.multiplier(format, &[columns]).unwrap());
            assert!(errors.iter().all(|&error| error >= 0), "{format} {columns}");
        }
    }
}

/// All operand bits one is the worst case: column k of the lower half holds k + 1 partial products, so the
/// first c columns sum to (c - 1) 2^c + 1.
#[test]
fn the_worst_case_is_the_sum_of_the_dropped_columns() {
    for columns in 1..=8 {
        let multiplier = Plain::PROVIDER.multiplier(OperandFormat::unsigned(8, 8), &[columns]).unwrap();
        let worst = (i64::from(columns) - 1) * (1 << columns) + 1;
        assert_eq!(errors(&*multiplier).into_iter().max(), Some(worst));
        assert_eq!(255 * 255 - multiplier.product(255, 255), worst);
    }
}

/// Schulte and Swartzlander, p. 391: a constant restricted to the kept columns leaves a mean error of at most
/// half the weight of the lowest kept column.
#[test]
fn correction_centers_the_error() {
    for format in formats().filter(|format| format.product_width() <= 16) {
        for columns in 1..=u32::from(format.product_width()) - 2 {
            let sum: i64 = errors(&*Corrected::PROVIDER.multiplier(format, &[columns]).unwrap()).iter().sum();
            assert!(
                2 * u128::from(sum.unsigned_abs()) <= format.pairs() << columns,
                "{format} {columns}: {sum}"
            );
        }
    }
}

/// By hand from the sums above: a quarter of (c - 1) 2^c + 1, to the nearest multiple of 2^c.
#[test]
fn correction_rounds_to_zero_for_one_and_two_columns_only() {
    let format = OperandFormat::unsigned(8, 8);
    let constants: Vec<u64> = (1..=8).map(|columns| expected_loss(format, columns)).collect();
    assert_eq!(constants, [0, 0, 8, 16, 32, 64, 256, 512]);
}
