//! The error of every operand pair, in colors.

use std::ops::RangeInclusive;

use plotters::style::text_anchor::{HPos, VPos};

use super::{Canvas, Figure, FigureError, HAIRLINE, INK, Raster, SOFT_INK, TextLook, ticks};
use crate::report::significant;
use axmul_metrics::{ErrorMap, Metrics, Tabulated};

/// The corner of the map, the length of its sides, and the whole figure, in pixels.
const MAP: (i32, i32) = (92, 112);
const SIDE: i32 = 512;
const SIZE: (u32, u32) = (750, 696);
/// Left side and width of the color bar.
const BAR: (i32, i32) = (MAP.0 + SIDE + 28, 18);

/// Draws the error map of a multiplier: a (activations) upwards, b (weights) to the right; red where the multiplier
/// underestimates, blue where it overestimates, as strong in either direction. A map with errors of one sign
/// shows that half of the scale. `metrics` are those named under the title.
pub fn heat_map(multiplier: &Tabulated, metrics: &Metrics) -> Result<Figure, FigureError> {
    let map = multiplier.error_map();
    let scale = ColorScale::of(&map);
    let figure = Figure::draw(SIZE, |canvas| {
        titles(canvas, multiplier, metrics)?;
        axes(canvas, &map)?;
        scale.bar(canvas)
    })?;
    let (columns, rows) = (1 << map.format().width_b(), 1 << map.format().width_a());
    // Images start at the top, maps with the lowest value of a.
    let mut lines: Vec<&[i64]> = map.rows().collect();
    lines.reverse();
    let rgb = lines.concat().into_iter().map(|error| scale.color(error as f64)).collect();
    let cells = Raster { width: columns, height: rows, rgb };
    let bar = Raster { width: 1, height: SIDE as u32, rgb: scale.gradient() };
    figure.with_raster(&cells, MAP, (SIDE as u32, SIDE as u32))?.with_raster(
        &bar,
        (BAR.0, MAP.1),
        (BAR.1 as u32, SIDE as u32),
    )
}

fn titles(canvas: &Canvas<'_>, multiplier: &Tabulated, metrics: &Metrics) -> Result<(), FigureError> {
    let left = MAP.0;
    let number = |value: f64| significant(value, 3);
    let format = multiplier.format();
    let mut circuit = format!(
        "{} {} × {} bits",
        if format.is_signed() { "signed" } else { "unsigned" },
        format.width_a(),
        format.width_b()
    );
    let cost = &multiplier.cost;
    for (figure, unit) in [(cost.power_mw, "mW"), (cost.area_um2, "µm²"), (cost.delay_ns, "ns")] {
        if let Some(figure) = figure {
            circuit.push_str(&format!("  ·  {} {unit}", number(figure)));
        }
    }
    let errors = format!(
        "MAE {} ({} %)  ·  WCE {} ({} %)  ·  MRE {} %  ·  EP {} %",
        number(metrics.mae),
        number(metrics.mae_pct),
        number(metrics.wce),
        number(metrics.wce_pct),
        number(metrics.mre_pct),
        number(metrics.ep_pct)
    );
    canvas.text(&shortened(&multiplier.name, 44), (left, 36), TextLook::new(21.0).color(INK).bold())?;
    canvas.text(&circuit, (left, 63), TextLook::new(12.5))?;
    canvas.text(&errors, (left, 84), TextLook::new(12.5))
}

/// At most `length` characters, the last one an ellipsis where some are missing.
fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

fn axes(canvas: &Canvas<'_>, map: &ErrorMap) -> Result<(), FigureError> {
    let (left, top) = MAP;
    let (right, bottom) = (left + SIDE, top + SIDE);
    canvas.frame([(left - 1, top - 1), (right + 1, bottom + 1)], SOFT_INK, 1)?;
    let label = TextLook::new(12.0);
    for (value, at) in operand_ticks(map.format().range_b()) {
        let x = left + at;
        canvas.line(&[(x, bottom + 1), (x, bottom + 6)], SOFT_INK, 1)?;
        canvas.text(&minus(value), (x, bottom + 10), label.anchor(HPos::Center, VPos::Top))?;
    }
    for (value, at) in operand_ticks(map.format().range_a()) {
        let y = bottom - at;
        canvas.line(&[(left - 6, y), (left - 1, y)], SOFT_INK, 1)?;
        canvas.text(&minus(value), (left - 10, y), label.anchor(HPos::Right, VPos::Center))?;
    }
    let name = TextLook::new(13.5).color(INK);
    let middle = SIDE / 2;
    canvas.text("b  (weight)", (left + middle, bottom + 36), name.anchor(HPos::Center, VPos::Top))?;
    let upwards = name.upwards().anchor(HPos::Center, VPos::Bottom);
    canvas.text("a  (activation)", (left - 50, top + middle), upwards)
}

/// Five operand values from end to end, with the distance in pixels of their cells' middles from the low end.
fn operand_ticks(range: RangeInclusive<i64>) -> Vec<(i64, i32)> {
    let (low, high) = (*range.start(), *range.end());
    let count = high - low + 1;
    let cell = f64::from(SIDE) / count as f64;
    let position = |value: i64| (((value - low) as f64 + 0.5) * cell).round() as i32;
    (0..=4)
        .map(|quarter| (low + quarter * count / 4).min(high))
        .map(|value| (value, position(value)))
        .collect()
}

/// Text with a real minus sign.
fn minus(value: impl ToString) -> String {
    value.to_string().replace('-', "−")
}

/// Colors for errors between the least and the greatest, 0 included.
struct ColorScale {
    low: f64,
    high: f64,
}

impl ColorScale {
    fn of(map: &ErrorMap) -> Self {
        let (low, high) = map.errors().iter().fold((0, 0), |(low, high), &e| (e.min(low), e.max(high)));
        let (low, high) = (low as f64, high as f64);
        // Both signs: symmetric, so that equally strong colors are equally large errors.
        let reach = high.max(-low);
        if low < 0.0 && high > 0.0 { Self { low: -reach, high: reach } } else { Self { low, high } }
    }

    /// From deep blue over a warm white at 0 to deep red.
    fn color(&self, error: f64) -> [u8; 3] {
        const STOPS: [[f64; 3]; 9] = [
            [8.0, 29.0, 88.0],
            [28.0, 78.0, 145.0],
            [74.0, 139.0, 194.0],
            [163.0, 201.0, 226.0],
            [247.0, 246.0, 243.0],
            [246.0, 190.0, 158.0],
            [222.0, 116.0, 84.0],
            [173.0, 38.0, 48.0],
            [92.0, 4.0, 28.0],
        ];
        let reach = self.high.max(-self.low);
        let middle = (STOPS.len() / 2) as f64;
        let at = if reach == 0.0 { middle } else { middle + middle * (error / reach).clamp(-1.0, 1.0) };
        let below = (at as usize).min(STOPS.len() - 2);
        let share = at - below as f64;
        std::array::from_fn(|channel| {
            let (from, to) = (STOPS[below][channel], STOPS[below + 1][channel]);
            (from + share * (to - from)).round() as u8
        })
    }

    /// The colors of the bar, one for each pixel from its top.
    fn gradient(&self) -> Vec<[u8; 3]> {
        let at = |y: i32| self.high - (self.high - self.low) * (f64::from(y) + 0.5) / f64::from(SIDE);
        (0..SIDE).map(|y| self.color(at(y))).collect()
    }

    fn bar(&self, canvas: &Canvas<'_>) -> Result<(), FigureError> {
        let (left, right) = (BAR.0, BAR.0 + BAR.1);
        let (top, bottom) = (MAP.1, MAP.1 + SIDE);
        canvas.frame([(left - 1, top - 1), (right + 1, bottom + 1)], HAIRLINE, 1)?;
        let middle = f64::from(top + bottom) / 2.0;
        let span = self.high - self.low;
        for tick in ticks(self.low, self.high, 8) {
            let y = if span == 0.0 {
                middle
            } else {
                f64::from(top) + (self.high - tick) / span * f64::from(SIDE)
            };
            let y = y.round() as i32;
            canvas.line(&[(right, y), (right + 5, y)], SOFT_INK, 1)?;
            canvas.text(&minus(significant(tick, 4)), (right + 9, y), TextLook::new(12.0))?;
        }
        let title = TextLook::new(12.5).upwards().anchor(HPos::Center, VPos::Top);
        let text =
            if span == 0.0 { "no error anywhere" } else { "error, exact − approximate (product units)" };
        let longest = ticks(self.low, self.high, 8).into_iter().map(|t| significant(t, 4).len()).max();
        // Digits of 12 pixels are 7.6 wide.
        let width = (longest.unwrap_or(1) as f64 * 7.6) as i32;
        canvas.text(text, (right + 18 + width, middle as i32), title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::{Cost, OperandFormat, ProductTable, Provenance};

    fn multiplier(format: OperandFormat, product: impl Fn(i64, i64) -> i64) -> Tabulated {
        let products = format.operands().map(|(a, b)| product(a, b) as i32).collect();
        Tabulated {
            name: "<odd> & even".into(),
            provider: "test".into(),
            table: ProductTable::new(format, products).unwrap(),
            cost: Cost { power_mw: Some(0.125), ..Cost::default() },
            provenance: Provenance::default(),
        }
    }

    fn svg(multiplier: &Tabulated) -> String {
        heat_map(multiplier, &multiplier.metrics()).unwrap().svg().to_owned()
    }

    #[test]
    fn cells_are_one_image_and_names_are_escaped() {
        let drawn = svg(&multiplier(OperandFormat::signed(8, 8), |a, b| (a * b) & !1));
        assert!(drawn.contains("&lt;odd&gt; &amp; even"));
        assert_eq!(drawn.matches("<image ").count(), 2);
        assert!(drawn.len() < 40_000, "{} bytes", drawn.len());
        for text in ["−128", "127", "0.125 mW", "a  (activation)", "b  (weight)", "MAE 0.25"] {
            assert!(drawn.contains(text), "{text}");
        }
    }

    #[test]
    fn exact_and_narrow_multipliers_have_maps_too() {
        assert!(svg(&multiplier(OperandFormat::unsigned(2, 2), |a, b| a * b)).contains("no error anywhere"));
        let oblong = multiplier(OperandFormat::unsigned(3, 2), |a, _| a);
        assert!(heat_map(&oblong, &oblong.metrics()).unwrap().png(1.0).unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn equal_errors_of_either_sign_are_equally_far_from_white() {
        let scale = ColorScale { low: -10.0, high: 10.0 };
        assert_eq!(scale.color(0.0), [247, 246, 243]);
        assert_eq!(scale.color(10.0), [92, 4, 28]);
        assert_eq!(scale.color(-10.0), [8, 29, 88]);
        assert_eq!(scale.gradient().len(), SIDE as usize);
        let [red, _, blue] = scale.color(5.0);
        assert!(red > blue);
    }
}
