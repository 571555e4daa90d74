//! The training core: the only folder that names `tch`.
//!
//! - [`run`]: the whole run, seed by seed and stage by stage; `stages`: one stage, its epochs, and what comes before
//!   and after them.
//! - [`evaluate_request`], [`infer_request`], [`bench_request`]: the other requests of `axmul`.
//! - [`Model`]: a network from its description, whose multiplying layers compute in fp32, quantized, under noise, or
//!   with approximate multipliers ([`Mode`]).
//! - `approximate`: sums of approximate products on tensors, several ways, all exact.
//! - `quantization`: ranges, scales, codes, observers of activations.
//! - `autograd`: straight-through estimators; its C++ half is the only C++ of axmul.
//! - [`Optimizer`]: SGD, Adam and AdamW with state that goes into checkpoints; `checkpoint`: the state after an epoch.
//! - `data`: images in memory and the batches made of them.
//! - `tensors`: CPU tensors as slices, elementwise kernels, libtorch's threads.
//! - [`device`]: where tensors live, with how many threads, and what to say when memory runs out.

mod approximate;
mod autograd;
mod checkpoint;
mod data;
pub mod device;
mod error;
mod network;
mod optimizer;
mod quantization;
mod random;
mod requests;
mod run;
mod stages;
mod tensors;
#[cfg(test)]
mod tests;

pub use approximate::Approximate;
pub use device::memory::{Work, quiet as quiet_about_memory};
pub use error::TrainError;
pub use network::Model;
pub use network::layer::Mode;
pub use network::multiplier::LayerMultiplier;
pub use optimizer::Optimizer;
pub use requests::bench::bench_request;
pub use requests::evaluate::evaluate_request;
pub use requests::infer::infer_request;
pub use run::run;
