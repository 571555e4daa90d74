//! One pass over a folder or an archive: images decoded as they come, everything else that may matter kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::decode::{Picture, decode, is_image};
use super::tree::{ReadProgress, TreeEntry, visit};
use super::{CorruptImage, ImageReadError, ImageReadOptions, MAX_BYTES, OnCorrupt, resize};

/// Images that are decoded at once.
const CHUNK: usize = 1024;
/// Bytes of packed images that wait to be decoded, at most.
const CHUNK_BYTES: usize = 64 << 20;
/// Files and folders, at most: far above every data set, and below what fills the memory with names.
const MAX_ENTRIES: usize = 20_000_000;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Images, in the order of their paths.
    pub pictures: Vec<(String, Picture)>,
    /// Other files that some form of a data set consists of, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Folders, for those that are empty.
    pub folders: BTreeSet<String>,
    /// Images that cannot be decoded, in the order of their paths.
    pub corrupt: Vec<CorruptImage>,
}

impl Gathered {
    /// Whether there is a file of this name in some folder.
    pub fn has_file(&self, name: &str) -> bool {
        self.files.keys().any(|path| base(path) == name)
    }

    /// The path and the content of the one file of this name.
    pub fn file(&self, path: &Path, name: &str) -> Result<(&str, &[u8]), ImageReadError> {
        let mut found = self.files.iter().filter(|(path, _)| base(path) == name);
        match (found.next(), found.next()) {
            (Some((path, content)), None) => Ok((path, content)),
            (None, _) => Err(ImageReadError::layout(path, &format!("the file {name} is missing"))),
            (Some((one, _)), Some((two, _))) => {
                Err(ImageReadError::layout(path, &format!("expected one file {name}, found {one} and {two}")))
            }
        }
    }
}

/// The name of a file without its folders.
pub(super) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads every image file at `path`, and every other file whose name `is_part` of some format.
pub(super) fn gather(
    path: &Path,
    options: &ImageReadOptions,
    is_part: &dyn Fn(&str) -> bool,
    progress: ReadProgress<'_>,
) -> Result<Gathered, ImageReadError> {
    let mut gathered = Gathered::default();
    let mut waiting: Vec<(String, Vec<u8>)> = Vec::new();
    let (mut waiting_bytes, mut bytes, mut entries) = (0, 0u64, 0);
    let too_large = |bytes: u64| {
        (bytes > MAX_BYTES).then(|| ImageReadError::TooLarge {
            path: path.to_path_buf(),
            problem: format!("more than {} GiB of images, which are held in memory", MAX_BYTES >> 30),
        })
    };
    let decode_waiting = |waiting: &mut Vec<(String, Vec<u8>)>, gathered: &mut Gathered, bytes: &mut u64| {
        // Counted as they come: a few kilobytes may decode to many megabytes.
        let held = AtomicU64::new(*bytes);
        let decoded: Vec<_> = std::mem::take(waiting)
            .into_par_iter()
            .map(|(name, content)| {
                let picture = decode(&content).map(|picture| match options.resize {
                    Some(size) => resize::resize(picture, size),
                    None => picture,
                });
                let new = picture.as_ref().map_or(0, |picture| picture.pixels.len() as u64);
                too_large(held.fetch_add(new, Ordering::Relaxed) + new).map_or(Ok((name, picture)), Err)
            })
            .collect::<Result<_, _>>()?;
        *bytes = held.into_inner();
        for (name, picture) in decoded {
            match picture {
                Ok(picture) => gathered.pictures.push((name, picture)),
                Err(problem) if options.corrupt == OnCorrupt::Fail => {
                    return Err(ImageReadError::Corrupt { path: path.to_path_buf(), image: name, problem });
                }
                Err(problem) => gathered.corrupt.push(CorruptImage { path: name, problem }),
            }
        }
        Ok(())
    };
    visit(path, &|name| is_image(name) || is_part(base(name)), progress, &mut |entry| {
        entries += 1;
        if entries > MAX_ENTRIES {
            let problem = format!("more than {MAX_ENTRIES} files and folders");
            return Err(ImageReadError::TooLarge { path: path.to_path_buf(), problem });
        }
        match entry {
            TreeEntry::Folder(name) => {
                gathered.folders.insert(name);
            }
            TreeEntry::File(name, content) if is_image(&name) => {
                waiting_bytes += content.len();
                waiting.push((name, content));
                if waiting.len() >= CHUNK || waiting_bytes >= CHUNK_BYTES {
                    waiting_bytes = 0;
                    decode_waiting(&mut waiting, &mut gathered, &mut bytes)?;
                }
            }
            TreeEntry::File(name, content) => {
                bytes += content.len() as u64;
                too_large(bytes).map_or(Ok(()), Err)?;
                gathered.files.insert(name, content);
            }
        }
        Ok(())
    })?;
    decode_waiting(&mut waiting, &mut gathered, &mut bytes)?;
    gathered.pictures.sort_by(|(a, _), (b, _)| a.cmp(b));
    gathered.corrupt.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(pair) = gathered.pictures.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(ImageReadError::layout(path, &format!("{} is there twice", pair[0].0)));
    }
    Ok(gathered)
}
