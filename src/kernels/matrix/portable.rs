//! Sums of products of lanes on any processor.

use std::marker::PhantomData;

use super::simd::{Simd, Tile, sum};
use super::{Lane, Pairs, Quads};

/// Vectors of so many integers, so many at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable<P, const LANES: usize, const VECTORS: usize>(PhantomData<P>);

impl<P, const LANES: usize, const VECTORS: usize> Portable<P, LANES, VECTORS> {
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// The sum of the products of the factors of two lanes.
pub(super) trait Dot: Copy + std::fmt::Debug + Send + Sync + 'static {
    fn dot(element: i32, weight: i32) -> i32;
}

impl Dot for Pairs {
    #[inline(always)]
    fn dot(element: i32, weight: i32) -> i32 {
        let halves = |lane: i32| [lane as i16, (lane >> 16) as i16].map(i32::from);
        let ([a, b], [c, d]) = (halves(element), halves(weight));
        (a * c).wrapping_add(b * d)
    }
}

/// As `vpdpbusd` has it. Only tests multiply so: theirs is the proof of the factors where a processor lacks it.
impl<const SIGNED_WEIGHTS: bool> Dot for Quads<SIGNED_WEIGHTS> {
    #[inline(always)]
    fn dot(element: i32, weight: i32) -> i32 {
        let (unsigned, signed) = if SIGNED_WEIGHTS { (element, weight) } else { (weight, element) };
        let factors = unsigned.to_le_bytes().into_iter().zip(signed.to_le_bytes());
        factors.map(|(u, s)| i32::from(u) * i32::from(s as i8)).sum()
    }
}

impl<P: Dot, const LANES: usize, const VECTORS: usize> Simd for Portable<P, LANES, VECTORS> {
    type Vector = [i32; LANES];
    const LANES: usize = LANES;
    const VECTORS: usize = VECTORS;

    #[inline(always)]
    unsafe fn splat(bits: i32) -> [i32; LANES] {
        [bits; LANES]
    }

    #[inline(always)]
    unsafe fn load(from: *const Lane) -> [i32; LANES] {
        // SAFETY: so many lanes are there, and a lane is an integer of 32 bits.
        unsafe { from.cast::<[i32; LANES]>().read() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: [i32; LANES]) {
        // SAFETY: there is room for so many.
        unsafe { to.cast::<[i32; LANES]>().write(sums) };
    }

    #[inline(always)]
    unsafe fn dot(mut sums: [i32; LANES], elements: [i32; LANES], weight: [i32; LANES]) -> [i32; LANES] {
        for lane in 0..LANES {
            sums[lane] = sums[lane].wrapping_add(P::dot(elements[lane], weight[lane]));
        }
        sums
    }

    fn run<const N: usize, const V: usize>(self, tile: Tile<'_>) {
        // SAFETY: there are no instructions that a processor could lack.
        unsafe { sum::<Self, N, V>(tile) }
    }
}
