use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (4, 8), (16, 9), (16, 16), (32, 32)] {
        let format = OperandFormat::signed(n, m);
        check_structure(&*Roba::PROVIDER.multiplier(format, &[]).unwrap(), 20_000).unwrap();
        check_structure(&*AsRoba::PROVIDER.multiplier(format, &[]).unwrap(), 20_000).unwrap();
        if let Ok(format) = OperandFormat::new(n, m, false) {
            check_structure(&*Roba::PROVIDER.multiplier(format, &[]).unwrap(), 20_000).unwrap();
        }
    }
    let format = OperandFormat::unsigned(32, 31);
    check_structure(&*Roba::PROVIDER.multiplier(format, &[]).unwrap(), 20_000).unwrap();
}

#[test]
fn parameters_and_unsigned_operands_of_the_approximate_sign_are_refused() {
    let unsigned = OperandFormat::unsigned(8, 4);
    assert_eq!(
        AsRoba::PROVIDER.multiplier(unsigned, &[]).err().unwrap().to_string(),
        "does not exist for operands 8x4u; allowed: signed operands"
    );
    assert_eq!(
        Roba::PROVIDER.multiplier(unsigned, &[1]).err().unwrap().to_string(),
        "takes no parameters, got 1"
    );
}

/// The paper's analysis: the error is `(a - ar)(b - br)`, so a power of two multiplies exactly, and it reaches
/// 1/9 (11.1 %) of the product, where both operands are three times a power of two.
#[test]
fn the_error_is_a_ninth_at_most() {
    for format in [OperandFormat::unsigned(8, 8), OperandFormat::unsigned(5, 11), OperandFormat::signed(8, 8)]
    {
        let roba = Roba { format };
        for (a, b) in format.operands() {
            let error = a * b - roba.product(a, b);
            assert!(9 * error.abs() <= (a * b).abs(), "{a} x {b}: {error}");
            let power = a.unsigned_abs().is_power_of_two() || b.unsigned_abs().is_power_of_two();
            assert!(!power || error == 0, "{a} x {b}: {error}");
        }
        assert_eq!((roba.product(3, 3), roba.product(6, 6), roba.product(6, 3)), (8, 32, 20));
    }
}

/// By hand from the definition: inversion makes a negative operand one smaller in magnitude and a negative
/// product one lower.
#[test]
fn an_approximate_sign_inverts_only() {
    let format = OperandFormat::signed(8, 8);
    let (exact, inverted) = (Roba { format }, AsRoba { format });
    for (a, b) in format.operands() {
        let expected = match (a < 0, b < 0) {
            (false, false) => exact.product(a, b),
            (true, true) => exact.product(-a - 1, -b - 1),
            (true, false) => -exact.product(-a - 1, b) - 1,
            (false, true) => -exact.product(a, -b - 1) - 1,
        };
        assert_eq!(inverted.product(a, b), expected);
    }
    assert_eq!(inverted.product(0, -5), -1);
}

/// The paper's mean relative error of its unsigned design, 2.9 %, here over all pairs of 10-bit operands.
#[test]
fn the_mean_error_is_that_of_the_paper() {
    let roba = Roba { format: OperandFormat::unsigned(10, 10) };
    let relative = |(a, b): (i64, i64)| (a * b - roba.product(a, b)).abs() as f64 / (a * b) as f64;
    let pairs = || roba.format.operands().filter(|(a, b)| a * b > 0);
    let mean_pct = 100.0 * pairs().map(relative).sum::<f64>() / pairs().count() as f64;
    assert!((mean_pct - 2.9).abs() < 0.05, "{mean_pct}");
}
