//! Lookups with AVX-512 VBMI: 64 activations at a time, 128 entries of a table after another.
//!
//! `vpermi2b` looks 64 bytes up in 128 entries by the lower seven bits of an index. Of the two lookups in the halves of a
//! row, the top bit of an activation's code chooses; where activations have at most seven bits, one lookup is enough.
//!
//! One plane is summed after the other, since the sums of eight vectors then stay in registers for a whole chunk of the
//! fan-in. They are kept apart: `all` is the sum of 16-bit lanes as they
//! are, `odd` that of their upper bytes, so that the sum of the lower bytes is `all - 256 * odd` modulo 2^16.

use std::arch::x86_64::*;

use super::Lookup;
use super::bytes::{BytePlanes, Row};
use axmul_metrics::ProductTable;

/// Activations of a vector.
const LANES: usize = 64;

/// Vectors of a block: as many as registers hold sums of.
const VECTORS: usize = 8;

/// Bytes up to 255 that a sum of 16 bits holds.
const STEPS: usize = 257;

/// A table laid out for AVX-512 VBMI. Exists only where the processor has it.
#[derive(Clone, Debug)]
pub(crate) struct Lookups(BytePlanes);

impl Lookups {
    /// `None` where the processor lacks AVX-512 VBMI, or where the products of the table span more than two bytes.
    pub fn new(table: &ProductTable) -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi");
        if !has {
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
    const BLOCK: usize = LANES * VECTORS;

    fn pitch(&self, pixels: usize) -> usize {
        LANES * pixels.div_ceil(LANES).next_power_of_two()
    }

    fn multiply(&self, weights: &[u8], columns: &[u8], pitch: usize, sums: &mut [i32]) {
        // SAFETY: a value of this type exists only where the processor has AVX-512 VBMI.
        unsafe {
            match (pitch / LANES, self.0.bits < 8) {
                (1, false) => multiply::<1, false>(&self.0, weights, columns, sums),
                (2, false) => multiply::<2, false>(&self.0, weights, columns, sums),
                (4, false) => multiply::<4, false>(&self.0, weights, columns, sums),
                (_, false) => multiply::<VECTORS, false>(&self.0, weights, columns, sums),
                (1, true) => multiply::<1, true>(&self.0, weights, columns, sums),
                (2, true) => multiply::<2, true>(&self.0, weights, columns, sums),
                (4, true) => multiply::<4, true>(&self.0, weights, columns, sums),
                (_, true) => multiply::<VECTORS, true>(&self.0, weights, columns, sums),
            }
        }
    }
}

/// `sums[output][pixel] = sum over k of product(columns[k][pixel], weights[output][k])`, modulo 2^32, for `V` vectors of
/// pixels.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn multiply<const V: usize, const NARROW: bool>(
    table: &BytePlanes,
    weights: &[u8],
    columns: &[u8],
    sums: &mut [i32],
) {
    let columns = columns.as_chunks::<LANES>().0.as_chunks::<V>().0;
    let depth = columns.len();
    sums.fill(table.offset.wrapping_mul(depth as i32));
    for (chunk, columns) in columns.chunks(STEPS).enumerate() {
        let sums = sums.as_chunks_mut::<LANES>().0.as_chunks_mut::<V>().0;
        for (weights, sums) in weights.chunks_exact(depth).zip(sums) {
            let weights = &weights[chunk * STEPS..][..columns.len()];
            for plane in 0..table.planes {
                let mut partial = [[_mm512_setzero_si512(); V]; 2];
                for (&weight, codes) in weights.iter().zip(columns) {
                    step::<V, NARROW>(table.row(weight, plane), codes, &mut partial);
                }
                flush(&partial, table.scale << (8 * plane), sums);
            }
        }
    }
}

/// Adds what one row has for the activations' codes.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
#[inline]
fn step<const V: usize, const NARROW: bool>(
    row: &Row,
    codes: &[[u8; LANES]; V],
    [all, odd]: &mut [[__m512i; V]; 2],
) {
    let quarters = row.0.as_chunks::<LANES>().0;
    let [a, b, c, d] = [load(&quarters[0]), load(&quarters[1]), load(&quarters[2]), load(&quarters[3])];
    for vector in 0..V {
        let index = load(&codes[vector]);
        let mut found = _mm512_permutex2var_epi8(a, index, b);
        if !NARROW {
            let upper = _mm512_permutex2var_epi8(c, index, d);
            found = _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), found, upper);
        }
        all[vector] = _mm512_add_epi16(all[vector], found);
        odd[vector] = _mm512_add_epi16(odd[vector], _mm512_srli_epi16::<8>(found));
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(bytes: &[u8; LANES]) -> __m512i {
    // SAFETY: 64 bytes are there.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Moves sums of 16 bits into those of 32, each times `scale`.
#[target_feature(enable = "avx512f,avx512bw")]
fn flush<const V: usize>([all, odd]: &[[__m512i; V]; 2], scale: i32, sums: &mut [[i32; LANES]; V]) {
    let scale = _mm512_set1_epi32(scale);
    // Lane i of the even sums, then lane i of the odd ones, from the first lane on and from the middle on.
    let order = |first: i16| {
        let order: [i16; 32] = std::array::from_fn(|i| first + (i / 2) as i16 + 32 * (i % 2) as i16);
        // SAFETY: 64 bytes are there.
        unsafe { _mm512_loadu_si512(order.as_ptr().cast()) }
    };
    let orders = [order(0), order(16)];
    for (vector, sums) in sums.iter_mut().enumerate() {
        let even = _mm512_sub_epi16(all[vector], _mm512_slli_epi16::<8>(odd[vector]));
        for (half, sums) in orders.iter().zip(sums.as_chunks_mut::<32>().0) {
            let ordered = _mm512_permutex2var_epi16(even, *half, odd[vector]);
            let parts = [_mm512_castsi512_si256(ordered), _mm512_extracti64x4_epi64::<1>(ordered)];
            for (part, sums) in parts.into_iter().zip(sums.as_chunks_mut::<16>().0) {
                let bytes = _mm512_mullo_epi32(_mm512_cvtepu16_epi32(part), scale);
                // SAFETY: sixteen sums of four bytes are there.
                unsafe {
                    let before = _mm512_loadu_si512(sums.as_ptr().cast());
                    _mm512_storeu_si512(sums.as_mut_ptr().cast(), _mm512_add_epi32(before, bytes));
                }
            }
        }
    }
}
