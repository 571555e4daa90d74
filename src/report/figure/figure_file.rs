//! Figures on their way to a file.

use std::path::Path;

use axmul_support::files::FileError;

use super::{Figure, FigureError, FigureFormat};
use crate::report::OutputFile;

/// A file for a figure: format and place are looked at when it is opened, before the long work.
#[derive(Debug)]
pub struct FigureFile {
    format: FigureFormat,
    file: OutputFile,
}

/// Why a figure could not be written to its file.
#[derive(Debug, thiserror::Error)]
pub enum FigureFileError {
    /// A file name that asks for no format of figures, or a figure that cannot be drawn in it.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A file that cannot be written.
    #[error(transparent)]
    Output(#[from] FileError),
}

impl FigureFile {
    /// Prepares to write `path` in the format that its extension asks for, as [`OutputFile::open`] does.
    pub fn open(path: &Path) -> Result<Self, FigureFileError> {
        Ok(Self { format: FigureFormat::of_path(path)?, file: OutputFile::open(path)? })
    }

    /// The file that will be written.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes the figure, whole or not at all.
    pub fn commit(self, figure: &Figure) -> Result<(), FigureFileError> {
        let bytes = self.format.bytes(figure)?;
        Ok(self.file.commit(&bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_format_and_nothing_is_written_before_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let figure = Figure::draw((20, 10), |_| Ok(())).unwrap();
        for (name, start) in [("a.svg", &b"<svg"[..]), ("b.PNG", &b"\x89PNG"[..])] {
            let path = directory.path().join(name);
            let file = FigureFile::open(&path).unwrap();
            assert_eq!((file.path(), path.exists()), (path.as_path(), false));
            file.commit(&figure).unwrap();
            assert!(std::fs::read(&path).unwrap().starts_with(start), "{name}");
        }
    }

    #[test]
    fn bad_names_and_places_fail_when_opened() {
        let directory = tempfile::tempdir().unwrap();
        let message = |name: &str| FigureFile::open(&directory.path().join(name)).unwrap_err().to_string();
        assert!(message("figure.pdf").ends_with("figure.pdf: unknown figure format; expected .svg or .png"));
        assert!(message("no/figure.svg").contains("does not exist; create it first"));
    }
}
