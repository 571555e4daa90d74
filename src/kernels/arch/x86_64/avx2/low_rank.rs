//! Sums of products of 16-bit pairs with AVX2: `vpmaddwd`.

use std::arch::x86_64::*;

use super::Avx2;
use crate::conv::PreparedKernel;
use crate::low_rank::{self, DotMicroKernel, DotTile, Lane, LaneFactors, LowRank, sum};

/// Lays out tables whose factors fit 16 bits.
pub(crate) fn prepare(factors: &LowRank) -> Option<PreparedKernel> {
    Some(low_rank::prepare(LaneFactors::pairs(factors)?, Avx2::detect()?))
}

impl DotMicroKernel for Avx2 {
    type Vector = __m256i;
    const LANES: usize = 8;
    const VECTORS: usize = 2;

    #[inline(always)]
    unsafe fn splat(bits: i32) -> __m256i {
        // SAFETY: the caller promises AVX2.
        unsafe { _mm256_set1_epi32(bits) }
    }

    #[inline(always)]
    unsafe fn load(from: *const Lane) -> __m256i {
        // SAFETY: the caller promises AVX2 and eight readable lanes.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: __m256i) {
        // SAFETY: the caller promises AVX2 and room for eight sums.
        unsafe { _mm256_storeu_si256(to.cast(), sums) }
    }

    #[inline(always)]
    unsafe fn dot(sums: __m256i, elements: __m256i, weight: __m256i) -> __m256i {
        // SAFETY: the caller promises AVX2.
        unsafe { _mm256_add_epi32(sums, _mm256_madd_epi16(elements, weight)) }
    }

    fn run<const N: usize, const V: usize>(self, tile: DotTile<'_>) {
        #[target_feature(enable = "avx2")]
        fn compiled<const N: usize, const V: usize>(tile: DotTile<'_>) {
            // SAFETY: callers have AVX2, for which this function is compiled.
            unsafe { sum::<Avx2, N, V>(tile) }
        }
        // SAFETY: `self` is the proof that the CPU has AVX2.
        unsafe { compiled::<N, V>(tile) }
    }
}
