//! Libraries of others, read as their users have them, verified and kept as catalogs.
//!
//! ```text
//! a checkout or folder -> Candidate (a name and its files) -> judge: every file tabulated and compared with the
//!   (evoapproxlib, folder)                                      others and with what is published
//!                                                          -> shelf: a catalog in the user's data directory
//! ```
//!
//! - `evoapproxlib`: a checkout of EvoApproxLib, of either release;
//! - `folder`: ArithsGen's output, tables, or a designer's own files;
//! - `judge`: one multiplier from the files that claim to be it;
//! - `write`: the catalog that comes of it.
//!
//! Whatever is wrong with one multiplier costs that multiplier and a [`ImportNote`]: an import fails only where nothing is
//! left of it.

mod candidate;
mod evoapproxlib;
mod folder;
mod judge;
mod note;

mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

pub use note::{ImportNote, ImportNoteKind};

use super::catalog::store::CatalogStoreError;
use super::collection::Collection;
use axmul_metrics::OperandFormat;
use candidate::ImportLibrary;

/// What a folder is to be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// A checkout of EvoApproxLib.
    EvoApproxLib,
    /// What ArithsGen wrote: Verilog, BLIF, C and chromosomes of multipliers.
    ArithsGen,
    /// Tables of products, with a `published.csv` of figures or without.
    Tables,
    /// A designer's own files, with an `import.yaml` or without.
    Folder,
}

/// What to import.
#[derive(Clone, Debug)]
pub struct Import {
    /// What the folder is.
    pub kind: ImportKind,
    /// The folder.
    pub path: PathBuf,
    /// The catalog's name; without one the library's own with its release, or the folder's.
    pub name: Option<String>,
    /// The release, where it is to be another than the one that is recognised.
    pub release: Option<String>,
    /// Only multipliers of these formats; all without any.
    pub formats: Vec<OperandFormat>,
    /// Whether a catalog of this name may be replaced.
    pub replace: bool,
}

/// What became of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The catalog's name.
    pub catalog: String,
    /// Where it lies.
    pub directory: PathBuf,
    /// What it was made of, in a sentence.
    pub description: String,
    /// How many multipliers of each format are in it.
    pub formats: BTreeMap<OperandFormat, usize>,
    /// How many of them came as two models or more, all of which compute the same.
    pub agreed: usize,
    /// How many files of models were read.
    pub models: usize,
    /// Everything worth a line, in the order of the multipliers.
    pub remarks: Vec<ImportNote>,
}

/// Why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder cannot be read, or is of another kind.
    #[error("{}: {problem}", .path.display())]
    Folder {
        /// The folder, or a file in it.
        path: PathBuf,
        /// What was expected and what came.
        problem: String,
    },
    /// Nothing in it could be used.
    #[error("{}: none of {} multipliers could be used:{}", .path.display(), .remarks.len(), first_of(.remarks))]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// Why.
        remarks: Vec<ImportNote>,
    },
    /// The place where catalogs are kept.
    #[error(transparent)]
    Shelf(#[from] CatalogStoreError),
}

fn first_of(remarks: &[ImportNote]) -> String {
    const SHOWN: usize = 5;
    let mut text: String = remarks.iter().take(SHOWN).map(|note| format!("\n  {note}")).collect();
    if remarks.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", remarks.len() - SHOWN));
    }
    text
}

impl ImportError {
    fn folder(path: &Path, problem: impl Into<String>) -> Self {
        Self::Folder { path: path.into(), problem: problem.into() }
    }
}

impl Collection {
    /// Reads a library, verifies every multiplier of it and keeps it as a catalog. `progress` is told how many
    /// multipliers are done, and how many there are.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; what is wrong with single multipliers is among [`Imported::remarks`].
    pub fn import(
        &self,
        import: &Import,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Imported, ImportError> {
        let path = &import.path;
        if !path.is_dir() {
            let problem = if path.exists() { "expected a folder, got a file" } else { "no such folder" };
            return Err(ImportError::folder(path, problem));
        }
        let mut library = match import.kind {
            ImportKind::EvoApproxLib => evoapproxlib::open(path, import.release.as_deref())?,
            ImportKind::ArithsGen => folder::arithsgen(path)?,
            ImportKind::Tables => folder::tables(path)?,
            ImportKind::Folder => folder::own(path)?,
        };
        let wanted = |format: OperandFormat| import.formats.is_empty() || import.formats.contains(&format);
        library.candidates.retain(|candidate| candidate.format.is_none_or(wanted));
        if library.candidates.is_empty() {
            return Err(ImportError::folder(path, nothing(import)));
        }
        let name = import.name.clone().unwrap_or_else(|| library.name.clone());
        // What can fail cheaply fails before anything is compiled.
        let store = self.store.as_ref().ok_or(CatalogStoreError::NoHome)?;
        let place = store.reserve(&name, import.replace)?;

        let total = library.candidates.len();
        progress(0, total);
        let done = AtomicUsize::new(0);
        let judged: Vec<judge::Judged> = library
            .candidates
            .par_iter()
            .map(|candidate| {
                let judged = judge::judge(&self.evaluator, &library, candidate);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
                judged
            })
            .collect();

        let ImportLibrary { description, mut remarks, .. } = library;
        let (mut listed, mut agreed, mut models) = (Vec::new(), 0, 0);
        for one in judged {
            remarks.extend(one.remarks);
            models += one.models;
            // Some formats are known only now.
            if let Some(one) = one.listed.filter(|one| wanted(one.entry.format)) {
                agreed += usize::from(one.agreed);
                listed.push(one);
            }
        }
        if listed.is_empty() {
            return Err(ImportError::Nothing { path: path.clone(), remarks });
        }
        let mut formats = BTreeMap::new();
        for one in &listed {
            *formats.entry(one.entry.format).or_default() += 1;
        }
        let directory = write::write(&place, &name, &description, listed, &library.papers)?;
        Ok(Imported { catalog: name, directory, description, formats, agreed, models, remarks })
    }
}

fn nothing(import: &Import) -> String {
    let what = match import.kind {
        ImportKind::EvoApproxLib => "multiplers/<family>/<subset>/NAME.c or .v",
        ImportKind::ArithsGen => "Verilog, BLIF, C or CGP files of multipliers",
        ImportKind::Tables => "tables of products (.npy, .csv, .txt, .bin, .h)",
        ImportKind::Folder => "netlists, C sources or tables",
    };
    let formats: Vec<String> = import.formats.iter().map(ToString::to_string).collect();
    let of =
        if formats.is_empty() { String::new() } else { format!(" of operands {}", formats.join(" or ")) };
    format!("expected {what}{of} in it or in folders below, found none")
}
