//! An assignment out of candidates.

use std::sync::Arc;

use axmul_metrics::Tabulated;

use super::LayerCandidate;
use crate::assignment::{
    Assignment, Costing, EnergySource, LayerActivity, LayerAssignment, LayerCapture, Reference,
};

/// The assignment that gives every layer a candidate. `divergence` is that of each candidate alone, where it was
/// measured.
pub fn assignment_of(
    layers: &[LayerCapture],
    multipliers: &[Arc<Tabulated>],
    costing: Costing<'_>,
    reference: &Reference,
    chosen: &[(&LayerCandidate, Option<f64>)],
) -> Assignment {
    let total: u64 = layers.iter().map(|layer| layer.opcount).sum();
    let referred = multipliers.iter().find(|multiplier| multiplier.name == reference.multiplier);
    let assigned: Vec<LayerAssignment> = layers
        .iter()
        .zip(chosen)
        .enumerate()
        .map(|(at, (layer, (candidate, divergence)))| {
            let multiplier = &multipliers[candidate.multiplier];
            let opcount_fraction = layer.opcount as f64 / total as f64;
            let activity = match costing {
                Costing::Catalog(_) => None,
                Costing::Activity(_) => costing.figure(multiplier, at).map(|energy_fj| LayerActivity {
                    energy_fj,
                    reference_energy_fj: referred
                        .and_then(|m| costing.figure(m, at))
                        .unwrap_or(reference.value),
                    catalog_relative_energy: None,
                }),
            };
            LayerAssignment {
                name: layer.name.clone(),
                multiplier: multiplier.name.clone(),
                opcount: layer.opcount,
                opcount_fraction,
                sigma: None,
                tolerance: None,
                wiring: Some(candidate.wiring.clone()),
                divergence: *divergence,
                predicted_std: candidate.error * layer.std_output,
                predicted_mean: 0.0,
                relative_energy: candidate.energy / opcount_fraction,
                activity,
            }
        })
        .collect();
    let energy = match costing {
        Costing::Catalog(_) => EnergySource::Catalog,
        Costing::Activity(_) => EnergySource::Activity,
    };
    let relative_energy = chosen.iter().map(|(candidate, _)| candidate.energy).sum();
    Assignment {
        metric: costing.metric(),
        energy,
        reference: reference.clone(),
        relative_energy,
        energies: Some(chosen.iter().map(|(candidate, _)| candidate.energies).sum()),
        catalog_relative_energy: None,
        layers: assigned,
    }
}
