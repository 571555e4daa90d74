//! Small images inside of figures.

use super::FigureError;

/// Small colored cells, one pixel each, from the top left corner, row by row.
#[derive(Clone, Debug)]
pub struct Raster {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green and blue of every pixel.
    pub rgb: Vec<[u8; 3]>,
}

impl Raster {
    /// The image as a PNG file.
    pub(super) fn png(&self) -> Result<Vec<u8>, FigureError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().map_err(FigureError::drawing)?;
        writer.write_image_data(self.rgb.as_flattened()).map_err(FigureError::drawing)?;
        writer.finish().map_err(FigureError::drawing)?;
        Ok(bytes)
    }
}
