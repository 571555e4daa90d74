//! Entries of what was named on a command line or is linked in: what can be said without evaluating.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axmul_api::{Multiplier, Provider};

use super::catalogue::{Catalogue, Published};
use super::collection::FAMILIES;
use super::cost;
use super::entry::{Entry, Model};
use super::error::SourceError;
use super::shared_library::{Reference, Request};
use super::tables::TableFileError;
use super::tabulate::{FileOfProducts, Listed, Workshop};
use axmul_metrics::{Cost, Evaluated, Provenance, Tabulated};

impl Workshop {
    /// The entry of a table that was named by its path, and a remark about it.
    pub fn table_entry(
        &self,
        path: &Path,
        signed: Option<bool>,
    ) -> Result<(Entry, Option<String>), TableFileError> {
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

    /// The entry of a member of a family that no catalogue lists.
    pub fn family_entry(
        &self,
        provider: &dyn Provider,
        parameters: &[u32],
        multiplier: &dyn Multiplier,
    ) -> Entry {
        // That of a wide circuit takes longer and is computed with its metrics.
        let wide = Entry::has_wide(multiplier.format());
        let cost = match multiplier.cost() {
            None if !wide => cost::of_model(multiplier, &self.cache),
            known => known.unwrap_or_default(),
        };
        let values = provider.parameters().iter().zip(parameters);
        let origin = values.fold(format!("family {}", provider.name()), |text, (parameter, value)| {
            format!("{text}, {} {value}", parameter.name)
        });
        Entry {
            name: multiplier.name(),
            catalogue: FAMILIES.into(),
            provider: provider.name().into(),
            format: multiplier.format(),
            cost,
            provenance: Provenance {
                origin,
                licence: None,
                citation: Some(provider.citation().into()),
                documentation: multiplier.documentation(),
            },
            published: Published::default(),
            model: Model::Family { family: provider.name().into(), parameters: parameters.into() },
            sha256: None,
            origin: PathBuf::from(FAMILIES),
        }
    }

    /// The multipliers of a shared library, as a [`Reference`] names them. Only the library itself knows what it
    /// holds, so it is loaded to be listed, and tables are computed on the way; wide multipliers are described only.
    pub fn library(&self, reference: &str) -> Result<Catalogue, SourceError> {
        let Reference { path, request } = reference.parse()?;
        let found = self.tabulate_library(&path, &request)?;
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let name = file.split('.').next().unwrap_or_default().to_owned();
        let entries = found.into_iter().map(|listed| Entry {
            catalogue: name.clone(),
            ..library_entry(listed, &path, &request, Path::new(reference))
        });
        Ok(Catalogue { entries: entries.collect(), name: name.clone(), ..Catalogue::default() })
    }
}

fn library_entry(listed: Listed, path: &Path, request: &Request, origin: &Path) -> Entry {
    let Listed { name, provider, format, cost, provenance, measured } = listed;
    if let Some(measured) = measured {
        let tabulated = Tabulated { name, provider, table: measured.table, cost, provenance };
        return evaluated_entry(Evaluated::of_table(tabulated, measured.metrics), origin);
    }
    let request = match request {
        Request::Symbol { .. } => request.clone(),
        // Without signature and format, a symbol is first looked for in the descriptor.
        Request::Descriptor => Request::Symbol { symbol: name.clone(), signature: None, format: None },
    };
    Entry {
        name,
        catalogue: provider.clone(),
        provider,
        format,
        cost,
        provenance,
        published: Published::default(),
        model: Model::Library { path: path.into(), request },
        sha256: None,
        origin: origin.into(),
    }
}

/// The entry of what is evaluated already.
fn evaluated_entry(evaluated: Evaluated, origin: &Path) -> Entry {
    Entry {
        name: evaluated.name.clone(),
        catalogue: evaluated.provider.clone(),
        provider: evaluated.provider.clone(),
        format: evaluated.format,
        cost: evaluated.cost.clone(),
        provenance: evaluated.provenance.clone(),
        published: Published::default(),
        model: Model::Evaluated(Arc::new(evaluated)),
        sha256: None,
        origin: origin.into(),
    }
}
