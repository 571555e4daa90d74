//! Rows of products, laid out and summed: written once, compiled for each processor.

use std::ops::RangeInclusive;

/// Pixels that are summed at a time: as many as registers hold sums of.
const TILE: usize = 4;

/// What a weight makes of each activation.
pub(super) type Column<E> = [E; 256];

/// The products of one activation's code with the weights of `L` outputs.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<E, const L: usize>(pub [E; L]);

/// The rows of one step of the fan-in, by the activation's code. One more than there are codes: with a power of two, the
/// rows of a code that occurs often would meet in few sets of a cache, step after step.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<E, const L: usize>(pub [Row<E, L>; 257]);

/// The sums of one pixel, by output.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums<const L: usize>(pub [i32; L]);

impl<E: Element, const L: usize> Default for Plane<E, L> {
    fn default() -> Self {
        Self([Row([E::default(); L]); 257])
    }
}

impl<const L: usize> Default for Sums<L> {
    fn default() -> Self {
        Self([0; L])
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

/// The two loops with the instructions of a processor, for rows of `L` outputs.
pub(super) trait Gather<E: Element, const L: usize>: Copy + std::fmt::Debug + Send + Sync {
    /// Steps of the fan-in whose rows are there at a time, to stay in the second cache.
    const STEPS: usize;

    /// Lays the rows of `L` columns out, at least those of `codes`.
    fn lay(self, columns: [&Column<E>; L], codes: RangeInclusive<u8>, plane: &mut Plane<E, L>);

    /// Adds to the sums of each pixel, whose first code lies at its place, the rows of what it meets at each step, modulo
    /// 2^32.
    fn add(self, planes: &[Plane<E, L>], meeting: Meeting<'_>, sums: &mut [Sums<L>]);
}

/// Which codes pixels meet.
#[derive(Clone, Copy)]
pub(super) struct Meeting<'a> {
    pub codes: &'a [u8],
    /// Where the first code of each pixel lies.
    pub places: &'a [usize],
    /// From there to the code of each step.
    pub offsets: &'a [usize],
}

impl Meeting<'_> {
    /// Panics where a pixel meets something beyond the codes.
    pub fn check(&self) {
        let furthest = |at: &[usize]| at.iter().copied().max().unwrap_or(0);
        assert!(furthest(self.offsets) + furthest(self.places) < self.codes.len());
    }
}

/// What every processor of a target has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable;

impl<E: Element, const L: usize> Gather<E, L> for Portable {
    const STEPS: usize = 24;

    fn lay(self, columns: [&Column<E>; L], codes: RangeInclusive<u8>, plane: &mut Plane<E, L>) {
        lay(columns, codes, plane);
    }

    fn add(self, planes: &[Plane<E, L>], meeting: Meeting<'_>, sums: &mut [Sums<L>]) {
        meeting.check();
        // SAFETY: checked above.
        unsafe { add::<E, L, TILE>(planes, meeting, sums) };
    }
}

#[inline(always)]
pub(super) fn lay<E: Element, const L: usize>(
    columns: [&Column<E>; L],
    codes: RangeInclusive<u8>,
    plane: &mut Plane<E, L>,
) {
    let codes = usize::from(*codes.start())..=usize::from(*codes.end());
    for (lane, column) in columns.into_iter().enumerate() {
        for (row, &product) in plane.0[codes.clone()].iter_mut().zip(&column[codes.clone()]) {
            row.0[lane] = product;
        }
    }
}

/// As [`Gather::add`], `P` pixels at a time.
///
/// # Safety
///
/// No place with an offset is beyond the codes.
#[inline(always)]
pub(super) unsafe fn add<E: Element, const L: usize, const P: usize>(
    planes: &[Plane<E, L>],
    meeting: Meeting<'_>,
    sums: &mut [Sums<L>],
) {
    let Meeting { codes, places, offsets } = meeting;
    let (tiles, rest) = places.as_chunks::<P>();
    let (sums_of_tiles, sums_of_rest) = sums.as_chunks_mut::<P>();
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
#[inline(always)]
unsafe fn tile<E: Element, const L: usize, const P: usize>(
    planes: &[Plane<E, L>],
    offsets: &[usize],
    codes: &[u8],
    places: &[usize; P],
    sums: &mut [Sums<L>; P],
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Sums of all codes but the last at 11 pixels of 1 to 5 steps, with columns that tell weight and code.
    pub fn check<E: Element, const L: usize>(gather: impl Gather<E, L>, element: impl Fn(i64) -> E) {
        let columns: Vec<Column<E>> = (0..L as i64)
            .map(|lane| std::array::from_fn(|code| element((code as i64 - 77) * (9 * lane - 40) - lane)))
            .collect();
        let codes: Vec<u8> = (0..40).map(|i| (i * 6 + 3) as u8).collect();
        // Miri takes minutes for five.
        for steps in 1..=if cfg!(miri) { 3 } else { 5 } {
            let mut planes = vec![Plane::default(); steps];
            for (step, plane) in planes.iter_mut().enumerate() {
                let rotated = std::array::from_fn(|lane| &columns[(lane + step) % L]);
                gather.lay(rotated, 3..=237, plane);
            }
            let offsets: Vec<usize> = (0..steps).map(|step| 3 * step).collect();
            let places = [0, 1, 2, 3, 11, 20, 27, 4, 9, 8, 7];
            let mut sums = [Sums([-5; L]); 11];
            gather.add(&planes, Meeting { codes: &codes, places: &places, offsets: &offsets }, &mut sums);
            for (place, sums) in places.into_iter().zip(sums) {
                for (lane, sum) in sums.0.into_iter().enumerate() {
                    let products = (0..steps)
                        .map(|step| columns[(lane + step) % L][usize::from(codes[place + 3 * step])].widen());
                    assert_eq!(sum, products.fold(-5, i32::wrapping_add), "{steps} steps, {place}, {lane}");
                }
            }
        }
    }

    #[test]
    fn portable_sums_equal_the_naive_loop() {
        check::<i16, 16>(Portable, |product| product as i16);
        check::<i32, 16>(Portable, |product| (product << 18) as i32);
    }

    #[test]
    #[should_panic = "furthest"]
    fn a_place_beyond_the_codes_is_noticed() {
        let meeting = Meeting { codes: &[0; 8], places: &[5], offsets: &[3] };
        Gather::<i16, 16>::add(Portable, &[Plane::default()], meeting, &mut [Sums::default()]);
    }
}
