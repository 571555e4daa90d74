//! How codes reach a multiplier, and how its products are read.

use axmul_metrics::{OperandFormat, ProductTable};
use serde::{Deserialize, Serialize};

/// How a layer's codes are wired to its multiplier, and what is made of its products: all that a designer needs to
/// build what was simulated.
///
/// With activation codes `x` and weight codes `w`, an output of the layer is
/// `unit * (scale * sum T(x, w) + sum mean_error[w]) + bias`, where `T` is [`Self::table`] and `unit` what one unit of
/// an exact integer product stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wiring {
    /// Places by which activations are shifted left, in front of the multiplier.
    pub shift_a: u8,
    /// Places by which stored weights are shifted left.
    pub shift_w: u8,
    /// The code stored for each weight code, the lowest code first; empty where every code is stored as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weight_map: Vec<i16>,
    /// Factor of the sums of products, a part of the layer's scale.
    pub scale: f64,
    /// Mean of the exact product less `scale` times the approximate one, for each weight code, the lowest code first, in
    /// units of an exact integer product; its sum over the weights of an output channel is added to the channel's bias.
    /// Empty where nothing is folded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mean_error: Vec<f64>,
}

impl Wiring {
    /// Straight wires: nothing is corrected.
    pub fn straight() -> Self {
        Self { shift_a: 0, shift_w: 0, weight_map: vec![], scale: 1.0, mean_error: vec![] }
    }

    /// The products of a multiplier as a layer of signed codes in `codes` sees them, before [`Self::scale`]: an unsigned
    /// multiplier works on magnitudes, with the signs multiplied beside it and sign(0) = +1.
    ///
    /// Codes out of the operands' reach, of which a fitted wiring has only the unused most negative ones, take the
    /// nearest operand.
    pub fn table(&self, multiplier: &ProductTable, codes: OperandFormat) -> ProductTable {
        let inputs = self.inputs(multiplier.format(), codes);
        let products = codes
            .operands()
            .map(|(x, w)| {
                let (a, b) = (inputs.activation(x), inputs.weight(self.stored(w, codes)));
                if multiplier.format().is_signed() {
                    return multiplier.product(a, b);
                }
                let magnitude = multiplier.product(a.abs(), b.abs());
                if (a < 0) != (b < 0) { -magnitude } else { magnitude }
            })
            .collect();
        ProductTable::new(codes, products).expect("a product for each pair of codes")
    }

    /// The weight code that is stored for another.
    pub fn stored(&self, w: i64, codes: OperandFormat) -> i64 {
        let at = (w - codes.range_b().start()) as usize;
        self.weight_map.get(at).map_or(w, |&stored| i64::from(stored))
    }

    /// The operands that codes become.
    pub(super) fn inputs(&self, multiplier: OperandFormat, codes: OperandFormat) -> Inputs {
        debug_assert!(codes.is_signed());
        let reach = |range: &std::ops::RangeInclusive<i64>| (*range.end(), multiplier.is_signed());
        Inputs {
            shifts: [self.shift_a, self.shift_w],
            reach: [reach(&multiplier.range_a()), reach(&multiplier.range_b())],
        }
    }
}

/// The operands that codes become: signed numbers, whose magnitudes an unsigned multiplier gets.
pub(super) struct Inputs {
    shifts: [u8; 2],
    /// The largest operand, and whether there are negative ones down to one below its negative.
    reach: [(i64, bool); 2],
}

impl Inputs {
    pub(super) fn activation(&self, x: i64) -> i64 {
        self.operand(0, x)
    }

    pub(super) fn weight(&self, w: i64) -> i64 {
        self.operand(1, w)
    }

    fn operand(&self, which: usize, code: i64) -> i64 {
        let (largest, signed) = self.reach[which];
        (code << self.shifts[which]).clamp(-largest - i64::from(signed), largest)
    }
}
