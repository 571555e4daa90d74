//! Where the user's files lie, and files that appear whole or not at all: written aside, then renamed. The ground that
//! any floor may use.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Where data sets and imported catalogues lie: `AXMUL_DATA_DIR`, else `axmul` in the user's data directory (on Linux
/// `~/.local/share/axmul`). It need not exist yet; `None` where no home directory is known.
pub fn data_home() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    match std::env::var_os("AXMUL_DATA_DIR").filter(|home| !home.is_empty()) {
        Some(home) => Some(home.into()),
        None => Some(etcetera::choose_base_strategy().ok()?.data_dir().join("axmul")),
    }
}

/// A hidden file in the directory of `path`, which is to take its place: readable like any other file once it is
/// renamed ([`NamedTempFile::persist`]), and gone if it never is.
pub fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::other("it names no file"));
    };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        let problem = format!("the directory {} does not exist; create it first", directory.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, problem));
    }
    let prefix = format!(".{}.", name.to_string_lossy());
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; these become ordinary ones, as readable as the umask says.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

/// Writes a file whole. Makes missing directories.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    write(path, content, false)
}

/// [`write_whole`], and waits until the content has reached the disk: for what cannot be made again.
pub fn write_durably(path: &Path, content: &[u8]) -> io::Result<()> {
    write(path, content, true)
}

fn write(path: &Path, content: &[u8], durably: bool) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = beside(path)?;
    file.write_all(content)?;
    if durably {
        file.as_file().sync_data()?;
    }
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/file");
        write_whole(&path, b"old").unwrap();
        write_durably(&path, b"new").unwrap();
        drop(beside(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn places_that_take_no_file_are_named() {
        let directory = tempfile::tempdir().unwrap();
        let problem = |path: &Path| beside(path).unwrap_err().to_string();
        assert!(problem(&directory.path().join("no/file")).contains("does not exist; create it first"));
        assert!(problem(Path::new("")).contains("names no file"));
    }
}
