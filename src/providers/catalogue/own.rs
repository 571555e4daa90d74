//! The catalogue inside this binary: members of the registered families, with the cost of their circuits.
//!
//! `multipliers/own.yaml` is written by `cargo run --example build_catalogue`, which calls [`generate`]; a test
//! holds the two equal, byte for byte.

use std::path::Path;

use super::file::{self, File, FileCost, FileEntry, FileModel};
use super::{Catalogue, CatalogueError, Published, table_digest};
use crate::multiplier::{Cost, ProductTable};
use crate::providers::cache::Cache;
use crate::providers::cost;
use crate::providers::registry::Registry;
use crate::yaml;

/// The file as it was when this binary was built.
pub const TEXT: &str = include_str!("../../../multipliers/own.yaml");

/// Its name: `own/exact-8s`.
pub const NAME: &str = "own";

/// Where the file lies in the repository; names it in messages.
pub const PATH: &str = "multipliers/own.yaml";

const PREFACE: &str = "\
# Members of the families in plugins/, with the cost of their circuits. Written by
#     cargo run --example build_catalogue
# Do not edit; change a family's variants() or multipliers/cells/ and run it again.
";

/// Parses the catalogue inside this binary.
pub fn open(registry: &Registry) -> Result<Catalogue, CatalogueError> {
    file::parse(TEXT, Path::new(PATH), registry)
}

/// The text of the catalogue: every variant of every family, with its cost and the digest of its table. The same
/// families give the same bytes.
pub fn generate(registry: &Registry) -> Result<String, CatalogueError> {
    let mut entries = Vec::new();
    let mut costs: Vec<Cost> = Vec::new();
    for (name, provider, variant) in registry.variants() {
        let error = |problem| CatalogueError::Entry { path: PATH.into(), entry: name.clone(), problem };
        let multiplier = registry
            .member(provider.name(), &variant.parameters, variant.format)
            .map_err(|problem| error(problem.to_string()))?;
        let table =
            ProductTable::tabulate(multiplier.as_ref()).map_err(|problem| error(problem.to_string()))?;
        let names = provider.parameters().iter().map(|parameter| parameter.name.to_owned());
        let parameters: std::collections::BTreeMap<_, _> =
            names.zip(variant.parameters.iter().copied()).collect();
        costs.push(cost::of_model(multiplier.as_ref(), &Cache::off()));
        entries.push(FileEntry {
            name: name.clone(),
            format: variant.format,
            model: FileModel {
                family: Some(provider.name().into()),
                parameters: (!parameters.is_empty()).then_some(parameters),
                ..FileModel::default()
            },
            cost: None,
            published: Published::default(),
            licence: None,
            citation: None,
            documentation: None,
            sha256: Some(table_digest(&table)),
        });
    }
    // Source and technology are long and mostly the same: said once, and where they differ.
    let common = costs.iter().find(|cost| !cost.is_empty()).cloned().unwrap_or_default();
    let other = |text: &str, common: &str| (text != common).then(|| text.to_owned());
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    for (entry, cost) in entries.iter_mut().zip(&costs).filter(|(_, cost)| !cost.is_empty()) {
        entry.cost = Some(FileCost {
            power_mw: cost.power_mw.map(rounded),
            area_um2: cost.area_um2.map(rounded),
            delay_ns: cost.delay_ns.map(rounded),
            source: other(&cost.source, &common.source),
            technology: other(&cost.technology, &common.technology),
        });
    }
    let file = File {
        version: file::VERSION,
        name: NAME.into(),
        description: None,
        licence: Some(env!("CARGO_PKG_LICENSE").into()),
        citation: None,
        cost_source: said(&common.source),
        cost_technology: said(&common.technology),
        entries,
    };
    let body = yaml::to_string(&file, PATH)
        .map_err(|error| CatalogueError::Invalid { path: PATH.into(), problem: error.message })?;
    Ok(format!("{PREFACE}{body}"))
}

/// Five significant digits: more than an estimate bears, and the same on every machine.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().expect("a formatted number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::entry::Model;

    #[test]
    fn the_file_is_what_the_families_give() {
        let registry = Registry::linked().unwrap();
        let generated = generate(&registry).unwrap();
        assert!(
            TEXT == generated,
            "{PATH} is not what the families give; run: cargo run --example build_catalogue"
        );
    }

    #[test]
    fn every_table_has_its_digest() {
        let registry = Registry::linked().unwrap();
        let catalogue = open(&registry).unwrap();
        for signed in [true, false] {
            let of_8x8 = |format: &axmul_api::OperandFormat| {
                format.is_signed() == signed && format.width_a() == 8 && format.width_b() == 8
            };
            let count = catalogue.entries.iter().filter(|entry| of_8x8(&entry.format)).count();
            assert!(count >= 20, "{count} entries, signed: {signed}");
        }
        for entry in catalogue.entries {
            let Model::Family { family, parameters } = &entry.model else { panic!("{entry:?}") };
            let multiplier = registry.member(family, parameters, entry.format).unwrap();
            let table = ProductTable::tabulate(multiplier.as_ref()).unwrap();
            assert_eq!(entry.sha256, Some(table_digest(&table)), "{}", entry.name);
        }
    }
}
