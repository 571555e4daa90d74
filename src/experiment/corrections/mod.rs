//! What can be taken out of an approximate multiplier's error without any hardware: wires and stored numbers only.
//!
//! Four corrections of one layer, fitted to the operands that the layer was seen to multiply:
//!
//! - **align**: symmetric codes leave the top bit of an unsigned multiplier's operands unused, and a multiplier that
//!   drops low bits errs four times as much as it must. Operands are wired up to one place higher.
//! - **map**: each weight code is stored as the code whose row of products serves it best (V. Mrazek, Z. Vasicek,
//!   L. Sekanina, M. A. Hanif, M. Shafique, "ALWANN: Automatic Layer-Wise Approximation of Deep Neural Network
//!   Accelerators without Retraining", ICCAD 2019, who assume uniform activations).
//! - **scale**: a factor common to all products goes into the scale of the layer's outputs.
//! - **fold**: for fixed weights, the mean error over the activations is a constant of each output channel, which goes
//!   into the bias.
//!
//! A fifth, **statistics**, is not of one layer: batch normalization after a layer takes up what its errors do to the
//! mean and variance of outputs, once its statistics are estimated anew.
//!
//! Whatever is corrected is a table and weights still ([`Wiring::table`]), so every kernel takes it as it is.
//!
//! ```
//! use axmul_experiment::corrections::{Corrections, OperandHistograms, fit};
//! use axmul_metrics::{OperandFormat, ProductTable};
//!
//! // An unsigned multiplier that ignores the lowest bit of both operands.
//! let format = OperandFormat::unsigned(8, 8);
//! let products = format.operands().map(|(a, b)| ((a & !1) * (b & !1)) as i32).collect();
//! let coarse = ProductTable::new(format, products).unwrap();
//!
//! // Codes -127..127 need seven bits of magnitude: one place up, nothing is lost.
//! let seen = OperandHistograms::uniform(8, 8);
//! let fitted = fit(&coarse, &seen, Corrections::ALL).unwrap();
//! assert_eq!((fitted.wiring.shift_a, fitted.wiring.shift_w), (1, 1));
//! assert!(fitted.variance < 1e-6);
//! assert!(fit(&coarse, &seen, Corrections::NONE).unwrap().variance > 0.0);
//! ```

mod fit;
mod histograms;
mod moments;
#[cfg(test)]
mod tests;
mod wiring;

use serde::{Deserialize, Serialize};

pub use fit::{CorrectionError, FittedMultiplier, fit};
pub use histograms::OperandHistograms;
pub use wiring::Wiring;

/// Which corrections are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Corrections {
    /// Operands of unsigned multipliers are wired up to where their codes use all bits.
    pub align: bool,
    /// Weight codes are exchanged for those whose products serve them best.
    pub map: bool,
    /// A factor common to all products goes into the layer's scale.
    pub scale: bool,
    /// The mean error goes into the bias.
    pub fold: bool,
    /// Statistics of batch normalization are estimated anew with the multipliers, before anything is retrained.
    pub statistics: bool,
}

impl Corrections {
    /// All of them.
    pub const ALL: Self = Self { align: true, map: true, scale: true, fold: true, statistics: true };

    /// None of them.
    pub const NONE: Self = Self { align: false, map: false, scale: false, fold: false, statistics: false };
}

impl Default for Corrections {
    fn default() -> Self {
        Self::ALL
    }
}
