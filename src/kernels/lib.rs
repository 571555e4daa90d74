//! Integer convolutions and matrix products with product tables, on plain slices.
//!
//! Operands are codes of one byte: two's complement for signed formats, plain for unsigned ones; activations first, weights
//! second. Results are exact: every kernel equals the naive loops in [`mod@reference`] bit for bit.
//!
//! - [`ConvShape`], [`LinearShape`]: sizes of operands and results, checked before anything runs.
//! - [`Kernel`]: a product table laid out for a kernel, with the operations. [`KernelSelection`] says which kernel to take,
//!   [`KernelKind`] names them all.
//! - [`LowRank`]: a table as the exact product plus a few outer products, certified; [`ByteFactors`]: the same in bytes.
//! - [`ThreadPool`]: who shares the work.
//!
//! ```
//! use axmul_kernels::{ConvShape, Kernel, KernelSelection};
//! use axmul_metrics::{OperandFormat, ProductTable};
//!
//! // A multiplier without the lowest product bit.
//! let format = OperandFormat::unsigned(8, 8);
//! let products = format.operands().map(|(a, b)| (a * b) as i32 & !1).collect();
//! let table = ProductTable::new(format, products).expect("one product for each pair");
//!
//! // A 3x3 convolution of one 3x3 image, padded with zeros. Each product is 1 * 3, approximately 2.
//! let kernel = Kernel::new(&table, KernelSelection::Auto)?;
//! let shape = ConvShape { padding: [1, 1], ..ConvShape::new(1, [1, 3, 3], 1, [3, 3]) };
//! let mut sums = [0; 9];
//! kernel.conv2d(&shape, &[1; 9], &[3; 9], 0, &mut sums)?;
//! assert_eq!(sums, [8, 12, 8, 12, 18, 12, 8, 12, 8]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Inside
//!
//! `registry` holds the table of all kernels, and tells how to add one. `arch` holds their code by instruction set, on top
//! of what is the same everywhere: `conv` (im2col, blocks, tasks), `lut` (lookups) and `low_rank` (products of factors).
//! Kernels know no files and no tensors.

mod arch;
mod conv;
mod cpu;
mod kernel;
mod kind;
mod low_rank;
mod lut;
pub mod reference;
mod registry;
mod selection;
mod shape;
#[cfg(test)]
mod tests;
mod thread_pool;
mod wide_sums;

pub use kernel::Kernel;
pub use kind::KernelKind;
pub use low_rank::{ByteFactors, LowRank};
pub use selection::{KernelSelection, KernelSelectionError};
pub use shape::{ConvShape, KernelError, LinearShape};
pub use thread_pool::ThreadPool;
