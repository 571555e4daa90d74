//! The figure of an assignment: relative energy and share of the multiplications, layer by layer.

use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBColor, WHITE};

use super::{Canvas, Figure, FigureError, HAIRLINE, INK, TextLook, ticks};
use axmul_experiment::assignment::{Assignment, EnergySource};

const ENERGY: RGBColor = RGBColor(0x26, 0x60, 0xa4);
const OPERATIONS: RGBColor = RGBColor(0xe0, 0x8a, 0x1e);

/// Space around the bars of a panel, in pixels.
const LEFT: i32 = 64;
const RIGHT: i32 = 24;
const TOP: i32 = 64;
const BOTTOM: i32 = 44;
const PANEL_HEIGHT: i32 = 290;
/// Width of a layer's slot, and the limits of the whole figure.
const SLOT: usize = 118;
const WIDTH: (usize, usize) = (500, 2400);

/// One panel: a bar for every layer.
struct Panel {
    top: i32,
    width: i32,
    title: String,
    color: RGBColor,
    bars: Vec<Bar>,
    /// A line across all bars, and what is written of it below the title.
    line: Option<(f64, String)>,
}

struct Bar {
    layer: String,
    value: f64,
    label: String,
}

/// Draws an assignment: above, every layer's relative energy with its multiplier, and the network's as a line;
/// below, every layer's share of the multiplications.
pub fn layers_figure(assignment: &Assignment) -> Result<Figure, FigureError> {
    let layers = &assignment.layers;
    let width = (LEFT + RIGHT) + (SLOT * layers.len()).clamp(WIDTH.0, WIDTH.1) as i32;
    let reference = &assignment.reference;
    let energy = Panel {
        top: 0,
        width,
        title: "Relative energy".into(),
        color: ENERGY,
        bars: layers
            .iter()
            .map(|layer| Bar {
                layer: layer.name.clone(),
                value: layer.relative_energy,
                label: layer.multiplier.clone(),
            })
            .collect(),
        line: Some((
            assignment.relative_energy,
            format!(
                "{:.3} for the network (line); {} relative to {}",
                assignment.relative_energy,
                match assignment.energy {
                    EnergySource::Catalog => assignment.metric.to_string(),
                    EnergySource::Activity => "energy under each layer's own operands".into(),
                },
                reference.multiplier
            ),
        )),
    };
    let operations = Panel {
        top: PANEL_HEIGHT,
        width,
        title: "Share of the multiplications".into(),
        color: OPERATIONS,
        bars: layers
            .iter()
            .map(|layer| Bar {
                layer: layer.name.clone(),
                value: layer.opcount_fraction,
                label: format!("{:.1} %", 100.0 * layer.opcount_fraction),
            })
            .collect(),
        line: None,
    };
    Figure::draw((width as u32, 2 * PANEL_HEIGHT as u32), |canvas| {
        energy.draw(canvas)?;
        operations.draw(canvas)
    })
}

impl Panel {
    fn draw(&self, canvas: &Canvas<'_>) -> Result<(), FigureError> {
        let (right, bottom) = (self.width - RIGHT, self.top + PANEL_HEIGHT - BOTTOM);
        let height = f64::from(PANEL_HEIGHT - BOTTOM - TOP);
        // Room above the highest bar for its label.
        let highest = self.bars.iter().map(|bar| bar.value).fold(0.01, f64::max) * 1.1;
        let y = |value: f64| bottom - (height * value / highest).round() as i32;

        let title = TextLook::new(15.0).color(INK).bold();
        canvas.text(&self.title, (LEFT, self.top + 22), title)?;
        for tick in ticks(0.0, highest, 5) {
            let level = y(tick);
            canvas.line(&[(LEFT, level), (right, level)], HAIRLINE, 1)?;
            let look = TextLook::new(11.5).anchor(HPos::Right, VPos::Center);
            canvas.text(&format!("{tick:.2}"), (LEFT - 8, level), look)?;
        }
        let slot = f64::from(right - LEFT) / self.bars.len().max(1) as f64;
        let half = (slot * 0.32).min(44.0) as i32;
        let middle = |i: usize| LEFT + (slot * (i as f64 + 0.5)).round() as i32;
        for (i, bar) in self.bars.iter().enumerate() {
            canvas.fill([(middle(i) - half, y(bar.value)), (middle(i) + half, bottom)], self.color)?;
        }
        canvas.line(&[(LEFT, bottom), (right, bottom)], INK, 1)?;
        if let Some((value, label)) = &self.line {
            canvas.line(&[(LEFT, y(*value)), (right, y(*value))], INK, 2)?;
            canvas.text(label, (LEFT, self.top + 43), TextLook::new(12.0))?;
        }
        for (i, bar) in self.bars.iter().enumerate() {
            // A clear ground: no line runs through the label.
            let (low, reach) = (y(bar.value) - 3, 3 * bar.label.chars().count() as i32 + 4);
            canvas.fill([(middle(i) - reach, low - 13), (middle(i) + reach, low)], WHITE)?;
            let above = TextLook::new(11.0).color(INK).anchor(HPos::Center, VPos::Bottom);
            canvas.text(&bar.label, (middle(i), low - 1), above)?;
            let below = TextLook::new(12.0).color(INK).anchor(HPos::Center, VPos::Top);
            canvas.text(&bar.layer, (middle(i), bottom + 9), below)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_experiment::assignment::{CostMetric, LayerAssignment, Reference};

    #[test]
    fn every_layer_and_multiplier_is_named() {
        let layer = |name: &str, multiplier: &str, share: f64, energy: f64| LayerAssignment {
            name: name.into(),
            multiplier: multiplier.into(),
            opcount: 1,
            opcount_fraction: share,
            sigma: Some(0.1),
            tolerance: Some(1.0),
            wiring: None,
            divergence: None,
            predicted_std: 0.5,
            predicted_mean: 0.0,
            relative_energy: energy,
            activity: None,
        };
        let figure = layers_figure(&Assignment {
            metric: CostMetric::PowerMw,
            reference: Reference { multiplier: "exact-8s".into(), value: 0.4, exact: true },
            relative_energy: 0.58,
            energy: EnergySource::Catalog,
            catalog_relative_energy: None,
            energies: None,
            layers: vec![layer("conv1", "drum-4-8s", 0.4, 0.7), layer("linear", "mitchell-0-8s", 0.6, 0.5)],
        })
        .unwrap();
        for text in ["conv1", "linear", "drum-4-8s", "mitchell-0-8s", "60.0 %", "0.580 for", "exact-8s"] {
            assert!(figure.svg().contains(text), "{text} in {}", figure.svg());
        }
    }
}
