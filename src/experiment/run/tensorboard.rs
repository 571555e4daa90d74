//! Event files for TensorBoard: scalars by step.
//!
//! A file is a sequence of records: the length of the data as u64, its checksum, the data, their checksum; numbers
//! little-endian. The checksum is CRC-32C (Castagnoli), rotated by 15 bits and shifted by a constant. The data are an
//! `Event` of TensorFlow's `event.proto`, of which a handful of fields is needed: they are encoded here.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crc::{CRC_32_ISCSI, Crc};

use crate::FileError;

const CASTAGNOLI: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// Field numbers of `Event`, `SessionLog`, `Summary` and `Summary.Value`.
mod field {
    pub const WALL_TIME: u32 = 1;
    pub const STEP: u32 = 2;
    pub const FILE_VERSION: u32 = 3;
    pub const SUMMARY: u32 = 5;
    pub const SESSION_LOG: u32 = 7;
    pub const SESSION_STATUS: u32 = 1;
    pub const SUMMARY_VALUE: u32 = 1;
    pub const VALUE_TAG: u32 = 1;
    pub const VALUE_SIMPLE: u32 = 2;
}

/// Wire types of protocol buffers.
mod wire {
    pub const VARINT: u32 = 0;
    pub const EIGHT_BYTES: u32 = 1;
    pub const LENGTH: u32 = 2;
    pub const FOUR_BYTES: u32 = 5;
}

/// The event files of one stage: a directory, which TensorBoard shows as a run.
#[derive(Debug)]
pub struct Board {
    directory: PathBuf,
    /// The step after which scalars of earlier files do not count.
    since: u64,
    open: Option<(PathBuf, File)>,
}

impl Board {
    /// Event files in a directory. Those that are there stay, and another one is begun with the first scalars; it
    /// says that what the others hold from step `done + 1` on does not count.
    pub fn new(directory: &Path, done: u32) -> Self {
        Self { directory: directory.to_owned(), since: u64::from(done) + 1, open: None }
    }

    /// Writes scalars of a step.
    pub fn scalars(&mut self, step: u32, scalars: &[(String, f64)]) -> Result<(), FileError> {
        let mut summary = Vec::new();
        for (tag, value) in scalars {
            let mut one = Vec::new();
            put_bytes(&mut one, field::VALUE_TAG, tag.as_bytes());
            put_key(&mut one, field::VALUE_SIMPLE, wire::FOUR_BYTES);
            one.extend((*value as f32).to_le_bytes());
            put_bytes(&mut summary, field::SUMMARY_VALUE, &one);
        }
        let mut event = event(u64::from(step));
        put_bytes(&mut event, field::SUMMARY, &summary);
        let records = record(&event);
        let (path, file) = self.file()?;
        file.write_all(&records).map_err(|error| FileError::io(path, &error))
    }

    /// The file, begun if there is none yet.
    fn file(&mut self) -> Result<(&Path, &mut File), FileError> {
        let open = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        let (path, file) = self.open.insert(open);
        Ok((path.as_path(), file))
    }

    fn begin(&self) -> Result<(PathBuf, File), FileError> {
        fs::create_dir_all(&self.directory).map_err(|error| FileError::io(&self.directory, &error))?;
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        // TensorBoard reads files in the order of their names: by time, then by number.
        let mut number = 0;
        let (path, mut file) = loop {
            let path = self.directory.join(format!("events.out.tfevents.{seconds:010}.{number:03}.axmul"));
            match File::create_new(&path) {
                Ok(file) => break (path, file),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(FileError::io(&path, &error)),
            }
        };
        let mut version = event(0);
        put_bytes(&mut version, field::FILE_VERSION, b"brain.Event:2");
        let mut records = record(&version);
        if self.since > 1 {
            // A start: what earlier files hold of this step and later ones was made by a sitting that was cut off.
            let mut log = Vec::new();
            put_key(&mut log, field::SESSION_STATUS, wire::VARINT);
            put_varint(&mut log, 1);
            let mut start = event(self.since);
            put_bytes(&mut start, field::SESSION_LOG, &log);
            records.extend(record(&start));
        }
        file.write_all(&records).map_err(|error| FileError::io(&path, &error))?;
        Ok((path, file))
    }
}

/// The beginning of an event: now, at a step.
fn event(step: u64) -> Vec<u8> {
    let mut event = Vec::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    put_key(&mut event, field::WALL_TIME, wire::EIGHT_BYTES);
    event.extend(now.to_le_bytes());
    if step > 0 {
        put_key(&mut event, field::STEP, wire::VARINT);
        put_varint(&mut event, step);
    }
    event
}

/// Data with their length and both checksums.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let parts = [&length[..], &masked(&length).to_le_bytes(), data, &masked(data).to_le_bytes()];
    parts.concat()
}

/// The checksum in the form that records hold.
fn masked(data: &[u8]) -> u32 {
    CASTAGNOLI.checksum(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn put_varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn put_key(to: &mut Vec<u8>, field: u32, wire: u32) {
    put_varint(to, u64::from(field << 3 | wire));
}

fn put_bytes(to: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_key(to, field, wire::LENGTH);
    put_varint(to, bytes.len() as u64);
    to.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CRC-32C a bit at a time, another way than the crate's.
    fn crc(data: &[u8]) -> u32 {
        !data.iter().fold(!0u32, |sum, &byte| {
            (0..8).fold(sum ^ u32::from(byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0x82f6_3b78 } else { 0 })
        })
    }

    /// The test vectors of RFC 3720, appendix B.4, and the catalog's check value.
    #[test]
    fn checksums_are_the_published_ones() {
        let ascending: Vec<u8> = (0..32).collect();
        let descending: Vec<u8> = (0..32).rev().collect();
        for (data, sum) in [
            (&[0; 32][..], 0x8a91_36aa),
            (&[0xff; 32], 0x62a8_ab43),
            (&ascending, 0x46dd_794e),
            (&descending, 0x113f_db5c),
            (b"123456789", 0xe306_9283),
        ] {
            assert_eq!((CASTAGNOLI.checksum(data), crc(data)), (sum, sum));
        }
    }

    /// Fields of a message: number, wire type, and the bytes of its value.
    fn fields(mut message: &[u8]) -> Vec<(u64, u64, Vec<u8>)> {
        fn varint(from: &mut &[u8]) -> u64 {
            let mut value = 0;
            for shift in (0..).step_by(7) {
                let byte = from[0];
                *from = &from[1..];
                value |= u64::from(byte & 0x7f) << shift;
                if byte < 0x80 {
                    break;
                }
            }
            value
        }
        let mut found = Vec::new();
        while !message.is_empty() {
            let key = varint(&mut message);
            let length = match key & 7 {
                0 => {
                    found.push((key >> 3, 0, varint(&mut message).to_le_bytes().to_vec()));
                    continue;
                }
                1 => 8,
                5 => 4,
                2 => varint(&mut message) as usize,
                other => panic!("wire type {other}"),
            };
            found.push((key >> 3, key & 7, message[..length].to_vec()));
            message = &message[length..];
        }
        found
    }

    /// The data of every record of a file, its checksums checked.
    fn records(path: &Path) -> Vec<Vec<u8>> {
        let bytes = fs::read(path).unwrap();
        let unmasked = |masked: &[u8]| {
            u32::from_le_bytes(masked.try_into().unwrap()).wrapping_sub(0xa282_ead8).rotate_left(15)
        };
        let (mut at, mut found) = (0, Vec::new());
        while at < bytes.len() {
            let length = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
            assert_eq!(unmasked(&bytes[at + 8..at + 12]), crc(&bytes[at..at + 8]));
            let data = &bytes[at + 12..at + 12 + length];
            assert_eq!(unmasked(&bytes[at + 12 + length..at + 16 + length]), crc(data));
            found.push(data.to_vec());
            at += 16 + length;
        }
        found
    }

    fn value(message: &[u8], number: u64) -> Vec<u8> {
        let all = fields(message);
        all.into_iter().find(|field| field.0 == number).unwrap_or_else(|| panic!("field {number}")).2
    }

    #[test]
    fn scalars_are_read_back_another_way() {
        let directory = tempfile::tempdir().unwrap();
        let mut board = Board::new(directory.path(), 0);
        let scalars = [("validation/top1".to_owned(), 0.625), ("train/loss".to_owned(), -1.5)];
        board.scalars(1, &scalars).unwrap();
        board.scalars(300, &scalars[..1]).unwrap();
        let files: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        assert!(files[0].file_name().unwrap().to_str().unwrap().starts_with("events.out.tfevents."));
        let records = records(&files[0]);
        assert_eq!(records.len(), 3);
        assert_eq!(value(&records[0], 3), b"brain.Event:2");
        assert_eq!(value(&records[1], 2), 1u64.to_le_bytes());
        assert_eq!(value(&records[2], 2), 300u64.to_le_bytes());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        let wall = f64::from_le_bytes(value(&records[1], 1).try_into().unwrap());
        assert!(wall <= now && wall > 1.6e9, "{wall}");
        let read: Vec<(String, f32)> = fields(&value(&records[1], 5))
            .into_iter()
            .map(|(number, _, one)| {
                assert_eq!(number, 1);
                let number = f32::from_le_bytes(value(&one, 2).try_into().unwrap());
                (String::from_utf8(value(&one, 1)).unwrap(), number)
            })
            .collect();
        assert_eq!(read, [("validation/top1".to_owned(), 0.625), ("train/loss".to_owned(), -1.5)]);
    }

    #[test]
    fn a_sitting_that_goes_on_begins_another_file() {
        let directory = tempfile::tempdir().unwrap();
        let loss = [("loss".to_owned(), 1.0)];
        Board::new(directory.path(), 0).scalars(1, &loss).unwrap();
        let mut second = Board::new(directory.path(), 4);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing to say yet");
        second.scalars(5, &loss).unwrap();
        let mut files: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        let [old, new] = &files[..] else { panic!("{files:?}") };
        assert_eq!((records(old).len(), records(new).len()), (2, 3));
        let start = &records(new)[1];
        assert_eq!(value(start, 2), 5u64.to_le_bytes());
        assert_eq!(value(&value(start, 7), 1), 1u64.to_le_bytes());
    }

    #[test]
    fn a_place_that_takes_no_file_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Board::new(&file.path().join("below"), 0).scalars(1, &[]).unwrap_err().to_string();
        assert!(error.contains("cannot write") && error.contains("below"), "{error}");
    }
}
