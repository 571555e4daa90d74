//! Multipliers in the plane of two figures, with their Pareto fronts.

mod series;

use std::collections::BTreeMap;

use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor};

use super::axis::AxisScale;
use super::{Canvas, Figure, FigureError, HAIRLINE, INK, SOFT_INK, TextLook, series_color};
use crate::report::significant;
use axmul_metrics::compare::{ComparisonRow, CostOrigin, Field, Ranking};
use series::{ScatterSeries, draw_legend, text_width};

const WIDTH: i32 = 860;
/// The sides of the plane, in pixels.
const LEFT: i32 = 88;
const RIGHT: i32 = 830;
const TOP: i32 = 78;
const HEIGHT: i32 = 434;
/// What is below the plane.
const BELOW: i32 = 68;
/// The height of a line of the legend.
const LINE: i32 = 18;

/// Draws rows in the plane of the first two fields of the ranking that [`mark_front`](axmul_metrics::compare::mark_front) has
/// marked them by: those on a front in full color, and the front ([`ComparisonRow::pareto`]) named and, where it forms a
/// staircase in this plane, joined. Rows in which one of the figures is unknown are left out and counted.
///
/// With `catalogs`, each catalog has a color, in this order, and its own front ([`ComparisonRow::catalog_pareto`]) its
/// staircase; the joint front is ringed and lies beneath as a broad line. Without, each [`CostOrigin`] has a color.
pub fn scatter(
    rows: &[ComparisonRow],
    ranking: Ranking<'_>,
    catalogs: &[String],
) -> Result<Figure, FigureError> {
    let &[x, y, ..] = ranking.fields else {
        return Err(FigureError::drawing("it takes two fields to draw multipliers in a plane"));
    };
    let series = ScatterSeries::of(rows, catalogs);
    let known: Vec<(&ComparisonRow, f64, f64)> =
        rows.iter().filter_map(|row| Some((row, x.of(row)?, y.of(row)?))).collect();
    let scale = |value: fn(&(&ComparisonRow, f64, f64)) -> f64| {
        AxisScale::of(&known.iter().map(value).collect::<Vec<_>>())
    };
    let legend = series.legend();
    let lines = legend.last().map_or(0, |entry| entry.at.1 + 1);
    let top = TOP + LINE * lines;
    let plane = ScatterPlane { fields: [x, y], x: scale(|point| point.1), y: scale(|point| point.2), top };
    let points: Vec<ScatterPoint<'_>> = known
        .iter()
        .map(|&(row, x, y)| ScatterPoint {
            row,
            group: ranking.group(row),
            at: plane.at(x, y),
            series: series.number(row),
            prominent: series.own_front(row),
        })
        .collect();
    let about_costs = about_costs(&points).filter(|_| series.by_catalog);
    let height = top + HEIGHT + BELOW + if about_costs.is_some() { LINE } else { 0 };
    Figure::draw((WIDTH as u32, height as u32), |canvas| {
        titles(canvas, [x, y], &series.about(rows.len(), points.len()))?;
        plane.draw(canvas)?;
        staircases(canvas, &points, &series)?;
        // Points of a front above the others.
        for prominent in [false, true] {
            for point in points.iter().filter(|point| point.prominent == prominent) {
                let (radius, opacity) = if prominent { (5, 1.0) } else { (4, 0.35) };
                canvas.disc(point.at, radius, series_color(point.series).mix(opacity))?;
            }
        }
        if series.by_catalog {
            for point in points.iter().filter(|point| point.on_joint_front()) {
                canvas.ring(point.at, RING, INK)?;
            }
        }
        labels(canvas, &points, &plane)?;
        draw_legend(canvas, &legend)?;
        match about_costs {
            Some(text) => canvas.text(&text, (LEFT, height - 16), TextLook::new(11.0)),
            None => Ok(()),
        }
    })
}

/// The radius of the ring around points of the joint front.
const RING: u32 = 8;

/// Whose costs catalogs are compared by.
fn about_costs(points: &[ScatterPoint<'_>]) -> Option<String> {
    let origins = CostOrigin::distinct(points.iter().filter_map(|point| point.group));
    match &origins[..] {
        [] => None,
        [one] => Some(format!("costs: {}", one.source)),
        many => Some(format!("costs of {} sources or technologies, a joint front for each", many.len())),
    }
}

struct ScatterPoint<'a> {
    row: &'a ComparisonRow,
    /// Those of a front have the same.
    group: Option<CostOrigin<'a>>,
    at: (i32, i32),
    series: usize,
    /// Whether it is on the front of its series.
    prominent: bool,
}

impl ScatterPoint<'_> {
    fn on_joint_front(&self) -> bool {
        self.row.pareto == Some(true)
    }
}

struct ScatterPlane {
    fields: [Field; 2],
    x: AxisScale,
    y: AxisScale,
    top: i32,
}

impl ScatterPlane {
    fn bottom(&self) -> i32 {
        self.top + HEIGHT
    }

    fn at(&self, x: f64, y: f64) -> (i32, i32) {
        let along = |from: i32, to: i32, share: f64| from + (f64::from(to - from) * share).round() as i32;
        (along(LEFT, RIGHT, self.x.position(x)), along(self.bottom(), self.top, self.y.position(y)))
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Result<(), FigureError> {
        let (top, bottom) = (self.top, self.bottom());
        let look = TextLook::new(12.0);
        for tick in self.x.ticks() {
            let (x, _) = self.at(tick, 1.0);
            canvas.line(&[(x, top), (x, bottom)], HAIRLINE, 1)?;
            canvas.text(&significant(tick, 4), (x, bottom + 9), look.anchor(HPos::Center, VPos::Top))?;
        }
        for tick in self.y.ticks() {
            let (_, y) = self.at(1.0, tick);
            canvas.line(&[(LEFT, y), (RIGHT, y)], HAIRLINE, 1)?;
            canvas.text(&significant(tick, 4), (LEFT - 9, y), look.anchor(HPos::Right, VPos::Center))?;
        }
        canvas.line(&[(LEFT, top), (LEFT, bottom), (RIGHT, bottom)], SOFT_INK, 1)?;
        let name = TextLook::new(13.5).color(INK);
        let middle = ((LEFT + RIGHT) / 2, (top + bottom) / 2);
        let [x, y] = self.fields.map(Field::label);
        canvas.text(x, (middle.0, bottom + 34), name.anchor(HPos::Center, VPos::Top))?;
        canvas.text(y, (30, middle.1), name.upwards().anchor(HPos::Center, VPos::Center))
    }
}

fn titles(canvas: &Canvas<'_>, [x, y]: [Field; 2], about: &str) -> Result<(), FigureError> {
    let title = format!("{} vs. {}", y.name(), x.name());
    canvas.text(&title, (LEFT, 30), TextLook::new(19.0).color(INK).bold())?;
    canvas.text(about, (LEFT, 54), TextLook::new(12.5))
}

/// The joint fronts as broad lines beneath, then that of each series.
fn staircases(
    canvas: &Canvas<'_>,
    points: &[ScatterPoint<'_>],
    series: &ScatterSeries<'_>,
) -> Result<(), FigureError> {
    let mut joint: BTreeMap<Option<CostOrigin<'_>>, Vec<&ScatterPoint<'_>>> = BTreeMap::new();
    let mut own: BTreeMap<(usize, Option<CostOrigin<'_>>), Vec<&ScatterPoint<'_>>> = BTreeMap::new();
    for point in points {
        if point.on_joint_front() {
            joint.entry(point.group).or_default().push(point);
        }
        if point.prominent {
            let series = if series.by_catalog { point.series } else { 0 };
            own.entry((series, point.group)).or_default().push(point);
        }
    }
    if series.by_catalog {
        for front in joint.into_values() {
            staircase(canvas, front, JOINT, 7)?;
        }
    }
    for front in own.into_values() {
        let of_one_series = front.iter().all(|point| point.series == front[0].series);
        let color = if of_one_series { series_color(front[0].series) } else { SOFT_INK };
        staircase(canvas, front, color, 1)?;
    }
    Ok(())
}

/// The color of the line beneath the joint front.
const JOINT: RGBColor = RGBColor(0xd8, 0xd5, 0xc6);

/// Joins the points of a front by steps, if they descend from left to right.
fn staircase(
    canvas: &Canvas<'_>,
    mut front: Vec<&ScatterPoint<'_>>,
    color: RGBColor,
    width: u32,
) -> Result<(), FigureError> {
    // Where two points fall on one column of pixels, the step goes down there.
    front.sort_by_key(|point| point.at);
    let descends = front.windows(2).all(|pair| pair[0].at.1 <= pair[1].at.1);
    let (Some(first), true) = (front.first(), descends) else { return Ok(()) };
    let mut steps = vec![first.at];
    for pair in front.windows(2) {
        steps.extend([(pair[1].at.0, pair[0].at.1), pair[1].at]);
    }
    canvas.line(&steps, color, width)
}

/// Names the points of the front where there is room.
fn labels(canvas: &Canvas<'_>, points: &[ScatterPoint<'_>], plane: &ScatterPlane) -> Result<(), FigureError> {
    /// Boxes as left, top, right, bottom.
    type Area = (i32, i32, i32, i32);
    let overlap = |a: &Area, b: &Area| a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3;
    let mut taken: Vec<Area> =
        points.iter().map(|p| (p.at.0 - 4, p.at.1 - 4, p.at.0 + 4, p.at.1 + 4)).collect();
    let mut front: Vec<&ScatterPoint<'_>> = points.iter().filter(|point| point.on_joint_front()).collect();
    front.sort_by_key(|point| (point.at, &point.row.name));
    // Releases of one library hold the same multiplier.
    front.dedup_by_key(|point| (point.at, &point.row.name));
    for point in front {
        let width = text_width(&point.row.name);
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
            let inside = area.0 > LEFT && area.2 < WIDTH - 4 && area.3 < plane.bottom();
            (inside && !taken.iter().any(|other| overlap(other, &area))).then_some((at, side, area))
        });
        if let Some((at, side, area)) = free {
            taken.push(area);
            let look = TextLook::new(11.0).color(INK).anchor(side, VPos::Center);
            canvas.text(&point.row.name, at, look)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::compare::{Mixing, mark_front, testing::row};

    const FIELDS: [Field; 2] = [Field::Mae, Field::PowerMw];
    const RANKING: Ranking<'static> = Ranking { fields: &FIELDS, mixing: Mixing::PerCostSource };

    #[test]
    fn the_front_is_named_and_the_unknown_counted() {
        let mut rows = vec![
            row("exact", 0.0, Some(0.4), "lab"),
            row("good<1>", 0.5, Some(0.2), "lab"),
            row("beaten", 60.0, Some(0.3), "lab"),
            row("unknown", 1.0, None, ""),
        ];
        mark_front(&mut rows, RANKING);
        let figure = scatter(&rows, RANKING, &[]).unwrap();
        let svg = figure.svg();
        assert!(svg.contains("exact") && svg.contains("good&lt;1&gt;") && svg.contains("power (mW)"));
        assert!(!svg.contains("beaten"));
        assert!(svg.contains("3 multipliers; the Pareto front is named; 1 more with missing values"));
        assert_eq!(svg.matches("<circle").count(), 3 + 2, "points and the legend's two");
    }

    /// The rows of two catalogs and a third without any.
    fn drawn(mut rows: Vec<ComparisonRow>, ranking: Ranking<'_>) -> String {
        for (index, row) in rows.iter_mut().enumerate() {
            row.catalog = if index % 2 == 0 { "ours" } else { "the <others>" }.into();
        }
        mark_front(&mut rows, ranking);
        scatter(&rows, ranking, &["ours".into(), "empty".into()]).unwrap().svg().to_owned()
    }

    #[test]
    fn catalogs_have_their_own_fronts_below_the_joint_one() {
        let rows = vec![
            row("a", 1.0, Some(4.0), "lab"),
            row("beaten", 4.0, Some(4.0), "lab"),
            row("c", 4.0, Some(1.0), "lab"),
            row("own", 5.0, Some(2.0), "lab"),
        ];
        let svg = drawn(rows, RANKING);
        assert!(svg.contains("4 multipliers of 3 catalogs; the joint front is ringed and named"), "{svg}");
        for text in ["ours", "empty", "the &lt;others&gt;", "joint front", "costs: lab", ">a<", ">c<"] {
            let text = text.trim_matches(['>', '<']);
            assert!(svg.lines().any(|line| line.trim() == text), "{text}: {svg}");
        }
        assert!(!svg.contains("beaten") && !svg.lines().any(|line| line.trim() == "own"));
        // Points, two rings, the legend's three colors and its ring.
        assert_eq!(svg.matches("<circle").count(), 4 + 2 + 3 + 1);
        // The broad one, and one for each catalog with rows.
        assert_eq!(svg.matches("stroke-width=\"7\"").count(), 1);
    }

    /// Steps narrower than a pixel are steps still.
    #[test]
    fn close_points_are_joined_too() {
        let powers = [1.0, 2.0, 2.0001, 3.0, 900.0];
        let rows: Vec<ComparisonRow> = powers
            .iter()
            .enumerate()
            .map(|(at, &power)| row("m", 5.0 - at as f64, Some(power), "lab"))
            .collect();
        let svg = drawn(rows, Ranking { fields: &[Field::PowerMw, Field::Mae], ..RANKING });
        assert_eq!(svg.matches("stroke-width=\"7\"").count(), 1, "{svg}");
    }

    #[test]
    fn several_origins_have_a_joint_front_each() {
        let rows = |source: &str| {
            vec![
                row("a", 1.0, Some(4.0), "lab"),
                row("b", 2.0, Some(3.0), source),
                row("c", 3.0, Some(2.0), "lab"),
            ]
        };
        let apart = drawn(rows("guess"), RANKING);
        assert!(apart.contains("costs of 2 sources or technologies, a joint front for each"), "{apart}");
        let mixed = drawn(rows("guess"), Ranking { mixing: Mixing::AllSources, ..RANKING });
        assert!(!mixed.contains("costs of 2") && !mixed.contains("costs: "), "{mixed}");
    }

    #[test]
    fn a_plane_has_two_fields() {
        let error = scatter(&[], Ranking { fields: &[Field::Mae], ..RANKING }, &[]).unwrap_err();
        assert!(error.to_string().contains("two fields"), "{error}");
    }

    #[test]
    fn nothing_to_draw_is_an_empty_plane() {
        assert!(scatter(&[], RANKING, &[]).unwrap().svg().contains("0 multipliers"));
    }
}
