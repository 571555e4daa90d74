use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (16, 9), (16, 16), (32, 31)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for corrections in 0..n.min(m).min(8).into() {
                check_structure(&*Iterative::PROVIDER.multiplier(format, &[corrections]).unwrap(), 1_000)
                    .unwrap();
            }
        }
    }
    let format = OperandFormat::signed(32, 32);
    check_structure(&*Iterative::PROVIDER.multiplier(format, &[31]).unwrap(), 200).unwrap();
}

#[test]
fn parameters_out_of_range_are_refused() {
    let format = OperandFormat::signed(4, 8);
    let refusal = |values: &[u32]| Iterative::PROVIDER.multiplier(format, values).err().unwrap().to_string();
    assert_eq!(refusal(&[4]), "parameter corrections is 4; allowed: 0 to 3 for operands 4x8s");
    assert_eq!(refusal(&[]), "takes 1 parameter(s) (corrections), got 0");
}

/// The analysis of Babić et al.: without a correction the relative error stays below 25 %, with one below 6.25
/// %, with two below 1.56 %: each rest is less than half of its operand. The product is never too large.
#[test]
fn every_correction_quarters_the_largest_error() {
    for format in [OperandFormat::unsigned(8, 8), OperandFormat::signed(8, 8), OperandFormat::unsigned(5, 11)]
    {
        for corrections in 0..4 {
            let iterative = Iterative { format, corrections };
            for (a, b) in format.operands().filter(|&(a, b)| a * b != 0) {
                let (exact, product) = ((a * b).abs(), iterative.product(a, b).abs());
                assert!(product <= exact, "{a} x {b}: {product}");
                assert!((exact - product) << (2 * corrections + 2) < exact, "{a} x {b}: {product}");
            }
        }
    }
}

/// Every round removes a one from each operand.
#[test]
fn as_many_corrections_as_ones_make_it_exact() {
    let format = OperandFormat::unsigned(8, 5);
    let iterative = Iterative { format, corrections: 4 };
    assert!(format.operands().all(|(a, b)| iterative.product(a, b) == a * b));
    let iterative = Iterative { format, corrections: 1 };
    assert!((0..256).all(|a| iterative.product(a, 0b10100) == a * 0b10100));
}
