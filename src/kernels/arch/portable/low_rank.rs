//! Sums of products of lanes without special instructions. Compilers vectorize the loops, for NEON on aarch64.

use std::marker::PhantomData;

use crate::conv::PreparedKernel;
use crate::low_rank::{self, DotMicroKernel, DotTile, Lane, LaneFactors, LowRank, Pairs, Quads, sum};

/// Vectors of `LANES` integers, `VECTORS` at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortableDot<P, const LANES: usize, const VECTORS: usize>(PhantomData<P>);

impl<P, const LANES: usize, const VECTORS: usize> PortableDot<P, LANES, VECTORS> {
    /// Needs nothing of the CPU.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// Lays out tables whose factors fit 16 bits.
pub(crate) fn prepare(factors: &LowRank) -> Option<PreparedKernel> {
    Some(low_rank::prepare(LaneFactors::pairs(factors)?, PortableDot::<Pairs, 8, 2>::new()))
}

/// A way to divide lanes into factors.
pub(crate) trait LaneDot: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// The sum of the products of the factors of two lanes.
    fn dot(element: i32, weight: i32) -> i32;
}

impl LaneDot for Pairs {
    #[inline(always)]
    fn dot(element: i32, weight: i32) -> i32 {
        let halves = |lane: i32| [lane as i16, (lane >> 16) as i16].map(i32::from);
        let ([a, b], [c, d]) = (halves(element), halves(weight));
        (a * c).wrapping_add(b * d)
    }
}

/// Like `vpdpbusd`. For tests only: they check the factors on CPUs that lack it.
impl<const SIGNED_WEIGHTS: bool> LaneDot for Quads<SIGNED_WEIGHTS> {
    #[inline(always)]
    fn dot(element: i32, weight: i32) -> i32 {
        let (unsigned, signed) = if SIGNED_WEIGHTS { (element, weight) } else { (weight, element) };
        let factors = unsigned.to_le_bytes().into_iter().zip(signed.to_le_bytes());
        factors.map(|(u, s)| i32::from(u) * i32::from(s as i8)).sum()
    }
}

impl<P: LaneDot, const LANES: usize, const VECTORS: usize> DotMicroKernel for PortableDot<P, LANES, VECTORS> {
    type Vector = [i32; LANES];
    const LANES: usize = LANES;
    const VECTORS: usize = VECTORS;

    #[inline(always)]
    unsafe fn splat(bits: i32) -> [i32; LANES] {
        [bits; LANES]
    }

    #[inline(always)]
    unsafe fn load(from: *const Lane) -> [i32; LANES] {
        // SAFETY: the caller promises that many lanes, and a lane is an integer of 32 bits.
        unsafe { from.cast::<[i32; LANES]>().read() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: [i32; LANES]) {
        // SAFETY: the caller promises room for that many sums.
        unsafe { to.cast::<[i32; LANES]>().write(sums) };
    }

    #[inline(always)]
    unsafe fn dot(mut sums: [i32; LANES], elements: [i32; LANES], weight: [i32; LANES]) -> [i32; LANES] {
        for lane in 0..LANES {
            sums[lane] = sums[lane].wrapping_add(P::dot(elements[lane], weight[lane]));
        }
        sums
    }

    fn run<const N: usize, const V: usize>(self, tile: DotTile<'_>) {
        // SAFETY: every CPU has the instructions, for which all functions are compiled.
        unsafe { sum::<Self, N, V>(tile) }
    }
}
