//! Switching activity: how often the signals of a circuit toggle.
//!
//! ```text
//! MappedCircuit -> WordCircuit (functions as word operations) -> steady: settled values only -> SwitchingActivity
//!                                                            \-> waveforms: glitches too      /
//! ```
//!
//! A signal that is one with probability p, in a circuit whose successive operands are independent, changes its
//! settled value with probability 2 p (1 - p) a product. These probabilities are exact if both operands
//! together have at most [`MAX_EXACT_BITS`] bits. Everything else, glitches included, comes from sampled pairs of successive
//! operands, in batches, so that the spread of the batches gives the error.

mod circuit;
mod operators;
mod steady;
#[cfg(test)]
mod tests;
mod transitions;
mod waveforms;

use super::MappedCircuit;
use super::library::CellLibrary;
use super::operands::OperandStream;
use super::timing::Timing;
use axmul_netlist::cases::MAX_INPUTS;
pub(super) use circuit::SignalSlots;
use circuit::WordCircuit;
use transitions::Transitions;
use waveforms::Delays;

/// The maximum number of bits of both operands together for which every case is evaluated.
pub const MAX_EXACT_BITS: usize = MAX_INPUTS;

/// The number of batches of samples, whose spread gives the error.
pub const BATCHES: usize = 64;

/// Which toggles count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Glitches {
    /// Those of settled values only: at most one a product, as if no cell took time.
    #[default]
    Ignored,
    /// All, at the cells' delays; a pulse shorter than a cell's delay does not pass it.
    Counted,
}

/// Mean toggles per product, by slot.
#[derive(Clone, Debug, PartialEq)]
pub struct SwitchingActivity {
    /// The mean over all cases or samples.
    pub mean: Vec<f64>,
    /// The mean of each batch of samples; empty where every case was looked at.
    pub batches: Vec<Vec<f64>>,
}

impl SwitchingActivity {
    /// That of batches of equally many samples.
    fn of_batches(batches: Vec<Vec<f64>>) -> Self {
        let slots = batches.first().map_or(0, Vec::len);
        let mean = |slot: usize| batches.iter().map(|batch| batch[slot]).sum::<f64>() / batches.len() as f64;
        Self { mean: (0..slots).map(mean).collect(), batches }
    }
}

/// The number of samples and the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivitySampling {
    /// Pairs of successive operands; rounded up to full batches of whole words.
    pub transitions: usize,
    /// Start of the sequence that they are drawn from.
    pub seed: u64,
}

impl Default for ActivitySampling {
    /// 8,192 pairs, which determine the power of a multiplier within about 0.5 %.
    fn default() -> Self {
        Self { transitions: 8192, seed: 0 }
    }
}

/// The activity of a circuit.
pub(super) fn activity(
    mapped: &MappedCircuit,
    library: &CellLibrary,
    timing: &Timing,
    operands: &OperandStream,
    (glitches, sampling): (Glitches, ActivitySampling),
) -> SwitchingActivity {
    let circuit = WordCircuit::new(mapped, library);
    let bits = usize::from(mapped.format.product_width());
    let transitions = || Transitions::new(mapped.format, operands, sampling);
    match (glitches, operands) {
        (Glitches::Ignored, OperandStream::Trace(trace)) => steady::of_trace(&circuit, mapped.format, trace),
        (Glitches::Ignored, OperandStream::Uniform | OperandStream::Distribution(_))
            if bits <= MAX_EXACT_BITS =>
        {
            steady::exact(&circuit, mapped.format, operands)
        }
        (Glitches::Ignored, _) => steady::sampled(&circuit, transitions()),
        (Glitches::Counted, _) => {
            let delays = Delays::new(&circuit, mapped, library, timing);
            waveforms::sampled(&circuit, &delays, transitions())
        }
    }
}
