//! Catalog files.
//!
//! ```yaml
//! version: 1
//! name: mine                     # the part before the slash in mine/fast-8s
//! description: My multipliers    # a line that lists of catalogs show
//! licence: MIT                   # of every entry that names no other
//! citation: A. Author, ...       # likewise
//! cost_source: synthesis         # likewise, of every cost
//! cost_technology: 45 nm, 1 GHz  # likewise
//! entries:
//!   - name: fast-8s
//!     format: 8s                 # 8s, 8u, 8x4u
//!     model: {table: fast.npy}   # relative to this file; or one of
//!   # model: {netlist: fast.v, top: fast, a: x, b: y, out: z, with: [cells.v]}
//!   # model: {c_source: fast.c, symbol: mul8s_fast}
//!   # model: {library: libmine.so, symbol: mul8s_fast, signature: "int16_t(int8_t, int8_t)"}
//!   # model: {family: truncated, parameters: {columns: 3}}
//!     cost: {power_mw: 0.3, area_um2: 559, delay_ns: 1.4}
//!     published: {mae: 53, wce: 255, ep_pct: "74.60"}   # text keeps a trailing zero
//!     documentation: A sentence or two.
//!     fronts: [mae, wce]         # of power against which errors it is Pareto-optimal: what axmul's own say
//!     sha256: 1ab4...            # of the products, see table_digest
//! ```
//!
//! Everything below `model` is optional. A field that is not known is an error.

mod model;

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub(crate) use model::{FileExtend, FileModel};

use super::{Catalog, CatalogError, PublishedFigures};
use crate::c_source::CSourceRef;
use crate::entry::{CatalogEntry, Model};
use crate::netlists::is_netlist_path;
use crate::registry::Registry;
use crate::tables::is_table_path;
use axmul_metrics::{Cost, OperandFormat, Provenance};
use axmul_support::yaml;

/// The version of the layout that this program reads and writes.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CatalogFile {
    pub version: u32,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(alias = "license")]
    pub licence: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_technology: Option<String>,
    pub entries: Vec<FileEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileEntry {
    pub name: String,
    pub format: OperandFormat,
    pub model: FileModel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<FileCost>,
    #[serde(default, skip_serializing_if = "PublishedFigures::is_empty")]
    pub published: PublishedFigures,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(alias = "license")]
    pub licence: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fronts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FileCost {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_mw: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_um2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technology: Option<String>,
}

/// Reads a catalog from `text`, which was read from `path`: tables and libraries lie relative to it.
pub fn parse(text: &str, path: &Path, registry: &Registry) -> Result<Catalog, CatalogError> {
    let invalid = |problem| CatalogError::Invalid { path: path.into(), problem };
    let file: CatalogFile = yaml::from_str(text, "").map_err(|error| {
        let place = error.location.map(|(line, column)| format!("line {line}, column {column}: "));
        let problem = format!("{}{}", place.unwrap_or_default(), error.message);
        match entry_of(text, &error.message) {
            Some(entry) => CatalogError::Entry { path: path.into(), entry, problem },
            None => invalid(format!("this is no catalog: {problem}")),
        }
    })?;
    if file.version != VERSION {
        return Err(invalid(format!("expected version {VERSION}, got {}", file.version)));
    }
    check_name(&file.name).map_err(|problem| invalid(format!("the catalog's name: {problem}")))?;
    if file.entries.is_empty() {
        return Err(invalid("expected at least one entry, got none".into()));
    }
    let mut names = HashSet::new();
    let mut entries = Vec::new();
    for entry in &file.entries {
        let error = |problem| CatalogError::Entry { path: path.into(), entry: entry.name.clone(), problem };
        check_name(&entry.name).map_err(error)?;
        if !names.insert(&entry.name) {
            return Err(error("the name occurs twice; rename one of the two".into()));
        }
        entries.push(file.entry(entry, path, registry).map_err(error)?);
    }
    let description = file.description.unwrap_or_default();
    Ok(Catalog { name: file.name, description, entries, notes: Vec::new(), failures: Vec::new() })
}

impl CatalogFile {
    fn entry(&self, entry: &FileEntry, path: &Path, registry: &Registry) -> Result<CatalogEntry, String> {
        let model = entry.model.resolve(entry.format, path, registry)?;
        let (provider, citation) = match &model {
            Model::Family { family, .. } => {
                (family.clone(), registry.family(family).ok().map(|family| family.citation().to_owned()))
            }
            _ => (self.name.clone(), None),
        };
        if let Some(sum) = &entry.sha256
            && (sum.len() != 64 || !sum.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(format!("sha256: expected 64 hexadecimal digits, got '{sum}'"));
        }
        let mut origin = entry.model.describe();
        if !entry.fronts.is_empty() {
            origin += &format!("; on the fronts of power against {}", entry.fronts.join(", "));
        }
        Ok(CatalogEntry {
            name: entry.name.clone(),
            catalog: self.name.clone(),
            provider,
            format: entry.format,
            cost: self.cost(entry.cost.as_ref())?,
            provenance: Provenance {
                origin,
                licence: entry.licence.clone().or_else(|| self.licence.clone()),
                citation: entry.citation.clone().or(citation).or_else(|| self.citation.clone()),
                documentation: entry.documentation.clone().unwrap_or_default(),
            },
            published: entry.published.clone(),
            model,
            sha256: entry.sha256.as_ref().map(|sum| sum.to_ascii_lowercase()),
            origin: path.into(),
        })
    }

    fn cost(&self, cost: Option<&FileCost>) -> Result<Cost, String> {
        let Some(cost) = cost else { return Ok(Cost::default()) };
        cost.checked(self.cost_source.as_deref(), self.cost_technology.as_deref())
    }
}

impl FileCost {
    /// The figures, if they can be some; source and technology are those of the file where it says no other.
    pub fn checked(&self, source: Option<&str>, technology: Option<&str>) -> Result<Cost, String> {
        for (name, figure) in
            [("power_mw", self.power_mw), ("area_um2", self.area_um2), ("delay_ns", self.delay_ns)]
        {
            if let Some(figure) = figure
                && !(figure.is_finite() && figure >= 0.0)
            {
                return Err(format!("cost: {name}: expected a number of at least 0, got {figure}"));
            }
        }
        let source = self.source.as_deref().or(source).ok_or(
            "cost: expected a source (who measured or estimated it), here or as cost_source of the file",
        )?;
        Ok(Cost {
            power_mw: self.power_mw,
            area_um2: self.area_um2,
            delay_ns: self.delay_ns,
            source: source.to_owned(),
            technology: self.technology.as_deref().or(technology).unwrap_or_default().to_owned(),
        })
    }
}

/// What can stand after a slash, on a command line, and not be taken for a path.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.+#".contains(c);
    let file = Path::new(name);
    let path = is_table_path(file)
        || super::is_catalog_path(file)
        || is_netlist_path(file)
        || CSourceRef::recognises(name);
    if !name.is_empty() && name.chars().all(allowed) && !path {
        return Ok(());
    }
    Err(format!("expected letters, digits, -, _, ., + and no file extension, got '{name}'"))
}

/// The name of the entry that an error of the YAML parser is about: it says `entries[3]`.
fn entry_of(text: &str, problem: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct EntryNames {
        entries: Vec<serde_json::Value>,
    }
    let index: usize = problem.split_once("entries[")?.1.split_once(']')?.0.parse().ok()?;
    let names: EntryNames = yaml::from_str(text, "").ok()?;
    match names.entries.get(index)?.get("name") {
        Some(serde_json::Value::String(name)) => Some(name.clone()),
        _ => Some(format!("number {}", index + 1)),
    }
}

#[cfg(test)]
mod tests;
