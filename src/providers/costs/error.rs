//! Why a backend has no figures, one message each.

use std::path::PathBuf;

use axmul_hardware::as_mapped::AsMappedError;
use axmul_hardware::map::MapError;
use axmul_hardware::operands::OperandStreamError;
use axmul_netlist::NetlistError;

/// Why a backend cannot be had, or has no figures of a multiplier.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BackendError {
    /// No circuit.
    #[error(
        "{name}: the {backend} backend needs a circuit, and of this multiplier only products are known; name a netlist \
         or a member of a family"
    )]
    NoCircuit {
        /// The multiplier.
        name: String,
        /// The backend.
        backend: String,
    },
    /// Not made of library cells alone.
    #[error(
        "{name}: the placed backend costs netlists of nothing but library cells, which this multiplier is not; \
         --backend built-in maps it"
    )]
    NotPlaced {
        /// The multiplier.
        name: String,
    },
    /// Made of cells that the library does not know.
    #[error("{name}: {source}")]
    Placed {
        /// The multiplier.
        name: String,
        /// What the library lacks.
        source: Box<AsMappedError>,
    },
    /// No published figures.
    #[error("{name}: no figures were published with it; --backend built-in computes them from a circuit")]
    NoFigures {
        /// The multiplier.
        name: String,
    },
    /// Operands that the multiplier does not have.
    #[error("{name}: {source}")]
    Operands {
        /// The multiplier.
        name: String,
        /// What is wrong with them.
        source: OperandStreamError,
    },
    /// A Liberty file that cannot be read.
    #[error("{}: {problem}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A text that is no Liberty file.
    #[error(transparent)]
    Liberty(#[from] NetlistError),
    /// A library that not every circuit can be mapped onto.
    #[error("{}: {source}", .path.display())]
    Cells {
        /// The Liberty file.
        path: PathBuf,
        /// What it lacks.
        source: MapError,
    },
    /// Yosys is not there.
    #[error(
        "{name}: the yosys backend needs Yosys, and no command yosys is there; install it (Debian: apt install yosys)"
    )]
    NoYosys {
        /// The multiplier.
        name: String,
    },
    /// Yosys cannot be run.
    #[error("{name}: Yosys cannot be run: {reason}")]
    YosysDoesNotRun {
        /// The multiplier.
        name: String,
        /// What the system says.
        reason: String,
    },
    /// Yosys or ABC ends with an error.
    #[error("{name}: Yosys does not map it:{output}")]
    YosysRefuses {
        /// The multiplier.
        name: String,
        /// The first lines that it printed, each behind a line break.
        output: String,
    },
    /// Yosys takes too long.
    #[error("{name}: Yosys took longer than {seconds} s and was ended; use --backend built-in")]
    YosysTimeLimit {
        /// The multiplier.
        name: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// What Yosys wrote is no circuit of the library's cells.
    #[error("{name}: what Yosys made of it cannot be costed: {problem}")]
    YosysResult {
        /// The multiplier.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
}
