use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (16, 9), (16, 16), (32, 31)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for kind in [Kind::Improved, Kind::Iterative(0), Kind::Iterative(1), Kind::Iterative(2)] {
                check_structure(&Logarithmic { format, kind }, 1_000).unwrap();
            }
        }
    }
    let format = OperandFormat::signed(32, 32);
    check_structure(&Logarithmic { format, kind: Kind::Improved }, 200).unwrap();
    check_structure(&Logarithmic { format, kind: Kind::Iterative(31) }, 200).unwrap();
}

#[test]
fn parameters_out_of_range_are_refused() {
    let format = OperandFormat::signed(4, 8);
    let refusal = |values: &[u32]| Iterative.multiplier(format, values).err().unwrap().to_string();
    assert_eq!(refusal(&[4]), "parameter corrections is 4; allowed: 0 to 3 for operands 4x8s");
    assert_eq!(refusal(&[]), "takes 1 parameter(s) (corrections), got 0");
    assert_eq!(Improved.multiplier(format, &[1]).err().unwrap().to_string(), "takes no parameters, got 1");
}

/// By hand: the nearest powers of two, halves up.
#[test]
fn operands_are_rounded_to_the_nearest_power_of_two() {
    let powers = [1, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16];
    assert!((1..).zip(powers).all(|(x, power)| nearest(x) == power));
}

/// By hand: the error is `q s`, where a rest is at most a third of its operand: a ninth of the product.
#[test]
fn the_improved_one_errs_by_a_ninth_at_most() {
    for format in [OperandFormat::unsigned(8, 8), OperandFormat::unsigned(5, 11), OperandFormat::signed(8, 8)]
    {
        let ilm = Logarithmic { format, kind: Kind::Improved };
        let mut signs = [false; 3];
        for (a, b) in format.operands() {
            let error = a * b - ilm.product(a, b);
            assert!(9 * error.abs() <= (a * b).abs(), "{a} x {b}: {error}");
            signs[(error.signum() + 1) as usize] = true;
        }
        assert_eq!(signs, [true; 3]);
        // 16 + 4 (-1) + 4 (-1), and 16 + 4 (-1) + 4 (+1).
        assert_eq!((ilm.product(3, 3), ilm.product(3, 5)), (8, 16));
    }
}

/// The analysis of Babić et al.: without a correction the relative error stays below 25 %, with one below 6.25
/// %, with two below 1.56 %: each rest is less than half of its operand. The product is never too large.
#[test]
fn every_correction_quarters_the_largest_error() {
    for format in [OperandFormat::unsigned(8, 8), OperandFormat::signed(8, 8), OperandFormat::unsigned(5, 11)]
    {
        for corrections in 0..4 {
            let iterative = Logarithmic { format, kind: Kind::Iterative(corrections) };
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
    let iterative = Logarithmic { format, kind: Kind::Iterative(4) };
    assert!(format.operands().all(|(a, b)| iterative.product(a, b) == a * b));
    let iterative = Logarithmic { format, kind: Kind::Iterative(1) };
    assert!((0..256).all(|a| iterative.product(a, 0b10100) == a * 0b10100));
}
