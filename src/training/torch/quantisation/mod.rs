//! From real numbers to codes: how far values reach, what a code stands for, and how tensors are rounded.

mod clipping;
mod grid;
mod observer;
mod ranges;
mod weights;

pub use grid::{Grid, Quantized};
pub use observer::{ACTIVATION_BITS, Observer};
pub use weights::WeightGrid;
