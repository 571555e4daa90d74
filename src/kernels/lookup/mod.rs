//! Sums of products looked up in a table: any table.
//!
//! - [`Scalar`]: one after another, on any processor.
//! - `Avx2`, `Avx512`: many bytes at once, of tables whose products span at most two bytes.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod bytes;
mod scalar;

#[cfg(target_arch = "x86_64")]
pub(super) use avx2::Lookups as Avx2;
#[cfg(target_arch = "x86_64")]
pub(super) use avx512::Lookups as Avx512;
pub(super) use scalar::Scalar;
