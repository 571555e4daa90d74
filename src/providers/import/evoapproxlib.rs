//! A checkout of EvoApproxLib: `multiplers/<family>/<subset>/NAME.c`, `NAME.v`, `NAME_pdk45.v`, and `meta.json`.
//!
//! A circuit lies in every subset whose Pareto front it is on, the texts differing in a sentence of their comment.
//! Releases reuse names for other circuits, so that the release is part of what a catalog is called. It is told by
//! the index, `meta.json`, which no two releases share.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::header;
use super::candidate::{ImportCandidate, ImportLibrary, ModelFile, ModelKind, papers, sorted};
use super::{ImportError, ImportNote, ImportNoteKind};
use axmul_metrics::OperandFormat;
use axmul_support::hex;

/// SHA-256 of `meta.json`, line ends as on Unix, and the release that it is of.
const RELEASES: [(&str, &str); 4] = [
    ("541e4c717d9e35b76fec9999a9f06d83103aa5e7d64dc571ca1a8e9790bc034b", "v1.0"),
    ("82059c2015cc92a3bb54d49a6af9fb47373c409ddb3216f3d0f1ac66e476cb89", "v1.1"),
    // The branch that a clone checks out, as it stands since April 2021.
    ("e5cab25f8df2dd59b5af1119dd968c64b9843d3521ca715338c6e81b090ae94d", "master-2021"),
    ("8290f23386321782ea6b6d0875c5162f08dc8406f34f6304ad31a572129d4455", "v1.2022"),
];

/// The folder of multipliers, as the library spells it and as one might correct it.
const FOLDERS: [&str; 2] = ["multiplers", "multipliers"];

const INDEX: &str = "meta.json";

/// Lists the multipliers of a checkout, or of a folder of families in it.
pub(super) fn open(path: &Path, release: Option<&str>) -> Result<ImportLibrary, ImportError> {
    let folder = FOLDERS.map(|name| path.join(name)).into_iter().find(|folder| folder.is_dir());
    let root = if folder.is_some() { path.to_owned() } else { parent(path) };
    let folder = folder.unwrap_or_else(|| path.to_owned());
    let mut found: BTreeMap<String, FoundCircuit> = BTreeMap::new();
    for family in sorted(&folder)? {
        let Some(format) = family.is_dir().then(|| format_of(&family)).flatten() else { continue };
        for subset in sorted(&family)?.into_iter().filter(|subset| subset.is_dir()) {
            for file in sorted(&subset)? {
                let Some(model) = model(&file) else { continue };
                let one = found.entry(circuit(&file)).or_default();
                one.format = Some(format);
                one.add(model, &subset);
            }
        }
    }
    let mut remarks = Vec::new();
    let index = root.join(INDEX);
    let text = std::fs::read(&index).ok();
    if let Some(text) = &text {
        match serde_json::from_slice::<Vec<IndexSection>>(text) {
            Ok(sections) => remarks = compare_index(&sections, &root, &mut found),
            Err(error) => remarks.push(ImportNote::new(
                INDEX,
                ImportNoteKind::Index,
                format!("it is no index: {error}"),
            )),
        }
    }
    let release = match release {
        Some(release) => release.to_owned(),
        None => release_of(text.as_deref(), &found),
    };
    let named = format!("EvoApproxLib {release}");
    let candidates = found.into_iter().map(|(name, one)| one.candidate(name)).collect();
    Ok(ImportLibrary {
        name: format!("evoapproxlib-{release}"),
        description: named.clone(),
        cost_source: named,
        candidates,
        remarks,
        papers: papers(&root),
    })
}

fn parent(path: &Path) -> PathBuf {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.into());
    absolute.parent().unwrap_or(&absolute).into()
}

/// The files of one circuit, and what the index says of it.
#[derive(Default)]
struct FoundCircuit {
    format: Option<OperandFormat>,
    models: Vec<ModelFile>,
    /// Texts without the comments at their heads.
    bodies: HashSet<(ModelKind, [u8; 32])>,
    subsets: Vec<String>,
    index: Vec<(&'static str, String)>,
}

impl FoundCircuit {
    /// Adds a file unless the same text, another comment apart, is there from another subset.
    fn add(&mut self, model: ModelFile, subset: &Path) {
        let subset = subset.file_name().unwrap_or_default().to_string_lossy();
        if !self.subsets.contains(&subset.as_ref().to_owned()) {
            self.subsets.push(subset.into_owned());
        }
        // One that cannot be read is told when it is judged.
        let bytes = std::fs::read(&model.path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        if self.bodies.insert((model.kind, Sha256::digest(header::split(&text).1).into())) {
            self.models.push(model);
        }
    }

    fn candidate(self, name: String) -> ImportCandidate {
        let criteria = self.subsets.iter().filter_map(|subset| criterion(subset)).collect::<Vec<_>>();
        let documentation = match criteria[..] {
            [] => String::new(),
            _ => format!("Pareto-optimal among its library's for power against {}.", criteria.join(", ")),
        };
        let (format, models, index) = (self.format, self.models, self.index);
        ImportCandidate { name, format, models, index, documentation, ..ImportCandidate::default() }
    }
}

/// `8x8_signed`, `8x4_unsigned`.
fn format_of(family: &Path) -> Option<OperandFormat> {
    let name = family.file_name()?.to_str()?;
    let (widths, sign) = name.split_once('_')?;
    let (a, b) = widths.split_once('x')?;
    let signed = match sign {
        "signed" => true,
        "unsigned" => false,
        _ => return None,
    };
    OperandFormat::new(a.parse().ok()?, b.parse().ok()?, signed).ok()
}

/// `MAE` of `pareto_pwr_mae`.
fn criterion(subset: &str) -> Option<String> {
    Some(subset.strip_prefix("pareto_pwr_")?.to_uppercase())
}

const MAPPED: &str = "_pdk45";

/// The circuit that a file is of: its name without extension and without the mark of a mapped netlist.
fn circuit(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    stem.strip_suffix(MAPPED).unwrap_or(&stem).to_owned()
}

fn model(file: &Path) -> Option<ModelFile> {
    let mut model = ModelFile::of(file).filter(|model| model.kind < ModelKind::Table)?;
    if file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(MAPPED)) {
        model.kind = ModelKind::Mapped;
    }
    Some(model)
}

/// The release whose index this is; else a name that no other collection of circuits has.
fn release_of(index: Option<&[u8]>, found: &BTreeMap<String, FoundCircuit>) -> String {
    let digest = match index {
        Some(bytes) => {
            hex(&Sha256::digest(bytes.iter().copied().filter(|&byte| byte != b'\r').collect::<Vec<u8>>()))
        }
        None => hex(&Sha256::digest(found.keys().cloned().collect::<Vec<_>>().join("\n"))),
    };
    let known = RELEASES.iter().find(|(of, _)| *of == digest).map(|(_, release)| (*release).to_owned());
    known.unwrap_or_else(|| format!("unknown-{}", &digest[..8]))
}

// ---- The index ------------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
struct IndexSection {
    #[serde(default)]
    datasets: Vec<IndexFamily>,
}

#[derive(Deserialize)]
struct IndexFamily {
    #[serde(default)]
    datasets: Vec<IndexSubset>,
}

#[derive(Deserialize)]
struct IndexSubset {
    folder: String,
    #[serde(default)]
    instances: Vec<IndexInstance>,
}

#[derive(Deserialize)]
struct IndexInstance {
    name: String,
    #[serde(default)]
    files: Vec<IndexFile>,
    #[serde(default)]
    params: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct IndexFile {
    file: String,
}

/// What the index calls a figure, and what we call it.
const FIGURES: [(&str, &str); 8] = [
    ("pwr", "power_mw"),
    ("area", "area_um2"),
    ("delay", "delay_ns"),
    ("mae%", "mae_pct"),
    ("wce%", "wce_pct"),
    ("wcre%", "wcre_pct"),
    ("ep%", "ep_pct"),
    ("mre%", "mre_pct"),
];

/// Files that the index names and that are not there, of the subsets that are; notes the figures for each circuit.
fn compare_index(
    sections: &[IndexSection],
    root: &Path,
    found: &mut BTreeMap<String, FoundCircuit>,
) -> Vec<ImportNote> {
    let mut remarks = Vec::new();
    let subsets = sections.iter().flat_map(|section| &section.datasets).flat_map(|family| &family.datasets);
    for subset in subsets.filter(|subset| FOLDERS.iter().any(|folder| subset.folder.starts_with(folder))) {
        let folder = root.join(&subset.folder);
        if !folder.is_dir() {
            continue;
        }
        for instance in &subset.instances {
            for IndexFile { file } in instance.files.iter().filter(|file| !folder.join(&file.file).is_file())
            {
                let text = format!("{INDEX} lists {file} in {}, which is not there", subset.folder);
                remarks.push(ImportNote::new(&instance.name, ImportNoteKind::Index, text));
            }
            if let Some(one) = found.get_mut(&instance.name) {
                let figures = FIGURES
                    .iter()
                    .filter_map(|(theirs, ours)| Some((*ours, instance.params.get(*theirs)?.clone())));
                for figure in figures {
                    if !one.index.contains(&figure) {
                        one.index.push(figure);
                    }
                }
            }
        }
    }
    remarks
}
