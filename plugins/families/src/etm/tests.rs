use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (4, 8), (16, 9), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for lower in 1..u32::from(n.min(m)) {
                check_structure(&*ErrorTolerant::PROVIDER.multiplier(format, &[lower]).unwrap(), 1_000)
                    .unwrap();
            }
        }
    }
    for format in [OperandFormat::signed(32, 32), OperandFormat::unsigned(32, 31)] {
        check_structure(&*ErrorTolerant::PROVIDER.multiplier(format, &[16]).unwrap(), 200).unwrap();
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |format, values: &[u32]| {
        ErrorTolerant::PROVIDER.multiplier(format, values).err().unwrap().to_string()
    };
    let format = OperandFormat::signed(4, 8);
    assert_eq!(refusal(format, &[0]), "parameter lower is 0; allowed: 1 to 3 for operands 4x8s");
    assert_eq!(refusal(format, &[4]), "parameter lower is 4; allowed: 1 to 3 for operands 4x8s");
    assert_eq!(refusal(format, &[]), "takes 1 parameter(s) (lower), got 0");
}

/// By hand: 10 x 6 = 60 above; below, 0010 and 0001 have their first one at position 1, so 0011 1111.
#[test]
fn lower_parts_give_a_run_of_ones() {
    let etm = ErrorTolerant { format: OperandFormat::unsigned(8, 8), lower: 4 };
    assert_eq!(etm.product(0b1010_0010, 0b0110_0001), 60 << 8 | 0b0011_1111);
    assert_eq!(etm.product(0b1010_0000, 0b0110_0000), 60 << 8);
    assert_eq!(etm.product(0b0001_1000, 0), 0b1111_1111);
}

#[test]
fn operands_that_fit_the_lower_parts_are_exact() {
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 5)] {
        for lower in 1..=4 {
            let etm = ErrorTolerant { format, lower };
            for a in 0..1 << lower {
                assert!((0..1 << lower).all(|b| etm.product(a, b) == a * b));
            }
        }
    }
}

/// By hand: most is missing where all bits are one, both crossed products and, below, the difference of
/// `(2^l - 1)^2` and `2^2l - 1`.
#[test]
fn the_worst_case_has_all_bits_set() {
    for lower in 1..8 {
        let etm = ErrorTolerant { format: OperandFormat::unsigned(8, 8), lower };
        let (low, high) = ((1 << lower) - 1, (1i64 << (8 - lower)) - 1);
        let worst = ((2 * high * low) << lower) + low * low - ((1 << (2 * lower)) - 1);
        let largest = etm.format.operands().map(|(a, b)| a * b - etm.product(a, b)).max();
        assert_eq!(largest, Some(worst), "lower = {lower}");
        assert_eq!(255 * 255 - etm.product(255, 255), worst);
    }
}
