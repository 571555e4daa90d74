//! Compares two multipliers step by step.

use std::time::Duration;

use axmul_api::Netlist;

use super::plan::{EqualityPlan, EqualityStep};
use super::verdict::{DifferenceExtent, EqualityEvidence, EqualityVerdict, SwappedEquality};
use axmul_metrics::evaluation::{
    Difference, EvaluationError, SwappedOperands, count_differences, first_difference, sampled_difference,
    swap_operands,
};
use axmul_metrics::{Products, ProductsError};
use axmul_netlist::equivalence::{OperandFormatMismatch, Verdict, prove};

/// What is known of a multiplier that is compared.
#[derive(Clone, Copy)]
pub struct ComparedMultiplier<'a> {
    /// Its circuit, where there is one.
    pub circuit: Option<&'a Netlist>,
    /// Its products, on demand.
    pub products: &'a dyn Products,
}

/// What a comparison is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EqualityWork {
    /// A proof; its progress counts gates.
    Proving,
    /// All operand pairs.
    Comparing,
    /// Random operand pairs.
    Sampling,
}

/// Called with what begins; returns its progress callback `(done, total)`, dropped when it ends.
pub type OnEqualityWork<'a> = dyn Fn(EqualityWork) -> Box<dyn Fn(u64, u64) + Sync> + 'a;

/// For comparisons without progress.
pub(crate) fn silent(_: EqualityWork) -> Box<dyn Fn(u64, u64) + Sync> {
    Box::new(|_, _| {})
}

/// Decides whether two multipliers of one format compute the same products, as far as `plan` goes. `plan` has to be made
/// for that format.
///
/// # Errors
///
/// [`EvaluationError`] if the formats differ or a model stops computing. A model that stops in a comparison of all
/// operand pairs after it got through a sample is no error: the sample's answer stands.
pub fn compare_multipliers(
    x: ComparedMultiplier,
    y: ComparedMultiplier,
    plan: &EqualityPlan,
    on_work: &OnEqualityWork,
) -> Result<EqualityVerdict, EvaluationError> {
    let formats = [x, y].map(|multiplier| multiplier.products.format());
    if formats[0] != formats[1] {
        return Err(EvaluationError::Formats { x: formats[0], y: formats[1] });
    }
    match (MultiplierPair { x, y, on_work }).follow(&plan.steps)? {
        EqualityVerdict::Different { example, extent, .. } => {
            let swapped = compare_swapped(x, y, &plan.swapped)?;
            Ok(EqualityVerdict::Different { example, extent, swapped })
        }
        verdict => Ok(verdict),
    }
}

fn compare_swapped(
    x: ComparedMultiplier,
    y: ComparedMultiplier,
    steps: &[EqualityStep],
) -> Result<SwappedEquality, EvaluationError> {
    let format = x.products.format();
    if steps.is_empty() || format.width_a() != format.width_b() {
        return Ok(SwappedEquality::No);
    }
    let products = SwappedOperands(y.products);
    let circuit = y.circuit.map(swap_operands);
    let y = ComparedMultiplier { circuit: circuit.as_ref(), products: &products };
    Ok(match (MultiplierPair { x, y, on_work: &silent }).follow(steps)? {
        EqualityVerdict::Equal(_) => SwappedEquality::Proven,
        EqualityVerdict::Unknown { .. } => SwappedEquality::Sampled,
        EqualityVerdict::Different { .. } => SwappedEquality::No,
    })
}

/// Two multipliers under comparison.
struct MultiplierPair<'a> {
    x: ComparedMultiplier<'a>,
    y: ComparedMultiplier<'a>,
    on_work: &'a OnEqualityWork<'a>,
}

impl MultiplierPair<'_> {
    /// Takes one step after the other until one is conclusive.
    fn follow(&self, steps: &[EqualityStep]) -> Result<EqualityVerdict, EvaluationError> {
        let mut sampled = None;
        for &step in steps {
            let conclusion = match step {
                EqualityStep::Prove { limit, decides_difference } => match self.prove(limit)? {
                    Verdict::Equal(proof) => Some(EqualityVerdict::Equal(EqualityEvidence::Proof(proof))),
                    Verdict::Different { a, b } if decides_difference => {
                        self.difference_among([(a, b)])?.map(different)
                    }
                    Verdict::Different { .. } | Verdict::Unknown => None,
                },
                EqualityStep::CountAll => Some(self.count_all()?),
                EqualityStep::CompareAll => match self.compare_all() {
                    // A function that takes too long for all pairs has done well for a sample.
                    Err(_) if sampled.is_some() => None,
                    verdict => Some(verdict?),
                },
                EqualityStep::CompareCorners => {
                    self.difference_among(self.x.products.format().corner_pairs())?.map(different)
                }
                EqualityStep::Sample { pairs, seed } => {
                    sampled = Some((pairs, seed));
                    let progress = (self.on_work)(EqualityWork::Sampling);
                    sampled_difference(self.x.products, self.y.products, pairs, seed, &*progress)?
                        .map(different)
                }
            };
            if let Some(verdict) = conclusion {
                return Ok(verdict);
            }
        }
        let (pairs, seed) = sampled.unwrap_or_default();
        Ok(EqualityVerdict::Unknown { pairs, seed })
    }

    fn prove(&self, limit: Duration) -> Result<Verdict, EvaluationError> {
        let (Some(x), Some(y)) = (self.x.circuit, self.y.circuit) else { return Ok(Verdict::Unknown) };
        let progress = (self.on_work)(EqualityWork::Proving);
        prove(x, y, limit, &*progress)
            .map_err(|OperandFormatMismatch { x, y }| EvaluationError::Formats { x, y })
    }

    fn count_all(&self) -> Result<EqualityVerdict, EvaluationError> {
        let progress = (self.on_work)(EqualityWork::Comparing);
        let Some(all) = count_differences(self.x.products, self.y.products, &*progress)? else {
            return Ok(EqualityVerdict::Equal(EqualityEvidence::AllPairs));
        };
        let extent = Some(DifferenceExtent { pairs: all.pairs, largest: all.largest.magnitude() });
        Ok(EqualityVerdict::Different { example: all.first, extent, swapped: SwappedEquality::No })
    }

    fn compare_all(&self) -> Result<EqualityVerdict, EvaluationError> {
        let progress = (self.on_work)(EqualityWork::Comparing);
        let first = first_difference(self.x.products, self.y.products, &*progress)?;
        Ok(first.map_or(EqualityVerdict::Equal(EqualityEvidence::AllPairs), different))
    }

    /// The first of some operand pairs whose products differ.
    fn difference_among(
        &self,
        pairs: impl IntoIterator<Item = (i64, i64)>,
    ) -> Result<Option<Difference>, ProductsError> {
        let (a, b): (Vec<i64>, Vec<i64>) = pairs.into_iter().unzip();
        let (mut of_x, mut of_y) = (vec![0; a.len()], vec![0; a.len()]);
        self.x.products.pairs(&a, &b, &mut of_x)?;
        self.y.products.pairs(&a, &b, &mut of_y)?;
        let at = (0..a.len()).find(|&at| of_x[at] != of_y[at]);
        Ok(at.map(|at| Difference { a: a[at], b: b[at], x: of_x[at], y: of_y[at] }))
    }
}

/// A difference of which no more is known yet.
fn different(example: Difference) -> EqualityVerdict {
    EqualityVerdict::Different { example, extent: None, swapped: SwappedEquality::No }
}
