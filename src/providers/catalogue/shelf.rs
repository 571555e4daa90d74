//! Catalogues that are known by name: `catalogues` in the user's data directory ([`data_home`]).
//!
//! ```text
//! catalogues/evoapproxlib-v1.2022/catalogue.yaml, files/...   imported: a copy, and all that it needs
//! catalogues/mine.link                                         added: the path of a catalogue that lies elsewhere
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::check_name;
use super::own::Embedded;
use axmul_support::files::{FileError, data_home, write_atomic};

/// The folder of catalogues.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
}

/// Why a catalogue cannot be kept, found or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShelfError {
    /// Neither `AXMUL_DATA_DIR` nor a home directory is known.
    #[error(
        "no home directory is known, so there is no place for catalogues; set AXMUL_DATA_DIR to a directory"
    )]
    NoHome,
    /// Something that cannot be a catalogue's name.
    #[error("the catalogue's name: {0}")]
    Name(String),
    /// A name that is taken.
    #[error("there is a catalogue '{name}' already, in {}; say --replace, or another name with --name", .path.display())]
    Taken {
        /// The name.
        name: String,
        /// Where that one lies.
        path: PathBuf,
    },
    /// No catalogue of that name.
    #[error("no catalogue is called '{name}'; {}", hint(.known))]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A file or folder that cannot be read or written.
    #[error("{}: {problem}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
}

fn hint(names: &[String]) -> String {
    match names {
        [] => "none is known by name; `axmul import` and `axmul catalog add` make some".into(),
        _ => format!("there are: {}", names.join(", ")),
    }
}

/// A catalogue that is known by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// Its name.
    pub name: String,
    /// The folder or file that is opened.
    pub path: PathBuf,
    /// Whether it lies elsewhere and is only known here.
    pub linked: bool,
}

/// A name that may be given to a catalogue.
#[derive(Debug)]
pub struct Place {
    root: PathBuf,
    name: String,
}

impl Shelf {
    /// The shelf of the user. It need not exist yet.
    pub fn open() -> Result<Self, ShelfError> {
        Ok(Self::at(data_home().ok_or(ShelfError::NoHome)?.join("catalogues")))
    }

    /// The shelf in this folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Everything on it, by name.
    pub fn list(&self) -> Result<Vec<Shelved>, ShelfError> {
        let error = |error: io::Error| io_error(&self.root, error);
        let files = match fs::read_dir(&self.root) {
            Ok(files) => files,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(other) => return Err(error(other)),
        };
        let mut found = Vec::new();
        for file in files {
            let path = file.map_err(error)?.path();
            found.extend(shelved(&path));
        }
        found.sort_by(|x, y| x.name.cmp(&y.name));
        Ok(found)
    }

    /// The catalogue of this name.
    pub fn find(&self, name: &str) -> Result<Shelved, ShelfError> {
        let all = self.list()?;
        all.iter().find(|one| one.name == name).cloned().ok_or_else(|| ShelfError::Unknown {
            name: name.to_owned(),
            known: all.into_iter().map(|one| one.name).collect(),
        })
    }

    /// A place for a catalogue of this name, if it is one that may be given and is free or to be replaced.
    pub fn reserve(&self, name: &str, replace: bool) -> Result<Place, ShelfError> {
        check_name(name).map_err(ShelfError::Name)?;
        if Embedded::named(name).is_some() || name.starts_with('.') {
            return Err(ShelfError::Name(format!("'{name}' means something else; choose another one")));
        }
        match self.find(name) {
            Ok(Shelved { path, .. }) if !replace => Err(ShelfError::Taken { name: name.into(), path }),
            Ok(_) | Err(ShelfError::Unknown { .. }) => {
                Ok(Place { root: self.root.clone(), name: name.to_owned() })
            }
            Err(error) => Err(error),
        }
    }

    /// Forgets the catalogue of this name; its files go with it unless they lie elsewhere.
    pub fn remove(&self, name: &str) -> Result<Shelved, ShelfError> {
        let found = self.find(name)?;
        self.discard(&found)?;
        Ok(found)
    }

    fn discard(&self, one: &Shelved) -> Result<(), ShelfError> {
        let path = if one.linked { self.root.join(link_name(&one.name)) } else { one.path.clone() };
        let removed = if one.linked { fs::remove_file(&path) } else { fs::remove_dir_all(&path) };
        removed.map_err(|error| io_error(&path, error))
    }
}

impl Place {
    /// Where the catalogue will lie.
    pub fn directory(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    /// Puts a folder there that `fill` has filled: whole or not at all.
    pub fn put(&self, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<PathBuf, ShelfError> {
        let directory = self.directory();
        let error = |error: io::Error| io_error(&directory, error);
        fs::create_dir_all(&self.root).map_err(|error| io_error(&self.root, error))?;
        let temporary = || tempfile::Builder::new().prefix(".part-").tempdir_in(&self.root);
        let new = temporary().map_err(error)?;
        fill(new.path()).map_err(error)?;
        let before = self.before();
        // The old one steps aside, and goes for good when the new one is there.
        let aside = temporary().map_err(error)?;
        if directory.exists() {
            fs::rename(&directory, aside.path().join("old")).map_err(error)?;
        }
        if let Err(failed) = fs::rename(new.path(), &directory) {
            let _ = fs::rename(aside.path().join("old"), &directory);
            return Err(error(failed));
        }
        // It bears its new name, so there is nothing left to clear away.
        let _ = new.keep();
        make_ordinary(&directory).map_err(error)?;
        if let Some(Shelved { linked: true, .. }) = before {
            let link = self.root.join(link_name(&self.name));
            fs::remove_file(&link).map_err(|error| io_error(&link, error))?;
        }
        Ok(directory)
    }

    /// Makes the catalogue at `target` known by this name.
    pub fn link(&self, target: &Path) -> Result<(), ShelfError> {
        let target = target.canonicalize().map_err(|error| io_error(target, error))?;
        let path = self.root.join(link_name(&self.name));
        let text = target.to_str().ok_or_else(|| ShelfError::Io {
            path: target.clone(),
            problem: "expected a path in UTF-8; rename it, or name it with --catalog".into(),
        })?;
        let before = self.before();
        write_atomic(&path, text.as_bytes())
            .map_err(|FileError { path, problem, .. }| ShelfError::Io { path, problem })?;
        match before {
            Some(copy) if !copy.linked => Shelf::at(&self.root).discard(&copy),
            _ => Ok(()),
        }
    }

    fn before(&self) -> Option<Shelved> {
        Shelf::at(&self.root).find(&self.name).ok()
    }
}

/// What a folder or file of the shelf is, if it is anything.
fn shelved(path: &Path) -> Option<Shelved> {
    let name = path.file_name()?.to_str()?;
    if name.starts_with('.') {
        return None;
    }
    if path.is_dir() {
        return Some(Shelved { name: name.to_owned(), path: path.into(), linked: false });
    }
    let name = name.strip_suffix(LINK)?;
    let target = fs::read_to_string(path).ok()?;
    Some(Shelved { name: name.to_owned(), path: target.trim_end_matches(['\r', '\n']).into(), linked: true })
}

const LINK: &str = ".link";

fn link_name(name: &str) -> String {
    format!("{name}{LINK}")
}

/// Temporary folders are private; a catalogue is as readable as the folder around it.
fn make_ordinary(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(parent) = directory.parent() {
        fs::set_permissions(directory, fs::metadata(parent)?.permissions())?;
    }
    Ok(())
}

fn io_error(path: &Path, error: io::Error) -> ShelfError {
    ShelfError::Io { path: path.into(), problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(shelf: &Shelf) -> Vec<String> {
        shelf.list().unwrap().into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn copies_and_links_come_and_go() {
        let home = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(home.path().join("new/catalogues"));
        assert_eq!(names(&shelf), Vec::<String>::new());
        let put = |text: &'static str, replace| {
            shelf.reserve("mine", replace)?.put(|at| fs::write(at.join("catalogue.yaml"), text))
        };
        let directory = put("one", false).unwrap();
        assert_eq!(fs::read_to_string(directory.join("catalogue.yaml")).unwrap(), "one");
        assert!(matches!(put("two", false), Err(ShelfError::Taken { .. })));
        put("two", true).unwrap();
        assert_eq!(fs::read_to_string(directory.join("catalogue.yaml")).unwrap(), "two");
        // Nothing is left of the first, nor of a copy that failed.
        let failing = shelf.reserve("mine", true).unwrap().put(|_| Err(io::Error::other("no more disk")));
        assert!(failing.unwrap_err().to_string().ends_with("mine: no more disk"));
        assert_eq!(fs::read_dir(directory.parent().unwrap()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(directory.join("catalogue.yaml")).unwrap(), "two");

        let elsewhere = home.path().join("elsewhere.yaml");
        fs::write(&elsewhere, "three").unwrap();
        shelf.reserve("other", false).unwrap().link(&elsewhere).unwrap();
        assert_eq!(names(&shelf), ["mine", "other"]);
        assert_eq!(shelf.find("other").unwrap().path, elsewhere.canonicalize().unwrap());
        // A link in the place of a copy, and the other way round.
        shelf.reserve("mine", true).unwrap().link(&elsewhere).unwrap();
        assert!(shelf.find("mine").unwrap().linked && !directory.exists());
        put("four", true).unwrap();
        assert!(!shelf.find("mine").unwrap().linked);
        assert_eq!(names(&shelf), ["mine", "other"]);

        shelf.remove("other").unwrap();
        shelf.remove("mine").unwrap();
        assert!(elsewhere.exists() && !directory.exists());
        assert_eq!(names(&shelf), Vec::<String>::new());
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(home.path());
        let message = |name: &str| shelf.reserve(name, true).unwrap_err().to_string();
        assert_eq!(message("own"), "the catalogue's name: 'own' means something else; choose another one");
        assert!(message("families").contains("means something else"));
        assert!(message("a/b").contains("expected letters, digits"));
        assert!(message("..").contains("means something else"), "{}", message(".."));
        assert!(message("mine.npy").contains("no file extension"));
        assert!(message("").contains("expected letters"));
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let home = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(home.path());
        let unknown = |shelf: &Shelf| shelf.remove("x").unwrap_err().to_string();
        assert!(unknown(&shelf).contains("none is known by name"), "{}", unknown(&shelf));
        shelf.reserve("mine", false).unwrap().put(|_| Ok(())).unwrap();
        assert_eq!(unknown(&shelf), "no catalogue is called 'x'; there are: mine");
        fs::write(home.path().join("stray"), "").unwrap();
        assert_eq!(names(&shelf), ["mine"]);
        let file = home.path().join("stray/below");
        assert!(Shelf::at(file).list().unwrap_err().to_string().contains("stray/below"));
    }
}
