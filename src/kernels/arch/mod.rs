//! Kernels by the instructions they need: the tree is the list of what each CPU runs.
//!
//! A file holds one kernel: the micro-kernel and its constructor, which the [table of kernels](crate::registry) names.
//! `portable` runs everywhere; on aarch64 compilers vectorize it for NEON, and no kernel needs more so far.

pub(crate) mod portable;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86_64;
