//! Lookups of 16 or 32 outputs at a time.
//!
//! One step of the fan-in has one weight for each output, so the code of an activation determines a whole row of products:
//! 256 rows a step. A row is looked up and added as a whole. Rows are made for a few steps at a time, so that they stay in
//! L2, and serve all pixels of a block.
//!
//! ```text
//! columns        products by weight            tasks      images and outputs of a thread
//! micro_kernel   the loops over rows           layout     codes of images
//! pairs          16-bit rows, two at a time
//! ```

mod columns;
mod layout;
mod micro_kernel;
#[cfg(target_arch = "x86_64")]
pub(crate) mod pairs;
mod tasks;

use std::ops::RangeInclusive;
use std::sync::Arc;

use self::columns::WeightColumns;
use self::layout::CodeLayout;
#[cfg(test)]
pub(crate) use self::micro_kernel::tests::check;
pub(crate) use self::micro_kernel::{
    GatherIndices, LutElement, PixelSums, RowMicroKernel, StepLut, WeightColumn, add, fill_rows,
};
use self::tasks::{RowTask, TaskSplit};
use crate::conv::{Convolution, Convolve, PreparedKernel};
use axmul_metrics::ProductTable;

/// The most pixels that rows serve: fewer would need new rows more often, more would push their sums, 64 or 128 bytes a
/// pixel, out of the cache.
const PIXELS: usize = 4096;

/// A table, and the micro-kernel that makes and adds its rows.
#[derive(Debug)]
struct RowLut<E, G, const L: usize> {
    columns: Arc<WeightColumns<E>>,
    fallback: LutFallback,
    micro_kernel: G,
}

/// The kernel for shapes for which rows do not pay off.
#[derive(Clone, Debug)]
pub(crate) struct LutFallback {
    /// The kernel.
    pub by: Arc<dyn Convolve>,
    /// Its time over that of rows.
    pub cost: usize,
}

/// Lays a table out in rows of 16 products, in the narrower elements that hold them.
pub(crate) fn prepare<G>(table: &ProductTable, micro_kernel: G, fallback: LutFallback) -> PreparedKernel
where
    G: RowMicroKernel<i16, 16> + RowMicroKernel<i32, 16> + 'static,
{
    match WeightColumns::words(table) {
        Some(columns) => PreparedKernel::lut(RowLut { columns: Arc::new(columns), fallback, micro_kernel }),
        None => {
            let columns = Arc::new(WeightColumns::wide(table));
            PreparedKernel::lut(RowLut { columns, fallback, micro_kernel })
        }
    }
}

/// Lays a table out in rows of 16 or 32 products of 16 bits; `None` if they span more.
#[cfg(target_arch = "x86_64")]
pub(crate) fn prepare_words<G>(
    table: &ProductTable,
    micro_kernel: G,
    fallback: LutFallback,
) -> Option<PreparedKernel>
where
    G: RowMicroKernel<i16, 16> + RowMicroKernel<i16, 32> + 'static,
{
    let columns = Arc::new(WeightColumns::words(table)?);
    Some(PreparedKernel::lut(RowLutPair {
        narrow: RowLut { columns: columns.clone(), fallback: fallback.clone(), micro_kernel },
        wide: RowLut { columns, fallback, micro_kernel },
    }))
}

/// Rows of 16 and of 32 outputs, of which the shape of a convolution selects one.
#[cfg(target_arch = "x86_64")]
#[derive(Debug)]
struct RowLutPair<G> {
    narrow: RowLut<i16, G, 16>,
    wide: RowLut<i16, G, 32>,
}

#[cfg(target_arch = "x86_64")]
impl<G: RowMicroKernel<i16, 16> + RowMicroKernel<i16, 32>> Convolve for RowLutPair<G> {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        let outputs = convolution.shape.channels_out / convolution.shape.groups;
        // A wide row takes as long as 1.5 narrow ones.
        if 2 * outputs.div_ceil(16) >= 3 * outputs.div_ceil(32) {
            self.wide.convolve(convolution, out);
        } else {
            self.narrow.convolve(convolution, out);
        }
    }
}

/// Buffers of a thread, reused from task to task.
struct RowScratch<E, const L: usize> {
    buffer: Vec<u8>,
    planes: Vec<StepLut<E, L>>,
    sums: Vec<PixelSums<L>>,
}

impl<E: LutElement, G: RowMicroKernel<E, L>, const L: usize> Convolve for RowLut<E, G, L> {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        let Convolution { shape, activations, pad_code, pool, .. } = convolution;
        let split = TaskSplit::new::<L>(shape, (pool.threads)());
        if !split.pays_off::<L>(self.fallback.cost) {
            return self.fallback.by.convolve(convolution, out);
        }
        let image_codes = shape.channels_in * shape.height * shape.width;
        let layout = CodeLayout::new(shape, split.images);
        let scratch = || RowScratch {
            buffer: layout.buffer(pad_code),
            planes: vec![StepLut::default(); G::STEPS],
            sums: vec![PixelSums::default(); PIXELS.min(layout.places.len())],
        };
        let start = (self.columns.span.offset as i32).wrapping_mul(shape.fan_in() as i32);
        let scale = self.columns.span.scale as i32;
        let result = |sum: i32| sum.wrapping_mul(scale).wrapping_add(start);
        let work = |RowScratch { buffer, planes, sums }: &mut RowScratch<E, L>, mut task: RowTask<'_>| {
            let activations = &activations[task.first_image * image_codes..][..task.out.len() * image_codes];
            let codes = layout.fill(activations, buffer);
            let occurring_codes = self.columns.occurring_codes(activations, pad_code);
            let all = task.out.len() * split.pixels;
            for first in (0..all).step_by(PIXELS) {
                let places = &layout.places[first..all.min(first + PIXELS)];
                let sums = &mut sums[..places.len()];
                for outputs in task.blocks {
                    let group = outputs.start / (shape.channels_out / shape.groups);
                    let codes = &codes[group * layout.group..];
                    let weights =
                        &convolution.weights[outputs.start * shape.fan_in()..outputs.end * shape.fan_in()];
                    sums.fill(PixelSums::default());
                    for step in (0..shape.fan_in()).step_by(G::STEPS) {
                        let offsets = &layout.offsets[step..shape.fan_in().min(step + G::STEPS)];
                        let planes = &mut planes[..offsets.len()];
                        self.fill_rows(&weights[step..], shape.fan_in(), &occurring_codes, planes);
                        self.micro_kernel.add(planes, GatherIndices { codes, places, offsets }, sums);
                    }
                    task.scatter(sums, first, outputs, split.pixels, result);
                }
            }
        };
        pool.share(split.tasks(shape, out).into_iter(), scratch, work);
    }
}

impl<E: LutElement, G: RowMicroKernel<E, L>, const L: usize> RowLut<E, G, L> {
    /// Fills the rows of successive steps, of weights `[output, step]` whose outputs are `pitch` apart.
    fn fill_rows(
        &self,
        weights: &[u8],
        pitch: usize,
        occurring_codes: &[RangeInclusive<u8>],
        planes: &mut [StepLut<E, L>],
    ) {
        let zeros = [E::default(); 256];
        for (step, plane) in planes.iter_mut().enumerate() {
            let mut columns = [&zeros; L];
            for (column, &weight) in columns.iter_mut().zip(weights[step..].iter().step_by(pitch)) {
                *column = self.columns.of(weight);
            }
            for codes in occurring_codes {
                self.micro_kernel.fill_rows(columns, codes.clone(), plane);
            }
        }
    }
}
