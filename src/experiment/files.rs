//! Files that appear whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use axmul_support::files;

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} {path}: {problem}", path = path.display())]
pub struct FileError {
    /// `read` or `write`.
    pub verb: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: String,
}

impl FileError {
    /// An error on reading.
    pub fn read(path: &Path, problem: impl ToString) -> Self {
        Self { verb: "read", path: path.to_owned(), problem: problem.to_string() }
    }

    /// An error on writing.
    pub fn write(path: &Path, problem: impl ToString) -> Self {
        Self { verb: "write", path: path.to_owned(), problem: problem.to_string() }
    }

    /// An error of the system on writing; a full disk comes with what to do about it.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let hint = "; what was written whole is intact: make room, and go on with --resume";
        Self::write(path, format!("{error}{}", if full { hint } else { "" }))
    }
}

/// Writes a file whole, after it has reached the disk. Makes missing directories.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), FileError> {
    files::write_durably(path, content).map_err(|error| FileError::io(path, &error))
}

/// Writes a value as indented JSON, whole or not at all.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), FileError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| FileError::write(path, error))?;
    text.push(b'\n');
    write_whole(path, &text)
}

/// Reads a value from JSON.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let text = fs::read(path).map_err(|error| FileError::read(path, error))?;
    serde_json::from_slice(&text).map_err(|error| FileError::read(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_round_trip_and_replace_each_other() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b.json");
        write_json(&path, &[1, 2]).unwrap();
        write_json(&path, &[3]).unwrap();
        assert_eq!(read_json::<Vec<i32>>(&path).unwrap(), [3]);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    /// Results are read back and written again: no bit of a figure may be lost on the way.
    #[test]
    fn figures_come_back_bit_for_bit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("figures.json");
        let figures = [0.023_421_394_644_537_942, 0.424_359_351_396_560_67, 1.0 / 3.0, 5e-324];
        write_json(&path, &figures).unwrap();
        assert_eq!(read_json::<Vec<f64>>(&path).unwrap(), figures);
    }

    /// On a file system of 64 KiB, which only root may make; in a directory of its own it comes and goes with the test.
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
        write_whole(&path, b"old").unwrap();
        let full = write_whole(&path, &vec![0; 1 << 20]);
        let kept = fs::read(&path);
        let left = fs::read_dir(directory.path()).unwrap().count();
        assert!(mount(&["umount"]));
        let message = full.unwrap_err().to_string();
        assert!(message.contains("checkpoint: No space left on device"), "{message}");
        assert!(message.contains("go on with --resume"), "{message}");
        assert_eq!((kept.unwrap(), left), (b"old".to_vec(), 1));
    }

    #[test]
    fn errors_name_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing.json");
        let message = read_json::<i32>(&path).unwrap_err().to_string();
        assert!(message.contains("cannot read") && message.contains("missing.json"), "{message}");
        let file = directory.path().join("file");
        fs::write(&file, "x").unwrap();
        let message = write_whole(&file.join("below"), b"x").unwrap_err().to_string();
        assert!(message.contains("cannot write"), "{message}");
    }
}
