//! Kernels for every CPU.

pub(crate) mod low_rank;
pub(crate) mod rows;
pub(crate) mod scalar;
