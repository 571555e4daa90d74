//! Sums of products looked up in a table: any table.
//!
//! - [`Scalar`]: one after another, on any processor.
//! - [`rows`]: those of 16 or 32 weights at once, on any processor.
//! - `Avx512`: those of 64 activations at once, of tables whose products span at most two bytes.

#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod bytes;
pub(super) mod rows;
mod scalar;

#[cfg(target_arch = "x86_64")]
pub(super) use avx512::Lookups as Avx512;
pub(super) use scalar::Scalar;

use super::convolve::{Convolution, Convolve, Engine, convolve};
use axmul_metrics::ProductTable;

/// A table as `offset + scale * code`, with codes from 0 to `largest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    offset: i64,
    scale: i64,
    largest: i64,
}

impl Span {
    /// With the greatest scale.
    fn of(table: &ProductTable) -> Self {
        let products = || table.products().iter().copied().map(i64::from);
        let offset = products().min().unwrap_or(0);
        let scale = products().fold(0, |divisor, product| gcd(divisor, product - offset)).max(1);
        Self { offset, scale, largest: (products().max().unwrap_or(0) - offset) / scale }
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Lookups of codes: columns and weights are the codes themselves.
trait Lookup: std::fmt::Debug + Send + Sync {
    /// As in [`Engine`].
    const BLOCK: usize;

    /// As in [`Engine`].
    fn pitch(&self, pixels: usize) -> usize;

    /// The sums `[outputs, pitch]` of columns `[channels, taps, pitch]` with weights `[outputs, channels, taps]`.
    fn multiply(&self, weights: &[u8], columns: &[u8], pitch: usize, sums: &mut [i32]);
}

impl<L: Lookup> Convolve for L {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        convolve(self, convolution, out);
    }
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
