//! Which multipliers are at hand.

use std::path::PathBuf;

use super::limits::Limits;
use super::netlists::NetlistOptions;
use axmul_metrics::OperandFormat;
use axmul_metrics::evaluation::{EvaluationExtent, MAX_EXHAUSTIVE_BITS};

/// Which multipliers are at hand, as a command line or an experiment names them.
///
/// Any explicit catalog or plugin replaces the built-in catalog in "all multipliers", unless that is named among
/// them; it stays reachable by name in any case.
#[derive(Clone, Debug)]
pub struct MultiplierSources {
    /// Catalogs: names of the shelf, YAML files, directories of `.npy` tables, or `own` for the built-in one.
    pub catalogs: Vec<PathBuf>,
    /// Shared libraries with a plugin descriptor, or `library:symbol` for a plain C function.
    pub plugins: Vec<PathBuf>,
    /// Keep only signed (`true`) or unsigned (`false`) multipliers; also how a table, a C source or a netlist is read
    /// that is named by its path.
    pub signed: Option<bool>,
    /// Keep only multipliers of these formats; all where there is none.
    pub formats: Vec<OperandFormat>,
    /// How netlists are read that are named by their paths.
    pub netlists: NetlistOptions,
    /// Time and memory for the child processes in which shared libraries run.
    pub limits: Limits,
    /// Which operand pairs are looked at where there is no table.
    pub sampling: PairSampling,
    /// Where tables and metrics are kept between runs.
    pub cache: CacheChoice,
    /// Where catalogs lie that are known by name; the user's place without one.
    pub store: Option<PathBuf>,
    /// Whether the built-in catalog and the registered families are at hand.
    pub builtin: bool,
}

impl Default for MultiplierSources {
    fn default() -> Self {
        Self {
            catalogs: Vec::new(),
            plugins: Vec::new(),
            signed: None,
            formats: Vec::new(),
            netlists: NetlistOptions::default(),
            limits: Limits::default(),
            sampling: PairSampling::default(),
            cache: CacheChoice::default(),
            store: None,
            builtin: true,
        }
    }
}

/// Which operand pairs the metrics of multipliers without a table rest on: those with an operand of more than 8 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairSampling {
    /// So many, drawn by the seed. `None`: all of them where products have up to [`MAX_EXHAUSTIVE_BITS`] bits, else
    /// [`Self::DEFAULT_PAIRS`].
    pub pairs: Option<u64>,
    /// The seed of what is drawn.
    pub seed: u64,
}

impl PairSampling {
    /// How many operand pairs are drawn where nobody says how many: the mean error then is known to within a
    /// two-thousandth of the error's standard deviation.
    pub const DEFAULT_PAIRS: u64 = 1 << 24;

    /// How many operand pairs are looked at for this format; 2^63 stands for more.
    pub fn pairs_of(self, format: OperandFormat) -> u64 {
        match self.extent(format) {
            EvaluationExtent::All => u64::try_from(format.pairs()).unwrap_or(1 << 63),
            EvaluationExtent::Sample { pairs, .. } => pairs,
        }
    }

    /// The operand pairs that are looked at for this format.
    pub fn extent(self, format: OperandFormat) -> EvaluationExtent {
        match self.pairs {
            None if format.product_width() <= MAX_EXHAUSTIVE_BITS => EvaluationExtent::All,
            pairs => {
                EvaluationExtent::Sample { pairs: pairs.unwrap_or(Self::DEFAULT_PAIRS), seed: self.seed }
            }
        }
    }
}

/// Where tables and metrics are kept between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CacheChoice {
    /// `$AXMUL_CACHE_DIR`, else `axmul` in the user's cache directory. `AXMUL_CACHE_DIR=` (empty) is [`Self::Off`].
    #[default]
    User,
    /// This directory.
    Directory(PathBuf),
    /// Nowhere.
    Off,
}
