//! The minimally biased multiplier (MBM) of H. Saadat, H. Bokhari, S. Parameswaran, "Minimally Biased
//! Multipliers for Approximate Integer and Floating-Point Multiplication", IEEE Trans. Computer-Aided Design of
//! Integrated Circuits and Systems 37(11), 2018, pp. 2623-2635.
//!
//! Mitchell's logarithmic multiplier takes the product of `2^k (1 + x)` and `2^l (1 + y)` for
//! `2^(k+l) (1 + x + y)`, or `2^(k+l) (2 x + 2 y)` where `x + y >= 1`. What is missing is `x y`, or
//! `(1 - x) (1 - y)`, in units of `2^(k+l)`, and 1/12 on average over all fractions. MBM adds that average as a
//! constant in binary, here 5/64. Where the sum would reach `2^(k+l+2)` it is left out, to stay within the
//! product's width.
//!
//! A parameter drops the lowest bits of the fractions; of those that stay, the lowest is then set to one, as
//! the expected value of what is dropped, which is the choice made here, as in REALM by the same authors. At
//! least two stay. Circuits that add the constant in the bits of the fraction lose its lowest ones where the
//! fraction is short; this one does not. A product with 0 is 0, and the result is cut off at its units. Signed
//! operands are multiplied as magnitudes.

use axmul_api::*;

/// Bits of the correction below the point.
const PRECISION: u32 = 6;

/// The correction in units of `2^-PRECISION`: 1/12, cut off.
const CORRECTION: u64 = 5;

/// A minimally biased multiplier.
struct MinimallyBiased {
    format: OperandFormat,
    /// Lowest fraction bits that are dropped.
    dropped: u32,
}

/// Bits of the fraction: as many as stand below the leading one of the wider operand.
fn fraction_bits(format: OperandFormat) -> u32 {
    u32::from(format.width_a().max(format.width_b())) - 1
}

impl MinimallyBiased {
    /// Fraction bits that stay.
    fn kept(&self) -> u32 {
        fraction_bits(self.format) - self.dropped
    }

    /// The fraction of `x`, whose leading one is at `k`.
    fn fraction(&self, x: u64, k: u32) -> u64 {
        let bits = (x - (1 << k)) << (fraction_bits(self.format) - k);
        bits >> self.dropped | u64::from(self.dropped > 0)
    }

    fn unsigned_product(&self, a: u64, b: u64) -> u64 {
        let (Some(k), Some(l)) = (a.checked_ilog2(), b.checked_ilog2()) else { return 0 };
        let scale = self.kept().max(PRECISION);
        let sum = (self.fraction(a, k) + self.fraction(b, l)) << (scale - self.kept());
        let mantissa = if sum >> scale == 0 { (1 << scale) + sum } else { 2 * sum };
        let corrected = mantissa + (CORRECTION << (scale - PRECISION));
        let mantissa = if corrected >> (scale + 2) == 0 { corrected } else { mantissa };
        (u128::from(mantissa) << (k + l) >> scale) as u64
    }

    /// The exponent of `word` and its fraction.
    fn decompose<G: Gates>(&self, g: &mut G, word: &[G::Bit]) -> (Vec<G::Bit>, Vec<G::Bit>) {
        let hot = words::leading_one(g, word);
        let exponent = words::encode(g, &hot);
        let reversed: Vec<_> = hot.into_iter().rev().collect();
        let distance = words::encode(g, &reversed);
        let normalised = words::shift_left(g, word, &distance, word.len());
        let mut fraction = words::constant(g, 0, fraction_bits(self.format) as usize + 1 - word.len());
        fraction.extend(&normalised[..word.len() - 1]);
        let mut fraction = fraction.split_off(self.dropped as usize);
        if self.dropped > 0 {
            fraction[0] = g.constant(true);
        }
        (exponent, fraction)
    }
}

impl Multiplier for MinimallyBiased {
    fn name(&self) -> String {
        instance_name(Family.name(), &[self.dropped], self.format)
    }

    fn format(&self) -> OperandFormat {
        self.format
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.unsigned_product(a, b))
    }

    fn structure(&self) -> Option<&dyn Structure> {
        Some(self)
    }

    fn documentation(&self) -> String {
        match self.dropped {
            0 => "Mitchell's logarithmic multiplier with its mean error added.".into(),
            dropped => format!(
                "Mitchell's logarithmic multiplier with its mean error added, {dropped} fraction bits dropped."
            ),
        }
    }
}

impl Circuit for MinimallyBiased {
    fn operand_format(&self) -> OperandFormat {
        self.format
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let scale = self.kept().max(PRECISION) as usize;
            let ((k, x), (l, y)) = (self.decompose(g, a), self.decompose(g, b));
            let zero = g.constant(false);
            let mut sum = words::constant(g, 0, scale - self.kept() as usize);
            sum.extend(words::add(g, &x, &y, zero));
            // The one in front of a sum below 1; else the sum doubled, whose highest bit is the carry.
            let carry = sum[scale];
            let mut below_one = sum[..scale].to_vec();
            below_one.extend([g.constant(true), zero]);
            let mut doubled = vec![zero];
            doubled.extend(&sum);
            let mantissa = words::mux(g, carry, &doubled, &below_one);
            let correction = words::constant(g, CORRECTION << (scale - PRECISION as usize), scale);
            let corrected = words::add(g, &mantissa, &correction, zero);
            let mantissa = words::mux(g, corrected[scale + 2], &mantissa, &corrected[..scale + 2]);
            let exponent = words::add(g, &k, &l, zero);
            let shifted = words::shift_left(g, &mantissa, &exponent, scale + a.len() + b.len());
            let (any_a, any_b) = (words::any(g, a), words::any(g, b));
            let nonzero = g.and(any_a, any_b);
            shifted[scale..].iter().map(|&bit| g.and(bit, nonzero)).collect()
        })
    }
}

struct Family;

static PARAMETERS: [Parameter; 1] = [Parameter {
    name: "dropped",
    description: "how many of the lowest fraction bits are dropped, 0 to the wider operand's width - 3",
}];

impl Provider for Family {
    fn name(&self) -> &'static str {
        "mbm"
    }

    fn summary(&self) -> &'static str {
        "minimally biased multiplier: straight-line logarithms and a constant correction"
    }

    fn citation(&self) -> &'static str {
        "H. Saadat, H. Bokhari, S. Parameswaran, Minimally Biased Multipliers for Approximate Integer and \
         Floating-Point Multiplication, IEEE Trans. Computer-Aided Design of Integrated Circuits and Systems \
         37(11), 2018, pp. 2623-2635"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let [dropped] = Parameter::values(&PARAMETERS, parameters)?;
        PARAMETERS[0].check(dropped, 0..=fraction_bits(format).saturating_sub(2), format)?;
        Ok(Box::new(MinimallyBiased { format, dropped }))
    }

    fn variants(&self) -> Vec<Variant> {
        [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)]
            .into_iter()
            .flat_map(|format| [0, 2, 3, 4, 5].map(|dropped| Variant { format, parameters: vec![dropped] }))
            .collect()
    }
}

register!(Family);

#[cfg(test)]
mod tests;
