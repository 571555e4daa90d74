//! What a product takes in each layer of a network: multipliers side by side, under the layers' own operands.

use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor};

use super::{Canvas, Figure, FigureError, HAIRLINE, INK, SOFT_INK, TextLook, series_color, ticks};

/// One multiplier's energies.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerEnergySeries {
    /// Its name.
    pub name: String,
    /// Energy of a product under uniform operands, in femtojoules.
    pub uniform_fj: f64,
    /// The same under each layer's operands.
    pub layers_fj: Vec<f64>,
}

const LEFT: i32 = 74;
const RIGHT: i32 = 24;
const TOP: i32 = 66;
const HEIGHT: i32 = 400;
const BOTTOM: i32 = 48;
/// Width of a bar, and the space between two layers.
const BAR: i32 = 34;
const GAP: i32 = 36;

/// Draws a group of bars for every layer, a bar for every multiplier, and across each bar its energy under uniform
/// operands as a line: what a figure that knows no layers would say.
pub fn layer_energy_figure(layers: &[String], series: &[LayerEnergySeries]) -> Result<Figure, FigureError> {
    let names: usize = series.iter().map(|one| 30 + 8 * one.name.chars().count()).sum();
    let group = BAR * series.len().max(1) as i32 + GAP;
    let width = (LEFT + RIGHT + group * layers.len() as i32).max(LEFT + RIGHT + names as i32).max(640);
    let slot = (width - LEFT - RIGHT) / layers.len().max(1) as i32;
    let highest = series
        .iter()
        .flat_map(|one| one.layers_fj.iter().chain([&one.uniform_fj]))
        .fold(1e-9, |x: f64, y| x.max(*y));
    let scale = f64::from(HEIGHT - TOP - BOTTOM) / (highest * 1.08);
    let bottom = HEIGHT - BOTTOM;
    let y = |energy: f64| bottom - (energy * scale).round() as i32;
    Figure::draw((width as u32, HEIGHT as u32), |canvas| {
        canvas.text("Energy of a product (fJ)", (LEFT, 24), TextLook::new(16.0).color(INK).bold())?;
        legend(canvas, series)?;
        for tick in ticks(0.0, highest * 1.08, 6) {
            canvas.line(&[(LEFT, y(tick)), (width - RIGHT, y(tick))], HAIRLINE, 1)?;
            let look = TextLook::new(11.5).anchor(HPos::Right, VPos::Center);
            canvas.text(&format!("{tick}"), (LEFT - 8, y(tick)), look)?;
        }
        for (at, layer) in layers.iter().enumerate() {
            let middle = LEFT + slot * at as i32 + slot / 2;
            let start = middle - BAR * series.len() as i32 / 2;
            for (number, one) in series.iter().enumerate() {
                let (left, right) = (start + BAR * number as i32 + 2, start + BAR * (number as i32 + 1) - 2);
                let energy = one.layers_fj.get(at).copied().unwrap_or(0.0);
                canvas.fill([(left, y(energy)), (right, bottom)], series_color(number))?;
                canvas.line(&[(left - 2, y(one.uniform_fj)), (right + 2, y(one.uniform_fj))], INK, 2)?;
                let label = TextLook::new(10.0).color(RGBColor(255, 255, 255));
                let inside = y(energy) + 4;
                if inside + 12 < bottom {
                    let label = label.anchor(HPos::Center, VPos::Top);
                    canvas.text(&format!("{energy:.0}"), ((left + right) / 2, inside), label)?;
                }
            }
            let below = TextLook::new(12.5).color(INK).anchor(HPos::Center, VPos::Top);
            canvas.text(layer, (middle, bottom + 9), below)?;
        }
        canvas.line(&[(LEFT, bottom), (width - RIGHT, bottom)], SOFT_INK, 1)
    })
}

fn legend(canvas: &Canvas<'_>, series: &[LayerEnergySeries]) -> Result<(), FigureError> {
    let look = TextLook::new(12.0).anchor(HPos::Left, VPos::Center);
    let mut x = LEFT;
    for (number, one) in series.iter().enumerate() {
        canvas.disc((x + 5, 47), 5, series_color(number).mix(1.0))?;
        canvas.text(&one.name, (x + 15, 47), look.color(INK))?;
        x += 30 + 8 * one.name.chars().count() as i32;
    }
    canvas.line(&[(x, 47), (x + 22, 47)], INK, 2)?;
    canvas.text("uniform operands", (x + 28, 47), look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_and_multiplier_is_named() {
        let series = |name: &str, layers_fj: &[f64]| LayerEnergySeries {
            name: name.into(),
            uniform_fj: 800.0,
            layers_fj: layers_fj.to_vec(),
        };
        let layers = ["conv1".to_owned(), "linear".to_owned()];
        let both = [series("exact-8s", &[612.4, 240.0]), series("drum-4-8s", &[300.0, 1.0])];
        let figure = layer_energy_figure(&layers, &both).unwrap();
        for text in ["conv1", "linear", "exact-8s", "drum-4-8s", "612", "240", "300", "uniform operands"] {
            assert!(figure.svg().contains(text), "{text}");
        }
        assert!(layer_energy_figure(&[], &[]).is_ok());
    }
}
