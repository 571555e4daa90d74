//! im2col: pixels of images as columns of a matrix, a block at a time.
//!
//! A convolution is a matrix product of the weights `[channels_out, depth]` with columns `[depth, pixels]`: pixels are
//! counted over all images, depth over planes and taps. A block of columns is written just before it is multiplied, from
//! planes whose codes are already converted to elements.

use crate::ConvShape;

/// Input planes `[images, planes, height, width]` of one group of channels.
pub(super) struct Im2colPlanes<'a, T> {
    /// All elements.
    pub elements: &'a [T],
    /// Planes of an image.
    pub planes: usize,
    /// Padding element of each plane.
    pub padding: &'a [T],
}

/// Successive pixels of one row of one image: outputs `x` to `x + count` of row `y`, in a block from column `at` on.
struct PixelRun {
    image: usize,
    y: usize,
    x: usize,
    count: usize,
    at: usize,
}

/// Writes columns for one shape.
pub(super) struct Im2col {
    shape: ConvShape,
    runs: Vec<PixelRun>,
}

impl Im2col {
    pub fn new(shape: &ConvShape) -> Self {
        Self { shape: *shape, runs: Vec::new() }
    }

    /// Writes the columns of `count` pixels from pixel `first` on: `columns[plane, ky, kx][pixel]`, in rows of `pitch`
    /// elements. Elements beyond `count` are left alone.
    pub fn write_columns<T: Copy>(
        &mut self,
        source: &Im2colPlanes<'_, T>,
        first: usize,
        count: usize,
        pitch: usize,
        columns: &mut [T],
    ) {
        let shape = self.shape;
        let plane_size = shape.height * shape.width;
        let taps = shape.kernel[0] * shape.kernel[1];
        self.find_runs(first, count);
        let mut rows = columns.chunks_mut(pitch);
        for plane in 0..source.planes {
            let padding = source.padding[plane];
            for tap in 0..taps {
                let out = rows.next().expect("a row a plane and tap");
                let (ky, kx) = (tap / shape.kernel[1], tap % shape.kernel[1]);
                for run in &self.runs {
                    let out = &mut out[run.at..run.at + run.count];
                    let row =
                        (run.y * shape.stride[0] + ky * shape.dilation[0]).wrapping_sub(shape.padding[0]);
                    if row >= shape.height {
                        out.fill(padding);
                        continue;
                    }
                    let line = (run.image * source.planes + plane) * plane_size + row * shape.width;
                    let line = &source.elements[line..line + shape.width];
                    copy(&shape, run.x, kx, line, padding, out);
                }
            }
        }
    }

    fn find_runs(&mut self, first: usize, count: usize) {
        let [height, width] = self.shape.output();
        self.runs.clear();
        let mut at = 0;
        while at < count {
            let pixel = first + at;
            let x = pixel % width;
            let run = (width - x).min(count - at);
            self.runs.push(PixelRun {
                image: pixel / (height * width),
                y: pixel / width % height,
                x,
                count: run,
                at,
            });
            at += run;
        }
    }
}

/// Copies what tap `kx` reads from row `line` of a plane at the outputs from `x` on.
#[inline]
fn copy<T: Copy>(shape: &ConvShape, x: usize, kx: usize, line: &[T], padding: T, out: &mut [T]) {
    let (stride, reach, before) = (shape.stride[1], kx * shape.dilation[1], shape.padding[1]);
    if stride == 1 {
        // Output i reads element x + i + reach - before of the line.
        let start = x + reach;
        let left = before.saturating_sub(start).min(out.len());
        let from = (start + left).saturating_sub(before).min(line.len());
        let inside = (line.len() - from).min(out.len() - left);
        out[..left].fill(padding);
        out[left..left + inside].copy_from_slice(&line[from..from + inside]);
        out[left + inside..].fill(padding);
        return;
    }
    for (i, out) in out.iter_mut().enumerate() {
        let column = ((x + i) * stride + reach).wrapping_sub(before);
        *out = line.get(column).copied().unwrap_or(padding);
    }
}
