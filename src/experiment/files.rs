//! JSON files of a run: written atomically and flushed to disk, since a run may have taken days.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use axmul_support::files::{FileError, write_atomic_synced};

/// Writes a value as indented JSON, atomically.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), FileError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| FileError::write(path, error))?;
    text.push(b'\n');
    write_atomic_synced(path, &text)
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

    #[test]
    fn errors_name_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing.json");
        let message = read_json::<i32>(&path).unwrap_err().to_string();
        assert!(message.contains("cannot read") && message.contains("missing.json"), "{message}");
    }
}
