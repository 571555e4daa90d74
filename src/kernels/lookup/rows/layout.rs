//! Where the codes lie that rows are looked up by.

use super::super::super::ConvShape;
use super::super::super::padded::{Padded, apart};
use super::super::super::unfold::transpose;

/// The codes of some images of a shape, so laid out that neighbouring pixels have neighbouring codes.
pub(super) struct Layout {
    /// Codes in all.
    pub len: usize,
    /// From one group of channels to the next.
    pub group: usize,
    /// From a pixel's first code to that of each step.
    pub offsets: Vec<usize>,
    /// The first codes of all pixels.
    pub places: Vec<usize>,
    /// From one channel or image to the next.
    pitch: usize,
    channels: usize,
    /// How images lie, unless they are of one pixel: then channels do, one after another.
    padded: Option<Padded>,
}

impl Layout {
    /// For so many images.
    pub fn new(shape: &ConvShape, images: usize) -> Self {
        let (channels, in_group) = (shape.channels_in, shape.channels_in / shape.groups);
        if shape.is_matrix_product() {
            let pitch = apart(images);
            return Self {
                len: channels * pitch,
                group: in_group * pitch,
                offsets: (0..in_group).map(|channel| channel * pitch).collect(),
                places: (0..images).collect(),
                pitch,
                channels,
                padded: None,
            };
        }
        let padded = Padded::new(shape);
        let [height, width] = shape.output();
        let image = channels * padded.plane;
        let pixels =
            (0..images).flat_map(|n| (0..height).flat_map(move |y| (0..width).map(move |x| (n, y, x))));
        Self {
            len: images * image,
            group: in_group * padded.plane,
            offsets: padded.offsets(in_group),
            places: pixels.map(|(n, y, x)| n * image + padded.place(y, x)).collect(),
            pitch: image,
            channels,
            padded: Some(padded),
        }
    }

    /// Lays activations out, of so many images or fewer. What is no activation stays as it is.
    pub fn fill(&self, activations: &[u8], codes: &mut [u8]) {
        match &self.padded {
            Some(padded) => padded.fill(activations, codes),
            None => transpose(activations, self.channels, codes, self.pitch),
        }
    }
}
