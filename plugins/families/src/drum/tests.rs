use axmul_support::random::SplitMix64;

use super::*;

const WIDE: u64 = 1 << 16;

/// The numbers that DRUM(k) puts in place of all 16-bit ones but 0, relative to them. An operand's relative
/// error does not depend on the other operand, so these hold everything about DRUM(k) for 16 bits.
fn ratios(k: u32) -> Vec<f64> {
    let drum = Drum { format: OperandFormat::unsigned(16, 16), k };
    (1..WIDE).map(|x| drum.segment(x) as f64 / x as f64).collect()
}

#[test]
fn circuit_equals_model() {
    for (n, m) in [(4, 2), (4, 4), (7, 3), (3, 9), (8, 8), (16, 9), (16, 16)] {
        for format in [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)] {
            for k in 3..u32::from(n.max(m)) {
                check_structure(&*Drum::PROVIDER.multiplier(format, &[k]).unwrap(), 1_000).unwrap();
            }
        }
    }
}

#[test]
fn parameters_and_formats_out_of_range_are_refused() {
    let refusal =
        |format, values: &[u32]| Drum::PROVIDER.multiplier(format, values).err().unwrap().to_string();
    let format = OperandFormat::signed(4, 8);
    assert_eq!(refusal(format, &[2]), "parameter k is 2; allowed: 3 to 7 for operands 4x8s");
    assert_eq!(refusal(format, &[8]), "parameter k is 8; allowed: 3 to 7 for operands 4x8s");
    assert_eq!(
        refusal(OperandFormat::unsigned(3, 3), &[3]),
        "does not exist for operands 3u; allowed: at least one operand of 4 bits or more"
    );
    assert_eq!(refusal(format, &[]), "takes 1 parameter(s) (k), got 0");
}

#[test]
fn operands_that_fit_are_exact() {
    let drum = Drum { format: OperandFormat::signed(8, 8), k: 5 };
    for a in -31..32 {
        assert!((-31..32).all(|b| drum.product(a, b) == a * b));
    }
}

/// Magnitudes never grow past the product's range, not even the square of the most negative operand.
#[test]
fn signs_are_those_of_the_exact_product() {
    for (n, m) in [(4, 4), (8, 8), (8, 4)] {
        let format = OperandFormat::signed(n, m);
        let drum = Drum { format, k: 3 };
        assert!(format.operands().all(|(a, b)| drum.product(a, b).signum() == (a * b).signum()));
    }
}

/// The largest relative error belongs to powers of two, (1 + 2^(1-k))^2 - 1. P. 422 of the paper, from a billion
/// random pairs of 16-bit operands, comes close to it: 56.25, 26.56, 12.86, 6.31, 3.1, 1.54 % for k = 3 to 8.
#[test]
fn the_largest_error_is_that_of_the_paper() {
    for (k, published_pct) in (3..).zip([56.25, 26.56, 12.86, 6.31, 3.1, 1.54]) {
        let ratios = ratios(k);
        let largest = ratios.iter().copied().fold(0.0, f64::max);
        let smallest = ratios.iter().copied().fold(1.0, f64::min);
        let bound = (1.0 + 2f64.powi(1 - k as i32)).powi(2) - 1.0;
        assert!((largest * largest - 1.0 - bound).abs() < 1e-12);
        assert!(1.0 - smallest * smallest < bound);
        assert!((100.0 * bound - published_pct).abs() < 0.06, "k = {k}: {bound}");
    }
}

/// P. 422 of the paper, 16-bit operands: magnitude of the mean relative error, k = 3 to 8. Here exactly, as the
/// product of the operands' means, from k = 7 on within what a billion random pairs can tell.
#[test]
fn it_is_nearly_unbiased() {
    for (k, published_pct) in (3..).zip([2.08, 0.53, 0.14, 0.04, 0.01, 0.01]) {
        let ratios = ratios(k);
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        let bias_pct = 100.0 * (mean * mean - 1.0);
        assert!((bias_pct - published_pct).abs() < 0.01, "k = {k}: {bias_pct}");
    }
}

/// P. 422 of the paper, 16-bit operands: mean of the relative errors' magnitudes, k = 3 to 8, here over a fixed
/// sample of pairs whose own uncertainty is at most 0.02 percentage points.
#[test]
fn the_mean_error_is_that_of_the_paper() {
    let pairs = 200_000;
    for (k, published_pct) in (3..).zip([11.90, 5.89, 2.94, 1.47, 0.73, 0.37]) {
        let drum = Drum { format: OperandFormat::unsigned(16, 16), k };
        let mut generator = SplitMix64::new(1);
        let mut draw = || generator.below(WIDE as usize - 1) as i64 + 1;
        let sum: f64 = (0..pairs)
            .map(|_| {
                let (a, b) = (draw(), draw());
                ((a * b - drum.product(a, b)) as f64 / (a * b) as f64).abs()
            })
            .sum();
        let mean_pct = 100.0 * sum / f64::from(pairs);
        assert!((mean_pct - published_pct).abs() < 0.05, "k = {k}: {mean_pct}");
    }
}
