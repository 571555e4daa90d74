//! Planes of an image with their padding around, in which a tap is a fixed offset from a pixel. Kernels that skip im2col
//! read them.

use crate::ConvShape;

/// Memory layout of the padded planes of one shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PaddedPlanes {
    shape: ConvShape,
    /// Elements of a row.
    pub row: usize,
    /// Elements of a plane.
    pub plane: usize,
}

/// Size of a buffer for this many elements, such that successive buffers do not all begin in the same few sets of a cache.
fn avoid_set_conflicts(elements: usize) -> usize {
    if elements.is_multiple_of(256) { elements + 64 } else { elements }
}

impl PaddedPlanes {
    pub fn new(shape: &ConvShape) -> Self {
        let row = shape.width + 2 * shape.padding[1];
        let plane = row * (shape.height + 2 * shape.padding[0]);
        Self { shape: *shape, row, plane: avoid_set_conflicts(plane) }
    }

    /// Offsets from a pixel to its inputs: `[plane, tap]`.
    pub fn offsets(&self, planes: usize) -> Vec<usize> {
        let [down, right] = self.shape.dilation;
        let taps = |plane| {
            (0..self.shape.kernel[0]).flat_map(move |ky| {
                (0..self.shape.kernel[1])
                    .map(move |kx| plane * self.plane + ky * down * self.row + kx * right)
            })
        };
        (0..planes).flat_map(taps).collect()
    }

    /// Index of the first tap of an output in the first plane.
    pub fn place(&self, y: usize, x: usize) -> usize {
        y * self.shape.stride[0] * self.row + x * self.shape.stride[1]
    }

    /// Copies planes into their padding, which is left alone.
    pub fn fill<T: Copy>(&self, planes: &[T], padded: &mut [T]) {
        let planes = planes.chunks_exact(self.shape.height * self.shape.width);
        for (padded, plane) in padded.chunks_exact_mut(self.plane).zip(planes) {
            let rows = padded[self.shape.padding[0] * self.row..].chunks_exact_mut(self.row);
            for (padded, row) in rows.zip(plane.chunks_exact(self.shape.width)) {
                padded[self.shape.padding[1]..][..self.shape.width].copy_from_slice(row);
            }
        }
    }
}
