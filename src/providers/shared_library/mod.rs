//! Multipliers from shared libraries: a descriptor (`axmul_plugin.h`) or plain functions by symbol and signature.
//!
//! A loaded library is foreign code. It is loaded, and its products are computed, in a process of its own,
//! which is a host executable started anew (see [`host_main`]; never a fork without exec). So a library that
//! crashes, hangs, ends its process, prints or eats memory, in its functions or in its constructors, costs a
//! [`SharedLibraryError`] and nothing else:
//!
//! ```text
//! tabulate -------> supervise ==starts==> host_main -> child -> confine (limits), then dlopen
//! LibraryProducts ->   ^                                 |
//!                      +---- protocol: checked frames ---+   over a channel of its own
//! ```
//!
//! Multipliers that make a table are computed whole and sent at once ([`tabulate`]). Of wider ones the description is
//! sent, and [`LibraryProducts`] asks for products, a question at a time and a process for each thread.
//!
//! What a library prints, on either stream, is kept from ours and its end put into the message. Absent by design:
//! any call of a library's code in this process, and any defence against malice. A library can do what its user
//! can do.
//!
//! ```no_run
//! use axmul_providers::shared_library::{Limits, LibraryRef, tabulate};
//!
//! axmul_providers::shared_library::host_main();
//! let mine: LibraryRef = "./libmine.so:mul8s_mine".parse()?;
//! let tabulated = tabulate(&mine.path, &mine.request, &Limits::default())?;
//! println!("{} {}", tabulated[0].name, tabulated[0].format);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod call;
mod channel;
mod child;
mod confine;
mod descriptor;
mod error;
mod host;
mod packed;
mod products;
mod protocol;
mod reference;
mod serve;
mod signature;
mod supervise;

use std::path::Path;

pub use error::{LibraryProblem, Output, Phase, SharedLibraryError};
pub use host::{HOST_VARIABLE, host_main};
pub(super) use reference::format_of_name;
pub use reference::{LibraryRef, LibraryRefError, LibraryRequest};
pub use signature::{CType, Signature, SignatureError};

pub use super::limits::Limits;

use axmul_metrics::{Cost, OperandFormat, ProductTable, Provenance};
use child::{ChildOrder, ChildTask};
pub use products::LibraryProducts;

/// A multiplier of a library.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// Its name: of the function, or in the descriptor.
    pub name: String,
    /// The library's file name.
    pub provider: String,
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// Hardware figures; empty where the library knows none.
    pub cost: Cost,
    /// From where the multiplier comes and what was guessed.
    pub provenance: Provenance,
    /// Every product; `None` where the operands are too wide for a table.
    pub table: Option<ProductTable>,
}

/// Loads what `request` asks of the library at `path`: all multipliers of its descriptor, in its order, or one. Those
/// that are narrow enough are tabulated, the others only described.
///
/// Blocks the calling thread; several threads may tabulate at once.
pub fn tabulate(
    path: &Path,
    request: &LibraryRequest,
    limits: &Limits,
) -> Result<Vec<Loaded>, SharedLibraryError> {
    attempt(path, request, limits).map_err(|problem| SharedLibraryError { path: path.to_owned(), problem })
}

fn attempt(path: &Path, request: &LibraryRequest, limits: &Limits) -> Result<Vec<Loaded>, LibraryProblem> {
    check_file(path)?;
    let host = host::find()?;
    // A bare file name would make the dynamic linker search its own folders.
    let library = std::path::absolute(path)
        .map_err(|error| LibraryProblem::Unreadable { reason: error.to_string() })?;
    let order = ChildOrder::new(path, request, limits, ChildTask::Tabulate);
    let provider = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    supervise::run(&host, &library, &order, limits)?
        .into_iter()
        .map(|(described, products)| {
            let format = described.format;
            let is_wide = format.width_a().max(format.width_b()) > ProductTable::MAX_WIDTH;
            let table = || {
                ProductTable::from_wide(format, &products).map_err(|error| LibraryProblem::Table {
                    name: described.name.clone(),
                    reason: error.to_string(),
                })
            };
            Ok(Loaded {
                table: if is_wide { None } else { Some(table()?) },
                name: described.name,
                provider: provider.to_string(),
                format,
                cost: described.cost,
                provenance: described.provenance,
            })
        })
        .collect()
}

fn check_file(path: &Path) -> Result<(), LibraryProblem> {
    use std::io::ErrorKind;
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => LibraryProblem::Missing,
        _ => LibraryProblem::Unreadable { reason: error.to_string() },
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(LibraryProblem::Directory);
    }
    if !metadata.is_file() {
        return Err(LibraryProblem::NotAFile);
    }
    std::fs::File::open(path).map(drop).map_err(unreadable)
}
