//! Entries of netlist files.

use std::path::Path;

use super::{Circuit, NetlistFile, NetlistFileError, stem};
use crate::entry::{Entry, Model};
use crate::error::{SourceError, Warning};
use crate::tabulate::{Workshop, failure};
use axmul_metrics::Provenance;

impl Workshop {
    /// The entry of a netlist that was named by its path, and what was assumed about it.
    pub fn netlist_entry(
        &self,
        path: &Path,
        signed: Option<bool>,
    ) -> Result<(Entry, Vec<Warning>), NetlistFileError> {
        let file = NetlistFile::new(path, self.netlists.clone(), signed);
        let circuit = file.circuit(&self.cache)?;
        let assumptions = circuit.assumptions.iter().cloned().map(Warning::Assumption);
        let warnings = circuit.warnings.iter().cloned().map(Warning::Note);
        let remarks = assumptions.chain(warnings).collect();
        let place = format!("{}: ", path.display());
        let assumed: Vec<&str> =
            circuit.assumptions.iter().map(|text| text.strip_prefix(&place).unwrap_or(text)).collect();
        let provider = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let entry = Entry {
            name: stem(path),
            catalogue: provider.clone(),
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
    pub fn netlist_of<'a>(&self, entry: &Entry, file: &'a NetlistFile) -> Result<&'a Circuit, SourceError> {
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
