//! Rows of 16-bit products, two at a time: written once for vectors of any length.
//!
//! The products of two steps, side by side, become sums of 32 bits in one instruction. What puts them side by side
//! (unpacking) works within quarters of 128 bits of a vector, whose front halves give one vector of sums and whose back
//! halves another. Rows are laid out by [`output_at`], so that sums come out in order.

use super::add::{Meeting, Plane, Sums};

/// The output whose product lies at a position of a row of `outputs`.
pub(super) const fn output_at(position: usize, outputs: usize) -> usize {
    let (quarter, at) = (position / 8, position % 8);
    if at < 4 { 4 * quarter + at } else { outputs / 2 + 4 * quarter + at - 4 }
}

/// Vectors of as many 16-bit products as a row has, or half as many sums of 32 bits. For [`add`] alone.
pub(super) trait Vector: Copy {
    /// # Safety
    ///
    /// The processor has the instructions, and the products of a row are there.
    unsafe fn load_row(from: *const i16) -> Self;

    /// # Safety
    ///
    /// The processor has the instructions, and the sums of half a row are there.
    unsafe fn load_sums(from: *const i32) -> Self;

    /// # Safety
    ///
    /// The processor has the instructions, and there is room for the sums of half a row.
    unsafe fn store_sums(self, to: *mut i32);

    /// A row of zeros.
    ///
    /// # Safety
    ///
    /// The processor has the instructions.
    unsafe fn zero() -> Self;

    /// Adds the products in the front halves of all quarters of two rows, or in the back halves, to the sums.
    ///
    /// # Safety
    ///
    /// The processor has the instructions.
    unsafe fn add<const BACK: bool>(self, row: Self, next: Self) -> Self;
}

/// As [`super::add::Gather::add`], `P` pixels at a time, in vectors of `L` products.
///
/// # Safety
///
/// The processor has the instructions of `V`, the caller is compiled for them, and no place with an offset is beyond the
/// codes.
#[inline(always)]
pub(super) unsafe fn add<V: Vector, const L: usize, const P: usize>(
    planes: &[Plane<i16, L>],
    meeting: Meeting<'_>,
    sums: &mut [Sums<L>],
) {
    let Meeting { codes, places, offsets } = meeting;
    let (tiles, rest) = places.as_chunks::<P>();
    let (sums_of_tiles, sums_of_rest) = sums.as_chunks_mut::<P>();
    for (places, sums) in tiles.iter().zip(sums_of_tiles) {
        // SAFETY: as this function asks for.
        unsafe { tile::<V, L, P>(planes, offsets, codes, places, sums) };
    }
    for (&place, sums) in rest.iter().zip(sums_of_rest) {
        // SAFETY: as this function asks for.
        unsafe { tile::<V, L, 1>(planes, offsets, codes, &[place], std::array::from_mut(sums)) };
    }
}

/// No closures here: they would not be compiled for the instructions.
///
/// # Safety
///
/// As for [`add`].
#[inline(always)]
unsafe fn tile<V: Vector, const L: usize, const P: usize>(
    planes: &[Plane<i16, L>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize; P],
    sums: &mut [Sums<L>; P],
) {
    // SAFETY: as this function asks for; a row has `L` products, and the sums of a pixel are as many.
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
    fn rows_are_laid_out_as_unpacking_has_them() {
        let order = |outputs| (0..outputs).map(|at| output_at(at, outputs)).collect::<Vec<_>>();
        assert_eq!(order(16), [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
        let mut all = order(32);
        assert_eq!(all[8..16], [4, 5, 6, 7, 20, 21, 22, 23]);
        all.sort_unstable();
        assert!(all.into_iter().eq(0..32));
    }
}
