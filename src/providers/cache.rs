//! Tables and metrics kept between runs. The only module that names `bincode`.
//!
//! An entry is a file named by the SHA-256 of everything that produced its content ([`Key`]), so that nothing
//! ever has to be invalidated. It holds a magic with the version of this layout, a SHA-256 of key and payload,
//! and the payload; whatever does not check is built again and written over. Files appear whole, by renaming, so
//! processes that write the same entry at once leave one or the other, and both are right.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::error::MultiplierError;
use super::options::CacheChoice;
use axmul_support::{
    files::{FileError, write_atomic},
    hex,
};

/// Names the directory in place of the user's cache directory; empty switches the cache off.
pub const DIRECTORY_VARIABLE: &str = "AXMUL_CACHE_DIR";

/// Followed by the SHA-256 of key and payload, and the payload. The digit changes with the layout of anything
/// that is stored.
const MAGIC: &[u8; 8] = b"axmult2\n";
const HEADER: usize = MAGIC.len() + 32;

/// A directory of entries, or nothing.
#[derive(Clone, Debug)]
pub struct Cache {
    directory: Option<PathBuf>,
}

/// What produced an entry, hashed.
#[derive(Clone, Debug)]
pub struct Key(Sha256);

impl Key {
    /// A key of things of one kind, e.g. `table`.
    pub fn new(kind: &str) -> Self {
        Self(Sha256::new()).with(kind.as_bytes())
    }

    /// Adds a part. Parts are told apart: `ab`, `c` is another key than `a`, `bc`.
    #[must_use]
    pub fn with(mut self, part: &[u8]) -> Self {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    fn digest(&self) -> [u8; 32] {
        self.0.clone().finalize().into()
    }
}

impl Cache {
    /// No cache.
    pub fn off() -> Self {
        Self { directory: None }
    }

    /// The cache of this choice. The user's directory that cannot be had is as good as none; one that was asked
    /// for is an error.
    pub fn open(choice: &CacheChoice) -> Result<Self, MultiplierError> {
        let (asked_for, explicit) = match choice {
            CacheChoice::Off => (None, false),
            CacheChoice::Directory(directory) => (Some(directory.clone()), true),
            CacheChoice::User => match std::env::var_os(DIRECTORY_VARIABLE) {
                Some(directory) if directory.is_empty() => (None, false),
                Some(directory) => (Some(directory.into()), true),
                None => (user_directory(), false),
            },
        };
        let Some(root) = asked_for else { return Ok(Self { directory: None }) };
        let directory = root.join("tables");
        match std::fs::create_dir_all(&directory) {
            Ok(()) => Ok(Self { directory: Some(directory) }),
            Err(source) if explicit => Err(MultiplierError::Cache { path: root, source: source.into() }),
            Err(error) => {
                tracing::debug!("no cache: {}: {error}", directory.display());
                Ok(Self { directory: None })
            }
        }
    }

    /// Where the entries lie, if there is a cache.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// The entry of `key`; where there is none that checks, what `make` makes, kept for the next time. A cache
    /// that cannot be written is no error.
    pub fn get_or<T, E>(&self, key: &Key, make: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
    {
        let Some(directory) = &self.directory else { return make() };
        let key = key.digest();
        let path = directory.join(hex(&key));
        if let Some(value) = std::fs::read(&path).ok().and_then(|bytes| decode(&key, &bytes)) {
            return Ok(value);
        }
        let value = make()?;
        let kept = encode(&key, &value)
            .map_err(|error| FileError::write(&path, error))
            .and_then(|bytes| write_atomic(&path, &bytes));
        if let Err(error) = kept {
            tracing::debug!("not cached: {error}");
        }
        Ok(value)
    }
}

/// `axmul` in the cache directory of the user, by the platform's convention.
pub fn user_directory() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("axmul"))
}

/// Numbers at their full width: a table is read back at the speed of copying.
fn layout() -> impl bincode::config::Config {
    bincode::config::standard().with_fixed_int_encoding().with_limit::<{ 64 << 20 }>()
}

fn encode<T: Serialize>(key: &[u8; 32], value: &T) -> std::io::Result<Vec<u8>> {
    let payload = bincode::serde::encode_to_vec(value, layout()).map_err(std::io::Error::other)?;
    Ok([&MAGIC[..], &checksum(key, &payload), &payload].concat())
}

fn decode<T: DeserializeOwned>(key: &[u8; 32], bytes: &[u8]) -> Option<T> {
    let (header, payload) = bytes.split_at_checked(HEADER)?;
    let (magic, sum) = header.split_at(MAGIC.len());
    if magic != MAGIC || sum != checksum(key, payload) {
        return None;
    }
    let (value, read) = bincode::serde::decode_from_slice(payload, layout()).ok()?;
    (read == payload.len()).then_some(value)
}

fn checksum(key: &[u8; 32], payload: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key).chain_update(payload).finalize().into()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use super::*;

    type Value = (String, Vec<i32>);

    fn value(seed: i32) -> Value {
        ("name".into(), (0..1000).map(|i| i * seed).collect())
    }

    fn cache() -> (tempfile::TempDir, Cache) {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(&CacheChoice::Directory(root.path().into())).unwrap();
        (root, cache)
    }

    /// (the value, whether it was made anew)
    fn get(cache: &Cache, key: &Key, seed: i32) -> (Value, bool) {
        let made = Cell::new(false);
        let make = || {
            made.set(true);
            Ok::<_, Infallible>(value(seed))
        };
        let Ok(value) = cache.get_or(key, make);
        (value, made.get())
    }

    fn only_file(cache: &Cache) -> PathBuf {
        let mut files = std::fs::read_dir(cache.directory().unwrap()).unwrap();
        let path = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none(), "one entry and no leftovers");
        path
    }

    #[test]
    fn an_entry_is_made_once() {
        let (_root, cache) = cache();
        let key = Key::new("test").with(b"1");
        assert_eq!(get(&cache, &key, 1), (value(1), true));
        assert_eq!(get(&cache, &key, 2), (value(1), false));
        assert_eq!(get(&cache, &Key::new("test").with(b"2"), 2), (value(2), true));
        let off = Cache::open(&CacheChoice::Off).unwrap();
        assert!(get(&off, &key, 3).1 && get(&off, &key, 3).1);
    }

    #[test]
    fn parts_of_a_key_are_told_apart() {
        let digest = |parts: &[&[u8]]| parts.iter().fold(Key::new("k"), |key, part| key.with(part)).digest();
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"ab"]), digest(&[b"ab", b""]));
    }

    #[test]
    fn damaged_truncated_and_outdated_entries_are_rebuilt() {
        let (_root, cache) = cache();
        let key = Key::new("test");
        get(&cache, &key, 1);
        let path = only_file(&cache);
        let good = std::fs::read(&path).unwrap();
        type Damage<'a> = &'a dyn Fn(&mut Vec<u8>);
        let damage: [Damage; 6] = [
            &|bytes| bytes.clear(),
            &|bytes| bytes.truncate(HEADER - 1),
            &|bytes| bytes.truncate(bytes.len() - 1),
            &|bytes| bytes.push(0),
            &|bytes| bytes[MAGIC.len() - 2] = b'0',
            &|bytes| *bytes.last_mut().unwrap() ^= 1,
        ];
        for damage in damage {
            let mut bytes = good.clone();
            damage(&mut bytes);
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(get(&cache, &key, 2), (value(2), true), "rebuilt");
            assert_eq!(get(&cache, &key, 3), (value(2), false), "and kept");
        }
    }

    /// Every single damaged bit of the beginning, and an entry under another's name.
    #[test]
    fn no_flipped_bit_and_no_other_entry_is_believed() {
        let key = Key::new("test").digest();
        let good = encode(&key, &value(1)).unwrap();
        assert_eq!(decode::<Value>(&key, &good), Some(value(1)));
        for bit in 0..8 * 100 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode::<Value>(&key, &bytes), None, "bit {bit}");
        }
        assert_eq!(decode::<Value>(&Key::new("other").digest(), &good), None);
        // A payload that checks but is of another type: an entry of a version that forgot to change the magic.
        let other = encode(&key, &1u8).unwrap();
        assert_eq!(decode::<Value>(&key, &other), None);
    }

    #[test]
    fn many_writers_at_once_do_no_harm() {
        let (_root, cache) = cache();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for i in 0..40 {
                        let key = Key::new("shared").with(&[i % 4]);
                        assert_eq!(get(&cache, &key, i32::from(i % 4)).0, value(i32::from(i % 4)));
                        if i % 7 == 0 {
                            std::fs::remove_file(cache.directory().unwrap().join(hex(&key.digest()))).ok();
                        }
                    }
                });
            }
        });
        for entry in std::fs::read_dir(cache.directory().unwrap()).unwrap() {
            let name = entry.unwrap().file_name();
            assert_eq!(name.len(), 64, "no temporary file is left: {name:?}");
        }
    }

    #[test]
    fn only_a_directory_that_was_asked_for_must_exist() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = Cache::open(&CacheChoice::Directory(file.clone())).unwrap_err().to_string();
        assert!(error.contains("file") && error.contains("switch the cache off"), "{error}");
    }
}
