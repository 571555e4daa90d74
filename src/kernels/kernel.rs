//! A product table with the way to multiply by it.

use super::convolve::Convolution;
use super::detect::detect;
use super::engine::Engine;
use super::shape::check_length;
use super::{Choice, ConvShape, KernelError, LinearShape, LowRank, Path, PathError, Team};
use axmul_metrics::{OperandFormat, ProductTable};

/// The rank up to which factors are looked for where a matrix product was asked for: the search takes long beyond.
const MOST_RANKS: usize = 16;

/// Paths from the fastest on, of matrix products those with up to so many times the fan-in: as measured, see
/// benches/README.md. Other lookups with AVX-512 are never the fastest: rows take them where they do not pay.
const FASTEST: [(Path, usize); 7] = [
    (Path::LowRankVnni, 5),
    (Path::LowRankAvx512, 2),
    (Path::RowsAvx512, 1),
    (Path::LowRankAvx2, 2),
    (Path::RowsAvx2, 1),
    (Path::LowRank, 1),
    (Path::Rows, 1),
];

/// A product table, ready to convolve and to multiply matrices of codes.
///
/// Codes are bytes: two's complement for signed formats, plain for unsigned ones. Activations come first.
#[derive(Clone, Debug)]
pub struct Kernel {
    format: OperandFormat,
    pub(super) largest: u32,
    path: Path,
    rank: Option<usize>,
    engine: Engine,
    team: Team,
}

impl Kernel {
    /// Prepares a table. A path that was chosen and cannot be taken is an error.
    pub fn new(table: &ProductTable, choice: Choice) -> Result<Self, PathError> {
        let unbounded = |path| (path, usize::MAX);
        let paths = FASTEST.into_iter().map(|(path, _)| path);
        let fastest: Vec<(Path, usize)> = match choice {
            Choice::Only(path) => vec![unbounded(path)],
            Choice::Lookup => paths.filter(|path| !path.is_matrix_product()).map(unbounded).collect(),
            Choice::LowRank => paths.filter(|path| path.is_matrix_product()).map(unbounded).collect(),
            Choice::Auto => FASTEST.to_vec(),
        };
        let possible = fastest.iter().filter(|(path, _)| path.is_matrix_product() && detect().suffice(*path));
        let max_rank = possible.map(|(_, most_terms)| (most_terms - 1).min(MOST_RANKS)).max();
        let factors = max_rank.and_then(|max_rank| LowRank::factor(table, max_rank));
        let mut refused = None;
        for (path, most_terms) in fastest {
            match Engine::new(table, path, factors.as_ref()) {
                Ok(engine) if engine.terms <= most_terms => {
                    let largest = table.products().iter().map(|p| p.unsigned_abs()).max().unwrap_or(0);
                    let rank = factors.filter(|_| path.is_matrix_product()).map(|factors| factors.rank());
                    return Ok(Self {
                        format: table.format(),
                        largest,
                        path,
                        rank,
                        engine,
                        team: Team::RAYON,
                    });
                }
                Ok(_) => {}
                // That the table is of another kind says more than that the processor is.
                Err(error) if !matches!(refused, Some(PathError::Table(..))) => refused = Some(error),
                Err(_) => {}
            }
        }
        Err(refused.expect("paths without a bound are there, or any table's"))
    }

    /// The same on other threads than rayon's.
    pub fn on(self, team: Team) -> Self {
        Self { team, ..self }
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
        self.rank
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
        if out.is_empty() {
            return Ok(());
        }
        if shape.fan_in() == 0 {
            out.fill(0);
            return Ok(());
        }
        let convolution = Convolution { shape, activations, weights, pad_code, team: self.team };
        self.engine.convolve(convolution, out);
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
        let limit = self.longest_sum();
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
        // Without a branch, so that it becomes vectors.
        let (least, width) = (*range.start() as u8, (range.end() - range.start()) as u8);
        if codes.iter().fold(0, |widest, code| code.wrapping_sub(least).max(widest)) <= width {
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
