//! What a NAME or PATH means.

use std::path::Path;

use super::c_source::Asked;
use super::catalogue;
use super::catalogue::own::Embedded;
use super::collection::Collection;
use super::entry::Entry;
use super::error::{SourceError, Warning};
use super::netlists::is_netlist_path;
use super::registry::nearest;
use super::shared_library::Reference;
use super::tables;

/// Entries, and what else there is to say about how they were found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub entries: Vec<Entry>,
    pub warnings: Vec<Warning>,
    pub failures: Vec<SourceError>,
}

impl From<Vec<Entry>> for Found {
    fn from(entries: Vec<Entry>) -> Self {
        Self { entries, ..Self::default() }
    }
}

impl Collection {
    /// The entries that `text` means, after the filters.
    pub(super) fn locate(&self, text: &str) -> Result<Found, SourceError> {
        let mut sources = self.by_name(text)?;
        let mut found = match sources.len() {
            1 => Found::from(sources.remove(0)),
            0 if is_path(text) => self.by_path(text)?,
            0 => return Err(self.unknown(text)),
            _ => {
                let qualified = sources.iter().flatten().map(Entry::qualified_name).collect();
                return Err(SourceError::Ambiguous { name: text.into(), qualified });
            }
        };
        let first = found.entries.first().map(|entry| entry.format);
        found.entries.retain(|entry| self.wants(entry));
        match (first, self.filters()) {
            (Some(format), Some((wanted, options)))
                if found.entries.is_empty() && found.failures.is_empty() =>
            {
                Err(SourceError::FilteredOut { name: text.into(), format, wanted, options })
            }
            _ => Ok(found),
        }
    }

    /// The entries of this name or qualified name, one list for each source that knows it.
    fn by_name(&self, text: &str) -> Result<Vec<Vec<Entry>>, SourceError> {
        let named = |entry: &&Entry| entry.name == text || entry.qualified_name() == text;
        // What is embedded is found with the families' members, of which it is made.
        let mut sources: Vec<Vec<Entry>> = self
            .explicit
            .iter()
            .filter(|catalogue| !self.families || Embedded::named(&catalogue.name).is_none())
            .map(|catalogue| catalogue.entries.iter().filter(named).cloned().collect())
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

    /// Members of families; where a catalogue of ours lists one, its entry.
    fn by_family(&self, text: &str) -> Result<Vec<Entry>, SourceError> {
        let (catalogue, name) = text.split_once('/').map_or((None, text), |(c, name)| (Some(c), name));
        let embedded = catalogue.map(Embedded::named);
        if !self.families || embedded.is_some_and(|embedded| embedded.is_none()) {
            return Ok(Vec::new());
        }
        let registry = &self.workshop.registry;
        let Some(member) = registry.parse(name) else { return Ok(Vec::new()) };
        let provider = registry.family(&member.family)?;
        let members = registry.members(name).transpose()?.unwrap_or_default();
        // Those of other formats than the built-in ones are read when they are named.
        let named = match embedded.flatten() {
            Some(embedded) => embedded.open(registry)?.entries,
            None => Vec::new(),
        };
        let explicit = self.explicit.iter().filter(|catalogue| Embedded::named(&catalogue.name).is_some());
        let ours: Vec<&Entry> =
            self.builtin.iter().chain(&named).chain(explicit.flat_map(|c| &c.entries)).collect();
        let listed = |name: &str| {
            let wanted = |entry: &&&Entry| {
                entry.name == name && catalogue.is_none_or(|catalogue| catalogue == entry.catalogue)
            };
            ours.iter().find(wanted).copied()
        };
        Ok(members
            .iter()
            .map(|multiplier| match listed(&multiplier.name()) {
                Some(entry) => entry.clone(),
                None => self.workshop.family_entry(provider, &member.parameters, multiplier.as_ref()),
            })
            .filter(|entry| catalogue.is_none_or(|catalogue| catalogue == entry.catalogue))
            .collect())
    }

    fn by_path(&self, text: &str) -> Result<Found, SourceError> {
        let path = Path::new(text);
        if Reference::recognises(text) {
            return Ok(self.workshop.library(text)?.entries.into());
        }
        if let Some(found) = self.on_the_shelf(text)? {
            return Ok(found);
        }
        if path.is_dir() || catalogue::is_catalogue_path(path) {
            let opened = catalogue::open(path, self.signed, &self.workshop.registry)?;
            return Ok(Found {
                entries: opened.entries,
                warnings: opened.notes.into_iter().map(Warning::Note).collect(),
                failures: opened.failures.into_iter().map(SourceError::from).collect(),
            });
        }
        if tables::is_table_path(path) {
            let (entry, note) = self.workshop.table_entry(path, self.signed)?;
            let warnings = note.into_iter().map(Warning::Note).collect();
            return Ok(Found { entries: vec![entry], warnings, ..Found::default() });
        }
        if Asked::recognises(text) {
            let (entry, warnings) = self.workshop.c_entry(text, self.signed)?;
            return Ok(Found { entries: vec![entry], warnings, ..Found::default() });
        }
        if is_netlist_path(path) {
            let (entry, warnings) = self.workshop.netlist_entry(path, self.signed)?;
            return Ok(Found { entries: vec![entry], warnings, ..Found::default() });
        }
        let problem = match path.exists() {
            false => "no such file or directory".into(),
            true => "expected a netlist (.v, .sv, .blif, .aag, .aig, .cgp, .chr, .json), a C source (.c), a table (.npy, \
                     .csv, .txt, .bin, .h), a shared library (.so, .dylib, .dll), a catalogue (.yaml) or a directory \
                     of tables, got a file of another kind"
                .into(),
        };
        Err(SourceError::Path { path: path.into(), problem })
    }

    /// The entry that `catalogue/name` means, if `catalogue` is one that is known by name.
    fn on_the_shelf(&self, text: &str) -> Result<Option<Found>, SourceError> {
        let Some((catalogue, name)) = text.split_once('/').filter(|_| !Path::new(text).exists()) else {
            return Ok(None);
        };
        let Some(shelf) = self.shelf.as_ref().filter(|shelf| shelf.find(catalogue).is_ok()) else {
            return Ok(None);
        };
        let opened = catalogue::open_shelved(catalogue, shelf, self.signed, &self.workshop.registry)?;
        let entries: Vec<Entry> = opened.entries.iter().filter(|entry| entry.name == name).cloned().collect();
        if entries.is_empty() {
            let names = opened.entries.iter().map(|entry| entry.name.as_str());
            return Err(SourceError::Unknown { name: text.into(), nearest: nearest(name, names) });
        }
        Ok(Some(entries.into()))
    }

    fn unknown(&self, text: &str) -> SourceError {
        let explicit = self.explicit.iter().flat_map(|catalogue| &catalogue.entries);
        let entries = explicit.chain(&self.builtin).map(|entry| entry.name.as_str());
        let families = self.workshop.registry.providers().iter().map(|provider| provider.name());
        let mut nearest = nearest(text, entries.chain(families.filter(|_| self.families)));
        if Path::new(text).exists() {
            nearest.insert(0, format!("./{text}"));
        }
        let unknown = SourceError::Unknown { name: text.into(), nearest };
        if self.failures.is_empty() {
            return unknown;
        }
        // It may well be in a source that could not be opened.
        SourceError::Several(self.failures.iter().cloned().chain([unknown]).collect())
    }
}

/// Whether a text that no source knows by name is a path.
fn is_path(text: &str) -> bool {
    let path = Path::new(text);
    text.contains(std::path::is_separator)
        || Reference::recognises(text)
        || tables::is_table_path(path)
        || catalogue::is_catalogue_path(path)
        || Asked::recognises(text)
        || is_netlist_path(path)
}
