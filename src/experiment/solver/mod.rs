//! Which multiplier for which layer under a budget of energy: a multiple-choice knapsack.
//!
//! Every layer has options, each with the share of the network's energy that it takes and the loss that it adds:
//!
//! - [`front`]: under losses that add up, the best choice for every budget at once, by dynamic programming.
//! - [`uniform_front`]: the same where one multiplier serves all layers, which is a part of the same space.
//! - [`exchange`]: a choice improved under a loss of all layers together, which sees how their errors meet.
//!
//! ```
//! use axmul_experiment::solver::{LayerOption, front};
//!
//! let option = |energy: f64, loss: f64| LayerOption { energy, loss };
//! // Two layers, each exact or cheap; the second takes four times the energy and tolerates more.
//! let layers = [vec![option(0.2, 0.0), option(0.1, 0.5)], vec![option(0.8, 0.0), option(0.4, 0.1)]];
//! let front = front(&layers);
//! assert_eq!(front.points.len(), 3);
//! assert_eq!(front.within(0.7).unwrap().choice, [0, 1]);
//! ```

mod exchange;
mod knapsack;
#[cfg(test)]
mod tests;

pub use exchange::exchange;
pub use knapsack::{AssignmentFront, AssignmentPoint, front, front_of, uniform_front};

/// A multiplier in a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerOption {
    /// What the layer's multiplications take of the energy of all with the reference multiplier.
    pub energy: f64,
    /// What it adds to the loss of the network.
    pub loss: f64,
}
