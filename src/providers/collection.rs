//! The one door through which every upper floor gets its multipliers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::cache::Cache;
use super::catalogue::{self, Catalogue};
use super::entry::Entry;
use super::error::{SourceError, Warning};
use super::locate::Found;
use super::registry::Registry;
use super::sources::Sources;
use super::tabulate::Workshop;
use crate::multiplier::Tabulated;

/// The catalogue name of families' members that no catalogue lists.
pub(super) const FAMILIES: &str = "families";

/// The multipliers that were asked for, and what the user should know about those that are missing.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// In the order of the request; within a source in the order of the source.
    pub multipliers: Vec<Arc<Tabulated>>,
    /// Sources that failed while others did not, and contradictions between figures and tables. Includes
    /// [`Collection::warnings`].
    pub warnings: Vec<Warning>,
}

/// All multipliers at hand, listed but not yet tabulated.
pub struct Collection {
    pub(super) workshop: Workshop,
    /// What the user named, in that order.
    pub(super) explicit: Vec<Catalogue>,
    /// Our own catalogue, then listed members of families that it lacks.
    pub(super) builtin: Vec<Entry>,
    /// Whether names may mean members of families.
    pub(super) families: bool,
    pub(super) signed: Option<bool>,
    entries: Vec<Entry>,
    pub(super) failures: Vec<SourceError>,
    warnings: Vec<Warning>,
}

impl Collection {
    /// Opens every source and lists it. A source that cannot be opened is kept as a warning, because others may
    /// be all that is asked for; an unusable cache directory that was asked for and a registry that contradicts
    /// itself are errors.
    pub fn open(sources: &Sources) -> Result<Self, SourceError> {
        let registry = Registry::linked()?;
        let workshop = Workshop { registry, cache: Cache::open(&sources.cache)?, limits: sources.limits };
        let mut collection = Self {
            workshop,
            explicit: Vec::new(),
            builtin: Vec::new(),
            families: sources.builtin,
            signed: sources.signed,
            entries: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
        };
        let mut seen = Vec::new();
        for path in &sources.catalogs {
            // The same catalogue named twice would make all of its names ambiguous.
            let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
            if !seen.contains(&canonical) {
                seen.push(canonical);
                let catalogue = catalogue::open(path, sources.signed, &collection.workshop.registry);
                collection.add(catalogue.map_err(SourceError::from))?;
            }
        }
        let mut plugins: Vec<_> = sources.plugins.iter().map(|plugin| plugin.to_string_lossy()).collect();
        plugins.dedup();
        let opened: Vec<_> = plugins.par_iter().map(|plugin| collection.workshop.library(plugin)).collect();
        for catalogue in opened {
            collection.add(catalogue)?;
        }
        if sources.builtin {
            collection.add_builtin()?;
        }
        // Explicit sources that all failed leave nothing rather than something that nobody asked for.
        let explicit = !sources.catalogs.is_empty() || !sources.plugins.is_empty();
        let listed: Vec<&Entry> = match explicit {
            true => collection.explicit.iter().flat_map(|catalogue| &catalogue.entries).collect(),
            false => collection.builtin.iter().collect(),
        };
        collection.entries = listed.into_iter().filter(|entry| collection.wants(entry)).cloned().collect();
        Ok(collection)
    }

    fn add(&mut self, opened: Result<Catalogue, SourceError>) -> Result<(), SourceError> {
        let mut catalogue = match opened {
            Ok(catalogue) => catalogue,
            Err(error) => {
                if error.is_mistaken_request() {
                    return Err(error);
                }
                self.warnings.push(Warning::Failed(error.clone()));
                self.failures.push(error);
                return Ok(());
            }
        };
        // Two catalogues of one name: the later ones are told apart by a number.
        let taken = |name: &str| {
            [catalogue::own::NAME, FAMILIES].contains(&name)
                || self.explicit.iter().any(|catalogue| catalogue.name == name)
        };
        if taken(&catalogue.name) {
            let numbered = (2..).map(|n| format!("{}#{n}", catalogue.name)).find(|name| !taken(name));
            catalogue.rename(numbered.expect("there are more numbers than catalogues"));
        }
        self.warnings.extend(catalogue.notes.drain(..).map(Warning::Note));
        for failure in catalogue.failures.drain(..) {
            let error = SourceError::from(failure);
            self.warnings.push(Warning::Failed(error.clone()));
            self.failures.push(error);
        }
        self.explicit.push(catalogue);
        Ok(())
    }

    fn add_builtin(&mut self) -> Result<(), SourceError> {
        let registry = &self.workshop.registry;
        self.builtin = catalogue::own::open(registry)?.entries;
        for (name, provider, variant) in registry.variants() {
            if !self.builtin.iter().any(|entry| entry.name == name) {
                let multiplier = registry.member(provider.name(), &variant.parameters, variant.format)?;
                self.builtin.push(self.workshop.family_entry(
                    provider,
                    &variant.parameters,
                    multiplier.as_ref(),
                ));
            }
        }
        Ok(())
    }

    /// What "all multipliers" means here: the entries of the explicit sources, else the built-in catalogue and
    /// the listed members of other linked families, after the filter by signedness. Nothing is tabulated for it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What went wrong or looked odd while the sources were opened.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The families linked into this binary.
    pub fn registry(&self) -> &Registry {
        &self.workshop.registry
    }

    /// Where tabulated multipliers are kept, if anywhere.
    pub fn cache_directory(&self) -> Option<&Path> {
        self.workshop.cache.directory()
    }

    /// The multipliers of one NAME or PATH, tabulated:
    ///
    /// - `mul8s_1KV8`: an entry of a source; `evoapprox/mul8s_1KV8`: of that source;
    /// - `truncated-3-8s`: a member of a registered family; `truncated-3`: its 8x8 members, both signednesses;
    /// - `my.npy`, `my.csv`, `my.txt`, `my.bin`, `my.h`: a table;
    /// - `./libmine.so`: a library with a descriptor; `./libmine.so:mul8s_mine`: a plain C function;
    /// - `mine.yaml`, `some/directory`: every entry of a catalogue.
    ///
    /// What holds a path separator or ends in one of these extensions is a path, unless it is `source/name`. A
    /// name that several sources know is an error that lists them; our own catalogue is called `own`, families
    /// beyond it `families`.
    pub fn resolve(&self, name: &str) -> Result<Vec<Arc<Tabulated>>, SourceError> {
        Ok(self.select(&[name])?.multipliers)
    }

    /// The multipliers of several NAMEs or PATHs, each multiplier once; no names mean all [`Self::entries`].
    ///
    /// A multiplier or source that fails becomes a warning as long as another one succeeds, else the error. A
    /// name that does not exist, is ambiguous or of the other signedness is an error in any case.
    pub fn select<S: AsRef<str> + Sync>(&self, names: &[S]) -> Result<Selection, SourceError> {
        self.select_with_progress(names, &|_, _| {})
    }

    /// [`Self::select`], calling `progress(done, total)` from several threads as multipliers are tabulated.
    pub fn select_with_progress<S: AsRef<str> + Sync>(
        &self,
        names: &[S],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Selection, SourceError> {
        let mut warnings = self.warnings.clone();
        let mut failures = Vec::new();
        let entries = match names {
            [] => self.entries.clone(),
            _ => {
                let found: Vec<_> = names.par_iter().map(|name| self.locate(name.as_ref())).collect();
                self.gather(found, &mut warnings, &mut failures)?
            }
        };
        progress(0, entries.len());
        let done = AtomicUsize::new(0);
        let outcomes: Vec<_> = entries
            .par_iter()
            .map(|entry| {
                let outcome = self.workshop.tabulate(entry);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, entries.len());
                outcome
            })
            .collect();
        let mut multipliers = Vec::new();
        for outcome in outcomes {
            match outcome {
                Ok((tabulated, remarks)) => {
                    multipliers.push(tabulated);
                    warnings.extend(remarks);
                }
                Err(error) => failures.push(error),
            }
        }
        if multipliers.is_empty() {
            failures.splice(0..0, self.failures.iter().cloned());
            return Err(self.nothing(failures));
        }
        warnings.extend(failures.into_iter().map(Warning::Failed));
        Ok(Selection { multipliers, warnings })
    }

    /// All [`Self::entries`], tabulated in parallel.
    pub fn tabulate_all(&self) -> Result<Selection, SourceError> {
        self.select::<&str>(&[])
    }

    /// What was found, each multiplier once.
    fn gather(
        &self,
        found: Vec<Result<Found, SourceError>>,
        warnings: &mut Vec<Warning>,
        failures: &mut Vec<SourceError>,
    ) -> Result<Vec<Entry>, SourceError> {
        let mut entries: Vec<Entry> = Vec::new();
        for found in found {
            match found {
                Ok(Found { entries: new, warnings: remarks, failures: failed }) => {
                    for entry in new {
                        let same = |other: &Entry| {
                            other.origin == entry.origin
                                && other.name == entry.name
                                && other.format == entry.format
                        };
                        if !entries.iter().any(same) {
                            entries.push(entry);
                        }
                    }
                    warnings.extend(remarks);
                    failures.extend(failed);
                }
                Err(error) if error.is_mistaken_request() => return Err(error),
                Err(error) => failures.push(error),
            }
        }
        Ok(entries)
    }

    fn nothing(&self, mut failures: Vec<SourceError>) -> SourceError {
        if failures.len() > 1 {
            return SourceError::Several(failures);
        }
        failures.pop().unwrap_or_else(|| {
            SourceError::Nothing(match self.signed {
                Some(true) => "the sources hold no signed one; drop --signed or name other sources".into(),
                Some(false) => {
                    "the sources hold no unsigned one; drop --unsigned or name other sources".into()
                }
                None => "the sources are empty; name a catalogue, a plugin or a path".into(),
            })
        })
    }

    /// Whether an entry passes the filter by signedness.
    pub(super) fn wants(&self, entry: &Entry) -> bool {
        self.signed.is_none_or(|signed| entry.format.is_signed() == signed)
    }
}
