//! Every verdict, from the plan of each occasion.

use std::cell::RefCell;
use std::time::Duration;

use axmul_api::Netlist;

use super::super::registry::Registry;
use super::*;
use axmul_metrics::evaluation::{Difference, EvaluationError, swap_operands};
use axmul_metrics::{OperandFormat, Products, ProductsError};
use axmul_netlist::equivalence::Proof;
use axmul_netlist::simulate::Simulator;

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

/// A model that computes exact products pair by pair if `samples`, and never all of them.
struct Stopping {
    format: OperandFormat,
    samples: bool,
}

impl Products for Stopping {
    fn format(&self) -> OperandFormat {
        self.format
    }

    fn block(&self, _: u64, _: &mut [i64]) -> Result<(), ProductsError> {
        Err(ProductsError("stopped".into()))
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        match self.samples {
            true => FunctionProducts(self.format, |a, b| a * b).pairs(a, b, out),
            false => Err(ProductsError("stopped".into())),
        }
    }
}

const EFFORT: EqualityEffort = EqualityEffort {
    all: false,
    time_limit: Duration::from_secs(60),
    samples: 1_000,
    sample_always: false,
    seed: 7,
};

fn compare(plan: &EqualityPlan, x: &dyn Products, y: &dyn Products) -> EqualityVerdict {
    let [x, y] = [x, y].map(|products| ComparedMultiplier { circuit: None, products });
    compare_multipliers(x, y, plan, &silent).unwrap()
}

/// The verdict on two circuits, and what was worked on.
fn compare_circuits(plan: &EqualityPlan, x: &Netlist, y: &Netlist) -> (EqualityVerdict, Vec<EqualityWork>) {
    let simulators = [x, y].map(Simulator::new);
    let x = ComparedMultiplier { circuit: Some(x), products: &simulators[0] };
    let y = ComparedMultiplier { circuit: Some(y), products: &simulators[1] };
    let works = RefCell::new(Vec::new());
    let on_work = |work| {
        works.borrow_mut().push(work);
        silent(work)
    };
    let verdict = compare_multipliers(x, y, plan, &on_work).unwrap();
    (verdict, works.into_inner())
}

fn circuit(family: &str, parameters: &[u32], format: OperandFormat) -> Netlist {
    let member = Registry::linked().unwrap().member(family, parameters, format).unwrap();
    member.structure().unwrap().netlist()
}

/// The plans of all occasions.
fn plans(format: OperandFormat) -> [EqualityPlan; 3] {
    [EqualityPlan::of_check(format, &EFFORT), EqualityPlan::of_import(format), EqualityPlan::of_model(format)]
}

fn example(verdict: EqualityVerdict) -> Difference {
    match verdict {
        EqualityVerdict::Different { example, .. } => example,
        verdict => panic!("expected a difference, got {verdict:?}"),
    }
}

fn swapped(verdict: EqualityVerdict) -> SwappedEquality {
    match verdict {
        EqualityVerdict::Different { swapped, .. } => swapped,
        verdict => panic!("expected a difference, got {verdict:?}"),
    }
}

#[test]
fn small_multipliers_are_equal_by_all_pairs() {
    for format in [OperandFormat::unsigned(4, 4), OperandFormat::signed(8, 8), OperandFormat::signed(2, 9)] {
        let exact = FunctionProducts(format, |a, b| a * b);
        let by_sums = FunctionProducts(format, |a, b| (a + 1) * b - b);
        for plan in plans(format) {
            let verdict = compare(&plan, &exact, &by_sums);
            assert_eq!(verdict, EqualityVerdict::Equal(EqualityEvidence::AllPairs), "{format} {plan:?}");
        }
    }
}

#[test]
fn wide_circuits_are_equal_by_proof() {
    let format = OperandFormat::unsigned(20, 20);
    let (x, y) = (circuit("exact", &[], format), circuit("wallace", &[], format));
    for plan in [EqualityPlan::of_check(format, &EFFORT), EqualityPlan::of_import(format)] {
        let (verdict, works) = compare_circuits(&plan, &x, &y);
        let EqualityVerdict::Equal(EqualityEvidence::Proof(proof)) = verdict else { panic!("{verdict:?}") };
        assert_eq!(proof, Proof::PartialProducts);
        assert_eq!(works, [EqualityWork::Proving]);
    }
}

#[test]
fn a_proof_takes_no_products() {
    let format = OperandFormat::signed(9, 9);
    let netlist = circuit("exact", &[], format);
    let products = Stopping { format, samples: false };
    let multiplier = ComparedMultiplier { circuit: Some(&netlist), products: &products };
    for plan in [EqualityPlan::of_check(format, &EFFORT), EqualityPlan::of_import(format)] {
        let verdict = compare_multipliers(multiplier, multiplier, &plan, &silent).unwrap();
        assert_eq!(verdict, EqualityVerdict::Equal(EqualityEvidence::Proof(Proof::StructuralHash)));
    }
}

#[test]
fn a_small_difference_is_shown_by_its_smallest_example() {
    let format = OperandFormat::signed(4, 4);
    let exact = FunctionProducts(format, |a, b| a * b);
    // Wrong by 1 to 3, for 3 x 8 pairs.
    let flawed = FunctionProducts(format, |a: i64, b| a * b + if b < 0 { (a - 4).max(0) } else { 0 });
    let first = Difference { a: 5, b: -8, x: -40, y: -39 };
    let [check, import, model] = plans(format).map(|plan| compare(&plan, &exact, &flawed));
    let extent = Some(DifferenceExtent { pairs: 24, largest: 3 });
    let swapped = SwappedEquality::No;
    assert_eq!(check, EqualityVerdict::Different { example: first, extent, swapped });
    for verdict in [import, model] {
        assert_eq!(verdict, EqualityVerdict::Different { example: first, extent: None, swapped });
    }
}

#[test]
fn a_difference_of_wide_circuits_is_shown_by_what_a_proof_comes_across() {
    let format = OperandFormat::unsigned(20, 20);
    let (x, y) = (circuit("exact", &[], format), circuit("truncated", &[4], format));
    let (verdict, works) = compare_circuits(&EqualityPlan::of_check(format, &EFFORT), &x, &y);
    assert_eq!(works, [EqualityWork::Proving]);
    let EqualityVerdict::Different { example: Difference { a, b, x, y }, extent: None, .. } = verdict else {
        panic!("{verdict:?}")
    };
    assert_eq!(x, a * b);
    assert_ne!(x, y);
}

#[test]
fn up_to_24_product_bits_a_check_counts_what_a_proof_found_different() {
    let format = OperandFormat::unsigned(9, 9);
    let (x, y) = (circuit("exact", &[], format), circuit("truncated", &[1], format));
    let (verdict, works) = compare_circuits(&EqualityPlan::of_check(format, &EFFORT), &x, &y);
    assert_eq!(works, [EqualityWork::Proving, EqualityWork::Comparing]);
    // The lowest column is missing: wrong by one where both operands are odd.
    let example = Difference { a: 1, b: 1, x: 1, y: 0 };
    let extent = Some(DifferenceExtent { pairs: 1 << 16, largest: 1 });
    assert_eq!(verdict, EqualityVerdict::Different { example, extent, swapped: SwappedEquality::No });
}

#[test]
fn swapped_operands_are_found_in_products() {
    // All pairs are compared up to 24 bits; beyond, a sample says so, and nothing proves it.
    for (width, known) in
        [(4, SwappedEquality::Proven), (9, SwappedEquality::Proven), (13, SwappedEquality::Sampled)]
    {
        let format = OperandFormat::unsigned(width, width);
        let (x, y) =
            (FunctionProducts(format, |a, b| (a & !1) * b), FunctionProducts(format, |a, b| a * (b & !1)));
        let [check, import, model] = plans(format).map(|plan| swapped(compare(&plan, &x, &y)));
        assert_eq!([check, import], [known; 2], "{format}");
        assert_eq!(model, SwappedEquality::No, "a circuit has to take its operands as the model does");
    }
}

#[test]
fn swapped_operands_are_proven_of_wide_circuits() {
    let format = OperandFormat::unsigned(20, 20);
    let x = circuit("perforated", &[0, 2], format);
    let y = swap_operands(&x);
    for plan in [EqualityPlan::of_check(format, &EFFORT), EqualityPlan::of_import(format)] {
        assert_eq!(swapped(compare_circuits(&plan, &x, &y).0), SwappedEquality::Proven);
    }
}

#[test]
fn operands_of_two_widths_are_not_swapped() {
    let format = OperandFormat::unsigned(4, 5);
    let (x, y) =
        (FunctionProducts(format, |a, b| (a & !1) * b), FunctionProducts(format, |a, b| a * (b & !1)));
    for plan in plans(format) {
        assert_eq!(swapped(compare(&plan, &x, &y)), SwappedEquality::No);
    }
}

#[test]
fn a_sample_without_a_difference_leaves_it_open() {
    let format = OperandFormat::signed(20, 20);
    let exact = FunctionProducts(format, |a, b| a * b);
    let verdicts = plans(format).map(|plan| compare(&plan, &exact, &exact));
    let unknown = |pairs, seed| EqualityVerdict::Unknown { pairs, seed };
    assert_eq!(verdicts, [unknown(1_000, 7), unknown(1 << 18, 0), unknown(1 << 14, 0)]);
}

#[test]
fn a_sample_asked_for_replaces_all_pairs_but_not_a_proof() {
    let format = OperandFormat::unsigned(8, 8);
    let plan = EqualityPlan::of_check(format, &EqualityEffort { sample_always: true, ..EFFORT });
    let exact = FunctionProducts(format, |a, b| a * b);
    assert_eq!(compare(&plan, &exact, &exact), EqualityVerdict::Unknown { pairs: 1_000, seed: 7 });
    let (verdict, works) =
        compare_circuits(&plan, &circuit("exact", &[], format), &circuit("dadda", &[], format));
    assert!(matches!(verdict, EqualityVerdict::Equal(EqualityEvidence::Proof(_))), "{verdict:?}");
    assert_eq!(works, [EqualityWork::Proving]);
}

#[test]
fn a_difference_in_a_corner_is_found_beyond_16_bits() {
    for (format, pair) in [
        (OperandFormat::unsigned(17, 17), (131_071, 131_071)),
        (OperandFormat::signed(20, 16), (-524_288, 32_767)),
        (OperandFormat::signed(20, 16), (-1, 1)),
    ] {
        let exact = FunctionProducts(format, |a, b| a * b);
        let flawed = FunctionProducts(format, |a, b| (a * b) ^ i64::from((a, b) == pair));
        let [check, import, model] = plans(format).map(|plan| compare(&plan, &exact, &flawed));
        for verdict in [check, model] {
            let Difference { a, b, x, y } = example(verdict);
            assert_eq!(((a, b), x, y), (pair, a * b, (a * b) ^ 1));
        }
        // An import compares random pairs only, which miss one among so many.
        assert_eq!(import, EqualityVerdict::Unknown { pairs: IMPORT_PAIRS, seed: 0 });
    }
}

#[test]
fn a_model_that_stops_after_a_sample_is_known_by_the_sample() {
    let format = OperandFormat::unsigned(9, 9);
    let exact = FunctionProducts(format, |a, b| a * b);
    let plan = EqualityPlan::of_import(format);
    let verdict = compare(&plan, &exact, &Stopping { format, samples: true });
    assert_eq!(verdict, EqualityVerdict::Unknown { pairs: IMPORT_PAIRS, seed: 0 });
    // Without a sample, it is an error.
    for (plan, samples) in [(plan, false), (EqualityPlan::of_check(format, &EFFORT), true)] {
        let stopping = Stopping { format, samples };
        let [x, y] = [&exact as &dyn Products, &stopping]
            .map(|products| ComparedMultiplier { circuit: None, products });
        let error = compare_multipliers(x, y, &plan, &silent).unwrap_err();
        assert_eq!(error, EvaluationError::Products(ProductsError("stopped".into())));
    }
}

#[test]
fn formats_have_to_match() {
    let (x, y) = (OperandFormat::unsigned(12, 12), OperandFormat::signed(12, 12));
    let products = [x, y].map(|format| FunctionProducts(format, |a, b| a * b));
    let [of_x, of_y] =
        [&products[0], &products[1]].map(|products| ComparedMultiplier { circuit: None, products });
    for plan in plans(x) {
        let error = compare_multipliers(of_x, of_y, &plan, &silent).unwrap_err();
        assert_eq!(error, EvaluationError::Formats { x, y });
    }
}
