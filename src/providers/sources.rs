//! Which multipliers are at hand.

use std::path::PathBuf;

use super::limits::Limits;

/// Which multipliers are at hand, as a command line or an experiment names them.
///
/// Any explicit catalogue or plugin replaces the built-in catalogue in "all multipliers"; the built-in one then
/// stays reachable by name.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Catalogues: YAML files, or directories of `.npy` tables.
    pub catalogs: Vec<PathBuf>,
    /// Shared libraries with a plugin descriptor, or `library:symbol` for a plain C function.
    pub plugins: Vec<PathBuf>,
    /// Keep only signed (`true`) or unsigned (`false`) multipliers; also how a table is read whose file does not
    /// say it.
    pub signed: Option<bool>,
    /// Time and memory for the child processes in which shared libraries run.
    pub limits: Limits,
    /// Where tabulated multipliers are kept between runs.
    pub cache: CacheChoice,
    /// Whether the built-in catalogue and the registered families are at hand.
    pub builtin: bool,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            catalogs: Vec::new(),
            plugins: Vec::new(),
            signed: None,
            limits: Limits::default(),
            cache: CacheChoice::default(),
            builtin: true,
        }
    }
}

/// Where tabulated multipliers are kept between runs.
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
