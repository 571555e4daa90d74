//! Operand histograms: `--weights hist.npy`; and operand pairs, `--operands trace.npy`.

use std::fs;
use std::path::{Path, PathBuf};

use npyz::{DType, NpyFile, Order, TypeChar};

use axmul_metrics::{
    Basis, DistributionError, ErrorMap, Evaluation, Metrics, NoTable, OperandDistribution, OperandFormat,
    ProductTable,
};
use axmul_providers::MultiplierError;

/// Why a file holds no weights for a multiplier.
#[derive(Debug, thiserror::Error)]
#[error("{what} {}: {problem}", .path.display())]
pub(in crate::cli) struct OperandWeightsError {
    what: &'static str,
    path: PathBuf,
    problem: OperandWeightsProblem,
}

#[derive(Debug, thiserror::Error)]
enum OperandWeightsProblem {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("not a .npy file of numbers: {0}")]
    NotNpy(String),
    #[error("numbers of type {0}; expected integers or floating point, e.g. float64")]
    Type(String),
    #[error(
        "the array has shape {shape:?}; for operands {format} expected [{rows}] (both operands), [2, {rows}] (a, then b) \
         or [{rows}, {columns}] (joint, a in rows)"
    )]
    Shape { shape: Vec<u64>, format: OperandFormat, rows: u64, columns: u64 },
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    #[error(
        "the weights need one operand format, and the multipliers have {0}; select one with --of, --signed or --unsigned"
    )]
    Formats(String),
}

/// An operand histogram or trace, as a file holds it.
#[derive(Debug)]
pub(in crate::cli) struct OperandWeights {
    what: &'static str,
    path: PathBuf,
    shape: Vec<u64>,
    /// The type of the numbers, as `.npy` files write it: `<i8`.
    kind: String,
    integers: bool,
    values: Vec<f64>,
}

impl OperandWeights {
    /// Reads a `.npy` file.
    pub fn read(path: &Path) -> Result<Self, OperandWeightsError> {
        Self::read_as("weights", path)
    }

    /// Reads a `.npy` file that messages call `what`.
    pub fn read_as(what: &'static str, path: &Path) -> Result<Self, OperandWeightsError> {
        let read = || -> Result<Self, OperandWeightsProblem> {
            let bytes = fs::read(path)?;
            let file =
                NpyFile::new(&bytes[..]).map_err(|error| OperandWeightsProblem::NotNpy(error.to_string()))?;
            let (shape, order) = (file.shape().to_vec(), file.order());
            let dtype = file.dtype();
            let integers = matches!(&dtype, DType::Plain(kind) if matches!(kind.type_char(), TypeChar::Int | TypeChar::Uint));
            let values = numbers(file)?;
            let values = match (&shape[..], order) {
                (&[rows, columns], Order::Fortran) => (0..rows * columns)
                    .map(|at| values[((at % columns) * rows + at / columns) as usize])
                    .collect(),
                _ => values,
            };
            Ok(Self { what, path: path.into(), shape, kind: dtype.descr(), integers, values })
        };
        read().map_err(|problem| OperandWeightsError { what, path: path.into(), problem })
    }

    /// The rows of an array of integers that has two columns.
    pub fn integer_pairs(&self) -> Option<Vec<[i64; 2]>> {
        // Integers beyond 2^53 lose digits, and no operand has as many.
        let pair = |pair: &[f64]| [pair[0] as i64, pair[1] as i64];
        (self.integers && matches!(self.shape[..], [_, 2]))
            .then(|| self.values.chunks_exact(2).map(pair).collect())
    }

    /// What the file holds, for messages.
    pub fn describe(&self) -> String {
        format!("numbers of type {} and shape {:?}", self.kind, self.shape)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The distribution for the operands of all multipliers of these formats, which are one.
    pub fn distribution(
        &self,
        formats: impl IntoIterator<Item = OperandFormat>,
    ) -> Result<OperandDistribution, OperandWeightsError> {
        let fail = |problem| OperandWeightsError { what: self.what, path: self.path.clone(), problem };
        let mut formats: Vec<OperandFormat> = formats.into_iter().collect();
        formats.sort_unstable();
        formats.dedup();
        let &[format] = &formats[..] else {
            let formats: Vec<String> = formats.iter().map(OperandFormat::to_string).collect();
            return Err(fail(OperandWeightsProblem::Formats(formats.join(" and "))));
        };
        let (rows, columns) = (1 << format.width_a(), 1 << format.width_b());
        let fits = match self.shape[..] {
            [n] => (n == rows && rows == columns) || n == rows + columns,
            [2, n] => n == rows && rows == columns,
            [n, m] => (n, m) == (rows, columns),
            _ => false,
        };
        if !fits {
            return Err(fail(OperandWeightsProblem::Shape {
                shape: self.shape.clone(),
                format,
                rows,
                columns,
            }));
        }
        OperandDistribution::from_weights(format, &self.values).map_err(|error| fail(error.into()))
    }
}

/// The metrics of a table under a distribution of its operands. They rest on all operand pairs, each with its weight.
pub(in crate::cli) fn weighted(table: &ProductTable, distribution: &OperandDistribution) -> Evaluation {
    let metrics = Metrics::weighted(&ErrorMap::new(table), distribution);
    Evaluation { metrics, basis: Basis::AllPairs }
}

/// Says why tables are needed where a multiplier has none.
pub(in crate::cli) fn needs_tables(error: impl Into<anyhow::Error>) -> anyhow::Error {
    let error = error.into();
    let no_table = error.is::<NoTable>() || matches!(error.downcast_ref(), Some(MultiplierError::NoTable(_)));
    if no_table { error.context("--weights weighs the operand pairs of a table") } else { error }
}

/// The values of any numeric array, in the file's order.
fn numbers(file: NpyFile<&[u8]>) -> Result<Vec<f64>, OperandWeightsProblem> {
    let dtype = file.dtype();
    let unsupported = || OperandWeightsProblem::Type(dtype.descr());
    let DType::Plain(kind) = &dtype else { return Err(unsupported()) };
    fn widened<T: npyz::Deserialize>(
        file: NpyFile<&[u8]>,
        widen: fn(T) -> f64,
    ) -> Result<Vec<f64>, OperandWeightsProblem> {
        let values: Vec<T> =
            file.into_vec().map_err(|error| OperandWeightsProblem::NotNpy(error.to_string()))?;
        Ok(values.into_iter().map(widen).collect())
    }
    match (kind.type_char(), kind.size_field()) {
        (TypeChar::Float, 8) => widened(file, |v: f64| v),
        (TypeChar::Float, 4) => widened(file, |v: f32| v.into()),
        (TypeChar::Int, 8) => widened(file, |v: i64| v as f64),
        (TypeChar::Int, 4) => widened(file, |v: i32| v.into()),
        (TypeChar::Int, 2) => widened(file, |v: i16| v.into()),
        (TypeChar::Int, 1) => widened(file, |v: i8| v.into()),
        (TypeChar::Uint, 8) => widened(file, |v: u64| v as f64),
        (TypeChar::Uint, 4) => widened(file, |v: u32| v.into()),
        (TypeChar::Uint, 2) => widened(file, |v: u16| v.into()),
        (TypeChar::Uint, 1) => widened(file, |v: u8| v.into()),
        _ => Err(unsupported()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_support::testing::npy_in;

    fn written<T: npyz::AutoSerialize + Copy>(
        shape: &[u64],
        order: Order,
        values: Vec<T>,
    ) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), npy_in(order, shape, &values)).unwrap();
        file
    }

    #[test]
    fn every_type_and_both_orders_are_read() {
        let whole = written(&[2, 4], Order::C, (0u8..8).collect());
        let real = written(&[2, 4], Order::C, (0u8..8).map(f32::from).collect());
        // Column by column: (a0, b0), (a1, b1), ...
        let columns = written(&[2, 4], Order::Fortran, vec![0i64, 4, 1, 5, 2, 6, 3, 7]);
        for file in [whole, real, columns] {
            let weights = OperandWeights::read(file.path()).unwrap();
            let distribution = weights.distribution(["2s".parse().unwrap()]).unwrap();
            // a = -1 (weight 1 of 6), b = -2 (weight 4 of 22).
            assert!((distribution.probabilities()[4] - 4.0 / 132.0).abs() < 1e-15);
        }
    }

    #[test]
    fn pairs_are_integers_in_two_columns() {
        let pairs =
            |file: &tempfile::NamedTempFile| OperandWeights::read(file.path()).unwrap().integer_pairs();
        let expected = Some(vec![[1, -2], [3, 4], [-5, 6]]);
        assert_eq!(pairs(&written(&[3, 2], Order::C, vec![1i8, -2, 3, 4, -5, 6])), expected);
        assert_eq!(pairs(&written(&[3, 2], Order::Fortran, vec![1i64, 3, -5, -2, 4, 6])), expected);
        assert_eq!(pairs(&written(&[3, 2], Order::C, vec![1.0; 6])), None);
        let across = written(&[2, 3], Order::C, vec![1u16; 6]);
        assert_eq!(pairs(&across), None);
        let described = OperandWeights::read(across.path()).unwrap().describe();
        assert_eq!(described, "numbers of type '<u2' and shape [2, 3]");
        let error = OperandWeights::read_as("operands", Path::new("no.npy")).unwrap_err().to_string();
        assert!(error.starts_with("operands no.npy: "), "{error}");
    }

    #[test]
    fn misfits_say_what_was_expected() {
        let message = |file: &tempfile::NamedTempFile, formats: &[&str]| {
            let formats = formats.iter().map(|format| format.parse().unwrap());
            let weights = OperandWeights::read(file.path());
            let error = weights.and_then(|weights| weights.distribution(formats)).unwrap_err().to_string();
            error.split_once(": ").unwrap().1.to_owned()
        };
        let eight = written(&[8], Order::C, vec![1.0; 8]);
        assert_eq!(
            message(&eight, &["4u"]),
            "the array has shape [8]; for operands 4u expected [16] (both operands), [2, 16] (a, then b) or \
             [16, 16] (joint, a in rows)"
        );
        // As many numbers as [2, 4] has, but not its meaning.
        let upright = written(&[4, 2], Order::C, vec![1.0; 8]);
        assert!(
            message(&upright, &["2u"]).starts_with("the array has shape [4, 2]; for operands 2u expected")
        );
        assert!(message(&eight, &["2u", "2s"]).contains("the multipliers have 2u and 2s"));
        let negative = written(&[8], Order::C, vec![1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(message(&negative, &["2u"]), "weight 1 is -1; expected a finite number of at least 0");
        let zero = written(&[8], Order::C, vec![0; 8]);
        assert_eq!(message(&zero, &["2u"]), "all weights are 0; expected at least one above");
        let text = tempfile::NamedTempFile::new().unwrap();
        fs::write(text.path(), "1 2 3").unwrap();
        assert!(message(&text, &["2u"]).starts_with("not a .npy file of numbers"));
        let booleans = written(&[4], Order::C, vec![true; 4]);
        assert!(message(&booleans, &["2u"]).starts_with("numbers of type"));
    }
}
