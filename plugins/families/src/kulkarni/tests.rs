use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (3, 3), (7, 3), (8, 8), (8, 4), (16, 15), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for positions in 1..=positions(format) {
                check_structure(&*Kulkarni::PROVIDER.multiplier(format, &[positions]).unwrap(), 1_000)
                    .unwrap();
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal =
        |format, values: &[u32]| Kulkarni::PROVIDER.multiplier(format, values).err().unwrap().to_string();
    let format = OperandFormat::unsigned(8, 5);
    assert_eq!(refusal(format, &[0]), "parameter positions is 0; allowed: 1 to 6 for operands 8x5u");
    assert_eq!(refusal(format, &[7]), "parameter positions is 7; allowed: 1 to 6 for operands 8x5u");
    let smallest = OperandFormat::unsigned(2, 2);
    assert_eq!(refusal(smallest, &[2]), "parameter positions is 2; allowed: only 1 for operands 2u");
    assert_eq!(refusal(format, &[]), "takes 1 parameter(s) (positions), got 0");
}

#[test]
fn the_block_errs_in_three_times_three_only() {
    let block = Kulkarni::PROVIDER.multiplier(OperandFormat::unsigned(2, 2), &[1]).unwrap();
    for (a, b) in block.format().operands() {
        assert_eq!(block.product(a, b), if (a, b) == (3, 3) { 7 } else { a * b });
    }
}

/// Four AND gates and an OR where the exact block has four AND gates and two half adders.
#[test]
fn the_block_has_five_gates() {
    let counts = Kulkarni::PROVIDER
        .multiplier(OperandFormat::unsigned(2, 2), &[1])
        .unwrap()
        .structure()
        .unwrap()
        .netlist()
        .cell_counts();
    assert_eq!(counts.iter().collect::<Vec<_>>(), [(CellKind::And, 4), (CellKind::Or, 1)]);
}

/// Table I of the paper, p. 347: error probability, mean and largest relative error. Its digits are cut off, not
/// rounded, and its mean runs over all operand pairs, those with product 0 counting as 0.
#[test]
fn errors_are_those_of_the_paper() {
    for (width, probability, mean_pct) in [(2, 0.0625, 1.39), (4, 0.19, 2.60), (8, 0.46, 3.25)] {
        let format = OperandFormat::unsigned(width, width);
        let member = Kulkarni::PROVIDER.multiplier(format, &[positions(format)]).unwrap();
        let errors: Vec<f64> = format
            .operands()
            .filter(|&(a, b)| member.product(a, b) != a * b)
            .map(|(a, b)| (a * b - member.product(a, b)) as f64 / (a * b) as f64)
            .collect();
        let pairs = format.pairs() as f64;
        assert!((errors.len() as f64 / pairs - probability).abs() < 0.01);
        assert!((100.0 * errors.iter().sum::<f64>() / pairs - mean_pct).abs() < 0.01);
        assert_eq!(errors.iter().copied().fold(0.0, f64::max), 2.0 / 9.0, "22.22 %");
    }
}

#[test]
fn the_top_group_of_a_magnitude_is_never_three() {
    let format = OperandFormat::signed(8, 8);
    let [some, all] = [5, 7].map(|positions| Kulkarni { format, positions });
    assert!(format.operands().all(|(a, b)| some.product(a, b) == all.product(a, b)));
}
