//! The cost of a member of a family.

use axmul_api::Multiplier;

use crate::multiplier::Cost;

/// The figures that the multiplier itself knows, else those estimated from its circuit, else none.
pub(super) fn of_model(multiplier: &dyn Multiplier) -> Cost {
    multiplier.cost().unwrap_or_default()
}
