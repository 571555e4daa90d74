//! REALM, the reduced-error approximate log-based integer multiplier of H. Saadat, H. Javaid, A. Ignjatovic,
//! S. Parameswaran, "REALM: Reduced-Error Approximate Log-based Integer Multiplier", DATE 2020.
//!
//! Mitchell's logarithmic multiplier takes the product of `2^k (1 + x)` and `2^l (1 + y)` for
//! `2^(k+l) (1 + x + y)`, or `2^(k+l) (2 x + 2 y)` where `x + y >= 1`. REALM adds `2^(k+l) s`, with `s` from a
//! table of `M x M` factors by the leading bits of `x` and `y`. A factor makes the mean relative error over its
//! segment zero: it is the mean of Mitchell's relative error divided by the mean of `1 / ((1 + x) (1 + y))`,
//! rounded to six bits after the point, of which the upper two are zero. The means are taken over a grid of 32
//! x 32 points a segment, which is fine enough for every factor to round as the integral does.
//!
//! The parameters are the number of leading bits, `log2 M`, and how many of the lowest bits of the fractions
//! are dropped; of those that stay, the lowest is then set to one, as the expected value of what is dropped. It
//! is never one of the leading bits. This rule and the six bits were chosen because the errors in the paper's
//! abstract come out with them, and without the rule its small bias does not. The paper evaluates M = 4, 8 and
//! 16. No bit of a factor is lost where the fraction is short. A sum that would reach `2^(k+l+2)` goes without
//! a factor, to stay within the product's width. A product with 0 is 0, and the result is cut off at its units.
//! The paper has unsigned operands; signed ones are multiplied as magnitudes.

use axmul_api::*;

/// Bits of a factor below the point.
const PRECISION: u32 = 6;

/// Points of the grid on a side of a segment.
const GRID: u32 = 32;

/// A REALM multiplier.
struct Realm {
    format: OperandFormat,
    /// Leading fraction bits that choose the factor.
    leading: u32,
    /// Lowest fraction bits that are dropped.
    dropped: u32,
    /// The factors in units of `2^-PRECISION`, by the leading bits of `x`, then those of `y`.
    factors: Vec<u64>,
}

/// The factor of the segment of these leading bits.
fn factor(leading: u32, x: u32, y: u32) -> u64 {
    let point = |segment: u32, i: u32| {
        (f64::from(segment) + (f64::from(i) + 0.5) / f64::from(GRID)) / f64::from(1 << leading)
    };
    let (mut missing, mut weight) = (0.0, 0.0);
    for x in (0..GRID).map(|i| point(x, i)) {
        for y in (0..GRID).map(|i| point(y, i)) {
            let exact = (1.0 + x) * (1.0 + y);
            let lost = if x + y < 1.0 { x * y } else { (1.0 - x) * (1.0 - y) };
            missing += lost / exact;
            weight += 1.0 / exact;
        }
    }
    (missing / weight * f64::from(1 << PRECISION)).round() as u64
}

/// Bits of the fraction: as many as stand below the leading one of the wider operand.
fn fraction_bits(format: OperandFormat) -> u32 {
    u32::from(format.width_a().max(format.width_b())) - 1
}

impl Realm {
    fn new(format: OperandFormat, leading: u32, dropped: u32) -> Self {
        let segments = || 0..1 << leading;
        let factors = segments().flat_map(|x| segments().map(move |y| factor(leading, x, y))).collect();
        Self { format, leading, dropped, factors }
    }

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
        let (x, y) = (self.fraction(a, k), self.fraction(b, l));
        let segment = |fraction: u64| (fraction >> (self.kept() - self.leading)) as usize;
        let factor = self.factors[segment(x) << self.leading | segment(y)];
        let sum = (x + y) << (scale - self.kept());
        let mantissa = if sum >> scale == 0 { (1 << scale) + sum } else { 2 * sum };
        let corrected = mantissa + (factor << (scale - PRECISION));
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

/// The entry of `table` that `index` chooses: a tree of multiplexers over constants.
fn look_up<G: Gates>(g: &mut G, table: &[u64], index: &[G::Bit]) -> Vec<G::Bit> {
    let mut entries: Vec<_> =
        table.iter().map(|&entry| words::constant(g, entry, PRECISION as usize)).collect();
    for &bit in index {
        entries = entries.chunks(2).map(|pair| words::mux(g, bit, &pair[1], &pair[0])).collect();
    }
    entries.swap_remove(0)
}

impl Multiplier for Realm {
    fn name(&self) -> String {
        instance_name(Family.name(), &[self.leading, self.dropped], self.format)
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
        let segments = 1 << self.leading;
        let dropped = match self.dropped {
            0 => String::new(),
            dropped => format!(", {dropped} fraction bits dropped"),
        };
        format!(
            "Mitchell's logarithmic multiplier with {segments} x {segments} error-reduction factors{dropped}."
        )
    }
}

impl Circuit for Realm {
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
            let chosen = self.kept() as usize - self.leading as usize;
            let index: Vec<_> = y[chosen..].iter().chain(&x[chosen..]).copied().collect();
            let mut factor = words::constant(g, 0, scale - PRECISION as usize);
            factor.extend(look_up(g, &self.factors, &index));
            let corrected = words::add(g, &mantissa, &factor, zero);
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

static PARAMETERS: [Parameter; 2] = [
    Parameter {
        name: "leading",
        description: "leading fraction bits that choose a factor, log2 M, 1 to 4 (fewer in narrow operands)",
    },
    Parameter {
        name: "dropped",
        description: "how many of the lowest fraction bits are dropped, 0 to the wider operand's width - 2 - leading",
    },
];

impl Provider for Family {
    fn name(&self) -> &'static str {
        "realm"
    }

    fn summary(&self) -> &'static str {
        "reduced-error logarithmic multiplier: straight-line logarithms and a table of corrections"
    }

    fn citation(&self) -> &'static str {
        "H. Saadat, H. Javaid, A. Ignjatovic, S. Parameswaran, REALM: Reduced-Error Approximate Log-based Integer \
         Multiplier, DATE 2020"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let [leading, dropped] = Parameter::values(&PARAMETERS, parameters)?;
        let fraction = fraction_bits(format);
        PARAMETERS[0].check(leading, 1..=fraction.min(4), format)?;
        PARAMETERS[1].check(dropped, 0..=(fraction - leading).saturating_sub(1), format)?;
        Ok(Box::new(Realm::new(format, leading, dropped)))
    }

    fn variants(&self) -> Vec<Variant> {
        let values = [[2, 0], [2, 2], [2, 3], [2, 4], [3, 0], [3, 2], [3, 3], [4, 0], [4, 2]];
        [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)]
            .into_iter()
            .flat_map(|format| values.map(|values| Variant { format, parameters: values.into() }))
            .collect()
    }
}

register!(Family);

#[cfg(test)]
mod tests;
