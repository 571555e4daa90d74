//! Lookups with AVX-512 VBMI: 64 activations at a time, each half of a 256-entry table in turn.
//!
//! `vpermi2b` looks 64 bytes up in 128 entries by the low seven bits of an index. The top bit of an activation's code
//! selects between the lookups in both halves of a row; activations of at most seven bits need one lookup.
//!
//! Planes are summed one after the other, so that the sums of eight vectors stay in registers for a whole chunk of the
//! fan-in. A vector has two sums: `all` adds 16-bit lanes as they are, `odd` their upper bytes. The sum of the lower bytes
//! is `all - 256 * odd` modulo 2^16.

use std::arch::x86_64::*;

use super::Avx512Vbmi;
use crate::conv::PreparedKernel;
use crate::lut::LutMicroKernel;
use crate::lut::byte_planes::{BytePlanes, ByteRow};
use axmul_metrics::ProductTable;

/// Activations of a vector.
const LANES: usize = 64;

/// Vectors of a block: as many as have their sums in registers.
const VECTORS: usize = 8;

/// The most bytes whose sum fits 16 bits.
const STEPS: usize = 257;

/// A table laid out in planes of bytes.
#[derive(Clone, Debug)]
pub(crate) struct ByteLut {
    planes: BytePlanes,
    _vbmi: Avx512Vbmi,
}

impl ByteLut {
    /// `None` if the CPU lacks AVX-512 VBMI or the products of the table span more than two bytes.
    pub fn new(table: &ProductTable) -> Option<Self> {
        let _vbmi = Avx512Vbmi::detect()?;
        Some(Self { planes: BytePlanes::new(table)?, _vbmi })
    }

    /// Number of planes: one or two.
    pub fn planes(&self) -> usize {
        self.planes.planes
    }
}

/// Lays out tables whose products span at most two bytes.
pub(crate) fn prepare(table: &ProductTable) -> Option<PreparedKernel> {
    Some(PreparedKernel::lut(ByteLut::new(table)?))
}

impl LutMicroKernel for ByteLut {
    const BLOCK: usize = LANES * VECTORS;

    fn pitch(&self, pixels: usize) -> usize {
        LANES * pixels.div_ceil(LANES).next_power_of_two()
    }

    fn multiply(&self, weights: &[u8], columns: &[u8], pitch: usize, sums: &mut [i32]) {
        // SAFETY: `self` holds an `Avx512Vbmi`, the proof that the CPU has AVX-512 VBMI.
        unsafe {
            match (pitch / LANES, self.planes.bits < 8) {
                (1, false) => multiply::<1, false>(&self.planes, weights, columns, sums),
                (2, false) => multiply::<2, false>(&self.planes, weights, columns, sums),
                (4, false) => multiply::<4, false>(&self.planes, weights, columns, sums),
                (_, false) => multiply::<VECTORS, false>(&self.planes, weights, columns, sums),
                (1, true) => multiply::<1, true>(&self.planes, weights, columns, sums),
                (2, true) => multiply::<2, true>(&self.planes, weights, columns, sums),
                (4, true) => multiply::<4, true>(&self.planes, weights, columns, sums),
                (_, true) => multiply::<VECTORS, true>(&self.planes, weights, columns, sums),
            }
        }
    }
}

/// Computes `sums[output][pixel] = sum over k of product(columns[k][pixel], weights[output][k])` modulo 2^32, for `V` vectors
/// of pixels.
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

/// Looks the codes of activations up in one row and adds what it finds.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
#[inline]
fn step<const V: usize, const NARROW: bool>(
    row: &ByteRow,
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
    // SAFETY: `bytes` has the 64 bytes that are read.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Adds 16-bit sums, each times `scale`, to 32-bit sums.
#[target_feature(enable = "avx512f,avx512bw")]
fn flush<const V: usize>([all, odd]: &[[__m512i; V]; 2], scale: i32, sums: &mut [[i32; LANES]; V]) {
    let scale = _mm512_set1_epi32(scale);
    // Lane i of the even sums, then lane i of the odd ones: once from the first lane, once from the middle.
    let order = |first: i16| {
        let order: [i16; 32] = std::array::from_fn(|i| first + (i / 2) as i16 + 32 * (i % 2) as i16);
        // SAFETY: 32 words are the 64 bytes that are read.
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
                // SAFETY: `sums` has the sixteen 32-bit sums that are read and written.
                unsafe {
                    let before = _mm512_loadu_si512(sums.as_ptr().cast());
                    _mm512_storeu_si512(sums.as_mut_ptr().cast(), _mm512_add_epi32(before, bytes));
                }
            }
        }
    }
}
