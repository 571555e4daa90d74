//! Rows of products, laid out and summed: written once, compiled for each processor.

use std::ops::RangeInclusive;

/// Outputs of a row.
pub(super) const LANES: usize = 16;

/// Pixels that are summed at a time: as many as registers hold sums of.
pub(super) const TILE: usize = 4;

/// What a weight makes of each activation.
pub(super) type Column<E> = [E; 256];

/// The products of one activation's code with the weights of 16 outputs.
#[repr(C, align(32))]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row<E>(pub [E; LANES]);

/// The rows of one step of the fan-in, by the activation's code. One more than there are codes: with a power of two, the
/// rows of a code that occurs often would meet in few sets of a cache, step after step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<E>(pub [Row<E>; 257]);

/// The sums of one pixel, by output.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums(pub [i32; LANES]);

impl<E: Element> Default for Plane<E> {
    fn default() -> Self {
        Self([Row::default(); 257])
    }
}

/// A product in a row.
pub(super) trait Element: Copy + Default + std::fmt::Debug + Send + Sync + 'static {
    fn widen(self) -> i32;
}

impl Element for i16 {
    #[inline(always)]
    fn widen(self) -> i32 {
        self.into()
    }
}

impl Element for i32 {
    #[inline(always)]
    fn widen(self) -> i32 {
        self
    }
}

/// The two loops with the instructions of a processor.
pub(super) trait Gather<E: Element>: Copy + std::fmt::Debug + Send + Sync {
    /// Lays the rows of 16 columns out, at least those of `codes`.
    fn lay(self, columns: [&Column<E>; LANES], codes: RangeInclusive<u8>, plane: &mut Plane<E>);

    /// Adds to the sums of each pixel, whose first code lies at its place, the rows of what it meets at each step, modulo
    /// 2^32.
    fn add(self, planes: &[Plane<E>], offsets: &[usize], codes: &[u8], places: &[usize], sums: &mut [Sums]);
}

/// What every processor of a target has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable;

impl<E: Element> Gather<E> for Portable {
    fn lay(self, columns: [&Column<E>; LANES], codes: RangeInclusive<u8>, plane: &mut Plane<E>) {
        lay(columns, codes, plane);
    }

    fn add(self, planes: &[Plane<E>], offsets: &[usize], codes: &[u8], places: &[usize], sums: &mut [Sums]) {
        check(offsets, codes, places);
        let (tiles, rest) = places.as_chunks::<TILE>();
        let (sums_of_tiles, sums_of_rest) = sums.as_chunks_mut::<TILE>();
        for (places, sums) in tiles.iter().zip(sums_of_tiles) {
            // SAFETY: checked above.
            unsafe { tile(planes, offsets, codes, places, sums) };
        }
        for (&place, sums) in rest.iter().zip(sums_of_rest) {
            // SAFETY: checked above.
            unsafe { tile(planes, offsets, codes, &[place], std::array::from_mut(sums)) };
        }
    }
}

/// Panics where a pixel meets something beyond the codes.
pub(super) fn check(offsets: &[usize], codes: &[u8], places: &[usize]) {
    let furthest = |at: &[usize]| at.iter().copied().max().unwrap_or(0);
    assert!(furthest(offsets) + furthest(places) < codes.len());
}

#[inline(always)]
pub(super) fn lay<E: Element>(columns: [&Column<E>; LANES], codes: RangeInclusive<u8>, plane: &mut Plane<E>) {
    let codes = usize::from(*codes.start())..=usize::from(*codes.end());
    for (lane, column) in columns.into_iter().enumerate() {
        for (row, &product) in plane.0[codes.clone()].iter_mut().zip(&column[codes.clone()]) {
            row.0[lane] = product;
        }
    }
}

/// # Safety
///
/// No place with an offset is beyond the codes.
#[inline(always)]
pub(super) unsafe fn tile<E: Element, const P: usize>(
    planes: &[Plane<E>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize; P],
    sums: &mut [Sums; P],
) {
    let mut total = *sums;
    for (plane, &offset) in planes.iter().zip(offsets) {
        for (&place, total) in places.iter().zip(&mut total) {
            // SAFETY: as this function asks for.
            let code = unsafe { *codes.get_unchecked(place + offset) };
            for (total, product) in total.0.iter_mut().zip(plane.0[usize::from(code)].0) {
                *total = total.wrapping_add(product.widen());
            }
        }
    }
    *sums = total;
}
