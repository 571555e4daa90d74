//! The stages of the method.

use serde::{Deserialize, Serialize};

/// The stages of the method, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// Training in fp32.
    Baseline,
    /// Quantization-aware training.
    Quantize,
    /// Training under noise whose amount per layer is learned; ends with the assignment of multipliers.
    Search,
    /// Training with the assigned multipliers.
    Retrain,
    /// Training with one multiplier in all layers, to compare with.
    Uniform,
}

impl StageName {
    /// All stages, in order.
    pub const ALL: [Self; 5] = [Self::Baseline, Self::Quantize, Self::Search, Self::Retrain, Self::Uniform];

    /// The name in YAML, results and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Quantize => "quantize",
            Self::Search => "search",
            Self::Retrain => "retrain",
            Self::Uniform => "uniform",
        }
    }

    /// The stage whose keys say how this one trains: `uniform` trains as `retrain` does.
    pub fn settings(self) -> Self {
        if self == Self::Uniform { Self::Retrain } else { self }
    }

    /// The stage whose checkpoint this one starts from.
    pub fn starts_from(self) -> Option<Self> {
        match self {
            Self::Baseline => None,
            Self::Quantize => Some(Self::Baseline),
            Self::Search | Self::Uniform => Some(Self::Quantize),
            Self::Retrain => Some(Self::Search),
        }
    }
}

impl std::fmt::Display for StageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for StageName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or_else(|| {
            format!("'{text}' is no stage; expected one of {}", Self::ALL.map(Self::as_str).join(", "))
        })
    }
}
