//! Sums of products of 16-bit pairs with AVX2: `vpmaddwd`.

use std::arch::x86_64::*;

use super::{BLOCK, OUTPUTS, Pair};

/// The proof that the processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

/// Vectors of eight pairs in a block.
const VECTORS: usize = BLOCK / 8;

impl Avx2 {
    /// `None` where the processor lacks it.
    pub fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// `sums[output][pixel] = sum over k of columns[k][pixel] . weights[k][output]`, modulo 2^32; `weights` are panels
    /// of [`OUTPUTS`] outputs, the last one of fewer.
    pub fn multiply(self, weights: &[Pair], columns: &[Pair], sums: &mut [i32]) {
        let (depth, outputs) = (columns.len() / BLOCK, sums.len() / BLOCK);
        assert!(columns.len().is_multiple_of(BLOCK) && sums.len().is_multiple_of(BLOCK));
        assert_eq!(weights.len(), depth * outputs);
        for (panel, sums) in sums.chunks_mut(OUTPUTS * BLOCK).enumerate() {
            let weights = &weights[panel * OUTPUTS * depth..];
            // SAFETY: `self` exists only where the processor has AVX2; there are `depth` rows of a block of columns, and
            // of as many weights as there are rows of sums.
            unsafe {
                match sums.len() / BLOCK {
                    1 => panel_of::<1>(weights, columns, sums),
                    2 => panel_of::<2>(weights, columns, sums),
                    3 => panel_of::<3>(weights, columns, sums),
                    4 => panel_of::<4>(weights, columns, sums),
                    5 => panel_of::<5>(weights, columns, sums),
                    _ => panel_of::<6>(weights, columns, sums),
                }
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn panel_of<const N: usize>(weights: &[Pair], columns: &[Pair], sums: &mut [i32]) {
    let mut registers = [[_mm256_setzero_si256(); VECTORS]; N];
    let (rows, _) = columns.as_chunks::<BLOCK>();
    let (weights, _) = weights.as_chunks::<N>();
    for (row, weights) in rows.iter().zip(weights) {
        let row: [__m256i; VECTORS] = std::array::from_fn(|vector| {
            // SAFETY: eight pairs of four bytes are there.
            unsafe { _mm256_loadu_si256(row[vector * 8..][..8].as_ptr().cast()) }
        });
        for (sums, weight) in registers.iter_mut().zip(weights) {
            let weight = _mm256_set1_epi32(weight.bits());
            for vector in 0..VECTORS {
                sums[vector] = _mm256_add_epi32(sums[vector], _mm256_madd_epi16(row[vector], weight));
            }
        }
    }
    for (registers, sums) in registers.iter().zip(sums.chunks_exact_mut(BLOCK)) {
        for vector in 0..VECTORS {
            // SAFETY: eight sums of four bytes are there.
            unsafe { _mm256_storeu_si256(sums[vector * 8..][..8].as_mut_ptr().cast(), registers[vector]) };
        }
    }
}
