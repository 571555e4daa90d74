use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (5, 5), (6, 3), (8, 8), (16, 15)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            let step = if n + m > 12 { 7 } else { 2 };
            for columns in (0..=u32::from(n + m)).step_by(step) {
                for design in [1, 2] {
                    let member = Compressor::PROVIDER.multiplier(format, &[design, columns]).unwrap();
                    check_structure(&*member, 100).unwrap();
                }
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |values: &[u32]| {
        Compressor::PROVIDER.multiplier(OperandFormat::signed(8, 4), values).err().unwrap().to_string()
    };
    assert_eq!(refusal(&[3, 4]), "parameter design is 3; allowed: 1 to 2 for operands 8x4s");
    assert_eq!(refusal(&[1, 13]), "parameter columns is 13; allowed: 0 to 12 for operands 8x4s");
    assert_eq!(refusal(&[1]), "takes 2 parameter(s) (design, columns), got 1");
}

#[test]
fn without_approximate_columns_it_is_exact() {
    for format in [OperandFormat::signed(7, 7), OperandFormat::unsigned(7, 7), OperandFormat::signed(8, 5)] {
        let member = Compressor::PROVIDER.multiplier(format, &[1, 0]).unwrap();
        assert!(format.operands().all(|(a, b)| member.product(a, b) == a * b));
    }
}

/// The paper's truth tables: 12 of 32 outputs of design 1 and 4 of 16 of design 2 are wrong, by one each.
#[test]
fn compressors_err_as_often_as_published() {
    for (design, inputs, published) in [(1, 5, 12), (2, 4, 4)] {
        let compressor = Compressor { format: OperandFormat::unsigned(8, 8), design, columns: 16 };
        let mut wrong = 0;
        for pattern in 0..1 << inputs {
            let bits: Vec<bool> = (0..inputs).map(|i| pattern >> i & 1 == 1).collect();
            let outputs = compressor.gates(&mut Bits, Cell::Approximate, &bits);
            assert_eq!(outputs, compressor.values(Cell::Approximate, &bits), "{bits:?}");
            // The sum counts once, carry and cout twice.
            let value: i64 =
                outputs.iter().zip([1, 2, 2]).map(|(&bit, weight)| i64::from(bit) * weight).sum();
            let error = value - bits.iter().map(|&bit| i64::from(bit)).sum::<i64>();
            assert!(error.abs() <= 1);
            wrong += error.abs();
        }
        assert_eq!(wrong, published, "design {design}");
    }
}

/// The paper's tree for 8x8 with compressors that have carry inputs: 2 half adders, 2 full adders
/// and 8 compressors in the first stage, 1, 1 and 10 in the second.
#[test]
fn the_tree_has_the_published_cells() {
    for low in [0, 7, 16] {
        let mut columns: Vec<Vec<()>> = (0..16usize).map(|c| vec![(); (c + 1).min(15 - c)]).collect();
        let mut counts = [0; 3];
        reduce(&mut columns, 1, low, |cell, inputs| {
            let kind = if cell == Cell::Adder { inputs.len() - 2 } else { 2 };
            counts[kind] += 1;
            vec![(); if cell == Cell::Adder { 2 } else { 3 }]
        });
        assert_eq!(counts, [2 + 1, 2 + 1, 8 + 10]);
        assert!(columns.iter().all(|column| column.len() <= 2));
    }
}

/// Three columns of 8x8 hold no compressor, the fourth has one.
#[test]
fn up_to_three_columns_are_exact() {
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        for design in [1, 2] {
            let exact = |columns| {
                let member = Compressor::PROVIDER.multiplier(format, &[design, columns]).unwrap();
                format.operands().step_by(31).all(|(a, b)| member.product(a, b) == a * b)
            };
            assert!(exact(3) && !exact(4));
        }
    }
}

/// Four zeros count as 1, so that a product of zeros is none: by hand from the equations of the compressors.
#[test]
fn zero_times_zero_is_not_zero() {
    for design in [1, 2] {
        let member = Compressor::PROVIDER.multiplier(OperandFormat::unsigned(8, 8), &[design, 16]).unwrap();
        assert!(member.product(0, 0) > 0);
    }
}
