//! Logarithmic multipliers whose fractions are corrected, by H. Saadat and others.
//!
//! Mitchell's logarithmic multiplier takes the product of `2^k (1 + x)` and `2^l (1 + y)` for
//! `2^(k+l) (1 + x + y)`, or `2^(k+l) (2 x + 2 y)` where `x + y >= 1`. Both families add `2^(k+l) s`:
//!
//! - `realm`: H. Saadat, H. Javaid, A. Ignjatovic, S. Parameswaran, "REALM: Reduced-Error Approximate Log-based
//!   Integer Multiplier", DATE 2020, with `s` from a table of `M x M` factors by the leading bits of `x` and `y`. A
//!   factor makes the mean relative error over its segment zero: it is the mean of Mitchell's relative error divided by
//!   the mean of `1 / ((1 + x) (1 + y))`, rounded to six bits after the point, of which the upper two are zero. The
//!   means are taken over a grid of points that is fine enough for every factor to round as the integral does.
//! - `mbm`: H. Saadat, H. Bokhari, S. Parameswaran, "Minimally Biased Multipliers for Approximate Integer and
//!   Floating-Point Multiplication", IEEE Trans. Computer-Aided Design 37(11), 2018, pp. 2623-2635, with one `s` for
//!   all: what is missing is 1/12 on average, 5/64 in six bits. A table of one factor holds the same number.
//!
//! A parameter says how many of the lowest bits of the fractions are dropped; of those that stay, the lowest is then
//! set to one, as the expected value of what is dropped. It is never one of the leading bits. This rule and the six
//! bits were chosen because the errors in REALM's abstract come out with them, and without the rule its small bias
//! does not. REALM's other parameter is the number of leading bits, `log2 M`; the paper evaluates M = 4, 8 and 16.
//!
//! No bit of a factor is lost where the fraction is short. A sum that would reach `2^(k+l+2)` goes without a factor, to
//! stay within the product's width. A product with 0 is 0, and the result is cut off at its units. The papers have
//! unsigned operands; signed ones are multiplied as magnitudes.

use axmul_api::*;

const DROPPED: Parameter = Parameter {
    name: "dropped",
    description: "how many of the lowest fraction bits are dropped, 0 to the wider operand's width - 2 - leading (mbm: - 3)",
};

/// Bits of a factor below the point.
const PRECISION: u32 = 6;

/// Points of the grid on a side of all segments together, and at least on a side of one.
const GRID: [u32; 2] = [256, 32];

/// An MBM or REALM multiplier.
struct Corrected {
    format: OperandFormat,
    /// Leading fraction bits that choose the factor, 0 for MBM.
    leading: u32,
    /// Lowest fraction bits that are dropped.
    dropped: u32,
    /// The factors in units of `2^-PRECISION`, by the leading bits of `x`, then those of `y`.
    factors: Vec<u64>,
}

/// The factor of the segment of these leading bits.
fn factor(leading: u32, x: u32, y: u32) -> u64 {
    let grid = (GRID[0] >> leading).max(GRID[1]);
    let point = |segment: u32, i: u32| {
        (f64::from(segment) + (f64::from(i) + 0.5) / f64::from(grid)) / f64::from(1 << leading)
    };
    let (mut missing, mut weight) = (0.0, 0.0);
    for x in (0..grid).map(|i| point(x, i)) {
        for y in (0..grid).map(|i| point(y, i)) {
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

impl Corrected {
    fn new(format: OperandFormat, leading: u32, dropped: u32) -> Self {
        let segments = || 0..1 << leading;
        let factors = segments().flat_map(|x| segments().map(move |y| factor(leading, x, y))).collect();
        Self { format, leading, dropped, factors }
    }

    /// The member with these parameters, if there is one: of the fraction stay the leading bits and one more, or two.
    fn checked(format: OperandFormat, leading: u32, dropped: u32) -> Result<Self, ProviderError> {
        let most = fraction_bits(format).saturating_sub(leading.max(1) + 1);
        DROPPED.check(dropped, 0..=most, format)?;
        Ok(Self::new(format, leading, dropped))
    }

    /// Fraction bits that stay.
    fn kept(&self) -> u32 {
        fraction_bits(self.format) - self.dropped
    }

    /// The exponent of a number that is not 0, and its fraction.
    fn fraction(&self, x: u64) -> Option<(u32, u64)> {
        let (k, fraction) = words::normalized(x, self.kept())?;
        Some((k, fraction | u64::from(self.dropped > 0)))
    }

    fn unsigned_product(&self, a: u64, b: u64) -> u64 {
        let (Some((k, x)), Some((l, y))) = (self.fraction(a), self.fraction(b)) else { return 0 };
        let scale = self.kept().max(PRECISION);
        let segment = |fraction: u64| (fraction >> (self.kept() - self.leading)) as usize;
        let factor = self.factors[segment(x) << self.leading | segment(y)];
        let sum = (x + y) << (scale - self.kept());
        let mantissa = if sum >> scale == 0 { (1 << scale) + sum } else { 2 * sum };
        let corrected = mantissa + (factor << (scale - PRECISION));
        let mantissa = if corrected >> (scale + 2) == 0 { corrected } else { mantissa };
        (u128::from(mantissa) << (k + l) >> scale) as u64
    }

    /// The exponent of `word` and its fraction, as a circuit.
    fn decompose<G: Gates>(&self, g: &mut G, word: &[G::Bit]) -> (Vec<G::Bit>, Vec<G::Bit>) {
        let (exponent, mut fraction) = words::normalize(g, word, self.kept() as usize);
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

impl Corrected {
    fn documentation(&self, correction: &str) -> String {
        let dropped = match self.dropped {
            0 => String::new(),
            dropped => format!(", {dropped} fraction bits dropped"),
        };
        format!("Mitchell's logarithmic multiplier with {correction}{dropped}.")
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.unsigned_product(a, b))
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
            let nonzero = words::both_nonzero(g, a, b);
            shifted[scale..].iter().map(|&bit| g.and(bit, nonzero)).collect()
        })
    }
}

/// MBM: no leading bits choose the factor.
struct Mbm(Corrected);

impl Family<1> for Mbm {
    const NAME: &str = "mbm";
    const SUMMARY: &str = "minimally biased multiplier: straight-line logarithms and a constant correction";
    const CITATION: &str = "H. Saadat, H. Bokhari, S. Parameswaran, Minimally Biased Multipliers for Approximate \
        Integer and Floating-Point Multiplication, IEEE Trans. Computer-Aided Design of Integrated Circuits and \
        Systems 37(11), 2018, pp. 2623-2635";
    const PARAMETERS: [Parameter; 1] = [DROPPED];

    fn member(format: OperandFormat, [dropped]: [u32; 1]) -> Result<Self, ProviderError> {
        Corrected::checked(format, 0, dropped).map(Self)
    }

    fn documentation(&self) -> String {
        self.0.documentation("its mean error added")
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        self.0.product(a, b)
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        self.0.build(g, a, b)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[0], [2], [3], [4], [5]])
    }
}

/// REALM.
struct Realm(Corrected);

impl Family<2> for Realm {
    const NAME: &str = "realm";
    const SUMMARY: &str =
        "reduced-error logarithmic multiplier: straight-line logarithms and a table of corrections";
    const CITATION: &str = "H. Saadat, H. Javaid, A. Ignjatovic, S. Parameswaran, REALM: Reduced-Error Approximate \
        Log-based Integer Multiplier, DATE 2020";
    const PARAMETERS: [Parameter; 2] = [
        Parameter {
            name: "leading",
            description: "leading fraction bits that choose a factor, log2 M, 1 to 4 (fewer in narrow operands)",
        },
        DROPPED,
    ];

    fn member(format: OperandFormat, [leading, dropped]: [u32; 2]) -> Result<Self, ProviderError> {
        Self::PARAMETERS[0].check(leading, 1..=fraction_bits(format).min(4), format)?;
        Corrected::checked(format, leading, dropped).map(Self)
    }

    fn documentation(&self) -> String {
        let segments = 1 << self.0.leading;
        self.0.documentation(&format!("{segments} x {segments} error-reduction factors"))
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        self.0.product(a, b)
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        self.0.build(g, a, b)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[2, 0], [2, 2], [2, 3], [2, 4], [3, 0], [3, 2], [3, 3], [4, 0], [4, 2]])
    }
}

register!(Mbm::PROVIDER);
register!(Realm::PROVIDER);

#[cfg(test)]
mod tests;
