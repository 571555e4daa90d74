//! Floor 1: integer convolution and matrix products with product tables, on plain slices. Kernels know no files
//! and no tensors.
//!
//! Operands are codes of one byte: two's complement for signed formats, plain for unsigned ones; activations
//! first, weights second, as everywhere. Results are exact: every path equals [`mod@reference`] bit for bit.
//!
//! - [`ConvShape`], [`LinearShape`]: what is multiplied with what, checked before anything runs.
//! - [`Lut`]: a product table laid out for lookups, and the operations on it.
//! - [`LowRank`]: a table as the exact product plus a few outer products, certified.

mod low_rank;
mod lut;
pub mod reference;
mod shape;

pub use low_rank::LowRank;
pub use lut::Lut;
pub use shape::{ConvShape, KernelError, LinearShape};
