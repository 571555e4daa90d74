//! From real numbers to codes: how far values reach, what a code stands for, and how tensors are rounded.

mod clipping;
mod grid;
mod observer;
mod ranges;
mod steps;
mod weights;

pub use grid::{Codes, Grid};
pub use observer::{ACTIVATION_BITS, Observer};
pub use steps::{Steps, on_cpu};
pub use weights::WeightGrid;
