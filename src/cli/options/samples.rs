//! Options of commands that compute error metrics of wide operands.

use clap::Args;

use axmul_providers::PairSampling;

/// Which operand pairs metrics of wide multipliers are computed from.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Multipliers")]
pub(in crate::cli) struct SampleArgs {
    /// Estimate the metrics of multipliers wider than 8 bits from N random operand pairs [default: all pairs up to 32
    /// product bits, else 16777216]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=1 << 40))]
    samples: Option<u64>,
    /// Seed of the random operand pairs
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
}

impl SampleArgs {
    /// The sampling of a collection.
    pub fn sampling(self) -> PairSampling {
        PairSampling { pairs: self.samples, seed: self.seed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::evaluation::MAX_EXHAUSTIVE_BITS;

    #[test]
    fn the_help_tells_the_truth() {
        assert_eq!((MAX_EXHAUSTIVE_BITS, PairSampling::DEFAULT_PAIRS), (32, 16_777_216));
    }
}
