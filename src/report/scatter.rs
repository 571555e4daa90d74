//! Multipliers in the plane of two figures, with their Pareto front.

use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor};

use super::axis::Scale;
use super::figure::{COLOURS, Canvas, HAIRLINE, INK, SOFT_INK, TextLook, colour};
use super::{Figure, FigureError, significant};
use crate::compare::{CostOrigin, Field, Row};

/// The figures against which multipliers are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes {
    /// To the right.
    pub x: Field,
    /// Upwards.
    pub y: Field,
}

const SIZE: (u32, u32) = (860, 580);
/// The corners of the plane, in pixels.
const TOP_LEFT: (i32, i32) = (88, 78);
const BOTTOM_RIGHT: (i32, i32) = (830, 512);

/// Draws `rows`, those on their Pareto front ([`Row::pareto`]) in full colour, named and, where they form a
/// staircase in this plane, joined. Rows in which one of the figures is unknown are left out and counted.
pub fn scatter(rows: &[Row], axes: Axes) -> Result<Figure, FigureError> {
    let mut origins: Vec<Option<CostOrigin<'_>>> = rows.iter().map(Row::cost_origin).collect();
    origins.sort_unstable();
    origins.dedup();
    let known: Vec<(&Row, f64, f64)> =
        rows.iter().filter_map(|row| Some((row, axes.x.of(row)?, axes.y.of(row)?))).collect();
    let scale = |value: fn(&(&Row, f64, f64)) -> f64| Scale::of(&known.iter().map(value).collect::<Vec<_>>());
    let plane = Plane { x: scale(|point| point.1), y: scale(|point| point.2) };
    let points: Vec<Point<'_>> = known
        .iter()
        .map(|&(row, x, y)| Point {
            row,
            at: plane.at(x, y),
            colour: colour(origins.iter().position(|origin| *origin == row.cost_origin()).unwrap_or(0)),
        })
        .collect();
    Figure::draw(SIZE, |canvas| {
        titles(canvas, axes, rows.len(), points.len())?;
        plane.draw(canvas, axes)?;
        for &origin in &origins {
            let front =
                |point: &&Point<'_>| point.row.pareto == Some(true) && point.row.cost_origin() == origin;
            staircase(canvas, points.iter().filter(front).collect())?;
        }
        // Points of the front above the others.
        for front in [false, true] {
            for point in points.iter().filter(|point| (point.row.pareto == Some(true)) == front) {
                let (radius, opacity) = if front { (5, 1.0) } else { (4, 0.35) };
                canvas.disc(point.at, radius, point.colour.mix(opacity))?;
            }
        }
        labels(canvas, &points)?;
        if origins.len() > 1 { legend(canvas, &origins) } else { Ok(()) }
    })
}

struct Point<'a> {
    row: &'a Row,
    at: (i32, i32),
    colour: RGBColor,
}

struct Plane {
    x: Scale,
    y: Scale,
}

impl Plane {
    fn at(&self, x: f64, y: f64) -> (i32, i32) {
        let along = |from: i32, to: i32, share: f64| from + (f64::from(to - from) * share).round() as i32;
        (
            along(TOP_LEFT.0, BOTTOM_RIGHT.0, self.x.position(x)),
            along(BOTTOM_RIGHT.1, TOP_LEFT.1, self.y.position(y)),
        )
    }

    fn draw(&self, canvas: &Canvas<'_>, axes: Axes) -> Result<(), FigureError> {
        let ((left, top), (right, bottom)) = (TOP_LEFT, BOTTOM_RIGHT);
        let look = TextLook::new(12.0);
        for tick in self.x.ticks() {
            let (x, _) = self.at(tick, 1.0);
            canvas.line(&[(x, top), (x, bottom)], HAIRLINE, 1)?;
            canvas.text(&significant(tick, 4), (x, bottom + 9), look.anchor(HPos::Center, VPos::Top))?;
        }
        for tick in self.y.ticks() {
            let (_, y) = self.at(1.0, tick);
            canvas.line(&[(left, y), (right, y)], HAIRLINE, 1)?;
            canvas.text(&significant(tick, 4), (left - 9, y), look.anchor(HPos::Right, VPos::Center))?;
        }
        canvas.line(&[(left, top), (left, bottom), (right, bottom)], SOFT_INK, 1)?;
        let name = TextLook::new(13.5).colour(INK);
        let middle = ((left + right) / 2, (top + bottom) / 2);
        canvas.text(axes.x.label(), (middle.0, bottom + 34), name.anchor(HPos::Center, VPos::Top))?;
        canvas.text(axes.y.label(), (30, middle.1), name.upwards().anchor(HPos::Center, VPos::Center))
    }
}

fn titles(canvas: &Canvas<'_>, axes: Axes, all: usize, drawn: usize) -> Result<(), FigureError> {
    let title = format!("{} against {}", axes.y.name(), axes.x.name());
    canvas.text(&title, (TOP_LEFT.0, 30), TextLook::new(19.0).colour(INK).bold())?;
    let mut about = format!("{drawn} multipliers; the Pareto front is named");
    if drawn < all {
        about.push_str(&format!("; {} more without one of the figures", all - drawn));
    }
    canvas.text(&about, (TOP_LEFT.0, 54), TextLook::new(12.5))
}

/// Joins the points of a front by steps, if they descend from left to right.
fn staircase(canvas: &Canvas<'_>, mut front: Vec<&Point<'_>>) -> Result<(), FigureError> {
    front.sort_by_key(|point| (point.at.0, -point.at.1));
    let descends = front.windows(2).all(|pair| pair[0].at.1 <= pair[1].at.1);
    let (Some(first), true) = (front.first(), descends) else { return Ok(()) };
    let mut steps = vec![first.at];
    for pair in front.windows(2) {
        steps.extend([(pair[1].at.0, pair[0].at.1), pair[1].at]);
    }
    canvas.line(&steps, first.colour, 1)
}

/// Names the points of the front where there is room.
fn labels(canvas: &Canvas<'_>, points: &[Point<'_>]) -> Result<(), FigureError> {
    /// Boxes as left, top, right, bottom.
    type Area = (i32, i32, i32, i32);
    let overlap = |a: &Area, b: &Area| a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3;
    let mut taken: Vec<Area> =
        points.iter().map(|p| (p.at.0 - 4, p.at.1 - 4, p.at.0 + 4, p.at.1 + 4)).collect();
    let mut front: Vec<&Point<'_>> = points.iter().filter(|p| p.row.pareto == Some(true)).collect();
    front.sort_by_key(|point| point.at);
    for point in front {
        // Letters of 11 pixels are 6.7 wide on average.
        let width = (point.row.name.chars().count() as f64 * 6.7) as i32;
        let (x, y) = point.at;
        // Below and to the left of a front lies nothing.
        let places = [
            ((x - 9, y + 9), HPos::Right),
            ((x + 9, y - 8), HPos::Left),
            ((x + 9, y + 9), HPos::Left),
            ((x - 9, y - 8), HPos::Right),
        ];
        let free = places.into_iter().find_map(|(at, side)| {
            let left = if matches!(side, HPos::Left) { at.0 } else { at.0 - width };
            let area = (left, at.1 - 7, left + width, at.1 + 7);
            let inside = area.0 > TOP_LEFT.0 && area.2 < SIZE.0 as i32 - 4 && area.3 < BOTTOM_RIGHT.1;
            (inside && !taken.iter().any(|other| overlap(other, &area))).then_some((at, side, area))
        });
        if let Some((at, side, area)) = free {
            taken.push(area);
            let look = TextLook::new(11.0).colour(INK).anchor(side, VPos::Center);
            canvas.text(&point.row.name, at, look)?;
        }
    }
    Ok(())
}

fn legend(canvas: &Canvas<'_>, origins: &[Option<CostOrigin<'_>>]) -> Result<(), FigureError> {
    let known: Vec<CostOrigin<'_>> = origins.iter().flatten().copied().collect();
    for (index, origin) in origins.iter().take(COLOURS.len()).enumerate() {
        let name = origin.map_or_else(|| "no cost".to_owned(), |origin| origin.label(&known));
        let y = 20 + 15 * index as i32;
        let shown: String =
            if name.chars().count() > 52 { name.chars().take(51).chain(['…']).collect() } else { name };
        canvas.text(
            &shown,
            (BOTTOM_RIGHT.0 - 10, y),
            TextLook::new(11.0).anchor(HPos::Right, VPos::Center),
        )?;
        canvas.disc((BOTTOM_RIGHT.0, y), 4, colour(index).mix(1.0))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Mixing, mark_front, tests::row};

    const AXES: Axes = Axes { x: Field::Mae, y: Field::PowerMw };

    #[test]
    fn the_front_is_named_and_the_unknown_counted() {
        let mut rows = vec![
            row("exact", 0.0, Some(0.4), "lab"),
            row("good<1>", 0.5, Some(0.2), "lab"),
            row("beaten", 60.0, Some(0.3), "lab"),
            row("unknown", 1.0, None, ""),
        ];
        mark_front(&mut rows, &[Field::Mae, Field::PowerMw], Mixing::PerCostSource);
        let figure = scatter(&rows, AXES).unwrap();
        let svg = figure.svg();
        assert!(svg.contains("exact") && svg.contains("good&lt;1&gt;") && svg.contains("power (mW)"));
        assert!(!svg.contains("beaten"));
        assert!(svg.contains("3 multipliers; the Pareto front is named; 1 more without one of the figures"));
        assert_eq!(svg.matches("<circle").count(), 3 + 2, "points and the legend's two");
    }

    #[test]
    fn nothing_to_draw_is_an_empty_plane() {
        assert!(scatter(&[], AXES).unwrap().svg().contains("0 multipliers"));
    }
}
