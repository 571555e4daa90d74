//! Figures: SVG, and the same picture as PNG on a machine without any font.
//!
//! - [`Canvas`], [`TextLook`], [`Raster`], [`FigureFile`]: what figures are drawn with, and where they go.
//! - One file a figure: [`scatter()`], [`heat_map()`], [`layers_figure`], [`confusion_figure`],
//!   [`layer_energy_figure`] and [`agreement_figure`].

mod agreement;
mod axis;
mod canvas;
mod confusion;
mod figure_file;
mod heat_map;
mod layer_energy;
mod layers;
mod raster;
mod scatter;

pub use agreement::{AgreementPanel, AgreementPoint, agreement_figure};
pub use axis::ticks;
pub use canvas::{COLORS, Canvas, FONT, HAIRLINE, INK, SOFT_INK, TextLook, series_color};
pub use confusion::confusion_figure;
pub use figure_file::{FigureFile, FigureFileError};
pub use heat_map::heat_map;
pub use layer_energy::{LayerEnergySeries, layer_energy_figure};
pub use layers::layers_figure;
pub use raster::Raster;
pub use scatter::scatter;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use plotters::prelude::*;
use resvg::usvg::{self, fontdb};
use resvg::{tiny_skia, tiny_skia::Pixmap};

use super::{Render, RenderError};

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
    #[error("{path}: unknown figure format; expected .svg or .png")]
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts dark pixels: text must come out where no font is installed, bold or not.
    #[test]
    fn png_holds_text_and_rasters() {
        let figure = |text: &str| {
            let look = TextLook::new(20.0).color(BLACK).bold();
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
        assert_eq!(message, "b.pdf: unknown figure format; expected .svg or .png");
    }
}
