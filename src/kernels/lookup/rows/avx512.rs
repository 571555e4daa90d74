//! Rows of 16 and of 32 products with AVX-512 VNNI, which multiplies pairs by one and adds them up in one instruction.

use std::arch::x86_64::*;
use std::ops::RangeInclusive;

use super::add::{Column, Gather, Meeting, Plane, Sums};
use super::avx2::Avx2;
use super::pairs::{self, Vector};

/// Pixels that are summed at a time: their sums take half of the registers.
const TILE: usize = 8;

/// Exists only where the processor has AVX-512 VNNI, for vectors of all lengths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx512(Avx2);

impl Avx512 {
    /// `None` where the processor lacks it.
    pub fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        Avx2::detect().filter(|_| has).map(Self)
    }
}

impl Gather<i16, 16> for Avx512 {
    const STEPS: usize = 12;

    fn lay(self, columns: [&Column<i16>; 16], codes: RangeInclusive<u8>, plane: &mut Plane<i16, 16>) {
        self.0.transpose(columns, codes, plane);
    }

    fn add(self, planes: &[Plane<i16, 16>], meeting: Meeting<'_>, sums: &mut [Sums<16>]) {
        // SAFETY: a value of this type exists only where the processor has the instructions; checked at once.
        unsafe { add::<Half, 16>(planes, meeting, sums) };
    }
}

impl Gather<i16, 32> for Avx512 {
    const STEPS: usize = 12;

    fn lay(self, columns: [&Column<i16>; 32], codes: RangeInclusive<u8>, plane: &mut Plane<i16, 32>) {
        self.0.transpose(columns, codes, plane);
    }

    fn add(self, planes: &[Plane<i16, 32>], meeting: Meeting<'_>, sums: &mut [Sums<32>]) {
        // SAFETY: as above.
        unsafe { add::<Whole, 32>(planes, meeting, sums) };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn add<V: Vector, const L: usize>(planes: &[Plane<i16, L>], meeting: Meeting<'_>, sums: &mut [Sums<L>]) {
    meeting.check();
    // SAFETY: whoever calls this has AVX-512 VNNI; checked above.
    unsafe { pairs::add::<V, L, TILE>(planes, meeting, sums) }
}

/// 256 bits.
#[derive(Clone, Copy)]
struct Half(__m256i);

/// 512 bits.
#[derive(Clone, Copy)]
struct Whole(__m512i);

impl Vector for Half {
    #[inline(always)]
    unsafe fn load_row(from: *const i16) -> Self {
        // SAFETY: as the trait asks for: 16 products are 32 bytes.
        unsafe { Self(_mm256_loadu_si256(from.cast())) }
    }

    #[inline(always)]
    unsafe fn load_sums(from: *const i32) -> Self {
        // SAFETY: as the trait asks for: 8 sums are 32 bytes.
        unsafe { Self(_mm256_loadu_si256(from.cast())) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, to: *mut i32) {
        // SAFETY: as the trait asks for.
        unsafe { _mm256_storeu_si256(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as the trait asks for.
        unsafe { Self(_mm256_setzero_si256()) }
    }

    #[inline(always)]
    unsafe fn add<const BACK: bool>(self, row: Self, next: Self) -> Self {
        // SAFETY: as the trait asks for.
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

impl Vector for Whole {
    #[inline(always)]
    unsafe fn load_row(from: *const i16) -> Self {
        // SAFETY: as the trait asks for: 32 products are 64 bytes.
        unsafe { Self(_mm512_loadu_si512(from.cast())) }
    }

    #[inline(always)]
    unsafe fn load_sums(from: *const i32) -> Self {
        // SAFETY: as the trait asks for: 16 sums are 64 bytes.
        unsafe { Self(_mm512_loadu_si512(from.cast())) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, to: *mut i32) {
        // SAFETY: as the trait asks for.
        unsafe { _mm512_storeu_si512(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as the trait asks for.
        unsafe { Self(_mm512_setzero_si512()) }
    }

    #[inline(always)]
    unsafe fn add<const BACK: bool>(self, row: Self, next: Self) -> Self {
        // SAFETY: as the trait asks for.
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
    use super::super::add::tests::check;
    use super::*;

    #[test]
    fn sums_equal_the_naive_loop() {
        let Some(avx512) = Avx512::detect() else {
            eprintln!("passed over: this processor lacks AVX-512 VNNI");
            return;
        };
        check::<i16, 16>(avx512, |product| product as i16);
        check::<i16, 32>(avx512, |product| product as i16);
    }
}
