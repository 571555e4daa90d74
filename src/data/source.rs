//! Data sets by name or by path.

use std::path::{Path, PathBuf};

use super::images::{self, Channels, ImageReadError, ImageReadOptions, ImageSet, ReadProgress};
use super::mnist::{self, MNIST};
use super::{DATA_SETS, DataError, DataSet};

/// A data set that is known by name, or whatever lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// A known one.
    Known(&'static DataSet),
    /// A folder or an archive.
    Path(PathBuf),
}

/// Why the images of a [`DataSource`] cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DataSourceError {
    /// A known data set is not there, or not as published.
    #[error(transparent)]
    Set(#[from] DataError),
    /// Images cannot be read.
    #[error(transparent)]
    Read(#[from] ImageReadError),
    /// Neither a known name nor a path of anything.
    #[error(
        "there is no data set '{name}', and no folder or archive of that path; the data sets known by name are {}",
        DATA_SETS.map(|set| set.name).join(", ")
    )]
    Unknown {
        /// What was given.
        name: String,
    },
}

impl DataSource {
    /// What `name` names: a known data set if there is one of that name, else a path.
    pub fn named(name: &str) -> Self {
        match DATA_SETS.into_iter().find(|set| set.name == name) {
            Some(set) => Self::Known(set),
            None => Self::Path(PathBuf::from(name)),
        }
    }

    /// Where it lies: `directory`, or for a known data set without one its usual place.
    ///
    /// # Errors
    ///
    /// [`DataSourceError::Unknown`] if nothing lies at the path; [`DataError::NoHome`].
    pub fn place(&self, directory: Option<&Path>) -> Result<PathBuf, DataSourceError> {
        match self {
            Self::Known(set) => Ok(directory.map_or_else(|| super::directory(set), |d| Ok(d.to_path_buf()))?),
            Self::Path(path) if path.exists() => Ok(path.clone()),
            Self::Path(path) => Err(DataSourceError::Unknown { name: path.display().to_string() }),
        }
    }

    /// Whether everything is there that can be asked for without options images: the files of a known data set, as
    /// published; anything at a path.
    pub fn verify(&self, place: &Path) -> Result<(), DataSourceError> {
        match self {
            Self::Known(set) => {
                for file in set.files {
                    set.verify(place, file)?;
                }
                Ok(())
            }
            Self::Path(_) if place.exists() => Ok(()),
            Self::Path(path) => Err(DataSourceError::Unknown { name: path.display().to_string() }),
        }
    }

    /// Reads the images that lie at `place` ([`Self::place`]); `cached` ones are taken as they were decoded before.
    pub fn read(
        &self,
        place: &Path,
        options: &ImageReadOptions,
        cached: bool,
    ) -> Result<ImageSet, DataSourceError> {
        let read = if cached { images::read_cached } else { images::read };
        self.read_by(place, options, &read)
    }

    /// Reads the images that lie at `place`, not from the cache, and lets them be watched. The few files of MNIST are
    /// read at once.
    pub fn read_with_progress(
        &self,
        place: &Path,
        options: &ImageReadOptions,
        progress: ReadProgress<'_>,
    ) -> Result<ImageSet, DataSourceError> {
        self.read_by(place, options, &|path, options| images::read_with_progress(path, options, progress))
    }

    fn read_by(
        &self,
        place: &Path,
        options: &ImageReadOptions,
        read: &dyn Fn(&Path, &ImageReadOptions) -> Result<ImageSet, ImageReadError>,
    ) -> Result<ImageSet, DataSourceError> {
        match self {
            Self::Known(set) if **set == MNIST => {
                let set = ImageSet::from(mnist::read(place)?);
                let [_, rows, columns] = set.shape;
                if options.channels == Channels::Rgb
                    || options.resize.is_some_and(|size| size != [rows, columns])
                {
                    let problem =
                        "data.resize and data.channels are for image files; mnist is 28x28 and grey";
                    return Err(ImageReadError::Setting(problem.to_owned()).into());
                }
                Ok(set)
            }
            Self::Known(set) => {
                self.verify(place)?;
                // One archive, or the folder of several files.
                match set.files {
                    [archive] => Ok(read(&place.join(archive.name), options)?),
                    _ => Ok(read(place, options)?),
                }
            }
            Self::Path(_) => Ok(read(place, options)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_and_everything_else_is_a_path() {
        for set in DATA_SETS {
            assert_eq!(DataSource::named(set.name), DataSource::Known(set));
        }
        let source = DataSource::named("mnits");
        assert_eq!(source, DataSource::Path("mnits".into()));
        let message = source.place(None).unwrap_err().to_string();
        assert!(message.contains("no data set 'mnits'") && message.contains("cifar10"), "{message}");
        assert!(source.verify(Path::new("mnits")).is_err());
        let here = tempfile::tempdir().unwrap();
        let source = DataSource::Path(here.path().into());
        assert_eq!(source.place(None).unwrap(), here.path());
        source.verify(here.path()).unwrap();
    }

    #[test]
    fn a_known_set_that_is_missing_or_damaged_says_how_to_get_it() {
        let here = tempfile::tempdir().unwrap();
        for set in DATA_SETS {
            let source = DataSource::Known(set);
            assert_eq!(source.place(Some(here.path())).unwrap(), here.path());
            let message =
                source.read(here.path(), &ImageReadOptions::default(), false).unwrap_err().to_string();
            assert!(message.contains(&format!("axmul data fetch {}", set.name)), "{message}");
            assert_eq!(source.verify(here.path()).unwrap_err().to_string(), message);
        }
    }
}
