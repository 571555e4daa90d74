//! Rows of 16 products with AVX2.

use std::arch::x86_64::*;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Avx2;
use crate::arch::portable::scalar::ScalarLut;
use crate::conv::PreparedKernel;
use crate::lut::rows::pairs::{self, RowVector, output_at};
use crate::lut::rows::{
    self, GatherIndices, LutFallback, PixelSums, RowMicroKernel, StepLut, WeightColumn, add, fill_rows,
};
use axmul_metrics::ProductTable;

/// Pixels that are summed at a time: as many as have their 16 sums, two vectors, in registers.
const TILE: usize = 4;

/// Lays out any table.
pub(crate) fn prepare(table: &ProductTable) -> Option<PreparedKernel> {
    let fallback = LutFallback { by: Arc::new(ScalarLut::new(table)), cost: 10 };
    Some(rows::prepare(table, Avx2::detect()?, fallback))
}

impl Avx2 {
    /// Fills rows in the order of [`output_at`].
    pub fn transpose<const L: usize>(
        self,
        columns: [&WeightColumn<i16>; L],
        codes: RangeInclusive<u8>,
        plane: &mut StepLut<i16, L>,
    ) {
        // SAFETY: `self` is the proof that the CPU has AVX2.
        unsafe { transpose(columns, codes, plane) };
    }
}

impl RowMicroKernel<i16, 16> for Avx2 {
    const STEPS: usize = 24;

    fn fill_rows(
        self,
        columns: [&WeightColumn<i16>; 16],
        codes: RangeInclusive<u8>,
        plane: &mut StepLut<i16, 16>,
    ) {
        self.transpose(columns, codes, plane);
    }

    fn add(self, planes: &[StepLut<i16, 16>], indices: GatherIndices<'_>, sums: &mut [PixelSums<16>]) {
        #[target_feature(enable = "avx2")]
        unsafe fn compiled(
            planes: &[StepLut<i16, 16>],
            indices: GatherIndices<'_>,
            sums: &mut [PixelSums<16>],
        ) {
            // SAFETY: the caller promises AVX2 and checked indices; this function is compiled for AVX2.
            unsafe { pairs::add::<__m256i, 16, TILE>(planes, indices, sums) }
        }
        indices.check();
        // SAFETY: `self` is the proof that the CPU has AVX2; the indices are checked above.
        unsafe { compiled(planes, indices, sums) };
    }
}

impl RowMicroKernel<i32, 16> for Avx2 {
    const STEPS: usize = 24;

    fn fill_rows(
        self,
        columns: [&WeightColumn<i32>; 16],
        codes: RangeInclusive<u8>,
        plane: &mut StepLut<i32, 16>,
    ) {
        fill_rows(columns, codes, plane);
    }

    fn add(self, planes: &[StepLut<i32, 16>], indices: GatherIndices<'_>, sums: &mut [PixelSums<16>]) {
        #[target_feature(enable = "avx2")]
        unsafe fn compiled(
            planes: &[StepLut<i32, 16>],
            indices: GatherIndices<'_>,
            sums: &mut [PixelSums<16>],
        ) {
            // SAFETY: the caller promises checked indices.
            unsafe { add::<i32, 16, 2>(planes, indices, sums) }
        }
        indices.check();
        // SAFETY: `self` is the proof that the CPU has AVX2; the indices are checked above.
        unsafe { compiled(planes, indices, sums) };
    }
}

impl RowVector for __m256i {
    #[inline(always)]
    unsafe fn load_row(from: *const i16) -> Self {
        // SAFETY: the caller promises AVX2 and 16 readable products, 32 bytes.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_sums(from: *const i32) -> Self {
        // SAFETY: the caller promises AVX2 and 8 readable sums, 32 bytes.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, to: *mut i32) {
        // SAFETY: the caller promises AVX2 and room for 8 sums, 32 bytes.
        unsafe { _mm256_storeu_si256(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller promises AVX2.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    unsafe fn add<const BACK: bool>(self, row: Self, next: Self) -> Self {
        // SAFETY: the caller promises AVX2.
        unsafe {
            let pairs =
                if BACK { _mm256_unpackhi_epi16(row, next) } else { _mm256_unpacklo_epi16(row, next) };
            _mm256_add_epi32(self, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        }
    }
}

/// Fills the rows of `L` columns, eight codes of 16 columns at a time.
#[target_feature(enable = "avx2")]
fn transpose<const L: usize>(
    columns: [&WeightColumn<i16>; L],
    codes: RangeInclusive<u8>,
    plane: &mut StepLut<i16, L>,
) {
    let eights = usize::from(codes.start() / 8)..=usize::from(codes.end() / 8);
    for first in (0..L).step_by(16) {
        let columns: [_; 16] = std::array::from_fn(|at| columns[output_at(first + at, L)]);
        for eight in eights.clone() {
            let mut v = [_mm256_setzero_si256(); 8];
            for lane in 0..8 {
                let [low, high] =
                    [columns[lane], columns[lane + 8]].map(|column| &column.as_chunks::<8>().0[eight]);
                v[lane] = load_halves(low, high);
            }
            let words = [
                _mm256_unpacklo_epi16(v[0], v[1]),
                _mm256_unpackhi_epi16(v[0], v[1]),
                _mm256_unpacklo_epi16(v[2], v[3]),
                _mm256_unpackhi_epi16(v[2], v[3]),
                _mm256_unpacklo_epi16(v[4], v[5]),
                _mm256_unpackhi_epi16(v[4], v[5]),
                _mm256_unpacklo_epi16(v[6], v[7]),
                _mm256_unpackhi_epi16(v[6], v[7]),
            ];
            let rows = &mut plane.0.as_chunks_mut::<8>().0[eight];
            for half in 0..2 {
                let low = _mm256_unpacklo_epi32(words[half], words[half + 2]);
                let high = _mm256_unpackhi_epi32(words[half], words[half + 2]);
                let next_low = _mm256_unpacklo_epi32(words[half + 4], words[half + 6]);
                let next_high = _mm256_unpackhi_epi32(words[half + 4], words[half + 6]);
                let products = [
                    _mm256_unpacklo_epi64(low, next_low),
                    _mm256_unpackhi_epi64(low, next_low),
                    _mm256_unpacklo_epi64(high, next_high),
                    _mm256_unpackhi_epi64(high, next_high),
                ];
                for row in 0..4 {
                    store(products[row], &mut rows[4 * half + row].0[first..]);
                }
            }
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_halves(low: &[i16; 8], high: &[i16; 8]) -> __m256i {
    // SAFETY: both arrays have the 16 bytes that are read.
    unsafe { _mm256_loadu2_m128i(high.as_ptr().cast(), low.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(products: __m256i, row: &mut [i16]) {
    // SAFETY: the slice is checked to have 16 products, 32 bytes.
    unsafe { _mm256_storeu_si256(row[..16].as_mut_ptr().cast(), products) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lut::rows::check;

    #[test]
    fn sums_equal_the_naive_loop() {
        let Some(avx2) = Avx2::detect() else {
            eprintln!("skipped: CPU lacks AVX2");
            return;
        };
        check::<i16, 16>(avx2, |product| product as i16);
        check::<i32, 16>(avx2, |product| (product << 18) as i32);
    }
}
