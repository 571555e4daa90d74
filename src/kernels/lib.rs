//! Floor 1: integer convolution and matrix products with product tables, on plain slices. Kernels know no files
//! and no tensors.
//!
//! Operands are codes of one byte: two's complement for signed formats, plain for unsigned ones; activations
//! first, weights second, as everywhere. Results are exact: every path equals [`mod@reference`] bit for bit.
//!
//! - [`ConvShape`], [`LinearShape`]: what is multiplied with what, checked before anything runs.
//! - [`Kernel`]: a product table with the way to multiply by it, and the operations. [`Path`] is a way, [`Choice`]
//!   says which is taken.
//! - [`LowRank`]: a table as the exact product plus a few outer products, certified; [`ByteFactors`]: the same in bytes.
//!
//! ```text
//! kernel      checks operands, plans the path           engine   what a path needs
//! convolve    images over threads, pixels in blocks     unfold   pixels as columns, from the image
//! lookup      sums of what a table has for codes        matrix   columns of small factors, multiplied exactly
//! padded      planes with their padding around          transpose   rows of bytes as columns
//! ```

mod bytes;
mod convolve;
mod detect;
mod engine;
mod kernel;
mod lookup;
mod low_rank;
mod matrix;
mod padded;
mod plan;
pub mod reference;
mod shape;
#[cfg(test)]
mod tests;
mod threads;
mod transpose;
mod unfold;
mod wide;

pub use bytes::ByteFactors;
pub use kernel::Kernel;
pub use low_rank::LowRank;
pub use plan::{Choice, Path, PathError};
pub use shape::{ConvShape, KernelError, LinearShape};
pub use threads::Team;
