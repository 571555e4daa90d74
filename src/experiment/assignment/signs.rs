//! Who pays for the signs beside unsigned multipliers.

use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// Where the signs of codes meet the products of their magnitudes, and so what an unsigned multiplier takes beside
/// itself. Signed multipliers take nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignHandling {
    /// Every product is complemented where the signs differ; works for any operands in any order.
    #[default]
    PerProduct,
    /// Weights are taken in the order of their signs, and the sum is complemented once, after the products with
    /// negative weights. Layers whose activations were seen to be negative complement every product.
    PerSum,
    /// The logic is left out, as in published energies of multipliers alone.
    Uncounted,
}

/// A relative energy under each way to handle signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SignedEnergies {
    /// Of the multipliers alone.
    pub uncounted: f64,
    /// With weights ordered by sign where activations are not negative.
    pub per_sum: f64,
    /// With every product complemented.
    pub per_product: f64,
}

impl SignedEnergies {
    /// The one of a way to handle signs.
    pub fn by(&self, handling: SignHandling) -> f64 {
        match handling {
            SignHandling::PerProduct => self.per_product,
            SignHandling::PerSum => self.per_sum,
            SignHandling::Uncounted => self.uncounted,
        }
    }
}

impl Sum for SignedEnergies {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            uncounted: sum.uncounted + one.uncounted,
            per_sum: sum.per_sum + one.per_sum,
            per_product: sum.per_product + one.per_product,
        })
    }
}
