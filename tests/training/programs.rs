//! The two executables, side by side as `make build` leaves them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The directory that holds `axmul` and `axmul-train`. Cargo builds the executables of the package under test only,
/// so the cargo that runs the tests is asked for the other one.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let directory = Path::new(env!("CARGO_BIN_EXE_axmul-train")).parent().unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["build", "--offline", "--quiet", "--package", "axmul", "--bin", "axmul", "--target-dir"])
            .arg(directory.parent().unwrap())
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        directory.to_owned()
    })
}
