//! What can go wrong with a netlist file, one message each.

use std::path::PathBuf;

use axmul_netlist::{NetlistError, PortError};

/// Why a netlist file gives no multiplier.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetlistFileError {
    /// A file cannot be read.
    #[error("{}: {problem}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A further file of another format.
    #[error(
        "{}: expected a file of the same format as {}, for both are read together", .with.display(), .path.display()
    )]
    Mixed {
        /// The netlist.
        path: PathBuf,
        /// The further file.
        with: PathBuf,
    },
    /// The text is no circuit.
    #[error(transparent)]
    Netlist(#[from] NetlistError),
    /// What the ports mean cannot be told.
    #[error("{}: {source}", .path.display())]
    Ports {
        /// The netlist.
        path: PathBuf,
        /// What is missing.
        source: PortError,
    },
    /// Yosys is not there.
    #[error(
        "{}: --via yosys needs Yosys, and no command yosys is there; install it (Debian: apt install yosys)",
        .path.display()
    )]
    NoYosys {
        /// The netlist.
        path: PathBuf,
    },
    /// A format that Yosys does not read.
    #[error("{}: Yosys reads no CGP chromosomes; leave --via yosys away", .path.display())]
    NotForYosys {
        /// The netlist.
        path: PathBuf,
    },
    /// Yosys cannot be run.
    #[error("{}: Yosys cannot be run: {reason}", .path.display())]
    YosysDoesNotRun {
        /// The netlist.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Yosys refuses the files.
    #[error("{}: Yosys does not take it:{output}", .path.display())]
    YosysRefuses {
        /// The netlist.
        path: PathBuf,
        /// The first lines that it printed, each behind a line break.
        output: String,
    },
    /// Yosys takes too long.
    #[error(
        "{}: Yosys took longer than {seconds} s and was ended; run it yourself, end with write_json, and name that \
         file", .path.display()
    )]
    YosysTimeLimit {
        /// The netlist.
        path: PathBuf,
        /// The limit in seconds.
        seconds: u64,
    },
}
