//! Which kernel a table gets.

use std::fmt;
use std::str::FromStr;

use super::conv::PreparedKernel;
use super::registry::KernelConstructor;
use super::{KernelKind, LowRank};
use axmul_metrics::ProductTable;

/// The highest rank that tables are factored to on request of a low-rank kernel: beyond it the search takes long.
const MAX_RANK: usize = 16;

/// Which kernel to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KernelSelection {
    /// The fastest for the table and the CPU.
    #[default]
    Auto,
    /// The fastest that looks products up.
    Lookup,
    /// The fastest that multiplies factors.
    LowRank,
    /// This one.
    Only(KernelKind),
}

/// The selected kernel cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KernelSelectionError {
    /// The CPU lacks instructions.
    #[error("kernel {kernel}: CPU lacks {feature}, or AXMUL_SIMD masks it; choose auto")]
    Cpu {
        /// The kernel.
        kernel: KernelKind,
        /// The first feature it misses.
        feature: &'static str,
    },
    /// The kernel cannot take the table.
    #[error("kernel {kernel} only takes {tables}; choose auto")]
    Table {
        /// The kernel.
        kernel: KernelKind,
        /// The tables it takes.
        tables: &'static str,
    },
}

/// What became of a selection.
pub(crate) struct SelectedKernel {
    pub kind: KernelKind,
    /// Outer products beside the exact product, if the kernel multiplies factors.
    pub rank: Option<usize>,
    pub prepared: PreparedKernel,
}

impl KernelSelection {
    /// The selection in the environment variable `AXMUL_KERNEL`, if set: for tests and measurements.
    pub fn from_environment() -> Result<Option<Self>, String> {
        match std::env::var("AXMUL_KERNEL") {
            Ok(text) => text.parse().map(Some).map_err(|problem| format!("AXMUL_KERNEL: {problem}")),
            Err(_) => Ok(None),
        }
    }

    /// Everything that parses as a selection.
    pub fn names() -> impl Iterator<Item = &'static str> {
        [Self::Auto, Self::Lookup, Self::LowRank]
            .into_iter()
            .chain(KernelKind::all().map(Self::Only))
            .map(Self::name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Lookup => "lookup",
            Self::LowRank => "low_rank",
            Self::Only(kind) => kind.name(),
        }
    }

    /// Prepares the first kernel that takes the table.
    pub(crate) fn prepare(self, table: &ProductTable) -> Result<SelectedKernel, KernelSelectionError> {
        let candidates = self.candidates();
        let open = candidates.iter().filter(|(kind, _)| {
            let spec = kind.spec();
            spec.is_low_rank() && spec.missing().is_none()
        });
        let max_rank = open.map(|(_, max_terms)| (max_terms - 1).min(MAX_RANK)).max();
        let factors = max_rank.and_then(|max_rank| LowRank::factor(table, max_rank));
        let mut refused = None;
        for (kind, max_terms) in candidates {
            match prepare(kind, table, factors.as_ref()) {
                Ok(prepared) if prepared.terms <= max_terms => {
                    let rank = factors.filter(|_| kind.spec().is_low_rank()).map(|factors| factors.rank());
                    return Ok(SelectedKernel { kind, rank, prepared });
                }
                Ok(_) => {}
                // A table that does not fit says more than a CPU that lacks something.
                Err(error) if !matches!(refused, Some(KernelSelectionError::Table { .. })) => {
                    refused = Some(error);
                }
                Err(_) => {}
            }
        }
        Err(refused.expect("a selection has a kernel without a bound, or one for any table"))
    }

    /// The kernels to try, fastest first, each with the most terms for which it is taken.
    fn candidates(self) -> Vec<(KernelKind, usize)> {
        let automatic = KernelKind::all().filter_map(|kind| Some((kind, kind.spec().auto?)));
        let of_kind = |low_rank: bool| {
            let kinds = automatic.clone().filter(move |(kind, _)| kind.spec().is_low_rank() == low_rank);
            kinds.map(|(kind, _)| (kind, usize::MAX)).collect()
        };
        match self {
            Self::Auto => automatic.collect(),
            Self::Lookup => of_kind(false),
            Self::LowRank => of_kind(true),
            Self::Only(kind) => vec![(kind, usize::MAX)],
        }
    }
}

/// Prepares one kernel for a table; `factors` are those of the table, if it has few.
fn prepare(
    kind: KernelKind,
    table: &ProductTable,
    factors: Option<&LowRank>,
) -> Result<PreparedKernel, KernelSelectionError> {
    let spec = kind.spec();
    if let Some(feature) = spec.missing() {
        return Err(KernelSelectionError::Cpu { kernel: kind, feature: feature.name });
    }
    let prepared = match spec.prepare {
        KernelConstructor::Lut(prepare) => prepare(table),
        KernelConstructor::LowRank(prepare) => factors.and_then(prepare),
    };
    prepared.ok_or(KernelSelectionError::Table { kernel: kind, tables: spec.tables })
}

impl fmt::Display for KernelSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for KernelSelection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "lookup" => Ok(Self::Lookup),
            "low_rank" => Ok(Self::LowRank),
            _ => KernelKind::by_name(text).map(Self::Only).ok_or_else(|| {
                let names: Vec<_> = Self::names().collect();
                format!("expected {}; got '{text}'", names.join(", "))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_known_by_name() {
        for name in KernelSelection::names() {
            assert_eq!(name.parse::<KernelSelection>().unwrap().to_string(), name);
        }
        assert_eq!(
            "fast".parse::<KernelSelection>().unwrap_err(),
            "expected auto, lookup, low_rank, low_rank_vnni, low_rank_avx512, rows_avx512, low_rank_avx2, rows_avx2, \
             error_plane_avx512, avx512, low_rank_scalar, rows, scalar; got 'fast'"
        );
    }

    /// Users type these names and write them into experiments: none may disappear.
    #[test]
    fn old_names_stay() {
        for name in [
            "scalar",
            "rows",
            "rows_avx2",
            "rows_avx512",
            "avx512",
            "error_plane_avx512",
            "low_rank_scalar",
            "low_rank_avx2",
            "low_rank_avx512",
            "low_rank_vnni",
        ] {
            assert!(KernelKind::by_name(name).is_some(), "{name}");
        }
    }
}
