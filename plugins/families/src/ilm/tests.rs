use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (16, 9), (16, 16), (32, 31)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            check_structure(&*Improved::PROVIDER.multiplier(format, &[]).unwrap(), 1_000).unwrap();
        }
    }
    check_structure(&*Improved::PROVIDER.multiplier(OperandFormat::signed(32, 32), &[]).unwrap(), 200)
        .unwrap();
}

#[test]
fn parameters_are_refused() {
    let error = Improved::PROVIDER.multiplier(OperandFormat::signed(4, 8), &[1]).err().unwrap();
    assert_eq!(error.to_string(), "takes no parameters, got 1");
}

/// By hand: the error is `q s`, where a rest is at most a third of its operand: a ninth of the product.
#[test]
fn it_errs_by_a_ninth_at_most() {
    for format in [OperandFormat::unsigned(8, 8), OperandFormat::unsigned(5, 11), OperandFormat::signed(8, 8)]
    {
        let ilm = Improved { format };
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
