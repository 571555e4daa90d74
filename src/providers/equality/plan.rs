//! What is tried to decide whether two multipliers are equal, in which order and at what cost.

use std::time::Duration;

use axmul_metrics::OperandFormat;
use axmul_metrics::evaluation::MAX_EXHAUSTIVE_BITS;

/// Up to this many product bits, comparing all pairs takes less time than starting a proof.
const SMALL_BITS: u8 = 16;

/// Up to this many product bits, all pairs are affordable without asking; a C function takes four seconds for the
/// pairs of 12x12.
const AFFORDABLE_BITS: u8 = 24;

/// Time limit of a proof that has an alternative. Circuits of one source are proven within milliseconds or not at all.
const QUICK_PROOF: Duration = Duration::from_secs(1);

/// Random pairs with which two files of an import are compared.
pub(crate) const IMPORT_PAIRS: u64 = 1 << 18;

/// Random pairs with which a circuit is compared with its arithmetic model.
const MODEL_PAIRS: u64 = 1 << 14;

/// Random pairs that tell whether swapped operands could explain a difference, for `axmul check`.
const CHECK_GLANCE: u64 = 1 << 16;

/// The same for an import. Few multipliers differ in a million pairs and not in some thousand.
const IMPORT_GLANCE: u64 = 1 << 12;

/// The seed of samples that no user asked for.
const FIXED_SEED: u64 = 0;

/// One way to look for a difference or a proof. The first that is conclusive decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EqualityStep {
    /// Proves the circuits equal or different; skipped where one of the multipliers has no circuit.
    Prove {
        /// The time limit.
        limit: Duration,
        /// Whether a counterexample decides, or a later step is to find one of its own.
        decides_difference: bool,
    },
    /// Compares all operand pairs and counts those that differ.
    CountAll,
    /// Compares operand pairs in table order up to the first that differs.
    CompareAll,
    /// Compares all combinations of the ends of the operand ranges and the numbers around zero.
    CompareCorners,
    /// Compares random pairs.
    Sample {
        /// How many.
        pairs: u64,
        /// The seed that draws them.
        seed: u64,
    },
}

/// How much `axmul check` spends on an answer.
#[derive(Clone, Copy, Debug)]
pub struct EqualityEffort {
    /// Count all operand pairs that differ, however many pairs there are.
    pub all: bool,
    /// Time limit of a proof where not all pairs can be compared.
    pub time_limit: Duration,
    /// The number of pairs drawn where there is no proof.
    pub samples: u64,
    /// Draw them even where all pairs could be compared.
    pub sample_always: bool,
    /// The seed that draws them.
    pub seed: u64,
}

/// What is tried to decide whether two multipliers of one format are equal.
#[derive(Clone, Debug)]
pub struct EqualityPlan {
    /// For the multipliers as they are.
    pub(super) steps: Vec<EqualityStep>,
    /// For a second multiplier with swapped operands, once the first steps found a difference; none to leave that out.
    pub(super) swapped: Vec<EqualityStep>,
}

impl EqualityPlan {
    /// For `axmul check`: a proof or all operand pairs, else a sample.
    pub fn of_check(format: OperandFormat, effort: &EqualityEffort) -> Self {
        use EqualityStep::{CompareAll, CompareCorners, CountAll, Prove, Sample};
        let &EqualityEffort { all, time_limit, samples, sample_always, seed } = effort;
        let bits = format.product_width();
        let exhaustible = bits <= MAX_EXHAUSTIVE_BITS && !sample_always;
        let counted = exhaustible && (all || bits <= AFFORDABLE_BITS);
        let mut steps = Vec::new();
        if bits > SMALL_BITS || !exhaustible {
            let limit = if exhaustible { QUICK_PROOF } else { time_limit };
            steps.push(Prove { limit, decides_difference: !counted });
        }
        match (counted, exhaustible) {
            (true, _) => steps.push(CountAll),
            (false, true) => steps.push(CompareAll),
            // Where multipliers go wrong most often comes first.
            (false, false) => steps.extend([CompareCorners, Sample { pairs: samples, seed }]),
        }
        let swapped = if bits <= AFFORDABLE_BITS {
            vec![CompareAll]
        } else {
            let glance = Sample { pairs: CHECK_GLANCE, seed };
            vec![glance, Prove { limit: QUICK_PROOF, decides_difference: true }]
        };
        Self { steps, swapped }
    }

    /// For two files of an import that claim to be one multiplier.
    pub(crate) fn of_import(format: OperandFormat) -> Self {
        use EqualityStep::{CompareAll, Prove, Sample};
        let bits = format.product_width();
        if bits <= SMALL_BITS {
            return Self { steps: vec![CompareAll], swapped: vec![CompareAll] };
        }
        let sample = |pairs| Sample { pairs, seed: FIXED_SEED };
        // Messages name an operand pair of the sample, not the one that a proof comes across.
        let mut steps = vec![Prove { limit: QUICK_PROOF, decides_difference: false }, sample(IMPORT_PAIRS)];
        if bits <= AFFORDABLE_BITS {
            steps.push(CompareAll);
        }
        let swapped = [&[sample(IMPORT_GLANCE)], &*steps].concat();
        Self { steps, swapped }
    }

    /// For a circuit and the arithmetic model beside it: all products of up to 16 bits, else the corners and a fixed
    /// sample.
    pub(crate) fn of_model(format: OperandFormat) -> Self {
        use EqualityStep::{CompareAll, CompareCorners, Sample};
        let steps = if format.product_width() <= SMALL_BITS {
            vec![CompareAll]
        } else {
            vec![CompareCorners, Sample { pairs: MODEL_PAIRS, seed: FIXED_SEED }]
        };
        Self { steps, swapped: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EqualityStep::{CompareAll, CompareCorners, CountAll, Prove, Sample};

    const EFFORT: EqualityEffort =
        EqualityEffort { all: false, time_limit: MINUTE, samples: 1_000, sample_always: false, seed: 7 };
    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    fn proof(limit: Duration, decides_difference: bool) -> EqualityStep {
        Prove { limit, decides_difference }
    }

    fn sample(pairs: u64, seed: u64) -> EqualityStep {
        Sample { pairs, seed }
    }

    /// A format of that many product bits.
    fn format_of(bits: u8) -> OperandFormat {
        OperandFormat::signed(bits / 2, bits - bits / 2)
    }

    #[test]
    fn what_a_check_tries_depends_on_the_product_bits() {
        let plan = |bits, effort| EqualityPlan::of_check(format_of(bits), &effort);
        for (bits, steps) in [
            (16, vec![CountAll]),
            (17, vec![proof(SECOND, false), CountAll]),
            (24, vec![proof(SECOND, false), CountAll]),
            (25, vec![proof(SECOND, true), CompareAll]),
            (32, vec![proof(SECOND, true), CompareAll]),
            (33, vec![proof(MINUTE, true), CompareCorners, sample(1_000, 7)]),
        ] {
            assert_eq!(plan(bits, EFFORT).steps, steps, "{bits}");
        }
        let all = EqualityEffort { all: true, ..EFFORT };
        assert_eq!(plan(16, all).steps, [CountAll]);
        for bits in [17, 25, 32] {
            assert_eq!(plan(bits, all).steps, [proof(SECOND, false), CountAll], "{bits}");
        }
        for bits in [4, 16, 24, 32, 33] {
            let steps = plan(bits, EqualityEffort { sample_always: true, ..EFFORT }).steps;
            assert_eq!(steps, [proof(MINUTE, true), CompareCorners, sample(1_000, 7)], "{bits}");
        }
        for effort in [EFFORT, all] {
            for bits in [4, 16, 24] {
                assert_eq!(plan(bits, effort).swapped, [CompareAll], "{bits}");
            }
            for bits in [25, 32, 33] {
                assert_eq!(plan(bits, effort).swapped, [sample(1 << 16, 7), proof(SECOND, true)], "{bits}");
            }
        }
    }

    #[test]
    fn what_an_import_tries_depends_on_the_product_bits() {
        let glance = sample(1 << 12, 0);
        for (bits, steps) in [
            (17, vec![proof(SECOND, false), sample(1 << 18, 0), CompareAll]),
            (24, vec![proof(SECOND, false), sample(1 << 18, 0), CompareAll]),
            (25, vec![proof(SECOND, false), sample(1 << 18, 0)]),
            (64, vec![proof(SECOND, false), sample(1 << 18, 0)]),
        ] {
            let plan = EqualityPlan::of_import(format_of(bits));
            assert_eq!(plan.steps, steps, "{bits}");
            assert_eq!(plan.swapped, [vec![glance], steps].concat(), "{bits}");
        }
        let plan = EqualityPlan::of_import(format_of(16));
        assert_eq!((plan.steps, plan.swapped), (vec![CompareAll], vec![CompareAll]));
    }

    #[test]
    fn what_is_tried_for_a_model_depends_on_the_product_bits() {
        for (bits, steps) in [
            (4, vec![CompareAll]),
            (16, vec![CompareAll]),
            (17, vec![CompareCorners, sample(1 << 14, 0)]),
            (64, vec![CompareCorners, sample(1 << 14, 0)]),
        ] {
            let plan = EqualityPlan::of_model(format_of(bits));
            assert_eq!((plan.steps, plan.swapped), (steps, vec![]), "{bits}");
        }
    }
}
