//! Rows of 16 and 32 products with AVX-512 VNNI: `vpdpwssd` multiplies pairs by one and adds them in one instruction.

use std::arch::x86_64::*;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Avx512Vnni;
use super::byte_lut::ByteLut;
use crate::arch::portable::scalar::ScalarLut;
use crate::conv::PreparedKernel;
use crate::lut::rows::pairs::{self, RowVector};
use crate::lut::rows::{self, GatherIndices, LutFallback, PixelSums, RowMicroKernel, StepLut, WeightColumn};
use axmul_metrics::ProductTable;

/// Pixels that are summed at a time: their sums take half of the registers.
const TILE: usize = 8;

/// Lays out tables whose products span at most 16 bits.
pub(crate) fn prepare(table: &ProductTable) -> Option<PreparedKernel> {
    let fallback = match ByteLut::new(table) {
        Some(lut) => LutFallback { by: Arc::new(lut), cost: 2 },
        None => LutFallback { by: Arc::new(ScalarLut::new(table)), cost: 15 },
    };
    rows::prepare_words(table, Avx512Vnni::detect()?, fallback)
}

impl RowMicroKernel<i16, 16> for Avx512Vnni {
    const STEPS: usize = 12;

    fn fill_rows(
        self,
        columns: [&WeightColumn<i16>; 16],
        codes: RangeInclusive<u8>,
        plane: &mut StepLut<i16, 16>,
    ) {
        self.avx2.transpose(columns, codes, plane);
    }

    fn add(self, planes: &[StepLut<i16, 16>], indices: GatherIndices<'_>, sums: &mut [PixelSums<16>]) {
        // SAFETY: `self` is the proof that the CPU has AVX-512 VNNI; `add` checks the indices.
        unsafe { add::<Ymm, 16>(planes, indices, sums) };
    }
}

impl RowMicroKernel<i16, 32> for Avx512Vnni {
    const STEPS: usize = 12;

    fn fill_rows(
        self,
        columns: [&WeightColumn<i16>; 32],
        codes: RangeInclusive<u8>,
        plane: &mut StepLut<i16, 32>,
    ) {
        self.avx2.transpose(columns, codes, plane);
    }

    fn add(self, planes: &[StepLut<i16, 32>], indices: GatherIndices<'_>, sums: &mut [PixelSums<32>]) {
        // SAFETY: `self` is the proof that the CPU has AVX-512 VNNI; `add` checks the indices.
        unsafe { add::<Zmm, 32>(planes, indices, sums) };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn add<V: RowVector, const L: usize>(
    planes: &[StepLut<i16, L>],
    indices: GatherIndices<'_>,
    sums: &mut [PixelSums<L>],
) {
    indices.check();
    // SAFETY: callers have AVX-512 VNNI, for which this is compiled; the indices are checked above.
    unsafe { pairs::add::<V, L, TILE>(planes, indices, sums) }
}

/// 256 bits: a row of 16 products.
#[derive(Clone, Copy)]
struct Ymm(__m256i);

/// 512 bits: a row of 32 products.
#[derive(Clone, Copy)]
struct Zmm(__m512i);

impl RowVector for Ymm {
    #[inline(always)]
    unsafe fn load_row(from: *const i16) -> Self {
        // SAFETY: the caller promises AVX-512 VNNI and 16 readable products, 32 bytes.
        unsafe { Self(_mm256_loadu_si256(from.cast())) }
    }

    #[inline(always)]
    unsafe fn load_sums(from: *const i32) -> Self {
        // SAFETY: the caller promises AVX-512 VNNI and 8 readable sums, 32 bytes.
        unsafe { Self(_mm256_loadu_si256(from.cast())) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, to: *mut i32) {
        // SAFETY: the caller promises AVX-512 VNNI and room for the sums of half a row.
        unsafe { _mm256_storeu_si256(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller promises AVX-512 VNNI.
        unsafe { Self(_mm256_setzero_si256()) }
    }

    #[inline(always)]
    unsafe fn add<const BACK: bool>(self, row: Self, next: Self) -> Self {
        // SAFETY: the caller promises AVX-512 VNNI.
        unsafe {
            let pairs = if BACK {
                _mm256_unpackhi_epi16(row.0, next.0)
            } else {
                _mm256_unpacklo_epi16(row.0, next.0)
            };
            Self(_mm256_dpwssd_epi32(self.0, pairs, _mm256_set1_epi16(1)))
        }
    }
}

impl RowVector for Zmm {
    #[inline(always)]
    unsafe fn load_row(from: *const i16) -> Self {
        // SAFETY: the caller promises AVX-512 VNNI and 32 readable products, 64 bytes.
        unsafe { Self(_mm512_loadu_si512(from.cast())) }
    }

    #[inline(always)]
    unsafe fn load_sums(from: *const i32) -> Self {
        // SAFETY: the caller promises AVX-512 VNNI and 16 readable sums, 64 bytes.
        unsafe { Self(_mm512_loadu_si512(from.cast())) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, to: *mut i32) {
        // SAFETY: the caller promises AVX-512 VNNI and room for the sums of half a row.
        unsafe { _mm512_storeu_si512(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller promises AVX-512 VNNI.
        unsafe { Self(_mm512_setzero_si512()) }
    }

    #[inline(always)]
    unsafe fn add<const BACK: bool>(self, row: Self, next: Self) -> Self {
        // SAFETY: the caller promises AVX-512 VNNI.
        unsafe {
            let pairs = if BACK {
                _mm512_unpackhi_epi16(row.0, next.0)
            } else {
                _mm512_unpacklo_epi16(row.0, next.0)
            };
            Self(_mm512_dpwssd_epi32(self.0, pairs, _mm512_set1_epi16(1)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lut::rows::check;

    #[test]
    fn sums_equal_the_naive_loop() {
        let Some(avx512) = Avx512Vnni::detect() else {
            eprintln!("skipped: CPU lacks AVX-512 VNNI");
            return;
        };
        check::<i16, 16>(avx512, |product| product as i16);
        check::<i16, 32>(avx512, |product| product as i16);
    }
}
