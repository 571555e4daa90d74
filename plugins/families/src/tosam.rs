//! TOSAM(h, t), the truncation- and rounding-based scalable approximate multiplier of S. Vahdat, M. Kamal,
//! A. Afzali-Kusha, M. Pedram, "TOSAM: An Energy-Efficient Truncation- and Rounding-Based Scalable Approximate
//! Multiplier", IEEE Trans. VLSI Systems 27(5), 2019, pp. 1161-1173.
//!
//! With the operands read as `2^k (1 + x)` and `2^l (1 + y)`, `0 <= x, y < 1`, the product is
//! `2^(k+l) (1 + x + y + x y)`. In the sum `x` and `y` are cut off after `t` bits; in the product `x y` they
//! are cut off after `h` bits, and a one is appended, which rounds to the nearest odd number and is the
//! expected value of what is cut off. A multiplier of `h + 1` bits, an adder and a shifter remain.
//!
//! The result is cut off at its units, and a product with 0 is 0. Signed operands are multiplied as magnitudes.

use axmul_api::*;

/// TOSAM(h, t).
struct Tosam {
    format: OperandFormat,
    /// Fraction bits that are multiplied, before the appended one.
    h: u32,
    /// Fraction bits that are added.
    t: u32,
}

impl Tosam {
    /// Bits of the sum below its point.
    fn scale(&self) -> u32 {
        self.t.max(2 * self.h + 2)
    }

    fn unsigned_product(&self, a: u64, b: u64) -> u64 {
        let (Some((k, x)), Some((l, y))) = (words::normalized(a, self.t), words::normalized(b, self.t))
        else {
            return 0;
        };
        // The highest `h` of the `t` bits, and a one below them.
        let odd = |fraction: u64| u128::from(2 * (fraction >> (self.t - self.h)) + 1);
        let sum = u128::from(x + y);
        let scale = self.scale();
        let mantissa =
            (1 << scale) + (sum << (scale - self.t)) + ((odd(x) * odd(y)) << (scale - 2 * self.h - 2));
        let exponent = k + l;
        (if exponent >= scale { mantissa << (exponent - scale) } else { mantissa >> (scale - exponent) })
            as u64
    }
}

impl Family<2> for Tosam {
    const NAME: &str = "tosam";
    const SUMMARY: &str = "leading fraction bits: t of each operand added, h multiplied";
    const CITATION: &str = "S. Vahdat, M. Kamal, A. Afzali-Kusha, M. Pedram, TOSAM: An Energy-Efficient Truncation- and \
         Rounding-Based Scalable Approximate Multiplier, IEEE Trans. VLSI Systems 27(5), 2019, pp. 1161-1173";
    const PARAMETERS: [Parameter; 2] = [
        Parameter { name: "h", description: "fraction bits that are multiplied, 0 to t - 1" },
        Parameter {
            name: "t",
            description: "fraction bits that are added, 1 to the wider operand's width - 1",
        },
    ];

    fn member(format: OperandFormat, [h, t]: [u32; 2]) -> Result<Self, ProviderError> {
        let wider = u32::from(format.width_a().max(format.width_b()));
        Self::PARAMETERS[1].check(t, 1..=wider - 1, format)?;
        Self::PARAMETERS[0].check(h, 0..=t - 1, format)?;
        Ok(Self { format, h, t })
    }

    fn documentation(&self) -> String {
        format!(
            "TOSAM({}, {}): {} fraction bits of each operand multiplied, {} added.",
            self.h, self.t, self.h, self.t
        )
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.unsigned_product(a, b))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let [h, t, scale] = [self.h, self.t, self.scale()].map(|bits| bits as usize);
            let ((k, x), (l, y)) = (words::normalize(g, a, t), words::normalize(g, b, t));
            let one = g.constant(true);
            let odd = |fraction: &[G::Bit]| -> Vec<G::Bit> {
                std::iter::once(one).chain(fraction[t - h..].iter().copied()).collect()
            };
            // Of the format only the signedness counts, and a core may be narrower than any format.
            let unsigned = OperandFormat::unsigned(2, 2);
            let core = words::partial_products(g, unsigned, &odd(&x), &odd(&y), |_, _| true);
            let mut columns = vec![Vec::new(); scale + 2];
            for (column, bits) in columns[scale - 2 * h - 2..].iter_mut().zip(core) {
                *column = bits;
            }
            for (column, (&x, &y)) in columns[scale - t..].iter_mut().zip(x.iter().zip(&y)) {
                column.extend([x, y]);
            }
            columns[scale].push(one);
            let mantissa = words::sum_columns(g, columns);
            let zero = g.constant(false);
            let exponent = words::add(g, &k, &l, zero);
            let shifted = words::shift_left(g, &mantissa, &exponent, scale + a.len() + b.len());
            let nonzero = words::both_nonzero(g, a, b);
            shifted[scale..].iter().map(|&bit| g.and(bit, nonzero)).collect()
        })
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[0, 2], [0, 3], [1, 3], [1, 5], [2, 4], [2, 5], [2, 6], [3, 7]])
    }
}

register!(Tosam::PROVIDER);

#[cfg(test)]
mod tests;
