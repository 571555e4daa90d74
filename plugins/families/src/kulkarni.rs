//! The underdesigned multiplier of P. Kulkarni, P. Gupta, M. Ercegovac, "Trading Accuracy for Power with an
//! Underdesigned Multiplier Architecture", 24th International Conference on VLSI Design, 2011, pp. 346-351.
//!
//! Operands are cut into groups of two bits, every pair of groups is multiplied by a 2x2 block, and an exact
//! adder tree sums the shifted results. The underdesigned block answers 3 x 3 with 7 (binary 111) instead of 9,
//! which saves its fourth output, and is exact otherwise. As in the paper, some blocks may be exact ones: here
//! those of the higher weights, so that `positions` tunes accuracy against cost.
//!
//! A width that is odd is padded with a zero bit. Signed operands are multiplied as magnitudes. A group whose
//! upper bit is always zero (padding) and the top group of a magnitude (at most 2, as in 128) are never 3, so
//! members that differ only in blocks of such groups coincide, e.g. `kulkarni-5-8s` and `kulkarni-7-8s`.

use axmul_api::*;

/// A multiplier of 2x2 blocks.
struct Kulkarni {
    format: OperandFormat,
    /// Blocks of weight `4^k` with `k` below this are underdesigned.
    positions: u32,
}

/// Number of two-bit groups of an operand.
fn groups(width: u8) -> u32 {
    u32::from(width).div_ceil(2)
}

/// The number of weights that blocks have.
fn positions(format: OperandFormat) -> u32 {
    groups(format.width_a()) + groups(format.width_b()) - 1
}

/// The 2x2 block, four bits wide; underdesigned, its highest bit is zero.
fn block<G: Gates>(g: &mut G, a: [G::Bit; 2], b: [G::Bit; 2], exact: bool) -> [G::Bit; 4] {
    let lowest = g.and(a[0], b[0]);
    let (low, high, top) = (g.and(a[1], b[0]), g.and(a[0], b[1]), g.and(a[1], b[1]));
    if exact {
        let (middle, carry) = g.half_adder(low, high);
        let (upper, highest) = g.half_adder(top, carry);
        [lowest, middle, upper, highest]
    } else {
        [lowest, g.or(low, high), top, g.constant(false)]
    }
}

impl Kulkarni {
    fn unsigned_product(&self, a: u64, b: u64) -> u64 {
        let threes = |x: u64, p: u32| x >> (2 * p) & 3 == 3;
        let mut product = a * b;
        for p in 0..groups(self.format.width_a()) {
            for q in (0..groups(self.format.width_b())).filter(|q| p + q < self.positions) {
                if threes(a, p) && threes(b, q) {
                    product -= 2 << (2 * (p + q));
                }
            }
        }
        product
    }
}

/// A word in groups of two bits, padded with a zero where its width is odd.
fn pairs<G: Gates>(g: &mut G, word: &[G::Bit]) -> Vec<[G::Bit; 2]> {
    let padded = words::resize(g, word, word.len().next_multiple_of(2));
    padded.chunks(2).map(|pair| [pair[0], pair[1]]).collect()
}

impl Family<1> for Kulkarni {
    const NAME: &str = "kulkarni";
    const SUMMARY: &str = "underdesigned multiplier of 2x2 blocks with 3 x 3 = 7";
    const CITATION: &str = "P. Kulkarni, P. Gupta, M. Ercegovac, Trading Accuracy for Power with an Underdesigned Multiplier \
         Architecture, 24th International Conference on VLSI Design, 2011, pp. 346-351, doi 10.1109/VLSID.2011.51";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "positions",
        description: "how many of the weights 1, 4, 16, ... have underdesigned blocks, 1 to all of them",
    }];

    fn member(format: OperandFormat, [value]: [u32; 1]) -> Result<Self, ProviderError> {
        let positions = Self::PARAMETERS[0].check(value, 1..=positions(format), format)?;
        Ok(Self { format, positions })
    }

    fn documentation(&self) -> String {
        format!(
            "2x2 blocks, those of the lowest {} of {} weights underdesigned (3 x 3 = 7).",
            self.positions,
            positions(self.format)
        )
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.unsigned_product(a, b))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let width = a.len() + b.len();
            let (a, b) = (pairs(g, a), pairs(g, b));
            let mut columns = vec![Vec::new(); width];
            for (p, &a) in a.iter().enumerate() {
                for (q, &b) in b.iter().enumerate() {
                    let bits = block(g, a, b, p + q >= self.positions as usize);
                    // Bits past the product's width are those of padding: always zero.
                    for (column, bit) in columns[2 * (p + q)..].iter_mut().zip(bits) {
                        column.push(bit);
                    }
                }
            }
            words::sum_columns(g, columns)
        })
    }

    fn variants() -> Vec<Variant> {
        let members = |format, positions: &[u32]| -> Vec<Variant> {
            positions.iter().map(|&k| Variant { format, parameters: vec![k] }).collect()
        };
        let signed = members(OperandFormat::signed(8, 8), &[3, 4, 7]);
        [signed, members(OperandFormat::unsigned(8, 8), &[3, 4, 5, 7])].concat()
    }
}

register!(Kulkarni::PROVIDER);

#[cfg(test)]
mod tests;
