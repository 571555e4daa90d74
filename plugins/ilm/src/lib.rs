//! Two logarithmic multipliers that share an acronym.
//!
//! `ilm`: the improved logarithmic multiplier of M. S. Ansari, B. F. Cockburn, J. Han, "An Improved Logarithmic
//! Multiplier for Energy-Efficient Neural Computing", IEEE Trans. Computers 70(4), 2021, pp. 614-625, with
//! exact adders. Operands are written as `p + q` and `r + s` with `p` and `r` the nearest powers of two, halves
//! rounded up, 3 to 4 among them, and the product is `p r + q r + s p`. Without `q s` the error has either
//! sign. In arithmetic this is RoBA but for the rounding of 3; the circuits differ. Versions with approximate
//! adders are not here.
//!
//! `iterative-log`: the iterative logarithmic multiplier of Z. Babić, A. Avramović, P. Bulić, "An Iterative
//! Logarithmic Multiplier", Microprocessors and Microsystems 35(1), 2011, pp. 23-33. Here `p` and `r` are the
//! leading ones, so `q s` is a product of smaller numbers, and each of a chosen number of corrections adds its
//! approximation by the same block. Products are never too large, and exact once a remainder is 0.
//!
//! Signed operands are multiplied as magnitudes.

use axmul_api::*;

/// An improved or an iterative logarithmic multiplier.
struct Logarithmic {
    format: OperandFormat,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// Nearest powers of two.
    Improved,
    /// Leading ones, with this number of corrections.
    Iterative(u32),
}

/// The power of two nearest to `x`, which is not 0; halves are rounded up.
fn nearest(x: u64) -> u64 {
    let leading = 1 << x.ilog2();
    leading << u32::from(2 * x >= 3 * leading)
}

impl Logarithmic {
    fn unsigned_product(&self, a: u64, b: u64) -> u64 {
        let (mut a, mut b, mut product) = (a, b, 0);
        match self.kind {
            Kind::Improved if a == 0 || b == 0 => 0,
            Kind::Improved => {
                let (p, r) = (nearest(a), nearest(b));
                p * b + r * a - p * r
            }
            Kind::Iterative(corrections) => {
                for _ in 0..=corrections {
                    if a == 0 || b == 0 {
                        break;
                    }
                    let (p, r) = (1 << a.ilog2(), 1 << b.ilog2());
                    let (q, s) = (a - p, b - r);
                    product += p * r + q * r + s * p;
                    (a, b) = (q, s);
                }
                product
            }
        }
    }
}

/// The one-hot power nearest to `word`, one bit wider, and what is left, in two's complement of that width.
fn split_nearest<G: Gates>(g: &mut G, word: &[G::Bit]) -> (Vec<G::Bit>, Vec<G::Bit>) {
    let hot = words::leading_one(g, word);
    let zero = g.constant(false);
    let (mut power, mut up, mut any_up) = (Vec::new(), zero, zero);
    for i in 0..word.len() {
        let next = if i == 0 { zero } else { g.and(hot[i], word[i - 1]) };
        let not_next = g.not(next);
        let stays = g.and(hot[i], not_next);
        power.push(g.or(stays, up));
        any_up = g.or(any_up, next);
        up = next;
    }
    power.push(up);
    // Below the power the bits stay; from it on they are those of the sign.
    let (mut rest, mut below) = (vec![zero; power.len()], zero);
    for i in (0..power.len()).rev() {
        let bit = word.get(i).copied().unwrap_or(zero);
        rest[i] = g.mux(below, bit, any_up);
        below = g.or(below, power[i]);
    }
    (power, rest)
}

/// The leading one of `word` and what is left.
fn split_leading<G: Gates>(g: &mut G, word: &[G::Bit]) -> (Vec<G::Bit>, Vec<G::Bit>) {
    let hot = words::leading_one(g, word);
    let rest = word
        .iter()
        .zip(&hot)
        .map(|(&bit, &leading)| {
            let other = g.not(leading);
            g.and(bit, other)
        })
        .collect();
    (hot, rest)
}

/// `p r + q r + s p` for the powers `p`, `r` and rests `q`, `s`, modulo `2^width`; 0 where `nonzero` is.
fn block<G: Gates>(
    g: &mut G,
    [p, q]: [&[G::Bit]; 2],
    [r, s]: [&[G::Bit]; 2],
    nonzero: G::Bit,
    width: usize,
) -> Vec<Vec<G::Bit>> {
    let (k, l) = (words::encode(g, p), words::encode(g, r));
    let terms = [(p, &l), (q, &l), (s, &k)].map(|(word, amount)| words::shift_left(g, word, amount, width));
    (0..width).map(|i| terms.iter().map(|term| g.and(term[i], nonzero)).collect()).collect()
}

/// Whether both words hold a one.
fn both<G: Gates>(g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> G::Bit {
    let (any_a, any_b) = (words::any(g, a), words::any(g, b));
    g.and(any_a, any_b)
}

impl Multiplier for Logarithmic {
    fn name(&self) -> String {
        match self.kind {
            Kind::Improved => instance_name(Improved.name(), &[], self.format),
            Kind::Iterative(corrections) => instance_name(Iterative.name(), &[corrections], self.format),
        }
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
        match self.kind {
            Kind::Improved => "Logarithmic multiplier with the nearest powers of two.".into(),
            Kind::Iterative(corrections) => {
                format!("Logarithmic multiplier with the leading ones and {corrections} correction(s).")
            }
        }
    }
}

impl Circuit for Logarithmic {
    fn operand_format(&self) -> OperandFormat {
        self.format
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let width = a.len() + b.len();
            let Kind::Iterative(corrections) = self.kind else {
                let nonzero = both(g, a, b);
                let ((p, q), (r, s)) = (split_nearest(g, a), split_nearest(g, b));
                let extend = |word: Vec<G::Bit>| -> Vec<G::Bit> {
                    let sign = word[word.len() - 1];
                    word.into_iter().chain(std::iter::repeat(sign)).take(width).collect()
                };
                let columns = block(g, [&p, &extend(q)], [&r, &extend(s)], nonzero, width);
                return words::sum_columns(g, columns);
            };
            let (mut a, mut b, mut columns) = (a.to_vec(), b.to_vec(), vec![Vec::new(); width]);
            for _ in 0..=corrections {
                let nonzero = both(g, &a, &b);
                let ((p, q), (r, s)) = (split_leading(g, &a), split_leading(g, &b));
                for (column, bits) in columns.iter_mut().zip(block(g, [&p, &q], [&r, &s], nonzero, width)) {
                    column.extend(bits);
                }
                (a, b) = (q, s);
            }
            words::sum_columns(g, columns)
        })
    }
}

/// The eight-bit variants with each of these parameters.
fn variants(values: &[&[u32]]) -> Vec<Variant> {
    [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)]
        .into_iter()
        .flat_map(|format| values.iter().map(move |&values| Variant { format, parameters: values.to_vec() }))
        .collect()
}

struct Improved;

impl Provider for Improved {
    fn name(&self) -> &'static str {
        "ilm"
    }

    fn summary(&self) -> &'static str {
        "improved logarithmic multiplier: nearest powers of two"
    }

    fn citation(&self) -> &'static str {
        "M. S. Ansari, B. F. Cockburn, J. Han, An Improved Logarithmic Multiplier for Energy-Efficient Neural \
         Computing, IEEE Trans. Computers 70(4), 2021, pp. 614-625"
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let [] = parameters else {
            return Err(ProviderError::ParameterCount { expected: &[], got: parameters.len() });
        };
        Ok(Box::new(Logarithmic { format, kind: Kind::Improved }))
    }

    fn variants(&self) -> Vec<Variant> {
        variants(&[&[]])
    }
}

struct Iterative;

static PARAMETERS: [Parameter; 1] = [Parameter {
    name: "corrections",
    description: "how often the product of the rests is approximated and added, 0 to the narrower operand's width - 1",
}];

impl Provider for Iterative {
    fn name(&self) -> &'static str {
        "iterative-log"
    }

    fn summary(&self) -> &'static str {
        "iterative logarithmic multiplier: leading ones, the rests multiplied likewise"
    }

    fn citation(&self) -> &'static str {
        "Z. Babić, A. Avramović, P. Bulić, An Iterative Logarithmic Multiplier, Microprocessors and Microsystems \
         35(1), 2011, pp. 23-33"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let [corrections] = Parameter::values(&PARAMETERS, parameters)?;
        let narrower = u32::from(format.width_a().min(format.width_b()));
        PARAMETERS[0].check(corrections, 0..=narrower - 1, format)?;
        Ok(Box::new(Logarithmic { format, kind: Kind::Iterative(corrections) }))
    }

    fn variants(&self) -> Vec<Variant> {
        variants(&[&[0], &[1], &[2]])
    }
}

register!(Improved);
register!(Iterative);

#[cfg(test)]
mod tests;
