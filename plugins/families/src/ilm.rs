//! The improved logarithmic multiplier (ILM) of M. S. Ansari, B. F. Cockburn, J. Han, "An Improved Logarithmic
//! Multiplier for Energy-Efficient Neural Computing", IEEE Trans. Computers 70(4), 2021, pp. 614-625, with exact
//! adders.
//!
//! Operands are written as `p + q` and `r + s` with `p` and `r` the nearest powers of two, halves rounded up, 3 to 4
//! among them, and the product is `p r + q r + s p`. Without `q s` the error has either sign. In arithmetic this is
//! RoBA but for the rounding of 3; the circuits differ. Versions with approximate adders are not here.
//!
//! Signed operands are multiplied as magnitudes.

use axmul_api::*;

/// The improved logarithmic multiplier.
struct Improved {
    format: OperandFormat,
}

/// The power of two nearest to `word`, and what is left, in two's complement of `width` bits.
fn split<G: Gates>(g: &mut G, word: &[G::Bit], width: usize) -> (Vec<G::Bit>, Vec<G::Bit>) {
    let (power, negative) = words::nearest_power(g, word, true);
    // Below the power the bits stay; from it on they are those of the sign.
    let mut rest = vec![negative; width.max(power.len())];
    let mut below = g.constant(false);
    for i in (0..word.len()).rev() {
        below = g.or(below, power[i + 1]);
        rest[i] = g.mux(below, word[i], negative);
    }
    (power, rest)
}

impl Family<0> for Improved {
    const NAME: &str = "ilm";
    const SUMMARY: &str = "improved logarithmic multiplier: nearest powers of two";
    const CITATION: &str = "M. S. Ansari, B. F. Cockburn, J. Han, An Improved Logarithmic Multiplier for Energy-Efficient Neural \
         Computing, IEEE Trans. Computers 70(4), 2021, pp. 614-625";
    const PARAMETERS: [Parameter; 0] = [];

    fn member(format: OperandFormat, []: [u32; 0]) -> Result<Self, ProviderError> {
        Ok(Self { format })
    }

    fn documentation(&self) -> String {
        "Logarithmic multiplier with the nearest powers of two.".into()
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| {
            let (p, r) = (words::nearest_power_of_two(a, true), words::nearest_power_of_two(b, true));
            p * b + r * a - p * r
        })
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let width = a.len() + b.len();
            let nonzero = words::both_nonzero(g, a, b);
            let ((p, q), (r, s)) = (split(g, a, width), split(g, b, width));
            let (k, l) = (words::encode(g, &p), words::encode(g, &r));
            let terms = [(&p, &l), (&q, &l), (&s, &k)]
                .map(|(word, amount)| words::shift_left(g, word, amount, width));
            let columns = (0..width).map(|i| terms.iter().map(|term| g.and(term[i], nonzero)).collect());
            let columns = columns.collect();
            words::sum_columns(g, columns)
        })
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[]])
    }
}

register!(Improved::PROVIDER);

#[cfg(test)]
mod tests;
