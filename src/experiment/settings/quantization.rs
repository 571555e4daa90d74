//! Settings of the quantization.

use serde::{Deserialize, Serialize};

/// From real numbers to codes: symmetric for signed multipliers, affine for unsigned ones. Activations have 8 bits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quantization {
    /// Activations.
    pub activations: ActivationQuantization,
    /// Weights.
    pub weights: WeightQuantization,
    /// How an unsigned multiplier gets signed data.
    pub unsigned: UnsignedScheme,
    /// Whether `quantize` begins with folding batch normalization into the layers before it.
    pub fold_batch_norm: bool,
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
pub struct ActivationQuantization {
    /// What is observed, or that the range is learned.
    pub range: ActivationRange,
    /// Share of every new batch in the running average.
    pub momentum: f64,
    /// For `percentile`: percent of the values inside the range.
    pub percentile: f64,
}

impl Default for ActivationQuantization {
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
    /// Running average of every batch's range of the least mean squared quantization error.
    Mse,
    /// Learned clipping value (J. Choi et al., "PACT: Parameterized Clipping Activation for Quantized Neural
    /// Networks", arXiv 1805.06085, 2018); symmetric only.
    Learned,
}

/// How the range of weights is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WeightQuantization {
    /// Bits of a code, 2 to 8.
    pub bits: u8,
    /// One scale, or one for every output channel.
    pub granularity: Granularity,
    /// What the range is.
    pub range: WeightRange,
    /// For `percentile`: percent of the values inside the range; 100 takes the extremes.
    pub percentile: f64,
}

impl Default for WeightQuantization {
    fn default() -> Self {
        Self { bits: 8, granularity: Granularity::Tensor, range: WeightRange::Percentile, percentile: 100.0 }
    }
}

/// How the range of weights is found, at every step anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightRange {
    /// The extremes.
    Extremes,
    /// A percentile.
    Percentile,
    /// The range of the least mean squared quantization error.
    Mse,
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
