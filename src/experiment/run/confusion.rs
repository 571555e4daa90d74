//! Which class images of another were taken for.

use std::path::Path;

use crate::FileError;
use axmul_support::files::write_atomic_synced;

/// Counts of images by their class and by the one that they were taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    /// `[class, taken for]`, row by row.
    counts: Vec<u64>,
}

/// More classes than this make a matrix of gigabytes.
const MAX_CLASSES: usize = 1 << 14;

impl Confusion {
    /// An empty matrix; `None` for so many classes that nobody could look at it.
    pub fn new(classes: usize) -> Option<Self> {
        (classes <= MAX_CLASSES).then(|| Self { classes, counts: vec![0; classes * classes] })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Counts an image; classes beyond the matrix are passed over.
    pub fn count(&mut self, class: usize, taken_for: usize) {
        if class < self.classes && taken_for < self.classes {
            self.counts[class * self.classes + taken_for] += 1;
        }
    }

    /// How many images of a class were taken for each.
    pub fn row(&self, class: usize) -> &[u64] {
        &self.counts[class * self.classes..][..self.classes]
    }

    /// Images on the diagonal, i.e. right answers.
    pub fn right(&self) -> u64 {
        (0..self.classes).map(|class| self.row(class)[class]).sum()
    }

    /// All images.
    pub fn images(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Writes it as CSV, whole: a row for each class, a column for each that its images were taken for.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let fail = |error: csv::Error| FileError::write(path, error);
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = (0..self.classes).map(|class| class.to_string());
        writer.write_record([CORNER.to_owned()].into_iter().chain(header)).map_err(fail)?;
        for class in 0..self.classes {
            let row = [class as u64].into_iter().chain(self.row(class).iter().copied());
            writer.write_record(row.map(|count| count.to_string())).map_err(fail)?;
        }
        let text = writer.into_inner().map_err(|error| FileError::write(path, error))?;
        write_atomic_synced(path, &text)
    }

    /// Reads what [`Self::write`] wrote.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let fail = |problem: String| FileError::read(path, problem);
        let mut reader = csv::Reader::from_path(path).map_err(|error| fail(error.to_string()))?;
        let classes = reader.headers().map_err(|error| fail(error.to_string()))?.len().saturating_sub(1);
        let mut matrix =
            Self::new(classes).ok_or_else(|| fail(format!("it has {classes} columns; expected fewer")))?;
        let mut rows = 0;
        for (class, record) in reader.records().enumerate() {
            let record = record.map_err(|error| fail(error.to_string()))?;
            let Some(row) = matrix.counts.get_mut(class * classes..(class + 1) * classes) else {
                return Err(fail(format!("expected {classes} rows of counts, got more")));
            };
            for (to, field) in row.iter_mut().zip(record.iter().skip(1)) {
                *to = field.parse().map_err(|_| fail(format!("expected a count, got '{field}'")))?;
            }
            rows += 1;
        }
        if rows != classes {
            return Err(fail(format!("expected {classes} rows of counts, got {rows}")));
        }
        Ok(matrix)
    }
}

/// What stands above the classes and left of them.
const CORNER: &str = "class \\ taken for";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("confusion.csv");
        let mut matrix = Confusion::new(3).unwrap();
        for (class, taken_for) in [(0, 0), (0, 2), (0, 2), (2, 1), (1, 1), (7, 0), (0, 7)] {
            matrix.count(class, taken_for);
        }
        assert_eq!((matrix.row(0), matrix.right(), matrix.images()), (&[1, 0, 2][..], 2, 5));
        matrix.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "class \\ taken for,0,1,2\n0,1,0,2\n1,0,1,0\n2,0,1,0\n");
        assert_eq!(Confusion::read(&path).unwrap(), matrix);
        assert_eq!(Confusion::new(1 << 20), None);
    }

    #[test]
    fn other_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("confusion.csv");
        for (text, part) in [
            ("c,0,1\n0,1,2\n", "expected 2 rows of counts, got 1"),
            ("c,0\n0,1\n1,1\n", "got more"),
            ("c,0\n0,many\n", "expected a count, got 'many'"),
            ("c,0\n0,1,2\n", "cannot read"),
        ] {
            std::fs::write(&path, text).unwrap();
            match Confusion::read(&path) {
                Err(error) => assert!(error.to_string().contains(part), "{text}: {error}"),
                Ok(_) => panic!("{text} was read"),
            }
        }
    }
}
