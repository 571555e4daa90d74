//! Sums of products looked up in a table, as far as they are the same on every architecture.
//!
//! - [`LutMicroKernel`]: columns of codes times weights, one lookup at a time or many.
//! - [`rows`]: lookups of whole rows of products, one for each of 16 or 32 outputs.
//! - `byte_planes`: tables in planes of bytes, for instructions that look up bytes.

#[cfg(target_arch = "x86_64")]
pub(crate) mod byte_planes;
pub(crate) mod rows;

use super::conv::{Convolution, Convolve, MicroKernel, convolve};
use axmul_metrics::ProductTable;

/// A table as `offset + scale * code`, with codes from 0 to `largest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProductSpan {
    pub offset: i64,
    pub scale: i64,
    pub largest: i64,
}

impl ProductSpan {
    /// Span of a table, with the largest scale.
    pub fn of(table: &ProductTable) -> Self {
        let products = || table.products().iter().copied().map(i64::from);
        let offset = products().min().unwrap_or(0);
        let scale = products().fold(0, |divisor, product| gcd(divisor, product - offset)).max(1);
        Self { offset, scale, largest: (products().max().unwrap_or(0) - offset) / scale }
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Lookups by code: the elements of columns and the weights are codes.
pub(crate) trait LutMicroKernel: std::fmt::Debug + Send + Sync {
    /// See [`MicroKernel`].
    const BLOCK: usize;

    /// See [`MicroKernel`].
    fn pitch(&self, pixels: usize) -> usize;

    /// Computes the sums `[outputs, pitch]` of columns `[channels, taps, pitch]` with weights `[outputs, channels, taps]`.
    fn multiply(&self, weights: &[u8], columns: &[u8], pitch: usize, sums: &mut [i32]);
}

impl<L: LutMicroKernel> Convolve for L {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        convolve(self, convolution, out);
    }
}

impl<L: LutMicroKernel> MicroKernel for L {
    type Element = u8;
    type Weights = Vec<u8>;
    const BLOCK: usize = L::BLOCK;

    fn pitch(&self, pixels: usize) -> usize {
        LutMicroKernel::pitch(self, pixels)
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
        LutMicroKernel::multiply(self, weights, columns, pitch, sums);
    }
}
