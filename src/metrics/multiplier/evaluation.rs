//! Metrics together with what they rest on.

use serde::{Deserialize, Serialize};

use super::{Metrics, OperandFormat};

/// Error metrics and what they rest on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The metrics, over all operand pairs or estimated from a sample.
    pub metrics: Metrics,
    /// Which of the two, and how far off an estimate may be.
    pub basis: Basis,
}

impl Evaluation {
    /// The number of operand pairs, of `format`, that the metrics rest on.
    pub fn pairs(&self, format: OperandFormat) -> u128 {
        match &self.basis {
            Basis::AllPairs => format.pairs(),
            Basis::Sample(sample) => sample.pairs.into(),
        }
    }
}

/// The operand pairs that metrics rest on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Basis {
    /// All of them, each equally often.
    AllPairs,
    /// Some, drawn uniformly and independently.
    Sample(OperandSample),
}

/// A sample of operand pairs and the confidence intervals of what was estimated from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperandSample {
    /// How many pairs were drawn, with replacement.
    pub pairs: u64,
    /// The seed that draws the same ones again.
    pub seed: u64,
    /// 95 % confidence intervals of the means. Worst cases have none: the largest error seen is a lower bound.
    pub intervals: Intervals,
}

/// 95 % confidence intervals, each (lower, upper), in the units of [`Metrics`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// Of the mean absolute error.
    pub mae: (f64, f64),
    /// Of the mean relative error, in percent.
    pub mre_pct: (f64, f64),
    /// Of the error probability, in percent.
    pub ep_pct: (f64, f64),
    /// Of the mean squared error.
    pub mse: (f64, f64),
    /// Of the mean error.
    pub mean_error: (f64, f64),
}
