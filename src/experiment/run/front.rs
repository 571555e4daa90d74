//! What a search found to choose from.

use serde::{Deserialize, Serialize};

use crate::assignment::SignedEnergies;

/// Accuracy against energy: the assignments that a search found, beside those with one multiplier in all layers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchFront {
    /// Accuracy on the validation images with exact products of codes.
    pub quantized_validation_top1: f64,
    /// The same after the short retraining that assignments are judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrained_quantized_top1: Option<f64>,
    /// Assignments, by rising energy.
    pub assignments: Vec<FrontPoint>,
    /// One multiplier in all layers, with the same corrections, by rising energy.
    pub uniform: Vec<FrontPoint>,
}

/// An assignment that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontPoint {
    /// Energy of all multiplications over that with the reference, signs handled as the experiment says.
    pub relative_energy: f64,
    /// The same under each way to handle signs.
    #[serde(default)]
    pub energies: SignedEnergies,
    /// The multiplier of each layer; one for all of them.
    pub multipliers: Vec<String>,
    /// Divergence of the class probabilities from exact ones, in nats, as layers measured one by one predict it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_divergence: Option<f64>,
    /// Accuracy on the validation images, nothing retrained.
    pub validation_top1: f64,
    /// Loss on the validation images, nothing retrained.
    pub validation_loss: f64,
    /// Accuracy on the validation images after the short retraining, where that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrained_top1: Option<f64>,
}
