//! Lookups of 16 outputs at a time, on any processor.
//!
//! For one step of the fan-in the weights of 16 outputs are known, so that what an activation is multiplied to depends on
//! its code alone: 256 rows of 16 products. A row is looked up and added as a whole. The rows are made for a few steps at
//! a time, so that they stay in a near cache, and serve all pixels of a block.
//!
//! ```text
//! tasks    images and outputs, shared out      add     lays rows out, and sums them
//! layout   codes of images                     avx2    the same by instructions of AVX2
//! ```

mod add;
#[cfg(target_arch = "x86_64")]
mod avx2;
mod layout;
mod tasks;

use std::ops::RangeInclusive;
use std::sync::Arc;

use self::add::{Element, Gather, LANES, Plane, Portable, Sums};
#[cfg(target_arch = "x86_64")]
use self::avx2::Avx2;
use self::layout::Layout;
use self::tasks::{Split, Task};
use super::super::convolve::{Convolution, Convolve};
use super::{Scalar, Span};
use crate::multiplier::ProductTable;

/// Steps of the fan-in whose rows are there at a time: with products of 16 bits 192 KiB, to stay in the second cache.
const STEPS: usize = 24;

/// Pixels that rows serve at most: more rows would be made anew with fewer, and more sums, now 256 KiB, leave the cache.
const PIXELS: usize = 4096;

/// A table by columns: what a weight makes of each activation.
#[derive(Debug)]
struct Rows<E, G> {
    /// By the weight's code and the activation's.
    columns: Vec<[E; 256]>,
    /// What is added to each product, and what each element counts.
    span: Span,
    /// For shapes that rows do not pay for.
    scalar: Scalar,
    gather: G,
}

/// Lays a table out for any processor.
pub(in crate::kernels) fn portable(table: &ProductTable) -> Arc<dyn Convolve> {
    rows(table, Portable)
}

/// Lays a table out for AVX2; `None` where the processor lacks it.
#[cfg(target_arch = "x86_64")]
pub(in crate::kernels) fn avx2(table: &ProductTable) -> Option<Arc<dyn Convolve>> {
    Some(rows(table, Avx2::detect()?))
}

/// Lays a table out in the narrower elements that hold its products.
fn rows<G>(table: &ProductTable, gather: G) -> Arc<dyn Convolve>
where
    G: Gather<i16> + Gather<i32> + 'static,
{
    let span = Span::of(table);
    if span.largest > u16::MAX.into() {
        let plain = Span { offset: 0, scale: 1, ..span };
        return Arc::new(Rows::new(table, plain, gather, |product| product as i32));
    }
    // Elements from -2^15 on.
    let middle = Span { offset: span.offset + (span.scale << 15), ..span };
    Arc::new(Rows::new(table, middle, gather, |product| ((product - middle.offset) / middle.scale) as i16))
}

impl<E: Element, G: Gather<E>> Rows<E, G> {
    fn new(table: &ProductTable, span: Span, gather: G, element: impl Fn(i64) -> E) -> Self {
        let mut columns = vec![[E::default(); 256]; 256];
        for ((a, b), &product) in table.format().operands().zip(table.products()) {
            columns[usize::from(b as u8)][usize::from(a as u8)] = element(product.into());
        }
        Self { columns, span, scalar: Scalar::new(table), gather }
    }
}

/// What a thread needs; kept from one task to the next.
struct Scratch<E> {
    codes: Vec<u8>,
    planes: Vec<Plane<E>>,
    sums: Vec<Sums>,
}

impl<E: Element, G: Gather<E>> Convolve for Rows<E, G> {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        let Convolution { shape, activations, pad_code, team, .. } = convolution;
        let split = Split::new(shape, (team.threads)());
        if !split.pays() {
            return self.scalar.convolve(convolution, out);
        }
        let image_codes = shape.channels_in * shape.height * shape.width;
        let layout = Layout::new(shape, split.images);
        let scratch = || Scratch {
            codes: vec![pad_code; layout.len],
            planes: vec![Plane::default(); STEPS],
            sums: vec![Sums::default(); PIXELS.min(layout.places.len())],
        };
        let start = (self.span.offset as i32).wrapping_mul(shape.fan_in() as i32);
        let scale = self.span.scale as i32;
        let result = |sum: i32| sum.wrapping_mul(scale).wrapping_add(start);
        let work = |Scratch { codes, planes, sums }: &mut Scratch<E>, mut task: Task<'_>| {
            let activations = &activations[task.first_image * image_codes..][..task.out.len() * image_codes];
            layout.fill(activations, codes);
            let occurring = extremes(activations, pad_code);
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
                    for step in (0..shape.fan_in()).step_by(STEPS) {
                        let offsets = &layout.offsets[step..shape.fan_in().min(step + STEPS)];
                        let planes = &mut planes[..offsets.len()];
                        self.lay(&weights[step..], shape.fan_in(), occurring.clone(), planes);
                        self.gather.add(planes, offsets, codes, places, sums);
                    }
                    task.scatter(sums, first, outputs, split.pixels, result);
                }
            }
        };
        team.share(split.tasks(shape, out).into_iter(), scratch, work);
    }
}

impl<E: Element, G: Gather<E>> Rows<E, G> {
    /// The rows of successive steps, of weights `[output, step]` whose outputs are `pitch` apart.
    fn lay(&self, weights: &[u8], pitch: usize, occurring: RangeInclusive<u8>, planes: &mut [Plane<E>]) {
        let nothing = [E::default(); 256];
        for (step, plane) in planes.iter_mut().enumerate() {
            let mut columns = [&nothing; LANES];
            for (column, &weight) in columns.iter_mut().zip(weights[step..].iter().step_by(pitch)) {
                *column = &self.columns[usize::from(weight)];
            }
            self.gather.lay(columns, occurring.clone(), plane);
        }
    }
}

/// The bytes from the least to the greatest of activations and padding.
fn extremes(activations: &[u8], pad_code: u8) -> RangeInclusive<u8> {
    // Two passes, each of which becomes vectors; one for both does not.
    let lowest = activations.iter().fold(pad_code, |lowest, &code| lowest.min(code));
    let highest = activations.iter().fold(pad_code, |highest, &code| highest.max(code));
    lowest..=highest
}
