//! What a NAME or PATH means.

use std::path::Path;

use super::c_source::CSourceRef;
use super::catalog;
use super::catalog::own::Embedded;
use super::collection::Collection;
use super::entry::CatalogEntry;
use super::error::{MultiplierError, Warning};
use super::netlists::is_netlist_path;
use super::registry::nearest;
use super::shared_library::LibraryRef;
use super::tables;

/// Entries, and what else there is to say about how they were found.
#[derive(Debug, Default)]
pub(super) struct LocatedEntries {
    pub entries: Vec<CatalogEntry>,
    pub warnings: Vec<Warning>,
    pub failures: Vec<MultiplierError>,
}

impl From<Vec<CatalogEntry>> for LocatedEntries {
    fn from(entries: Vec<CatalogEntry>) -> Self {
        Self { entries, ..Self::default() }
    }
}

impl Collection {
    /// The entries that `text` means, after the filters.
    pub(super) fn locate(&self, text: &str) -> Result<LocatedEntries, MultiplierError> {
        let mut sources = self.by_name(text)?;
        let mut found = match sources.len() {
            1 => LocatedEntries::from(sources.remove(0)),
            0 if is_path(text) => self.by_path(text)?,
            0 => return Err(self.unknown(text)),
            _ => {
                let qualified = sources.iter().flatten().map(CatalogEntry::qualified_name).collect();
                return Err(MultiplierError::Ambiguous { name: text.into(), qualified });
            }
        };
        let first = found.entries.first().map(|entry| entry.format);
        found.entries.retain(|entry| self.wants(entry));
        match (first, self.filters()) {
            (Some(format), Some((wanted, options)))
                if found.entries.is_empty() && found.failures.is_empty() =>
            {
                Err(MultiplierError::FilteredOut { name: text.into(), format, wanted, options })
            }
            _ => Ok(found),
        }
    }

    /// The entries of this name or qualified name, one list for each source that knows it.
    fn by_name(&self, text: &str) -> Result<Vec<Vec<CatalogEntry>>, MultiplierError> {
        let named = |entry: &&CatalogEntry| entry.name == text || entry.qualified_name() == text;
        // What is embedded is found with the families' members, of which it is made.
        let mut sources: Vec<Vec<CatalogEntry>> = self
            .explicit
            .iter()
            .filter(|catalog| !self.families || Embedded::named(&catalog.name).is_none())
            .map(|catalog| catalog.entries.iter().filter(named).cloned().collect())
            .collect();
        sources.retain(|entries| !entries.is_empty());
        match self.by_family(text) {
            Ok(entries) if entries.is_empty() => {}
            Ok(entries) => sources.push(entries),
            // A family without such a member does not hide another source's entry.
            Err(error) if sources.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(sources)
    }

    /// Members of families; where a catalog of ours lists one, its entry.
    fn by_family(&self, text: &str) -> Result<Vec<CatalogEntry>, MultiplierError> {
        let (catalog, name) = text.split_once('/').map_or((None, text), |(c, name)| (Some(c), name));
        let embedded = catalog.map(Embedded::named);
        if !self.families || embedded.is_some_and(|embedded| embedded.is_none()) {
            return Ok(Vec::new());
        }
        let registry = &self.evaluator.registry;
        let Some(member) = registry.parse(name) else { return Ok(Vec::new()) };
        let provider = registry.family(&member.family)?;
        let members = registry.members(name).transpose()?.unwrap_or_default();
        // Those of other formats than the built-in ones are read when they are named.
        let named = match embedded.flatten() {
            Some(embedded) => embedded.open(registry)?.entries,
            None => Vec::new(),
        };
        let explicit = self.explicit.iter().filter(|catalog| Embedded::named(&catalog.name).is_some());
        let ours: Vec<&CatalogEntry> =
            self.builtin.iter().chain(&named).chain(explicit.flat_map(|c| &c.entries)).collect();
        let listed = |name: &str| {
            let wanted = |entry: &&&CatalogEntry| {
                entry.name == name && catalog.is_none_or(|catalog| catalog == entry.catalog)
            };
            ours.iter().find(wanted).copied()
        };
        Ok(members
            .iter()
            .map(|multiplier| match listed(&multiplier.name()) {
                Some(entry) => entry.clone(),
                None => self.evaluator.family_entry(provider, &member.parameters, multiplier.as_ref()),
            })
            .filter(|entry| catalog.is_none_or(|catalog| catalog == entry.catalog))
            .collect())
    }

    fn by_path(&self, text: &str) -> Result<LocatedEntries, MultiplierError> {
        let path = Path::new(text);
        if LibraryRef::recognises(text) {
            return Ok(self.evaluator.library(text)?.entries.into());
        }
        if let Some(found) = self.in_store(text)? {
            return Ok(found);
        }
        if path.is_dir() || catalog::is_catalog_path(path) {
            let opened = catalog::open(path, self.signed, &self.evaluator.registry)?;
            return Ok(LocatedEntries {
                entries: opened.entries,
                warnings: opened.notes.into_iter().map(Warning::Note).collect(),
                failures: opened.failures.into_iter().map(MultiplierError::from).collect(),
            });
        }
        if tables::is_table_path(path) {
            let (entry, note) = self.evaluator.table_entry(path, self.signed)?;
            let warnings = note.into_iter().map(Warning::Note).collect();
            return Ok(LocatedEntries { entries: vec![entry], warnings, ..LocatedEntries::default() });
        }
        if CSourceRef::recognises(text) {
            let (entry, warnings) = self.evaluator.c_entry(text, self.signed)?;
            return Ok(LocatedEntries { entries: vec![entry], warnings, ..LocatedEntries::default() });
        }
        if is_netlist_path(path) {
            let (entry, warnings) = self.evaluator.netlist_entry(path, self.signed)?;
            return Ok(LocatedEntries { entries: vec![entry], warnings, ..LocatedEntries::default() });
        }
        let problem = match path.exists() {
            false => "no such file or directory".into(),
            true => "expected a netlist (.v, .sv, .blif, .aag, .aig, .cgp, .chr, .json), a C source (.c), a table (.npy, \
                     .csv, .txt, .bin, .h), a shared library (.so, .dylib, .dll), a catalog (.yaml) or a directory \
                     of tables, got a file of another kind"
                .into(),
        };
        Err(MultiplierError::Path { path: path.into(), problem })
    }

    /// The entry that `catalog/name` means, if `catalog` is one that is known by name.
    fn in_store(&self, text: &str) -> Result<Option<LocatedEntries>, MultiplierError> {
        let Some((catalog, name)) = text.split_once('/').filter(|_| !Path::new(text).exists()) else {
            return Ok(None);
        };
        let Some(store) = self.store.as_ref().filter(|store| store.find(catalog).is_ok()) else {
            return Ok(None);
        };
        let opened = catalog::open_stored(catalog, store, self.signed, &self.evaluator.registry)?;
        let entries: Vec<CatalogEntry> =
            opened.entries.iter().filter(|entry| entry.name == name).cloned().collect();
        if entries.is_empty() {
            let names = opened.entries.iter().map(|entry| entry.name.as_str());
            return Err(MultiplierError::Unknown { name: text.into(), nearest: nearest(name, names) });
        }
        Ok(Some(entries.into()))
    }

    fn unknown(&self, text: &str) -> MultiplierError {
        let explicit = self.explicit.iter().flat_map(|catalog| &catalog.entries);
        let entries = explicit.chain(&self.builtin).map(|entry| entry.name.as_str());
        let families = self.evaluator.registry.providers().iter().map(|provider| provider.name());
        let mut nearest = nearest(text, entries.chain(families.filter(|_| self.families)));
        if Path::new(text).exists() {
            nearest.insert(0, format!("./{text}"));
        }
        let unknown = MultiplierError::Unknown { name: text.into(), nearest };
        if self.failures.is_empty() {
            return unknown;
        }
        // It may well be in a source that could not be opened.
        MultiplierError::Several(self.failures.iter().cloned().chain([unknown]).collect())
    }
}

/// Whether a text that no source knows by name is a path.
fn is_path(text: &str) -> bool {
    let path = Path::new(text);
    text.contains(std::path::is_separator)
        || LibraryRef::recognises(text)
        || tables::is_table_path(path)
        || catalog::is_catalog_path(path)
        || CSourceRef::recognises(text)
        || is_netlist_path(path)
}
