use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (4, 8), (16, 9), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for dropped in 0..=fraction_bits(format).saturating_sub(2) {
                check_structure(&MinimallyBiased { format, dropped }, 1_000).unwrap();
            }
        }
    }
    for format in [OperandFormat::signed(32, 32), OperandFormat::unsigned(32, 31)] {
        check_structure(&MinimallyBiased { format, dropped: 0 }, 100).unwrap();
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |format, values: &[u32]| Family.multiplier(format, values).err().unwrap().to_string();
    let format = OperandFormat::signed(4, 8);
    assert_eq!(refusal(format, &[6]), "parameter dropped is 6; allowed: 0 to 5 for operands 4x8s");
    let smallest = OperandFormat::signed(2, 2);
    assert_eq!(refusal(smallest, &[1]), "parameter dropped is 1; allowed: only 0 for operands 2s");
    assert_eq!(refusal(format, &[]), "takes 1 parameter(s) (dropped), got 0");
}

/// By hand: what Mitchell's product lacks lies between 0 and a quarter of `2^(k+l)`, the latter at fractions of
/// one half. So 5/64 more errs by +5/64 (7.8 %), at powers of two, to -(1/4 - 5/64) / (9/4) = -11/144 (-7.6 %).
/// What is cut off at the units comes on top.
#[test]
fn the_largest_errors_are_those_of_the_constant() {
    let mbm = MinimallyBiased { format: OperandFormat::unsigned(8, 8), dropped: 0 };
    for (a, b) in mbm.format.operands().filter(|&(a, b)| a * b > 0) {
        let product = mbm.product(a, b);
        assert!(64 * product <= 69 * a * b && 144 * (product + 1) > 133 * a * b, "{a} x {b}: {product}");
    }
    assert_eq!(mbm.product(128, 128), 16384 / 64 * 69);
    assert_eq!(mbm.product(192, 192), 2 * 16384 + 16384 / 64 * 5);
}

/// By hand: over all fractions Mitchell's product lacks 1/12 of `2^(k+l)` on average, so 1/12 - 5/64 = 0.0052
/// is left; seven-bit fractions and the corner case without a correction move it by less than 0.003. The one
/// that stands for dropped bits is 1/256 more than their mean, in two operands and weighing 1 or 2: 0.012 more.
#[test]
fn the_mean_error_is_nearly_zero() {
    for (dropped, tolerance) in [(0, 0.003), (2, 0.015), (4, 0.015)] {
        let mbm = MinimallyBiased { format: OperandFormat::unsigned(8, 8), dropped };
        let sum: i64 = (128..256)
            .flat_map(|a| (128..256).map(move |b| (a, b)))
            .map(|(a, b)| a * b - mbm.product(a, b))
            .sum();
        let mean = sum as f64 / f64::from(1 << 28);
        assert!((mean - (1.0 / 12.0 - 5.0 / 64.0)).abs() < tolerance, "{dropped} dropped: {mean}");
    }
}

/// Magnitudes never grow past the product's range, not even the square of the most negative operand.
#[test]
fn signs_are_those_of_the_exact_product() {
    for (n, m) in [(2, 2), (4, 4), (8, 8), (8, 4)] {
        let format = OperandFormat::signed(n, m);
        for dropped in 0..=fraction_bits(format).saturating_sub(2) {
            let mbm = MinimallyBiased { format, dropped };
            assert!(format.operands().all(|(a, b)| mbm.product(a, b).signum() == (a * b).signum()));
        }
    }
}
