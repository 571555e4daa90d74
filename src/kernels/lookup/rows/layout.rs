//! Where the codes lie that rows are looked up by.

use super::super::super::ConvShape;
use super::super::super::padded::Padded;

/// Where the codes of some images of a shape lie. Those of matrix products lie as they are; those of convolutions in the
/// midst of their padding, so that neighbouring pixels have neighbouring codes.
pub(super) struct Layout {
    /// From one group of channels to the next.
    pub group: usize,
    /// From a pixel's first code to that of each step.
    pub offsets: Vec<usize>,
    /// The first codes of all pixels.
    pub places: Vec<usize>,
    padded: Option<Padded>,
    /// Codes in all, where they are laid out.
    len: usize,
}

impl Layout {
    /// For so many images.
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
        let padded = Padded::new(shape);
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

    /// Room for the codes that are laid out.
    pub fn room(&self, pad_code: u8) -> Vec<u8> {
        vec![pad_code; self.len]
    }

    /// Lays activations of so many images or fewer out, where they do not lie right already. What is no activation stays
    /// as it is.
    pub fn fill<'a>(&self, activations: &'a [u8], room: &'a mut [u8]) -> &'a [u8] {
        let Some(padded) = &self.padded else { return activations };
        padded.fill(activations, room);
        room
    }
}
