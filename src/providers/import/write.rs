//! From judged multipliers to a catalog on the shelf.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::catalog::file::{CatalogFile, FileCost, FileEntry, FileModel, VERSION};
use super::super::catalog::store::{CatalogSlot, CatalogStoreError};
use super::super::netlists::NetlistOptions;
use super::candidate::{ModelFile, ModelKind};
use super::judge::ImportedEntry;
use axmul_metrics::Cost;
use axmul_support::yaml;

/// The folder of the files that entries are made of, beside `catalog.yaml`.
const FILES: &str = "files";

/// Writes the catalog with all that it needs, in place of whatever was there. `papers` go beside it.
pub(super) fn write(
    place: &CatalogSlot,
    name: &str,
    description: &str,
    listed: Vec<ImportedEntry>,
    papers: &[PathBuf],
) -> Result<PathBuf, CatalogStoreError> {
    place.put(|directory| {
        fs::create_dir(directory.join(FILES))?;
        let mut copies = Copies { directory, taken: HashSet::new() };
        let common = common_cost(&listed);
        let entries = listed.into_iter().map(|one| entry(one, &common, &mut copies));
        let file = CatalogFile {
            version: VERSION,
            name: name.to_owned(),
            description: Some(description.to_owned()),
            licence: None,
            citation: None,
            cost_source: Some(common.source.clone()).filter(|text| !text.is_empty()),
            cost_technology: Some(common.technology.clone()).filter(|text| !text.is_empty()),
            entries: entries.collect::<io::Result<_>>()?,
        };
        let text = yaml::to_string(&file, "catalog.yaml").map_err(io::Error::other)?;
        fs::write(directory.join("catalog.yaml"), text)?;
        for paper in papers {
            fs::copy(paper, directory.join(paper.file_name().unwrap_or_default()))?;
        }
        Ok(())
    })
}

/// What most entries say of their costs, to be said once.
fn common_cost(listed: &[ImportedEntry]) -> Cost {
    listed.iter().map(|one| &one.entry.cost).find(|cost| !cost.is_empty()).cloned().unwrap_or_default()
}

fn entry(one: ImportedEntry, common: &Cost, copies: &mut Copies<'_>) -> io::Result<FileEntry> {
    let model = model(&one, copies)?;
    let ImportedEntry { entry, .. } = one;
    let other = |text: &str, common: &str| (text != common).then(|| text.to_owned());
    let Cost { power_mw, area_um2, delay_ns, source, technology } = &entry.cost;
    let cost = FileCost {
        power_mw: *power_mw,
        area_um2: *area_um2,
        delay_ns: *delay_ns,
        source: other(source, &common.source),
        technology: other(technology, &common.technology),
    };
    Ok(FileEntry {
        name: entry.name,
        format: entry.format,
        model,
        cost: (!entry.cost.is_empty()).then_some(cost),
        published: entry.published,
        licence: entry.provenance.licence,
        citation: entry.provenance.citation,
        documentation: Some(entry.provenance.documentation).filter(|text| !text.is_empty()),
        fronts: Vec::new(),
        sha256: entry.sha256,
    })
}

fn model(one: &ImportedEntry, copies: &mut Copies<'_>) -> io::Result<FileModel> {
    let ModelFile { path, kind, netlist, symbol, signature, .. } = &one.file;
    let file = copies.add(path, &one.entry.name)?;
    Ok(match kind {
        ModelKind::Table => FileModel { table: Some(file), ..FileModel::default() },
        ModelKind::CSource => FileModel {
            c_source: Some(file),
            symbol: symbol.clone(),
            signature: signature.map(|signature| signature.to_string()),
            ..FileModel::default()
        },
        ModelKind::Netlist | ModelKind::Mapped => {
            let NetlistOptions { top, msb_first, extend, with, via, .. } = netlist;
            let [a, b, out] = one.ports.clone().map_or([None, None, None], |ports| ports.map(Some));
            let with: Vec<String> =
                with.iter().map(|path| copies.add(path, &one.entry.name)).collect::<io::Result<_>>()?;
            FileModel {
                netlist: Some(file),
                top: top.clone(),
                a,
                b,
                out,
                msb_first: msb_first.then_some(true),
                extend: extend.map(Into::into),
                with: (!with.is_empty()).then_some(with),
                via: *via,
                ..FileModel::default()
            }
        }
    })
}

/// Files that were copied.
struct Copies<'a> {
    directory: &'a Path,
    taken: HashSet<String>,
}

impl Copies<'_> {
    /// Copies a file under its own name, else under that of its multiplier, and says where it lies.
    fn add(&mut self, path: &Path, entry: &str) -> io::Result<String> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let numbered = (2..).map(|number| format!("{entry}-{number}-{file}"));
        let free = [file.clone(), format!("{entry}-{file}")].into_iter().chain(numbered);
        let name = free.into_iter().find(|name| !self.taken.contains(name)).unwrap_or(file);
        fs::copy(path, self.directory.join(FILES).join(&name))?;
        self.taken.insert(name.clone());
        Ok(format!("{FILES}/{name}"))
    }
}
