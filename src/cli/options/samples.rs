//! The options of commands that compute metrics of wide operands.

use clap::Args;

use axmul_providers::Sampling;

/// Which operand pairs metrics rest on where all products make no table.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Multipliers")]
pub(in crate::cli) struct SampleArgs {
    /// Estimate the metrics of multipliers with more than 8 bits an operand from so many pairs drawn at random. Without
    /// it all pairs are computed where products have up to 32 bits, else 16777216 are drawn
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=1 << 40))]
    samples: Option<u64>,
    /// The seed of the pairs that are drawn
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
}

impl SampleArgs {
    /// As the sources of multipliers take it.
    pub fn sampling(self) -> Sampling {
        Sampling { pairs: self.samples, seed: self.seed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::evaluation::MAX_EXHAUSTIVE_BITS;

    #[test]
    fn the_help_tells_the_truth() {
        assert_eq!((MAX_EXHAUSTIVE_BITS, Sampling::DEFAULT_PAIRS), (32, 16_777_216));
    }
}
