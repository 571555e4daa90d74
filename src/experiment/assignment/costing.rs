//! What a multiplication costs, and what relative energies are relative to.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::LayerCapture;
use axmul_metrics::{Cost, Tabulated};

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

/// A figure that activity does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("activity tells power, not {0}")]
pub struct UntoldMetric(pub CostMetric);

/// Where the energy of a layer's multiplications comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnergySource {
    /// The figure in the catalog, the same in every layer.
    #[default]
    #[serde(alias = "catalogue")]
    Catalog,
    /// The multiplier's circuit, under the operands of each layer.
    Activity,
}

impl EnergySource {
    /// Whether it is the catalog.
    pub fn is_catalog(&self) -> bool {
        *self == Self::Catalog
    }

    /// Whether it tells this figure: activity tells power only.
    pub fn check(self, metric: CostMetric) -> Result<(), UntoldMetric> {
        match self {
            Self::Activity if metric != CostMetric::PowerMw => Err(UntoldMetric(metric)),
            _ => Ok(()),
        }
    }

    /// What an assignment keeps low where energies come from here: `metric` of the catalog, or `energies`, which are
    /// not looked at otherwise.
    pub fn costing(self, metric: CostMetric, energies: &LayerEnergies) -> Costing<'_> {
        match self {
            Self::Catalog => Costing::Catalog(metric),
            Self::Activity => Costing::Activity(energies),
        }
    }
}

impl FromStr for EnergySource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "catalog" | "catalogue" => Ok(Self::Catalog),
            "activity" => Ok(Self::Activity),
            _ => Err(format!("unknown energy source '{text}'; expected catalog or activity")),
        }
    }
}

impl fmt::Display for EnergySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Catalog => "catalog",
            Self::Activity => "activity",
        })
    }
}

/// What one product takes in each layer, under that layer's operands, in femtojoules: by multiplier, one figure for
/// every layer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerEnergies(pub BTreeMap<String, Vec<f64>>);

/// What an assignment keeps low.
#[derive(Clone, Copy, Debug)]
pub enum Costing<'a> {
    /// A figure of the catalog.
    Catalog(CostMetric),
    /// Energy under each layer's operands; multipliers that are not in the list have no known circuit.
    Activity(&'a LayerEnergies),
}

impl fmt::Display for Costing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog(metric) => metric.fmt(f),
            Self::Activity(_) => f.write_str("circuit"),
        }
    }
}

impl Costing<'_> {
    /// What the figures are of: under layers' operands, power.
    pub fn metric(self) -> CostMetric {
        match self {
            Self::Catalog(metric) => metric,
            Self::Activity(_) => CostMetric::PowerMw,
        }
    }

    /// The figure of a multiplier in a layer, if it is known.
    pub fn figure(self, multiplier: &Tabulated, layer: usize) -> Option<f64> {
        match self {
            Self::Catalog(metric) => metric.of(&multiplier.cost),
            Self::Activity(energies) => energies.0.get(&multiplier.name)?.get(layer).copied(),
        }
    }

    /// The figure of a multiplier in all layers: the mean over their multiplications.
    pub fn mean_figure(self, multiplier: &Tabulated, layers: &[LayerCapture]) -> Option<f64> {
        if let Self::Catalog(metric) = self {
            return metric.of(&multiplier.cost);
        }
        if layers.is_empty() {
            return None;
        }
        let total: u64 = layers.iter().map(|layer| layer.opcount).sum();
        let share = |layer: &LayerCapture| layer.opcount as f64 / total as f64;
        let figures = layers.iter().enumerate();
        figures.map(|(at, layer)| Some(share(layer) * self.figure(multiplier, at)?)).sum()
    }
}

/// What the relative energies are relative to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The multiplier: the cheapest exact one of the list, else the one with the largest figure.
    pub multiplier: String,
    /// Its figure, in the unit of the metric; under the layers' operands its mean over all multiplications, in
    /// femtojoules.
    pub value: f64,
    /// Whether it is exact. Where it is not, an expensive entry flatters every result.
    pub exact: bool,
}

/// The multiplier against which relative energies are stated: the cheapest exact one of the list, else (only where
/// there is none) the largest figure. `None` if no multiplier has a known figure.
pub fn reference(
    multipliers: &[Arc<Tabulated>],
    costing: Costing<'_>,
    layers: &[LayerCapture],
) -> Option<Reference> {
    let known = || multipliers.iter().filter_map(|m| Some((m, costing.mean_figure(m, layers)?)));
    let cheapest_exact = known().filter(|(m, _)| m.table.is_exact()).min_by(|x, y| x.1.total_cmp(&y.1));
    let (chosen, exact) = match cheapest_exact {
        Some(found) => (found, true),
        None => (known().max_by(|x, y| x.1.total_cmp(&y.1))?, false),
    };
    Some(Reference { multiplier: chosen.0.name.clone(), value: chosen.1, exact })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activity_tells_power_only() {
        for metric in [CostMetric::PowerMw, CostMetric::AreaUm2, CostMetric::DelayNs, CostMetric::EnergyPj] {
            assert_eq!(EnergySource::Catalog.check(metric), Ok(()));
            assert_eq!(
                EnergySource::Activity.check(metric).is_ok(),
                metric == CostMetric::PowerMw,
                "{metric}"
            );
        }
        let message = EnergySource::Activity.check(CostMetric::DelayNs).unwrap_err().to_string();
        assert_eq!(message, "activity tells power, not delay_ns");
        let energies = LayerEnergies::default();
        let costing = |source: EnergySource| source.costing(CostMetric::AreaUm2, &energies).to_string();
        assert_eq!([EnergySource::Catalog, EnergySource::Activity].map(costing), ["area_um2", "circuit"]);
    }
}
