//! Reading a whole file that a user names, up to a limit.

use std::io::Read;
use std::path::Path;

/// The content of a regular file of at most `limit` bytes; else what is wrong with it.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let describe = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        _ => error.to_string(),
    };
    // A pipe would keep us waiting.
    let metadata = std::fs::metadata(path).map_err(describe)?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { "a directory" } else { "something else" };
        return Err(format!("expected a file, got {kind}"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(describe)?;
    if bytes.len() as u64 > limit {
        return Err(format!("expected a file of at most {limit} bytes, got a larger one"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_within_the_limit_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(read(&path, 4).unwrap_err(), "expected a file of at most 4 bytes, got a larger one");
        assert_eq!(read(directory.path(), 4).unwrap_err(), "expected a file, got a directory");
        assert_eq!(read(&path.with_extension("x"), 4).unwrap_err(), "no such file or directory");
    }
}
