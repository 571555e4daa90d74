//! Hardware cost.

use serde::{Deserialize, Serialize};

/// Power, area and delay of one multiplier, all from one source; an unknown figure is `None`.
///
/// Figures of different sources are not comparable, which is why the source travels with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Average power in milliwatts.
    pub power_mw: Option<f64>,
    /// Cell area in square micrometers.
    pub area_um2: Option<f64>,
    /// Longest path in nanoseconds.
    pub delay_ns: Option<f64>,
    /// Who measured or estimated the figures, and how: compared as text to tell sources apart.
    pub source: String,
    /// The process and cell library, clock and activity behind the figures.
    pub technology: String,
}

impl Cost {
    /// Whether no figure is known.
    pub fn is_empty(&self) -> bool {
        self.power_mw.is_none() && self.area_um2.is_none() && self.delay_ns.is_none()
    }
}
