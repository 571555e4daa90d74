//! Files that appear whole or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use axmul_support::files::{FileError, temp_sibling};

/// A file to be written: opened before the long work, so that a bad path fails in the first second, filled in a
/// temporary file beside the target and renamed, so that no reader ever sees half of it.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    target: OutputTarget,
}

#[derive(Debug)]
enum OutputTarget {
    /// A regular file, existing or not.
    Beside(NamedTempFile),
    /// A device or pipe, such as `/dev/stdout`, which cannot be renamed over.
    Through(fs::File),
}

impl OutputFile {
    /// Prepares to write `path`, replacing a file that is there. Fails where the directory is missing or not
    /// writable, or where `path` is a directory itself.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let target = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(FileError::write(path, "it is a directory; name a file in it"));
            }
            Ok(metadata) if !metadata.is_file() => OutputTarget::Through(
                fs::OpenOptions::new().write(true).open(path).map_err(|error| FileError::io(path, &error))?,
            ),
            _ => OutputTarget::Beside(temp_sibling(path)?),
        };
        Ok(Self { path: path.to_owned(), target })
    }

    /// The file that will be written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes everything and puts the file in its place.
    pub fn commit(self, bytes: &[u8]) -> Result<(), FileError> {
        let Self { path, target } = self;
        let written = match target {
            OutputTarget::Through(mut file) => file.write_all(bytes),
            OutputTarget::Beside(mut file) => {
                file.write_all(bytes).and_then(|()| file.persist(&path).map(|_| ()).map_err(|e| e.error))
            }
        };
        written.map_err(|error| FileError::io(&path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let output = OutputFile::open(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.commit(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        drop(OutputFile::open(&path).unwrap());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn bad_paths_fail_when_opened() {
        let directory = tempfile::tempdir().unwrap();
        let problem = |path: &Path| OutputFile::open(path).unwrap_err().problem;
        assert!(problem(directory.path()).contains("is a directory"));
        assert!(problem(&directory.path().join("no/out.csv")).contains("does not exist; create it first"));
        assert!(problem(Path::new("")).contains("names no file"));
    }

    #[cfg(unix)]
    #[test]
    fn outputs_are_readable_by_others_and_devices_are_written_through() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.csv");
        OutputFile::open(&path).unwrap().commit(b"x").unwrap();
        let reference = directory.path().join("reference");
        fs::write(&reference, "x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&reference));
        OutputFile::open(Path::new("/dev/null")).unwrap().commit(b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
