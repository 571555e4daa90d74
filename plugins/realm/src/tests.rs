use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (16, 9)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for leading in 1..=4 {
                for dropped in 0..u32::from(n.max(m)) {
                    if let Ok(member) = Family.multiplier(format, &[leading, dropped]) {
                        check_structure(&*member, 200).unwrap();
                    }
                }
            }
        }
    }
    for format in [OperandFormat::signed(32, 32), OperandFormat::unsigned(32, 31)] {
        check_structure(&Realm::new(format, 3, 0), 200).unwrap();
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |format, values: &[u32]| Family.multiplier(format, values).err().unwrap().to_string();
    let format = OperandFormat::signed(4, 8);
    assert_eq!(refusal(format, &[0, 0]), "parameter leading is 0; allowed: 1 to 4 for operands 4x8s");
    assert_eq!(refusal(format, &[2, 5]), "parameter dropped is 5; allowed: 0 to 4 for operands 4x8s");
    let smallest = OperandFormat::signed(2, 2);
    assert_eq!(refusal(smallest, &[2, 0]), "parameter leading is 2; allowed: only 1 for operands 2s");
    assert_eq!(refusal(format, &[2]), "takes 2 parameter(s) (leading, dropped), got 1");
}

/// By hand: Mitchell's error is symmetric in the operands and at most a quarter, so four bits of six hold a
/// factor.
#[test]
fn factors_are_symmetric_and_below_a_quarter() {
    for leading in 1..=4 {
        for x in 0..1 << leading {
            for y in 0..1 << leading {
                let entry = factor(leading, x, y);
                assert!(entry < 16 && entry == factor(leading, y, x), "{leading}: {x} {y}");
            }
        }
    }
}

/// Smallest, mean absolute and largest relative error and bias in percent, 16-bit operands over a fixed sample.
fn errors(leading: u32, dropped: u32) -> [f64; 4] {
    let realm = Realm::new(OperandFormat::unsigned(16, 16), leading, dropped);
    let mut state = 1u64;
    let mut draw = || {
        // Constants of Knuth's MMIX generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as i64 % ((1 << 16) - 1) + 1
    };
    let pairs = 400_000;
    let [mut low, mut mean, mut high, mut bias] = [0.0f64; 4];
    for _ in 0..pairs {
        let (a, b) = (draw(), draw());
        let error = 100.0 * (realm.product(a, b) - a * b) as f64 / (a * b) as f64;
        (low, high) = (low.min(error), high.max(error));
        mean += error.abs() / f64::from(pairs);
        bias += error / f64::from(pairs);
    }
    [low, mean, high, bias]
}

/// The paper's abstract: mean errors from 0.4 to 1.6 % and peak errors from 2.08 to 7.4 %, with a bias that is
/// mostly 0.05 % or less. The ends of both ranges are taken to be those of the finest member, M = 16 with all
/// bits, and of the coarsest, M = 4 with nine dropped; the peak of a sample falls short of that over all pairs.
#[test]
fn errors_are_those_of_the_paper() {
    for (leading, dropped, mean_pct, peak_pct) in [(4, 0, 0.4, 2.08), (2, 9, 1.6, 7.4)] {
        let [low, mean, high, bias] = errors(leading, dropped);
        let peak = high.max(-low);
        assert!((mean - mean_pct).abs() < 0.05, "{leading}: mean {mean}");
        assert!(peak < peak_pct + 0.05 && peak > 0.96 * peak_pct, "{leading}: peak {peak}");
        assert!(bias.abs() < 0.05, "{leading}: bias {bias}");
    }
}

/// Magnitudes never grow past the product's range, not even the square of the most negative operand.
#[test]
fn signs_are_those_of_the_exact_product() {
    for (n, m) in [(2, 2), (4, 4), (8, 8), (8, 4)] {
        let format = OperandFormat::signed(n, m);
        for dropped in 0..=fraction_bits(format).saturating_sub(2) {
            let realm = Realm::new(format, 1, dropped);
            assert!(format.operands().all(|(a, b)| realm.product(a, b).signum() == (a * b).signum()));
        }
    }
}
