//! What each path needs, made for a table.

use super::convolve::{Convolution, convolve};
use super::detect::detect;
use super::lookup;
use super::matrix::Matrix;
use super::{LowRank, Path, PathError};
use crate::multiplier::ProductTable;

/// Sums that are added to others at a time.
const PART: usize = 1 << 14;

/// What a path needs.
#[derive(Clone, Debug)]
pub(super) enum Engine {
    Scalar(lookup::Scalar),
    #[cfg(target_arch = "x86_64")]
    Avx2(lookup::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(lookup::Avx512),
    /// The errors, and the exact product.
    ErrorPlane(Box<Self>, Matrix),
    Matrix(Matrix),
}

impl Engine {
    /// Prepares a path for a table, of which `factors` are the factors where it has such.
    pub fn new(table: &ProductTable, path: Path, factors: Option<&LowRank>) -> Result<Self, PathError> {
        if !detect().suffice(path) {
            return Err(PathError::Processor(path));
        }
        let (engine, tables) = match path {
            Path::Scalar => (Some(Self::Scalar(lookup::Scalar::new(table))), "all tables"),
            Path::Avx2 | Path::Avx512 => (lookups(table, path), "tables whose products span at most 16 bits"),
            Path::ErrorPlaneAvx2 | Path::ErrorPlaneAvx512 => {
                (error_plane(table, path), "tables whose errors span at most 8 bits")
            }
            Path::LowRank | Path::LowRankAvx2 | Path::LowRankAvx512 | Path::LowRankVnni => (
                factors.and_then(|factors| matrix(factors, path)).map(Self::Matrix),
                "tables whose error has up to 16 outer products of small integers",
            ),
        };
        engine.ok_or(PathError::Table(path, tables))
    }

    /// What the fan-in is multiplied by, where it is.
    pub fn terms(&self) -> usize {
        match self {
            Self::Matrix(matrix) => matrix.terms(),
            _ => 1,
        }
    }

    /// Planes of bytes that are looked up.
    fn planes(&self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(engine) => engine.planes(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(engine) => engine.planes(),
            _ => 0,
        }
    }

    /// Sums are modulo 2^32.
    pub fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        match self {
            Self::Scalar(engine) => convolve(engine, convolution, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(engine) => convolve(engine, convolution, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(engine) => convolve(engine, convolution, out),
            Self::ErrorPlane(errors, exact) => {
                errors.convolve(convolution, out);
                let mut products = vec![0; out.len()];
                exact.convolve(convolution, &mut products);
                let parts = out.chunks_mut(PART).zip(products.chunks(PART));
                convolution.team.share(
                    parts,
                    || (),
                    |(), (sums, products)| {
                        sums.iter_mut()
                            .zip(products)
                            .for_each(|(sum, product)| *sum = sum.wrapping_add(*product));
                    },
                );
            }
            Self::Matrix(matrix) => matrix.convolve(convolution, out),
        }
    }
}

/// Lookups in planes of bytes.
#[cfg(target_arch = "x86_64")]
fn lookups(table: &ProductTable, path: Path) -> Option<Engine> {
    match path {
        Path::Avx512 | Path::ErrorPlaneAvx512 => lookup::Avx512::new(table).map(Engine::Avx512),
        _ => lookup::Avx2::new(table).map(Engine::Avx2),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn lookups(_: &ProductTable, _: Path) -> Option<Engine> {
    None
}

/// The errors of a table in one plane of bytes, and the exact product.
fn error_plane(table: &ProductTable, path: Path) -> Option<Engine> {
    let format = table.format();
    let errors = format.operands().zip(table.products());
    let errors: Option<Vec<i32>> =
        errors.map(|((a, b), &product)| i32::try_from(i64::from(product) - a * b).ok()).collect();
    let errors = lookups(&ProductTable::new(format, errors?).ok()?, path)?;
    let product = match path {
        Path::ErrorPlaneAvx512 if detect().vnni => Path::LowRankVnni,
        _ => Path::LowRankAvx2,
    };
    let exact = matrix(&LowRank::factor(&ProductTable::exact(format).ok()?, 0)?, product)?;
    (errors.planes() == 1).then(|| Engine::ErrorPlane(Box::new(errors), exact))
}

/// The exact product and the outer products of a table's error.
fn matrix(factors: &LowRank, path: Path) -> Option<Matrix> {
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::LowRankVnni => Matrix::vnni_quads(factors),
        #[cfg(target_arch = "x86_64")]
        Path::LowRankAvx512 => Matrix::vnni_pairs(factors),
        #[cfg(target_arch = "x86_64")]
        Path::LowRankAvx2 => Matrix::avx2(factors),
        _ => Matrix::portable(factors),
    }
}
