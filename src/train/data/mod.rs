//! Images in memory, and the batches that training takes.

pub mod batches;
pub mod dataset;
