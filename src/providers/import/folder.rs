//! Folders of files: ArithsGen's output, tables, a designer's own. Files of one name, extension apart, are models of
//! one multiplier, in whatever folder below they lie.
//!
//! A designer's folder may hold an `import.yaml`:
//!
//! ```yaml
//! name: mine                      # the catalog's; else the folder's
//! description: Multipliers for the filter chip
//! licence: CC0-1.0                # of every multiplier that says no other; likewise
//! citation: A. Author, 2026
//! cost_source: our synthesis      # of every cost
//! cost_technology: 28 nm, 1 GHz
//! multipliers:                    # what its files do not say, by the name of the files
//!   fast:
//!     format: 8s                  # widths and signedness
//!     top: fast_core              # of a netlist; so too a, b, out, msb_first, extend
//!     symbol: mul_fast            # of a C source; so too signature
//!     cost: {power_mw: 0.3, area_um2: 559}
//!     published: {mae: 53}
//!     documentation: A sentence or two.
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::c_source::definitions;
use super::super::catalog::PublishedFigures;
use super::super::catalog::directory::{directory_name, read_csv};
use super::super::catalog::file::{FileCost, FileExtend};
use super::super::catalog::file_in;
use super::candidate::{ImportCandidate, ImportLibrary, ModelFile, ModelKind, papers, sorted};
use super::{ImportError, ImportNote, ImportNoteKind};
use axmul_metrics::OperandFormat;
use axmul_netlist::ProductExtension;
use axmul_support::yaml;

/// What a designer says of a folder.
const NOTES: &str = "import.yaml";

/// The figures of a folder of tables.
const FIGURES: &str = "published.csv";

/// Folders within folders are followed so far.
const MAX_DEPTH: usize = 16;

/// What ArithsGen wrote. `u_arrmul8` and `s_arrmul8` say their signedness; a circuit whose product is not as wide as
/// both operands is another circuit; in C the multiplier comes last, after the functions that it is made of.
pub(super) fn arithsgen(path: &Path) -> Result<ImportLibrary, ImportError> {
    let mut library = library(path, |kind| kind != ModelKind::Table)?;
    library.cost_source = "ArithsGen".into();
    for candidate in &mut library.candidates {
        candidate.signed = candidate.name.split('_').take(2).find_map(|part| match part {
            "s" => Some(true),
            "u" => Some(false),
            _ => None,
        });
        for model in &mut candidate.models {
            model.netlist.extend = Some(ProductExtension::Refuse);
            // One that cannot be read is told when it is judged.
            let text = std::fs::read(&model.path).ok().filter(|_| model.kind == ModelKind::CSource);
            let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            model.symbol = text.and_then(|text| Some(definitions(&text).pop()?.name));
        }
    }
    Ok(library)
}

/// Tables of products.
pub(super) fn tables(path: &Path) -> Result<ImportLibrary, ImportError> {
    let mut library = library(path, |kind| kind == ModelKind::Table)?;
    let csv = path.join(FIGURES);
    if csv.is_file() {
        let source = format!("{FIGURES} of {}", library.name);
        let rows = read_csv(&csv, &source).map_err(|error| ImportError::folder(path, error.to_string()))?;
        library.candidates.retain(|candidate| candidate.name != "published");
        for (name, row) in rows {
            match library.candidates.iter_mut().find(|candidate| candidate.name == name) {
                Some(candidate) => {
                    (candidate.format, candidate.cost, candidate.published) =
                        (row.format, row.cost, row.published);
                }
                None => {
                    let text = format!("{FIGURES} has figures for it, and there is no table");
                    library.remarks.push(ImportNote::new(&name, ImportNoteKind::Index, text));
                }
            }
        }
        library.remarks.sort_by(|x, y| x.name.cmp(&y.name));
    }
    Ok(library)
}

/// A designer's own files.
pub(super) fn own(path: &Path) -> Result<ImportLibrary, ImportError> {
    if file_in(path).is_some() {
        let problem = "it is a catalog already; `axmul catalog add` makes it known by name";
        return Err(ImportError::folder(path, problem));
    }
    let mut library = library(path, |_| true)?;
    let notes = path.join(NOTES);
    if !notes.is_file() {
        return Ok(library);
    }
    let invalid = |problem: String| ImportError::folder(&notes, problem);
    let text = std::fs::read_to_string(&notes).map_err(|error| invalid(error.to_string()))?;
    let notes: Notes = yaml::from_str(&text, NOTES).map_err(|error| {
        let place = error.location.map(|(line, column)| format!("line {line}, column {column}: "));
        invalid(format!("{}{}", place.unwrap_or_default(), error.message))
    })?;
    for (name, said) in &notes.multipliers {
        match library.candidates.iter_mut().find(|candidate| candidate.name == *name) {
            Some(candidate) => said
                .tell(candidate, &notes)
                .map_err(|problem| invalid(format!("multiplier '{name}': {problem}")))?,
            None => {
                let text = format!("{NOTES} speaks of it, and there is no file of that name");
                library.remarks.push(ImportNote::new(name, ImportNoteKind::Index, text));
            }
        }
    }
    for candidate in &mut library.candidates {
        candidate.licence = candidate.licence.take().or_else(|| notes.licence.clone());
        candidate.citation = candidate.citation.take().or_else(|| notes.citation.clone());
    }
    library.name = notes.name.unwrap_or(library.name);
    library.description = notes.description.unwrap_or(library.description);
    library.cost_source = notes.cost_source.unwrap_or(library.cost_source);
    Ok(library)
}

/// `import.yaml`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Notes {
    name: Option<String>,
    description: Option<String>,
    #[serde(alias = "license")]
    licence: Option<String>,
    citation: Option<String>,
    cost_source: Option<String>,
    cost_technology: Option<String>,
    multipliers: BTreeMap<String, Said>,
}

/// What it says of one multiplier.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Said {
    format: Option<OperandFormat>,
    top: Option<String>,
    a: Option<String>,
    b: Option<String>,
    out: Option<String>,
    msb_first: bool,
    extend: Option<FileExtend>,
    symbol: Option<String>,
    signature: Option<String>,
    cost: Option<FileCost>,
    published: PublishedFigures,
    #[serde(alias = "license")]
    licence: Option<String>,
    citation: Option<String>,
    documentation: Option<String>,
}

impl Said {
    fn tell(&self, candidate: &mut ImportCandidate, notes: &Notes) -> Result<(), String> {
        let signature = self.signature.as_deref().map(str::parse).transpose();
        let signature = signature.map_err(|error| format!("signature: {error}"))?;
        candidate.format = self.format;
        for model in &mut candidate.models {
            match model.kind {
                ModelKind::Netlist | ModelKind::Mapped => {
                    let options = &mut model.netlist;
                    (options.top, options.a, options.b) = (self.top.clone(), self.a.clone(), self.b.clone());
                    (options.out, options.msb_first) = (self.out.clone(), self.msb_first);
                    options.extend = self.extend.map(ProductExtension::from);
                }
                ModelKind::CSource => {
                    (model.symbol, model.signature) = (self.symbol.clone(), signature);
                }
                ModelKind::Table => {}
            }
        }
        if let Some(cost) = &self.cost {
            let (source, technology) = (notes.cost_source.as_deref(), notes.cost_technology.as_deref());
            candidate.cost = cost.checked(source, technology)?;
        }
        candidate.published = self.published.clone();
        candidate.licence = self.licence.clone();
        candidate.citation = self.citation.clone();
        candidate.documentation = self.documentation.clone().unwrap_or_default();
        Ok(())
    }
}

/// Every file below a folder that may be a model, by name.
fn library(path: &Path, wanted: impl Fn(ModelKind) -> bool) -> Result<ImportLibrary, ImportError> {
    let mut files = Vec::new();
    collect(path, MAX_DEPTH, &mut files)?;
    let mut found: BTreeMap<String, ImportCandidate> = BTreeMap::new();
    for file in files {
        let Some(mut model) = ModelFile::of(&file).filter(|model| wanted(model.kind)) else { continue };
        // Folders may tell files of one name apart: `flat/u_arrmul8.v`, `hier/u_arrmul8.v`.
        model.called = file.strip_prefix(path).unwrap_or(&file).display().to_string();
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let candidate = found
            .entry(name)
            .or_insert_with_key(|name| ImportCandidate { name: name.clone(), ..ImportCandidate::default() });
        candidate.models.push(model);
    }
    let name = directory_name(path);
    Ok(ImportLibrary {
        description: format!("files of {name}"),
        cost_source: format!("headers in {name}"),
        name,
        candidates: found.into_values().collect(),
        remarks: Vec::new(),
        papers: papers(path),
    })
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), ImportError> {
    for path in sorted(folder)? {
        // A link to a folder above would never end.
        let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        if path.is_dir() {
            if depth > 0 && !is_link {
                collect(&path, depth - 1, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}
