//! Floor 2: which multiplier for which layer, given what each layer bears. No libtorch: plain arithmetic in f64.
//!
//! The method is that of E. Trommer, B. Waschneck, A. Kumar, "Combining Gradients and Probabilities for
//! Heterogeneous Approximation of Neural Networks", ICCAD 2022 (arXiv 2208.07265):
//!
//! - [`LayerCapture`]: what a trained layer told about itself: operand histograms, deviation of its outputs, and
//!   how much noise the search found it to bear.
//! - [`predict`]: the error that a multiplier causes at the layer's output.
//! - [`Costing`]: what a multiplication costs, by the catalog or under each layer's own operands.
//! - [`SignHandling`]: what unsigned multipliers take beside themselves for the signs of codes.
//! - [`assign`]: the cheapest multiplier within the tolerance of each layer, and the network's relative energy.

mod capture;
mod circuits;
mod costing;
mod predict;
mod select;
mod sign_magnitude;
mod signs;

pub use capture::{CaptureError, LayerCapture, Population};
pub use circuits::{Circuits, EnergyError, as_seen};
pub use costing::{CostMetric, Costing, EnergySource, LayerEnergies, Reference, UntoldMetric, reference};
pub use predict::{Prediction, predict};
pub use select::{Assignment, AssignmentError, LayerActivity, LayerAssignment, assign};
pub use sign_magnitude::{SignMagnitudeError, sign_magnitude};
pub use signs::{SignHandling, SignedEnergies};
