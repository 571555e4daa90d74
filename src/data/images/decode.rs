//! JPEG and PNG to bytes.

use std::io::Cursor;

use png::{ColorType, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::MAX_SIDE;

/// An image, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// 1 or 3.
    pub channels: usize,
    pub rows: usize,
    pub columns: usize,
    /// `[channels, rows, columns]`.
    pub pixels: Vec<u8>,
}

/// Whether the name is that of an image that [`decode`] may know.
pub(super) fn is_image(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["png", "jpg", "jpeg"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Decodes a JPEG or PNG, told by its content: grey to one channel, everything else to three. Transparency is left
/// out, 16 bits are cut to 8.
pub(super) fn decode(bytes: &[u8]) -> Result<Picture, String> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        decode_png(bytes)
    } else if bytes.starts_with(&[0xff, 0xd8]) {
        decode_jpeg(bytes)
    } else if bytes.is_empty() {
        Err("the file is empty".to_owned())
    } else {
        Err("it begins neither like a JPEG nor like a PNG".to_owned())
    }
}

fn decode_jpeg(bytes: &[u8]) -> Result<Picture, String> {
    let options = DecoderOptions::default()
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        // A JPEG that breaks off would otherwise come out grey from there on.
        .set_strict_mode(true)
        .jpeg_set_max_scans(64);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    let fault = |error: zune_jpeg::errors::DecodeErrors| format!("a damaged JPEG ({error})");
    decoder.decode_headers().map_err(fault)?;
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    decoder.set_options(options.jpeg_set_out_colorspace(if grey {
        ColorSpace::Luma
    } else {
        ColorSpace::RGB
    }));
    let (columns, rows) = decoder.dimensions().ok_or("a damaged JPEG (it has no size)")?;
    check_size(rows, columns)?;
    let pixels = decoder.decode().map_err(fault)?;
    planes(pixels, if grey { 1 } else { 3 }, 0, rows, columns)
}

fn decode_png(bytes: &[u8]) -> Result<Picture, String> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    // Palettes and fewer bits become 8 bits a channel.
    decoder.set_transformations(Transformations::normalize_to_color8());
    let fault = |error: png::DecodingError| format!("a damaged PNG ({error})");
    let mut reader = decoder.read_info().map_err(fault)?;
    let (rows, columns) = (reader.info().height as usize, reader.info().width as usize);
    check_size(rows, columns)?;
    let length = reader.output_buffer_size().ok_or("a damaged PNG (too large)")?;
    let mut pixels = vec![0; length];
    let frame = reader.next_frame(&mut pixels).map_err(fault)?;
    reader.finish().map_err(fault)?;
    pixels.truncate(frame.buffer_size());
    let (channels, alpha) = match frame.color_type {
        ColorType::Grayscale => (1, 0),
        ColorType::GrayscaleAlpha => (1, 1),
        ColorType::Rgb => (3, 0),
        ColorType::Rgba => (3, 1),
        ColorType::Indexed => return Err("a damaged PNG (its palette was not applied)".to_owned()),
    };
    planes(pixels, channels, alpha, rows, columns)
}

fn check_size(rows: usize, columns: usize) -> Result<(), String> {
    if rows == 0 || columns == 0 || rows > MAX_SIDE || columns > MAX_SIDE {
        return Err(format!("it has {rows}x{columns} pixels; expected 1 to {MAX_SIDE} rows and columns"));
    }
    Ok(())
}

/// From pixel by pixel, each with `alpha` bytes that are left out, to channel by channel.
fn planes(
    pixels: Vec<u8>,
    channels: usize,
    alpha: usize,
    rows: usize,
    columns: usize,
) -> Result<Picture, String> {
    let (step, size) = (channels + alpha, rows * columns);
    if pixels.len() != step * size {
        return Err(format!("it decodes to {} bytes instead of {}", pixels.len(), step * size));
    }
    let pixels = match step {
        1 => pixels,
        _ => (0..channels).flat_map(|c| pixels.iter().skip(c).step_by(step).copied()).collect(),
    };
    Ok(Picture { channels, rows, columns, pixels })
}

impl Picture {
    /// The image with this many channels, 1 or 3.
    pub fn with_channels(self, channels: usize) -> Self {
        let size = self.rows * self.columns;
        let pixels = match (self.channels, channels) {
            (1, 3) => self.pixels.repeat(3),
            (3, 1) => {
                let plane = |c: usize| self.pixels[c * size..(c + 1) * size].iter().map(|&p| u32::from(p));
                let luma =
                    |((r, g), b): ((u32, u32), u32)| ((299 * r + 587 * g + 114 * b + 500) / 1000) as u8;
                plane(0).zip(plane(1)).zip(plane(2)).map(luma).collect()
            }
            _ => return self,
        };
        Self { channels, pixels, ..self }
    }
}
