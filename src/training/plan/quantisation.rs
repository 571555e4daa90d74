//! Settings of the quantisation.

use serde::{Deserialize, Serialize};

/// From real numbers to 8-bit codes: symmetric for signed multipliers, affine for unsigned ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quantisation {
    /// Activations.
    pub activations: ActivationQuantisation,
    /// Weights.
    pub weights: WeightQuantisation,
    /// How an unsigned multiplier gets signed data.
    pub unsigned: UnsignedScheme,
}

/// How an unsigned multiplier gets signed data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsignedScheme {
    /// Codes with a zero point.
    #[default]
    Affine,
    /// Symmetric signed codes; the multiplier sees magnitudes, and the signs are multiplied beside it.
    SignMagnitude,
}

/// How the range of activations is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActivationQuantisation {
    /// What is observed, or that the range is learned.
    pub range: ActivationRange,
    /// Share of every new batch in the running average.
    pub momentum: f64,
    /// For `percentile`: percent of the values inside the range.
    pub percentile: f64,
}

impl Default for ActivationQuantisation {
    fn default() -> Self {
        Self { range: ActivationRange::Average, momentum: 0.01, percentile: 99.9 }
    }
}

/// How the range of activations is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationRange {
    /// Running average of every batch's extremes.
    Average,
    /// Extremes over all batches.
    Extremes,
    /// Running average of every batch's percentile.
    Percentile,
    /// Learned clipping value (J. Choi et al., "PACT: Parameterized Clipping Activation for Quantized Neural
    /// Networks", arXiv 1805.06085, 2018); symmetric only.
    Learned,
}

/// How the range of weights is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WeightQuantisation {
    /// One scale, or one for every output channel.
    pub granularity: Granularity,
    /// Percent of the absolute values inside the range; 100 takes the largest.
    pub percentile: f64,
}

impl Default for WeightQuantisation {
    fn default() -> Self {
        Self { granularity: Granularity::Tensor, percentile: 100.0 }
    }
}

/// How many scales the weights of a layer have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// One.
    Tensor,
    /// One for every output channel; symmetric only.
    Channel,
}
