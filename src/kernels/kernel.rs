//! A product table with the way to multiply by it.

use super::convolve::convolve;
use super::detect::detect;
use super::lookup;
use super::matrix::Matrix;
use super::shape::check_length;
use super::{Choice, ConvShape, KernelError, LinearShape, LowRank, Path, PathError};
use crate::multiplier::{OperandFormat, ProductTable};

/// The rank up to which factors are looked for where a matrix product was asked for: the search takes long beyond.
const MOST_RANKS: usize = 16;

/// The rank up to which a matrix product is faster than lookups, with AVX2 and without; see benches/README.md.
const MAX_RANK: [usize; 2] = [9, 0];

/// A product table, ready to convolve and to multiply matrices of codes.
///
/// Codes are bytes: two's complement for signed formats, plain for unsigned ones. Activations come first.
#[derive(Clone, Debug)]
pub struct Kernel {
    format: OperandFormat,
    largest: u32,
    path: Path,
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    Scalar(lookup::Scalar),
    #[cfg(target_arch = "x86_64")]
    Avx2(lookup::Avx2),
    /// The errors, and the exact product.
    #[cfg(target_arch = "x86_64")]
    ErrorPlane(lookup::Avx2, Matrix),
    Matrix(Matrix),
}

impl Kernel {
    /// Prepares a table. A path that was chosen and cannot be taken is an error.
    pub fn new(table: &ProductTable, choice: Choice) -> Result<Self, PathError> {
        let of = |path, engine| Self {
            format: table.format(),
            largest: table.products().iter().map(|p| p.unsigned_abs()).max().unwrap_or(0),
            path,
            engine,
        };
        let only = |path| engine(table, path, MOST_RANKS).map(|engine| of(path, engine));
        match choice {
            Choice::Only(path) => only(path),
            Choice::Lookup => {
                only(Path::ErrorPlaneAvx2).or_else(|_| only(Path::Avx2)).or_else(|_| only(Path::Scalar))
            }
            Choice::LowRank => only(Path::LowRankAvx2).or_else(|error| match error {
                PathError::Processor(_) => only(Path::LowRank),
                PathError::Table(..) => Err(error),
            }),
            Choice::Auto => {
                let up_to = |path, rank| engine(table, path, rank).map(|engine| of(path, engine));
                up_to(Path::LowRankAvx2, MAX_RANK[0])
                    .or_else(|_| only(Path::ErrorPlaneAvx2))
                    .or_else(|_| only(Path::Avx2))
                    .or_else(|_| up_to(Path::LowRank, MAX_RANK[1]))
                    .or_else(|_| only(Path::Scalar))
            }
        }
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// The way that is taken.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Outer products beside the exact product, where the way is a matrix product.
    pub fn rank(&self) -> Option<usize> {
        match &self.engine {
            Engine::Matrix(matrix) => Some(matrix.rank()),
            _ => None,
        }
    }

    /// Convolution, spread over threads: bit-identical to [`super::reference::conv2d`]. Padding is the code
    /// `pad_code`, multiplied like any other.
    pub fn conv2d(
        &self,
        shape: &ConvShape,
        activations: &[u8],
        weights: &[u8],
        pad_code: u8,
        out: &mut [i32],
    ) -> Result<(), KernelError> {
        shape.check()?;
        check_length("activations", shape.activations(), activations.len())?;
        check_length("weights", shape.weights(), weights.len())?;
        check_length("output", shape.outputs(), out.len())?;
        self.check_sum(shape.fan_in())?;
        self.check_codes("activations", activations, self.format.range_a())?;
        self.check_codes("weights", weights, self.format.range_b())?;
        self.check_codes("pad_code", &[pad_code], self.format.range_a())?;
        match &self.engine {
            Engine::Scalar(engine) => convolve(engine, shape, activations, weights, pad_code, out),
            #[cfg(target_arch = "x86_64")]
            Engine::Avx2(engine) => convolve(engine, shape, activations, weights, pad_code, out),
            #[cfg(target_arch = "x86_64")]
            Engine::ErrorPlane(errors, exact) => {
                convolve(errors, shape, activations, weights, pad_code, out);
                let mut products = vec![0; out.len()];
                exact.convolve(shape, activations, weights, pad_code, &mut products);
                out.iter_mut().zip(products).for_each(|(sum, product)| *sum = sum.wrapping_add(product));
            }
            Engine::Matrix(matrix) => matrix.convolve(shape, activations, weights, pad_code, out),
        }
        Ok(())
    }

    /// Matrix product, spread over threads: bit-identical to [`super::reference::linear`].
    pub fn linear(
        &self,
        shape: &LinearShape,
        activations: &[u8],
        weights: &[u8],
        out: &mut [i32],
    ) -> Result<(), KernelError> {
        let any = *self.format.range_a().start() as u8;
        self.conv2d(&shape.convolution(), activations, weights, any, out)
    }

    fn check_sum(&self, terms: usize) -> Result<(), KernelError> {
        let limit = (i32::MAX as usize).checked_div(self.largest as usize).unwrap_or(usize::MAX);
        if terms > limit {
            return Err(KernelError::Accumulator { terms, largest: self.largest, limit });
        }
        Ok(())
    }

    /// Every byte is a code of an 8-bit operand; narrower ones are checked.
    fn check_codes(
        &self,
        operand: &'static str,
        codes: &[u8],
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<(), KernelError> {
        if range.end() - range.start() == 255 {
            return Ok(());
        }
        let value = |code: u8| {
            if self.format.is_signed() { i64::from(code as i8) } else { i64::from(code) }
        };
        match codes.iter().position(|&code| !range.contains(&value(code))) {
            None => Ok(()),
            Some(index) => {
                Err(KernelError::Code { operand, index, code: value(codes[index]), format: self.format })
            }
        }
    }
}

/// What a path needs; outer products only up to a rank.
fn engine(table: &ProductTable, path: Path, max_rank: usize) -> Result<Engine, PathError> {
    let low_rank = |max_rank, simd| {
        let matrix = LowRank::factor(table, max_rank).and_then(|factors| Matrix::new(&factors, simd));
        matrix
            .map(Engine::Matrix)
            .ok_or(PathError::Table(path, "tables whose error has up to 16 outer products of small integers"))
    };
    let avx2 = detect().avx2;
    match path {
        Path::Scalar => Ok(Engine::Scalar(lookup::Scalar::new(table))),
        Path::LowRank => low_rank(max_rank, false),
        Path::LowRankAvx2 if avx2 => low_rank(max_rank, true),
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 if avx2 => lookup::Avx2::new(table)
            .map(Engine::Avx2)
            .ok_or(PathError::Table(path, "tables whose products span at most 16 bits")),
        #[cfg(target_arch = "x86_64")]
        Path::ErrorPlaneAvx2 if avx2 => {
            error_plane(table).ok_or(PathError::Table(path, "tables whose errors span at most 8 bits"))
        }
        Path::Avx2 | Path::ErrorPlaneAvx2 | Path::LowRankAvx2 => Err(PathError::Processor(path)),
    }
}

/// The errors of a table in one plane of bytes, and the exact product.
#[cfg(target_arch = "x86_64")]
fn error_plane(table: &ProductTable) -> Option<Engine> {
    let format = table.format();
    let errors = format.operands().zip(table.products());
    let errors: Option<Vec<i32>> =
        errors.map(|((a, b), &product)| i32::try_from(i64::from(product) - a * b).ok()).collect();
    let errors =
        lookup::Avx2::new(&ProductTable::new(format, errors?).ok()?).filter(|errors| errors.planes() == 1)?;
    let exact = LowRank::factor(&ProductTable::exact(format).ok()?, 0)?;
    Some(Engine::ErrorPlane(errors, Matrix::new(&exact, true)?))
}
