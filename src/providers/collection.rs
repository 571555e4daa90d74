//! The one door through which every upper floor gets its multipliers.

use std::path::PathBuf;
use std::sync::Arc;

use super::catalogue::Published;
use super::error::{SourceError, Warning};
use super::limits::Limits;
use crate::multiplier::{Cost, OperandFormat, Provenance, Tabulated};

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

/// One multiplier that could be tabulated: what is known without doing so.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, unique within its catalogue.
    pub name: String,
    /// The catalogue or other source that lists it; `catalogue/name` names it without ambiguity.
    pub catalogue: String,
    /// The family, catalogue or library that supplies it, as in [`Tabulated::provider`].
    pub provider: String,
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// Hardware figures; empty where nothing is known.
    pub cost: Cost,
    /// Origin, licence, citation.
    pub provenance: Provenance,
    /// Error figures that were published with it.
    pub published: Published,
}

impl Entry {
    /// `catalogue/name`.
    pub fn qualified_name(&self) -> String {
        format!("{}/{}", self.catalogue, self.name)
    }
}

/// The multipliers that were asked for, and what the user should know about those that are missing.
#[derive(Debug, Default)]
pub struct Selection {
    /// In the order of the request; within a source in the order of the source.
    pub multipliers: Vec<Arc<Tabulated>>,
    /// Sources that failed while others did not, and contradictions between figures and tables. Includes
    /// [`Collection::warnings`].
    pub warnings: Vec<Arc<Warning>>,
}

/// All multipliers at hand, listed but not yet tabulated.
#[derive(Debug)]
pub struct Collection {
    entries: Vec<Entry>,
    warnings: Vec<Arc<Warning>>,
}

impl Collection {
    /// Opens every source and lists it. A source that cannot be opened is kept as a warning, because others may
    /// be all that is asked for; only an unusable explicit cache directory is an error.
    pub fn open(sources: &Sources) -> Result<Self, SourceError> {
        let _ = sources;
        Ok(Self { entries: Vec::new(), warnings: Vec::new() })
    }

    /// What "all multipliers" means here: the entries of the explicit sources, else of the built-in catalogue,
    /// after the filter by signedness. Nothing is tabulated for it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What went wrong or looked odd while the sources were opened.
    pub fn warnings(&self) -> &[Arc<Warning>] {
        &self.warnings
    }

    /// The multipliers of one NAME or PATH, tabulated:
    ///
    /// - `mul8s_1KV8`: an entry of a source; `evoapprox/mul8s_1KV8`: of that source;
    /// - `truncated-3-8s`: a member of a registered family; `truncated-3`: its 8x8 members, both signednesses;
    /// - `my.npy`, `my.csv`, `my.txt`, `my.bin`, `my.h`: a table;
    /// - `./libmine.so`: a library with a descriptor; `./libmine.so:mul8s_mine`: a plain C function;
    /// - `mine.yaml`, `some/directory`: every entry of a catalogue.
    ///
    /// What holds a path separator or ends in one of these extensions is a path, unless it is `source/name`.
    pub fn resolve(&self, name: &str) -> Result<Vec<Arc<Tabulated>>, SourceError> {
        Ok(self.select(&[name])?.multipliers)
    }

    /// The multipliers of several NAMEs or PATHs; none means all [`Self::entries`].
    ///
    /// A multiplier or source that fails becomes a warning as long as another one succeeds, else the error. A
    /// name that does not exist is an error in any case.
    pub fn select<S: AsRef<str>>(&self, names: &[S]) -> Result<Selection, SourceError> {
        self.select_with_progress(names, &|_, _| {})
    }

    /// [`Self::select`], calling `progress(done, total)` from several threads as multipliers are tabulated.
    pub fn select_with_progress<S: AsRef<str>>(
        &self,
        names: &[S],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Selection, SourceError> {
        let _ = (names.len(), progress);
        Err(SourceError::Nothing("no source is open".into()))
    }

    /// All [`Self::entries`], tabulated in parallel.
    pub fn tabulate_all(&self) -> Result<Selection, SourceError> {
        self.select::<&str>(&[])
    }
}
