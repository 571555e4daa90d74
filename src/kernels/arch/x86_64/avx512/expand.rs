//! Lanes of four bytes from codes, with AVX-512 VBMI: four instructions look up 64 factors.

use std::arch::x86_64::*;

use super::Avx512Vbmi;
use crate::low_rank::{Lane, LaneFactors};

/// Codes of a vector.
const CODES: usize = 64;

impl Avx512Vbmi {
    /// [`LaneFactors::expand`] for four factors a lane.
    pub fn expand(self, factors: &LaneFactors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        let size = codes.len() / channels;
        let tables: Vec<[u8; 256]> =
            factors.left().iter().map(|factors| factors.map(|factor| factor as u8)).collect();
        for (lane, plane) in planes.chunks_exact_mut(size).enumerate() {
            let slots = factors.slots(lane, channels);
            let tables = slots.map(|(term, _)| &tables[term]);
            let codes = slots.map(|(_, channel)| &codes[channel * size..][..size]);
            // SAFETY: `self` is the proof that the CPU has AVX-512 VBMI.
            unsafe { expand(tables, codes, plane) };
        }
    }
}

/// Writes lanes `table[codes[pixel]]` of four tables, that of the first table lowest.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn expand(tables: [&[u8; 256]; 4], codes: [&[u8]; 4], lanes: &mut [Lane]) {
    let mut quarters = [[_mm512_setzero_si512(); 4]; 4];
    for slot in 0..4 {
        for quarter in 0..4 {
            quarters[slot][quarter] = load(&tables[slot][CODES * quarter..], CODES);
        }
    }
    // Unpacking interleaves bytes within quarters of a vector. So first spread the codes of one vector of lanes over the
    // quarters, four at a time.
    let spread = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    for (at, lanes) in lanes.chunks_mut(CODES).enumerate() {
        let mut factors = [_mm512_setzero_si512(); 4];
        for slot in 0..4 {
            let [a, b, c, d] = quarters[slot];
            let index = _mm512_permutexvar_epi32(spread, load(&codes[slot][CODES * at..], lanes.len()));
            let lower = _mm512_permutex2var_epi8(a, index, b);
            let upper = _mm512_permutex2var_epi8(c, index, d);
            factors[slot] = _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), lower, upper);
        }
        let front =
            [_mm512_unpacklo_epi8(factors[0], factors[1]), _mm512_unpacklo_epi8(factors[2], factors[3])];
        let back =
            [_mm512_unpackhi_epi8(factors[0], factors[1]), _mm512_unpackhi_epi8(factors[2], factors[3])];
        let vectors = [
            _mm512_unpacklo_epi16(front[0], front[1]),
            _mm512_unpackhi_epi16(front[0], front[1]),
            _mm512_unpacklo_epi16(back[0], back[1]),
            _mm512_unpackhi_epi16(back[0], back[1]),
        ];
        for (vector, lanes) in lanes.chunks_mut(16).enumerate() {
            let mask = u16::MAX >> (16 - lanes.len());
            // SAFETY: the mask writes only the lanes of the slice.
            unsafe { _mm512_mask_storeu_epi32(lanes.as_mut_ptr().cast(), mask, vectors[vector]) };
        }
    }
}

/// Loads `count` bytes, at most 64; the rest are zeros.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn load(bytes: &[u8], count: usize) -> __m512i {
    let bytes = &bytes[..count];
    // SAFETY: the mask reads only the bytes of the slice.
    unsafe { _mm512_maskz_loadu_epi8(u64::MAX >> (64 - bytes.len()), bytes.as_ptr().cast()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_equal_scalar_lookups() {
        if Avx512Vbmi::detect().is_none() {
            eprintln!("skipped: CPU lacks AVX-512 VBMI");
            return;
        }
        let tables: [[u8; 256]; 4] =
            std::array::from_fn(|slot| std::array::from_fn(|code| (code * (2 * slot + 3) + 7 * slot) as u8));
        for count in [1, 15, 16, 17, 63, 64, 65, 200] {
            let codes: [Vec<u8>; 4] =
                std::array::from_fn(|slot| (0..count).map(|i| (i * 37 + slot * 101 + i / 7) as u8).collect());
            let mut lanes = vec![Lane(9); count];
            // SAFETY: detected above.
            unsafe { expand(tables.each_ref(), codes.each_ref().map(Vec::as_slice), &mut lanes) };
            for (pixel, lane) in lanes.into_iter().enumerate() {
                let bytes = std::array::from_fn(|slot| tables[slot][usize::from(codes[slot][pixel])]);
                assert_eq!(lane, Lane(u32::from_le_bytes(bytes)), "pixel {pixel} of {count}");
            }
        }
    }
}
