//! Shared-library plugins, loaded by the `axmul` executable as their host.
#![cfg(unix)]

mod build;
mod descriptors;
mod failures;
mod products;
mod wide;

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use axmul_metrics::Tabulated;
use axmul_providers::shared_library::{
    LibraryProblem, LibraryRef, LibraryRequest, Limits, Loaded, SharedLibraryError, tabulate,
};

/// Long enough for a loaded machine, for what ends by itself.
const PATIENT: Limits = Limits { time: Duration::from_secs(60), memory_bytes: 256 << 20 };

/// Makes the `axmul` executable the host of this process.
fn host() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: this program reads the environment through the standard library only, which locks it.
        unsafe { std::env::set_var("AXMUL_HOST", env!("CARGO_BIN_EXE_axmul")) };
    });
}

/// What is asked by what follows a library on a command line, `:mul8s_mine`.
fn request(rest: &str) -> LibraryRequest {
    match rest {
        "" => LibraryRequest::Descriptor,
        _ => format!("x.so{rest}").parse::<LibraryRef>().unwrap().request,
    }
}

/// Tabulates `path` with what follows it on a command line.
fn ask(path: &Path, rest: &str, limits: &Limits) -> Result<Vec<Loaded>, SharedLibraryError> {
    host();
    tabulate(path, &request(rest), limits)
}

/// The one multiplier that `rest` names.
fn one(path: &Path, rest: &str) -> Tabulated {
    let mut all = ask(path, rest, &PATIENT).unwrap();
    assert_eq!(all.len(), 1);
    tabulated(all.remove(0))
}

/// A multiplier that is narrow enough for a table.
fn tabulated(loaded: Loaded) -> Tabulated {
    let Loaded { name, provider, table, cost, provenance, .. } = loaded;
    Tabulated { name, provider, table: table.expect("a table"), cost, provenance }
}

/// What is wrong with the library, once its message was seen to name the file and to hold all of `expected`.
fn problem(path: &Path, rest: &str, limits: &Limits, expected: &[&str]) -> LibraryProblem {
    let Err(error) = ask(path, rest, limits) else { panic!("{}{rest} is no problem", path.display()) };
    let message = error.to_string();
    assert!(message.starts_with(&format!("{}: ", path.display())), "{message}");
    for expected in expected {
        assert!(message.contains(expected), "'{expected}' is missing in: {message}");
    }
    error.problem
}

/// Whether every product is that of `model`.
fn assert_products(tabulated: &Tabulated, model: impl Fn(i64, i64) -> i64) {
    for (a, b) in tabulated.format().operands() {
        assert_eq!(i64::from(tabulated.table.product(a, b)), model(a, b), "{}: {a} x {b}", tabulated.name);
    }
}
