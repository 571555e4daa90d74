//! Entries of netlist files.

use std::path::Path;

use super::{NetlistFile, NetlistFileError, NetlistMultiplier, stem};
use crate::entry::{CatalogEntry, Model};
use crate::error::{MultiplierError, Warning};
use crate::tabulate::{Evaluator, failure};
use axmul_metrics::Provenance;

impl Evaluator {
    /// The entry of a netlist that was named by its path, and what was assumed about it.
    pub fn netlist_entry(
        &self,
        path: &Path,
        signed: Option<bool>,
    ) -> Result<(CatalogEntry, Vec<Warning>), NetlistFileError> {
        let file = NetlistFile::new(path, self.netlists.clone(), signed);
        let circuit = file.circuit(&self.cache)?;
        let assumptions = circuit.assumptions.iter().cloned().map(Warning::Assumption);
        let warnings = circuit.warnings.iter().cloned().map(Warning::Note);
        let remarks = assumptions.chain(warnings).collect();
        let place = format!("{}: ", path.display());
        let assumed: Vec<&str> =
            circuit.assumptions.iter().map(|text| text.strip_prefix(&place).unwrap_or(text)).collect();
        let provider = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let entry = CatalogEntry {
            name: stem(path),
            catalog: provider.clone(),
            provider,
            format: circuit.netlist.format(),
            // Computed with the metrics where the file says nothing: not everyone who lists it asks for that.
            cost: circuit.header.cost.clone(),
            provenance: Provenance {
                origin: format!("netlist {}, module {}", path.display(), circuit.module),
                licence: circuit.header.licence.clone(),
                citation: circuit.header.citation.clone(),
                documentation: assumed.join(". ") + ".",
            },
            published: circuit.header.published.clone(),
            model: Model::Netlist(file.clone()),
            sha256: None,
            origin: path.into(),
        };
        Ok((entry, remarks))
    }

    /// The circuit of an entry that is a netlist.
    pub fn netlist_of<'a>(
        &self,
        entry: &CatalogEntry,
        file: &'a NetlistFile,
    ) -> Result<&'a NetlistMultiplier, MultiplierError> {
        let circuit = file.circuit(&self.cache)?;
        let got = circuit.netlist.format();
        if got != entry.format {
            let problem = format!(
                "expected a netlist for operands {}, {} is one for {got}",
                entry.format,
                file.path().display()
            );
            return Err(failure(entry, problem));
        }
        Ok(circuit)
    }
}
