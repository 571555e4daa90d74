//! What each path needs, made for a table.

use std::sync::Arc;

use super::convolve::{Convolution, Convolve};
use super::detect::detect;
use super::matrix::Matrix;
use super::{LowRank, Path, PathError, lookup};
use axmul_metrics::ProductTable;

/// What lookups with AVX-512 are for.
const WORDS: &str = "tables whose products span at most 16 bits";

/// A table, laid out for a path.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// What the fan-in is multiplied by, where factors are.
    pub terms: usize,
    product: Arc<dyn Convolve>,
}

impl Engine {
    /// Prepares a path for a table, of which `factors` are the factors where it has such.
    pub fn new(table: &ProductTable, path: Path, factors: Option<&LowRank>) -> Result<Self, PathError> {
        if !detect().suffice(path) {
            return Err(PathError::Processor(path));
        }
        let (engine, tables) = match path {
            Path::Scalar => (Some(Self::lookup(lookup::Scalar::new(table))), "all tables"),
            Path::Rows => (Some(Self::of(lookup::rows::portable(table))), "all tables"),
            Path::RowsAvx2 => (rows_avx2(table), "all tables"),
            Path::RowsAvx512 => (rows_avx512(table), WORDS),
            Path::Avx512 => (avx512(table), WORDS),
            Path::ErrorPlaneAvx512 => (error_plane(table), "tables whose errors span at most 8 bits"),
            Path::LowRank | Path::LowRankAvx2 | Path::LowRankAvx512 | Path::LowRankVnni => (
                factors.and_then(|factors| matrix(factors, path)),
                "tables whose error has up to 16 outer products of small integers",
            ),
        };
        engine.ok_or(PathError::Table(path, tables))
    }

    fn of(product: Arc<dyn Convolve>) -> Self {
        Self { terms: 1, product }
    }

    fn lookup(product: impl Convolve + 'static) -> Self {
        Self::of(Arc::new(product))
    }

    /// Sums are modulo 2^32.
    pub fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        self.product.convolve(convolution, out);
    }
}

impl From<Matrix> for Engine {
    fn from(matrix: Matrix) -> Self {
        Self { terms: matrix.terms, product: matrix.product }
    }
}

/// The exact product and the outer products of a table's error.
fn matrix(factors: &LowRank, path: Path) -> Option<Engine> {
    let matrix = match path {
        #[cfg(target_arch = "x86_64")]
        Path::LowRankVnni => Matrix::vnni_quads(factors),
        #[cfg(target_arch = "x86_64")]
        Path::LowRankAvx512 => Matrix::vnni_pairs(factors),
        #[cfg(target_arch = "x86_64")]
        Path::LowRankAvx2 => Matrix::avx2(factors),
        _ => Matrix::portable(factors),
    };
    matrix.map(Engine::from)
}

#[cfg(target_arch = "x86_64")]
fn rows_avx2(table: &ProductTable) -> Option<Engine> {
    lookup::rows::avx2(table).map(Engine::of)
}

#[cfg(target_arch = "x86_64")]
fn rows_avx512(table: &ProductTable) -> Option<Engine> {
    lookup::rows::avx512(table).map(Engine::of)
}

#[cfg(target_arch = "x86_64")]
fn avx512(table: &ProductTable) -> Option<Engine> {
    lookup::Avx512::new(table).map(Engine::lookup)
}

/// The errors of a table in one plane of bytes, and the exact product.
#[cfg(target_arch = "x86_64")]
fn error_plane(table: &ProductTable) -> Option<Engine> {
    let format = table.format();
    let errors = format.operands().zip(table.products());
    let errors: Option<Vec<i32>> =
        errors.map(|((a, b), &product)| i32::try_from(i64::from(product) - a * b).ok()).collect();
    let errors = lookup::Avx512::new(&ProductTable::new(format, errors?).ok()?)?;
    let product = if detect().vnni { Path::LowRankVnni } else { Path::LowRankAvx2 };
    let exact = matrix(&LowRank::factor(&ProductTable::exact(format).ok()?, 0)?, product)?;
    (errors.planes() == 1).then(|| Engine::lookup(ErrorPlane { errors, exact }))
}

// Not reached: no such processor has the instructions.
#[cfg(not(target_arch = "x86_64"))]
fn rows_avx2(_: &ProductTable) -> Option<Engine> {
    None
}

#[cfg(not(target_arch = "x86_64"))]
fn rows_avx512(_: &ProductTable) -> Option<Engine> {
    None
}

#[cfg(not(target_arch = "x86_64"))]
fn avx512(_: &ProductTable) -> Option<Engine> {
    None
}

#[cfg(not(target_arch = "x86_64"))]
fn error_plane(_: &ProductTable) -> Option<Engine> {
    None
}

/// Errors that are looked up, on top of the exact product.
#[cfg(target_arch = "x86_64")]
#[derive(Debug)]
struct ErrorPlane {
    errors: lookup::Avx512,
    exact: Engine,
}

#[cfg(target_arch = "x86_64")]
impl Convolve for ErrorPlane {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        /// Sums that are added to others at a time.
        const PART: usize = 1 << 14;
        self.errors.convolve(convolution, out);
        let mut products = vec![0; out.len()];
        self.exact.convolve(convolution, &mut products);
        let parts = out.chunks_mut(PART).zip(products.chunks(PART));
        convolution.team.share(
            parts,
            || (),
            |(), (sums, products)| {
                sums.iter_mut().zip(products).for_each(|(sum, product)| *sum = sum.wrapping_add(*product));
            },
        );
    }
}
