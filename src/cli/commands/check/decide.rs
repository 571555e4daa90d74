//! Which way an answer is looked for.

use std::time::Duration;

use axmul_api::Netlist;

use super::answer::{DifferenceExtent, EqualityEvidence, Findings};
use crate::cli::output::Console;
use axmul_metrics::evaluation::{
    Difference, MAX_EXHAUSTIVE_BITS, SwappedOperands, count_differences, first_difference,
    sampled_difference, swap_operands,
};
use axmul_metrics::{OperandFormat, Products};
use axmul_netlist::equivalence::{Verdict, prove};

/// Up to so many product bits, all pairs are compared at once: that takes less time than starting a proof.
const SMALL_BITS: u8 = 16;

/// Up to so many product bits, all pairs that differ are counted unasked.
const COUNTED_BITS: u8 = 24;

/// How long a proof may take where all pairs can be compared instead.
const QUICK_PROOF: Duration = Duration::from_secs(1);

/// Pairs that are drawn to see whether exchanged operands could explain a difference.
const GLANCE: u64 = 1 << 16;

/// What is known of one multiplier.
pub(super) struct Side {
    /// Its circuit, where there is one.
    pub circuit: Option<Netlist>,
    /// Its products, on demand.
    pub products: Box<dyn Products>,
}

/// How much is done for an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// All pairs that differ are counted, however many pairs there are.
    pub all: bool,
    /// How long a proof may take where not all pairs can be compared.
    pub time_limit: Duration,
    /// How many pairs are drawn where there is no proof.
    pub samples: u64,
    /// They are drawn even where all pairs could be compared.
    pub sample_always: bool,
    /// The seed that draws them.
    pub seed: u64,
}

/// Two multipliers of one format, and what to do with them.
pub(super) struct Decision<'a> {
    pub sides: &'a [Side; 2],
    pub format: OperandFormat,
    pub effort: Effort,
    pub console: &'a Console,
}

impl Decision<'_> {
    /// Looks for a difference or a proof.
    pub fn make(&self) -> anyhow::Result<Findings> {
        let bits = self.format.product_width();
        let exhaustible = bits <= MAX_EXHAUSTIVE_BITS && !self.effort.sample_always;
        let proof = match self.circuits() {
            Some([x, y]) if bits > SMALL_BITS || !exhaustible => {
                let limit = if exhaustible { QUICK_PROOF } else { self.effort.time_limit };
                self.prove(x, y, limit)?
            }
            _ => Verdict::Unknown,
        };
        let counted = exhaustible && (self.effort.all || bits <= COUNTED_BITS);
        match proof {
            Verdict::Equal(proof) => Ok(Findings::Equal(EqualityEvidence::Proof(proof))),
            Verdict::Different { a, b } if !counted => self.different(self.pair(a, b)?, None),
            _ if counted => self.count(),
            _ if exhaustible => self.find_first(),
            _ => self.sample(),
        }
    }

    fn products(&self) -> [&dyn Products; 2] {
        [&*self.sides[0].products, &*self.sides[1].products]
    }

    fn circuits(&self) -> Option<[&Netlist; 2]> {
        Some([self.sides[0].circuit.as_ref()?, self.sides[1].circuit.as_ref()?])
    }

    fn prove(&self, x: &Netlist, y: &Netlist, limit: Duration) -> anyhow::Result<Verdict> {
        let progress = self.console.progress("proving");
        Ok(prove(x, y, limit, &|done, total| progress.set_steps(done, total))?)
    }

    fn count(&self) -> anyhow::Result<Findings> {
        let [x, y] = self.products();
        let progress = self.console.progress("comparing");
        let differences = count_differences(x, y, &|done, total| progress.set_pairs(done, total))?;
        drop(progress);
        match differences {
            None => Ok(Findings::Equal(EqualityEvidence::AllPairs)),
            Some(all) => {
                let extent = DifferenceExtent { pairs: all.pairs, largest: all.largest.magnitude() };
                self.different(all.first, Some(extent))
            }
        }
    }

    fn find_first(&self) -> anyhow::Result<Findings> {
        let [x, y] = self.products();
        let progress = self.console.progress("comparing");
        let first = first_difference(x, y, &|done, total| progress.set_pairs(done, total))?;
        drop(progress);
        match first {
            None => Ok(Findings::Equal(EqualityEvidence::AllPairs)),
            Some(first) => self.different(first, None),
        }
    }

    fn sample(&self) -> anyhow::Result<Findings> {
        let [x, y] = self.products();
        let Effort { samples, seed, .. } = self.effort;
        let progress = self.console.progress("sampling");
        // Where multipliers go wrong most often comes first.
        let found = match self.corner_difference()? {
            Some(found) => Some(found),
            None => sampled_difference(x, y, samples, seed, &|done, total| progress.set_pairs(done, total))?,
        };
        drop(progress);
        match found {
            Some(found) => self.different(found, None),
            None => Ok(Findings::Unknown { pairs: samples, seed }),
        }
    }

    /// A difference among all combinations of the ends of the operands' ranges and the numbers around zero.
    fn corner_difference(&self) -> anyhow::Result<Option<Difference>> {
        let corners = |range: std::ops::RangeInclusive<i64>| {
            let (low, high) = range.into_inner();
            [low, low + 1, high - 1, high, -1, 0, 1].map(|value| value.clamp(low, high))
        };
        let of_b = corners(self.format.range_b());
        let pairs = corners(self.format.range_a()).into_iter().flat_map(|a| of_b.map(|b| (a, b)));
        let (a, b): (Vec<i64>, Vec<i64>) = pairs.unzip();
        let mut of = [vec![0; a.len()], vec![0; a.len()]];
        for (products, out) in self.products().into_iter().zip(&mut of) {
            products.pairs(&a, &b, out)?;
        }
        let at = (0..a.len()).find(|&at| of[0][at] != of[1][at]);
        Ok(at.map(|at| Difference { a: a[at], b: b[at], x: of[0][at], y: of[1][at] }))
    }

    /// What both make of one pair.
    fn pair(&self, a: i64, b: i64) -> anyhow::Result<Difference> {
        let mut of = [[0], [0]];
        for (products, out) in self.products().into_iter().zip(&mut of) {
            products.pairs(&[a], &[b], out)?;
        }
        let [[x], [y]] = of;
        Ok(Difference { a, b, x, y })
    }

    fn different(&self, example: Difference, extent: Option<DifferenceExtent>) -> anyhow::Result<Findings> {
        Ok(Findings::Different { example, extent, equal_if_exchanged: self.equal_if_exchanged()? })
    }

    /// Whether the multipliers are known to be equal when the operands of the second are exchanged.
    fn equal_if_exchanged(&self) -> anyhow::Result<bool> {
        if self.format.width_a() != self.format.width_b() {
            return Ok(false);
        }
        let [x, y] = self.products();
        let y = SwappedOperands(y);
        let silent = &|_, _| {};
        if self.format.product_width() <= COUNTED_BITS {
            return Ok(first_difference(x, &y, silent)?.is_none());
        }
        if sampled_difference(x, &y, GLANCE, self.effort.seed, silent)?.is_some() {
            return Ok(false);
        }
        let Some([x, y]) = self.circuits() else { return Ok(false) };
        Ok(matches!(prove(x, &swap_operands(y), QUICK_PROOF, silent)?, Verdict::Equal(_)))
    }
}
