//! Sign-magnitude multiplication of signed operands.

use super::negate_if;
use crate::{Gates, OperandFormat};

/// A multiplier of `format` around an unsigned one: for signed operands the magnitudes are multiplied and the
/// result is negated where the signs differ; unsigned operands go through unchanged. The magnitude of the most
/// negative value fits its width, read as unsigned. The inner product has `n + m` bits.
pub fn sign_magnitude<G: Gates>(
    g: &mut G,
    format: OperandFormat,
    a: &[G::Bit],
    b: &[G::Bit],
    unsigned: impl FnOnce(&mut G, &[G::Bit], &[G::Bit]) -> Vec<G::Bit>,
) -> Vec<G::Bit> {
    if !format.is_signed() {
        return unsigned(g, a, b);
    }
    let (sign_a, sign_b) = (a[a.len() - 1], b[b.len() - 1]);
    let (magnitude_a, magnitude_b) = (negate_if(g, a, sign_a), negate_if(g, b, sign_b));
    let magnitude = unsigned(g, &magnitude_a, &magnitude_b);
    let negative = g.xor(sign_a, sign_b);
    negate_if(g, &magnitude, negative)
}

/// The arithmetic model of [`sign_magnitude`].
pub fn sign_magnitude_product(
    format: OperandFormat,
    a: i64,
    b: i64,
    unsigned: impl FnOnce(u64, u64) -> u64,
) -> i64 {
    let magnitude = unsigned(a.unsigned_abs(), b.unsigned_abs()) as i64;
    format.wrap(if (a < 0) != (b < 0) { -magnitude } else { magnitude })
}
