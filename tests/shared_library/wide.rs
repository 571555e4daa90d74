//! Products on demand: operands too wide for a table.

use std::path::Path;
use std::time::Duration;

use axmul_metrics::evaluation::{EvaluationExtent, evaluate};
use axmul_metrics::{Metrics, OperandFormat, Products, ProductsError};
use axmul_providers::shared_library::{LibraryProblem, LibraryProducts, Limits, Phase};

use super::{PATIENT, ask, build, host, request};

fn open(path: &Path, symbol: &str, limits: &Limits) -> LibraryProducts {
    host();
    let listed = ask(path, &format!(":{symbol}"), &PATIENT).unwrap().remove(0);
    assert!(listed.table.is_none(), "{symbol} is wide");
    LibraryProducts::new(path, &request(&format!(":{symbol}")), listed.format, limits).unwrap()
}

/// Blocks of several lengths, in and out of order, and pairs.
fn assert_products(products: &dyn Products, model: impl Fn(i64, i64) -> i64) {
    let format = products.format();
    let all: Vec<(i64, i64)> = format.operands().take(1 << 17).collect();
    let expected: Vec<i64> = all.iter().map(|&(a, b)| model(a, b)).collect();
    let mut whole = vec![0; all.len()];
    let (half, rest) = whole.split_at_mut(all.len() / 2);
    products.block(0, half).unwrap();
    for (part, chunk) in rest.chunks_mut(2048).enumerate() {
        products.block((all.len() / 2 + part * 2048) as u64, chunk).unwrap();
    }
    assert!(whole == expected, "blocks of {format}");
    for (first, length) in [(700, 100), (3, 1), (0, 0), (1021, 3), (701, 64)] {
        let mut out = vec![0; length];
        products.block(first, &mut out).unwrap();
        assert_eq!(out, expected[first as usize..first as usize + length], "from {first}");
    }
    let (a, b): (Vec<i64>, Vec<i64>) = all.iter().rev().step_by(7).copied().unzip();
    let mut out = vec![0; a.len()];
    products.pairs(&a, &b, &mut out).unwrap();
    assert!(
        a.iter().zip(&b).zip(&out).all(|((&a, &b), &product)| product == model(a, b)),
        "pairs of {format}"
    );
}

#[test]
fn products_arrive_as_the_function_computes_them() {
    let library = build::fixture("wide.c", &[]);
    let of = |symbol| open(&library.0, symbol, &PATIENT);
    assert_products(&of("mul9x3s_skew"), |a, b| a * b + 3 * (a & 1) - (b & 1));
    assert_products(&of("mul12x5u_skew"), |a, b| (a * b) ^ (a & 7));
    assert_products(&of("mul12s_bus:12s:u64(u64,u64)"), |a, b| a * b);
    assert_products(&of("mul12u_prints"), |a, b| a * b);
}

#[test]
fn the_widest_operands_arrive_whole() {
    let library = build::fixture("wide.c", &[]);
    let signed = open(&library.0, "mul32s_wide", &PATIENT);
    let (low, high) = (i64::from(i32::MIN), i64::from(i32::MAX));
    let (a, b) = ([low, low, high, -1, 3], [low, high, high, low, 5]);
    let mut out = [0; 5];
    signed.pairs(&a, &b, &mut out).unwrap();
    assert_eq!(out, [low * low, low * high, high * high - 1, -low, 14]);
    let mut last = [0; 2];
    signed.block(u64::MAX - 1, &mut last).unwrap();
    assert_eq!(last, [high * (high - 1), high * high - 1]);
    let unsigned = open(&library.0, "mul32x31u_wide", &PATIENT);
    let (a, b) = (i64::from(u32::MAX), i64::from(i32::MAX));
    unsigned.pairs(&[a], &[b], &mut out[..1]).unwrap();
    assert_eq!(out[0], a * b);
}

/// Every thread has a process, and all of them give what one loop gives.
#[test]
fn an_evaluation_looks_at_every_pair() {
    let library = build::fixture("wide.c", &[]);
    let products = open(&library.0, "mul12x8u_overflows", &PATIENT);
    let format = OperandFormat::unsigned(12, 8);
    let sampled =
        evaluate(&products, EvaluationExtent::Sample { pairs: 20_000, seed: 1 }, &|_, _| {}).unwrap();
    assert_eq!(sampled.metrics.wce, 0.0);
    let skewed = open(&library.0, "mul12x5u_skew", &PATIENT);
    let done = std::sync::atomic::AtomicU64::new(0);
    let progress = |pairs, _| {
        done.fetch_max(pairs, std::sync::atomic::Ordering::Relaxed);
    };
    let Metrics { mae, wce, .. } = evaluate(&skewed, EvaluationExtent::All, &progress).unwrap().metrics;
    let errors = skewed.format().operands().map(|(a, b)| ((a * b) - ((a * b) ^ (a & 7))).abs());
    let (sum, worst) = errors.fold((0, 0), |(sum, worst), error| (sum + error, worst.max(error)));
    assert_eq!((mae, wce), (sum as f64 / (1 << 17) as f64, worst as f64));
    assert_eq!(done.into_inner(), 1 << 17);
    assert_eq!(format.pairs(), 1 << 20);
}

/// The problem that ends an evaluation, once its message was seen to hold all of `expected`. From then on there are no
/// products.
fn problem(path: &Path, symbol: &str, limits: &Limits, expected: &[&str]) -> LibraryProblem {
    let products = open(path, symbol, limits);
    let ProductsError(said) = (0..1 << 20)
        .step_by(2048)
        .find_map(|first| products.block(first, &mut [0; 2048]).err())
        .unwrap_or_else(|| panic!("{symbol} is no problem"));
    let failure = products.failure().expect("a failure is kept").clone();
    assert_eq!(said, failure.to_string());
    assert!(said.starts_with(&format!("{}: ", path.display())), "{said}");
    for expected in expected {
        assert!(said.contains(expected), "'{expected}' is missing in: {said}");
    }
    assert_eq!(products.block(0, &mut [0; 2]).unwrap_err(), ProductsError(said));
    failure.problem
}

#[test]
fn what_misbehaves_in_the_middle_is_an_error() {
    let library = build::fixture("wide.c", &[]);
    let in_the_middle = |phase: &Phase, what: &str| *phase == Phase::Multiplying(format!("mul12x8u_{what}"));
    type Case<'a> = (&'a str, &'a [&'a str], &'a (dyn Fn(&LibraryProblem) -> bool + Sync));
    let cases: &[Case] = &[
        (
            "segfaults",
            &["SIGSEGV", "while computing products of `mul12x8u_segfaults`", "it printed:\n  about to"],
            &|p| matches!(p, LibraryProblem::Crashed { phase, .. } if in_the_middle(phase, "segfaults")),
        ),
        ("aborts", &["SIGABRT"], &|p| matches!(p, LibraryProblem::Crashed { .. })),
        (
            "quits",
            &["exit code 3", "must not call exit"],
            &|p| matches!(p, LibraryProblem::Exited { code: 3, phase, .. } if in_the_middle(phase, "quits")),
        ),
        ("eats", &["ran out of memory", "--plugin-memory"], &|p| {
            matches!(p, LibraryProblem::MemoryLimit { .. })
        }),
        ("forges", &["came back damaged"], &|p| matches!(p, LibraryProblem::Damaged { .. })),
        ("overflows", &["gives 4095 x 255 = 1144225, beyond its product bus of 20 bits"], &|p| {
            matches!(p, LibraryProblem::Bus { a: 4095, b: 255, .. })
        }),
        ("counts", &["in one call and", "keeps state"], &|p| {
            matches!(p, LibraryProblem::Inconsistent { .. })
        }),
    ];
    std::thread::scope(|scope| {
        for (what, says, is_expected) in cases {
            let library = &library;
            scope.spawn(move || {
                let found = problem(&library.0, &format!("mul12x8u_{what}"), &PATIENT, says);
                assert!(is_expected(&found), "{what}: {found:?}");
            });
        }
    });
}

#[test]
fn the_time_is_that_of_all_answers_together() {
    let library = build::fixture("wide.c", &[]);
    let limits = Limits { time: Duration::from_secs(2), ..PATIENT };
    let says = ["took longer than 2 s for ", "raise --plugin-timeout", "--samples N"];
    for symbol in ["mul12x8u_hangs", "mul12x8u_closes"] {
        let found = problem(&library.0, symbol, &limits, &says);
        // 77 rows of 256 products came, and what was computed ahead of them.
        assert!(matches!(found, LibraryProblem::TooSlow { done: 10_000..20_000, .. }), "{symbol}: {found:?}");
    }
    // Each answer is well within the limit.
    let slow = open(&library.0, "mul12u_slow", &limits);
    let failed = (0..1 << 24).step_by(64).find(|&first| slow.block(first, &mut [0; 64]).is_err());
    assert!(failed.unwrap() > 0);
    assert!(
        matches!(slow.failure().unwrap().problem, LibraryProblem::TooSlow { .. }),
        "{:?}",
        slow.failure()
    );
    // Waiting for questions is not the library's time.
    let limits = Limits { time: Duration::from_millis(1500), ..PATIENT };
    let quick = open(&library.0, "mul12u_prints", &limits);
    quick.block(0, &mut [0; 4096]).unwrap();
    std::thread::sleep(Duration::from_millis(4000));
    quick.block(4096, &mut [0; 4096]).unwrap();
}

#[test]
fn what_cannot_be_opened_is_said_at_once_or_at_the_first_question() {
    host();
    let format = OperandFormat::unsigned(12, 12);
    let missing = LibraryProducts::new(Path::new("nowhere.so"), &request(":f:12u"), format, &PATIENT);
    assert_eq!(missing.err().unwrap().problem, LibraryProblem::Missing);
    let library = build::fixture("wide.c", &[]);
    let ask = |rest: &str, format| {
        let products = LibraryProducts::new(&library.0, &request(rest), format, &PATIENT).unwrap();
        products.pairs(&[1], &[2], &mut [0]).unwrap_err();
        products.failure().unwrap().problem.clone()
    };
    assert!(matches!(ask(":mul12u_absent", format), LibraryProblem::NoSymbol { .. }));
    let other = OperandFormat::unsigned(13, 12);
    assert!(matches!(ask(":mul12u_slow", other), LibraryProblem::Changed { .. }));
}

/// Described multipliers, with their batched function and without.
#[test]
fn described_multipliers_are_served_by_their_names() {
    for definitions in [&["WIDTH_A=9", "WIDTH_B=8"][..], &["WIDTH_A=9", "WIDTH_B=8", "PRODUCTS=skews"]] {
        let library = build::fixture("descriptor.c", definitions);
        let products = open(&library.0, "first", &PATIENT);
        assert_products(&products, |a, b| 100 * a + b);
    }
    let off = build::fixture("descriptor.c", &["WIDTH_A=9", "WIDTH_B=8", "PRODUCTS=off"]);
    let products = open(&off.0, "first", &PATIENT);
    products.block(0, &mut [0; 4096]).unwrap_err();
    let failure = products.failure().unwrap().to_string();
    assert!(failure.contains("batched function differs"), "{failure}");
}
