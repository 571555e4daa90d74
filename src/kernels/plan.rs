//! The ways to multiply, by name.

use std::fmt;
use std::str::FromStr;

/// The ways to multiply. All give the same sums, bit for bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// Lookups, one after another.
    Scalar,
    /// Lookups of 16 products at a time, on any processor.
    Rows,
    /// The same with AVX2.
    RowsAvx2,
    /// The same of up to 32 products, with AVX-512 VNNI.
    RowsAvx512,
    /// Lookups of 64 activations at a time, with AVX-512 VBMI.
    Avx512,
    /// The same for the error alone, on top of an exact matrix product: errors fit one byte where products take two.
    ErrorPlaneAvx512,
    /// Exact matrix product with `rank + 1` times the fan-in, on any processor.
    LowRank,
    /// The same with AVX2: 16-bit factors.
    LowRankAvx2,
    /// The same with AVX-512 VNNI.
    LowRankAvx512,
    /// Exact matrix product of 8-bit factors with AVX-512 VNNI, the fan-in longer by what is too wide for one.
    LowRankVnni,
}

/// Which way is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The fastest for the table and the processor.
    #[default]
    Auto,
    /// The fastest lookups.
    Lookup,
    /// The fastest matrix product.
    LowRank,
    /// This one.
    Only(Path),
}

impl Choice {
    /// What the environment variable `AXMUL_KERNEL` says, if it is set: for tests and measurements.
    pub fn from_environment() -> Result<Option<Self>, String> {
        match std::env::var("AXMUL_KERNEL") {
            Ok(text) => text.parse().map(Some).map_err(|problem| format!("AXMUL_KERNEL: {problem}")),
            Err(_) => Ok(None),
        }
    }
}

/// A way that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The processor lacks the instructions.
    #[error("kernel {0} needs instructions that this processor lacks; choose auto")]
    Processor(Path),
    /// The table is of another kind.
    #[error("kernel {0} is for {1}; choose auto")]
    Table(Path, &'static str),
}

impl Path {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Scalar,
        Self::Rows,
        Self::RowsAvx2,
        Self::RowsAvx512,
        Self::Avx512,
        Self::ErrorPlaneAvx512,
        Self::LowRank,
        Self::LowRankAvx2,
        Self::LowRankAvx512,
        Self::LowRankVnni,
    ];

    /// Whether it multiplies factors of the table, and looks nothing up.
    pub(super) fn is_matrix_product(self) -> bool {
        matches!(self, Self::LowRank | Self::LowRankAvx2 | Self::LowRankAvx512 | Self::LowRankVnni)
    }

    /// As `--kernel` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Rows => "rows",
            Self::RowsAvx2 => "rows_avx2",
            Self::RowsAvx512 => "rows_avx512",
            Self::Avx512 => "avx512",
            Self::ErrorPlaneAvx512 => "error_plane_avx512",
            Self::LowRank => "low_rank_scalar",
            Self::LowRankAvx2 => "low_rank_avx2",
            Self::LowRankAvx512 => "low_rank_avx512",
            Self::LowRankVnni => "low_rank_vnni",
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Lookup => "lookup",
            Self::LowRank => "low_rank",
            Self::Only(path) => path.name(),
        })
    }
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => return Ok(Self::Auto),
            "lookup" => return Ok(Self::Lookup),
            "low_rank" => return Ok(Self::LowRank),
            _ => {}
        }
        let path = Path::ALL.into_iter().find(|path| path.name() == text);
        path.map(Self::Only).ok_or_else(|| {
            let names: Vec<_> = Path::ALL.iter().map(|path| path.name()).collect();
            format!("expected auto, lookup, low_rank, {}; got '{text}'", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_known_by_name() {
        let all = Path::ALL.into_iter().map(Choice::Only);
        for choice in all.chain([Choice::Auto, Choice::Lookup, Choice::LowRank]) {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert_eq!(
            "fast".parse::<Choice>().unwrap_err(),
            "expected auto, lookup, low_rank, scalar, rows, rows_avx2, rows_avx512, avx512, error_plane_avx512, \
             low_rank_scalar, low_rank_avx2, low_rank_avx512, low_rank_vnni; got 'fast'"
        );
    }
}
