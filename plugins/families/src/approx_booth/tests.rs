use super::*;

fn member(format: OperandFormat, design: u32, p: u32) -> Box<dyn Multiplier> {
    ApproxBooth::PROVIDER.multiplier(format, &[design, p]).unwrap()
}

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (5, 6), (8, 8), (16, 16), (31, 32), (32, 32)] {
        let format = OperandFormat::signed(n, m);
        let step = if n + m > 12 { 3 } else { 1 };
        for p in (1..=u32::from(n + m)).step_by(step) {
            for design in [1, 2] {
                check_structure(&*member(format, design, p), 300).unwrap();
            }
        }
    }
}

#[test]
fn parameters_and_formats_out_of_range_are_refused() {
    let refusal =
        |format, values: &[u32]| ApproxBooth::PROVIDER.multiplier(format, values).err().unwrap().to_string();
    let format = OperandFormat::signed(8, 4);
    assert_eq!(refusal(format, &[0, 4]), "parameter design is 0; allowed: 1 to 2 for operands 8x4s");
    assert_eq!(refusal(format, &[1, 0]), "parameter p is 0; allowed: 1 to 12 for operands 8x4s");
    assert_eq!(refusal(format, &[1, 13]), "parameter p is 13; allowed: 1 to 12 for operands 8x4s");
    assert_eq!(refusal(format, &[1]), "takes 2 parameter(s) (design, p), got 1");
    let unsigned = OperandFormat::unsigned(8, 8);
    assert_eq!(refusal(unsigned, &[1, 4]), "does not exist for operands 8u; allowed: signed operands");
}

/// Of the 32 entries of the exact encoder's map, design 1 changes 4 and design 2 changes 8; those of design 1 all
/// from one to zero.
#[test]
fn encoders_change_as_many_entries_as_published() {
    for (design, published) in [(1, 4), (2, 8)] {
        let booth = ApproxBooth { format: OperandFormat::signed(8, 8), design, p: 8 };
        let mut changed = 0;
        for entry in 0..32 {
            let [low, middle, high, same, lower] = std::array::from_fn(|i| entry >> i & 1 == 1);
            let exact = words::booth_bit(&mut Bits, [low, middle, high], [same, lower]);
            let approximate = booth.bit(&mut Bits, [low, middle, high], same);
            assert!(design == 2 || exact || !approximate, "design 1 sets no bit");
            changed += i32::from(exact != approximate);
        }
        assert_eq!(changed, published, "design {design}");
    }
}

/// These b have digits 0, 1 and -1 only, the last of them not negative: by hand, design 1 is exact.
#[test]
fn design_1_is_exact_without_digits_of_two() {
    let format = OperandFormat::signed(8, 8);
    for p in 1..=16 {
        let member = member(format, 1, p);
        for b in [0, 1, 4, 5, 17, 20, 21, -1, 3, 15, 63] {
            assert!((-128..128).all(|a| member.product(a, b) == a * b), "p = {p}, b = {b}");
        }
    }
}

/// Rows of zeros are a itself in the columns of design 2: by hand from its equation.
#[test]
fn design_2_answers_zero_with_the_low_bits_of_a() {
    let format = OperandFormat::signed(8, 8);
    for p in 1..=8 {
        let member = member(format, 2, p);
        for a in -128i64..128 {
            let rows = (0..4).map(|row| (a & ((1 << (p as i64 - 2 * row).max(0)) - 1)) << (2 * row));
            assert_eq!(member.product(a, 0), rows.sum::<i64>());
        }
    }
}

/// All that is wrong lies in the lowest p columns of four rows, and one correction: by hand, below 5 * 2^p.
#[test]
fn errors_grow_with_the_approximation_factor() {
    let format = OperandFormat::signed(8, 8);
    for design in [1, 2] {
        let mut last = 0;
        for p in [2, 4, 6, 8] {
            let member = member(format, design, p);
            let errors = format.operands().map(|(a, b)| (a * b - member.product(a, b)).abs());
            let (sum, largest) =
                errors.fold((0, 0), |(sum, largest), error| (sum + error, error.max(largest)));
            assert!(largest < 5 << p && sum > last, "design {design}, p = {p}: {largest}");
            last = sum;
        }
    }
}
