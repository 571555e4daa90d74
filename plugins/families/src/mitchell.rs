//! The logarithmic multiplier of J. N. Mitchell, "Computer Multiplication and Division Using Binary Logarithms",
//! IRE Trans. Electronic Computers EC-11(4), 1962, pp. 512-517.
//!
//! Read as `2^k (1 + x)` with `0 <= x < 1`, a number has the logarithm `k + log2(1 + x)`, and `x` stands for
//! `log2(1 + x)`: the bits below the leading one are the fraction as they are. Two logarithms are added and the
//! sum is read back the same way. A parameter drops the lowest bits of the fractions, 0 being Mitchell's
//! multiplier; the fraction has one bit less than the wider operand, and without any the product is that of the
//! leading ones.
//!
//! Signed operands are multiplied as magnitudes. A product with 0 is 0.

use axmul_api::*;

/// A logarithmic multiplier.
struct Mitchell {
    format: OperandFormat,
    /// Lowest fraction bits that are dropped.
    dropped: u32,
}

/// Bits of the fraction: as many as stand below the leading one of the wider operand.
fn fraction_bits(format: OperandFormat) -> u32 {
    u32::from(format.width_a().max(format.width_b())) - 1
}

impl Mitchell {
    /// The approximate logarithm of a number that is not 0, in units of 2^-fraction.
    fn logarithm(&self, x: u64) -> u64 {
        let (fraction, k) = (fraction_bits(self.format), x.ilog2());
        let bits = (x - (1 << k)) << (fraction - k);
        (u64::from(k) << fraction) + (bits >> self.dropped << self.dropped)
    }

    fn unsigned_product(&self, a: u64, b: u64) -> u64 {
        if a == 0 || b == 0 {
            return 0;
        }
        let fraction = fraction_bits(self.format);
        let sum = self.logarithm(a) + self.logarithm(b);
        let (k, x) = (sum >> fraction, sum & ((1 << fraction) - 1));
        ((1 << fraction) + x) << k >> fraction
    }

    /// The logarithm as a circuit: fraction bits below, characteristic above.
    fn encode<G: Gates>(&self, g: &mut G, word: &[G::Bit]) -> Vec<G::Bit> {
        let fraction = fraction_bits(self.format) as usize;
        let (characteristic, mut logarithm) = words::normalize(g, word, fraction);
        let zero = g.constant(false);
        logarithm[..self.dropped as usize].fill(zero);
        logarithm.extend(characteristic);
        logarithm
    }
}

impl Family<1> for Mitchell {
    const NAME: &str = "mitchell";
    const SUMMARY: &str = "logarithmic multiplier: straight-line logarithms, added";
    const CITATION: &str = "J. N. Mitchell, Computer Multiplication and Division Using Binary Logarithms, \
         IRE Trans. Electronic Computers EC-11(4), 1962, pp. 512-517";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "dropped",
        description: "how many of the lowest fraction bits are dropped, 0 (Mitchell's) to the wider operand's width - 1",
    }];

    fn member(format: OperandFormat, [dropped]: [u32; 1]) -> Result<Self, ProviderError> {
        Self::PARAMETERS[0].check(dropped, 0..=fraction_bits(format), format)?;
        Ok(Self { format, dropped })
    }

    fn documentation(&self) -> String {
        match self.dropped {
            0 => "Mitchell's logarithmic multiplier.".into(),
            dropped => format!("Mitchell's logarithmic multiplier, {dropped} fraction bits dropped."),
        }
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.unsigned_product(a, b))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let (fraction, width) = (fraction_bits(self.format) as usize, a.len() + b.len());
            let (log_a, log_b) = (self.encode(g, a), self.encode(g, b));
            let zero = g.constant(false);
            let sum = words::add(g, &log_a, &log_b, zero);
            let (x, k) = sum.split_at(fraction);
            let mut mantissa = x.to_vec();
            mantissa.push(g.constant(true));
            let shifted = words::shift_left(g, &mantissa, k, fraction + width);
            let nonzero = words::both_nonzero(g, a, b);
            shifted[fraction..].iter().map(|&bit| g.and(bit, nonzero)).collect()
        })
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[0], [3], [4], [5]])
    }
}

register!(Mitchell::PROVIDER);

#[cfg(test)]
mod tests;
