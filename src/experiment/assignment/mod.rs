//! Floor 2: which multiplier for which layer, given what each layer bears. No libtorch: plain arithmetic in f64.
//!
//! The method is that of E. Trommer, B. Waschneck, A. Kumar, "Combining Gradients and Probabilities for
//! Heterogeneous Approximation of Neural Networks", ICCAD 2022 (arXiv 2208.07265):
//!
//! - [`LayerCapture`]: what a trained layer told about itself: operand histograms, deviation of its outputs, and
//!   how much noise the search found it to bear.
//! - [`predict`]: the error that a multiplier causes at the layer's output.
//! - [`Costing`]: what a multiplication costs, by the catalogue or under each layer's own operands.
//! - [`assign`]: the cheapest multiplier within the tolerance of each layer, and the network's relative energy.

mod capture;
mod costing;
mod predict;
mod select;

pub use capture::{CaptureError, LayerCapture, Population};
pub use costing::{CostMetric, Costing, EnergySource, LayerEnergies, Reference, UntoldMetric, reference};
pub use predict::{Prediction, predict};
pub use select::{Assignment, AssignmentError, LayerActivity, LayerAssignment, assign};
