//! The error-tolerant multiplier (ETM) of K. Y. Kyaw, W. L. Goh, K. S. Yeo, "Low-Power High-Speed Multiplier
//! for Error-Tolerant Application", IEEE International Conference on Electron Devices and Solid-State Circuits
//! (EDSSC), 2010.
//!
//! Both operands are split at one place. The upper parts are multiplied exactly. Of the lower parts no product
//! is formed: from the split down, the first position where either operand has a one and all positions below it
//! give ones, continued through the lower half of the lower product; positions above it give zeros. Both sums
//! of crossed products are missing. Where the upper parts of both operands are zero, the multiplier is given
//! the lower parts instead, and the product is exact.
//!
//! The paper splits in the middle; here the split is a parameter, for operands of unequal widths too.
//! Descriptions of the control differ: some take the lower parts where the product of the upper parts is zero.
//! The choice made here is that the upper parts of both operands have to be. So a product with 0 need not be 0.
//! The paper has unsigned operands; signed ones are multiplied as magnitudes.

use axmul_api::*;

/// An error-tolerant multiplier.
struct ErrorTolerant {
    format: OperandFormat,
    /// Bits of the lower part of each operand.
    lower: u32,
}

impl ErrorTolerant {
    fn unsigned_product(&self, a: u64, b: u64) -> u64 {
        let (upper_a, upper_b) = (a >> self.lower, b >> self.lower);
        if upper_a == 0 && upper_b == 0 {
            return a * b;
        }
        let ones = (a | b) & ((1 << self.lower) - 1);
        let run = ones.checked_ilog2().map_or(0, |first| (1 << (first + self.lower + 1)) - 1);
        (upper_a * upper_b) << (2 * self.lower) | run
    }
}

/// `if_one` where `select` is one, else `if_zero`, as wide as the wider of them.
fn choose<G: Gates>(g: &mut G, select: G::Bit, if_one: &[G::Bit], if_zero: &[G::Bit]) -> Vec<G::Bit> {
    let width = if_one.len().max(if_zero.len());
    let (if_one, if_zero) = (words::resize(g, if_one, width), words::resize(g, if_zero, width));
    words::mux(g, select, &if_one, &if_zero)
}

impl Family<1> for ErrorTolerant {
    const NAME: &str = "etm";
    const SUMMARY: &str = "error-tolerant multiplier: upper parts multiplied, lower parts a run of ones";
    const CITATION: &str = "K. Y. Kyaw, W. L. Goh, K. S. Yeo, Low-Power High-Speed Multiplier for Error-Tolerant Application, IEEE \
         International Conference on Electron Devices and Solid-State Circuits (EDSSC), 2010";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "lower",
        description: "bits of each operand that are not multiplied, 1 to the narrower operand's width - 1; the paper \
                  takes half",
    }];

    fn member(format: OperandFormat, [lower]: [u32; 1]) -> Result<Self, ProviderError> {
        let narrower = u32::from(format.width_a().min(format.width_b()));
        Self::PARAMETERS[0].check(lower, 1..=narrower - 1, format)?;
        Ok(Self { format, lower })
    }

    fn documentation(&self) -> String {
        format!(
            "Error-tolerant multiplier: the lowest {} bits of each operand give a run of ones.",
            self.lower
        )
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        words::sign_magnitude_product(self.format, a, b, |a, b| self.unsigned_product(a, b))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let (lower, width) = (self.lower as usize, a.len() + b.len());
            let ((low_a, high_a), (low_b, high_b)) = (a.split_at(lower), b.split_at(lower));
            let (any_a, any_b) = (words::any(g, high_a), words::any(g, high_b));
            let approximate = g.or(any_a, any_b);
            let core_a = choose(g, approximate, high_a, low_a);
            let core_b = choose(g, approximate, high_b, low_b);
            // Of the format only the signedness counts, and a core may be narrower than any format.
            let unsigned = OperandFormat::unsigned(2, 2);
            let columns = words::partial_products(g, unsigned, &core_a, &core_b, |_, _| true);
            let product = words::sum_columns(g, columns);
            let mut run = vec![g.constant(false); 2 * lower];
            let mut started = g.constant(false);
            for i in (0..lower).rev() {
                let one = g.or(low_a[i], low_b[i]);
                started = g.or(started, one);
                run[lower + i] = started;
            }
            run[..lower].fill(started);
            run.extend(&product);
            let (run, exact) = (words::resize(g, &run, width), words::resize(g, &product, width));
            words::mux(g, approximate, &run, &exact)
        })
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([2, 3, 4, 5].map(|lower| [lower]))
    }
}

register!(ErrorTolerant::PROVIDER);

#[cfg(test)]
mod tests;
