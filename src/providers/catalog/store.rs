//! Catalogs that are known by name: `catalogs` in the user's data directory ([`data_home`]).
//!
//! ```text
//! catalogs/evoapproxlib-v1.2022/catalog.yaml, files/...   imported: a copy, and all that it needs
//! catalogs/mine.link                                         added: the path of a catalog that lies elsewhere
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::check_name;
use super::own::Embedded;
use axmul_support::files::{FileError, data_home, write_atomic};

/// The folder of catalogs.
#[derive(Clone, Debug)]
pub struct CatalogStore {
    root: PathBuf,
}

/// Why a catalog cannot be kept, found or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogStoreError {
    /// Neither `AXMUL_DATA_DIR` nor a home directory is known.
    #[error(
        "no home directory is known, so there is no place for catalogs; set AXMUL_DATA_DIR to a directory"
    )]
    NoHome,
    /// Something that cannot be a catalog's name.
    #[error("the catalog's name: {0}")]
    Name(String),
    /// A name that is taken.
    #[error("there is a catalog '{name}' already, in {}; say --replace, or another name with --name", .path.display())]
    Taken {
        /// The name.
        name: String,
        /// Where that one lies.
        path: PathBuf,
    },
    /// No catalog of that name.
    #[error("unknown catalog '{name}'; {}", hint(.known))]
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

/// A catalog that is known by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCatalog {
    /// Its name.
    pub name: String,
    /// The folder or file that is opened.
    pub path: PathBuf,
    /// Whether it lies elsewhere and is only known here.
    pub linked: bool,
}

/// A name that may be given to a catalog.
#[derive(Debug)]
pub struct CatalogSlot {
    root: PathBuf,
    name: String,
}

impl CatalogStore {
    /// The shelf of the user. It need not exist yet.
    pub fn open() -> Result<Self, CatalogStoreError> {
        Ok(Self::at(data_home().ok_or(CatalogStoreError::NoHome)?.join("catalogs")))
    }

    /// The shelf in this folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Everything on it, by name.
    pub fn list(&self) -> Result<Vec<StoredCatalog>, CatalogStoreError> {
        let error = |error: io::Error| io_error(&self.root, error);
        let files = match fs::read_dir(&self.root) {
            Ok(files) => files,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(other) => return Err(error(other)),
        };
        let mut found = Vec::new();
        for file in files {
            let path = file.map_err(error)?.path();
            found.extend(stored(&path));
        }
        found.sort_by(|x, y| x.name.cmp(&y.name));
        Ok(found)
    }

    /// The catalog of this name.
    pub fn find(&self, name: &str) -> Result<StoredCatalog, CatalogStoreError> {
        let all = self.list()?;
        all.iter().find(|one| one.name == name).cloned().ok_or_else(|| CatalogStoreError::Unknown {
            name: name.to_owned(),
            known: all.into_iter().map(|one| one.name).collect(),
        })
    }

    /// A place for a catalog of this name, if it is one that may be given and is free or to be replaced.
    pub fn reserve(&self, name: &str, replace: bool) -> Result<CatalogSlot, CatalogStoreError> {
        check_name(name).map_err(CatalogStoreError::Name)?;
        if Embedded::named(name).is_some() || name.starts_with('.') {
            return Err(CatalogStoreError::Name(format!(
                "'{name}' means something else; choose another one"
            )));
        }
        match self.find(name) {
            Ok(StoredCatalog { path, .. }) if !replace => {
                Err(CatalogStoreError::Taken { name: name.into(), path })
            }
            Ok(_) | Err(CatalogStoreError::Unknown { .. }) => {
                Ok(CatalogSlot { root: self.root.clone(), name: name.to_owned() })
            }
            Err(error) => Err(error),
        }
    }

    /// Forgets the catalog of this name; its files go with it unless they lie elsewhere.
    pub fn remove(&self, name: &str) -> Result<StoredCatalog, CatalogStoreError> {
        let found = self.find(name)?;
        self.discard(&found)?;
        Ok(found)
    }

    fn discard(&self, one: &StoredCatalog) -> Result<(), CatalogStoreError> {
        let path = if one.linked { self.root.join(link_name(&one.name)) } else { one.path.clone() };
        let removed = if one.linked { fs::remove_file(&path) } else { fs::remove_dir_all(&path) };
        removed.map_err(|error| io_error(&path, error))
    }
}

impl CatalogSlot {
    /// Where the catalog will lie.
    pub fn directory(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    /// Puts a folder there that `fill` has filled: whole or not at all.
    pub fn put(&self, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<PathBuf, CatalogStoreError> {
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
        if let Some(StoredCatalog { linked: true, .. }) = before {
            let link = self.root.join(link_name(&self.name));
            fs::remove_file(&link).map_err(|error| io_error(&link, error))?;
        }
        Ok(directory)
    }

    /// Makes the catalog at `target` known by this name.
    pub fn link(&self, target: &Path) -> Result<(), CatalogStoreError> {
        let target = target.canonicalize().map_err(|error| io_error(target, error))?;
        let path = self.root.join(link_name(&self.name));
        let text = target.to_str().ok_or_else(|| CatalogStoreError::Io {
            path: target.clone(),
            problem: "expected a path in UTF-8; rename it, or name it with --catalog".into(),
        })?;
        let before = self.before();
        write_atomic(&path, text.as_bytes())
            .map_err(|FileError { path, problem, .. }| CatalogStoreError::Io { path, problem })?;
        match before {
            Some(copy) if !copy.linked => CatalogStore::at(&self.root).discard(&copy),
            _ => Ok(()),
        }
    }

    fn before(&self) -> Option<StoredCatalog> {
        CatalogStore::at(&self.root).find(&self.name).ok()
    }
}

/// What a folder or file of the shelf is, if it is anything.
fn stored(path: &Path) -> Option<StoredCatalog> {
    let name = path.file_name()?.to_str()?;
    if name.starts_with('.') {
        return None;
    }
    if path.is_dir() {
        return Some(StoredCatalog { name: name.to_owned(), path: path.into(), linked: false });
    }
    let name = name.strip_suffix(LINK)?;
    let target = fs::read_to_string(path).ok()?;
    Some(StoredCatalog {
        name: name.to_owned(),
        path: target.trim_end_matches(['\r', '\n']).into(),
        linked: true,
    })
}

const LINK: &str = ".link";

fn link_name(name: &str) -> String {
    format!("{name}{LINK}")
}

/// Temporary folders are private; a catalog is as readable as the folder around it.
fn make_ordinary(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(parent) = directory.parent() {
        fs::set_permissions(directory, fs::metadata(parent)?.permissions())?;
    }
    Ok(())
}

fn io_error(path: &Path, error: io::Error) -> CatalogStoreError {
    CatalogStoreError::Io { path: path.into(), problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(store: &CatalogStore) -> Vec<String> {
        store.list().unwrap().into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn copies_and_links_come_and_go() {
        let home = tempfile::tempdir().unwrap();
        let store = CatalogStore::at(home.path().join("new/catalogs"));
        assert_eq!(names(&store), Vec::<String>::new());
        let put = |text: &'static str, replace| {
            store.reserve("mine", replace)?.put(|at| fs::write(at.join("catalog.yaml"), text))
        };
        let directory = put("one", false).unwrap();
        assert_eq!(fs::read_to_string(directory.join("catalog.yaml")).unwrap(), "one");
        assert!(matches!(put("two", false), Err(CatalogStoreError::Taken { .. })));
        put("two", true).unwrap();
        assert_eq!(fs::read_to_string(directory.join("catalog.yaml")).unwrap(), "two");
        // Nothing is left of the first, nor of a copy that failed.
        let failing = store.reserve("mine", true).unwrap().put(|_| Err(io::Error::other("no more disk")));
        assert!(failing.unwrap_err().to_string().ends_with("mine: no more disk"));
        assert_eq!(fs::read_dir(directory.parent().unwrap()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(directory.join("catalog.yaml")).unwrap(), "two");

        let elsewhere = home.path().join("elsewhere.yaml");
        fs::write(&elsewhere, "three").unwrap();
        store.reserve("other", false).unwrap().link(&elsewhere).unwrap();
        assert_eq!(names(&store), ["mine", "other"]);
        assert_eq!(store.find("other").unwrap().path, elsewhere.canonicalize().unwrap());
        // A link in the place of a copy, and the other way round.
        store.reserve("mine", true).unwrap().link(&elsewhere).unwrap();
        assert!(store.find("mine").unwrap().linked && !directory.exists());
        put("four", true).unwrap();
        assert!(!store.find("mine").unwrap().linked);
        assert_eq!(names(&store), ["mine", "other"]);

        store.remove("other").unwrap();
        store.remove("mine").unwrap();
        assert!(elsewhere.exists() && !directory.exists());
        assert_eq!(names(&store), Vec::<String>::new());
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let store = CatalogStore::at(home.path());
        let message = |name: &str| store.reserve(name, true).unwrap_err().to_string();
        assert_eq!(message("own"), "the catalog's name: 'own' means something else; choose another one");
        assert!(message("families").contains("means something else"));
        assert!(message("a/b").contains("expected letters, digits"));
        assert!(message("..").contains("means something else"), "{}", message(".."));
        assert!(message("mine.npy").contains("no file extension"));
        assert!(message("").contains("expected letters"));
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let home = tempfile::tempdir().unwrap();
        let store = CatalogStore::at(home.path());
        let unknown = |store: &CatalogStore| store.remove("x").unwrap_err().to_string();
        assert!(unknown(&store).contains("none is known by name"), "{}", unknown(&store));
        store.reserve("mine", false).unwrap().put(|_| Ok(())).unwrap();
        assert_eq!(unknown(&store), "unknown catalog 'x'; there are: mine");
        fs::write(home.path().join("stray"), "").unwrap();
        assert_eq!(names(&store), ["mine"]);
        let file = home.path().join("stray/below");
        assert!(CatalogStore::at(file).list().unwrap_err().to_string().contains("stray/below"));
    }
}
