//! Computed over published costs, one panel a metric.

use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::{Canvas, Figure, FigureError, HAIRLINE, INK, SOFT_INK, TextLook, series_color, ticks};
use crate::report::significant;

/// A panel: points (published, computed after scaling) and the line on which both are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreementPanel {
    /// What is shown, with its unit.
    pub title: String,
    /// A line of figures below it.
    pub about: String,
    /// The points of each series, in the order of the series' names.
    pub series: Vec<Vec<AgreementPoint>>,
}

/// A multiplier in a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreementPoint {
    /// Its name, shown where it is asked for.
    pub name: Option<String>,
    /// To the right.
    pub published: f64,
    /// Upwards.
    pub computed: f64,
}

const PANEL: i32 = 420;
const TOP: i32 = 122;
const LEFT: i32 = 64;
const RIGHT: i32 = 22;
const BOTTOM: i32 = 52;

/// Draws panels side by side, below a title and the names of the series.
pub fn agreement_figure(
    title: &str,
    series: &[&str],
    panels: &[AgreementPanel],
) -> Result<Figure, FigureError> {
    let height = TOP + (PANEL - LEFT - RIGHT) + BOTTOM;
    Figure::draw(((PANEL * panels.len() as i32) as u32, height as u32), |canvas| {
        canvas.text(title, (LEFT, 28), TextLook::new(18.0).color(INK).bold())?;
        let mut x = LEFT;
        for (number, name) in series.iter().enumerate() {
            canvas.disc((x + 4, 54), 4, series_color(number).mix(1.0))?;
            let look = TextLook::new(12.5).color(INK).anchor(HPos::Left, VPos::Center);
            canvas.text(name, (x + 14, 54), look)?;
            x += 14 + 8 * name.chars().count() as i32 + 24;
        }
        for (at, panel) in panels.iter().enumerate() {
            draw(canvas, PANEL * at as i32, panel)?;
        }
        Ok(())
    })
}

fn draw(canvas: &Canvas<'_>, offset: i32, panel: &AgreementPanel) -> Result<(), FigureError> {
    let side = PANEL - LEFT - RIGHT;
    let (left, bottom) = (offset + LEFT, TOP + side);
    let points = || panel.series.iter().flatten();
    let highest = points().map(|p| p.published.max(p.computed)).fold(f64::MIN_POSITIVE, f64::max) * 1.05;
    let along = |value: f64| (f64::from(side) * (value / highest).clamp(0.0, 1.0)).round() as i32;
    let at = |x: f64, y: f64| (left + along(x), bottom - along(y));
    canvas.text(&panel.title, (left, TOP - 32), TextLook::new(14.5).color(INK).bold())?;
    canvas.text(&panel.about, (left, TOP - 13), TextLook::new(11.5))?;
    let look = TextLook::new(11.5);
    for tick in ticks(0.0, highest, 5) {
        let text = significant(tick, 3);
        let (x, y) = at(tick, tick);
        canvas.line(&[(x, TOP), (x, bottom)], HAIRLINE, 1)?;
        canvas.line(&[(left, y), (left + side, y)], HAIRLINE, 1)?;
        canvas.text(&text, (x, bottom + 8), look.anchor(HPos::Center, VPos::Top))?;
        canvas.text(&text, (left - 8, y), look.anchor(HPos::Right, VPos::Center))?;
    }
    canvas.line(&[at(0.0, 0.0), at(highest, highest)], SOFT_INK, 1)?;
    canvas.line(&[(left, TOP), (left, bottom), (left + side, bottom)], SOFT_INK, 1)?;
    for (number, series) in panel.series.iter().enumerate() {
        for point in series {
            canvas.disc(at(point.published, point.computed), 4, series_color(number).mix(0.6))?;
        }
    }
    for point in points() {
        let Some(name) = &point.name else { continue };
        let (x, y) = at(point.published, point.computed);
        // Above the line the name goes to the left if there is room, else to the right, where fewer points are.
        let room = x - 8 - 7 * name.chars().count() as i32 > left;
        let (x, side) = match point.computed > point.published && room {
            true => (x - 8, HPos::Right),
            false => (x + 8, HPos::Left),
        };
        canvas.text(name, (x, y), TextLook::new(10.5).color(INK).anchor(side, VPos::Center))?;
    }
    let name = TextLook::new(12.0).color(INK);
    canvas.text("published", (left + side / 2, bottom + 27), name.anchor(HPos::Center, VPos::Top))?;
    let upwards = name.upwards().anchor(HPos::Center, VPos::Center);
    canvas.text("computed, scaled", (offset + 14, TOP + side / 2), upwards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_drawn_and_the_chosen_ones_are_named() {
        let point = |name: Option<&str>, published, computed| AgreementPoint {
            name: name.map(str::to_owned),
            published,
            computed,
        };
        let panel = |title: &str| AgreementPanel {
            title: title.into(),
            about: "Spearman 0.99".into(),
            series: vec![
                vec![point(None, 1.0, 1.1), point(Some("far"), 2.0, 1.0)],
                vec![point(None, 0.5, 0.5)],
            ],
        };
        let figure = agreement_figure("Agreement", &["first", "second"], &[panel("area"), panel("power")]);
        let figure = figure.unwrap();
        let svg = figure.svg();
        // Three points in each panel, and one for each name of a series.
        assert_eq!(svg.matches("<circle").count(), 2 * 3 + 2);
        for text in ["Agreement", "first", "second", "area", "power", "far", "Spearman 0.99"] {
            assert!(svg.contains(text), "{text}");
        }
    }
}
