//! The way every file of a data set comes in: unpacked, counted, hashed, and named only once it is the published one.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::DataFile;
use axmul_support::files::{FileError, temp_sibling};
use axmul_support::hex;

/// Why a source did not give a file.
#[derive(Debug, thiserror::Error)]
pub enum SourceFault {
    /// No answer: no network, no such host, or nobody listens.
    #[error("not reachable ({0})")]
    Unreachable(String),
    /// It answered, then nothing came for a while.
    #[error("it stopped answering")]
    Stalled,
    /// The server refused.
    #[error("the server answered {0}")]
    Status(u16),
    /// What came ended early.
    #[error("the file came truncated: {got} bytes instead of {expected}")]
    Truncated {
        /// Bytes of the published file.
        expected: u64,
        /// Bytes that came.
        got: u64,
    },
    /// What came goes on past the end of the published file.
    #[error("the file is not the published one: it is longer than {expected} bytes")]
    TooLong {
        /// Bytes of the published file.
        expected: u64,
    },
    /// What came has the right length and another content.
    #[error("the file is not the published one: SHA-256 {got} instead of {expected}")]
    Altered {
        /// SHA-256 of the published file.
        expected: &'static str,
        /// SHA-256 of what came.
        got: String,
    },
    /// What came could not be unpacked or the connection broke.
    #[error("the transfer broke off ({0})")]
    Broken(io::Error),
    /// npm is not there.
    #[error("npm is not installed")]
    NoNpm,
    /// npm failed; the last line of what it said.
    #[error("npm failed: {0}")]
    Npm(String),
    /// The package has no such file.
    #[error("the package does not contain the file")]
    NotInPackage,
    /// The file could not be written: no fault of the source, so no other source is tried.
    #[error(transparent)]
    Write(#[from] FileError),
}

/// Reads a file, packed with gzip or not, into `target`: written beside it under another name, verified, then
/// renamed, so that `target` is at no time anything but what it was or the published file. `on_bytes` is told how
/// many unpacked bytes have come.
pub(super) fn receive(
    input: impl Read,
    file: &DataFile,
    target: &Path,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<(), SourceFault> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let start = input.fill_buf().map_err(broken)?;
    // By what the bytes are, not by the name: some servers unpack on the way.
    if !file.packed && start.starts_with(&[0x1f, 0x8b]) {
        receive_plain(MultiGzDecoder::new(input), file, target, on_bytes)
    } else {
        receive_plain(input, file, target, on_bytes)
    }
}

fn receive_plain(
    mut input: impl Read,
    file: &DataFile,
    target: &Path,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<(), SourceFault> {
    let fail = |error: io::Error| FileError::io(target, &error);
    let mut aside = temp_sibling(target)?;
    let mut hash = Sha256::new();
    let mut got = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A gzip stream that ends early says so; a plain one just ends.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(broken(error)),
        };
        got += count as u64;
        if got > file.bytes {
            return Err(SourceFault::TooLong { expected: file.bytes });
        }
        hash.update(&buffer[..count]);
        aside.write_all(&buffer[..count]).map_err(fail)?;
        on_bytes(got);
    }
    if got < file.bytes {
        return Err(SourceFault::Truncated { expected: file.bytes, got });
    }
    let hash = hex(&hash.finalize());
    if hash != file.sha256 {
        return Err(SourceFault::Altered { expected: file.sha256, got: hash });
    }
    aside.as_file().sync_all().map_err(fail)?;
    if target.is_dir() {
        fs::remove_dir(target).map_err(fail)?;
    }
    aside.persist(target).map_err(|error| fail(error.error))?;
    Ok(())
}

fn broken(error: io::Error) -> SourceFault {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => SourceFault::Stalled,
        _ => SourceFault::Broken(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::set::small::{ONE, SMALL};
    use super::*;

    fn receive_one(input: &[u8]) -> (Result<(), SourceFault>, Vec<String>) {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("one");
        let outcome = receive(input, SMALL.file("one"), &target, &mut |_| ());
        if outcome.is_ok() {
            assert_eq!(fs::read(&target).unwrap(), ONE);
        }
        let left = fs::read_dir(directory.path()).unwrap();
        (outcome, left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_packed_files_arrive_and_leave_nothing_aside() {
        for input in [ONE.to_vec(), gz(ONE)] {
            let (outcome, left) = receive_one(&input);
            outcome.unwrap();
            assert_eq!(left, ["one"]);
        }
    }

    #[test]
    fn what_is_not_the_published_file_is_refused_and_leaves_nothing() {
        let packed = gz(ONE);
        let cases: [(&[u8], &str); 6] = [
            (b"", "truncated: 0 bytes instead of 4"),
            (&ONE[..2], "truncated: 2 bytes instead of 4"),
            (&packed[..packed.len() - 12], "truncated"),
            (b"onE\n", "SHA-256"),
            (b"one\nand more", "longer than 4 bytes"),
            (&[0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9], "broke off"),
        ];
        for (input, expected) in cases {
            let (outcome, left) = receive_one(input);
            let message = outcome.unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
            assert!(left.is_empty(), "{left:?}");
        }
    }

    #[test]
    fn a_file_that_stays_packed_is_not_unpacked() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("one.gz");
        let packed = gz(ONE);
        let sum: &'static str = hex(&Sha256::digest(&packed)).leak();
        let file = DataFile { name: "one.gz", bytes: packed.len() as u64, sha256: sum, packed: true };
        receive(&packed[..], &file, &target, &mut |_| ()).unwrap();
        assert_eq!(fs::read(&target).unwrap(), packed);
        let fault = receive(ONE, &file, &target, &mut |_| ()).unwrap_err().to_string();
        assert!(fault.contains("truncated: 4 bytes instead of"), "{fault}");
    }

    #[test]
    fn a_failed_replacement_keeps_what_was_there() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("one");
        fs::write(&target, "old").unwrap();
        receive(&b"onE\n"[..], SMALL.file("one"), &target, &mut |_| ()).unwrap_err();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        receive(ONE, SMALL.file("one"), &target, &mut |_| ()).unwrap();
        assert_eq!(fs::read(&target).unwrap(), ONE);
    }
}
