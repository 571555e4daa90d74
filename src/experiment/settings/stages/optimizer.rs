//! Ways in which weights follow gradients.

use serde::{Deserialize, Serialize};

/// How weights follow gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam (D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015).
    Adam,
    /// Adam whose weight decay does not pass through its moments (I. Loshchilov and F. Hutter, "Decoupled Weight
    /// Decay Regularization", ICLR 2019): every step takes `learning rate * weight_decay` of a weight away.
    #[serde(rename = "adamw")]
    AdamW,
}
