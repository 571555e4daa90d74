//! Entries of what was named on a command line or is linked in: what can be said without evaluating.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axmul_api::{Multiplier, Provider};

use super::catalog::{Catalog, PublishedFigures};
use super::collection::FAMILIES;
use super::cost;
use super::entry::{CatalogEntry, Model};
use super::error::MultiplierError;
use super::shared_library::{LibraryRef, LibraryRequest};
use super::tables::TableFileError;
use super::tabulate::{Evaluator, FileOfProducts, LibraryMember};
use axmul_metrics::{Cost, Evaluated, Provenance, Tabulated};

impl Evaluator {
    /// The entry of a table that was named by its path, and a remark about it.
    pub fn table_entry(
        &self,
        path: &Path,
        signed: Option<bool>,
    ) -> Result<(CatalogEntry, Option<String>), TableFileError> {
        let FileOfProducts { measured, description, against_name } = self.read_table(path, signed)?;
        let format = measured.table.format();
        let tabulated = Tabulated {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            provider: "file".into(),
            table: measured.table,
            cost: Cost::default(),
            provenance: Provenance {
                origin: format!("table {}", path.display()),
                documentation: description,
                ..Provenance::default()
            },
        };
        let note = against_name.then(|| {
            format!(
                "{}: read as {} because that was asked for; its name says otherwise",
                path.display(),
                if format.is_signed() { "signed" } else { "unsigned" },
            )
        });
        Ok((evaluated_entry(Evaluated::of_table(tabulated, measured.metrics), path), note))
    }

    /// The entry of a member of a family that no catalog lists.
    pub fn family_entry(
        &self,
        provider: &dyn Provider,
        parameters: &[u32],
        multiplier: &dyn Multiplier,
    ) -> CatalogEntry {
        // That of a wide circuit takes longer and is computed with its metrics.
        let wide = CatalogEntry::has_wide(multiplier.format());
        let cost = match multiplier.cost() {
            None if !wide => cost::of_model(multiplier, &self.cache),
            known => known.unwrap_or_default(),
        };
        let values = provider.parameters().iter().zip(parameters);
        let origin = values.fold(format!("family {}", provider.name()), |text, (parameter, value)| {
            format!("{text}, {} {value}", parameter.name)
        });
        CatalogEntry {
            name: multiplier.name(),
            catalog: FAMILIES.into(),
            provider: provider.name().into(),
            format: multiplier.format(),
            cost,
            provenance: Provenance {
                origin,
                licence: None,
                citation: Some(provider.citation().into()),
                documentation: multiplier.documentation(),
            },
            published: PublishedFigures::default(),
            model: Model::Family { family: provider.name().into(), parameters: parameters.into() },
            sha256: None,
            origin: PathBuf::from(FAMILIES),
        }
    }

    /// The multipliers of a shared library, as a [`LibraryRef`] names them. Only the library itself knows what it
    /// holds, so it is loaded to be listed, and tables are computed on the way; wide multipliers are described only.
    pub fn library(&self, reference: &str) -> Result<Catalog, MultiplierError> {
        let LibraryRef { path, request } = reference.parse()?;
        let found = self.tabulate_library(&path, &request)?;
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let name = file.split('.').next().unwrap_or_default().to_owned();
        let entries = found.into_iter().map(|listed| CatalogEntry {
            catalog: name.clone(),
            ..library_entry(listed, &path, &request, Path::new(reference))
        });
        Ok(Catalog { entries: entries.collect(), name: name.clone(), ..Catalog::default() })
    }
}

fn library_entry(
    listed: LibraryMember,
    path: &Path,
    request: &LibraryRequest,
    origin: &Path,
) -> CatalogEntry {
    let LibraryMember { name, provider, format, cost, provenance, measured } = listed;
    if let Some(measured) = measured {
        let tabulated = Tabulated { name, provider, table: measured.table, cost, provenance };
        return evaluated_entry(Evaluated::of_table(tabulated, measured.metrics), origin);
    }
    let request = match request {
        LibraryRequest::Symbol { .. } => request.clone(),
        // Without signature and format, a symbol is first looked for in the descriptor.
        LibraryRequest::Descriptor => {
            LibraryRequest::Symbol { symbol: name.clone(), signature: None, format: None }
        }
    };
    CatalogEntry {
        name,
        catalog: provider.clone(),
        provider,
        format,
        cost,
        provenance,
        published: PublishedFigures::default(),
        model: Model::Library { path: path.into(), request },
        sha256: None,
        origin: origin.into(),
    }
}

/// The entry of what is evaluated already.
fn evaluated_entry(evaluated: Evaluated, origin: &Path) -> CatalogEntry {
    CatalogEntry {
        name: evaluated.name.clone(),
        catalog: evaluated.provider.clone(),
        provider: evaluated.provider.clone(),
        format: evaluated.format,
        cost: evaluated.cost.clone(),
        provenance: evaluated.provenance.clone(),
        published: PublishedFigures::default(),
        model: Model::Evaluated(Arc::new(evaluated)),
        sha256: None,
        origin: origin.into(),
    }
}
