//! Figures: SVG, and the same picture as PNG on a machine without any font.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use resvg::usvg::{self, fontdb};
use resvg::{tiny_skia, tiny_skia::Pixmap};

use super::{Render, RenderError};

/// The font families of every figure. The first is compiled in for PNG output; Verdana has the same widths.
pub const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
/// The colour of titles.
pub const INK: RGBColor = RGBColor(0x22, 0x26, 0x2b);
/// The colour of axes and their labels.
pub const SOFT_INK: RGBColor = RGBColor(0x5c, 0x63, 0x6b);
/// The colour of lines that should not be noticed.
pub const HAIRLINE: RGBColor = RGBColor(0xd9, 0xdc, 0xe0);
/// The colours of series, told apart by colour-blind readers too (after Okabe and Ito).
pub const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 96, 160),
    RGBColor(213, 94, 0),
    RGBColor(0, 140, 105),
    RGBColor(170, 80, 150),
    RGBColor(190, 140, 0),
    RGBColor(90, 90, 90),
];

/// The colour of the series of this number, counted from 0; they come again after the last.
pub fn colour(series: usize) -> RGBColor {
    COLOURS[series % COLOURS.len()]
}

/// A picture in SVG.
#[derive(Clone, Debug)]
pub struct Figure {
    svg: String,
}

/// The file formats of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureFormat {
    /// Scalable, text as text.
    Svg,
    /// Pixels, two for each unit of the SVG.
    Png,
}

/// Why a figure cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// A file name whose extension is no figure format.
    #[error("{path}: a figure's file name ends in .svg or .png")]
    Extension {
        /// The file name.
        path: String,
    },
    /// The drawing failed.
    #[error("drawing failed: {0}")]
    Drawing(String),
}

impl FigureError {
    /// The error of a drawing or encoding step.
    pub fn drawing(error: impl std::fmt::Display) -> Self {
        Self::Drawing(error.to_string())
    }
}

impl FigureFormat {
    /// The format that a file name asks for with its extension.
    pub fn of_path(path: &Path) -> Result<Self, FigureError> {
        match path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase).as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(FigureError::Extension { path: path.display().to_string() }),
        }
    }

    /// A figure as a file of this format.
    pub fn bytes(self, figure: &Figure) -> Result<Vec<u8>, FigureError> {
        match self {
            Self::Svg => Ok(figure.svg.clone().into_bytes()),
            Self::Png => figure.png(2.0),
        }
    }
}

impl Render<Figure> for FigureFormat {
    fn render(&self, figure: &Figure) -> Result<Vec<u8>, RenderError> {
        Ok(self.bytes(figure)?)
    }
}

impl Figure {
    /// A figure of `size` pixels that `draw` fills; it starts white.
    pub fn draw(
        size: (u32, u32),
        draw: impl FnOnce(&Canvas<'_>) -> Result<(), FigureError>,
    ) -> Result<Self, FigureError> {
        let mut svg = String::new();
        {
            let canvas = Canvas(SVGBackend::with_string(&mut svg, size).into_drawing_area());
            canvas.0.fill(&WHITE).map_err(FigureError::drawing)?;
            draw(&canvas)?;
            canvas.0.present().map_err(FigureError::drawing)?;
        }
        Ok(Self { svg })
    }

    /// A figure that was drawn elsewhere; `svg` is a whole SVG document.
    pub fn from_svg(svg: String) -> Self {
        Self { svg }
    }

    /// The SVG source.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// Lays an image over the figure, its top left corner at `at`, scaled to `size` without smoothing.
    pub fn with_raster(
        mut self,
        raster: &Raster,
        at: (i32, i32),
        size: (u32, u32),
    ) -> Result<Self, FigureError> {
        let encoded = base64::engine::general_purpose::STANDARD.encode(raster.png()?);
        let end = self.svg.rfind("</svg>").ok_or_else(|| FigureError::drawing("the SVG has no end"))?;
        let mut image = String::new();
        let _ = writeln!(
            image,
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{encoded}\"/>",
            at.0, at.1, size.0, size.1
        );
        self.svg.insert_str(end, &image);
        Ok(self)
    }

    /// The figure in pixels, `scale` for each unit of the SVG, as a PNG file. Text is set in the font that is
    /// compiled in, whatever the machine has.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, FigureError> {
        static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
            let mut fonts = fontdb::Database::new();
            for font in [dejavu::sans::regular(), dejavu::sans::bold()] {
                fonts.load_font_data(font.to_vec());
            }
            fonts.set_sans_serif_family("DejaVu Sans");
            Arc::new(fonts)
        });
        let options = usvg::Options { fontdb: Arc::clone(&FONTS), ..usvg::Options::default() };
        let tree = usvg::Tree::from_str(&self.svg, &options).map_err(FigureError::drawing)?;
        let size = tree.size().to_int_size();
        let pixels = |length: u32| (length as f32 * scale).round() as u32;
        let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height()))
            .ok_or_else(|| FigureError::drawing("the picture has no size"))?;
        resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        pixmap.encode_png().map_err(FigureError::drawing)
    }
}

/// Small coloured cells, one pixel each, from the top left corner, row by row.
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
    fn png(&self) -> Result<Vec<u8>, FigureError> {
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

/// How a text stands at its point.
#[derive(Clone, Copy)]
pub struct TextLook {
    /// Height of the letters' em square in pixels.
    pub size: f64,
    /// Colour.
    pub colour: RGBColor,
    /// Whether it is bold.
    pub bold: bool,
    /// Which side of the text lies at the point.
    pub anchor: (HPos, VPos),
    /// Whether it runs upwards.
    pub upwards: bool,
}

impl TextLook {
    /// Upright text of a size in [`SOFT_INK`], anchored at its left and its middle.
    pub fn new(size: f64) -> Self {
        Self { size, colour: SOFT_INK, bold: false, anchor: (HPos::Left, VPos::Center), upwards: false }
    }

    /// In another colour.
    pub fn colour(self, colour: RGBColor) -> Self {
        Self { colour, ..self }
    }

    /// In bold.
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// Anchored elsewhere.
    pub fn anchor(self, horizontal: HPos, vertical: VPos) -> Self {
        Self { anchor: (horizontal, vertical), ..self }
    }

    /// Running upwards.
    pub fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }
}

/// What a figure is drawn on: pixels, from the top left corner.
pub struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

impl Canvas<'_> {
    /// Draws a text at a point.
    pub fn text(&self, text: &str, at: (i32, i32), look: TextLook) -> Result<(), FigureError> {
        let weight = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = if look.upwards { FontTransform::Rotate270 } else { FontTransform::None };
        // The SVG backend divides sizes by 1.24.
        let font = FontDesc::new(FontFamily::Name(FONT), look.size * 1.24, weight).transform(turn);
        let style = font.color(&look.colour).pos(Pos::new(look.anchor.0, look.anchor.1));
        self.0.draw_text(text, &style, at).map_err(FigureError::drawing)
    }

    /// Draws a line through points.
    pub fn line(&self, points: &[(i32, i32)], colour: RGBColor, width: u32) -> Result<(), FigureError> {
        let line = PathElement::new(points.to_vec(), colour.stroke_width(width));
        self.0.draw(&line).map_err(FigureError::drawing)
    }

    /// Draws the outline of a rectangle between two corners.
    pub fn frame(&self, corners: [(i32, i32); 2], colour: RGBColor, width: u32) -> Result<(), FigureError> {
        let frame = Rectangle::new(corners, colour.stroke_width(width));
        self.0.draw(&frame).map_err(FigureError::drawing)
    }

    /// Fills a rectangle between two corners.
    pub fn fill(&self, corners: [(i32, i32); 2], colour: RGBColor) -> Result<(), FigureError> {
        self.0.draw(&Rectangle::new(corners, colour.filled())).map_err(FigureError::drawing)
    }

    /// Draws a circle's outline.
    pub fn ring(&self, at: (i32, i32), radius: u32, colour: RGBColor) -> Result<(), FigureError> {
        self.0.draw(&Circle::new(at, radius, colour.stroke_width(1))).map_err(FigureError::drawing)
    }

    /// Draws a disc.
    pub fn disc(&self, at: (i32, i32), radius: u32, colour: RGBAColor) -> Result<(), FigureError> {
        self.0.draw(&Circle::new(at, radius, colour.filled())).map_err(FigureError::drawing)
    }
}

/// Round numbers that divide `low..=high` into about `count` steps: multiples of 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return vec![low];
    }
    let rough = span / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|&s| s >= rough * 0.999);
    let step = step.unwrap_or(rough);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(0.0, 192.0, 4), [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(ticks(-1.0, 1.0, 4), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(ticks(3.0, 3.0, 4), [3.0]);
    }

    /// Counts dark pixels: text must come out where no font is installed, bold or not.
    #[test]
    fn png_holds_text_and_rasters() {
        let figure = |text: &str| {
            let look = TextLook::new(20.0).colour(BLACK).bold();
            Figure::draw((100, 40), |canvas| canvas.text(text, (5, 20), look)).unwrap()
        };
        let dark = |figure: Figure| {
            let bytes = figure.png(2.0).unwrap();
            let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
            let mut reader = decoder.read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            assert_eq!((info.width, info.height), (200, 80));
            pixels.chunks(info.line_size / 200).filter(|pixel| pixel[0] < 100).count()
        };
        assert_eq!(dark(figure("")), 0);
        assert!(dark(figure("Test & <µm²>")) > 300);
        let raster = Raster { width: 2, height: 1, rgb: vec![[0; 3], [255; 3]] };
        assert_eq!(dark(figure("").with_raster(&raster, (10, 10), (40, 10)).unwrap()), 2 * 20 * 2 * 10);
    }

    #[test]
    fn the_extension_chooses_the_format() {
        assert_eq!(FigureFormat::of_path(Path::new("a/b.PNG")).unwrap(), FigureFormat::Png);
        assert_eq!(FigureFormat::of_path(Path::new("b.svg")).unwrap(), FigureFormat::Svg);
        let message = FigureFormat::of_path(Path::new("b.pdf")).unwrap_err().to_string();
        assert_eq!(message, "b.pdf: a figure's file name ends in .svg or .png");
    }
}
