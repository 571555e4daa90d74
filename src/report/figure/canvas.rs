//! What figures are drawn on: colors, texts, lines and areas in pixels.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::FigureError;

/// The font families of every figure. The first is compiled in for PNG output; Verdana has the same widths.
pub const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
/// The color of titles.
pub const INK: RGBColor = RGBColor(0x22, 0x26, 0x2b);
/// The color of axes and their labels.
pub const SOFT_INK: RGBColor = RGBColor(0x5c, 0x63, 0x6b);
/// The color of lines that should not be noticed.
pub const HAIRLINE: RGBColor = RGBColor(0xd9, 0xdc, 0xe0);
/// The colors of series, told apart by color-blind readers too (after Okabe and Ito).
pub const COLORS: [RGBColor; 6] = [
    RGBColor(0, 96, 160),
    RGBColor(213, 94, 0),
    RGBColor(0, 140, 105),
    RGBColor(170, 80, 150),
    RGBColor(190, 140, 0),
    RGBColor(90, 90, 90),
];

/// The color of the series of this number, counted from 0; they come again after the last.
pub fn series_color(series: usize) -> RGBColor {
    COLORS[series % COLORS.len()]
}

/// How a text stands at its point.
#[derive(Clone, Copy)]
pub struct TextLook {
    /// Height of the letters' em square in pixels.
    pub size: f64,
    /// Color.
    pub color: RGBColor,
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
        Self { size, color: SOFT_INK, bold: false, anchor: (HPos::Left, VPos::Center), upwards: false }
    }

    /// In another color.
    pub fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
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
pub struct Canvas<'a>(pub(super) DrawingArea<SVGBackend<'a>, Shift>);

impl Canvas<'_> {
    /// Draws a text at a point.
    pub fn text(&self, text: &str, at: (i32, i32), look: TextLook) -> Result<(), FigureError> {
        let weight = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = if look.upwards { FontTransform::Rotate270 } else { FontTransform::None };
        // The SVG backend divides sizes by 1.24.
        let font = FontDesc::new(FontFamily::Name(FONT), look.size * 1.24, weight).transform(turn);
        let style = font.color(&look.color).pos(Pos::new(look.anchor.0, look.anchor.1));
        self.0.draw_text(text, &style, at).map_err(FigureError::drawing)
    }

    /// Draws a line through points.
    pub fn line(&self, points: &[(i32, i32)], color: RGBColor, width: u32) -> Result<(), FigureError> {
        let line = PathElement::new(points.to_vec(), color.stroke_width(width));
        self.0.draw(&line).map_err(FigureError::drawing)
    }

    /// Draws the outline of a rectangle between two corners.
    pub fn frame(&self, corners: [(i32, i32); 2], color: RGBColor, width: u32) -> Result<(), FigureError> {
        let frame = Rectangle::new(corners, color.stroke_width(width));
        self.0.draw(&frame).map_err(FigureError::drawing)
    }

    /// Fills a rectangle between two corners.
    pub fn fill(&self, corners: [(i32, i32); 2], color: RGBColor) -> Result<(), FigureError> {
        self.0.draw(&Rectangle::new(corners, color.filled())).map_err(FigureError::drawing)
    }

    /// Draws a circle's outline.
    pub fn ring(&self, at: (i32, i32), radius: u32, color: RGBColor) -> Result<(), FigureError> {
        self.0.draw(&Circle::new(at, radius, color.stroke_width(1))).map_err(FigureError::drawing)
    }

    /// Draws a disc.
    pub fn disc(&self, at: (i32, i32), radius: u32, color: RGBAColor) -> Result<(), FigureError> {
        self.0.draw(&Circle::new(at, radius, color.filled())).map_err(FigureError::drawing)
    }
}
