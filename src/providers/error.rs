//! What can go wrong between a name, path or source and its multipliers, and what is only worth a warning.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::c_source::CSourceError;
use super::catalog::{CatalogError, Contradiction};
use super::netlists::NetlistFileError;
use super::registry::RegistryError;
use super::shared_library::{LibraryRefError, SharedLibraryError};
use super::tables::TableFileError;
use axmul_metrics::evaluation::EvaluationError;
use axmul_metrics::{NoTable, OperandFormat};

/// Why multipliers could not be had. Every message names the file or name concerned, what was expected, what
/// came and, where there is one, the way out.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MultiplierError {
    /// A name that no source knows.
    #[error("unknown multiplier '{name}'{}", suggestion(.nearest))]
    Unknown {
        /// The name that came.
        name: String,
        /// The most similar existing names, best first.
        nearest: Vec<String>,
    },
    /// A name that several sources know.
    #[error("'{name}' is ambiguous: write one of {}", .qualified.join(", "))]
    Ambiguous {
        /// The name that came.
        name: String,
        /// Names that say which source is meant.
        qualified: Vec<String>,
    },
    /// A multiplier asked for by name whose signedness or format is filtered out.
    #[error(
        "'{name}' has operands {format}, but only {wanted} multipliers were asked for; drop {options} or the name"
    )]
    FilteredOut {
        /// The name that came.
        name: String,
        /// Its format.
        format: OperandFormat,
        /// Which multipliers were asked for.
        wanted: String,
        /// The options that asked for them.
        options: String,
    },
    /// A path to something that is not there, or that axmul cannot read as a multiplier.
    #[error("{}: {problem}", .path.display())]
    Path {
        /// The path that came.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A registered family refused.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A file of products is damaged or of another kind.
    #[error(transparent)]
    Table(#[from] TableFileError),
    /// A shared library gave no multipliers.
    #[error(transparent)]
    Library(#[from] SharedLibraryError),
    /// What stands after a library's name is no symbol, format or signature.
    #[error(transparent)]
    Reference(#[from] LibraryRefError),
    /// A C source gave no multiplier.
    #[error(transparent)]
    CSource(#[from] CSourceError),
    /// A netlist file gave no multiplier.
    #[error(transparent)]
    Netlist(#[from] NetlistFileError),
    /// A catalog cannot be read, or one of its entries not be evaluated.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The cache directory that was asked for cannot be used.
    #[error("cache directory {}: {source}; name another one or switch the cache off", .path.display())]
    Cache {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The model stopped computing products.
    #[error("{name}: {source}")]
    Stopped {
        /// The multiplier.
        name: String,
        /// What the model says.
        source: EvaluationError,
    },
    /// A family's circuit computes something else than the arithmetic model beside it.
    #[error(
        "{name}: its circuit gives {a} x {b} = {circuit}, its arithmetic model {model}; one of the two is wrong, so \
         neither is used"
    )]
    Circuit {
        /// The multiplier.
        name: String,
        /// First operand.
        a: i64,
        /// Second operand.
        b: i64,
        /// The product by the model.
        model: i64,
        /// The product by the circuit.
        circuit: i64,
    },
    /// A multiplier without a table was asked for where one is needed.
    #[error(transparent)]
    NoTable(#[from] NoTable),
    /// No source was given, or the sources hold nothing of the signedness asked for.
    #[error("there is no multiplier to work on: {0}")]
    Nothing(String),
    /// Several sources failed and none succeeded.
    #[error("nothing that was asked for could be used:{}", .0.iter().map(|e| format!("\n  {e}")).collect::<String>())]
    Several(Vec<MultiplierError>),
}

impl MultiplierError {
    /// Whether the request itself is mistaken, so that going on with the rest would hide it.
    pub fn is_mistaken_request(&self) -> bool {
        match self {
            Self::Unknown { .. }
            | Self::Ambiguous { .. }
            | Self::FilteredOut { .. }
            | Self::Registry(_)
            | Self::NoTable(_)
            | Self::Reference(_) => true,
            Self::Several(all) => all.iter().any(Self::is_mistaken_request),
            _ => false,
        }
    }
}

/// Something the user should know although the work goes on.
#[derive(Clone, Debug)]
pub enum Warning {
    /// A source, or one multiplier of it, could not be used; the others were.
    Failed(MultiplierError),
    /// A published figure contradicts the table it was published with.
    Contradiction(Contradiction),
    /// Anything else worth a line: a signedness chosen against a file's name, a figure without its table.
    Note(String),
    /// What was assumed about a file that does not say it: which ports are the operands, for example.
    Assumption(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Contradiction(contradiction) => contradiction.fmt(f),
            Self::Note(text) | Self::Assumption(text) => f.write_str(text),
        }
    }
}

/// `; did you mean a, b or c?`, or nothing.
pub(super) fn suggestion(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [init @ .., last] => format!("; did you mean {} or {last}?", init.join(", ")),
    }
}
