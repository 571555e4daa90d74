//! Files that appear whole or not at all (written to a temporary sibling, then renamed), and where the user's data
//! lives.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {path}: {problem}", path = path.display())]
pub struct FileError {
    /// What was tried.
    pub operation: FileOperation,
    /// The file.
    pub path: PathBuf,
    /// What went wrong.
    pub problem: String,
}

/// What was tried with the file of a [`FileError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOperation {
    /// Opening or reading it, or making sense of its content.
    Read,
    /// Creating, writing, replacing or removing it.
    Write,
}

impl fmt::Display for FileOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

impl FileError {
    /// An error while reading `path`, or in what it holds.
    pub fn read(path: &Path, problem: impl ToString) -> Self {
        Self { operation: FileOperation::Read, path: path.to_owned(), problem: problem.to_string() }
    }

    /// An error while writing `path`.
    pub fn write(path: &Path, problem: impl ToString) -> Self {
        Self { operation: FileOperation::Write, path: path.to_owned(), problem: problem.to_string() }
    }

    /// An I/O error while writing `path`; a full disk comes with what to do about it.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let hint = "; files written earlier are intact: free space, then repeat the command (resume a run with --resume)";
        Self::write(path, format!("{error}{}", if full { hint } else { "" }))
    }
}

/// Where downloaded data sets and imported catalogs live: `AXMUL_DATA_DIR`, or `axmul` in the user's data directory
/// (`~/.local/share/axmul` on Linux). It need not exist yet; `None` if there is no home directory.
pub fn data_home() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    match std::env::var_os("AXMUL_DATA_DIR").filter(|home| !home.is_empty()) {
        Some(home) => Some(home.into()),
        None => Some(etcetera::choose_base_strategy().ok()?.data_dir().join("axmul")),
    }
}

/// A hidden temporary file in the directory of `path`, to be renamed to it ([`NamedTempFile::persist`]) once it is
/// complete. It gets the permissions of an ordinary file, and is removed if it is dropped.
///
/// # Errors
///
/// If `path` names no file, or its directory does not exist or is not writable.
pub fn temp_sibling(path: &Path) -> Result<NamedTempFile, FileError> {
    let Some(name) = path.file_name() else {
        return Err(FileError::write(path, "it names no file"));
    };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        let problem = format!("the directory {} does not exist; create it first", directory.display());
        return Err(FileError::write(path, problem));
    }
    let prefix = format!(".{}.", name.to_string_lossy());
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; these become ordinary files, as the umask allows.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory).map_err(|error| FileError::io(path, &error))
}

/// Writes `content` to `path` atomically: readers see the old file or the new one, never a part. Creates missing
/// directories.
///
/// # Errors
///
/// If a directory or the file cannot be written; the old file is then unchanged.
pub fn write_atomic(path: &Path, content: &[u8]) -> Result<(), FileError> {
    write(path, content, false)
}

/// [`write_atomic`], flushed to disk before the rename: for what cannot be computed again.
///
/// # Errors
///
/// As [`write_atomic`].
pub fn write_atomic_synced(path: &Path, content: &[u8]) -> Result<(), FileError> {
    write(path, content, true)
}

fn write(path: &Path, content: &[u8], sync: bool) -> Result<(), FileError> {
    let fail = |error: io::Error| FileError::io(path, &error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(fail)?;
    }
    let mut file = temp_sibling(path)?;
    file.write_all(content).map_err(fail)?;
    if sync {
        file.as_file().sync_data().map_err(fail)?;
    }
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_atomically_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/file");
        write_atomic(&path, b"old").unwrap();
        write_atomic_synced(&path, b"new").unwrap();
        drop(temp_sibling(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn errors_name_the_file_and_the_operation() {
        let directory = tempfile::tempdir().unwrap();
        let message = |path: &Path| temp_sibling(path).unwrap_err().to_string();
        let missing = message(&directory.path().join("no/file"));
        assert!(missing.starts_with("cannot write ") && missing.contains("no/file: "), "{missing}");
        assert!(missing.contains("does not exist; create it first"), "{missing}");
        assert!(message(Path::new("")).contains("names no file"));
        let file = directory.path().join("file");
        fs::write(&file, "x").unwrap();
        let below = write_atomic(&file.join("below"), b"x").unwrap_err().to_string();
        assert!(below.starts_with("cannot write ") && below.contains("file/below: "), "{below}");
    }

    /// On a file system of 64 KiB, which only root may mount; in a directory of its own it comes and goes with the
    /// test.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_old_file() {
        let directory = tempfile::tempdir().unwrap();
        let mount = |arguments: &[&str]| {
            let mut command = std::process::Command::new(arguments[0]);
            command.args(&arguments[1..]).arg(directory.path()).stderr(std::process::Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        if !mount(&["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs"]) {
            eprintln!("skipped: no small file system can be mounted here");
            return;
        }
        let path = directory.path().join("checkpoint");
        write_atomic_synced(&path, b"old").unwrap();
        let full = write_atomic_synced(&path, &vec![0; 1 << 20]);
        let kept = fs::read(&path);
        let left = fs::read_dir(directory.path()).unwrap().count();
        assert!(mount(&["umount"]));
        let message = full.unwrap_err().to_string();
        assert!(message.contains("checkpoint: No space left on device"), "{message}");
        assert!(message.contains("resume a run with --resume"), "{message}");
        assert_eq!((kept.unwrap(), left), (b"old".to_vec(), 1));
    }
}
