//! Which executable loads shared libraries, and how it finds out that it is to.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::child;
use super::error::LibraryProblem;

/// The environment variable that names an executable that calls [`host_main`], such as `axmul`.
pub const HOST_VARIABLE: &str = "AXMUL_HOST";

/// Set in the process that loads a library, and in all that it starts.
pub(super) const CHILD_VARIABLE: &str = "AXMUL_TABULATING";

/// The first argument of that process; library and order follow.
pub(super) const CHILD_ARGUMENT: &str = "--axmul-tabulate-shared-library";

/// Whether this process called [`host_main`], so that its executable can be started anew as a host.
static IS_HOST: AtomicBool = AtomicBool::new(false);

/// Makes this executable one that can load shared libraries. Call it first in `main`, before anything is
/// printed, any thread started or any argument read.
///
/// A shared library is tabulated in a process of its own, which is this executable started anew. There, this
/// function does the work and does not return; everywhere else it returns at once.
///
/// ```no_run
/// fn main() {
///     axmul_providers::shared_library::host_main();
///     // ...
/// }
/// ```
#[expect(clippy::needless_doctest_main, reason = "its place in main is the point")]
pub fn host_main() {
    IS_HOST.store(true, Ordering::Relaxed);
    let mut arguments = std::env::args_os().skip(1);
    if std::env::var_os(CHILD_VARIABLE).is_none() || arguments.next() != Some(OsString::from(CHILD_ARGUMENT))
    {
        return;
    }
    let library = arguments.next().unwrap_or_default();
    let order = arguments.next().unwrap_or_default();
    child::main(PathBuf::from(library), &order.to_string_lossy())
}

/// The executable to start: what [`HOST_VARIABLE`] names, else this one where it is a host.
pub(super) fn find() -> Result<PathBuf, LibraryProblem> {
    if std::env::var_os(CHILD_VARIABLE).is_some() {
        return Err(LibraryProblem::Recursion);
    }
    if let Some(host) = std::env::var_os(HOST_VARIABLE).filter(|host| !host.is_empty()) {
        return Ok(host.into());
    }
    if !IS_HOST.load(Ordering::Relaxed) {
        return Err(LibraryProblem::NoHost);
    }
    std::env::current_exe().map_err(|error| LibraryProblem::HostDoesNotStart {
        host: "(this executable)".into(),
        reason: error.to_string(),
    })
}
