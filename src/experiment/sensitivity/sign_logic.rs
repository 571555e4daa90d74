//! The logic around an unsigned multiplier that multiplies signed codes.

use std::sync::LazyLock;

use axmul_api::{Gates, Netlist, OperandFormat, Recorder, Signal, words};
use axmul_hardware::cost::{CircuitCost, CostConditions, cost};
use axmul_hardware::library::CellLibrary;

use crate::assignment::{Circuits, CostMetric, LayerCapture, SignedEnergies};

/// What the logic beside a multiplier of magnitudes takes, as shares of an exact array multiplier of unsigned 8x8 bits:
/// both mapped onto the cells that axmul carries, under uniform operands.
///
/// Codes are stored as a sign and a magnitude, so there is nothing to do in front of the multiplier. Behind it, one XOR
/// finds the sign, and one for each product bit complements a negative product; the missing one is the accumulator's
/// carry-in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignLogic {
    /// Of its power.
    pub power: f64,
    /// Of its area.
    pub area: f64,
    /// Of its delay.
    pub delay: f64,
    /// Power of an exact multiplier of magnitudes of 7 bits with this logic over that of the 8x8 array: the fair
    /// reference for symmetric codes of 8 bits, whose magnitudes need no more.
    pub narrow_reference: f64,
}

impl SignLogic {
    /// Beside a multiplier of 8x8 bits.
    pub fn of_8x8() -> Self {
        static OF_8X8: LazyLock<SignLogic> = LazyLock::new(|| {
            let (logic, array, narrow) = (figures(&complement()), figures(&array(8)), figures(&array(7)));
            SignLogic {
                power: logic.power_mw() / array.power_mw(),
                area: logic.area_um2 / array.area_um2,
                delay: logic.delay_ns / array.delay_ns,
                narrow_reference: (narrow.power_mw() + logic.power_mw()) / array.power_mw(),
            }
        });
        *OF_8X8
    }

    /// Its share of a figure for each product of a layer, under each way to handle signs.
    pub fn in_layer(&self, metric: CostMetric, layer: &LayerCapture) -> SignedEnergies {
        let per_product = self.share(metric);
        // The accumulator has a bit for each doubling of the number of products.
        let accumulator_bits = PRODUCT_BITS + f64::from(layer.fan_in.max(1).next_power_of_two().ilog2());
        let once = per_product * accumulator_bits / PRODUCT_BITS / layer.fan_in.max(1) as f64;
        let per_sum = if layer.has_negative_activations() { per_product } else { once.min(per_product) };
        SignedEnergies { uncounted: 0.0, per_sum, per_product }
    }

    /// Its share of a figure where every product is complemented.
    pub fn share(&self, metric: CostMetric) -> f64 {
        match metric {
            CostMetric::PowerMw | CostMetric::EnergyPj => self.power,
            CostMetric::AreaUm2 => self.area,
            CostMetric::DelayNs => self.delay,
        }
    }
}

/// Bits of a product that is complemented.
const PRODUCT_BITS: f64 = 16.0;

fn figures(netlist: &Netlist) -> CircuitCost {
    let mapped = Circuits::map(netlist);
    cost(&mapped, CellLibrary::freepdk45(), &CostConditions::default())
        .expect("uniform operands fit every circuit")
}

/// An exact array multiplier of unsigned operands.
fn array(bits: u8) -> Netlist {
    let format = OperandFormat::unsigned(bits, bits);
    let mut g = Recorder::new(format);
    let inputs: Vec<Signal> = g.inputs().collect();
    let (a, b) = inputs.split_at(bits.into());
    let columns = words::partial_products(&mut g, format, a, b, |_, _| true);
    let product = words::sum_columns(&mut g, columns);
    g.finish(product)
}

/// The product bits of an 8x8 multiplier and two signs in; the product, complemented if the signs differ, and the
/// product's sign out.
fn complement() -> Netlist {
    let mut g = Recorder::new(OperandFormat::unsigned(9, 9));
    let inputs: Vec<Signal> = g.inputs().collect();
    let (product, signs) = inputs.split_at(16);
    let sign = g.xor(signs[0], signs[1]);
    let mut outputs: Vec<Signal> = product.iter().map(|&bit| g.xor(bit, sign)).collect();
    outputs.extend([sign, g.constant(false)]);
    g.finish(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_logic_takes_little_and_something() {
        let logic = SignLogic::of_8x8();
        for share in [logic.power, logic.area] {
            assert!(share > 0.02 && share < 0.25, "{logic:?}");
        }
        assert!(logic.narrow_reference > 0.6 && logic.narrow_reference < 1.0, "{logic:?}");
        assert_eq!(complement().cell_counts().get(axmul_api::CellKind::Xor), 17);
    }
}
