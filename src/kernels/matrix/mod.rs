//! The exact product and a few outer products, as one matrix product of small integers.
//!
//! With `approx(x, w) = x w + sum over r of left_r(x) right_r(w)` a sum of approximate products is an exact one with
//! `rank + 1` times the fan-in. Neighbouring factors share a [`Lane`], because processors multiply and add all of a lane
//! at once. Sums are modulo 2^32: exact wherever the final sum fits 32 bits.
//!
//! ```text
//! digits     factors of 8 bits             lanes     factors as lanes
//! simd       vectors of lanes, and sums    direct    convolutions of stride 1
//! portable   any processor                 avx2      pairs        vnni, vbmi    pairs and quads
//! ```

#[cfg(target_arch = "x86_64")]
mod avx2;
pub(super) mod digits;
mod direct;
mod lanes;
mod portable;
mod simd;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod vbmi;
#[cfg(target_arch = "x86_64")]
mod vnni;

use std::sync::Arc;

use self::lanes::{Factors, Panels};
use self::simd::{Offsets, Place, Simd, Tile};
use super::LowRank;
use super::convolve::{Convolution, Convolve, Engine, convolve};

/// Outputs that are summed at a time.
const OUTPUTS: usize = 6;

/// Neighbouring factors along the fan-in in 32 bits, the first one lowest: [`Pairs`] or [`Quads`].
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lane(u32);

impl Lane {
    fn bits(self) -> i32 {
        self.0.cast_signed()
    }
}

/// Lanes of two factors of 16 bits.
#[derive(Clone, Copy, Debug)]
struct Pairs;

/// Lanes of four factors of 8 bits, of which either the weights are signed and the activations not, or the other way
/// round.
#[derive(Clone, Copy, Debug)]
struct Quads<const SIGNED_WEIGHTS: bool>;

/// Factors of a table, and how they are multiplied.
#[derive(Debug)]
pub(super) struct Matrix {
    /// What the fan-in is multiplied by: one more than the rank, and one more for each factor of two digits.
    pub terms: usize,
    pub product: Arc<dyn Convolve>,
}

impl Matrix {
    /// Pairs on any processor; `None` where a factor does not fit 16 bits.
    pub fn portable(factors: &LowRank) -> Option<Self> {
        Some(Self::of(Factors::pairs(factors)?, portable::Portable::<Pairs, 8, 2>::new()))
    }

    /// Pairs with AVX2; `None` where the processor lacks it or a factor does not fit 16 bits.
    #[cfg(target_arch = "x86_64")]
    pub fn avx2(factors: &LowRank) -> Option<Self> {
        Some(Self::of(Factors::pairs(factors)?, avx2::Avx2::detect()?))
    }

    /// Pairs with AVX-512 VNNI; `None` where the processor lacks it or a factor does not fit 16 bits.
    #[cfg(target_arch = "x86_64")]
    pub fn vnni_pairs(factors: &LowRank) -> Option<Self> {
        Some(Self::of(Factors::pairs(factors)?, vnni::Vnni::<Pairs>::detect()?))
    }

    /// Quads with AVX-512 VNNI; `None` where the processor lacks it or a factor does not fit two digits of 8 bits.
    #[cfg(target_arch = "x86_64")]
    pub fn vnni_quads(factors: &LowRank) -> Option<Self> {
        let [signed, unsigned] = [true, false].map(|signed| Factors::quads(factors, signed));
        let terms = |factors: &Option<Factors>| factors.as_ref().map_or(usize::MAX, Factors::terms);
        if terms(&signed) <= terms(&unsigned) {
            Some(Self::of(signed?, vnni::Vnni::<Quads<true>>::detect()?))
        } else {
            Some(Self::of(unsigned?, vnni::Vnni::<Quads<false>>::detect()?))
        }
    }

    fn of<S: Simd>(factors: Factors, simd: S) -> Self {
        Self { terms: factors.terms(), product: Arc::new(Product { factors, simd }) }
    }
}

/// A product with these instructions.
#[derive(Debug)]
struct Product<S> {
    factors: Factors,
    simd: S,
}

impl<S: Simd> Convolve for Product<S> {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        if direct::suits::<S>(convolution.shape) {
            direct::convolve(&self.factors, self.simd, convolution, out);
        } else {
            convolve(self, convolution, out);
        }
    }
}

impl<S: Simd> Engine for Product<S> {
    type Element = Lane;
    type Weights = Panels;
    const BLOCK: usize = S::LANES * S::VECTORS;

    fn pitch(&self, pixels: usize) -> usize {
        S::LANES * pixels.div_ceil(S::LANES).next_power_of_two()
    }

    fn planes(&self, channels: usize) -> usize {
        self.factors.lanes(channels)
    }

    fn expand(&self, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        self.simd.expand(&self.factors, codes, channels, planes);
    }

    fn prepare(&self, weights: &[u8], outputs: usize, channels: usize) -> Panels {
        self.factors.prepare(weights, outputs, channels)
    }

    fn multiply(&self, weights: &Panels, columns: &[Lane], pitch: usize, sums: &mut [i32]) {
        let offsets = Offsets::new((0..columns.len()).step_by(pitch).collect());
        let place = |base| Place { base, out: base, count: S::LANES };
        let places: Vec<Place> = (0..pitch).step_by(S::LANES).map(place).collect();
        for (panel, (sums, start)) in
            sums.chunks_mut(OUTPUTS * pitch).zip(weights.start.chunks(OUTPUTS)).enumerate()
        {
            let tile = Tile {
                weights: &weights.lanes[panel * OUTPUTS * offsets.len()..],
                start,
                elements: columns,
                offsets: &offsets,
                places: &places,
                out: sums,
            };
            tile.run(self.simd);
        }
    }
}
