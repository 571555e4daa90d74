//! Where the codes of pixels are in memory.

use crate::ConvShape;
use crate::conv::padded::PaddedPlanes;

/// Where the codes of some images of a shape are: in place for matrix products, copied into their padding for convolutions,
/// so that neighboring pixels have neighboring codes.
pub(crate) struct CodeLayout {
    /// Offset from one group of channels to the next.
    pub group: usize,
    /// Offset of each step from a pixel's first code.
    pub offsets: Vec<usize>,
    /// Index of the first code of each pixel.
    pub places: Vec<usize>,
    padded: Option<PaddedPlanes>,
    /// Number of codes with padding, if they are copied.
    len: usize,
}

impl CodeLayout {
    /// Layout of a number of images.
    pub fn new(shape: &ConvShape, images: usize) -> Self {
        let (channels, in_group) = (shape.channels_in, shape.channels_in / shape.groups);
        if shape.is_matrix_product() {
            return Self {
                group: in_group,
                offsets: (0..in_group).collect(),
                places: (0..images).map(|image| image * channels).collect(),
                padded: None,
                len: 0,
            };
        }
        let padded = PaddedPlanes::new(shape);
        let [height, width] = shape.output();
        let image = channels * padded.plane;
        let pixels =
            (0..images).flat_map(|n| (0..height).flat_map(move |y| (0..width).map(move |x| (n, y, x))));
        Self {
            group: in_group * padded.plane,
            offsets: padded.offsets(in_group),
            places: pixels.map(|(n, y, x)| n * image + padded.place(y, x)).collect(),
            padded: Some(padded),
            len: images * image,
        }
    }

    /// A buffer for the copied codes.
    pub fn buffer(&self, pad_code: u8) -> Vec<u8> {
        vec![pad_code; self.len]
    }

    /// Copies the activations of at most that many images into the buffer, unless they can be read in place. Padding is left
    /// alone.
    pub fn fill<'a>(&self, activations: &'a [u8], buffer: &'a mut [u8]) -> &'a [u8] {
        let Some(padded) = &self.padded else { return activations };
        padded.fill(activations, buffer);
        buffer
    }
}
