//! The cheapest multiplier that each layer bears.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CaptureError, LayerCapture, predict};
use crate::multiplier::{Cost, Tabulated};

/// The figure that an assignment keeps low.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostMetric {
    /// Power in milliwatts; at one clock for all, energy a multiplication.
    #[default]
    PowerMw,
    /// Area in square micrometres.
    AreaUm2,
    /// Delay in nanoseconds.
    DelayNs,
    /// Power times delay, in picojoules: energy where every multiplier runs as fast as it can.
    EnergyPj,
}

impl CostMetric {
    /// The figure of one multiplier, if known.
    pub fn of(self, cost: &Cost) -> Option<f64> {
        match self {
            Self::PowerMw => cost.power_mw,
            Self::AreaUm2 => cost.area_um2,
            Self::DelayNs => cost.delay_ns,
            Self::EnergyPj => Some(cost.power_mw? * cost.delay_ns?),
        }
    }
}

impl fmt::Display for CostMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PowerMw => "power_mw",
            Self::AreaUm2 => "area_um2",
            Self::DelayNs => "delay_ns",
            Self::EnergyPj => "energy_pj",
        })
    }
}

impl FromStr for CostMetric {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::PowerMw, Self::AreaUm2, Self::DelayNs, Self::EnergyPj];
        all.into_iter().find(|metric| metric.to_string() == text).ok_or_else(|| {
            format!("'{text}' is no metric; expected {}", all.map(|metric| metric.to_string()).join(", "))
        })
    }
}

/// What the relative energies are relative to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The multiplier: the cheapest exact one of the list, else the one with the largest figure.
    pub multiplier: String,
    /// Its figure, in the unit of the metric.
    pub value: f64,
    /// Whether it is exact. Where it is not, an expensive entry flatters every result.
    pub exact: bool,
}

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
    /// The noise that the search found the layer to bear, in deviations of its output.
    pub sigma: f64,
    /// The largest error deviation that the layer bears, in the unit of its capture.
    pub tolerance: f64,
    /// Predicted deviation of the error at the layer's output, in the same unit.
    pub predicted_std: f64,
    /// Predicted mean of that error, exact minus approximate: a shift that the bias can absorb.
    pub predicted_mean: f64,
    /// The multiplier's figure relative to the reference.
    pub relative_energy: f64,
}

/// A multiplier for every layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The figure that was kept low.
    pub metric: CostMetric,
    /// What relative energies are relative to.
    pub reference: Reference,
    /// The network's relative energy: that of its layers, weighted by their multiplications.
    pub relative_energy: f64,
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
         {metric}; add one to the catalogue, or choose another metric"
    )]
    NoCandidates {
        /// The layer.
        layer: String,
        /// Its operand format.
        format: String,
        /// The metric asked for.
        metric: CostMetric,
    },
    /// A metric that is no positive number.
    #[error("multiplier '{multiplier}' has a {metric} of {value}; expected a finite number of at least 0")]
    Metric {
        /// The multiplier.
        multiplier: String,
        /// The metric asked for.
        metric: CostMetric,
        /// Its value.
        value: f64,
    },
    /// Every multiplier errs more than the layer bears.
    #[error(
        "no multiplier is accurate enough for layer '{layer}': it bears an error deviation of {tolerance:.4}, \
         and the closest, '{closest}', is predicted to cause {predicted_std:.4}; \
         add an exact multiplier to the catalogue"
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

/// The multiplier against which relative energies are stated: the cheapest exact one of a format, else (only
/// where there is none) the largest figure. `None` if no multiplier has a known figure.
pub fn reference(multipliers: &[Arc<Tabulated>], metric: CostMetric) -> Option<Reference> {
    let known = || multipliers.iter().filter_map(|m| Some((m, metric.of(&m.cost)?)));
    let cheapest_exact = known().filter(|(m, _)| m.table.is_exact()).min_by(|x, y| x.1.total_cmp(&y.1));
    let (chosen, exact) = match cheapest_exact {
        Some(found) => (found, true),
        None => (known().max_by(|x, y| x.1.total_cmp(&y.1))?, false),
    };
    Some(Reference { multiplier: chosen.0.name.clone(), value: chosen.1, exact })
}

/// Chooses for every layer the cheapest multiplier whose predicted error deviation is within the layer's
/// tolerance; of equally cheap ones the more accurate, then the first by name. Multipliers of another format
/// than the layer's, or without a known figure, do not take part.
pub fn assign(
    layers: &[LayerCapture],
    multipliers: &[Arc<Tabulated>],
    metric: CostMetric,
) -> Result<Assignment, AssignmentError> {
    let format = layers.first().ok_or(AssignmentError::NoLayers)?.format;
    let candidates: Vec<_> = multipliers.iter().filter(|m| m.format() == format).cloned().collect();
    let maps: Vec<_> =
        candidates.iter().filter_map(|m| Some((m, metric.of(&m.cost)?, m.error_map()))).collect();
    if let Some((multiplier, value, _)) = maps.iter().find(|(_, v, _)| !(v.is_finite() && *v >= 0.0)) {
        return Err(AssignmentError::Metric { multiplier: multiplier.name.clone(), metric, value: *value });
    }
    let no_candidates = |layer: &LayerCapture| AssignmentError::NoCandidates {
        layer: layer.name.clone(),
        format: layer.format.to_string(),
        metric,
    };
    let reference = reference(&candidates, metric).ok_or_else(|| no_candidates(&layers[0]))?;
    let total: u64 = layers.iter().map(|layer| layer.opcount).sum();
    let mut assigned = Vec::with_capacity(layers.len());
    for layer in layers {
        layer.check()?;
        if layer.format != format {
            return Err(no_candidates(layer));
        }
        let predictions: Vec<_> =
            maps.iter().map(|(multiplier, value, map)| (multiplier, *value, predict(layer, map))).collect();
        let tolerance = layer.tolerance();
        let best =
            predictions.iter().filter(|(_, _, prediction)| prediction.std <= tolerance).min_by(|x, y| {
                let by_cost = x.1.total_cmp(&y.1);
                by_cost.then(x.2.std.total_cmp(&y.2.std)).then_with(|| x.0.name.cmp(&y.0.name))
            });
        let Some((multiplier, value, prediction)) = best else {
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
        assigned.push(LayerAssignment {
            name: layer.name.clone(),
            multiplier: multiplier.name.clone(),
            opcount: layer.opcount,
            opcount_fraction: layer.opcount as f64 / total as f64,
            sigma: layer.sigma,
            tolerance,
            predicted_std: prediction.std,
            predicted_mean: prediction.mean,
            relative_energy: value / reference.value,
        });
    }
    let relative_energy = assigned.iter().map(|l| l.opcount_fraction * l.relative_energy).sum();
    Ok(Assignment { metric, reference, relative_energy, layers: assigned })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assignment::Population;
    use crate::multiplier::{OperandFormat, ProductTable, Provenance};

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
        let assignment = assign(&layers, &list, CostMetric::PowerMw).unwrap();
        let chosen: Vec<_> = assignment.layers.iter().map(|l| l.multiplier.as_str()).collect();
        assert_eq!(chosen, ["exact", "fair", "coarse"]);
        assert_eq!(assignment.reference, Reference { multiplier: "exact".into(), value: 0.8, exact: true });
        assert!((assignment.relative_energy - (0.3 + 0.5 * 0.5 + 0.2 * 0.25)).abs() < 1e-12);
        assert_eq!((assignment.layers[1].tolerance, assignment.layers[1].predicted_std), (1.0, 1.0));
    }

    #[test]
    fn without_an_exact_multiplier_the_largest_figure_is_the_reference() {
        let list = [multiplier("fair", 2, Some(0.4)), multiplier("coarse", 8, Some(0.2))];
        let assignment = assign(&[layer("only", 1, 9.0)], &list, CostMetric::PowerMw).unwrap();
        assert_eq!(assignment.reference, Reference { multiplier: "fair".into(), value: 0.4, exact: false });
        assert_eq!(assignment.relative_energy, 0.5);
    }

    #[test]
    fn failures_name_the_layer_and_the_closest_multiplier() {
        let list = [multiplier("fair", 2, Some(0.4)), multiplier("coarse", 8, Some(0.2))];
        let error = assign(&[layer("first", 1, 0.2)], &list, CostMetric::PowerMw).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no multiplier is accurate enough for layer 'first': it bears an error deviation of 0.1000, and the \
             closest, 'fair', is predicted to cause 1.0000; add an exact multiplier to the catalogue"
        );
        let error = assign(&[layer("first", 1, 0.2)], &list, CostMetric::DelayNs).unwrap_err();
        assert!(matches!(error, AssignmentError::NoCandidates { .. }), "{error}");
        assert_eq!(assign(&[], &list, CostMetric::PowerMw), Err(AssignmentError::NoLayers));
        let mut broken = layer("first", 1, 1.0);
        broken.populations[0].weights.pop();
        assert!(matches!(assign(&[broken], &list, CostMetric::PowerMw), Err(AssignmentError::Capture(_))));
    }
}
