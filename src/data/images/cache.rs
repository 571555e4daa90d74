//! Decoded images kept between runs, in the user's cache directory.
//!
//! An entry is named by where the images lie and how they were read; in it stands what they were made of (path, length
//! and time of change of every file). So a source that has changed replaces its entry, and the directory does not grow.
//! An entry that does not check, by its SHA-256, is made anew.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    CorruptImage, ImageReadError, ImageReadOptions, ImageSet, ImageSetFormat, LabeledImages, MAX_BYTES, read,
    tree,
};
use axmul_support::{files::temp_sibling, hex};

/// Names the directory in place of the user's cache directory; empty switches the cache off.
const DIRECTORY_VARIABLE: &str = "AXMUL_CACHE_DIR";

/// Followed by the SHA-256 of all that comes behind it, the length of the header, the header as JSON, and labels and
/// pixels of each part. The digit changes with the layout and with whatever changes what is decoded.
const MAGIC: &[u8; 8] = b"aximgs1\n";

/// The longest header, bytes: it lists classes and corrupt images.
const MAX_HEADER: u64 = 1 << 30;

#[derive(Serialize, Deserialize)]
struct ImageCacheHeader {
    /// What the images were made of, and how.
    source: String,
    form: ImageSetFormat,
    classes: Vec<String>,
    shape: [usize; 3],
    /// Images of the training, validation and test part.
    counts: [Option<usize>; 3],
    corrupt: Vec<CorruptImage>,
}

/// [`read`], but decoded images come from the cache of the user where they are in it, and are put there. A cache that
/// cannot be used is no error.
pub fn read_cached(path: &Path, options: &ImageReadOptions) -> Result<ImageSet, ImageReadError> {
    let directory = match std::env::var_os(DIRECTORY_VARIABLE) {
        Some(directory) if directory.is_empty() => None,
        Some(directory) => Some(PathBuf::from(directory)),
        None => etcetera::choose_base_strategy().ok().map(|user| user.cache_dir().join("axmul")),
    };
    match directory {
        Some(directory) => read_with(&directory.join("images"), path, options),
        None => read(path, options),
    }
}

/// [`read_cached`] with a directory of entries.
pub(super) fn read_with(
    directory: &Path,
    path: &Path,
    options: &ImageReadOptions,
) -> Result<ImageSet, ImageReadError> {
    let place = fs::canonicalize(path).map_err(|error| ImageReadError::io("open", path, error))?;
    let source = hex(&Sha256::new()
        .chain_update(tree::fingerprint(path)?)
        .chain_update(format!("{options:?}"))
        .finalize());
    let name = Sha256::new()
        .chain_update(bytes_of(place.as_os_str()))
        .chain_update(format!("{options:?}"))
        .finalize();
    let entry = directory.join(hex(&name));
    match load(&entry, &source) {
        Ok(Some(set)) => return Ok(set),
        Ok(None) => {}
        Err(error) => tracing::debug!("not from the cache: {}: {error}", entry.display()),
    }
    let set = read(path, options)?;
    // Arrays are read as fast as an entry would be.
    if path.is_file() || matches!(set.form, ImageSetFormat::ImageFolder | ImageSetFormat::TinyImagenet) {
        let stored = fs::create_dir_all(directory).and_then(|()| store(&entry, source, &set));
        if let Err(error) = stored {
            tracing::debug!("not cached: {}: {error}", entry.display());
        }
    }
    Ok(set)
}

fn bytes_of(path: &OsStr) -> Vec<u8> {
    path.as_encoded_bytes().to_vec()
}

fn store(entry: &Path, source: String, set: &ImageSet) -> io::Result<()> {
    let parts = [Some(&set.train), set.validation.as_ref(), set.test.as_ref()];
    let header = serde_json::to_vec(&ImageCacheHeader {
        source,
        form: set.form,
        classes: set.classes.clone(),
        shape: set.shape,
        counts: parts.map(|part| part.map(LabeledImages::len)),
        corrupt: set.corrupt.clone(),
    })?;
    let length = (header.len() as u64).to_le_bytes();
    let labels =
        |part: &LabeledImages| part.labels.iter().flat_map(|label| label.to_le_bytes()).collect::<Vec<u8>>();
    let labels: Vec<_> = parts.iter().map(|part| part.map(labels).unwrap_or_default()).collect();
    let mut pieces: Vec<&[u8]> = vec![&length, &header];
    for (part, labels) in parts.iter().zip(&labels) {
        pieces.extend([&labels[..], part.map_or(&[], |part| &part.pixels)]);
    }
    let mut hash = Sha256::new();
    pieces.iter().for_each(|piece| hash.update(piece));
    let mut file = temp_sibling(entry).map_err(io::Error::other)?;
    file.write_all(MAGIC)?;
    file.write_all(&hash.finalize())?;
    for piece in pieces {
        file.write_all(piece)?;
    }
    file.persist(entry)?;
    Ok(())
}

/// The images of an entry; none if it is of another source.
fn load(entry: &Path, source: &str) -> io::Result<Option<ImageSet>> {
    let mut file = match File::open(entry) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let damaged = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, problem.to_owned());
    let mut start = [0; MAGIC.len() + 32 + 8];
    file.read_exact(&mut start)?;
    let (magic, rest) = start.split_at(MAGIC.len());
    let (sum, length) = rest.split_at(32);
    if magic != MAGIC {
        return Err(damaged("another layout"));
    }
    let mut hash = Sha256::new_with_prefix(length);
    let length = length.iter().rev().fold(0u64, |number, &byte| (number << 8) | u64::from(byte));
    let mut take = |length: u64| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(damaged("it breaks off"));
        }
        hash.update(&bytes);
        Ok(bytes)
    };
    if length > MAX_HEADER {
        return Err(damaged("its header is too long"));
    }
    let header: ImageCacheHeader = serde_json::from_slice(&take(length)?)?;
    if header.source != source {
        return Ok(None);
    }
    let size = header.shape.iter().try_fold(1u64, |product, &side| product.checked_mul(side as u64));
    let mut parts = [None, None, None];
    for (part, count) in parts.iter_mut().zip(header.counts) {
        let Some(count) = count else { continue };
        let bytes = size.and_then(|size| size.checked_mul(count as u64)).filter(|&bytes| bytes <= MAX_BYTES);
        let bytes = bytes.ok_or_else(|| damaged("it is too large"))?;
        let labels = take((count as u64).saturating_mul(2))?;
        let labels = labels.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        *part = Some(LabeledImages { labels, pixels: take(bytes)? });
    }
    if file.read(&mut [0])? != 0 || hash.finalize()[..] != *sum {
        return Err(damaged("its sum is wrong"));
    }
    let [train, validation, test] = parts;
    let train = train.ok_or_else(|| damaged("it has no training images"))?;
    let ImageCacheHeader { form, classes, shape, corrupt, .. } = header;
    Ok(Some(ImageSet { form, classes, shape, train, validation, test, corrupt }))
}
