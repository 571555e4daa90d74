//! Sums of products with AVX-512 VNNI: of 16-bit pairs by `vpdpwssd`, of 8-bit quads by `vpdpbusd`. Neither saturates.

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::lanes::Factors;
use super::simd::{Simd, Tile, sum};
use super::vbmi::Vbmi;
use super::{Lane, Pairs, Quads};

/// The proof that the processor has AVX-512 VNNI.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vnni<P> {
    vbmi: Option<Vbmi>,
    lanes: PhantomData<P>,
}

impl<P> Vnni<P> {
    /// `None` where the processor lacks it.
    pub fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni");
        has.then(|| Self { vbmi: Vbmi::detect(), lanes: PhantomData })
    }
}

/// The instruction for a kind of lanes.
pub(super) trait Dot: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// # Safety
    ///
    /// The processor has AVX-512 VNNI.
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i;

    /// Lanes made with AVX-512 VBMI too, where that is a way to make them.
    fn expand(_: Vbmi, factors: &Factors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        factors.expand(codes, channels, planes);
    }
}

impl Dot for Pairs {
    #[inline(always)]
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i {
        // SAFETY: the processor has AVX-512 VNNI, as the trait asks for.
        unsafe { _mm512_dpwssd_epi32(sums, elements, weight) }
    }
}

impl<const SIGNED_WEIGHTS: bool> Dot for Quads<SIGNED_WEIGHTS> {
    #[inline(always)]
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i {
        let (unsigned, signed) = if SIGNED_WEIGHTS { (elements, weight) } else { (weight, elements) };
        // SAFETY: as before.
        unsafe { _mm512_dpbusd_epi32(sums, unsigned, signed) }
    }

    fn expand(vbmi: Vbmi, factors: &Factors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        vbmi.expand(factors, codes, channels, planes);
    }
}

impl<P: Dot> Simd for Vnni<P> {
    type Vector = __m512i;
    const LANES: usize = 16;
    const VECTORS: usize = 4;

    #[inline(always)]
    unsafe fn splat(bits: i32) -> __m512i {
        // SAFETY: the processor has AVX-512, as the trait asks for.
        unsafe { _mm512_set1_epi32(bits) }
    }

    #[inline(always)]
    unsafe fn load(from: *const Lane) -> __m512i {
        // SAFETY: as before, and sixteen lanes are there.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: __m512i) {
        // SAFETY: as before, and there is room for sixteen sums.
        unsafe { _mm512_storeu_si512(to.cast(), sums) }
    }

    #[inline(always)]
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i {
        // SAFETY: as before.
        unsafe { P::dot(sums, elements, weight) }
    }

    fn expand(self, factors: &Factors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        match self.vbmi {
            Some(vbmi) => P::expand(vbmi, factors, codes, channels, planes),
            None => factors.expand(codes, channels, planes),
        }
    }

    fn run<const N: usize, const V: usize>(self, tile: Tile<'_>) {
        #[target_feature(enable = "avx512f,avx512vnni")]
        fn compiled<P: Dot, const N: usize, const V: usize>(tile: Tile<'_>) {
            // SAFETY: whoever calls this function has AVX-512 VNNI, for which it is compiled.
            unsafe { sum::<Vnni<P>, N, V>(tile) }
        }
        // SAFETY: `self` exists only where the processor has AVX-512 VNNI.
        unsafe { compiled::<P, N, V>(tile) }
    }
}
