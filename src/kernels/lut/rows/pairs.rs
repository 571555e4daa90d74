//! Rows of 16-bit products, two at a time: written once for vectors of any length.
//!
//! One instruction adds the products of two steps, side by side, to sums of 32 bits. The instructions that interleave them
//! work within 128-bit quarters of a vector: the front halves give one vector of sums, the back halves another. Rows are
//! laid out by [`output_at`], so that sums come out in order.

use super::micro_kernel::{GatherIndices, PixelSums, StepLut};

/// The output whose product is at a position of a row of `outputs`.
pub(crate) const fn output_at(position: usize, outputs: usize) -> usize {
    let (quarter, at) = (position / 8, position % 8);
    if at < 4 { 4 * quarter + at } else { outputs / 2 + 4 * quarter + at - 4 }
}

/// A vector of the 16-bit products of a row, or of half as many 32-bit sums. For [`add`] only.
pub(crate) trait RowVector: Copy {
    /// Loads the products of a row.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions, and the products of a row must be readable.
    unsafe fn load_row(from: *const i16) -> Self;

    /// Loads the sums of half a row.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions, and the sums of half a row must be readable.
    unsafe fn load_sums(from: *const i32) -> Self;

    /// Stores the sums of half a row.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions, and the sums of half a row must be writable.
    unsafe fn store_sums(self, to: *mut i32);

    /// A row of zeros.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions.
    unsafe fn zero() -> Self;

    /// Adds the products in the front halves of all quarters of two rows, or in the back halves, to the sums.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions.
    unsafe fn add<const BACK: bool>(self, row: Self, next: Self) -> Self;
}

/// [`RowMicroKernel::add`](super::RowMicroKernel::add) in vectors of `L` products, `P` pixels at a time.
///
/// # Safety
///
/// The CPU must have the instructions of `V`, the caller must be compiled for them, and `indices` must be within the codes,
/// as [`GatherIndices::check`] asserts.
#[inline(always)]
pub(crate) unsafe fn add<V: RowVector, const L: usize, const P: usize>(
    planes: &[StepLut<i16, L>],
    indices: GatherIndices<'_>,
    sums: &mut [PixelSums<L>],
) {
    let GatherIndices { codes, places, offsets } = indices;
    let (tiles, rest) = places.as_chunks::<P>();
    let (sums_of_tiles, sums_of_rest) = sums.as_chunks_mut::<P>();
    for (places, sums) in tiles.iter().zip(sums_of_tiles) {
        // SAFETY: the caller of this function promises what `tile` needs.
        unsafe { tile::<V, L, P>(planes, offsets, codes, places, sums) };
    }
    for (&place, sums) in rest.iter().zip(sums_of_rest) {
        // SAFETY: the caller of this function promises what `tile` needs.
        unsafe { tile::<V, L, 1>(planes, offsets, codes, &[place], std::array::from_mut(sums)) };
    }
}

/// Has no closures: they would not be compiled for the instructions.
///
/// # Safety
///
/// As for [`add`].
#[inline(always)]
unsafe fn tile<V: RowVector, const L: usize, const P: usize>(
    planes: &[StepLut<i16, L>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize; P],
    sums: &mut [PixelSums<L>; P],
) {
    // SAFETY: the caller promises the instructions and indices within the codes; a row has `L` products, a pixel `L` sums.
    unsafe {
        let mut total = [[V::zero(); 2]; P];
        let mut first = [codes.as_ptr(); P];
        for pixel in 0..P {
            let (front, back) = sums[pixel].0.split_at(L / 2);
            total[pixel] = [V::load_sums(front.as_ptr()), V::load_sums(back.as_ptr())];
            first[pixel] = codes.as_ptr().add(places[pixel]);
        }
        let (two_planes, last_plane) = planes.as_chunks::<2>();
        let (two_offsets, last_offset) = offsets.as_chunks::<2>();
        for ([plane, next], &[offset, next_offset]) in two_planes.iter().zip(two_offsets) {
            for pixel in 0..P {
                let (code, next_code) = (*first[pixel].add(offset), *first[pixel].add(next_offset));
                let row = V::load_row(plane.0[usize::from(code)].0.as_ptr());
                let next = V::load_row(next.0[usize::from(next_code)].0.as_ptr());
                let [front, back] = total[pixel];
                total[pixel] = [front.add::<false>(row, next), back.add::<true>(row, next)];
            }
        }
        if let ([plane], &[offset]) = (last_plane, last_offset) {
            for pixel in 0..P {
                let code = *first[pixel].add(offset);
                let row = V::load_row(plane.0[usize::from(code)].0.as_ptr());
                let [front, back] = total[pixel];
                total[pixel] = [front.add::<false>(row, V::zero()), back.add::<true>(row, V::zero())];
            }
        }
        for pixel in 0..P {
            let (front, back) = sums[pixel].0.split_at_mut(L / 2);
            total[pixel][0].store_sums(front.as_mut_ptr());
            total[pixel][1].store_sums(back.as_mut_ptr());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_the_order_of_unpacking() {
        let order = |outputs| (0..outputs).map(|at| output_at(at, outputs)).collect::<Vec<_>>();
        assert_eq!(order(16), [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
        let mut all = order(32);
        assert_eq!(all[8..16], [4, 5, 6, 7, 20, 21, 22, 23]);
        all.sort_unstable();
        assert!(all.into_iter().eq(0..32));
    }
}
