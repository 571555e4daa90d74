//! Lookups with AVX2: 32 activations at a time, sixteen entries of a table after another.
//!
//! `vpshufb` looks 32 bytes up in sixteen entries, and gives 0 where the index has its top bit set. For each upper half
//! that an activation's code may have, an index is made in which the codes of another half have that bit; what the
//! lookups in the sixteen parts of a row give is merged by OR. The indices are made once for all outputs.
//!
//! The bytes of a product are summed apart, in lanes of 16 bits: `all` is the sum of the lanes as they are, `odd` that of
//! their upper bytes, so that the sum of the lower bytes is `all - 256 * odd` modulo 2^16. After [`STEPS`] steps they go
//! into sums of 32 bits.

use std::arch::x86_64::*;

use super::Lookup;
use super::bytes::{BytePlanes, Row};
use crate::multiplier::ProductTable;

/// Pixels of a block.
const BLOCK: usize = 32 * VECTORS * PARTS;

/// Vectors that are looked up at a time: as many as leave registers for both planes.
const VECTORS: usize = 4;

/// Times that the row of a weight is used once it is in the nearest cache.
const PARTS: usize = 2;

/// Bytes up to 255 that a sum of 16 bits holds.
const STEPS: usize = 257;

/// The indices of a block, one for each upper half of a code.
type Indices = [[__m256i; VECTORS]; 16];

/// The sums of one output and plane: `all`, then `odd`.
type Sums = [[__m256i; VECTORS]; 2];

/// A table laid out for AVX2. Exists only where the processor has it.
#[derive(Clone, Debug)]
pub(in crate::kernels) struct Lookups(BytePlanes);

impl Lookups {
    /// `None` where the processor lacks AVX2, or where the products of the table span more than two bytes.
    pub fn new(table: &ProductTable) -> Option<Self> {
        if !is_x86_feature_detected!("avx2") {
            return None;
        }
        BytePlanes::new(table).map(Self)
    }

    /// Planes of bytes that it takes: one or two.
    pub fn planes(&self) -> usize {
        self.0.planes
    }
}

impl Lookup for Lookups {
    const BLOCK: usize = BLOCK;

    fn pitch(&self, _: usize) -> usize {
        BLOCK
    }

    fn multiply(&self, weights: &[u8], columns: &[u8], _: usize, sums: &mut [i32]) {
        // SAFETY: a value of this type exists only where the processor has AVX2.
        unsafe {
            match self.0.planes {
                1 => multiply::<1>(&self.0, weights, columns, sums),
                _ => multiply::<2>(&self.0, weights, columns, sums),
            }
        }
    }
}

/// `sums[output][pixel] = sum over k of product(columns[k][pixel], weights[output][k])`, modulo 2^32.
#[target_feature(enable = "avx2")]
fn multiply<const PLANES: usize>(table: &BytePlanes, weights: &[u8], columns: &[u8], sums: &mut [i32]) {
    let (depth, outputs) = (columns.len() / BLOCK, sums.len() / BLOCK);
    let zero = _mm256_setzero_si256();
    let mut partial: Vec<[[Sums; PLANES]; PARTS]> = vec![[[[[zero; VECTORS]; 2]; PLANES]; PARTS]; outputs];
    let mut indices: [Indices; PARTS] = [[[zero; VECTORS]; 16]; PARTS];
    // Those of a row that differ.
    let parts = 1 << (table.bits - 4);
    sums.fill(table.offset.wrapping_mul(depth as i32));
    let mut steps = 0;
    for (k, codes) in columns.chunks_exact(BLOCK).enumerate() {
        for (codes, indices) in codes.chunks_exact(32 * VECTORS).zip(&mut indices) {
            find_indices(table.bits, codes, indices);
        }
        for (output, partial) in partial.iter_mut().enumerate() {
            let planes = std::array::from_fn(|plane| table.row(weights[output * depth + k], plane));
            for (indices, partial) in indices.iter().zip(partial) {
                step::<PLANES>(planes, parts, indices, partial);
            }
        }
        steps += 1;
        if steps == STEPS || k + 1 == depth {
            let partial = partial.iter_mut().flatten();
            for (partial, sums) in partial.zip(sums.chunks_exact_mut(32 * VECTORS)) {
                flush::<PLANES>(partial, table.scale, sums);
            }
            steps = 0;
        }
    }
}

/// The indices of a block of codes, those of the n-th upper half at place n. Of codes the lower `bits` count.
#[target_feature(enable = "avx2")]
fn find_indices(bits: usize, codes: &[u8], indices: &mut Indices) {
    let counting = _mm256_set1_epi8(((1 << bits) - 1) as i8);
    let saturating = _mm256_set1_epi8(0x70);
    for (vector, codes) in codes.as_chunks::<32>().0.iter().enumerate() {
        // SAFETY: 32 bytes are there.
        let codes = _mm256_and_si256(unsafe { _mm256_loadu_si256(codes.as_ptr().cast()) }, counting);
        for (at, indices) in indices.iter_mut().enumerate().take(1 << (bits - 4)) {
            // Codes of this half become 0x70 to 0x7f, of which the lower half counts; all others 0x80 and more.
            let relative = _mm256_xor_si256(codes, _mm256_set1_epi8((at << 4) as i8));
            indices[vector] = _mm256_adds_epu8(relative, saturating);
        }
    }
}

/// Adds the products of one weight with the activations behind the indices.
#[target_feature(enable = "avx2")]
#[inline]
fn step<const PLANES: usize>(
    planes: [&Row; PLANES],
    parts: usize,
    indices: &Indices,
    sums: &mut [Sums; PLANES],
) {
    let mut found = [[_mm256_setzero_si256(); VECTORS]; PLANES];
    for (part, indices) in indices.iter().enumerate().take(parts) {
        let entries: [__m256i; PLANES] = std::array::from_fn(|plane| {
            // SAFETY: there are sixteen parts of 16 bytes, as there are sixteen indices.
            unsafe {
                _mm256_broadcastsi128_si256(_mm_loadu_si128(planes[plane].0.as_ptr().add(16 * part).cast()))
            }
        });
        for vector in 0..VECTORS {
            for plane in 0..PLANES {
                let looked_up = _mm256_shuffle_epi8(entries[plane], indices[vector]);
                found[plane][vector] = _mm256_or_si256(found[plane][vector], looked_up);
            }
        }
    }
    for (found, [all, odd]) in found.iter().zip(sums) {
        for vector in 0..VECTORS {
            all[vector] = _mm256_add_epi16(all[vector], found[vector]);
            odd[vector] = _mm256_add_epi16(odd[vector], _mm256_srli_epi16::<8>(found[vector]));
        }
    }
}

/// Moves sums of 16 bits into those of 32.
#[target_feature(enable = "avx2")]
fn flush<const PLANES: usize>(partial: &mut [Sums; PLANES], scale: i32, sums: &mut [i32]) {
    for (plane, [all, odd]) in partial.iter_mut().enumerate() {
        for vector in 0..VECTORS {
            let (mut of_all, mut of_odd) = ([0u16; 16], [0u16; 16]);
            // SAFETY: both arrays have 32 bytes.
            unsafe {
                _mm256_storeu_si256(of_all.as_mut_ptr().cast(), all[vector]);
                _mm256_storeu_si256(of_odd.as_mut_ptr().cast(), odd[vector]);
            }
            let pairs = sums[vector * 32..][..32].as_chunks_mut::<2>().0;
            for ((pair, &all), &odd) in pairs.iter_mut().zip(&of_all).zip(&of_odd) {
                let even = all.wrapping_sub(odd << 8);
                for (sum, bytes) in pair.iter_mut().zip([even, odd]) {
                    *sum = sum.wrapping_add((i32::from(bytes) << (8 * plane)).wrapping_mul(scale));
                }
            }
        }
        *all = [_mm256_setzero_si256(); VECTORS];
        *odd = [_mm256_setzero_si256(); VECTORS];
    }
}
