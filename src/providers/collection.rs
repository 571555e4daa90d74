//! The one door through which every upper floor gets its multipliers.

use std::collections::HashSet;
use std::path::Path;

use axmul_api::Netlist;
use rayon::prelude::*;

use super::cache::Cache;
use super::catalog::own::{self, Embedded};
use super::catalog::store::CatalogStore;
use super::catalog::{self, Catalog};
use super::entry::CatalogEntry;
use super::error::{MultiplierError, Warning};
use super::options::MultiplierSources;
use super::registry::Registry;
use super::tabulate::Evaluator;
use axmul_metrics::{Cost, OperandFormat, Products};
use axmul_netlist::MappedCells;

/// The catalog name of families' members that no other catalog lists.
pub(super) const FAMILIES: &str = own::FAMILIES;

/// All multipliers at hand, listed but not yet evaluated.
pub struct Collection {
    pub(super) evaluator: Evaluator,
    /// What the user named, in that order.
    pub(super) explicit: Vec<Catalog>,
    /// Our own catalog of 8x8 bits, then listed members of families that it lacks.
    pub(super) builtin: Vec<CatalogEntry>,
    /// Catalogs that are known by name; `None` where no home directory is known.
    pub(super) store: Option<CatalogStore>,
    /// Whether names may mean members of families.
    pub(super) families: bool,
    pub(super) signed: Option<bool>,
    /// Which formats are wanted; all where there is none.
    pub(super) formats: Vec<OperandFormat>,
    /// Names of `explicit`, with our own where that is named among them.
    catalogs: Vec<String>,
    entries: Vec<CatalogEntry>,
    pub(super) failures: Vec<MultiplierError>,
    pub(super) warnings: Vec<Warning>,
}

impl Collection {
    /// Opens every source and lists it. A source that cannot be opened is kept as a warning, because others may
    /// be all that is asked for; an unusable cache directory that was asked for and a registry that contradicts
    /// itself are errors.
    pub fn open(sources: &MultiplierSources) -> Result<Self, MultiplierError> {
        let registry = Registry::linked()?;
        let cache = Cache::open(&sources.cache)?;
        let evaluator = Evaluator {
            registry,
            cache,
            limits: sources.limits,
            sampling: sources.sampling,
            netlists: sources.netlists.clone(),
        };
        let mut collection = Self {
            evaluator,
            explicit: Vec::new(),
            builtin: Vec::new(),
            store: sources
                .store
                .as_ref()
                .map_or_else(|| CatalogStore::open().ok(), |root| Some(CatalogStore::at(root))),
            families: sources.builtin,
            signed: sources.signed,
            formats: sources.formats.clone(),
            catalogs: Vec::new(),
            entries: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
        };
        let mut seen = Vec::new();
        // How many explicit catalogs stand before our own where that is named among them.
        let mut own_after = None;
        for path in &sources.catalogs {
            if sources.builtin && path.as_os_str() == own::NAME {
                own_after.get_or_insert(collection.explicit.len());
                continue;
            }
            // The same catalog named twice would make all of its names ambiguous.
            let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
            if !seen.contains(&canonical) {
                seen.push(canonical);
                if let Some(embedded) = Embedded::of_path(path).filter(|_| sources.builtin) {
                    collection.explicit.push(embedded.open(&collection.evaluator.registry)?);
                    continue;
                }
                let store = collection.store.as_ref();
                let catalog =
                    catalog::open_named(path, store, sources.signed, &collection.evaluator.registry);
                collection.add(catalog.map_err(MultiplierError::from))?;
            }
        }
        let mut plugins: Vec<_> = sources.plugins.iter().map(|plugin| plugin.to_string_lossy()).collect();
        plugins.dedup();
        let opened: Vec<_> = plugins.par_iter().map(|plugin| collection.evaluator.library(plugin)).collect();
        for catalog in opened {
            collection.add(catalog)?;
        }
        if sources.builtin {
            collection.add_builtin()?;
        }
        // Explicit sources that all failed leave nothing rather than something that nobody asked for.
        let explicit = !sources.catalogs.is_empty() || !sources.plugins.is_empty();
        let is_own = |entry: &&CatalogEntry| entry.catalog == own::NAME;
        let (before, after) = collection.explicit.split_at(own_after.unwrap_or(collection.explicit.len()));
        let listed: Vec<&CatalogEntry> = match explicit {
            true => {
                let own = collection.builtin.iter().filter(is_own).filter(|_| own_after.is_some());
                let before = before.iter().flat_map(|catalog| &catalog.entries);
                before.chain(own).chain(after.iter().flat_map(|catalog| &catalog.entries)).collect()
            }
            false => collection.builtin.iter().collect(),
        };
        let own = own_after.map(|_| own::NAME);
        let name = |catalog: &Catalog| catalog.name.clone();
        collection.catalogs =
            before.iter().map(name).chain(own.map(str::to_owned)).chain(after.iter().map(name)).collect();
        collection.entries = listed.into_iter().filter(|entry| collection.wants(entry)).cloned().collect();
        Ok(collection)
    }

    fn add(&mut self, opened: Result<Catalog, MultiplierError>) -> Result<(), MultiplierError> {
        let mut catalog = match opened {
            Ok(catalog) => catalog,
            Err(error) => {
                if error.is_mistaken_request() {
                    return Err(error);
                }
                self.warnings.push(Warning::Failed(error.clone()));
                self.failures.push(error);
                return Ok(());
            }
        };
        // Two catalogs of one name: the later ones are told apart by a number.
        let taken = |name: &str| {
            Embedded::named(name).is_some() || self.explicit.iter().any(|catalog| catalog.name == name)
        };
        if taken(&catalog.name) {
            let numbered = (2..).map(|n| format!("{}#{n}", catalog.name)).find(|name| !taken(name));
            catalog.rename(numbered.expect("there are more numbers than catalogs"));
        }
        self.warnings.extend(catalog.notes.drain(..).map(Warning::Note));
        for failure in catalog.failures.drain(..) {
            let error = MultiplierError::from(failure);
            self.warnings.push(Warning::Failed(error.clone()));
            self.failures.push(error);
        }
        self.explicit.push(catalog);
        Ok(())
    }

    fn add_builtin(&mut self) -> Result<(), MultiplierError> {
        let registry = &self.evaluator.registry;
        for name in [own::NAME, own::FAMILIES] {
            let embedded = Embedded::named(name).expect("a name of the table");
            self.builtin.extend(embedded.open(registry)?.entries);
        }
        let names: HashSet<_> = self.builtin.iter().map(|entry| entry.name.clone()).collect();
        for (name, provider, variant) in registry.variants() {
            // Of families that were linked in since the catalogs were written.
            if !names.contains(&name) {
                let multiplier = registry.member(provider.name(), &variant.parameters, variant.format)?;
                self.builtin.push(self.evaluator.family_entry(
                    provider,
                    &variant.parameters,
                    multiplier.as_ref(),
                ));
            }
        }
        Ok(())
    }

    /// What "all multipliers" means here: the entries of the explicit sources, else our own catalog of 8x8 bits and
    /// the members that linked families list beside it, after the filters. Nothing is evaluated for it.
    pub fn entries(&self) -> &[CatalogEntry] {
        &self.entries
    }

    /// The catalogs and plugins that were named and could be opened, each once, in that order.
    pub fn catalogs(&self) -> &[String] {
        &self.catalogs
    }

    /// What went wrong or looked odd while the sources were opened.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The families linked into this binary.
    pub fn registry(&self) -> &Registry {
        &self.evaluator.registry
    }

    /// Where tables and metrics are kept, if anywhere.
    pub fn cache_directory(&self) -> Option<&Path> {
        self.evaluator.cache.directory()
    }

    /// The products of an entry, on demand and whatever it is: a table, a circuit, a Rust model or a function of a
    /// library. An entry without a circuit of at most 8x8 bits is tabulated for it.
    pub fn products(&self, entry: &CatalogEntry) -> Result<Box<dyn Products>, MultiplierError> {
        self.evaluator.products(entry)
    }

    /// The circuit of an entry; `None` where none is known, as for tables and functions of libraries.
    pub fn circuit(&self, entry: &CatalogEntry) -> Result<Option<Netlist>, MultiplierError> {
        self.evaluator.circuit(entry)
    }

    /// The library cells of an entry's netlist, as its designer's synthesis chose them; `None` where it is no netlist
    /// or is made of anything else.
    pub fn placed(&self, entry: &CatalogEntry) -> Result<Option<MappedCells>, MultiplierError> {
        self.evaluator.placed(entry)
    }

    /// The figures that came with an entry; empty where none did. Those of our own catalog are computed ones, which
    /// [`Cost::source`] says.
    pub fn known_cost(&self, entry: &CatalogEntry) -> Result<Cost, MultiplierError> {
        self.evaluator.known_cost(entry)
    }

    /// What is kept between runs.
    pub fn cache(&self) -> &Cache {
        &self.evaluator.cache
    }

    /// Whether an entry passes the filters by signedness and by format.
    pub(super) fn wants(&self, entry: &CatalogEntry) -> bool {
        self.signed.is_none_or(|signed| entry.format.is_signed() == signed)
            && (self.formats.is_empty() || self.formats.contains(&entry.format))
    }

    /// What the filters let pass, as an error says it, and the options that they came with.
    pub(super) fn filters(&self) -> Option<(String, String)> {
        let sign = self.signed.map(|signed| if signed { "signed" } else { "unsigned" });
        let of = self.formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        match (sign, of.is_empty()) {
            (None, true) => None,
            (Some(sign), true) => Some((sign.into(), format!("--{sign}"))),
            (None, false) => Some((of, "--of".into())),
            (Some(sign), false) => Some((format!("{sign} {of}"), format!("--{sign}, --of"))),
        }
    }
}
