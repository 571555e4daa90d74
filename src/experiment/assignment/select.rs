//! The cheapest multiplier that each layer bears.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::costing::{CostMetric, Costing, EnergySource, Reference, reference};
use super::signs::SignedEnergies;
use super::{CaptureError, LayerCapture, predict};
use crate::corrections::Wiring;
use axmul_metrics::Tabulated;

/// The multiplier of one layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerAssignment {
    /// The layer.
    pub name: String,
    /// The multiplier chosen.
    pub multiplier: String,
    /// Multiplications for one input of the network.
    pub opcount: u64,
    /// Share of the network's multiplications.
    pub opcount_fraction: f64,
    /// The noise that the search found the layer to tolerate, in deviations of its output; `None` where nothing
    /// learned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sigma: Option<f64>,
    /// The largest error deviation that the layer tolerates, in the unit of its capture, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// How the layer is wired to its multiplier, where errors are corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wiring: Option<Wiring>,
    /// Divergence of the network's class probabilities from exact ones with this layer alone approximate, in nats, where
    /// it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divergence: Option<f64>,
    /// Predicted deviation of the error at the layer's output, in the same unit.
    pub predicted_std: f64,
    /// Predicted mean of that error, exact minus approximate: a shift that the bias can absorb.
    pub predicted_mean: f64,
    /// The multiplier's figure relative to that of the reference in this layer.
    pub relative_energy: f64,
    /// Under the layer's own operands: energy of a product in femtojoules, and what the catalog's figures say beside
    /// it. `None` where the catalog's figures are what was kept low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<LayerActivity>,
}

/// What a layer's own operands make of a multiplier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerActivity {
    /// Mean energy of one product, in femtojoules.
    pub energy_fj: f64,
    /// That of the reference in the same layer.
    pub reference_energy_fj: f64,
    /// The multiplier's power in the catalog relative to the reference's there, if both are known.
    #[serde(alias = "catalogue_relative_energy")]
    pub catalog_relative_energy: Option<f64>,
}

/// A multiplier for every layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The figure that was kept low.
    pub metric: CostMetric,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "EnergySource::is_catalog")]
    pub energy: EnergySource,
    /// What relative energies are relative to.
    pub reference: Reference,
    /// The network's relative energy: that of all its multiplications.
    pub relative_energy: f64,
    /// The same under each way to handle signs, where unsigned multipliers may serve signed codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energies: Option<SignedEnergies>,
    /// The same by the catalog's power, beside one under the layers' operands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(alias = "catalogue_relative_energy")]
    pub catalog_relative_energy: Option<f64>,
    /// Layers in the order of the captures.
    pub layers: Vec<LayerAssignment>,
}

/// Why no assignment was found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AssignmentError {
    /// A capture from which nothing can be predicted.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// There is nothing to assign.
    #[error("there are no layers to assign multipliers to")]
    NoLayers,
    /// No multiplier can be chosen for a layer's operand format.
    #[error(
        "layer '{layer}' computes on operands {format}, for which no multiplier of the list has a known \
         {metric}; add one to the catalog, or choose another metric"
    )]
    NoCandidates {
        /// The layer.
        layer: String,
        /// Its operand format.
        format: String,
        /// What none has: the metric asked for, or a circuit.
        metric: String,
    },
    /// A metric that is no positive number.
    #[error("multiplier '{multiplier}' has a {metric} of {value}; expected a finite number of at least 0")]
    Metric {
        /// The multiplier.
        multiplier: String,
        /// The metric asked for.
        metric: String,
        /// Its value.
        value: f64,
    },
    /// Every multiplier errs more than the layer bears.
    #[error(
        "no multiplier is accurate enough for layer '{layer}': it bears an error deviation of {tolerance:.4}, \
         and the closest, '{closest}', is predicted to cause {predicted_std:.4}; \
         add an exact multiplier to the catalog"
    )]
    NoneQualifies {
        /// The layer.
        layer: String,
        /// What it bears.
        tolerance: f64,
        /// The most accurate multiplier there.
        closest: String,
        /// Its predicted error deviation.
        predicted_std: f64,
    },
}

/// Chooses for every layer the cheapest multiplier whose predicted error deviation is within the layer's
/// tolerance; of equally cheap ones the more accurate, then the first by name. Multipliers of another format
/// than the layer's, or without a known figure, do not take part.
pub fn assign(
    layers: &[LayerCapture],
    multipliers: &[Arc<Tabulated>],
    costing: Costing<'_>,
) -> Result<Assignment, AssignmentError> {
    let format = layers.first().ok_or(AssignmentError::NoLayers)?.format;
    let candidates: Vec<_> = multipliers.iter().filter(|m| m.format() == format).cloned().collect();
    let figures = |m: &Tabulated| -> Option<Vec<f64>> {
        (0..layers.len()).map(|layer| costing.figure(m, layer)).collect()
    };
    let maps: Vec<_> = candidates.iter().filter_map(|m| Some((m, figures(m)?, m.error_map()))).collect();
    for (multiplier, figures, _) in &maps {
        if let Some(&value) = figures.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
            let (multiplier, metric) = (multiplier.name.clone(), costing.to_string());
            return Err(AssignmentError::Metric { multiplier, metric, value });
        }
    }
    let no_candidates = |layer: &LayerCapture| AssignmentError::NoCandidates {
        layer: layer.name.clone(),
        format: layer.format.to_string(),
        metric: costing.to_string(),
    };
    let reference = reference(&candidates, costing, layers).ok_or_else(|| no_candidates(&layers[0]))?;
    let referred = candidates.iter().find(|m| m.name == reference.multiplier).expect("one of them");
    let total: u64 = layers.iter().map(|layer| layer.opcount).sum();
    let mut relative_energy = 0.0;
    let mut assigned = Vec::with_capacity(layers.len());
    for (at, layer) in layers.iter().enumerate() {
        layer.check()?;
        if layer.format != format {
            return Err(no_candidates(layer));
        }
        let predictions: Vec<_> =
            maps.iter().map(|(m, figures, map)| (*m, figures[at], predict(layer, map))).collect();
        let tolerance = layer.tolerance();
        let best =
            predictions.iter().filter(|(_, _, prediction)| prediction.std <= tolerance).min_by(|x, y| {
                let by_cost = x.1.total_cmp(&y.1);
                by_cost.then(x.2.std.total_cmp(&y.2.std)).then_with(|| x.0.name.cmp(&y.0.name))
            });
        let Some(&(multiplier, value, prediction)) = best else {
            let closest = predictions
                .iter()
                .min_by(|x, y| x.2.std.total_cmp(&y.2.std))
                .expect("a reference implies a candidate");
            return Err(AssignmentError::NoneQualifies {
                layer: layer.name.clone(),
                tolerance,
                closest: closest.0.name.clone(),
                predicted_std: closest.2.std,
            });
        };
        let of_reference = costing.figure(referred, at).expect("the reference has figures");
        let opcount_fraction = layer.opcount as f64 / total as f64;
        relative_energy += opcount_fraction * (value / reference.value);
        let activity = matches!(costing, Costing::Activity(_)).then(|| LayerActivity {
            energy_fj: value,
            reference_energy_fj: of_reference,
            catalog_relative_energy: catalog_relative(multiplier, referred),
        });
        assigned.push(LayerAssignment {
            name: layer.name.clone(),
            multiplier: multiplier.name.clone(),
            opcount: layer.opcount,
            opcount_fraction,
            sigma: Some(layer.sigma),
            tolerance: Some(tolerance),
            wiring: None,
            divergence: None,
            predicted_std: prediction.std,
            predicted_mean: prediction.mean,
            relative_energy: value / of_reference,
            activity,
        });
    }
    let (metric, energy) = match costing {
        Costing::Catalog(metric) => (metric, EnergySource::Catalog),
        Costing::Activity(_) => (CostMetric::PowerMw, EnergySource::Activity),
    };
    let in_catalog = |l: &LayerAssignment| Some(l.opcount_fraction * l.activity?.catalog_relative_energy?);
    let catalog_relative_energy = assigned.iter().map(in_catalog).sum();
    let layers = assigned;
    Ok(Assignment {
        metric,
        energy,
        reference,
        relative_energy,
        energies: None,
        catalog_relative_energy,
        layers,
    })
}

/// The power of a multiplier in the catalog relative to that of the reference.
fn catalog_relative(multiplier: &Tabulated, reference: &Tabulated) -> Option<f64> {
    let power = |m: &Tabulated| CostMetric::PowerMw.of(&m.cost);
    Some(power(multiplier)? / power(reference)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assignment::{LayerEnergies, Population};
    use axmul_metrics::{Cost, OperandFormat, ProductTable, Provenance};

    /// A multiplier of two-bit operands that is off by `error` at 3 x 3.
    fn multiplier(name: &str, error: i64, power_mw: Option<f64>) -> Arc<Tabulated> {
        let format = OperandFormat::unsigned(2, 2);
        let products =
            format.operands().map(|(a, b)| (a * b - if a * b == 9 { error } else { 0 }) as i32).collect();
        Arc::new(Tabulated {
            name: name.into(),
            provider: "test".into(),
            table: ProductTable::new(format, products).unwrap(),
            cost: Cost { power_mw, ..Cost::default() },
            provenance: Provenance::default(),
        })
    }

    /// A layer with fan-in 1 that sees nothing but 3 x w, w being 0 or 3: an error e deviates by e / 2.
    fn layer(name: &str, opcount: u64, std_output: f64) -> LayerCapture {
        LayerCapture {
            name: name.into(),
            format: OperandFormat::unsigned(2, 2),
            opcount,
            fan_in: 1,
            sigma: -0.5,
            std_output,
            populations: vec![Population {
                scale: 1.0,
                weights: vec![1, 0, 0, 1],
                rows: vec![vec![0, 0, 0, 1]],
            }],
        }
    }

    #[test]
    fn every_layer_gets_the_cheapest_it_bears() {
        let list = [
            multiplier("exact", 0, Some(0.8)),
            multiplier("slower-exact", 0, Some(1.6)),
            multiplier("fair", 2, Some(0.4)),
            multiplier("coarse", 8, Some(0.2)),
            multiplier("unknown", 1, None),
        ];
        let layers = [layer("first", 30, 0.1), layer("second", 50, 2.0), layer("third", 20, 9.0)];
        let assignment = assign(&layers, &list, Costing::Catalog(CostMetric::PowerMw)).unwrap();
        let chosen: Vec<_> = assignment.layers.iter().map(|l| l.multiplier.as_str()).collect();
        assert_eq!(chosen, ["exact", "fair", "coarse"]);
        assert_eq!(assignment.reference, Reference { multiplier: "exact".into(), value: 0.8, exact: true });
        assert!((assignment.relative_energy - (0.3 + 0.5 * 0.5 + 0.2 * 0.25)).abs() < 1e-12);
        assert_eq!((assignment.layers[1].tolerance, assignment.layers[1].predicted_std), (Some(1.0), 1.0));
    }

    #[test]
    fn without_an_exact_multiplier_the_largest_figure_is_the_reference() {
        let list = [multiplier("fair", 2, Some(0.4)), multiplier("coarse", 8, Some(0.2))];
        let assignment =
            assign(&[layer("only", 1, 9.0)], &list, Costing::Catalog(CostMetric::PowerMw)).unwrap();
        assert_eq!(assignment.reference, Reference { multiplier: "fair".into(), value: 0.4, exact: false });
        assert_eq!(assignment.relative_energy, 0.5);
    }

    #[test]
    fn failures_name_the_layer_and_the_closest_multiplier() {
        let list = [multiplier("fair", 2, Some(0.4)), multiplier("coarse", 8, Some(0.2))];
        let error =
            assign(&[layer("first", 1, 0.2)], &list, Costing::Catalog(CostMetric::PowerMw)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no multiplier is accurate enough for layer 'first': it bears an error deviation of 0.1000, and the \
             closest, 'fair', is predicted to cause 1.0000; add an exact multiplier to the catalog"
        );
        let error =
            assign(&[layer("first", 1, 0.2)], &list, Costing::Catalog(CostMetric::DelayNs)).unwrap_err();
        assert!(matches!(error, AssignmentError::NoCandidates { .. }), "{error}");
        assert_eq!(assign(&[], &list, Costing::Catalog(CostMetric::PowerMw)), Err(AssignmentError::NoLayers));
        let mut broken = layer("first", 1, 1.0);
        broken.populations[0].weights.pop();
        assert!(matches!(
            assign(&[broken], &list, Costing::Catalog(CostMetric::PowerMw)),
            Err(AssignmentError::Capture(_))
        ));
    }

    /// The second layer's operands make the fair multiplier dearer than the exact one.
    #[test]
    fn the_operands_of_a_layer_decide_there() {
        let list = [
            multiplier("exact", 0, Some(0.8)),
            multiplier("fair", 2, Some(0.4)),
            multiplier("unknown", 2, Some(0.1)),
        ];
        let layers = [layer("first", 30, 2.0), layer("second", 50, 2.0), layer("third", 20, 0.1)];
        let figures = |name: &str, of: [f64; 3]| (name.to_owned(), of.to_vec());
        let energies = LayerEnergies(
            [figures("exact", [500.0, 200.0, 400.0]), figures("fair", [250.0, 300.0, 100.0])].into(),
        );
        let assignment = assign(&layers, &list, Costing::Activity(&energies)).unwrap();
        let chosen: Vec<_> = assignment.layers.iter().map(|l| l.multiplier.as_str()).collect();
        assert_eq!(chosen, ["fair", "exact", "exact"]);
        assert_eq!(assignment.energy, EnergySource::Activity);
        let relative: Vec<_> = assignment.layers.iter().map(|l| l.relative_energy).collect();
        assert_eq!(relative, [0.5, 1.0, 1.0]);
        let first = assignment.layers[0].activity.unwrap();
        assert_eq!((first.energy_fj, first.reference_energy_fj), (250.0, 500.0));
        assert_eq!(first.catalog_relative_energy, Some(0.5));
        // 0.3 x 500 + 0.5 x 200 + 0.2 x 400 = 330 for the reference; 75 less with the assignment.
        assert!((assignment.reference.value - 330.0).abs() < 1e-9);
        assert!((assignment.relative_energy - 255.0 / 330.0).abs() < 1e-12);
        assert!((assignment.catalog_relative_energy.unwrap() - (0.3 * 0.5 + 0.7)).abs() < 1e-12);
        let none = assign(&layers, &list, Costing::Activity(&LayerEnergies::default())).unwrap_err();
        assert!(none.to_string().contains("has a known circuit; add one"), "{none}");
    }
}
