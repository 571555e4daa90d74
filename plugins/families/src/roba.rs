//! The rounding-based multiplier (RoBA) of R. Zendegani, M. Kamal, M. Bahadori, A. Afzali-Kusha, M. Pedram,
//! "RoBA Multiplier: A Rounding-Based Approximate Multiplier for High-Speed yet Energy-Efficient Digital Signal
//! Processing", IEEE Trans. VLSI Systems 25(2), 2017, pp. 393-401.
//!
//! With both operands rounded to the nearest power of two, `ar` and `br`, the product `a b` is written as
//! `ar b + br a - ar br + (a - ar)(b - br)`, and the last term left out: shifts and one addition and
//! subtraction remain. A number halfway between two powers is rounded up, but 3 is rounded down, to 2, as in
//! the paper.
//!
//! The paper's three designs: unsigned operands are U-RoBA; signed ones are multiplied as magnitudes, negated
//! exactly (S-RoBA, family `roba`) or with the bits inverted and nothing added (AS-RoBA, family `as-roba`,
//! signed operands only). In AS-RoBA operands of -1 thus count as 0, and where the signs differ the result is
//! one too low: 0 times a negative number is -1. That 0 is no exception is the choice made here.
//!
//! The subtraction of a power of two needs no carry chain: the sum lies between 1.5 and 3 times `ar br`, so a
//! borrow goes one place at most. The paper has a formula of its own for this step; the difference is the same.

use axmul_api::*;

/// A rounding-based multiplier.
///
/// `INVERTED`: negative numbers are inverted, without the one that would complete the negation.
struct RoundingBased<const INVERTED: bool> {
    format: OperandFormat,
}

type Roba = RoundingBased<false>;
type AsRoba = RoundingBased<true>;

fn unsigned_product(a: u64, b: u64) -> u64 {
    let (rounded_a, rounded_b) =
        (words::nearest_power_of_two(a, false), words::nearest_power_of_two(b, false));
    rounded_a * b + rounded_b * a - rounded_a * rounded_b
}

/// The product of magnitudes.
fn build_unsigned<G: Gates>(g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
    let width = a.len() + b.len();
    let ((rounded_a, _), (rounded_b, _)) =
        (words::nearest_power(g, a, false), words::nearest_power(g, b, false));
    let (k_a, k_b) = (words::encode(g, &rounded_a), words::encode(g, &rounded_b));
    let shifted_b = words::shift_left(g, b, &k_a, width);
    let shifted_a = words::shift_left(g, a, &k_b, width);
    let power = words::shift_left(g, &rounded_a, &k_b, width + 1);
    // The exponent of a zero reads 0, as that of a one: products with it are masked.
    let nonzero = words::both_nonzero(g, a, b);
    let zero = g.constant(false);
    let sum = words::add(g, &shifted_b, &shifted_a, zero);
    let mut borrow = zero;
    (0..width)
        .map(|i| {
            let cleared = g.not(borrow);
            let difference = g.xor(sum[i], power[i]);
            let bit = g.and(difference, cleared);
            let absent = g.not(sum[i]);
            borrow = g.and(power[i], absent);
            g.and(bit, nonzero)
        })
        .collect()
}

/// Every bit inverted where `invert` is one.
fn invert_if<G: Gates>(g: &mut G, word: &[G::Bit], invert: G::Bit) -> Vec<G::Bit> {
    word.iter().map(|&bit| g.xor(bit, invert)).collect()
}

impl<const INVERTED: bool> Family<0> for RoundingBased<INVERTED> {
    const NAME: &str = if INVERTED { "as-roba" } else { "roba" };
    const SUMMARY: &str = if INVERTED {
        "rounding-based multiplier with an approximate sign: bits inverted, nothing added"
    } else {
        "rounding-based multiplier: shifts by the nearest powers of two"
    };
    const CITATION: &str = "R. Zendegani, M. Kamal, M. Bahadori, A. Afzali-Kusha, M. Pedram, RoBA Multiplier: A Rounding-Based \
         Approximate Multiplier for High-Speed yet Energy-Efficient Digital Signal Processing, IEEE Trans. VLSI \
         Systems 25(2), 2017, pp. 393-401";
    const PARAMETERS: [Parameter; 0] = [];

    fn member(format: OperandFormat, []: [u32; 0]) -> Result<Self, ProviderError> {
        if INVERTED && !format.is_signed() {
            return Err(ProviderError::Format { format, allowed: "signed operands".into() });
        }
        Ok(Self { format })
    }

    fn documentation(&self) -> String {
        let sign = if INVERTED { ", negative numbers by inversion only" } else { "" };
        format!("RoBA: shifts by the nearest powers of two{sign}.")
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        if !INVERTED {
            return words::sign_magnitude_product(self.format, a, b, unsigned_product);
        }
        let magnitude = |x: i64| if x < 0 { !x as u64 } else { x as u64 };
        let product = unsigned_product(magnitude(a), magnitude(b)) as i64;
        if (a < 0) != (b < 0) { !product } else { product }
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        if !INVERTED {
            return words::sign_magnitude(g, self.format, a, b, build_unsigned);
        }
        let (sign_a, sign_b) = (a[a.len() - 1], b[b.len() - 1]);
        let (magnitude_a, magnitude_b) = (invert_if(g, a, sign_a), invert_if(g, b, sign_b));
        let magnitude = build_unsigned(g, &magnitude_a, &magnitude_b);
        let negative = g.xor(sign_a, sign_b);
        invert_if(g, &magnitude, negative)
    }

    fn variants() -> Vec<Variant> {
        let mut variants = Variant::of_8x8([[]]);
        variants.retain(|variant| variant.format.is_signed() || !INVERTED);
        variants
    }
}

register!(Roba::PROVIDER);
register!(AsRoba::PROVIDER);

#[cfg(test)]
mod tests;
