use axmul_support::random::SplitMix64;

use super::*;

#[test]
fn circuit_equals_model() {
    for (n, m) in [(2, 2), (2, 5), (7, 3), (8, 8), (16, 9)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for t in 1..u32::from(n.max(m)) {
                for h in (0..t).step_by(2) {
                    check_structure(&*Tosam::PROVIDER.multiplier(format, &[h, t]).unwrap(), 200).unwrap();
                }
            }
        }
    }
    for format in [OperandFormat::signed(32, 32), OperandFormat::unsigned(32, 31)] {
        for (h, t) in [(0, 1), (5, 9), (30, 31)] {
            check_structure(&*Tosam::PROVIDER.multiplier(format, &[h, t]).unwrap(), 100).unwrap();
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refusal = |values: &[u32]| {
        Tosam::PROVIDER.multiplier(OperandFormat::signed(4, 8), values).err().unwrap().to_string()
    };
    assert_eq!(refusal(&[0, 0]), "parameter t is 0; allowed: 1 to 7 for operands 4x8s");
    assert_eq!(refusal(&[0, 8]), "parameter t is 8; allowed: 1 to 7 for operands 4x8s");
    assert_eq!(refusal(&[5, 5]), "parameter h is 5; allowed: 0 to 4 for operands 4x8s");
    assert_eq!(refusal(&[5]), "takes 2 parameter(s) (h, t), got 1");
}

/// By hand: 181 is 128 (1 + 0.0110101 binary), 93 is 64 (1 + 0.011101). TOSAM(1, 3) adds 0.011 twice and
/// multiplies 0.01 by 0.01: 1 + 6/8 + 1/16 = 29/16, times 8192.
#[test]
fn a_product_by_hand() {
    let tosam = Tosam { format: OperandFormat::unsigned(8, 8), h: 1, t: 3 };
    assert_eq!(tosam.product(181, 93), 8192 * 29 / 16);
    assert_eq!((tosam.product(0, 93), tosam.product(181, 0)), (0, 0));
}

/// Magnitudes never grow past the product's range, not even the square of the most negative operand.
#[test]
fn signs_are_those_of_the_exact_product() {
    for (n, m) in [(2, 2), (4, 4), (8, 8), (8, 4)] {
        let format = OperandFormat::signed(n, m);
        for t in 1..u32::from(n) {
            let tosam = Tosam { format, h: 0, t };
            assert!(format.operands().all(|(a, b)| tosam.product(a, b).signum() == (a * b).signum()));
        }
    }
}

/// The paper's abstract: mean absolute relative errors from 11 % down to 0.3 %. The ends of the range are taken
/// to be those of TOSAM(0, 2) and TOSAM(5, 9); here 16-bit operands over a fixed sample of pairs.
#[test]
fn the_mean_error_is_that_of_the_paper() {
    for (h, t, published_pct, digit) in [(0, 2, 11.0, 0.5), (5, 9, 0.3, 0.05)] {
        let tosam = Tosam { format: OperandFormat::unsigned(16, 16), h, t };
        let mut generator = SplitMix64::new(1);
        let mut draw = || generator.below((1 << 16) - 1) as i64 + 1;
        let pairs = 200_000;
        let sum: f64 = (0..pairs)
            .map(|_| {
                let (a, b) = (draw(), draw());
                ((a * b - tosam.product(a, b)) as f64 / (a * b) as f64).abs()
            })
            .sum();
        let mean_pct = 100.0 * sum / f64::from(pairs);
        assert!((mean_pct - published_pct).abs() < digit, "({h}, {t}): {mean_pct}");
    }
}
