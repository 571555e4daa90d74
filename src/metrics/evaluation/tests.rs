//! Every path to the metrics against a naive loop, and samples against all pairs.

use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::multiplier::{ErrorMap, Metrics, OperandSample, ProductTable};

const SILENT: &Progress = &|_, _| {};

/// Products from a function, one by one.
struct FunctionProducts<F>(OperandFormat, F);

impl<F: Fn(i64, i64) -> i64 + Sync> Products for FunctionProducts<F> {
    fn format(&self) -> OperandFormat {
        self.0
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        let m = self.0.width_b();
        for (number, out) in (first..).zip(out) {
            let a = self.0.range_a().start() + (number >> m) as i64;
            let b = self.0.range_b().start() + (number & ((1 << m) - 1)) as i64;
            *out = self.0.wrap((self.1)(a, b));
        }
        Ok(())
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        for ((&a, &b), out) in a.iter().zip(b).zip(out) {
            *out = self.0.wrap((self.1)(a, b));
        }
        Ok(())
    }
}

/// The metrics by definition. Everything but the relative errors is an integer over another.
fn naive(products: impl Iterator<Item = ((i64, i64), i64)>, format: OperandFormat) -> Metrics {
    let (mut absolute, mut squared, mut signed) = (0i128, 0i128, 0i128);
    let (mut count, mut wrong, mut nonzero, mut worst) = (0i128, 0, 0, 0);
    let (mut relative, mut worst_relative) = (0f64, 0f64);
    for ((a, b), product) in products {
        let exact = i128::from(a) * i128::from(b);
        let error = exact - i128::from(product);
        count += 1;
        absolute += error.abs();
        squared += error * error;
        signed += error;
        wrong += i128::from(error != 0);
        worst = worst.max(error.abs());
        if exact != 0 {
            let ratio = error.abs() as f64 / exact.abs() as f64;
            nonzero += 1;
            relative += ratio;
            worst_relative = worst_relative.max(ratio);
        }
    }
    let (pairs, percent) = (count as f64, 100.0 / format.pairs() as f64);
    Metrics {
        mae: absolute as f64 / pairs,
        mae_pct: absolute as f64 / pairs * percent,
        wce: worst as f64,
        wce_pct: worst as f64 * percent,
        mre_pct: 100.0 * relative / nonzero as f64,
        wcre_pct: 100.0 * worst_relative,
        ep_pct: 100.0 * wrong as f64 / pairs,
        mse: squared as f64 / pairs,
        variance: (count * squared - signed * signed) as f64 / (pairs * pairs),
        mean_error: signed as f64 / pairs,
    }
}

/// Equal bit for bit but for the mean relative error, which is to lie within 1e-11.
fn assert_same(got: Metrics, expected: Metrics) {
    let difference = (got.mre_pct - expected.mre_pct).abs();
    assert!(difference <= 1e-11 * expected.mre_pct, "{} {}", got.mre_pct, expected.mre_pct);
    assert_eq!(Metrics { mre_pct: 0.0, ..got }, Metrics { mre_pct: 0.0, ..expected });
}

fn small_formats() -> impl Strategy<Value = OperandFormat> {
    (2u8..=7, 2u8..=7, any::<bool>()).prop_map(|(n, m, signed)| OperandFormat::new(n, m, signed).unwrap())
}

/// A scrambled number, so that errors are of every size.
fn scrambled(a: i64, b: i64, salt: u64, shift: u32) -> i64 {
    let mixed = (a as u64 ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (b as u64).wrapping_mul(0xff51_afd7_ed55_8ccd);
    a * b + ((mixed ^ mixed >> 29) as i64 >> shift)
}

proptest! {
    #[test]
    fn every_path_equals_the_naive_loop(format in small_formats(), salt in any::<u64>(), shift in 45u32..64) {
        let model = FunctionProducts(format, |a, b| scrambled(a, b, salt, shift));
        let products: Vec<i64> = format.operands().map(|(a, b)| format.wrap((model.1)(a, b))).collect();
        let expected = naive(format.operands().zip(products.iter().copied()), format);
        let table = ProductTable::from_wide(format, &products).unwrap();
        assert_same(Metrics::uniform(&ErrorMap::new(&table)), expected);
        for path in [&model as &dyn Products, &table] {
            let evaluation = evaluate(path, EvaluationExtent::All, SILENT).unwrap();
            assert_same(evaluation.metrics, expected);
            prop_assert_eq!(evaluation.basis, Basis::AllPairs);
        }
    }

    #[test]
    fn samples_equal_the_naive_loop_over_their_pairs(
        (n, m, signed) in (2u8..=32, 2u8..=31, any::<bool>()),
        seed in any::<u64>(),
        shift in 0u32..64,
    ) {
        let format = OperandFormat::new(n, m, signed).unwrap();
        let model = FunctionProducts(format, |a: i64, b: i64| {
            a.wrapping_mul(b).wrapping_add(scrambled(a & 0xff, b & 0xff, seed, shift))
        });
        let evaluation = evaluate(&model, EvaluationExtent::Sample { pairs: 100, seed }, SILENT).unwrap();
        let draw = OperandDraw::new(format, seed);
        let pairs = (0..100).map(|index| draw.operands(index));
        let expected = naive_in_f64(pairs.map(|(a, b)| ((a, b), format.wrap((model.1)(a, b)))), format);
        let got = evaluation.metrics;
        for (got, expected) in [
            (got.mae, expected.mae),
            (got.wce, expected.wce),
            (got.mre_pct, expected.mre_pct),
            (got.wcre_pct, expected.wcre_pct),
            (got.ep_pct, expected.ep_pct),
            (got.mse, expected.mse),
            (got.variance, expected.variance),
            (got.mean_error, expected.mean_error),
        ] {
            prop_assert!((got - expected).abs() <= 1e-9 * expected.abs(), "{got} {expected}");
        }
    }

    #[test]
    fn the_first_difference_is_found(format in small_formats(), at in any::<u64>(), also in any::<u64>()) {
        let numbers = [at, also].map(|number| number % format.pairs() as u64);
        let exact = FunctionProducts(format, |a, b| a * b);
        prop_assert_eq!(first_difference(&exact, &exact, SILENT), Ok(None));
        let number_of = move |a: i64, b: i64| {
            ((a - format.range_a().start()) << format.width_b()) as u64 + (b - format.range_b().start()) as u64
        };
        let broken = FunctionProducts(format, move |a, b| (a * b) ^ i64::from(numbers.contains(&number_of(a, b))));
        let first = numbers[0].min(numbers[1]);
        let (a, b) = format.operands().nth(first as usize).unwrap();
        let found = first_difference(&exact, &broken, SILENT).unwrap().unwrap();
        prop_assert_eq!((found.a, found.b), (a, b));
        prop_assert_eq!((found.x, found.y), (format.wrap(a * b), format.wrap((a * b) ^ 1)));
    }

    #[test]
    fn differences_are_counted(format in small_formats(), every in 1i64..50, by in 0i64..9) {
        let exact = FunctionProducts(format, |a, b| a * b);
        let broken = FunctionProducts(format, move |a, b| a * b + if (a + b) % every == 0 { (a & 7) * by } else { 0 });
        let products = |of: &dyn Products, (a, b): (i64, i64)| {
            let mut out = [0];
            of.pairs(&[a], &[b], &mut out).unwrap();
            out[0]
        };
        let all: Vec<Difference> = format
            .operands()
            .map(|(a, b)| Difference { a, b, x: products(&exact, (a, b)), y: products(&broken, (a, b)) })
            .filter(|difference| difference.x != difference.y)
            .collect();
        let largest = all.iter().rev().max_by_key(|difference| difference.magnitude());
        let expected = largest.map(|&largest| Differences { pairs: all.len() as u64, first: all[0], largest });
        prop_assert_eq!(count_differences(&exact, &broken, SILENT), Ok(expected));
    }
}

/// Like [`naive`], in two passes of floating point: errors of wide operands have squares beyond 128 bits.
fn naive_in_f64(products: impl Iterator<Item = ((i64, i64), i64)>, format: OperandFormat) -> Metrics {
    let pairs: Vec<(f64, f64)> = products
        .map(|((a, b), product)| {
            let exact = i128::from(a) * i128::from(b);
            (exact.abs() as f64, (exact - i128::from(product)) as f64)
        })
        .collect();
    let count = pairs.len() as f64;
    let mean = |value: &dyn Fn(f64) -> f64| pairs.iter().map(|&(_, error)| value(error)).sum::<f64>() / count;
    let ratios: Vec<f64> =
        pairs.iter().filter(|pair| pair.0 != 0.0).map(|&(exact, error)| error.abs() / exact).collect();
    let worst = pairs.iter().map(|pair| pair.1.abs()).fold(0.0, f64::max);
    let percent = 100.0 / format.pairs() as f64;
    let mean_error = mean(&|error| error);
    Metrics {
        mae: mean(&f64::abs),
        mae_pct: mean(&f64::abs) * percent,
        wce: worst,
        wce_pct: worst * percent,
        mre_pct: 100.0 * ratios.iter().sum::<f64>() / ratios.len().max(1) as f64,
        wcre_pct: 100.0 * ratios.iter().copied().fold(0.0, f64::max),
        ep_pct: 100.0 * mean(&|error| f64::from(error != 0.0)),
        mse: mean(&|error| error * error),
        variance: mean(&|error| (error - mean_error) * (error - mean_error)),
        mean_error,
    }
}

/// 2^20 pairs are four pieces.
#[test]
fn the_number_of_threads_does_not_matter() {
    let format = OperandFormat::signed(9, 11);
    let model = FunctionProducts(format, |a, b| scrambled(a, b, 5, 50));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let sample = EvaluationExtent::Sample { pairs: 200_000, seed: 3 };
            (
                evaluate(&model, EvaluationExtent::All, SILENT).unwrap(),
                evaluate(&model, sample, SILENT).unwrap(),
            )
        })
    };
    let (all, sample) = on(1);
    assert_eq!((all.clone(), sample.clone()), on(5));
    let expected = naive(format.operands().map(|(a, b)| ((a, b), format.wrap((model.1)(a, b)))), format);
    assert_same(all.metrics, expected);

    // What is true lies in the intervals of this seed, and they are narrow.
    let Basis::Sample(OperandSample { intervals, .. }) = sample.basis else { panic!("{:?}", sample.basis) };
    let metrics = all.metrics;
    for ((lower, upper), value) in [
        (intervals.mae, metrics.mae),
        (intervals.mre_pct, metrics.mre_pct),
        (intervals.ep_pct, metrics.ep_pct),
        (intervals.mse, metrics.mse),
        (intervals.mean_error, metrics.mean_error),
    ] {
        assert!(lower <= value && value <= upper, "{lower} {value} {upper}");
        assert!(upper - lower < 0.4 * value.abs().max(150.0), "{lower} {value} {upper}");
    }
}

/// Of 400 samples some 20 miss the truth; beyond 40 or below 5 something is wrong with 5 %.
#[test]
fn intervals_hold_as_often_as_they_say() {
    let format = OperandFormat::unsigned(6, 6);
    let model = FunctionProducts(format, |a, b| (a * b) & !15);
    let truth = evaluate(&model, EvaluationExtent::All, SILENT).unwrap().metrics;
    let mut missed = [0; 5];
    for seed in 0..400 {
        let sample = evaluate(&model, EvaluationExtent::Sample { pairs: 500, seed }, SILENT).unwrap();
        let Basis::Sample(OperandSample { intervals, .. }) = sample.basis else {
            panic!("{:?}", sample.basis)
        };
        let held = [
            (intervals.mae, truth.mae),
            (intervals.mre_pct, truth.mre_pct),
            (intervals.ep_pct, truth.ep_pct),
            (intervals.mse, truth.mse),
            (intervals.mean_error, truth.mean_error),
        ];
        for (missed, ((lower, upper), value)) in missed.iter_mut().zip(held) {
            *missed += u32::from(!(lower..=upper).contains(&value));
        }
    }
    assert!(missed.iter().all(|missed| (5..40).contains(missed)), "{missed:?}");
}

/// The rule of three: no error among N pairs bounds the probability by some 3 / N; Wilson's by z^2 / (N + z^2).
#[test]
fn no_error_seen_is_not_none() {
    let format = OperandFormat::signed(32, 32);
    let model = FunctionProducts(format, |a, b| a * b);
    let sample = evaluate(&model, EvaluationExtent::Sample { pairs: 1000, seed: 1 }, SILENT).unwrap();
    let Basis::Sample(OperandSample { intervals, .. }) = sample.basis else { panic!("{:?}", sample.basis) };
    let z2 = 1.959_963_984_540_054f64.powi(2);
    assert_eq!(intervals.ep_pct.0, 0.0);
    assert!((intervals.ep_pct.1 - 100.0 * z2 / (1000.0 + z2)).abs() < 1e-12);
    assert_eq!(sample.metrics.wce, 0.0);
}

/// Words 0 and 1 of SplitMix64 started from 1234567, as published with its reference implementation.
#[test]
fn draws_are_those_of_the_published_generator() {
    let format = OperandFormat::unsigned(31, 32);
    let draws = OperandDraw::new(format, 1_234_567);
    let start = 6_457_827_717_110_365_317u64;
    let inner = OperandDraw::new(format, 0);
    assert_ne!(draws, inner);
    let mut state = start.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    let number = (state ^ state >> 31) >> 1;
    assert_eq!(draws.operands(0), ((number >> 32) as i64, (number & 0xffff_ffff) as i64));
}

#[test]
fn draws_are_uniform() {
    let format = OperandFormat::signed(3, 2);
    let draw = OperandDraw::new(format, 7);
    let mut seen = [0u32; 32];
    for index in 0..32_000 {
        let (a, b) = draw.operands(index);
        seen[((a + 4) * 4 + b + 2) as usize] += 1;
    }
    // The deviation of each count is about 31.
    assert!(seen.iter().all(|&seen| seen.abs_diff(1000) < 150), "{seen:?}");
}

#[test]
fn sampled_differences_are_found_in_the_order_of_draws() {
    let format = OperandFormat::signed(20, 20);
    let exact = FunctionProducts(format, |a, b| a * b);
    let broken = FunctionProducts(format, |a, b| a * b + i64::from(a & 1023 == 5));
    assert_eq!(sampled_difference(&exact, &exact, 10_000, 1, SILENT), Ok(None));
    let found = sampled_difference(&exact, &broken, 300_000, 1, SILENT).unwrap().unwrap();
    let draw = OperandDraw::new(format, 1);
    let first = (0..).map(|index| draw.operands(index)).find(|(a, _)| a & 1023 == 5).unwrap();
    assert_eq!((found.a, found.b, found.y - found.x), (first.0, first.1, 1));
}

#[test]
fn progress_reaches_the_end() {
    let (most, calls) = (AtomicU64::new(0), AtomicU64::new(0));
    let model = FunctionProducts(OperandFormat::unsigned(10, 10), |a, b| a * b);
    let progress = |done: u64, total: u64| {
        assert_eq!(total, 1 << 20);
        most.fetch_max(done, Ordering::Relaxed);
        calls.fetch_add(1, Ordering::Relaxed);
    };
    evaluate(&model, EvaluationExtent::All, &progress).unwrap();
    assert_eq!((most.into_inner(), calls.into_inner()), (1 << 20, 4));
}

/// A foreign model whose numbers are no products of its format costs speed, not sense.
#[test]
fn products_beyond_the_bus_are_summed_too() {
    struct Wild(OperandFormat);
    impl Products for Wild {
        fn format(&self) -> OperandFormat {
            self.0
        }
        fn block(&self, _: u64, out: &mut [i64]) -> Result<(), ProductsError> {
            out.fill(i64::MIN);
            Ok(())
        }
        fn pairs(&self, _: &[i64], _: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
            out.fill(i64::MIN);
            Ok(())
        }
    }
    let metrics =
        evaluate(&Wild(OperandFormat::unsigned(4, 4)), EvaluationExtent::All, SILENT).unwrap().metrics;
    assert_eq!(metrics.wce, 2f64.powi(63) + 225.0);
    assert_eq!(metrics.mae, (256 * (1i128 << 63) + 120 * 120) as f64 / 256.0);
}

#[test]
fn what_cannot_be_evaluated_is_said() {
    let of = |format: OperandFormat| FunctionProducts(format, |a, b| a * b);
    let wide = evaluate(&of(OperandFormat::signed(17, 16)), EvaluationExtent::All, SILENT).unwrap_err();
    assert_eq!(
        wide.to_string(),
        "operands 17x16s have 2^33 pairs, and all are looked at up to 2^32; take a sample instead"
    );
    let format = OperandFormat::unsigned(8, 8);
    let few = evaluate(&of(format), EvaluationExtent::Sample { pairs: 99, seed: 0 }, SILENT).unwrap_err();
    assert_eq!(
        few.to_string(),
        "a sample of 99 pairs is too small for confidence intervals; draw at least 100"
    );
    let other = first_difference(&of(format), &of(OperandFormat::signed(8, 8)), SILENT).unwrap_err();
    assert_eq!(
        other.to_string(),
        "operands 8u and 8s cannot be compared; both have to be of one width and signedness"
    );
    struct Broken;
    impl Products for Broken {
        fn format(&self) -> OperandFormat {
            OperandFormat::unsigned(10, 10)
        }
        fn block(&self, _: u64, _: &mut [i64]) -> Result<(), ProductsError> {
            Err(ProductsError("it crashed".into()))
        }
        fn pairs(&self, _: &[i64], _: &[i64], _: &mut [i64]) -> Result<(), ProductsError> {
            Err(ProductsError("it crashed".into()))
        }
    }
    assert_eq!(evaluate(&Broken, EvaluationExtent::All, SILENT).unwrap_err().to_string(), "it crashed");
}
