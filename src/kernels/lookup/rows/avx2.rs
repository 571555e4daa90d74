//! Rows with AVX2.

use std::arch::x86_64::*;
use std::ops::RangeInclusive;

use super::add::{Column, Gather, LANES, Plane, Row, Sums, TILE, check, lay, tile};

/// Exists only where the processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

impl Avx2 {
    /// `None` where the processor lacks it.
    pub fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

impl Gather<i16> for Avx2 {
    fn lay(self, columns: [&Column<i16>; LANES], codes: RangeInclusive<u8>, plane: &mut Plane<i16>) {
        // SAFETY: a value of this type exists only where the processor has AVX2.
        unsafe { transpose(columns, codes, plane) };
    }

    fn add(
        self,
        planes: &[Plane<i16>],
        offsets: &[usize],
        codes: &[u8],
        places: &[usize],
        sums: &mut [Sums],
    ) {
        check(offsets, codes, places);
        // SAFETY: as before, and checked.
        unsafe { add_pairs(planes, offsets, codes, places, sums) };
    }
}

impl Gather<i32> for Avx2 {
    fn lay(self, columns: [&Column<i32>; LANES], codes: RangeInclusive<u8>, plane: &mut Plane<i32>) {
        lay(columns, codes, plane);
    }

    fn add(
        self,
        planes: &[Plane<i32>],
        offsets: &[usize],
        codes: &[u8],
        places: &[usize],
        sums: &mut [Sums],
    ) {
        check(offsets, codes, places);
        // SAFETY: as before, and checked.
        unsafe { add_wide(planes, offsets, codes, places, sums) };
    }
}

/// # Safety
///
/// No place with an offset is beyond the codes.
#[target_feature(enable = "avx2")]
unsafe fn add_wide(
    planes: &[Plane<i32>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize],
    sums: &mut [Sums],
) {
    let (tiles, rest) = places.as_chunks::<2>();
    let (sums_of_tiles, sums_of_rest) = sums.as_chunks_mut::<2>();
    for (places, sums) in tiles.iter().zip(sums_of_tiles) {
        // SAFETY: as this function asks for.
        unsafe { tile(planes, offsets, codes, places, sums) };
    }
    for (&place, sums) in rest.iter().zip(sums_of_rest) {
        // SAFETY: as this function asks for.
        unsafe { tile(planes, offsets, codes, &[place], std::array::from_mut(sums)) };
    }
}

/// # Safety
///
/// No place with an offset is beyond the codes.
#[target_feature(enable = "avx2")]
unsafe fn add_pairs(
    planes: &[Plane<i16>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize],
    sums: &mut [Sums],
) {
    let (tiles, rest) = places.as_chunks::<TILE>();
    let (sums_of_tiles, sums_of_rest) = sums.as_chunks_mut::<TILE>();
    for (places, sums) in tiles.iter().zip(sums_of_tiles) {
        // SAFETY: as this function asks for.
        unsafe { pairs(planes, offsets, codes, places, sums) };
    }
    for (&place, sums) in rest.iter().zip(sums_of_rest) {
        // SAFETY: as this function asks for.
        unsafe { pairs(planes, offsets, codes, &[place], std::array::from_mut(sums)) };
    }
}

/// Rows of two steps at a time: their products, side by side, become sums of 32 bits in one instruction.
///
/// # Safety
///
/// No place with an offset is beyond the codes.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn pairs<const P: usize>(
    planes: &[Plane<i16>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize; P],
    sums: &mut [Sums; P],
) {
    let ones = _mm256_set1_epi16(1);
    let mut total = [[_mm256_setzero_si256(); 2]; P];
    for pixel in 0..P {
        total[pixel] = load_sums(&sums[pixel]);
    }
    let (two_planes, last_plane) = planes.as_chunks::<2>();
    let (two_offsets, last_offset) = offsets.as_chunks::<2>();
    let mut first = [codes.as_ptr(); P];
    for pixel in 0..P {
        first[pixel] = codes[places[pixel]..].as_ptr();
    }
    for ([plane, next], &[offset, next_offset]) in two_planes.iter().zip(two_offsets) {
        for pixel in 0..P {
            // SAFETY: as this function asks for.
            let (code, next_code) = unsafe { (*first[pixel].add(offset), *first[pixel].add(next_offset)) };
            let (row, next) = (load(&plane.0[usize::from(code)]), load(&next.0[usize::from(next_code)]));
            let [low, high] = &mut total[pixel];
            *low = _mm256_add_epi32(*low, _mm256_madd_epi16(_mm256_unpacklo_epi16(row, next), ones));
            *high = _mm256_add_epi32(*high, _mm256_madd_epi16(_mm256_unpackhi_epi16(row, next), ones));
        }
    }
    if let ([plane], &[offset]) = (last_plane, last_offset) {
        let nothing = _mm256_setzero_si256();
        for pixel in 0..P {
            // SAFETY: as this function asks for.
            let row = load(&plane.0[usize::from(unsafe { *first[pixel].add(offset) })]);
            let [low, high] = &mut total[pixel];
            *low = _mm256_add_epi32(*low, _mm256_madd_epi16(_mm256_unpacklo_epi16(row, nothing), ones));
            *high = _mm256_add_epi32(*high, _mm256_madd_epi16(_mm256_unpackhi_epi16(row, nothing), ones));
        }
    }
    for pixel in 0..P {
        store_sums(total[pixel], &mut sums[pixel]);
    }
}

/// Where unpacking puts the outputs: it works within halves of a vector, so that the second and third quarter change
/// places. Rows are laid out the other way round, and sums come out in order.
fn quarters_exchanged<T: Copy>(mut of_lanes: [T; LANES]) -> [T; LANES] {
    let (front, back) = of_lanes.split_at_mut(LANES / 2);
    front[LANES / 4..].swap_with_slice(&mut back[..LANES / 4]);
    of_lanes
}

/// The rows of 16 columns, eight codes at a time.
#[target_feature(enable = "avx2")]
fn transpose(columns: [&Column<i16>; LANES], codes: RangeInclusive<u8>, plane: &mut Plane<i16>) {
    let columns = quarters_exchanged(columns);
    let eights = usize::from(codes.start() / 8)..=usize::from(codes.end() / 8);
    let of_columns = columns.map(|column| &column.as_chunks::<8>().0[eights.clone()]);
    let rows = &mut plane.0.as_chunks_mut::<8>().0[eights];
    for (eight, rows) in rows.iter_mut().enumerate() {
        let mut v = [_mm256_setzero_si256(); 8];
        for lane in 0..8 {
            v[lane] = load_halves(&of_columns[lane][eight], &of_columns[lane + 8][eight]);
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
        for half in 0..2 {
            let low = _mm256_unpacklo_epi32(words[half], words[half + 2]);
            let high = _mm256_unpackhi_epi32(words[half], words[half + 2]);
            let next_low = _mm256_unpacklo_epi32(words[half + 4], words[half + 6]);
            let next_high = _mm256_unpackhi_epi32(words[half + 4], words[half + 6]);
            store(_mm256_unpacklo_epi64(low, next_low), &mut rows[4 * half]);
            store(_mm256_unpackhi_epi64(low, next_low), &mut rows[4 * half + 1]);
            store(_mm256_unpacklo_epi64(high, next_high), &mut rows[4 * half + 2]);
            store(_mm256_unpackhi_epi64(high, next_high), &mut rows[4 * half + 3]);
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_halves(low: &[i16; 8], high: &[i16; 8]) -> __m256i {
    // SAFETY: both have 16 bytes.
    unsafe { _mm256_loadu2_m128i(high.as_ptr().cast(), low.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(row: &Row<i16>) -> __m256i {
    // SAFETY: a row has 32 bytes, and lies so.
    unsafe { _mm256_load_si256(row.0.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(products: __m256i, row: &mut Row<i16>) {
    // SAFETY: a row has 32 bytes, and lies so.
    unsafe { _mm256_store_si256(row.0.as_mut_ptr().cast(), products) };
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_sums(sums: &Sums) -> [__m256i; 2] {
    let halves = sums.0.as_chunks::<8>().0;
    // SAFETY: each half has 32 bytes, and lies so.
    unsafe { [_mm256_load_si256(halves[0].as_ptr().cast()), _mm256_load_si256(halves[1].as_ptr().cast())] }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_sums([low, high]: [__m256i; 2], sums: &mut Sums) {
    let halves = sums.0.as_chunks_mut::<8>().0;
    // SAFETY: each half has 32 bytes, and lies so.
    unsafe {
        _mm256_store_si256(halves[0].as_mut_ptr().cast(), low);
        _mm256_store_si256(halves[1].as_mut_ptr().cast(), high);
    }
}

#[cfg(test)]
mod tests {
    use super::super::add::tests::check;
    use super::*;

    #[test]
    fn sums_equal_the_naive_loop() {
        let Some(avx2) = Avx2::detect() else {
            eprintln!("passed over: this processor lacks AVX2");
            return;
        };
        check::<i16>(avx2, |product| product as i16);
        check::<i32>(avx2, |product| (product << 18) as i32);
    }
}
