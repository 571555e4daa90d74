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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Sums of all codes but the last at 7 pixels of 1 to 5 steps, with columns that tell weight and code.
    pub fn check<E: Element>(gather: impl Gather<E>, element: impl Fn(i64) -> E) {
        let columns: Vec<Column<E>> = (0..LANES as i64)
            .map(|lane| std::array::from_fn(|code| element((code as i64 - 77) * (9 * lane - 40) - lane)))
            .collect();
        let codes: Vec<u8> = (0..40).map(|i| (i * 6 + 3) as u8).collect();
        for steps in 1..=5 {
            let mut planes = vec![Plane::default(); steps];
            for (step, plane) in planes.iter_mut().enumerate() {
                let rotated = std::array::from_fn(|lane| &columns[(lane + step) % LANES]);
                gather.lay(rotated, 3..=237, plane);
            }
            let (offsets, places): (Vec<usize>, _) =
                ((0..steps).map(|step| 3 * step).collect(), [0, 1, 2, 3, 11, 20, 27]);
            let mut sums = [Sums([-5; LANES]); 7];
            gather.add(&planes, &offsets, &codes, &places, &mut sums);
            for (place, sums) in places.into_iter().zip(sums) {
                for (lane, sum) in sums.0.into_iter().enumerate() {
                    let products = (0..steps).map(|step| {
                        columns[(lane + step) % LANES][usize::from(codes[place + 3 * step])].widen()
                    });
                    assert_eq!(sum, products.fold(-5, i32::wrapping_add), "{steps} steps, {place}, {lane}");
                }
            }
        }
    }

    #[test]
    fn portable_sums_equal_the_naive_loop() {
        check(Portable, |product| product as i16);
        check(Portable, |product| (product << 18) as i32);
    }

    #[test]
    #[should_panic = "furthest"]
    fn a_place_beyond_the_codes_is_noticed() {
        Gather::<i16>::add(Portable, &[Plane::default()], &[3], &[0; 8], &[5], &mut [Sums::default()]);
    }
}
