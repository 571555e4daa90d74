//! Lookups of 16 or 32 outputs at a time, on any processor.
//!
//! For one step of the fan-in the weights of so many outputs are known, so that what an activation is multiplied to
//! depends on its code alone: 256 rows of as many products. A row is looked up and added as a whole. The rows are made for
//! a few steps at a time, so that they stay in a near cache, and serve all pixels of a block.
//!
//! ```text
//! columns  a table by weights              add      rows laid out and summed, on any processor
//! tasks    images and outputs, shared out  pairs    rows of 16 bits, two at a time, in vectors
//! layout   codes of images                 avx2, avx512    by the instructions of these
//! ```

mod add;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod columns;
mod layout;
#[cfg(target_arch = "x86_64")]
mod pairs;
mod tasks;

use std::ops::RangeInclusive;
use std::sync::Arc;

use self::add::{Element, Gather, Meeting, Plane, Portable, Sums};
#[cfg(target_arch = "x86_64")]
use self::avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use self::avx512::Avx512;
use self::columns::Columns;
use self::layout::Layout;
use self::tasks::{Split, Task};
use super::super::convolve::{Convolution, Convolve};
use super::Scalar;
use axmul_metrics::ProductTable;

/// Pixels that rows serve at most: more rows would be made anew with fewer, and more sums, of 64 or 128 bytes a pixel,
/// leave the cache.
const PIXELS: usize = 4096;

/// A table, and how its rows are made and added.
#[derive(Debug)]
struct Rows<E, G, const L: usize> {
    columns: Arc<Columns<E>>,
    otherwise: Otherwise,
    gather: G,
}

/// Lookups for shapes that rows do not pay for.
#[derive(Clone, Debug)]
struct Otherwise {
    by: Arc<dyn Convolve>,
    /// What they take over lookups in rows.
    cost: usize,
}

/// Lays a table out for any processor.
pub(crate) fn portable(table: &ProductTable) -> Arc<dyn Convolve> {
    rows(table, Portable)
}

/// Lays a table out for AVX2; `None` where the processor lacks it.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx2(table: &ProductTable) -> Option<Arc<dyn Convolve>> {
    Some(rows(table, Avx2::detect()?))
}

/// Lays a table out in the narrower elements that hold its products.
fn rows<G>(table: &ProductTable, gather: G) -> Arc<dyn Convolve>
where
    G: Gather<i16, 16> + Gather<i32, 16> + 'static,
{
    let otherwise = Otherwise { by: Arc::new(Scalar::new(table)), cost: 10 };
    match Columns::words(table) {
        Some(columns) => Arc::new(Rows { columns: Arc::new(columns), otherwise, gather }),
        None => Arc::new(Rows { columns: Arc::new(Columns::wide(table)), otherwise, gather }),
    }
}

/// Lays a table out for AVX-512 VNNI; `None` where the processor lacks it or the products span more than 16 bits.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx512(table: &ProductTable) -> Option<Arc<dyn Convolve>> {
    let gather = Avx512::detect()?;
    let columns = Arc::new(Columns::words(table)?);
    let otherwise = match super::Avx512::new(table) {
        Some(lookups) => Otherwise { by: Arc::new(lookups), cost: 2 },
        None => Otherwise { by: Arc::new(Scalar::new(table)), cost: 15 },
    };
    Some(Arc::new(Either {
        narrow: Rows { columns: columns.clone(), otherwise: otherwise.clone(), gather },
        wide: Rows { columns, otherwise, gather },
    }))
}

/// Rows of 16 or of 32 outputs, as a shape has them.
#[cfg(target_arch = "x86_64")]
#[derive(Debug)]
struct Either<G> {
    narrow: Rows<i16, G, 16>,
    wide: Rows<i16, G, 32>,
}

#[cfg(target_arch = "x86_64")]
impl<G: Gather<i16, 16> + Gather<i16, 32>> Convolve for Either<G> {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        let outputs = convolution.shape.channels_out / convolution.shape.groups;
        // A wide row takes as long as one and a half narrow ones.
        if 2 * outputs.div_ceil(16) >= 3 * outputs.div_ceil(32) {
            self.wide.convolve(convolution, out);
        } else {
            self.narrow.convolve(convolution, out);
        }
    }
}

/// What a thread needs; kept from one task to the next.
struct Scratch<E, const L: usize> {
    room: Vec<u8>,
    planes: Vec<Plane<E, L>>,
    sums: Vec<Sums<L>>,
}

impl<E: Element, G: Gather<E, L>, const L: usize> Convolve for Rows<E, G, L> {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        let Convolution { shape, activations, pad_code, team, .. } = convolution;
        let split = Split::new::<L>(shape, (team.threads)());
        if !split.pays::<L>(self.otherwise.cost) {
            return self.otherwise.by.convolve(convolution, out);
        }
        let image_codes = shape.channels_in * shape.height * shape.width;
        let layout = Layout::new(shape, split.images);
        let scratch = || Scratch {
            room: layout.room(pad_code),
            planes: vec![Plane::default(); G::STEPS],
            sums: vec![Sums::default(); PIXELS.min(layout.places.len())],
        };
        let start = (self.columns.span.offset as i32).wrapping_mul(shape.fan_in() as i32);
        let scale = self.columns.span.scale as i32;
        let result = |sum: i32| sum.wrapping_mul(scale).wrapping_add(start);
        let work = |Scratch { room, planes, sums }: &mut Scratch<E, L>, mut task: Task<'_>| {
            let activations = &activations[task.first_image * image_codes..][..task.out.len() * image_codes];
            let codes = layout.fill(activations, room);
            let occurring = self.columns.occurring(activations, pad_code);
            let all = task.out.len() * split.pixels;
            for first in (0..all).step_by(PIXELS) {
                let places = &layout.places[first..all.min(first + PIXELS)];
                let sums = &mut sums[..places.len()];
                for outputs in task.blocks {
                    let group = outputs.start / (shape.channels_out / shape.groups);
                    let codes = &codes[group * layout.group..];
                    let weights =
                        &convolution.weights[outputs.start * shape.fan_in()..outputs.end * shape.fan_in()];
                    sums.fill(Sums::default());
                    for step in (0..shape.fan_in()).step_by(G::STEPS) {
                        let offsets = &layout.offsets[step..shape.fan_in().min(step + G::STEPS)];
                        let planes = &mut planes[..offsets.len()];
                        self.lay(&weights[step..], shape.fan_in(), &occurring, planes);
                        self.gather.add(planes, Meeting { codes, places, offsets }, sums);
                    }
                    task.scatter(sums, first, outputs, split.pixels, result);
                }
            }
        };
        team.share(split.tasks(shape, out).into_iter(), scratch, work);
    }
}

impl<E: Element, G: Gather<E, L>, const L: usize> Rows<E, G, L> {
    /// The rows of successive steps, of weights `[output, step]` whose outputs are `pitch` apart.
    fn lay(
        &self,
        weights: &[u8],
        pitch: usize,
        occurring: &[RangeInclusive<u8>],
        planes: &mut [Plane<E, L>],
    ) {
        let nothing = [E::default(); 256];
        for (step, plane) in planes.iter_mut().enumerate() {
            let mut columns = [&nothing; L];
            for (column, &weight) in columns.iter_mut().zip(weights[step..].iter().step_by(pitch)) {
                *column = self.columns.of(weight);
            }
            for codes in occurring {
                self.gather.lay(columns, codes.clone(), plane);
            }
        }
    }
}
