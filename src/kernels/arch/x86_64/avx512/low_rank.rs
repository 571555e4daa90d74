//! Sums of products with AVX-512 VNNI: of 16-bit pairs by `vpdpwssd`, of 8-bit quads by `vpdpbusd`. Neither saturates.

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::{Avx512Vbmi, Avx512Vnni};
use crate::conv::PreparedKernel;
use crate::low_rank::{self, DotMicroKernel, DotTile, Lane, LaneFactors, LowRank, Pairs, Quads, sum};

/// Dot products of lanes of kind `P`.
#[derive(Clone, Copy, Debug)]
struct VnniDotProduct<P> {
    _vnni: Avx512Vnni,
    vbmi: Option<Avx512Vbmi>,
    lanes: PhantomData<P>,
}

impl<P> VnniDotProduct<P> {
    /// `None` if the CPU lacks AVX-512 VNNI.
    fn detect() -> Option<Self> {
        let _vnni = Avx512Vnni::detect()?;
        Some(Self { _vnni, vbmi: Avx512Vbmi::detect(), lanes: PhantomData })
    }
}

/// Lays out tables whose factors fit 16 bits, in pairs.
pub(crate) fn prepare_pairs(factors: &LowRank) -> Option<PreparedKernel> {
    Some(low_rank::prepare(LaneFactors::pairs(factors)?, VnniDotProduct::<Pairs>::detect()?))
}

/// Lays out tables whose factors fit two digits of 8 bits, in quads of the signedness that takes fewer terms.
pub(crate) fn prepare_quads(factors: &LowRank) -> Option<PreparedKernel> {
    let [signed, unsigned] = [true, false].map(|signed| LaneFactors::quads(factors, signed));
    let terms = |factors: &Option<LaneFactors>| factors.as_ref().map_or(usize::MAX, LaneFactors::terms);
    if terms(&signed) <= terms(&unsigned) {
        Some(low_rank::prepare(signed?, VnniDotProduct::<Quads<true>>::detect()?))
    } else {
        Some(low_rank::prepare(unsigned?, VnniDotProduct::<Quads<false>>::detect()?))
    }
}

/// The instruction for a kind of lanes.
trait VnniDot: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// Adds the products of the factors of each lane to its sum.
    ///
    /// # Safety
    ///
    /// The CPU must have AVX-512 VNNI.
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i;

    /// [`LaneFactors::expand`], with AVX-512 VBMI if it helps.
    fn expand(_: Avx512Vbmi, factors: &LaneFactors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        factors.expand(codes, channels, planes);
    }
}

impl VnniDot for Pairs {
    #[inline(always)]
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i {
        // SAFETY: the caller promises AVX-512 VNNI.
        unsafe { _mm512_dpwssd_epi32(sums, elements, weight) }
    }
}

impl<const SIGNED_WEIGHTS: bool> VnniDot for Quads<SIGNED_WEIGHTS> {
    #[inline(always)]
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i {
        let (unsigned, signed) = if SIGNED_WEIGHTS { (elements, weight) } else { (weight, elements) };
        // SAFETY: the caller promises AVX-512 VNNI.
        unsafe { _mm512_dpbusd_epi32(sums, unsigned, signed) }
    }

    fn expand(vbmi: Avx512Vbmi, factors: &LaneFactors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        vbmi.expand(factors, codes, channels, planes);
    }
}

impl<P: VnniDot> DotMicroKernel for VnniDotProduct<P> {
    type Vector = __m512i;
    const LANES: usize = 16;
    const VECTORS: usize = 4;

    #[inline(always)]
    unsafe fn splat(bits: i32) -> __m512i {
        // SAFETY: the caller promises AVX-512.
        unsafe { _mm512_set1_epi32(bits) }
    }

    #[inline(always)]
    unsafe fn load(from: *const Lane) -> __m512i {
        // SAFETY: the caller promises AVX-512 and sixteen readable lanes.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: __m512i) {
        // SAFETY: the caller promises AVX-512 and room for sixteen sums.
        unsafe { _mm512_storeu_si512(to.cast(), sums) }
    }

    #[inline(always)]
    unsafe fn dot(sums: __m512i, elements: __m512i, weight: __m512i) -> __m512i {
        // SAFETY: the caller promises AVX-512 VNNI.
        unsafe { P::dot(sums, elements, weight) }
    }

    fn expand(self, factors: &LaneFactors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        match self.vbmi {
            Some(vbmi) => P::expand(vbmi, factors, codes, channels, planes),
            None => factors.expand(codes, channels, planes),
        }
    }

    fn run<const N: usize, const V: usize>(self, tile: DotTile<'_>) {
        #[target_feature(enable = "avx512f,avx512vnni")]
        fn compiled<P: VnniDot, const N: usize, const V: usize>(tile: DotTile<'_>) {
            // SAFETY: callers have AVX-512 VNNI, for which this function is compiled.
            unsafe { sum::<VnniDotProduct<P>, N, V>(tile) }
        }
        // SAFETY: `self` holds the proof that the CPU has AVX-512 VNNI.
        unsafe { compiled::<P, N, V>(tile) }
    }
}
