use super::*;

fn member(format: OperandFormat, parameters: [u32; 4]) -> Box<dyn Multiplier> {
    Tapered::PROVIDER.multiplier(format, &parameters).unwrap()
}

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (4, 4), (8, 8), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            let grid = Tapered::PROVIDER.grid(format);
            for parameters in grid.iter().step_by(grid.len().div_ceil(40)) {
                check_structure(&*Tapered::PROVIDER.multiplier(format, parameters).unwrap(), 300).unwrap();
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let format = OperandFormat::unsigned(8, 4);
    let refusal = |values: &[u32]| Tapered::PROVIDER.multiplier(format, values).err().unwrap().to_string();
    assert_eq!(refusal(&[32, 0, 0, 0]), "parameter dropped is 32; allowed: 0 to 31 for operands 8x4u");
    assert_eq!(refusal(&[0, 13, 13, 0]), "parameter merged is 13; allowed: 0 to 12 for operands 8x4u");
    assert_eq!(refusal(&[0, 4, 3, 0]), "parameter paired is 3; allowed: 4 to 12 for operands 8x4u");
    // The two lowest columns hold one and two partial products: at most 1 + 2 * 2 is missing.
    assert_eq!(refusal(&[3, 0, 0, 6]), "parameter constant is 6; allowed: 0 to 5 for operands 8x4u");
    assert_eq!(refusal(&[0]), "takes 4 parameter(s) (dropped, merged, paired, constant), got 1");
}

#[test]
fn without_any_degree_it_is_exact() {
    for format in [OperandFormat::signed(7, 7), OperandFormat::unsigned(8, 5)] {
        let exact = member(format, [0; 4]);
        assert!(format.operands().all(|(a, b)| exact.product(a, b) == a * b));
    }
}

/// By hand: 3 x 3 has the partial products 1, 2 + 2 and 4. Merged, the middle column counts once; without the lowest
/// partial product, one less.
#[test]
fn products_by_hand() {
    let format = OperandFormat::unsigned(4, 4);
    assert_eq!(member(format, [0, 2, 2, 0]).product(3, 3), 1 + 2 + 4);
    assert_eq!(member(format, [0, 0, 2, 0]).product(3, 3), 1 + 2 + 4);
    assert_eq!(member(format, [1, 0, 2, 0]).product(3, 3), 2 + 4);
    assert_eq!(member(format, [2, 0, 0, 3]).product(3, 3), 2 + 4 + 3);
    assert_eq!(member(format, [3, 0, 0, 5]).product(0, 0), 5);
}

/// Columns dropped as a whole are those of a truncated multiplier, columns merged as a whole those of a lower-part-OR
/// one without carry: by hand from their definitions.
#[test]
fn its_ends_are_known_families() {
    let format = OperandFormat::unsigned(8, 8);
    let dropped = member(format, [1 + 2 + 3 + 4, 0, 0, 0]);
    let merged = member(format, [0, 4, 4, 0]);
    for (a, b) in format.operands() {
        let column = |c: u32| -> i64 { (0..=c).map(|j| a >> (c - j) & b >> j & 1).sum() };
        let truncated: i64 = (0..4).map(|c| column(c) << c).sum();
        assert_eq!(dropped.product(a, b), a * b - truncated);
        let lost: i64 = (0..4).map(|c| (column(c) - 1).max(0) << c).sum();
        assert_eq!(merged.product(a, b), a * b - lost);
    }
}

/// Every operand bit is one half of the time, and partial products of a column have none in common.
#[test]
fn the_mean_of_what_is_missing_is_known_beforehand() {
    for format in [OperandFormat::signed(6, 6), OperandFormat::unsigned(6, 5), OperandFormat::unsigned(8, 8)]
    {
        for [dropped, merged, paired] in [[0, 0, 6], [4, 4, 7], [9, 0, 0], [7, 6, 6]] {
            let tapered = Tapered::new(format, Degrees { dropped, merged, paired }, 0);
            let missing: i64 = format.operands().map(|(a, b)| a * b - tapered.product(a, b)).sum();
            let mean = missing as f64 / format.pairs() as f64;
            assert!(
                (mean - tapered.mean_missing()).abs() < 1e-9,
                "{format} {dropped} {merged} {paired}: {mean}"
            );
        }
    }
}

/// The constant that is half of the most that is missing halves the largest error.
#[test]
fn half_of_the_most_halves_the_largest_error() {
    let format = OperandFormat::unsigned(8, 8);
    let largest = |member: &dyn Multiplier| {
        format.operands().map(|(a, b)| (a * b - member.product(a, b)).abs()).max().unwrap()
    };
    let tapered = Tapered::new(format, Degrees { dropped: 15, merged: 0, paired: 0 }, 0);
    let most = tapered.most_missing();
    assert_eq!(largest(&*member(format, [15, 0, 0, 0])), most.into());
    assert_eq!(largest(&*member(format, [15, 0, 0, most / 2])), most.div_ceil(2).into());
}
