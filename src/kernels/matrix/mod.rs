//! The exact product and a few outer products, as one matrix product of 16-bit integers.
//!
//! With `approx(x, w) = x w + sum over r of left_r(x) right_r(w)` a sum of approximate products is an exact one with
//! `rank + 1` times the fan-in. Two 16-bit factors make a [`Pair`], because processors multiply and add pairs at once.
//! Sums are modulo 2^32: exact wherever the final sum fits 32 bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod direct;
mod portable;

use super::convolve::{Engine, convolve};
use super::{ConvShape, LowRank};

/// Pixels of a block.
const BLOCK: usize = 16;

/// Outputs that are summed at a time.
const OUTPUTS: usize = 6;

/// Two neighbouring factors along the fan-in.
#[repr(C, align(4))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair([i16; 2]);

impl Pair {
    /// Both in one integer, the first one in the lower half.
    fn bits(self) -> i32 {
        i32::from(self.0[0]) & 0xffff | i32::from(self.0[1]) << 16
    }

    /// The sum of both products.
    fn dot(self, other: Self) -> i32 {
        let [x, y] = [0, 1].map(|i| i32::from(self.0[i]) * i32::from(other.0[i]));
        x.wrapping_add(y)
    }
}

/// Factors of a table in 16 bits, by code.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    /// `[rank + 1][256]`: the value of the activation first.
    left: Vec<[i16; 256]>,
    right: Vec<[i16; 256]>,
    level: Level,
}

/// How pairs are multiplied.
#[derive(Clone, Copy, Debug)]
enum Level {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
}

impl Matrix {
    /// Lays factors out; `None` where one does not fit 16 bits. Without `simd` in a portable loop.
    pub fn new(factors: &LowRank, simd: bool) -> Option<Self> {
        let signed = factors.format().is_signed();
        let value = |code: usize| if signed { i64::from(code as u8 as i8) } else { code as i64 };
        let values: Vec<i64> = (0..256).map(value).collect();
        let narrow = |vectors: &[Vec<i64>]| -> Option<Vec<[i16; 256]>> {
            let all = std::iter::once(&values).chain(vectors);
            all.map(|vector| {
                let mut narrow = [0; 256];
                for (to, &from) in narrow.iter_mut().zip(vector) {
                    *to = i16::try_from(from).ok()?;
                }
                Some(narrow)
            })
            .collect()
        };
        Some(Self { left: narrow(factors.left())?, right: narrow(factors.right())?, level: Level::new(simd) })
    }

    /// Outer products beside the exact product.
    pub fn rank(&self) -> usize {
        self.left.len() - 1
    }

    /// Convolves checked operands of a checked shape.
    pub fn convolve(
        &self,
        shape: &ConvShape,
        activations: &[u8],
        weights: &[u8],
        pad_code: u8,
        out: &mut [i32],
    ) {
        #[cfg(target_arch = "x86_64")]
        if let Level::Avx2(avx2) = self.level
            && direct::suits(shape)
        {
            return direct::convolve(self, avx2, shape, activations, weights, pad_code, out);
        }
        convolve(self, shape, activations, weights, pad_code, out);
    }

    /// Pairs along the fan-in for so many channels.
    fn pairs(&self, channels: usize) -> usize {
        (channels * self.left.len()).div_ceil(2)
    }
}

impl Level {
    fn new(simd: bool) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = avx2::Avx2::detect().filter(|_| simd) {
            return Self::Avx2(avx2);
        }
        let _ = simd;
        Self::Portable
    }
}

/// The factor `index` of a fan-in `[channel][rank + 1]` at one place.
fn factor(factors: &[[i16; 256]], index: usize, code: impl Fn(usize) -> u8) -> i16 {
    factors[index % factors.len()][usize::from(code(index / factors.len()))]
}

impl Engine for Matrix {
    type Element = Pair;
    type Weights = Vec<Pair>;
    const BLOCK: usize = BLOCK;

    fn planes(&self, channels: usize) -> usize {
        self.pairs(channels)
    }

    fn expand(&self, codes: &[u8], channels: usize, planes: &mut [Pair]) {
        let (size, factors) = (codes.len() / channels, self.left.len());
        for (at, plane) in planes.chunks_exact_mut(size).enumerate() {
            for half in 0..2 {
                let index = 2 * at + half;
                if index == channels * factors {
                    plane.iter_mut().for_each(|pair| pair.0[half] = 0);
                    continue;
                }
                let (factor, codes) = (&self.left[index % factors], &codes[index / factors * size..][..size]);
                for (pair, &code) in plane.iter_mut().zip(codes) {
                    pair.0[half] = factor[usize::from(code)];
                }
            }
        }
    }

    /// Panels of [`OUTPUTS`] outputs: `[panel][pair, tap][output]`.
    fn prepare(&self, weights: &[u8], outputs: usize, channels: usize) -> Vec<Pair> {
        let taps = weights.len() / (outputs * channels);
        let (pairs, factors) = (self.pairs(channels), self.right.len());
        let mut panels = Vec::with_capacity(outputs * pairs * taps);
        for first in (0..outputs).step_by(OUTPUTS) {
            for (pair, tap) in (0..pairs).flat_map(|pair| (0..taps).map(move |tap| (pair, tap))) {
                for output in first..(first + OUTPUTS).min(outputs) {
                    let code = |channel: usize| weights[(output * channels + channel) * taps + tap];
                    panels.push(Pair([0, 1].map(|half| match 2 * pair + half {
                        beyond if beyond == channels * factors => 0,
                        index => factor(&self.right, index, code),
                    })));
                }
            }
        }
        panels
    }

    fn multiply(&self, weights: &Vec<Pair>, columns: &[Pair], sums: &mut [i32]) {
        match self.level {
            Level::Portable => portable::multiply(weights, columns, sums),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2(avx2) => avx2.multiply(weights, columns, sums),
        }
    }
}
