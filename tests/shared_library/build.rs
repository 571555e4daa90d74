//! Builds the C fixtures.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The folder of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder for what the tests make.
pub fn scratch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared_library");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file name that no other test uses.
fn unique(stem: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    scratch().join(format!("{stem}-{}-{next}.so", std::process::id()))
}

/// A shared library, deleted when the value goes.
pub struct Library(pub PathBuf);

impl Drop for Library {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Compiles `source` with the system's C compiler and these `-D` definitions.
pub fn compile(source: &Path, definitions: &[&str]) -> Library {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let library = unique(source.file_stem().and_then(OsStr::to_str).unwrap());
    let output = Command::new(&compiler)
        .args(["-shared", "-fPIC", "-O1", "-w", "-I"])
        .arg(root().join("plugins/api/include"))
        .args(definitions.iter().map(|definition| format!("-D{definition}")))
        .arg("-o")
        .args([library.as_path(), source])
        .output()
        .unwrap_or_else(|error| panic!("these tests need a C compiler ({}): {error}", compiler.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Library(library)
}

/// Compiles one of `tests/fixtures/shared_library`.
pub fn fixture(name: &str, definitions: &[&str]) -> Library {
    compile(&root().join("tests/fixtures/shared_library").join(name), definitions)
}
