//! Rows of products without special instructions. Compilers vectorize the loops, for NEON on aarch64.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::scalar::ScalarLut;
use crate::conv::PreparedKernel;
use crate::lut::rows::{
    self, GatherIndices, LutElement, LutFallback, PixelSums, RowMicroKernel, StepLut, WeightColumn, add,
    fill_rows,
};
use axmul_metrics::ProductTable;

/// Pixels that are summed at a time: as many as have their sums in registers.
const TILE: usize = 4;

/// Lays out any table.
pub(crate) fn prepare(table: &ProductTable) -> Option<PreparedKernel> {
    let fallback = LutFallback { by: Arc::new(ScalarLut::new(table)), cost: 10 };
    Some(rows::prepare(table, PortableRows, fallback))
}

/// Rows with the instructions that every CPU of the architecture has.
#[derive(Clone, Copy, Debug)]
struct PortableRows;

impl<E: LutElement, const L: usize> RowMicroKernel<E, L> for PortableRows {
    const STEPS: usize = 24;

    fn fill_rows(self, columns: [&WeightColumn<E>; L], codes: RangeInclusive<u8>, plane: &mut StepLut<E, L>) {
        fill_rows(columns, codes, plane);
    }

    fn add(self, planes: &[StepLut<E, L>], indices: GatherIndices<'_>, sums: &mut [PixelSums<L>]) {
        indices.check();
        // SAFETY: the indices are checked above.
        unsafe { add::<E, L, TILE>(planes, indices, sums) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lut::rows::check;

    #[test]
    fn sums_equal_the_naive_loop() {
        check::<i16, 16>(PortableRows, |product| product as i16);
        check::<i32, 16>(PortableRows, |product| (product << 18) as i32);
    }

    #[test]
    #[should_panic = "furthest"]
    fn a_place_beyond_the_codes_is_noticed() {
        let indices = GatherIndices { codes: &[0; 8], places: &[5], offsets: &[3] };
        RowMicroKernel::<i16, 16>::add(
            PortableRows,
            &[StepLut::default()],
            indices,
            &mut [PixelSums::default()],
        );
    }
}
