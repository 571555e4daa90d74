use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (4, 4), (8, 8), (16, 16), (32, 31)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            let grid = Cut::PROVIDER.grid(format);
            for parameters in grid.iter().step_by(grid.len().div_ceil(60)) {
                check_structure(&*Cut::PROVIDER.multiplier(format, parameters).unwrap(), 300).unwrap();
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |values: &[u32]| {
        Cut::PROVIDER.multiplier(OperandFormat::signed(8, 4), values).err().unwrap().to_string()
    };
    assert_eq!(refusal(&[7, 0, 0]), "parameter a is 7; allowed: 0 to 6 for operands 8x4s");
    assert_eq!(refusal(&[0, 3, 0]), "parameter b is 3; allowed: 0 to 2 for operands 8x4s");
    assert_eq!(refusal(&[2, 1, 8]), "parameter columns is 8; allowed: 0 to 7 for operands 8x4s");
    assert_eq!(refusal(&[2]), "takes 3 parameter(s) (a, b, columns), got 1");
}

/// By hand: cut bits count as zero, also in two's complement.
#[test]
fn cut_bits_count_as_zero() {
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        let member = Cut::PROVIDER.multiplier(format, &[2, 3, 0]).unwrap();
        assert!(format.operands().all(|(a, b)| member.product(a, b) == (a & !3) * (b & !7)));
    }
}

/// By hand: of unsigned operands the largest error is that of all ones, and a column of `c + 1` ones weighs `2^c`.
#[test]
fn the_largest_error_is_that_of_all_ones() {
    let member = Cut::PROVIDER.multiplier(OperandFormat::unsigned(8, 8), &[2, 2, 3]).unwrap();
    let errors = member.format().operands().map(|(a, b)| a * b - member.product(a, b));
    let columns = 1 + 2 * 2 + 3 * 4;
    assert_eq!(errors.max(), Some(255 * 255 - 252 * 252 + (columns << 4)));
}
