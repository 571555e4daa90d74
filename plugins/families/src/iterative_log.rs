//! The iterative logarithmic multiplier of Z. Babić, A. Avramović, P. Bulić, "An Iterative Logarithmic Multiplier",
//! Microprocessors and Microsystems 35(1), 2011, pp. 23-33.
//!
//! Operands are written as `p + q` and `r + s` with `p` and `r` their leading ones, and the product is taken for
//! `p r + q r + s p`. What is missing, `q s`, is a product of smaller numbers: each of a chosen number of corrections
//! adds its approximation by the same block. Products are never too large, and exact once a remainder is 0.
//!
//! Signed operands are multiplied as magnitudes.

use axmul_api::*;

/// An iterative logarithmic multiplier.
struct Iterative {
    format: OperandFormat,
    corrections: u32,
}

impl Iterative {
    fn unsigned_product(&self, mut a: u64, mut b: u64) -> u64 {
        let mut product = 0;
        for _ in 0..=self.corrections {
            let (Some(k), Some(l)) = (a.checked_ilog2(), b.checked_ilog2()) else { break };
            let (q, s) = (a - (1 << k), b - (1 << l));
            product += (1 << (k + l)) + (q << l) + (s << k);
            (a, b) = (q, s);
        }
        product
    }
}

/// The leading one of `word` and what is left.
fn split<G: Gates>(g: &mut G, word: &[G::Bit]) -> (Vec<G::Bit>, Vec<G::Bit>) {
    let hot = words::leading_one(g, word);
    let others: Vec<_> = hot.iter().map(|&leading| g.not(leading)).collect();
    let rest = word.iter().zip(&others).map(|(&bit, &other)| g.and(bit, other)).collect();
    (hot, rest)
}

impl Family<1> for Iterative {
    const NAME: &str = "iterative-log";
    const SUMMARY: &str = "iterative logarithmic multiplier: leading ones, the rests multiplied likewise";
    const CITATION: &str = "Z. Babić, A. Avramović, P. Bulić, An Iterative Logarithmic Multiplier, Microprocessors and Microsystems \
         35(1), 2011, pp. 23-33";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "corrections",
        description: "how often the product of the rests is approximated and added, 0 to the narrower operand's width - 1",
    }];

    fn member(format: OperandFormat, [corrections]: [u32; 1]) -> Result<Self, ProviderError> {
        let narrower = u32::from(format.width_a().min(format.width_b()));
        Self::PARAMETERS[0].check(corrections, 0..=narrower - 1, format)?;
        Ok(Self { format, corrections })
    }

    fn documentation(&self) -> String {
        format!("Logarithmic multiplier with the leading ones and {} correction(s).", self.corrections)
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.unsigned_product(a, b))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let width = a.len() + b.len();
            let (mut a, mut b, mut columns) = (a.to_vec(), b.to_vec(), vec![Vec::new(); width]);
            for _ in 0..=self.corrections {
                let nonzero = words::both_nonzero(g, &a, &b);
                let ((p, q), (r, s)) = (split(g, &a), split(g, &b));
                let (k, l) = (words::encode(g, &p), words::encode(g, &r));
                for (word, amount) in [(&p, &l), (&q, &l), (&s, &k)] {
                    let term = words::shift_left(g, word, amount, width);
                    for (column, bit) in columns.iter_mut().zip(term) {
                        column.push(g.and(bit, nonzero));
                    }
                }
                (a, b) = (q, s);
            }
            words::sum_columns(g, columns)
        })
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[0], [1], [2]])
    }
}

register!(Iterative::PROVIDER);

#[cfg(test)]
mod tests;
