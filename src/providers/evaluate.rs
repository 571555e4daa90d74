//! From an entry to its error metrics, whatever the width of its operands.
//!
//! Operands of at most 8 bits each make a table, which the metrics are computed from ([`tabulate`](super::tabulate));
//! those of wider ones come from a stream of products, all of them or a sample. Where an entry's products and its
//! circuit come from is decided here and nowhere else: [`Evaluator::evaluate`], [`Evaluator::products`] and
//! [`Evaluator::circuit`] each have one arm for each [`Model`].

use std::path::Path;
use std::sync::Arc;

use axmul_api::{Multiplier, Netlist};

use super::cache::Key;
use super::circuit_digest::circuit_digest;
use super::entry::{CatalogEntry, Model};
use super::error::{MultiplierError, Warning};
use super::header::HeaderComment;
use super::options::PairSampling;
use super::shared_library::{LibraryProducts, LibraryRequest};
use super::tabulate::{Evaluator, MeasuredTable, check_digest, contradictions, failure, library_key};
use super::{cost, cross_check};
use axmul_metrics::evaluation::{EvaluationError, evaluate};
use axmul_metrics::{
    Basis, Cost, Evaluated, Evaluation, ModelProducts, OperandFormat, ProductTable, Products, ProductsError,
};
use axmul_netlist::MappedCells;
use axmul_netlist::simulate::Simulator;

/// Called with the operand pairs that are done and their total, from several threads.
pub(super) type PairProgress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// A Rust model that computes its products when asked.
struct OwnedModel(Box<dyn Multiplier>);

impl Products for OwnedModel {
    fn format(&self) -> OperandFormat {
        self.0.format()
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        ModelProducts(self.0.as_ref()).block(first, out)
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        ModelProducts(self.0.as_ref()).pairs(a, b, out)
    }
}

impl Evaluator {
    /// The metrics of an entry, and whether its published figures hold.
    pub fn evaluate(
        &self,
        entry: &CatalogEntry,
        progress: PairProgress<'_>,
    ) -> Result<(Arc<Evaluated>, Vec<Warning>), MultiplierError> {
        let completed = self.header_of(entry)?.map(|header| header.complete(entry));
        let entry = completed.as_ref().unwrap_or(entry);
        let evaluated = match &entry.model {
            Model::Evaluated(evaluated) => return Ok((evaluated.clone(), Vec::new())),
            Model::Table(path) => finish(entry, self.table_of(entry, path)?.into()),
            Model::Family { family, parameters } => {
                let multiplier = self.registry.member(family, parameters, entry.format)?;
                let measured = if entry.is_wide() {
                    self.evaluate_member(entry, multiplier.as_ref(), progress)?
                } else {
                    self.tabulate_member(entry, family, parameters, multiplier.as_ref())?.into()
                };
                let mut evaluated = finish(entry, measured);
                if evaluated.provenance.documentation.is_empty() {
                    evaluated.provenance.documentation = multiplier.documentation();
                }
                if evaluated.cost.is_empty() {
                    evaluated.cost = cost::of_model(multiplier.as_ref(), &self.cache);
                }
                evaluated
            }
            Model::Library { path, request } if entry.is_wide() => {
                finish(entry, self.evaluate_library(entry, path, request, progress)?)
            }
            Model::Library { path, request } => {
                let mut found = self.tabulate_library(path, request)?;
                let computed =
                    found.pop().ok_or_else(|| failure(entry, "its library gave nothing".into()))?;
                let measured = computed.measured.ok_or_else(|| {
                    failure(entry, format!("operands {} are too wide for a table", entry.format))
                })?;
                check_digest(entry, &measured.table)?;
                let mut evaluated = finish(entry, measured.into());
                if evaluated.cost.is_empty() {
                    evaluated.cost = computed.cost;
                }
                evaluated
            }
            Model::CSource(source) => finish(entry, self.evaluate_c(entry, source, progress)?),
            Model::Netlist(file) => {
                let circuit = self.netlist_of(entry, file)?;
                let figures = self.evaluate_circuit(entry, &circuit.netlist, progress)?;
                let mut evaluated = finish(entry, figures);
                evaluated.cost = cost::of_circuit(&evaluated.cost, &circuit.netlist, &self.cache);
                evaluated
            }
        };
        let warnings = match &evaluated.evaluation.basis {
            Basis::AllPairs => contradictions(entry, &evaluated.evaluation.metrics),
            // An estimate contradicts nobody.
            Basis::Sample(_) => Vec::new(),
        };
        Ok((Arc::new(evaluated), warnings))
    }

    /// What is said at the head of the text that an entry is, if it is one.
    fn header_of<'a>(&self, entry: &'a CatalogEntry) -> Result<Option<&'a HeaderComment>, MultiplierError> {
        Ok(match &entry.model {
            Model::CSource(source) => Some(&source.function()?.header),
            Model::Netlist(file) => Some(&file.circuit(&self.cache)?.header),
            Model::Table(_) | Model::Family { .. } | Model::Library { .. } | Model::Evaluated(_) => None,
        })
    }

    /// The figures that came with an entry, those at the head of its text among them; empty where none did.
    pub fn known_cost(&self, entry: &CatalogEntry) -> Result<Cost, MultiplierError> {
        let header = self.header_of(entry)?;
        Ok(header.map_or_else(|| entry.cost.clone(), |header| header.complete(entry).cost))
    }

    /// The products of an entry, on demand.
    pub fn products(&self, entry: &CatalogEntry) -> Result<Box<dyn Products>, MultiplierError> {
        match &entry.model {
            Model::Family { family, parameters } if entry.is_wide() => {
                let multiplier = self.registry.member(family, parameters, entry.format)?;
                Ok(match self.circuit(entry)? {
                    Some(netlist) => Box::new(Simulator::new(&netlist)),
                    None => Box::new(OwnedModel(multiplier)),
                })
            }
            Model::Library { path, request } if entry.is_wide() => {
                Ok(Box::new(LibraryProducts::new(path, request, entry.format, &self.limits)?))
            }
            Model::CSource(source) if entry.is_wide() => Ok(Box::new(self.c_products(source)?)),
            Model::Netlist(file) if entry.is_wide() => {
                Ok(Box::new(Simulator::new(&self.netlist_of(entry, file)?.netlist)))
            }
            _ => {
                let (evaluated, _) = self.evaluate(entry, &|_, _| {})?;
                Ok(Box::new(evaluated.table()?.clone()))
            }
        }
    }

    /// The circuit of an entry, where one is known, checked against its products where these come from elsewhere.
    pub fn circuit(&self, entry: &CatalogEntry) -> Result<Option<Netlist>, MultiplierError> {
        match &entry.model {
            Model::Family { family, parameters } => {
                let multiplier = self.registry.member(family, parameters, entry.format)?;
                let Some(structure) = multiplier.structure() else { return Ok(None) };
                let netlist = structure.netlist();
                cross_check::circuit(multiplier.as_ref(), &Simulator::new(&netlist))?;
                Ok(Some(netlist))
            }
            Model::Netlist(file) => Ok(Some(self.netlist_of(entry, file)?.netlist.clone())),
            Model::Table(_) | Model::Library { .. } | Model::CSource(_) | Model::Evaluated(_) => Ok(None),
        }
    }

    /// The library cells that an entry is made of, where it is a netlist of nothing else.
    pub fn placed(&self, entry: &CatalogEntry) -> Result<Option<MappedCells>, MultiplierError> {
        match &entry.model {
            Model::Netlist(file) => Ok(self.netlist_of(entry, file)?.placed.clone()),
            Model::Family { .. }
            | Model::Table(_)
            | Model::Library { .. }
            | Model::CSource(_)
            | Model::Evaluated(_) => Ok(None),
        }
    }

    /// A wide member of a family: through its circuit where it has one.
    fn evaluate_member(
        &self,
        entry: &CatalogEntry,
        multiplier: &dyn Multiplier,
        progress: PairProgress<'_>,
    ) -> Result<ComputedMetrics, MultiplierError> {
        refuse_digest(entry)?;
        match self.circuit(entry)? {
            Some(netlist) => self.evaluate_circuit(entry, &netlist, progress),
            // Nothing in a key could tell two builds of one model apart, so this is not kept.
            None => evaluate_products(entry, &ModelProducts(multiplier), self.sampling, progress),
        }
    }

    /// A function of a library whose operands are too wide for a table. Kept like tables of libraries.
    fn evaluate_library(
        &self,
        entry: &CatalogEntry,
        path: &Path,
        request: &LibraryRequest,
        progress: PairProgress<'_>,
    ) -> Result<ComputedMetrics, MultiplierError> {
        refuse_digest(entry)?;
        let make = || {
            let products = LibraryProducts::new(path, request, entry.format, &self.limits)?;
            let outcome = evaluate_products(entry, &products, self.sampling, progress);
            match (outcome, products.failure()) {
                (Err(_), Some(failure)) => Err(failure.clone().into()),
                (outcome, _) => Ok(outcome?.evaluation),
            }
        };
        let extent = self.sampling.extent(entry.format);
        match library_key("library metrics", path, request) {
            Some(key) => self.cache.get_or(&key.with(format!("{extent:?}").as_bytes()), make),
            None => make(),
        }
        .map(ComputedMetrics::without_table)
    }

    /// A circuit: its table where the operands are narrow enough for one, else its metrics. Kept by what the circuit
    /// is, wherever it comes from.
    pub fn evaluate_circuit(
        &self,
        entry: &CatalogEntry,
        netlist: &Netlist,
        progress: PairProgress<'_>,
    ) -> Result<ComputedMetrics, MultiplierError> {
        let key =
            |kind| Key::new(kind).with(env!("CARGO_PKG_VERSION").as_bytes()).with(&circuit_digest(netlist));
        let simulator = || Simulator::new(netlist);
        if !entry.is_wide() {
            let make = || tabulate_products(entry, &simulator()).map(MeasuredTable::new);
            let measured = self.cache.get_or(&key("circuit table"), make)?;
            check_digest(entry, &measured.table)?;
            return Ok(measured.into());
        }
        refuse_digest(entry)?;
        let extent = self.sampling.extent(entry.format);
        let key = key("circuit").with(format!("{extent:?}").as_bytes());
        let make = || evaluate_products(entry, &simulator(), self.sampling, progress);
        self.cache.get_or(&key, || Ok(make()?.evaluation)).map(ComputedMetrics::without_table)
    }
}

/// What is computed of a multiplier.
pub(super) struct ComputedMetrics {
    pub evaluation: Evaluation,
    pub table: Option<ProductTable>,
}

impl ComputedMetrics {
    pub fn without_table(evaluation: Evaluation) -> Self {
        Self { evaluation, table: None }
    }
}

impl From<MeasuredTable> for ComputedMetrics {
    fn from(MeasuredTable { table, metrics }: MeasuredTable) -> Self {
        Self { evaluation: Evaluation { metrics, basis: Basis::AllPairs }, table: Some(table) }
    }
}

pub(super) fn evaluate_products(
    entry: &CatalogEntry,
    products: &dyn Products,
    sampling: PairSampling,
    progress: PairProgress<'_>,
) -> Result<ComputedMetrics, MultiplierError> {
    evaluate(products, sampling.extent(entry.format), progress)
        .map(ComputedMetrics::without_table)
        .map_err(|source| stopped(entry, source))
}

fn tabulate_products(entry: &CatalogEntry, products: &dyn Products) -> Result<ProductTable, MultiplierError> {
    let mut wide = vec![0; entry.format.pairs() as usize];
    products.block(0, &mut wide).map_err(|source| stopped(entry, source))?;
    ProductTable::from_wide(entry.format, &wide).map_err(|error| failure(entry, error.to_string()))
}

fn stopped(entry: &CatalogEntry, source: impl Into<EvaluationError>) -> MultiplierError {
    let source = source.into();
    MultiplierError::Stopped { name: entry.name.clone(), source }
}

/// A digest is one of a table.
pub(super) fn refuse_digest(entry: &CatalogEntry) -> Result<(), MultiplierError> {
    if entry.sha256.is_none() {
        return Ok(());
    }
    let problem =
        format!("sha256: operands {} are too wide for the table that it belongs to; remove it", entry.format);
    Err(failure(entry, problem))
}

fn finish(entry: &CatalogEntry, ComputedMetrics { evaluation, table }: ComputedMetrics) -> Evaluated {
    Evaluated {
        name: entry.name.clone(),
        provider: entry.provider.clone(),
        format: entry.format,
        evaluation,
        table,
        cost: entry.cost.clone(),
        provenance: entry.provenance.clone(),
    }
}
