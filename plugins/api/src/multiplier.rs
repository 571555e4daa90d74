//! The multiplier trait.

use crate::{Cost, OperandFormat, Structure};

/// A bit-accurate model of one multiplier.
///
/// Operand order is (a, b) = (activation, weight). Operands are passed as their values, within
/// [`OperandFormat::range_a`] and [`OperandFormat::range_b`]; callers never pass others.
pub trait Multiplier: Send + Sync {
    /// The name under which it is listed, unique among all multipliers.
    fn name(&self) -> String;

    /// Widths and signedness of the operands.
    fn format(&self) -> OperandFormat;

    /// The approximate product of `a` and `b`.
    fn product(&self, a: i64, b: i64) -> i64;

    /// The approximate products of `a[i]` and `b[i]`; the slices have the same length.
    ///
    /// Override it where a batch is cheaper than one product at a time.
    fn products(&self, a: &[i64], b: &[i64], out: &mut [i64]) {
        for ((&a, &b), out) in a.iter().zip(b).zip(out) {
            *out = self.product(a, b);
        }
    }

    /// The circuit, where the model has one. Its cells give the hardware cost, and its netlist can be exported.
    fn structure(&self) -> Option<&dyn Structure> {
        None
    }

    /// Known hardware figures; `None` leaves the cost to be derived from the structure.
    fn cost(&self) -> Option<Cost> {
        None
    }

    /// A sentence or two for `axmul show`.
    fn documentation(&self) -> String {
        String::new()
    }
}
