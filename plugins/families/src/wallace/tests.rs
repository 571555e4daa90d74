use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (3, 3), (3, 5), (8, 8), (8, 4), (4, 7), (16, 16), (31, 32), (32, 2)] {
        for signed in [false, true] {
            let format = OperandFormat::new(n, m, signed).unwrap();
            check_structure(&*Wallace::PROVIDER.multiplier(format, &[]).unwrap(), 5_000).unwrap();
        }
    }
}

#[test]
fn parameters_are_refused() {
    let error = Wallace::PROVIDER.multiplier(OperandFormat::signed(8, 8), &[1]).err().unwrap();
    assert_eq!(error.to_string(), "takes no parameters, got 1");
}

/// The tree alone, known to take 38 full and 15 half adders for 8 bits: R. S. Waters, E. E. Swartzlander, "A
/// Reduced Complexity Wallace Multiplier Reduction", IEEE Trans. Computers 59(8), 2010, pp. 1134-1137.
#[test]
fn the_tree_has_the_published_adders() {
    let format = OperandFormat::unsigned(8, 8);
    let mut recorder = Recorder::new(format);
    let inputs: Vec<_> = recorder.inputs().collect();
    let (a, b) = inputs.split_at(8);
    let columns = words::tree_products(&mut recorder, format, a, b);
    let rows = reduce(&mut recorder, rows(columns, 8, 8));
    let counts = recorder.finish(rows.into_iter().flatten().flatten().collect()).cell_counts();
    assert_eq!(counts.get(CellKind::And), 64);
    assert_eq!((counts.get(CellKind::FullAdder), counts.get(CellKind::HalfAdder)), (38, 15));
}

/// Operands of one width take no row for the constants of signed operands.
#[test]
fn signed_operands_of_one_width_have_one_row_for_each_bit() {
    let format = OperandFormat::signed(8, 8);
    let columns = words::tree_products(&mut Bits, format, &[true; 8], &[true; 8]);
    assert_eq!(rows(columns, 8, 8).len(), 8);
}
