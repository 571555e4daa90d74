//! Tables of low rank: the exact product and a few outer products, as one matrix product of small integers.
//!
//! With `approx(x, w) = x w + sum over r of left_r(x) right_r(w)` a sum of approximate products is an exact one with
//! `rank + 1` times the fan-in. Neighboring factors share a [`Lane`], because CPUs multiply and add all of a lane at once.
//! Sums are modulo 2^32: exact if the final sum fits 32 bits.
//!
//! ```text
//! factor          tables as outer products        lanes          factors as lanes
//! byte_factors    the same in bytes               micro_kernel   dot products of lanes
//! digits          factors of 8 bits               direct         convolutions of stride 1
//! ```

mod byte_factors;
mod digits;
mod direct;
mod factor;
mod lanes;
mod micro_kernel;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use self::byte_factors::ByteFactors;
pub use self::factor::LowRank;
pub(crate) use self::lanes::LaneFactors;
use self::lanes::WeightPanels;
pub(crate) use self::micro_kernel::{DotMicroKernel, DotTile, sum};
use self::micro_kernel::{StepOffsets, VectorPlace};
use super::conv::{Convolution, Convolve, MicroKernel, PreparedKernel, convolve};

/// Outputs that are summed at a time.
const OUTPUTS: usize = 6;

/// Neighboring factors along the fan-in in 32 bits, the first one lowest: [`Pairs`] or [`Quads`].
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lane(pub u32);

impl Lane {
    /// The factors as one integer.
    pub fn bits(self) -> i32 {
        self.0.cast_signed()
    }
}

/// Lanes of two factors of 16 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pairs;

/// Lanes of four factors of 8 bits: those of the weights are signed and those of the activations unsigned, or vice versa.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "no other architecture has kernels for quads")
)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quads<const SIGNED_WEIGHTS: bool>;

/// Lays factors out for a micro-kernel.
pub(crate) fn prepare<S: DotMicroKernel>(factors: LaneFactors, micro_kernel: S) -> PreparedKernel {
    PreparedKernel { terms: factors.terms(), product: Arc::new(LowRankProduct { factors, micro_kernel }) }
}

/// Factors of a table, and the micro-kernel that multiplies them.
#[derive(Debug)]
struct LowRankProduct<S> {
    factors: LaneFactors,
    micro_kernel: S,
}

impl<S: DotMicroKernel> Convolve for LowRankProduct<S> {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        if direct::suits::<S>(convolution.shape) {
            direct::convolve(&self.factors, self.micro_kernel, convolution, out);
        } else {
            convolve(self, convolution, out);
        }
    }
}

impl<S: DotMicroKernel> MicroKernel for LowRankProduct<S> {
    type Element = Lane;
    type Weights = WeightPanels;
    const BLOCK: usize = S::LANES * S::VECTORS;

    fn pitch(&self, pixels: usize) -> usize {
        S::LANES * pixels.div_ceil(S::LANES).next_power_of_two()
    }

    fn planes(&self, channels: usize) -> usize {
        self.factors.lanes(channels)
    }

    fn expand(&self, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        self.micro_kernel.expand(&self.factors, codes, channels, planes);
    }

    fn prepare(&self, weights: &[u8], outputs: usize, channels: usize) -> WeightPanels {
        self.factors.prepare(weights, outputs, channels)
    }

    fn multiply(&self, weights: &WeightPanels, columns: &[Lane], pitch: usize, sums: &mut [i32]) {
        let offsets = StepOffsets::new((0..columns.len()).step_by(pitch).collect());
        let place = |base| VectorPlace { base, out: base, count: S::LANES };
        let places: Vec<VectorPlace> = (0..pitch).step_by(S::LANES).map(place).collect();
        for (panel, (sums, start)) in
            sums.chunks_mut(OUTPUTS * pitch).zip(weights.start.chunks(OUTPUTS)).enumerate()
        {
            let tile = DotTile {
                weights: &weights.lanes[panel * OUTPUTS * offsets.len()..],
                start,
                elements: columns,
                offsets: &offsets,
                places: &places,
                out: sums,
            };
            tile.run(self.micro_kernel);
        }
    }
}
