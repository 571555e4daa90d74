//! Sums of products of pairs on any processor.

use super::{BLOCK, OUTPUTS, Pair};

/// As its namesake with AVX2.
pub(super) fn multiply(weights: &[Pair], columns: &[Pair], sums: &mut [i32]) {
    let depth = columns.len() / BLOCK;
    sums.fill(0);
    for (panel, sums) in sums.chunks_mut(OUTPUTS * BLOCK).enumerate() {
        let outputs = sums.len() / BLOCK;
        let weights = weights[panel * OUTPUTS * depth..].chunks_exact(outputs);
        for (row, weights) in columns.chunks_exact(BLOCK).zip(weights) {
            for (sums, &weight) in sums.chunks_exact_mut(BLOCK).zip(weights) {
                for (sum, pair) in sums.iter_mut().zip(row) {
                    *sum = sum.wrapping_add(pair.dot(weight));
                }
            }
        }
    }
}
