//! Sums of products of 16-bit pairs with AVX2: `vpmaddwd`.

use std::arch::x86_64::*;

use super::Lane;
use super::simd::{Simd, Tile, sum};

/// The proof that the processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

impl Avx2 {
    /// `None` where the processor lacks it.
    pub fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

impl Simd for Avx2 {
    type Vector = __m256i;
    const LANES: usize = 8;
    const VECTORS: usize = 2;

    #[inline(always)]
    unsafe fn splat(bits: i32) -> __m256i {
        // SAFETY: the processor has AVX2, as the trait asks for.
        unsafe { _mm256_set1_epi32(bits) }
    }

    #[inline(always)]
    unsafe fn load(from: *const Lane) -> __m256i {
        // SAFETY: as before, and eight lanes are there.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: __m256i) {
        // SAFETY: as before, and there is room for eight sums.
        unsafe { _mm256_storeu_si256(to.cast(), sums) }
    }

    #[inline(always)]
    unsafe fn dot(sums: __m256i, elements: __m256i, weight: __m256i) -> __m256i {
        // SAFETY: as before.
        unsafe { _mm256_add_epi32(sums, _mm256_madd_epi16(elements, weight)) }
    }

    fn run<const N: usize, const V: usize>(self, tile: Tile<'_>) {
        #[target_feature(enable = "avx2")]
        fn compiled<const N: usize, const V: usize>(tile: Tile<'_>) {
            // SAFETY: whoever calls this function has AVX2, for which it is compiled.
            unsafe { sum::<Avx2, N, V>(tile) }
        }
        // SAFETY: `self` exists only where the processor has AVX2.
        unsafe { compiled::<N, V>(tile) }
    }
}
