//! C sources as entries, compiled when their products are needed.

use std::path::{Path, PathBuf};

use axmul_api::OperandFormat;

use super::{CFunction, CSource, CSourceError, CSourceProblem, Compiled, Compiler};
use crate::cache::Key;
use crate::entry::{CatalogEntry, Model};
use crate::error::{MultiplierError, Warning};
use crate::evaluate::{ComputedMetrics, PairProgress, evaluate_products, refuse_digest};
use crate::shared_library::{self, LibraryProducts, LibraryRequest};
use crate::tabulate::{Evaluator, MeasuredTable, check_digest, failure};
use axmul_metrics::{Products, ProductsError, Provenance};

impl Evaluator {
    /// The entry of a function of a C source, named as in [`CSourceRef`](super::Asked), and what was assumed about it. Nothing is compiled.
    pub fn c_entry(
        &self,
        text: &str,
        signed: Option<bool>,
    ) -> Result<(CatalogEntry, Vec<Warning>), CSourceError> {
        let source = CSource::new(text.parse()?, signed);
        let function = source.function()?;
        let assumptions = function.assumptions.iter().cloned().map(Warning::Assumption);
        let warnings = function.warnings.iter().cloned().map(Warning::Note);
        let remarks = assumptions.chain(warnings).collect();
        let provider = function.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let entry = CatalogEntry {
            name: function.name.clone(),
            catalog: provider.clone(),
            provider,
            format: function.format,
            cost: function.header.cost.clone(),
            provenance: Provenance {
                origin: function.origin.clone(),
                licence: function.header.licence.clone(),
                citation: function.header.citation.clone(),
                documentation: String::new(),
            },
            published: function.header.published.clone(),
            model: Model::CSource(source.clone()),
            sha256: None,
            origin: function.path.clone(),
        };
        Ok((entry, remarks))
    }

    /// The table of a C function of narrow operands. Kept by the text, what is asked of it and the compiler, so that
    /// nothing is compiled a second time.
    fn tabulate_c(&self, entry: &CatalogEntry, source: &CSource) -> Result<MeasuredTable, MultiplierError> {
        let function = source.function()?;
        let compiler = find_compiler(function)?;
        let make = || {
            let compiled = compiler.compile(function)?;
            let found = shared_library::tabulate(&compiled.library, &request(function), &self.limits);
            let mut found = found.map_err(|error| of_library(&function.path, error.problem))?;
            let table = found.pop().and_then(|loaded| loaded.table);
            table.map(MeasuredTable::new).ok_or_else(|| failure(entry, "the function gave nothing".into()))
        };
        let measured = match key("c table", function, compiler) {
            Some(key) => self.cache.get_or(&key, make)?,
            None => make()?,
        };
        check_digest(entry, &measured.table)?;
        Ok(measured)
    }

    /// The metrics of a C function, with its table where the operands are narrow enough for one. Kept like tables.
    pub fn evaluate_c(
        &self,
        entry: &CatalogEntry,
        source: &CSource,
        progress: PairProgress<'_>,
    ) -> Result<ComputedMetrics, MultiplierError> {
        if !entry.is_wide() {
            return self.tabulate_c(entry, source).map(ComputedMetrics::from);
        }
        refuse_digest(entry)?;
        let function = source.function()?;
        let make = || {
            let products = self.c_products(source)?;
            let outcome = evaluate_products(entry, &products, self.sampling, progress);
            match (outcome, products.failure()) {
                (Err(_), Some(failure)) => Err(failure.into()),
                (outcome, _) => Ok(outcome?.evaluation),
            }
        };
        let extent = self.sampling.extent(entry.format);
        match key("c metrics", function, find_compiler(function)?) {
            Some(key) => self.cache.get_or(&key.with(format!("{extent:?}").as_bytes()), make),
            None => make(),
        }
        .map(ComputedMetrics::without_table)
    }

    /// The products of a C function of wide operands, which is compiled for it.
    pub fn c_products(&self, source: &CSource) -> Result<CProducts, CSourceError> {
        let function = source.function()?;
        let compiled = find_compiler(function)?.compile(function)?;
        let request = request(function);
        let library = LibraryProducts::new(&compiled.library, &request, function.format, &self.limits);
        let library = library.map_err(|error| of_library(&function.path, error.problem))?;
        Ok(CProducts { library, path: function.path.clone(), _compiled: compiled })
    }
}

/// A compiled C function that computes when it is asked.
pub(crate) struct CProducts {
    library: LibraryProducts,
    path: PathBuf,
    /// Has to last as long as processes load it.
    _compiled: Compiled,
}

impl CProducts {
    /// What went wrong, if anything did.
    fn failure(&self) -> Option<CSourceError> {
        Some(of_library(&self.path, self.library.failure()?.problem.clone()))
    }

    /// A failure in the words of who knows the source and not the library.
    fn explain(&self, error: ProductsError) -> ProductsError {
        self.failure().map_or(error, |failure| ProductsError(failure.to_string()))
    }
}

impl Products for CProducts {
    fn format(&self) -> OperandFormat {
        self.library.format()
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        self.library.block(first, out).map_err(|error| self.explain(error))
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        self.library.pairs(a, b, out).map_err(|error| self.explain(error))
    }
}

fn find_compiler(function: &CFunction) -> Result<&'static Compiler, CSourceError> {
    Compiler::find().map_err(|problem| CSourceError { path: function.path.clone(), problem })
}

fn of_library(path: &Path, problem: shared_library::LibraryProblem) -> CSourceError {
    CSourceError { path: path.to_owned(), problem: CSourceProblem::Library(problem) }
}

fn request(function: &CFunction) -> LibraryRequest {
    LibraryRequest::Symbol {
        symbol: function.name.clone(),
        signature: Some(function.signature),
        format: Some(function.format),
    }
}

/// What the products of a function follow from; `None` where they also follow from files that it includes.
fn key(kind: &str, function: &CFunction, compiler: &Compiler) -> Option<Key> {
    if function.includes_own_files {
        return None;
    }
    let said = [
        env!("CARGO_PKG_VERSION").to_owned(),
        function.name.clone(),
        function.signature.to_string(),
        function.format.to_string(),
        compiler.name(),
        compiler.version.clone(),
    ];
    let key = said.iter().fold(Key::new(kind), |key, part| key.with(part.as_bytes()));
    Some(key.with(&function.bytes))
}
