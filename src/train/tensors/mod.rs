//! Tensors in CPU memory: as slices, elementwise, on the threads of libtorch.

pub mod elementwise;
pub mod slices;
pub mod thread_pool;
