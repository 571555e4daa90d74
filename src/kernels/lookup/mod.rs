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

use super::convolve::Engine;

/// Lookups of codes: columns and weights are the codes themselves.
trait Lookup: Sync {
    /// As in [`Engine`].
    const BLOCK: usize;

    /// As in [`Engine`].
    fn pitch(&self, pixels: usize) -> usize;

    /// The sums `[outputs, pitch]` of columns `[channels, taps, pitch]` with weights `[outputs, channels, taps]`.
    fn multiply(&self, weights: &[u8], columns: &[u8], pitch: usize, sums: &mut [i32]);
}

impl<L: Lookup> Engine for L {
    type Element = u8;
    type Weights = Vec<u8>;
    const BLOCK: usize = L::BLOCK;

    fn pitch(&self, pixels: usize) -> usize {
        Lookup::pitch(self, pixels)
    }

    fn planes(&self, channels: usize) -> usize {
        channels
    }

    fn expand(&self, codes: &[u8], _: usize, planes: &mut [u8]) {
        planes.copy_from_slice(codes);
    }

    fn prepare(&self, weights: &[u8], _: usize, _: usize) -> Vec<u8> {
        weights.to_vec()
    }

    fn multiply(&self, weights: &Vec<u8>, columns: &[u8], pitch: usize, sums: &mut [i32]) {
        Lookup::multiply(self, weights, columns, pitch, sums);
    }
}
