//! From names and paths to multipliers with their metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::collection::Collection;
use super::entry::CatalogEntry;
use super::error::{MultiplierError, Warning};
use super::locate::LocatedEntries;
use axmul_metrics::{Evaluated, NoTable, ProductTable, Tabulated};

/// The multipliers that were asked for, and what the user should know about those that are missing.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// In the order of the request; within a source in the order of the source.
    pub multipliers: Vec<Arc<Evaluated>>,
    /// What was evaluated: one entry for each multiplier, in the same order.
    pub entries: Vec<CatalogEntry>,
    /// Sources that failed while others did not, and contradictions between figures and tables. Includes
    /// [`Collection::warnings`].
    pub warnings: Vec<Warning>,
}

/// The multipliers with tables that were asked for: what training and assignment work on.
#[derive(Clone, Debug, Default)]
pub struct TableSelection {
    /// In the order of the request; within a source in the order of the source.
    pub multipliers: Vec<Tabulated>,
    /// What was tabulated: one entry for each multiplier, in the same order.
    pub entries: Vec<CatalogEntry>,
    /// As in [`Selection::warnings`], and which multipliers were left out because they have no table.
    pub warnings: Vec<Warning>,
}

/// What several names stand for, not yet evaluated.
#[derive(Clone, Debug, Default)]
pub struct FoundEntries {
    /// Each once, in the order of the names.
    pub entries: Vec<CatalogEntry>,
    /// What is to be said about how they were found, [`Collection::warnings`] not included.
    pub warnings: Vec<Warning>,
    /// The errors of names that failed.
    pub failures: Vec<MultiplierError>,
}

/// How far a selection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectionProgress {
    /// Multipliers that are evaluated.
    pub done: usize,
    /// Multipliers in all.
    pub total: usize,
    /// Of those without a table, which take long: operand pairs that were looked at, and all that will be. `None`
    /// while there are tables to be had.
    pub pairs: Option<(u64, u64)>,
}

/// Called from several threads as a selection proceeds.
pub type OnSelectionProgress<'a> = &'a (dyn Fn(SelectionProgress) + Sync);

type Outcome = Result<(Arc<Evaluated>, Vec<Warning>), MultiplierError>;

impl Collection {
    /// The multipliers of one NAME or PATH, evaluated:
    ///
    /// - `mul8s_1KV8`: an entry of a source; `evoapprox/mul8s_1KV8`: of that source;
    /// - `truncated-3-8s`: a member of a registered family; `truncated-3`: its 8x8 members, both signednesses;
    /// - `my.npy`, `my.csv`, `my.txt`, `my.bin`, `my.h`: a table;
    /// - `./libmine.so`: a library with a descriptor; `./libmine.so:mul8s_mine`: a plain C function;
    /// - `mine.yaml`, `some/directory`: every entry of a catalog.
    ///
    /// What holds a path separator or ends in one of these extensions is a path, unless it is `source/name`. A
    /// name that several sources know is an error that lists them; our own catalog is called `own`, families
    /// beyond it `families`.
    pub fn resolve(&self, name: &str) -> Result<Vec<Arc<Evaluated>>, MultiplierError> {
        Ok(self.select(&[name])?.multipliers)
    }

    /// The entries of one NAME or PATH as [`Self::resolve`] takes them, not yet evaluated, and what is to be said about
    /// how they were found, [`Self::warnings`] not included.
    pub fn find(&self, name: &str) -> Result<(Vec<CatalogEntry>, Vec<Warning>), MultiplierError> {
        let LocatedEntries { entries, mut warnings, failures } = self.locate(name)?;
        if entries.is_empty() {
            return Err(self.nothing(failures));
        }
        warnings.extend(failures.into_iter().map(Warning::Failed));
        Ok((entries, warnings))
    }

    /// [`Self::find`] for several names. A mistaken name is an error, whatever the others are.
    pub fn find_all<S: AsRef<str>>(&self, names: &[S]) -> Result<FoundEntries, MultiplierError> {
        let found = names.iter().map(|name| {
            let (entries, warnings) = self.find(name.as_ref())?;
            Ok(LocatedEntries { entries, warnings, failures: Vec::new() })
        });
        let (mut warnings, mut failures) = (Vec::new(), Vec::new());
        let entries = self.gather(found.collect(), &mut warnings, &mut failures)?;
        Ok(FoundEntries { entries, warnings, failures })
    }

    /// An entry with its metrics, and what is to be said about them. `progress` is called with the operand pairs that
    /// are done and their total where that takes long.
    pub fn evaluate(
        &self,
        entry: &CatalogEntry,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(Arc<Evaluated>, Vec<Warning>), MultiplierError> {
        self.evaluator.evaluate(entry, progress)
    }

    /// The multipliers of several NAMEs or PATHs, each multiplier once; no names mean all [`Self::entries`].
    ///
    /// A multiplier or source that fails becomes a warning as long as another one succeeds, else the error. A
    /// name that does not exist, is ambiguous or of the other signedness is an error in any case.
    pub fn select<S: AsRef<str> + Sync>(&self, names: &[S]) -> Result<Selection, MultiplierError> {
        self.select_with_progress(names, &|_| {})
    }

    /// [`Self::select`], saying how far it is.
    pub fn select_with_progress<S: AsRef<str> + Sync>(
        &self,
        names: &[S],
        progress: OnSelectionProgress<'_>,
    ) -> Result<Selection, MultiplierError> {
        let mut warnings = self.warnings.clone();
        let mut failures = Vec::new();
        let entries = match names {
            [] => self.entries().to_vec(),
            _ => self.gather(self.locate_all(names), &mut warnings, &mut failures)?,
        };
        let (entries, multipliers) = self.evaluate_all(entries, progress, &mut warnings, failures)?;
        Ok(Selection { multipliers, entries, warnings })
    }

    /// All [`Self::entries`], evaluated.
    pub fn select_all(&self) -> Result<Selection, MultiplierError> {
        self.select::<&str>(&[])
    }

    /// Like [`Self::select_with_progress`], those with a table only. A name that stands for wider multipliers alone is
    /// an error; wider ones among others are left out with a warning, before they are evaluated.
    pub fn select_tables<S: AsRef<str> + Sync>(
        &self,
        names: &[S],
        progress: OnSelectionProgress<'_>,
    ) -> Result<TableSelection, MultiplierError> {
        let mut warnings = self.warnings.clone();
        let mut failures = Vec::new();
        let mut left_out = Vec::new();
        let entries = match names {
            [] => self.entries().iter().filter(|entry| has_table(entry, &mut left_out)).cloned().collect(),
            _ => {
                let mut found = self.locate_all(names);
                for found in found.iter_mut().flatten() {
                    if let Some(wide) =
                        found.entries.first().filter(|_| found.entries.iter().all(CatalogEntry::is_wide))
                    {
                        return Err(NoTable { name: wide.name.clone(), format: wide.format }.into());
                    }
                    found.entries.retain(|entry| has_table(entry, &mut left_out));
                }
                self.gather(found, &mut warnings, &mut failures)?
            }
        };
        if !left_out.is_empty() {
            warnings.push(Warning::Note(format!(
                "left out, because operands of more than {} bits make no table of all products: {}",
                ProductTable::MAX_WIDTH,
                left_out.join(", ")
            )));
        }
        let (entries, evaluated) = self.evaluate_all(entries, progress, &mut warnings, failures)?;
        let multipliers =
            evaluated.iter().map(|multiplier| multiplier.tabulated()).collect::<Result<_, _>>()?;
        Ok(TableSelection { multipliers, entries, warnings })
    }

    fn locate_all<S: AsRef<str> + Sync>(&self, names: &[S]) -> Vec<Result<LocatedEntries, MultiplierError>> {
        names.par_iter().map(|name| self.locate(name.as_ref())).collect()
    }

    /// What was found, each multiplier once.
    fn gather(
        &self,
        found: Vec<Result<LocatedEntries, MultiplierError>>,
        warnings: &mut Vec<Warning>,
        failures: &mut Vec<MultiplierError>,
    ) -> Result<Vec<CatalogEntry>, MultiplierError> {
        let mut entries: Vec<CatalogEntry> = Vec::new();
        for found in found {
            match found {
                Ok(LocatedEntries { entries: new, warnings: remarks, failures: failed }) => {
                    for entry in new {
                        let same = |other: &CatalogEntry| {
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

    /// Tables at once, each on a thread; then wide multipliers one after another, each on all threads. Gives those that
    /// did not fail, and their entries.
    fn evaluate_all(
        &self,
        entries: Vec<CatalogEntry>,
        progress: OnSelectionProgress<'_>,
        warnings: &mut Vec<Warning>,
        mut failures: Vec<MultiplierError>,
    ) -> Result<(Vec<CatalogEntry>, Vec<Arc<Evaluated>>), MultiplierError> {
        let total = entries.len();
        progress(SelectionProgress { done: 0, total, pairs: None });
        let done = AtomicUsize::new(0);
        let mut outcomes: Vec<Option<Outcome>> = entries
            .par_iter()
            .map(|entry| {
                let outcome = (!entry.is_wide()).then(|| self.evaluator.evaluate(entry, &|_, _| {}))?;
                progress(SelectionProgress {
                    done: done.fetch_add(1, Ordering::Relaxed) + 1,
                    total,
                    pairs: None,
                });
                Some(outcome)
            })
            .collect();
        let pairs_of = |entry: &CatalogEntry| self.evaluator.sampling.pairs_of(entry.format);
        let wide = || entries.iter().filter(|entry| entry.is_wide());
        let all_pairs = wide().map(pairs_of).fold(0, u64::saturating_add);
        let (mut done, mut before) = (done.into_inner(), 0u64);
        for (entry, outcome) in entries.iter().zip(&mut outcomes).filter(|(entry, _)| entry.is_wide()) {
            let report = |pairs: u64| {
                let pairs = (before.saturating_add(pairs), all_pairs);
                progress(SelectionProgress { done, total, pairs: Some(pairs) });
            };
            *outcome = Some(self.evaluator.evaluate(entry, &|pairs, _| report(pairs)));
            before = before.saturating_add(pairs_of(entry));
            done += 1;
        }
        let (mut kept, mut multipliers) = (Vec::new(), Vec::new());
        for (entry, outcome) in entries.into_iter().zip(outcomes.into_iter().flatten()) {
            match outcome {
                Ok((evaluated, remarks)) => {
                    kept.push(entry);
                    multipliers.push(evaluated);
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
        Ok((kept, multipliers))
    }

    fn nothing(&self, mut failures: Vec<MultiplierError>) -> MultiplierError {
        if failures.len() > 1 {
            return MultiplierError::Several(failures);
        }
        failures.pop().unwrap_or_else(|| {
            MultiplierError::Nothing(match self.filters() {
                Some((wanted, options)) => {
                    format!("the sources hold no {wanted} one; drop {options} or name other sources")
                }
                None => "the sources are empty; name a catalog, a plugin or a path".into(),
            })
        })
    }
}

/// Whether an entry has a table; one that has none is noted.
fn has_table(entry: &CatalogEntry, left_out: &mut Vec<String>) -> bool {
    if entry.is_wide() {
        left_out.push(entry.name.clone());
    }
    !entry.is_wide()
}
