//! The figure of a confusion matrix: predicted over true classes.

use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBColor, WHITE};

use super::{Canvas, Figure, FigureError, HAIRLINE, INK, Raster, TextLook};
use axmul_experiment::Confusion;

/// The corner of the matrix, about the length of its sides, and what the figure has beside and below it, in pixels.
const CORNER: (i32, i32) = (76, 88);
const SIDE: i32 = 560;
const RIGHT: i32 = 28;
const BOTTOM: i32 = 64;
/// Colors of right answers and of wrong ones, at their strongest, and of cells without images.
const RIGHT_ANSWER: [u8; 3] = [0x26, 0x60, 0xa4];
const WRONG_ANSWER: [u8; 3] = [0xc6, 0x5d, 0x0f];
const NONE: [u8; 3] = [247, 246, 243];
/// With more classes, cells are too small for numbers.
const MAX_NUMBERED: usize = 20;

/// Draws a confusion matrix: a row for each class, a column for each that its images were taken for; the stronger the
/// color, the larger the cell's share of the row. `of` names what the matrix is of.
pub fn confusion_figure(confusion: &Confusion, of: &str) -> Result<Figure, FigureError> {
    let classes = confusion.classes();
    // Whole pixels for each cell where cells are drawn one by one.
    let cell = (SIDE / classes.max(1) as i32).max(1);
    let side = if classes <= MAX_NUMBERED { cell * classes.max(1) as i32 } else { SIDE };
    let size = ((CORNER.0 + side + RIGHT) as u32, (CORNER.1 + side + BOTTOM) as u32);
    let figure = Figure::draw(size, |canvas| {
        titles(canvas, confusion, of)?;
        axes(canvas, classes, side)?;
        if classes <= MAX_NUMBERED { numbered(canvas, confusion, cell) } else { Ok(()) }
    })?;
    if classes <= MAX_NUMBERED {
        return Ok(figure);
    }
    let rgb = (0..classes)
        .flat_map(|class| (0..classes).map(move |taken_for| color(confusion, class, taken_for).0))
        .collect();
    let raster = Raster { width: classes as u32, height: classes as u32, rgb };
    figure.with_raster(&raster, CORNER, (side as u32, side as u32))
}

fn titles(canvas: &Canvas<'_>, confusion: &Confusion, of: &str) -> Result<(), FigureError> {
    let (right, images) = (confusion.right(), confusion.images());
    let share = if images == 0 { 0.0 } else { 100.0 * right as f64 / images as f64 };
    let title = TextLook::new(18.0).color(INK).bold();
    canvas.text("Test images by class and answer", (CORNER.0, 30), title)?;
    let text = format!("{of}  ·  {right} of {images} right ({share:.2} %)");
    canvas.text(&text, (CORNER.0, 56), TextLook::new(12.5))
}

fn axes(canvas: &Canvas<'_>, classes: usize, side: i32) -> Result<(), FigureError> {
    let (left, top) = CORNER;
    let bottom = top + side;
    canvas.frame([(left - 1, top - 1), (left + side, bottom)], HAIRLINE, 1)?;
    let label = TextLook::new(11.5);
    let every = if classes <= MAX_NUMBERED { 1 } else { classes.div_ceil(10) };
    for class in (0..classes).step_by(every) {
        let at = ((class as f64 + 0.5) * f64::from(side) / classes as f64).round() as i32;
        let name = class.to_string();
        canvas.text(&name, (left - 8, top + at), label.anchor(HPos::Right, VPos::Center))?;
        canvas.text(&name, (left + at, bottom + 8), label.anchor(HPos::Center, VPos::Top))?;
    }
    let name = TextLook::new(13.5).color(INK);
    let below = (left + side / 2, bottom + 32);
    canvas.text("predicted", below, name.anchor(HPos::Center, VPos::Top))?;
    let beside = (left - 42, top + side / 2);
    canvas.text("class", beside, name.upwards().anchor(HPos::Center, VPos::Bottom))
}

/// Cells with their counts.
fn numbered(canvas: &Canvas<'_>, confusion: &Confusion, cell: i32) -> Result<(), FigureError> {
    for class in 0..confusion.classes() {
        for (taken_for, &count) in confusion.row(class).iter().enumerate() {
            let (x, y) = (CORNER.0 + taken_for as i32 * cell, CORNER.1 + class as i32 * cell);
            let ([red, green, blue], strength) = color(confusion, class, taken_for);
            canvas.fill([(x, y), (x + cell - 1, y + cell - 1)], RGBColor(red, green, blue))?;
            if count > 0 {
                let text = count.to_string();
                // Digits are about 0.64 of their size wide.
                let size = (f64::from(cell) * 0.85 / (0.64 * text.len() as f64)).min(14.0);
                let ink = if strength > 0.55 { WHITE } else { INK };
                let look = TextLook::new(size).color(ink).anchor(HPos::Center, VPos::Center);
                canvas.text(&text, (x + cell / 2, y + cell / 2), look)?;
            }
        }
    }
    Ok(())
}

/// A cell's color and its strength, 0 to 1: the root of the cell's share of its row, so that a few wrong answers among
/// many right ones are seen.
fn color(confusion: &Confusion, class: usize, taken_for: usize) -> ([u8; 3], f64) {
    let row = confusion.row(class);
    let total: u64 = row.iter().sum();
    let strength = if total == 0 { 0.0 } else { (row[taken_for] as f64 / total as f64).sqrt() };
    let full = if class == taken_for { RIGHT_ANSWER } else { WRONG_ANSWER };
    let mix =
        |from: u8, to: u8| (f64::from(from) + strength * (f64::from(to) - f64::from(from))).round() as u8;
    (std::array::from_fn(|channel| mix(NONE[channel], full[channel])), strength)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nearly all right, some taken for the next class.
    fn matrix(classes: usize) -> Confusion {
        let mut matrix = Confusion::new(classes).unwrap();
        for class in 0..classes {
            for image in 0..50 + class {
                let wrong = image % 13 == 0;
                matrix.count(class, if wrong { (class + 1) % classes } else { class });
            }
        }
        matrix
    }

    #[test]
    fn few_classes_have_numbers_and_many_are_an_image() {
        let few = confusion_figure(&matrix(10), "retrain, seed 1").unwrap();
        for text in ["retrain, seed 1", "predicted", "\n46\n", "\n4\n"] {
            assert!(few.svg().contains(text), "{text}");
        }
        assert_eq!(few.svg().matches("<image ").count(), 0);
        let many = confusion_figure(&matrix(100), "search").unwrap();
        assert_eq!(many.svg().matches("<image ").count(), 1);
        assert!(many.png(1.0).unwrap().starts_with(b"\x89PNG"));
        confusion_figure(&Confusion::new(0).unwrap(), "nothing").unwrap();
    }

    #[test]
    fn colors_follow_the_share_of_the_row() {
        let mut matrix = Confusion::new(2).unwrap();
        assert_eq!(color(&matrix, 0, 0), (NONE, 0.0));
        matrix.count(0, 0);
        assert_eq!(color(&matrix, 0, 0), (RIGHT_ANSWER, 1.0));
        assert_eq!(color(&matrix, 0, 1), (NONE, 0.0));
        (0..3).for_each(|_| matrix.count(0, 1));
        assert_eq!(color(&matrix, 0, 0).1, 0.5);
    }
}
