//! Which multipliers are worth measuring in a layer.

use std::sync::Arc;

use axmul_metrics::Tabulated;
use rayon::prelude::*;

use super::SignLogic;
use crate::assignment::{AssignmentError, Costing, LayerCapture, Reference, SignHandling, SignedEnergies};
use crate::corrections::{CorrectionError, Corrections, OperandHistograms, Wiring, fit};

/// How much more than the least predicted error of all that are as cheap a candidate may have: predictions know the
/// operands of a layer, and not what its errors do to the network.
const SLACK: f64 = 1.25;

/// A multiplier in a layer, corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCandidate {
    /// The multiplier, as its index in the list.
    pub multiplier: usize,
    /// How it is wired.
    pub wiring: Wiring,
    /// What the layer's multiplications take with it, of what the network's take with the reference, signs handled as
    /// asked.
    pub energy: f64,
    /// The same under each way to handle signs.
    pub energies: SignedEnergies,
    /// Predicted standard deviation of the error at the layer's output, over that of the output.
    pub error: f64,
}

/// Every multiplier in every layer, corrected.
///
/// Signed multipliers serve layers as they are, unsigned ones between a sign and a magnitude. Those of other widths, or
/// without a known figure, take no part.
#[derive(Clone, Debug)]
pub struct CandidateSpace {
    /// For each layer, those that can serve it, by multiplier.
    layers: Vec<Vec<LayerCandidate>>,
}

/// One multiplier in all layers.
#[derive(Clone, Debug, PartialEq)]
pub struct UniformCandidate {
    /// The multiplier, as its index in the list.
    pub multiplier: usize,
    /// What the network's multiplications take, of what they take with the reference, signs handled as asked.
    pub energy: f64,
    /// The same under each way to handle signs.
    pub energies: SignedEnergies,
    /// Root of the sum over the layers of squared predicted errors.
    pub error: f64,
    /// It in each layer.
    pub layers: Vec<LayerCandidate>,
}

impl CandidateSpace {
    /// Fits the multipliers to layers of symmetric signed codes. `reference` is what energies are relative to.
    pub fn new(
        layers: &[LayerCapture],
        multipliers: &[Arc<Tabulated>],
        costing: Costing<'_>,
        reference: &Reference,
        corrections: Corrections,
        signs: SignHandling,
    ) -> Result<Self, AssignmentError> {
        let total: u64 = layers.iter().map(|layer| layer.opcount).sum();
        let of_layer = |(at, layer): (usize, &LayerCapture)| {
            layer.check()?;
            let no_candidates = || AssignmentError::NoCandidates {
                layer: layer.name.clone(),
                format: layer.format.to_string(),
                metric: costing.to_string(),
            };
            let seen = OperandHistograms::of(layer).ok_or_else(no_candidates)?;
            let (unit, share) = (mean_scale(layer), layer.opcount as f64 / total as f64);
            let array = exact_unsigned_figure(multipliers, costing, at).unwrap_or(reference.value);
            let beside = SignLogic::of_8x8().in_layer(costing.metric(), layer);
            let fitted = multipliers.par_iter().enumerate().filter_map(|(multiplier, tabulated)| {
                let figure = costing.figure(tabulated, at)?;
                let fitted = match fit(&tabulated.table, &seen, corrections) {
                    Ok(fitted) => fitted,
                    Err(CorrectionError::Format { .. }) => return None,
                };
                let array = if tabulated.format().is_signed() { 0.0 } else { array };
                let energy = |logic: f64| share * (figure + logic * array) / reference.value;
                let energies = SignedEnergies {
                    uncounted: energy(beside.uncounted),
                    per_sum: energy(beside.per_sum),
                    per_product: energy(beside.per_product),
                };
                let mean = fitted.mean * layer.fan_in as f64;
                let std = (fitted.output_std(layer.fan_in).powi(2) + mean * mean).sqrt() * unit;
                let error = if layer.std_output > 0.0 { std / layer.std_output } else { std };
                let (wiring, energy) = (fitted.wiring, energies.by(signs));
                Some(LayerCandidate { multiplier, wiring, energy, energies, error })
            });
            let all: Vec<LayerCandidate> = fitted.collect();
            if all.is_empty() { Err(no_candidates()) } else { Ok(all) }
        };
        let layers = layers.iter().enumerate().map(of_layer).collect::<Result<_, AssignmentError>>()?;
        Ok(Self { layers })
    }

    /// For each layer, the multipliers that are worth measuring there: by rising energy, at most `most` of them. Taken
    /// are those whose predicted error is within a quarter of the least of all that are as cheap; of too many, the ones
    /// evenly spread between the cheapest and the most accurate, which both stay.
    pub fn worth_measuring(&self, most: usize) -> Vec<Vec<LayerCandidate>> {
        let of =
            |layer: &Vec<LayerCandidate>| spread(near_front(layer.clone(), |c| (c.energy, c.error)), most);
        self.layers.iter().map(of).collect()
    }

    /// The multipliers that are worth trying in all layers at once, likewise.
    pub fn uniform(&self, most: usize) -> Vec<UniformCandidate> {
        let multipliers = self.layers.first().map_or(&[][..], |layer| layer.as_slice());
        let all = multipliers.iter().filter_map(|candidate| self.everywhere(candidate.multiplier)).collect();
        spread(near_front(all, |c: &UniformCandidate| (c.energy, c.error)), most)
    }

    /// One multiplier in all layers; `None` where it cannot serve one.
    pub fn everywhere(&self, multiplier: usize) -> Option<UniformCandidate> {
        let in_layer = |layer: &Vec<LayerCandidate>| {
            layer.iter().find(|candidate| candidate.multiplier == multiplier).cloned()
        };
        let layers: Vec<LayerCandidate> = self.layers.iter().map(in_layer).collect::<Option<_>>()?;
        let energy = layers.iter().map(|candidate| candidate.energy).sum();
        let error = layers.iter().map(|candidate| candidate.error.powi(2)).sum::<f64>().sqrt();
        let energies = layers.iter().map(|candidate| candidate.energies).sum();
        Some(UniformCandidate { multiplier, energy, energies, error, layers })
    }
}

/// By rising energy, those whose error is near the least of all that are as cheap.
fn near_front<T>(mut all: Vec<T>, of: impl Fn(&T) -> (f64, f64)) -> Vec<T> {
    all.sort_by(|a, b| {
        let ((energy_a, error_a), (energy_b, error_b)) = (of(a), of(b));
        energy_a.total_cmp(&energy_b).then(error_a.total_cmp(&error_b))
    });
    let mut least = f64::INFINITY;
    all.retain(|candidate| {
        let (_, error) = of(candidate);
        let near = error.is_finite() && (error < least || error <= least * SLACK);
        least = least.min(error);
        near
    });
    all
}

/// The figure in a layer of the cheapest exact unsigned multiplier of a list, of which the logic beside unsigned ones
/// takes a share.
fn exact_unsigned_figure(multipliers: &[Arc<Tabulated>], costing: Costing<'_>, layer: usize) -> Option<f64> {
    let exact = multipliers.iter().filter(|m| !m.format().is_signed() && m.table.is_exact());
    exact.filter_map(|m| costing.figure(m, layer)).min_by(f64::total_cmp)
}

/// The mean size of a unit of an integer product in a layer.
fn mean_scale(layer: &LayerCapture) -> f64 {
    layer.populations.iter().map(|population| population.scale).sum::<f64>() / layer.populations.len() as f64
}

/// At most `most` of a list, evenly spread, both ends among them.
fn spread<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let (len, most) = (all.len(), most.max(2));
    if len <= most {
        return all;
    }
    let wanted: Vec<usize> = (0..most).map(|at| at * (len - 1) / (most - 1)).collect();
    all.into_iter()
        .enumerate()
        .filter(|(at, _)| wanted.binary_search(at).is_ok())
        .map(|(_, one)| one)
        .collect()
}

#[cfg(test)]
mod tests {
    use axmul_metrics::{Cost, OperandFormat, ProductTable, Provenance};

    use super::*;
    use crate::assignment::{CostMetric, Population};

    fn multiplier(
        name: &str,
        signed: bool,
        power_mw: f64,
        product: impl Fn(i64, i64) -> i64,
    ) -> Arc<Tabulated> {
        let format = OperandFormat::new(8, 8, signed).unwrap();
        let products = format.operands().map(|(a, b)| product(a, b) as i32).collect();
        Arc::new(Tabulated {
            name: name.into(),
            provider: "test".into(),
            table: ProductTable::new(format, products).unwrap(),
            cost: Cost { power_mw: Some(power_mw), ..Cost::default() },
            provenance: Provenance::default(),
        })
    }

    fn layer(opcount: u64) -> LayerCapture {
        let mut row = vec![0; 256];
        (128..256).for_each(|code| row[code] = 1);
        LayerCapture {
            name: format!("layer{opcount}"),
            format: OperandFormat::signed(8, 8),
            opcount,
            fan_in: 16,
            sigma: 0.0,
            std_output: 10_000.0,
            populations: vec![Population { scale: 1.0, weights: vec![1; 256], rows: vec![row] }],
        }
    }

    #[test]
    fn what_is_beaten_takes_no_part() {
        let list = [
            multiplier("exact", true, 0.4, |a, b| a * b),
            multiplier("dear", true, 0.3, |a, b| (a & !31) * (b & !31)),
            multiplier("cut", false, 0.1, |a, b| (a & !3) * (b & !3)),
            multiplier("coarse", false, 0.05, |a, b| (a & !31) * (b & !31)),
        ];
        let reference = Reference { multiplier: "exact".into(), value: 0.4, exact: true };
        let costing = Costing::Catalog(CostMetric::PowerMw);
        let layers = [layer(30), layer(10)];
        let space = CandidateSpace::new(
            &layers,
            &list,
            costing,
            &reference,
            Corrections::ALL,
            SignHandling::PerProduct,
        )
        .unwrap();
        let found = space.worth_measuring(24);
        let names =
            |of: &[LayerCandidate]| of.iter().map(|c| list[c.multiplier].name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&found[0]), ["coarse", "cut", "exact"]);
        let exact = &found[0][2];
        assert!((exact.energy - 0.75).abs() < 1e-12 && exact.error < 1e-6);
        // The sign logic counts, by the reference's figure where there is no exact unsigned multiplier.
        let signs = SignLogic::of_8x8().power;
        assert!((found[1][1].energy - 0.25 * (0.25 + signs)).abs() < 1e-12);
        assert_eq!(names(&space.worth_measuring(2)[0]), ["coarse", "exact"]);
        let uniform = space.uniform(24);
        let everywhere: Vec<_> = uniform.iter().map(|c| list[c.multiplier].name.as_str()).collect();
        assert_eq!(everywhere, ["coarse", "cut", "exact"]);
        assert!((uniform[1].energy - (0.25 + signs)).abs() < 1e-12 && uniform[2].energy == 1.0);
        let narrow = [multiplier("exact", true, 0.4, |a, b| a * b)];
        let unsigned = LayerCapture { format: OperandFormat::unsigned(8, 8), ..layer(1) };
        let refused = CandidateSpace::new(
            &[unsigned],
            &narrow,
            costing,
            &reference,
            Corrections::ALL,
            SignHandling::PerProduct,
        );
        assert!(matches!(refused, Err(AssignmentError::NoCandidates { .. })));
    }
}
