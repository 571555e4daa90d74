//! The figure of an assignment: relative energy and share of the multiplications, layer by layer.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::assignment::Assignment;

const ENERGY: RGBColor = RGBColor(38, 96, 164);
const OPERATIONS: RGBColor = RGBColor(237, 139, 0);
const INK: RGBColor = RGBColor(51, 51, 51);
const GRID: RGBColor = RGBColor(221, 221, 221);
const FONT: &str = "sans-serif";

/// Space around the bars, in pixels: left, right, top, bottom of each panel.
const LEFT: i32 = 64;
const RIGHT: i32 = 20;
const TOP: i32 = 34;
const BOTTOM: i32 = 58;
const PANEL_HEIGHT: u32 = 260;

/// One panel: a bar for every layer, from 0 to 1 or above.
struct Panel<'a> {
    title: &'a str,
    color: RGBColor,
    /// Height of each layer's bar, and what is written above it.
    bars: Vec<(f64, String)>,
    /// A horizontal line, and what is written at it.
    line: Option<(f64, String)>,
}

/// Draws an assignment as SVG: above, every layer's relative energy with its multiplier, and the network's as a
/// line; below, every layer's share of the multiplications.
pub fn layers_svg(assignment: &Assignment) -> String {
    let layers = &assignment.layers;
    let width = (LEFT + RIGHT) as u32 + (110 * layers.len() as u32).clamp(420, 2400);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (width, 2 * PANEL_HEIGHT)).into_drawing_area();
        draw(&root, assignment).expect("drawing into a string");
        root.present().expect("drawing into a string");
    }
    svg
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type DrawError<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

fn draw<'a>(root: &Area<'a>, assignment: &Assignment) -> Result<(), DrawError<'a>> {
    root.fill(&WHITE)?;
    let layers = &assignment.layers;
    let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    let (above, below) = root.split_vertically(PANEL_HEIGHT);
    let title =
        format!("Relative energy ({} / that of {})", assignment.metric, assignment.reference.multiplier);
    let energy = Panel {
        title: &title,
        color: ENERGY,
        bars: layers.iter().map(|l| (l.relative_energy, l.multiplier.clone())).collect(),
        line: Some((assignment.relative_energy, format!("network {:.3}", assignment.relative_energy))),
    };
    let operations = Panel {
        title: "Share of the multiplications",
        color: OPERATIONS,
        bars: layers
            .iter()
            .map(|l| (l.opcount_fraction, format!("{:.1} %", 100.0 * l.opcount_fraction)))
            .collect(),
        line: None,
    };
    energy.draw(&above, &names)?;
    operations.draw(&below, &names)
}

impl Panel<'_> {
    fn draw<'a>(&self, area: &Area<'a>, names: &[&str]) -> Result<(), DrawError<'a>> {
        let (width, height) = (area.dim_in_pixel().0 as i32, area.dim_in_pixel().1 as i32);
        let (right, bottom) = (width - RIGHT, height - BOTTOM);
        // The highest bar leaves room for what is written above it.
        let highest = self.bars.iter().map(|bar| bar.0).fold(0.0, f64::max);
        let step = grid_step(highest.max(0.05));
        let top_value = step * (1.12 * highest.max(0.05) / step).ceil();
        let y = |value: f64| bottom - ((bottom - TOP) as f64 * value / top_value).round() as i32;
        let text = |size: i32, h: HPos, v: VPos, color: RGBColor| {
            (FONT, size).into_font().color(&color).pos(Pos::new(h, v))
        };

        area.draw_text(self.title, &text(15, HPos::Left, VPos::Center, INK), (LEFT, TOP / 2 - 2))?;
        let mut tick = 0.0;
        while tick <= top_value + step / 2.0 {
            area.draw(&PathElement::new(vec![(LEFT, y(tick)), (right, y(tick))], GRID))?;
            let label = format!("{tick:.*}", if step < 0.1 { 2 } else { 1 });
            area.draw_text(&label, &text(12, HPos::Right, VPos::Center, INK), (LEFT - 8, y(tick)))?;
            tick += step;
        }
        let slot = f64::from(right - LEFT) / names.len().max(1) as f64;
        for (i, ((value, label), name)) in self.bars.iter().zip(names).enumerate() {
            let middle = LEFT + (slot * (i as f64 + 0.5)) as i32;
            let half = (slot * 0.32) as i32;
            area.draw(&Rectangle::new(
                [(middle - half, y(*value)), (middle + half, bottom)],
                self.color.filled(),
            ))?;
            let above = text(11, HPos::Center, VPos::Bottom, INK);
            area.draw_text(label, &above, (middle, y(*value) - 3))?;
            let below = text(12, HPos::Center, VPos::Top, INK);
            area.draw_text(name, &below, (middle, bottom + 7))?;
        }
        area.draw(&PathElement::new(vec![(LEFT, bottom), (right, bottom)], INK.stroke_width(1)))?;
        if let Some((value, label)) = &self.line {
            area.draw(&PathElement::new(vec![(LEFT, y(*value)), (right, y(*value))], INK.stroke_width(2)))?;
            // Beside the title, so that it covers no bar.
            area.draw(&PathElement::new(
                vec![(right - 132, TOP / 2 - 2), (right - 108, TOP / 2 - 2)],
                INK.stroke_width(2),
            ))?;
            area.draw_text(label, &text(12, HPos::Left, VPos::Center, INK), (right - 102, TOP / 2 - 2))?;
        }
        Ok(())
    }
}

/// A round distance between grid lines that makes about five of them.
fn grid_step(highest: f64) -> f64 {
    let magnitude = 10f64.powf((highest / 5.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * magnitude)
        .into_iter()
        .find(|step| highest / step <= 6.0)
        .unwrap_or(10.0 * magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assignment::{CostMetric, LayerAssignment, Reference};

    #[test]
    fn every_layer_and_multiplier_is_named() {
        let layer = |name: &str, multiplier: &str, share: f64, energy: f64| LayerAssignment {
            name: name.into(),
            multiplier: multiplier.into(),
            opcount: 1,
            opcount_fraction: share,
            sigma: 0.1,
            tolerance: 1.0,
            predicted_std: 0.5,
            predicted_mean: 0.0,
            relative_energy: energy,
        };
        let svg = layers_svg(&Assignment {
            metric: CostMetric::PowerMw,
            reference: Reference { multiplier: "exact-8s".into(), value: 0.4, exact: true },
            relative_energy: 0.58,
            layers: vec![layer("conv1", "drum-4-8s", 0.4, 0.7), layer("linear", "mitchell-0-8s", 0.6, 0.5)],
        });
        for text in ["conv1", "linear", "drum-4-8s", "mitchell-0-8s", "60.0 %", "network 0.580", "exact-8s"] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
    }

    #[test]
    fn grid_lines_are_few_and_round() {
        assert_eq!(grid_step(1.0), 0.2);
        assert!((grid_step(0.576) - 0.1).abs() < 1e-12);
        assert!((2.0..=6.0).contains(&(0.05 / grid_step(0.05))));
    }
}
