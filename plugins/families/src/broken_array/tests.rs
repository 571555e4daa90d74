use super::*;

fn errors(format: OperandFormat, levels: [u32; 2]) -> Vec<i64> {
    let multiplier = BrokenArray::PROVIDER.multiplier(format, &levels).unwrap();
    format.operands().map(|(a, b)| a * b - multiplier.product(a, b)).collect()
}

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            let step = if n + m > 12 { 3 } else { 1 };
            for horizontal in (0..u32::from(m)).step_by(step) {
                for vertical in (0..u32::from(n + m) - 1).step_by(step) {
                    let member = BrokenArray::PROVIDER.multiplier(format, &[horizontal, vertical]).unwrap();
                    check_structure(&*member, 300).unwrap();
                }
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |levels: &[u32]| {
        BrokenArray::PROVIDER.multiplier(OperandFormat::signed(8, 4), levels).err().unwrap().to_string()
    };
    assert_eq!(refusal(&[4, 0]), "parameter horizontal is 4; allowed: 0 to 3 for operands 8x4s");
    assert_eq!(refusal(&[0, 11]), "parameter vertical is 11; allowed: 0 to 10 for operands 8x4s");
    assert_eq!(refusal(&[0]), "takes 2 parameter(s) (horizontal, vertical), got 1");
}

/// P. 854 of the paper: levels of 0 give the exact array, and no product exceeds the exact one.
#[test]
fn unbroken_it_is_exact_and_broken_it_never_overestimates() {
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8), OperandFormat::signed(6, 3)] {
        assert!(errors(format, [0, 0]).iter().all(|&error| error == 0));
        for levels in [[1, 0], [0, 7], [2, 5]] {
            let errors = errors(format, levels);
            assert!(errors.iter().all(|&error| error >= 0) && errors.iter().any(|&error| error > 0));
        }
    }
}

/// Without the first h rows the unsigned multiplier sees b with its lowest h bits cleared.
#[test]
fn a_horizontal_break_clears_the_lowest_bits_of_b() {
    let format = OperandFormat::unsigned(8, 8);
    let broken = BrokenArray::PROVIDER.multiplier(format, &[3, 0]).unwrap();
    assert!(format.operands().all(|(a, b)| broken.product(a, b) == a * (b & !7)));
}

/// For signed operands the products with the sign bits alone stay exact: a = -2^(n-1) has no other bit.
#[test]
fn cells_of_sign_bits_stay() {
    let broken = BrokenArray::PROVIDER.multiplier(OperandFormat::signed(8, 8), &[7, 0]).unwrap();
    assert!((-128..128).all(|b| broken.product(-128, b) == -128 * b));
}
