use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (3, 4), (6, 6), (8, 8), (16, 16), (20, 24)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            let step = if n + m > 12 { 5 } else { 1 };
            for columns in (2..u32::from(n + m) - 1).step_by(step) {
                for carry in [0, 1] {
                    let member = LowerOr::PROVIDER.multiplier(format, &[columns, carry]).unwrap();
                    check_structure(&*member, 300).unwrap();
                }
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |values: &[u32]| {
        LowerOr::PROVIDER.multiplier(OperandFormat::signed(8, 4), values).err().unwrap().to_string()
    };
    assert_eq!(refusal(&[1, 0]), "parameter columns is 1; allowed: 2 to 10 for operands 8x4s");
    assert_eq!(refusal(&[11, 0]), "parameter columns is 11; allowed: 2 to 10 for operands 8x4s");
    assert_eq!(refusal(&[4, 2]), "parameter carry is 2; allowed: 0 to 1 for operands 8x4s");
    assert_eq!(refusal(&[4]), "takes 2 parameter(s) (columns, carry), got 1");
}

/// The LOA of the paper, word by word.
fn loa(x: i64, y: i64, low: u32) -> i64 {
    let carry = x >> (low - 1) & y >> (low - 1) & 1;
    ((x >> low) + (y >> low) + carry) << low | (x | y) & ((1 << low) - 1)
}

/// With its carry, the unsigned family is what LOAs make of the rows one after another.
#[test]
fn it_accumulates_rows_as_the_published_adder_does() {
    let format = OperandFormat::unsigned(8, 6);
    for low in 2..=12 {
        let member = LowerOr::PROVIDER.multiplier(format, &[low, 1]).unwrap();
        for (a, b) in format.operands() {
            let rows = (0..6).map(|j| ((b >> j & 1) * a) << j);
            let sum = rows.fold(0, |sum, row| loa(sum, row, low));
            assert_eq!(member.product(a, b), format.wrap(sum), "{a} x {b}");
        }
    }
}

#[test]
fn without_carries_it_never_overestimates() {
    for format in [OperandFormat::signed(6, 6), OperandFormat::unsigned(6, 6), OperandFormat::unsigned(7, 4)]
    {
        for columns in 2..=4 {
            let member = LowerOr::PROVIDER.multiplier(format, &[columns, 0]).unwrap();
            assert!(format.operands().all(|(a, b)| member.product(a, b) <= a * b));
        }
    }
}

/// Bits are one half of the time and a column's partial products independent, so that a column of h loses on
/// average h/4 - (1 - (3/4)^h) of its weight: by hand, not from the paper.
#[test]
fn the_mean_error_is_that_of_the_columns() {
    let format = OperandFormat::unsigned(8, 8);
    for columns in 2..=8 {
        let member = LowerOr::PROVIDER.multiplier(format, &[columns, 0]).unwrap();
        let lost: i64 = format.operands().map(|(a, b)| a * b - member.product(a, b)).sum();
        let expected: f64 = (1..=columns as i32)
            .map(|h| 2f64.powi(h - 1) * (f64::from(h) / 4.0 - 1.0 + 0.75f64.powi(h)))
            .sum();
        assert!((lost as f64 / 65_536.0 - expected).abs() < 1e-9, "{columns} columns: {expected}");
    }
}
