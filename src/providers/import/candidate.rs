//! Multipliers as a library's files describe them, none of them read yet.

use std::path::{Path, PathBuf};

use super::super::catalog::PublishedFigures;
use super::super::netlists::{NetlistOptions, is_netlist_path};
use super::super::shared_library::Signature;
use super::super::tables::is_table_path;
use super::{ImportError, ImportNote};
use axmul_metrics::{Cost, OperandFormat};

/// What was found in a folder.
pub(super) struct ImportLibrary {
    /// What the catalog is called if nobody says otherwise.
    pub name: String,
    /// What it is, in a sentence: library and release.
    pub description: String,
    /// Who published the hardware figures in the files' headers; as in [`Cost::source`].
    pub cost_source: String,
    pub candidates: Vec<ImportCandidate>,
    /// What there is to say before anything is read.
    pub remarks: Vec<ImportNote>,
    /// Files that belong beside the catalog: licences.
    pub papers: Vec<PathBuf>,
}

/// One multiplier: files that claim to be it, and what is said of it beside them.
#[derive(Debug, Default)]
pub(super) struct ImportCandidate {
    pub name: String,
    /// Widths and signedness, where folder or name say them.
    pub format: Option<OperandFormat>,
    /// Signedness alone, where that is all they say.
    pub signed: Option<bool>,
    pub models: Vec<ModelFile>,
    /// Figures, costs and papers that do not stand in the files themselves.
    pub published: PublishedFigures,
    pub cost: Cost,
    pub licence: Option<String>,
    pub citation: Option<String>,
    pub documentation: String,
    /// Figures that an index gives, by our names and as it prints them.
    pub index: Vec<(&'static str, String)>,
}

/// A file that claims to be a multiplier.
#[derive(Clone, Debug)]
pub(super) struct ModelFile {
    pub path: PathBuf,
    /// How a remark calls it: as much of its path as tells it from the others.
    pub called: String,
    pub kind: ModelKind,
    /// How it is read, if it is a netlist.
    pub netlist: NetlistOptions,
    /// Which function is meant, if it is C.
    pub symbol: Option<String>,
    pub signature: Option<Signature>,
}

/// What a file is, in the order in which an entry takes one for its own: a netlist has a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ModelKind {
    Netlist,
    /// A second netlist of the same circuit, as mapped onto cells.
    Mapped,
    CSource,
    Table,
}

impl ModelFile {
    /// The file at `path` by its extension; `None` where that is not one of a model.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_string_lossy().to_ascii_lowercase();
        let kind = match () {
            () if is_netlist_path(path) => ModelKind::Netlist,
            () if extension == "c" => ModelKind::CSource,
            () if is_table_path(path) => ModelKind::Table,
            () => return None,
        };
        let called = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (netlist, symbol, signature) = (NetlistOptions::default(), None, None);
        Some(Self { path: path.into(), called, kind, netlist, symbol, signature })
    }

    /// What a message says, with the file called as everywhere.
    pub fn brief(&self, message: &str) -> String {
        message.replace(&*self.path.display().to_string(), &self.called)
    }
}

/// What lies in a folder, by name, hidden files left out.
pub(super) fn sorted(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let error = |error: std::io::Error| ImportError::folder(folder, error.to_string());
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).map_err(error)? {
        let file = file.map_err(error)?;
        if !file.file_name().to_string_lossy().starts_with('.') {
            found.push(file.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The licences in a folder, which go with every copy.
pub(super) fn papers(folder: &Path) -> Vec<PathBuf> {
    let is_licence = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        path.is_file() && ["license", "licence", "copying"].iter().any(|start| name.starts_with(start))
    };
    sorted(folder).unwrap_or_default().into_iter().filter(is_licence).collect()
}
