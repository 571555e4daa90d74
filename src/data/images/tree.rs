//! Files below a folder or in an archive, one after the other, nothing unpacked to disk.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use sha2::{Digest, Sha256};

use super::ImageReadError;

/// Folders within folders, at most.
const MAX_DEPTH: usize = 16;
/// The longest file that is read, bytes; the parts of CIFAR-100 have 155 MB.
const MAX_FILE: u64 = 4 << 30;
/// Memory for unpacking xz, KiB: four times what `xz -9` asks for.
const XZ_MEMORY: u32 = 256 << 10;
/// Length of a block of tar.
const BLOCK: usize = 512;

/// Progress callback `(done, total)` in bytes, called now and then; `None` for no progress.
pub type ReadProgress<'a> = Option<&'a dyn Fn(u64, u64)>;

/// Something below the folder or in the archive. Paths are relative, with `/`.
pub(super) enum TreeEntry {
    /// A folder.
    Folder(String),
    /// A file and its content.
    File(String, Vec<u8>),
}

/// Takes entries until it fails.
type Take<'a> = &'a mut dyn FnMut(TreeEntry) -> Result<(), ImageReadError>;

/// Hands every folder and every file that is `wanted` to `take`: folders in the order of their names, archives in
/// theirs. Hidden files, and what systems leave in archives beside the files, are passed over. `progress` gets the
/// bytes that are read of a folder's wanted files, or of an archive as it lies there.
pub(super) fn visit(
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
    progress: ReadProgress<'_>,
    take: Take<'_>,
) -> Result<(), ImageReadError> {
    let wanted = |name: &str| !is_hidden(name) && wanted(name);
    let metadata = fs::metadata(path).map_err(|error| ImageReadError::io("open", path, error))?;
    if metadata.is_dir() {
        let mut meter = Meter { progress, done: 0, total: 0 };
        if progress.is_some() {
            meter.total = length(path, &wanted)?;
        }
        return walk(path, "", 0, &mut |name, file| match file {
            None => take(TreeEntry::Folder(name.to_owned())),
            Some(_) if !wanted(name) => Ok(()),
            Some(place) => {
                let open = File::open(place).map_err(|error| ImageReadError::io("open", place, error))?;
                let content = content(open, place).map_err(|error| named("read", place, error))?;
                meter.done += content.len() as u64;
                take(TreeEntry::File(name.to_owned(), content))?;
                meter.show();
                Ok(())
            }
        });
    }
    let file = File::open(path).map_err(|error| ImageReadError::io("open", path, error))?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let start = file.fill_buf().map_err(|error| ImageReadError::io("read", path, error))?;
    let meter = Meter { progress, done: 0, total: metadata.len() };
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return visit_zip(path, file, meter, &wanted, take);
    }
    let (gzip, xz) = (start.starts_with(&[0x1f, 0x8b]), start.starts_with(b"\xfd7zXZ\0"));
    let file = Metered { file, meter };
    if gzip {
        visit_tar(path, MultiGzDecoder::new(file), &wanted, take)
    } else if xz {
        visit_tar(path, XzReader::new_mem_limit(file, true, XZ_MEMORY), &wanted, take)
    } else {
        visit_tar(path, file, &wanted, take)
    }
}

/// How much is read.
struct Meter<'a> {
    progress: ReadProgress<'a>,
    /// Bytes so far.
    done: u64,
    /// Bytes in all.
    total: u64,
}

impl Meter<'_> {
    fn show(&self) {
        if let Some(progress) = self.progress {
            // Files may have grown since their length was asked for.
            progress(self.done.min(self.total), self.total);
        }
    }
}

/// An archive that is read from its start to its end.
struct Metered<'a, R> {
    file: R,
    meter: Meter<'a>,
}

impl<R: BufRead> Read for Metered<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(to)?;
        self.meter.done += length as u64;
        self.meter.show();
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Metered<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.file.consume(length);
        self.meter.done += length as u64;
        self.meter.show();
    }
}

/// Bytes of the `wanted` files below a folder.
fn length(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<u64, ImageReadError> {
    let mut length = 0;
    walk(folder, "", 0, &mut |name, file| {
        if let Some(place) = file.filter(|_| wanted(name)) {
            let metadata = fs::metadata(place).map_err(|error| ImageReadError::io("open", place, error))?;
            length += metadata.len();
        }
        Ok(())
    })?;
    Ok(length)
}

/// What identifies the content without reading it: path, length and time of change of every file, hashed.
pub(super) fn fingerprint(path: &Path) -> Result<[u8; 32], ImageReadError> {
    let mut hash = Sha256::new();
    let mut add = |name: &str, place: &Path| {
        let metadata = fs::metadata(place).map_err(|error| ImageReadError::io("open", place, error))?;
        let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update(metadata.len().to_le_bytes());
        hash.update(changed.map_or(0, |time| time.as_nanos()).to_le_bytes());
        Ok(())
    };
    if path.is_dir() {
        walk(path, "", 0, &mut |name, file| file.map_or(Ok(()), |place| add(name, place)))?;
    } else {
        add("", path)?;
    }
    Ok(hash.finalize().into())
}

/// Takes the relative names of folders, and of files with their paths, until it fails.
type Each<'a> = &'a mut dyn FnMut(&str, Option<&Path>) -> Result<(), ImageReadError>;

/// Calls `each` with the relative name of everything below `folder`; files with their path too.
fn walk(folder: &Path, prefix: &str, depth: usize, each: Each<'_>) -> Result<(), ImageReadError> {
    if depth > MAX_DEPTH {
        return Err(ImageReadError::TooLarge {
            path: folder.to_path_buf(),
            problem: format!("more than {MAX_DEPTH} folders within each other (a link that leads upwards?)"),
        });
    }
    let failed = |error| ImageReadError::io("list", folder, error);
    let mut entries = fs::read_dir(folder).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (place, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if is_hidden(&name) {
            continue;
        }
        let kind = entry.file_type().map_err(|error| ImageReadError::io("open", &place, error))?;
        // Links are followed.
        let metadata =
            if kind.is_symlink() { fs::metadata(&place).map(|m| m.is_dir()) } else { Ok(kind.is_dir()) };
        if metadata.map_err(|error| ImageReadError::io("open", &place, error))? {
            each(&name, None)?;
            walk(&place, &name, depth + 1, each)?;
        } else {
            each(&name, Some(&place))?;
        }
    }
    Ok(())
}

fn visit_tar(
    path: &Path,
    mut input: impl Read,
    wanted: &dyn Fn(&str) -> bool,
    take: Take<'_>,
) -> Result<(), ImageReadError> {
    let mut start = Vec::new();
    input.by_ref().take(BLOCK as u64).read_to_end(&mut start).map_err(|error| broken(path, &error))?;
    if start.len() < BLOCK || !start[257..].starts_with(b"ustar") {
        return Err(ImageReadError::archive(
            path,
            "it is no archive that can be read; expected a folder, .tar, .tar.gz, .tar.xz or .zip",
        ));
    }
    let mut archive = tar::Archive::new(Cursor::new(start).chain(input));
    let mut ended = false;
    for entry in archive.entries().map_err(|error| broken(path, &error))? {
        let entry = entry.map_err(|error| broken(path, &error))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(name) = clean(&name) else { continue };
        ended = true;
        if entry.header().entry_type().is_dir() {
            if !is_hidden(&name) {
                take(TreeEntry::Folder(name))?;
            }
        } else if entry.header().entry_type().is_file() && wanted(&name) {
            let (size, inside) = (entry.size(), path.join(&name));
            let content = content(entry, &inside).map_err(|error| match error {
                Content::Io(error) => broken(path, &error),
                Content::TooLarge(error) => error,
            })?;
            if (content.len() as u64) < size {
                return Err(ImageReadError::archive(
                    path,
                    format!("it breaks off within {name}; is it truncated?"),
                ));
            }
            take(TreeEntry::File(name, content))?;
        }
    }
    if ended { Ok(()) } else { Err(ImageReadError::archive(path, "the archive is empty")) }
}

fn visit_zip(
    path: &Path,
    file: BufReader<File>,
    mut meter: Meter<'_>,
    wanted: &dyn Fn(&str) -> bool,
    take: Take<'_>,
) -> Result<(), ImageReadError> {
    let fault =
        |error: &zip::result::ZipError| ImageReadError::archive(path, format!("a damaged .zip ({error})"));
    let mut archive = zip::ZipArchive::new(file).map_err(|error| fault(&error))?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| fault(&error))?;
        meter.done = meter.done.saturating_add(entry.compressed_size());
        let name = entry.name().map_err(|error| fault(&error))?.into_owned();
        let Some(name) = clean(&name) else { continue };
        if entry.is_dir() {
            if !is_hidden(&name) {
                take(TreeEntry::Folder(name))?;
            }
        } else if wanted(&name) {
            let inside = path.join(&name);
            let content = content(entry, &inside).map_err(|error| match error {
                Content::Io(error) => ImageReadError::archive(
                    path,
                    format!("a damaged .zip: {name} cannot be unpacked ({error})"),
                ),
                Content::TooLarge(error) => error,
            })?;
            take(TreeEntry::File(name, content))?;
            meter.show();
        }
    }
    Ok(())
}

fn broken(path: &Path, error: &io::Error) -> ImageReadError {
    ImageReadError::archive(path, format!("the archive is damaged or truncated ({error})"))
}

enum Content {
    Io(io::Error),
    TooLarge(ImageReadError),
}

fn named(doing: &'static str, path: &Path, fault: Content) -> ImageReadError {
    match fault {
        Content::Io(error) => ImageReadError::io(doing, path, error),
        Content::TooLarge(error) => error,
    }
}

/// Everything that comes, up to a limit: lengths that headers announce reserve nothing.
fn content(input: impl Read, path: &Path) -> Result<Vec<u8>, Content> {
    let mut content = Vec::new();
    input.take(MAX_FILE + 1).read_to_end(&mut content).map_err(Content::Io)?;
    if content.len() as u64 > MAX_FILE {
        return Err(Content::TooLarge(ImageReadError::TooLarge {
            path: path.to_path_buf(),
            problem: format!("expected at most {} GiB in a file", MAX_FILE >> 30),
        }));
    }
    Ok(content)
}

/// A path in an archive, relative and with `/`; `None` where nothing is left of it.
fn clean(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Whether any part of the path is hidden, or is what macOS puts beside the files of an archive.
fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::samples::{gz, place, tar, whole, xz, zip};
    use super::*;

    /// What `progress` gets.
    fn progressed(path: &Path) -> Vec<(u64, u64)> {
        let seen = RefCell::new(vec![]);
        let progress = |done, total| seen.borrow_mut().push((done, total));
        visit(path, &|name| name.ends_with(".png"), Some(&progress), &mut |_| Ok(())).unwrap();
        seen.into_inner()
    }

    #[test]
    fn what_is_read_grows_to_what_there_is() {
        let root = tempfile::tempdir().unwrap();
        let mut files = whole();
        files.push(("readme.txt".into(), vec![0; 1000]));
        place(&root.path().join("folder"), &files);
        let images: usize = whole().iter().map(|(_, content)| content.len()).sum();
        for (name, archive) in [
            ("a.tar", tar(&files)),
            ("a.gz", gz(&tar(&files))),
            ("a.xz", xz(&tar(&files))),
            ("a.zip", zip(&files)),
        ] {
            fs::write(root.path().join(name), archive).unwrap();
        }
        for (name, total) in
            [("folder", Some(images)), ("a.tar", None), ("a.gz", None), ("a.xz", None), ("a.zip", None)]
        {
            let path = root.path().join(name);
            let total = total.map_or_else(|| fs::metadata(&path).unwrap().len(), |total| total as u64);
            let seen = progressed(&path);
            assert!(seen.iter().all(|&(_, of)| of == total), "{name}: {seen:?}");
            assert!(seen.is_sorted() && seen[0].0 < total / 2, "{name}: {seen:?}");
            let last = seen.last().unwrap().0;
            // The directory at the end of a zip has been read before, and some zeros at the end of a tar are not read.
            assert!(last <= total && (name == "a.zip" || 3 * last > 2 * total), "{name}: {seen:?}");
            assert!(name != "folder" || last == total, "{seen:?}");
        }
    }
}
