//! DRUM(k), the dynamic range unbiased multiplier of S. Hashemi, R. I. Bahar, S. Reda, "DRUM: A Dynamic Range
//! Unbiased Multiplier for Approximate Applications", ICCAD 2015, pp. 418-425.
//!
//! Of an operand that does not fit `k` bits, the `k` bits from its leading one down stand for the whole, the
//! lowest of them set to one as the expected value of what is cut off. A `k x k` exact multiplier and a shifter
//! do the rest. Operands that fit `k` bits go through unchanged.
//!
//! Signed operands are multiplied as magnitudes, the paper's pre- and postprocessing. `k` starts at 3, the
//! smallest that the paper evaluates: with 2, the square of the most negative operand would leave the product's
//! range.

use axmul_api::*;

/// DRUM(k).
struct Drum {
    format: OperandFormat,
    /// Bits of the core multiplier's operands.
    k: u32,
}

impl Drum {
    /// The number that stands for `x`.
    fn segment(&self, x: u64) -> u64 {
        match x.checked_ilog2() {
            Some(leading) if leading >= self.k => {
                let cut = leading + 1 - self.k;
                (x >> cut | 1) << cut
            }
            _ => x,
        }
    }

    /// The operand of the core multiplier, and how far it was shifted down.
    fn select<G: Gates>(&self, g: &mut G, word: &[G::Bit]) -> (Vec<G::Bit>, Vec<G::Bit>) {
        let k = self.k as usize;
        if word.len() <= k {
            return (word.to_vec(), vec![]);
        }
        let hot = words::leading_one(g, word);
        // A leading one at bit k - 1 or below means no shift: index 0 of this part, or no bit of it.
        let amount = words::encode(g, &hot[k - 1..]);
        let mut segment = words::shift_right(g, word, &amount);
        segment.truncate(k);
        let cut = words::any(g, &word[k..]);
        segment[0] = g.or(segment[0], cut);
        (segment, amount)
    }
}

impl Family<1> for Drum {
    const NAME: &str = "drum";
    const SUMMARY: &str = "dynamic range unbiased multiplier: the k leading bits of each operand";
    const CITATION: &str = "S. Hashemi, R. I. Bahar, S. Reda, DRUM: A Dynamic Range Unbiased Multiplier for Approximate Applications, \
         ICCAD 2015, pp. 418-425, doi 10.1109/ICCAD.2015.7372600";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "k",
        description: "bits of each operand that are multiplied, 3 to the wider operand's width - 1",
    }];

    fn member(format: OperandFormat, [k]: [u32; 1]) -> Result<Self, ProviderError> {
        let wider = u32::from(format.width_a().max(format.width_b()));
        if wider < 4 {
            let allowed = "at least one operand of 4 bits or more".into();
            return Err(ProviderError::Format { format, allowed });
        }
        Self::PARAMETERS[0].check(k, 3..=wider - 1, format)?;
        Ok(Self { format, k })
    }

    fn documentation(&self) -> String {
        format!("DRUM({}): the leading {} bits of each operand, the lowest set to one.", self.k, self.k)
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.segment(a) * self.segment(b))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let ((core_a, amount_a), (core_b, amount_b)) = (self.select(g, a), self.select(g, b));
            let widths = [core_a.len(), core_b.len()].map(|width| width as u8);
            let core = OperandFormat::unsigned(widths[0], widths[1]);
            let columns = words::partial_products(g, core, &core_a, &core_b, |_, _| true);
            let product = words::sum_columns(g, columns);
            let zero = g.constant(false);
            let amount = words::add(g, &amount_a, &amount_b, zero);
            words::shift_left(g, &product, &amount, a.len() + b.len())
        })
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([3, 4, 5, 6].map(|k| [k]))
    }
}

register!(Drum::PROVIDER);

#[cfg(test)]
mod tests;
