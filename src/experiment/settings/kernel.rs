//! How approximate products are computed.

use serde::{Deserialize, Serialize};

use axmul_kernels::KernelSelection;

/// How approximate products are computed. All choices give the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum KernelChoice {
    /// A kernel of axmul on the CPU; on other devices, `auto`, `lookup` and `low_rank` select among those of
    /// the device.
    Cpu(KernelSelection),
    /// The exact product and a few outer products by libtorch, on any device.
    LowRankTorch,
    /// The same in factors of a byte, as integer matrix products: by tensor cores on CUDA.
    LowRankInt8,
    /// Gathering from the table, on any device.
    Gather,
}

impl Default for KernelChoice {
    fn default() -> Self {
        Self::Cpu(KernelSelection::Auto)
    }
}

impl TryFrom<String> for KernelChoice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "gather" => Ok(Self::Gather),
            "low_rank_torch" => Ok(Self::LowRankTorch),
            "low_rank_int8" => Ok(Self::LowRankInt8),
            // The name of lookups where there was one way to do them.
            "lut" => Ok(Self::Cpu(KernelSelection::Lookup)),
            text => match text.parse() {
                Ok(choice) => Ok(Self::Cpu(choice)),
                Err(problem) => Err(format!("{problem}; also gather, low_rank_torch and low_rank_int8")),
            },
        }
    }
}

impl From<KernelChoice> for String {
    fn from(kernel: KernelChoice) -> Self {
        match kernel {
            KernelChoice::Cpu(choice) => choice.to_string(),
            KernelChoice::LowRankTorch => "low_rank_torch".into(),
            KernelChoice::LowRankInt8 => "low_rank_int8".into(),
            KernelChoice::Gather => "gather".into(),
        }
    }
}
