//! A directory of `.npy` tables with a CSV of figures, as EvoApproxLib's data comes.
//!
//! Tables are every `.npy` in the directory and in its folder `tables`; an entry's name is the file's without
//! the extension. The figures are those of `published.csv`, joined by name: releases of one library reuse names
//! for other circuits, so of several CSV files none but this one is taken; a single CSV of another name is. Its
//! columns: `name`, and any of `family` (`8x8_signed`), `power_mw`, `area_um2`, `delay_ns` and the figures of
//! [`PublishedFigures`]; others are left alone. A directory with a `catalog.yaml` is that catalog instead.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Catalog, CatalogError, PublishedFigure, PublishedFigures};
use crate::entry::{CatalogEntry, Model};
use crate::tables::{SignednessSource, TableFile, TableFileError, signedness};
use axmul_metrics::{Cost, OperandFormat, Provenance};

/// Figures of one name.
#[derive(Default)]
pub(crate) struct FigureRow {
    /// Widths and signedness, where the CSV says them.
    pub format: Option<OperandFormat>,
    pub cost: Cost,
    pub published: PublishedFigures,
}

/// Lists the tables of a directory. `signed` is how tables are read whose names do not say it.
pub fn open(directory: &Path, signed: Option<bool>) -> Result<Catalog, CatalogError> {
    let name = directory_name(directory);
    let mut tables = files(directory, "npy")?;
    let below = directory.join("tables");
    if below.is_dir() {
        tables.extend(files(&below, "npy")?);
    }
    if tables.is_empty() {
        return Err(CatalogError::Invalid {
            path: directory.into(),
            problem: "expected .npy tables in it or in its folder tables, or a catalog.yaml, got neither"
                .into(),
        });
    }
    tables.sort_by(|(x, _), (y, _)| x.cmp(y));
    if let Some(pair) = tables.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(CatalogError::Entry {
            path: directory.into(),
            entry: pair[0].0.clone(),
            problem: "lies in the directory and in its folder tables; remove one of the two".into(),
        });
    }
    let mut notes = Vec::new();
    let csv = choose_csv(directory, &mut notes)?;
    let mut rows = csv
        .as_deref()
        .map(|csv| read_csv(csv, &format!("{} of {name}", file_name(csv))))
        .transpose()?
        .unwrap_or_default();
    let (mut entries, mut failures) = (Vec::new(), Vec::new());
    for (entry, path) in tables {
        let row = rows.remove(&entry).unwrap_or_default();
        let expected = row.format;
        match list(entry.clone(), path, row, signed) {
            Ok(listed) => {
                if let Some(expected) = expected.filter(|expected| *expected != listed.format) {
                    notes.push(format!(
                        "{}: entry '{entry}': its row in {} is of a multiplier {expected}, its table of one {}",
                        directory.display(),
                        csv.as_deref().map(file_name).unwrap_or_default(),
                        listed.format,
                    ));
                }
                entries.push(CatalogEntry {
                    catalog: name.clone(),
                    provider: name.clone(),
                    origin: directory.into(),
                    ..listed
                });
            }
            Err(source) => failures.push(CatalogError::Table { path: directory.into(), entry, source }),
        }
    }
    Ok(Catalog { name, description: "a directory of tables".into(), entries, notes, failures })
}

/// The entry of one table. The filter by signedness does not decide how a table is read whose name or row of
/// figures says otherwise.
fn list(
    name: String,
    path: PathBuf,
    row: FigureRow,
    signed: Option<bool>,
) -> Result<CatalogEntry, TableFileError> {
    let by_name = signedness::from_name(&name);
    let by_row = row.format.map(OperandFormat::is_signed);
    let format = TableFile::probe(&path, by_name.or(by_row).or(signed))?;
    let told = match (by_name, by_row, signed) {
        (Some(_), ..) => SignednessSource::Name.to_string(),
        (_, Some(_), _) => "its row of figures says so".into(),
        (_, _, Some(_)) => SignednessSource::Option.to_string(),
        _ => SignednessSource::Content.to_string(),
    };
    let sign = if format.is_signed() { "signed" } else { "unsigned" };
    Ok(CatalogEntry {
        name,
        catalog: String::new(),
        provider: String::new(),
        format,
        cost: row.cost,
        provenance: Provenance {
            origin: format!("table {}", file_name(&path)),
            documentation: format!("Operands {sign}: {told}."),
            ..Provenance::default()
        },
        published: row.published,
        model: Model::Table(path),
        sha256: None,
        origin: PathBuf::new(),
    })
}

pub(crate) fn directory_name(directory: &Path) -> String {
    let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.into());
    match absolute.file_name() {
        Some(name) => name.to_string_lossy().replace('/', "-"),
        None => "tables".into(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// (name without extension, path) of the files with an extension.
fn files(directory: &Path, extension: &str) -> Result<Vec<(String, PathBuf)>, CatalogError> {
    let io = |source: std::io::Error| CatalogError::Io { path: directory.into(), source: source.into() };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension)) && path.is_file() {
            found.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), path));
        }
    }
    Ok(found)
}

/// `published.csv`, else the only CSV.
fn choose_csv(directory: &Path, notes: &mut Vec<String>) -> Result<Option<PathBuf>, CatalogError> {
    let published = directory.join("published.csv");
    if published.is_file() {
        return Ok(Some(published));
    }
    let mut all = files(directory, "csv")?;
    if all.len() > 1 {
        notes.push(format!(
            "{}: {} CSV files and none called published.csv; the tables go without figures and cost. Rename the \
             one that belongs to them",
            directory.display(),
            all.len()
        ));
        return Ok(None);
    }
    Ok(all.pop().map(|(_, path)| path))
}

/// The rows of a CSV of figures, by name. `source` is who is named for the hardware figures.
pub(crate) fn read_csv(path: &Path, source: &str) -> Result<HashMap<String, FigureRow>, CatalogError> {
    let bytes = std::fs::read(path)
        .map_err(|source| CatalogError::Io { path: path.into(), source: source.into() })?;
    parse_csv(&bytes, path, source)
}

fn parse_csv(bytes: &[u8], path: &Path, source: &str) -> Result<HashMap<String, FigureRow>, CatalogError> {
    let invalid = |problem| CatalogError::Invalid { path: path.into(), problem };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|error| invalid(error.to_string()))?.clone();
    let Some(name_column) = header.iter().position(|column| column == "name") else {
        let got =
            if header.is_empty() { "no column".into() } else { header.iter().collect::<Vec<_>>().join(", ") };
        return Err(invalid(format!("expected a first line of column names with a column name, got {got}")));
    };
    let mut rows = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| invalid(error.to_string()))?;
        let name = &record[name_column];
        let row = parse_row(&header, &record, source).map_err(|problem| CatalogError::Entry {
            path: path.into(),
            entry: name.into(),
            problem,
        })?;
        if rows.insert(name.to_owned(), row).is_some() {
            return Err(CatalogError::Entry {
                path: path.into(),
                entry: name.into(),
                problem: "the name has two rows; keep one".into(),
            });
        }
    }
    Ok(rows)
}

fn parse_row(
    header: &csv::StringRecord,
    record: &csv::StringRecord,
    source: &str,
) -> Result<FigureRow, String> {
    let mut row =
        FigureRow { cost: Cost { source: source.into(), ..Cost::default() }, ..FigureRow::default() };
    for (column, text) in header.iter().zip(record).filter(|(_, text)| !text.is_empty()) {
        let figure = || text.parse::<PublishedFigure>().map_err(|error| format!("{column}: {error}"));
        let cost = || match figure()?.value() {
            value if value >= 0.0 => Ok(Some(value)),
            value => Err(format!("{column}: expected a number of at least 0, got {value}")),
        };
        match column {
            "power_mw" => row.cost.power_mw = cost()?,
            "area_um2" => row.cost.area_um2 = cost()?,
            "delay_ns" => row.cost.delay_ns = cost()?,
            "family" => row.format = family_format(text),
            _ => {
                if let Some(place) = row.published.get_mut(column) {
                    *place = Some(figure()?);
                }
            }
        }
    }
    if row.cost.is_empty() {
        row.cost = Cost::default();
    }
    Ok(row)
}

/// `8x8_signed`.
fn family_format(text: &str) -> Option<OperandFormat> {
    let (widths, sign) = text.split_once('_')?;
    let (a, b) = widths.split_once('x')?;
    let signed = match sign {
        "signed" => true,
        "unsigned" => false,
        _ => return None,
    };
    OperandFormat::new(a.parse().ok()?, b.parse().ok()?, signed).ok()
}

#[cfg(test)]
mod tests;
