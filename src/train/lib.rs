//! The training core: the only folder that names `tch`.
//!
//! - [`device`]: where tensors live, and with how many threads.
//! - [`Model`]: a network from its description, whose multiplying layers compute in fp32, quantised, under noise, or
//!   with approximate multipliers ([`Mode`]).
//! - `approximate`: sums of approximate products, all ways exact.
//! - `autograd`: straight-through gradients; its C++ half is the only C++ of axmul.
//! - `passes`: what is done to every value of a tensor, once through CPU memory; `thread_pool`: libtorch's threads;
//!   `views`: tensors as slices.
//! - [`run`], [`evaluate_request`], [`infer_request`], [`bench_request`]: what `axmul-train` does.

mod approximate;
mod autograd;
mod average;
mod batches;
mod bench;
mod capture;
mod checkpoint;
mod dataset;
pub mod device;
mod epoch;
mod error;
mod evaluate;
mod infer;
mod layers;
mod memory;
mod multipliers;
mod network;
mod noise;
mod optimizer;
mod passes;
mod progress;
mod quantisation;
mod random;
mod runner;
mod session;
mod snapshot;
mod stages;
mod start;
mod state;
#[cfg(test)]
mod tests;
mod thread_pool;
mod uniform;
mod views;

pub use approximate::Approximate;
pub use bench::bench_request;
pub use error::TrainError;
pub use evaluate::evaluate_request;
pub use infer::infer_request;
pub use layers::Mode;
pub use memory::{Work, quiet as quiet_about_memory};
pub use network::Model;
pub use optimizer::Optimizer;
pub use runner::run;
