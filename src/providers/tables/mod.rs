//! Files of products: what everyone in the field stores a multiplier as.
//!
//! | extension | layout | signedness |
//! |---|---|---|
//! | `.npy` | integers of any size, C or Fortran order, shape `[2^n, 2^m]`, row `a - min(a)` | not in the file |
//! | `.csv`, `.txt` | `2^n` lines of `2^m` integers, comma, semicolon or blank separated; `#` starts a comment | not in the file |
//! | `.bin` | 65,536 little-endian `uint16`, index `a * 256 + b` (TFApprox) | unsigned |
//! | `.h` | a C array `[2^n][2^m]`, indexed by the byte of the operand (AdaPT) | that of the element type |
//!
//! Row = activation a, column = weight b everywhere. A signedness that is not in the file is taken from the
//! option, else from the file's name ([`signedness::from_name`]), else from the products: any negative one means
//! signed operands. Which it was is part of the provenance.

mod bin;
mod c_header;
mod npy;
pub mod signedness;
mod text;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axmul_metrics::{OperandFormat, ProductTable, TableError};
pub use signedness::SignednessSource;

/// No table file is larger: 65,536 products of 20 characters each, and room for comments.
const MAX_BYTES: u64 = 4 << 20;

/// Why a file is no product table.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TableFileError {
    /// The file cannot be read.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The name's extension is none of a table.
    #[error(
        "{}: expected a table with the extension .npy, .csv, .txt, .bin or .h, got {}", .path.display(),
        .path.extension().map_or("none".into(), |e| format!(".{}", e.display()))
    )]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else than its extension says.
    #[error("{}: expected {expected}, got {got}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What the format demands.
        expected: String,
        /// What the file holds.
        got: String,
    },
    /// The numbers are no product table.
    #[error("{}: {source}", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        source: TableError,
    },
}

/// What a format demands and what a file holds instead: a [`TableFileError::Content`] before the file is known.
#[derive(Debug, PartialEq)]
struct ContentMismatch {
    expected: String,
    got: String,
}

impl ContentMismatch {
    fn new(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { expected: expected.into(), got: got.into() }
    }
}

/// Numbers as a file holds them, before it is known what they mean.
#[derive(Clone, Debug, PartialEq)]
struct ProductGrid {
    rows: usize,
    columns: usize,
    /// Row by row.
    products: Vec<i64>,
    /// The element type can hold no negative number.
    unsigned_elements: bool,
    index: GridIndexing,
}

/// How rows and columns follow from operands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum GridIndexing {
    /// From the lowest operand up; the signedness is not in the file.
    FromLowest,
    /// By the operand's bits, so that negative operands come last; the signedness is in the file.
    ByBits { signed: bool },
}

/// A product table with what was found out about the file.
#[derive(Clone, Debug, PartialEq)]
pub struct TableFile {
    /// Every product.
    pub table: ProductTable,
    /// How the operands' signedness became known.
    pub signedness: SignednessSource,
    /// The option contradicts the file's name, which says so; the option was followed.
    pub against_name: bool,
    /// Products above the signed range of an unsigned element type were read as two's complement.
    pub wrapped: bool,
}

impl TableFile {
    /// Reads a file. `signed` decides where the file does not say it.
    pub fn read(path: &Path, signed: Option<bool>) -> Result<Self, TableFileError> {
        Self::parse(path, &read_bytes(path)?, signed)
    }

    /// The table in `bytes`, which were read from `path`: its extension says how, its name may say the signedness.
    pub fn parse(path: &Path, bytes: &[u8], signed: Option<bool>) -> Result<Self, TableFileError> {
        let extension = extension(path);
        let grid = match extension.as_deref() {
            Some("npy") => npy::parse(bytes),
            Some("csv" | "txt") => text::parse(bytes),
            Some("bin") => bin::parse(bytes),
            Some("h") => c_header::parse(bytes),
            _ => return Err(TableFileError::Extension { path: path.into() }),
        };
        let named = signedness::from_name(&stem(path));
        grid.and_then(|grid| grid.check_shape().map(|()| grid))
            .map_err(|ContentMismatch { expected, got }| TableFileError::Content {
                path: path.into(),
                expected,
                got,
            })?
            .interpret(named, signed)
            .map_err(|source| TableFileError::Table { path: path.into(), source })
    }

    /// Widths and signedness of the operands of a file, from as little of it as possible: the header of an
    /// `.npy` whose signedness the option or the name says; else all of it.
    pub fn probe(path: &Path, signed: Option<bool>) -> Result<OperandFormat, TableFileError> {
        let named = signed.or_else(|| signedness::from_name(&stem(path)));
        let is_npy = extension(path).as_deref() == Some("npy");
        if let (Some(signed), true) = (named, is_npy) {
            let start = read_start(path, npy::MAX_HEADER)?;
            let format = npy::shape(&start).and_then(|(rows, columns)| {
                check_shape(rows, columns)?;
                Ok(OperandFormat::new(rows.ilog2() as u8, columns.ilog2() as u8, signed).expect("checked"))
            });
            return format.map_err(|ContentMismatch { expected, got }| TableFileError::Content {
                path: path.into(),
                expected,
                got,
            });
        }
        Ok(Self::read(path, signed)?.table.format())
    }

    /// The sentence about signedness for the provenance.
    pub fn describe(&self) -> String {
        let kind = if self.table.format().is_signed() { "signed" } else { "unsigned" };
        let wrapped = if self.wrapped { "; products read as two's complement" } else { "" };
        format!("Operands {kind}: {}{wrapped}.", self.signedness)
    }
}

impl ProductGrid {
    fn check_shape(&self) -> Result<(), ContentMismatch> {
        check_shape(self.rows, self.columns)
    }

    /// The table, once it is settled whether the operands are signed.
    fn interpret(self, named: Option<bool>, option: Option<bool>) -> Result<TableFile, TableError> {
        let negative = self.products.iter().any(|&product| product < 0);
        let (signed, signedness) = match (self.index, option, named) {
            (GridIndexing::ByBits { signed }, ..) => (signed, SignednessSource::Layout),
            (_, Some(signed), _) => (signed, SignednessSource::Option),
            (_, None, Some(signed)) => (signed, SignednessSource::Name),
            (_, None, None) => (negative, SignednessSource::Content),
        };
        let format = OperandFormat::new(self.rows.ilog2() as u8, self.columns.ilog2() as u8, signed)
            .expect("the shape was checked");
        let mut products = self.products;
        if matches!(self.index, GridIndexing::ByBits { signed: true }) {
            products = lowest_first(&products, self.rows, self.columns);
        }
        // EvoApproxLib declares unsigned results for some signed multipliers: a table made from the C type holds
        // 65,535 for -1.
        let top = 1i64 << format.product_width();
        let wrapped = signed
            && self.unsigned_elements
            && products.iter().all(|&product| product < top)
            && products.iter().any(|&product| product >= top / 2);
        if wrapped {
            products.iter_mut().for_each(|product| *product = format.wrap(*product));
        }
        let against_name =
            signedness == SignednessSource::Option && named.is_some_and(|named| named != signed);
        Ok(TableFile {
            table: ProductTable::from_wide(format, &products)?,
            signedness,
            against_name,
            wrapped,
        })
    }
}

/// Rows and columns by operand value instead of by operand bits: both halves of both axes change places.
fn lowest_first(products: &[i64], rows: usize, columns: usize) -> Vec<i64> {
    let source = |i: usize, n: usize| (i + n / 2) % n;
    (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .map(|(row, column)| products[source(row, rows) * columns + source(column, columns)])
        .collect()
}

fn check_shape(rows: usize, columns: usize) -> Result<(), ContentMismatch> {
    let fits = |n: usize| n.is_power_of_two() && (4..=1 << ProductTable::MAX_WIDTH).contains(&n);
    if fits(rows) && fits(columns) {
        return Ok(());
    }
    Err(ContentMismatch::new(
        "a shape of [2^n, 2^m] for operands of 2 to 8 bits, such as [256, 256]",
        format!("[{rows}, {columns}]"),
    ))
}

/// Everything in a file that may be a table.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, TableFileError> {
    let bytes = read_start(path, MAX_BYTES + 1)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(TableFileError::Content {
            path: path.into(),
            expected: format!("a table of at most {MAX_BYTES} bytes"),
            got: "a larger file".into(),
        });
    }
    Ok(bytes)
}

fn read_start(path: &Path, limit: u64) -> Result<Vec<u8>, TableFileError> {
    use std::io::Read;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| TableFileError::Io { path: path.into(), source: source.into() })
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Whether a path has the extension of a table.
pub(super) fn is_table_path(path: &Path) -> bool {
    matches!(extension(path).as_deref(), Some("npy" | "csv" | "txt" | "bin" | "h"))
}

#[cfg(test)]
mod tests;
