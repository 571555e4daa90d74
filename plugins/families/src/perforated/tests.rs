use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for parameters in Perforated::PROVIDER.grid(format) {
                check_structure(&*Perforated::PROVIDER.multiplier(format, &parameters).unwrap(), 200)
                    .unwrap();
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |values: &[u32]| {
        Perforated::PROVIDER.multiplier(OperandFormat::signed(8, 4), values).err().unwrap().to_string()
    };
    assert_eq!(refusal(&[4, 1]), "parameter first is 4; allowed: 0 to 3 for operands 8x4s");
    assert_eq!(refusal(&[2, 3]), "parameter count is 3; allowed: 1 to 2 for operands 8x4s");
    assert_eq!(refusal(&[0, 4]), "parameter count is 4; allowed: 1 to 3 for operands 8x4s");
    assert_eq!(refusal(&[0]), "takes 2 parameter(s) (first, count), got 1");
}

/// The paper's error analysis for unsigned operands: what is missing is a times the bits of b that are left out, so
/// that on average it is a quarter of (2^n - 1)(2^count - 1) 2^first.
#[test]
fn rows_are_bits_of_b() {
    let format = OperandFormat::unsigned(8, 8);
    for [first, count] in [[0, 3], [1, 2], [5, 3]] {
        let member = Perforated::PROVIDER.multiplier(format, &[first, count]).unwrap();
        let bits = ((1 << count) - 1) << first;
        let mut missing = 0;
        for (a, b) in format.operands() {
            assert_eq!(member.product(a, b), a * (b & !bits));
            missing += a * (b & bits);
        }
        assert_eq!(4 * missing, (255 * bits) << 16);
    }
}
