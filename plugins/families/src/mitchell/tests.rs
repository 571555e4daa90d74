use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (4, 8), (16, 9), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for dropped in 0..=fraction_bits(format) {
                check_structure(&*Mitchell::PROVIDER.multiplier(format, &[dropped]).unwrap(), 1_000).unwrap();
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let error = Mitchell::PROVIDER.multiplier(OperandFormat::signed(4, 8), &[8]).err().unwrap();
    assert_eq!(error.to_string(), "parameter dropped is 8; allowed: 0 to 7 for operands 4x8s");
    assert!(Mitchell::PROVIDER.multiplier(OperandFormat::signed(4, 8), &[]).is_err());
}

/// The paper, pp. 515-516: the error lies between 0 and -11.1 % (1/9) of the product, the latter where both
/// fractions are one half: 3 x 3 = 8. Exact in integers, since the product is not rounded.
#[test]
fn it_never_overestimates_and_errs_by_a_ninth_at_most() {
    for format in [OperandFormat::unsigned(8, 8), OperandFormat::unsigned(5, 11)] {
        let mitchell = Mitchell { format, dropped: 0 };
        for (a, b) in format.operands() {
            let error = a * b - mitchell.product(a, b);
            assert!(error >= 0 && 9 * error <= a * b, "{a} x {b}: {error}");
        }
        assert_eq!(mitchell.product(3, 3), 8);
        assert_eq!(mitchell.product(12, 24), 256);
    }
}

#[test]
fn dropping_bits_lowers_the_product() {
    let format = OperandFormat::unsigned(8, 8);
    for dropped in 1..=7 {
        let [more, less] = [dropped, dropped - 1].map(|dropped| Mitchell { format, dropped });
        assert!(format.operands().all(|(a, b)| more.product(a, b) <= less.product(a, b)));
    }
}

/// A power of two has the fraction 0: the product is exact.
#[test]
fn powers_of_two_multiply_exactly() {
    let mitchell = Mitchell { format: OperandFormat::signed(8, 8), dropped: 0 };
    for b in -128..128 {
        assert_eq!(mitchell.product(-64, b), -64 * b);
    }
}

/// Mitchell's mean error is known to be 3.8 % of the product; by the integral of the relative error over all fractions
/// it is 3.85 %, and seven-bit ones come close to that.
#[test]
fn the_mean_error_is_the_known_one() {
    let mitchell = Mitchell { format: OperandFormat::unsigned(8, 8), dropped: 0 };
    let relative = |a: i64, b: i64| (a * b - mitchell.product(a, b)) as f64 / (a * b) as f64;
    let sum: f64 =
        (128..256).flat_map(|a| (128..256).map(move |b| (a, b))).map(|(a, b)| relative(a, b)).sum();
    let mean_pct = 100.0 * sum / f64::from(128 * 128);
    assert!((mean_pct - 3.85).abs() < 0.05, "{mean_pct}");
}
