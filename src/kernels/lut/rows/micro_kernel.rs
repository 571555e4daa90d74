//! Rows of products and the two loops over them: written once, compiled for each instruction set.

use std::ops::RangeInclusive;

/// The products of one weight, by the activation's code.
pub(crate) type WeightColumn<E> = [E; 256];

/// The products of one activation's code with the weights of `L` outputs.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct LutRow<E, const L: usize>(pub [E; L]);

/// The rows of one step of the fan-in, by the activation's code. There is one more row than codes: if their number were a
/// power of two, the rows of a frequent code would fall into the same few cache sets, step after step.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepLut<E, const L: usize>(pub [LutRow<E, L>; 257]);

/// The sums of one pixel, by output.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct PixelSums<const L: usize>(pub [i32; L]);

impl<E: LutElement, const L: usize> Default for StepLut<E, L> {
    fn default() -> Self {
        Self([LutRow([E::default(); L]); 257])
    }
}

impl<const L: usize> Default for PixelSums<L> {
    fn default() -> Self {
        Self([0; L])
    }
}

/// A product in a row.
pub(crate) trait LutElement: Copy + Default + std::fmt::Debug + Send + Sync + 'static {
    /// The product in 32 bits.
    fn widen(self) -> i32;
}

impl LutElement for i16 {
    #[inline(always)]
    fn widen(self) -> i32 {
        self.into()
    }
}

impl LutElement for i32 {
    #[inline(always)]
    fn widen(self) -> i32 {
        self
    }
}

/// The two loops with the instructions of one CPU feature, for rows of `L` outputs. A value is the proof that the CPU has it.
pub(crate) trait RowMicroKernel<E: LutElement, const L: usize>:
    Copy + std::fmt::Debug + Send + Sync
{
    /// Steps of the fan-in whose rows exist at a time, so that they stay in L2.
    const STEPS: usize;

    /// Fills the rows of `L` columns, at least those of `codes`.
    fn fill_rows(self, columns: [&WeightColumn<E>; L], codes: RangeInclusive<u8>, plane: &mut StepLut<E, L>);

    /// Adds the rows of its codes, one a step, to the sums of each pixel, modulo 2^32.
    fn add(self, planes: &[StepLut<E, L>], indices: GatherIndices<'_>, sums: &mut [PixelSums<L>]);
}

/// Which code a pixel reads at each step: `codes[places[pixel] + offsets[step]]`.
#[derive(Clone, Copy)]
pub(crate) struct GatherIndices<'a> {
    /// Codes of activations and padding.
    pub codes: &'a [u8],
    /// Index of the first code of each pixel.
    pub places: &'a [usize],
    /// Offset of each step from there.
    pub offsets: &'a [usize],
}

impl GatherIndices<'_> {
    /// Panics if a pixel reads beyond the codes.
    pub fn check(&self) {
        let furthest = |at: &[usize]| at.iter().copied().max().unwrap_or(0);
        assert!(furthest(self.offsets) + furthest(self.places) < self.codes.len());
    }
}

/// [`RowMicroKernel::fill_rows`] without special instructions.
#[inline(always)]
pub(crate) fn fill_rows<E: LutElement, const L: usize>(
    columns: [&WeightColumn<E>; L],
    codes: RangeInclusive<u8>,
    plane: &mut StepLut<E, L>,
) {
    let codes = usize::from(*codes.start())..=usize::from(*codes.end());
    for (lane, column) in columns.into_iter().enumerate() {
        for (row, &product) in plane.0[codes.clone()].iter_mut().zip(&column[codes.clone()]) {
            row.0[lane] = product;
        }
    }
}

/// [`RowMicroKernel::add`] without special instructions, `P` pixels at a time.
///
/// # Safety
///
/// `indices` must be within the codes, as [`GatherIndices::check`] asserts.
#[inline(always)]
pub(crate) unsafe fn add<E: LutElement, const L: usize, const P: usize>(
    planes: &[StepLut<E, L>],
    indices: GatherIndices<'_>,
    sums: &mut [PixelSums<L>],
) {
    let GatherIndices { codes, places, offsets } = indices;
    let (tiles, rest) = places.as_chunks::<P>();
    let (sums_of_tiles, sums_of_rest) = sums.as_chunks_mut::<P>();
    for (places, sums) in tiles.iter().zip(sums_of_tiles) {
        // SAFETY: the caller promises that all indices are within the codes.
        unsafe { tile(planes, offsets, codes, places, sums) };
    }
    for (&place, sums) in rest.iter().zip(sums_of_rest) {
        // SAFETY: the caller promises that all indices are within the codes.
        unsafe { tile(planes, offsets, codes, &[place], std::array::from_mut(sums)) };
    }
}

/// # Safety
///
/// Every place plus offset must be within the codes.
#[inline(always)]
unsafe fn tile<E: LutElement, const L: usize, const P: usize>(
    planes: &[StepLut<E, L>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize; P],
    sums: &mut [PixelSums<L>; P],
) {
    let mut total = *sums;
    for (plane, &offset) in planes.iter().zip(offsets) {
        for (&place, total) in places.iter().zip(&mut total) {
            // SAFETY: the caller promises that all indices are within the codes.
            let code = unsafe { *codes.get_unchecked(place + offset) };
            for (total, product) in total.0.iter_mut().zip(plane.0[usize::from(code)].0) {
                *total = total.wrapping_add(product.widen());
            }
        }
    }
    *sums = total;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Compares sums at 11 pixels of 1 to 5 steps with the naive loop; columns differ by weight and code.
    pub fn check<E: LutElement, const L: usize>(
        micro_kernel: impl RowMicroKernel<E, L>,
        element: impl Fn(i64) -> E,
    ) {
        let columns: Vec<WeightColumn<E>> = (0..L as i64)
            .map(|lane| std::array::from_fn(|code| element((code as i64 - 77) * (9 * lane - 40) - lane)))
            .collect();
        let codes: Vec<u8> = (0..40).map(|i| (i * 6 + 3) as u8).collect();
        // Five take Miri minutes.
        for steps in 1..=if cfg!(miri) { 3 } else { 5 } {
            let mut planes = vec![StepLut::default(); steps];
            for (step, plane) in planes.iter_mut().enumerate() {
                let rotated = std::array::from_fn(|lane| &columns[(lane + step) % L]);
                micro_kernel.fill_rows(rotated, 3..=237, plane);
            }
            let offsets: Vec<usize> = (0..steps).map(|step| 3 * step).collect();
            let places = [0, 1, 2, 3, 11, 20, 27, 4, 9, 8, 7];
            let mut sums = [PixelSums([-5; L]); 11];
            micro_kernel.add(
                &planes,
                GatherIndices { codes: &codes, places: &places, offsets: &offsets },
                &mut sums,
            );
            for (place, sums) in places.into_iter().zip(sums) {
                for (lane, sum) in sums.0.into_iter().enumerate() {
                    let products = (0..steps)
                        .map(|step| columns[(lane + step) % L][usize::from(codes[place + 3 * step])].widen());
                    assert_eq!(sum, products.fold(-5, i32::wrapping_add), "{steps} steps, {place}, {lane}");
                }
            }
        }
    }
}
