//! The energy of a circuit's toggles.

use axmul_api::Signal;

use super::MappedCircuit;
use super::activity::{SignalSlots, SwitchingActivity};
use super::library::{CellLibrary, OutputPin};
use super::timing::Timing;

/// Mean energy of one product, in femtojoules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Power {
    /// The mean.
    pub energy_fj: f64,
    /// Half the width of its 95 % interval; `None` where it is exact.
    pub energy_error_fj: Option<f64>,
}

/// Of a Student distribution with one degree of freedom less than [`BATCHES`](super::activity::BATCHES), what 95 %
/// lie within.
const STUDENT_63: f64 = 1.998;

/// The energy of all toggles.
pub(super) fn power(
    mapped: &MappedCircuit,
    library: &CellLibrary,
    timing: &Timing,
    activity: &SwitchingActivity,
) -> Power {
    let energies = toggle_energies(mapped, library, timing, &activity.mean);
    let energy = |toggles: &[f64]| -> f64 { toggles.iter().zip(&energies).map(|(t, e)| t * e).sum() };
    let batches: Vec<f64> = activity.batches.iter().map(|batch| energy(batch)).collect();
    let error = || {
        let count = batches.len() as f64;
        let mean = batches.iter().sum::<f64>() / count;
        let variance = batches.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
        STUDENT_63 * (variance / count).sqrt()
    };
    Power { energy_fj: energy(&activity.mean), energy_error_fj: (batches.len() > 1).then(error) }
}

/// Energy of one toggle, by slot, in femtojoules: what the cell takes itself, and half of the charge that it moves,
/// for a rise takes a whole one from the supply and a fall none.
fn toggle_energies(
    mapped: &MappedCircuit,
    library: &CellLibrary,
    timing: &Timing,
    toggles: &[f64],
) -> Vec<f64> {
    let slots = SignalSlots::new(mapped, library);
    let charge = |load_ff: f64| load_ff * library.supply_v * library.supply_v / 2.0;
    let mut energies = vec![0.0; slots.count()];
    for (input, &load_ff) in timing.loads.inputs.iter().enumerate() {
        energies[slots.of(Signal::Input(input))] = charge(load_ff);
    }
    for (index, instance) in mapped.instances.iter().enumerate() {
        let inputs: Vec<(f64, f64)> = instance
            .inputs
            .iter()
            .map(|&signal| (toggles[slots.of(signal)], timing.mean_slew_ns(signal)))
            .collect();
        for (output, pin) in library.cells[instance.cell].outputs.iter().enumerate() {
            let load_ff = timing.loads.instances[index][output];
            energies[slots.output(index, output)] = internal(pin, &inputs, load_ff) + charge(load_ff);
        }
    }
    energies
}

/// Energy that a cell takes itself when an output toggles: of the arcs that lead there, each as often as its input
/// toggles. A library may count some of the charge of a rise as given back by the fall, so that only the mean of both
/// says anything.
fn internal(pin: &OutputPin, inputs: &[(f64, f64)], load_ff: f64) -> f64 {
    let (mut sum, mut weights, mut plain) = (0.0, 0.0, 0.0);
    for arc in &pin.arcs {
        let (toggles, slew_ns) = inputs[arc.input];
        let energy = arc.energy_fj.iter().map(|surface| surface.at(slew_ns, load_ff)).sum::<f64>() / 2.0;
        sum += toggles * energy;
        weights += toggles;
        plain += energy;
    }
    match weights > 0.0 {
        true => sum / weights,
        false if pin.arcs.is_empty() => 0.0,
        false => plain / pin.arcs.len() as f64,
    }
}
