//! Any image folder: `train/<class>/<image>` with `val` and `test` beside it, or `<class>/<image>`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ImageFormat;
use super::stack::{check_classes, stack};
use crate::images::gather::Gathered;
use crate::images::{ImageReadError, ImageReadOptions, ImageSet, ImageSetFormat};

/// Names of the folders of a part.
const TRAIN: &[&str] = &["train", "training"];
const VALIDATION: &[&str] = &["val", "valid", "validation"];
const TEST: &[&str] = &["test", "testing"];

/// An image folder.
pub(super) struct FolderFormat;

impl ImageFormat for FolderFormat {
    fn is_part(&self, _: &str) -> bool {
        false
    }

    fn matches(&self, gathered: &Gathered) -> bool {
        !gathered.pictures.is_empty() || !gathered.corrupt.is_empty()
    }

    fn assemble(
        &self,
        path: &Path,
        gathered: Gathered,
        options: &ImageReadOptions,
    ) -> Result<ImageSet, ImageReadError> {
        assemble(path, gathered, options)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FolderPart {
    Train,
    Validation,
    Test,
}

fn place_of(name: &str) -> Option<FolderPart> {
    let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    [(TRAIN, FolderPart::Train), (VALIDATION, FolderPart::Validation), (TEST, FolderPart::Test)]
        .into_iter()
        .find_map(|(names, place)| is(names).then_some(place))
}

/// Makes a set of the images that were found. Classes are in the order of their names, as bytes; the images of a part
/// in that of their paths.
fn assemble(path: &Path, gathered: Gathered, options: &ImageReadOptions) -> Result<ImageSet, ImageReadError> {
    let images = || {
        let corrupt = gathered.corrupt.iter().map(|image| image.path.as_str());
        gathered.pictures.iter().map(|(name, _)| name.as_str()).chain(corrupt)
    };
    let above = common_folders(images());
    let layout = FolderLayout { above, parts: images().any(|name| part_of(name, above).is_some()) };

    let mut found: BTreeMap<FolderPart, BTreeSet<String>> = BTreeMap::new();
    for (name, _) in &gathered.pictures {
        let (place, class) = layout.of_image(path, name)?;
        let classes = found.entry(place).or_default();
        if !classes.contains(class) {
            classes.insert(class.to_owned());
        }
    }
    let Some(train) = found.get(&FolderPart::Train) else {
        return Err(ImageReadError::layout(
            path,
            "there are no training images; expected train/<class>/<image>",
        ));
    };
    let classes: Vec<String> = train.iter().cloned().collect();
    for folder in &gathered.folders {
        if let Some((place, class)) = layout.of_folder(folder)
            && !found.get(&place).is_some_and(|classes| classes.contains(class))
        {
            let corrupt = gathered.corrupt.iter().any(|image| image.path.starts_with(&format!("{folder}/")));
            let but = if corrupt { " that can be decoded" } else { "" };
            let problem = format!("the class folder {folder} has no images{but}; fill or remove it");
            return Err(ImageReadError::layout(path, &problem));
        }
    }
    for (place, folder) in [(FolderPart::Validation, "validation"), (FolderPart::Test, "test")] {
        let Some(here) = found.get(&place) else { continue };
        if let Some(class) = classes.iter().find(|class| !here.contains(*class)) {
            let problem = format!("the class '{class}' has training images and no {folder} images");
            return Err(ImageReadError::layout(path, &problem));
        }
        if let Some(class) = here.iter().find(|class| !train.contains(*class)) {
            let problem = format!("the class '{class}' has {folder} images and no training images");
            return Err(ImageReadError::layout(path, &problem));
        }
    }
    check_classes(path, &classes)?;

    let (has_validation, has_test) =
        (found.contains_key(&FolderPart::Validation), found.contains_key(&FolderPart::Test));
    let mut parts = [vec![], vec![], vec![]];
    for (name, picture) in gathered.pictures {
        let (place, class) = layout.of_image(path, &name)?;
        let label = classes.binary_search_by(|known| known.as_str().cmp(class)).unwrap_or(0) as u16;
        parts[place as usize].push((name, picture, label));
    }
    let (shape, [train, validation, test]) = stack(path, parts, options)?;
    Ok(ImageSet {
        form: ImageSetFormat::ImageFolder,
        classes,
        shape,
        train,
        validation: has_validation.then_some(validation),
        test: has_test.then_some(test),
        corrupt: gathered.corrupt,
    })
}

/// Which folder says what.
struct FolderLayout {
    /// How many folders stand above it all.
    above: usize,
    /// Whether the next ones are the parts, and classes are below them.
    parts: bool,
}

impl FolderLayout {
    fn of_image<'a>(&self, path: &Path, name: &'a str) -> Result<(FolderPart, &'a str), ImageReadError> {
        let mut folders = name.split('/').skip(self.above);
        let place = match self.parts {
            true => folders.next().and_then(place_of),
            false => Some(FolderPart::Train),
        };
        // Whatever folders are within that of the class, the last name is the image's.
        match (place, folders.next(), folders.next()) {
            (Some(place), Some(class), Some(_)) => Ok((place, class)),
            _ => {
                let expected = match self.parts {
                    true => "expected train/<class>/<image>, val/<class>/<image> or test/<class>/<image>",
                    false => "expected <class>/<image>, or train/<class>/<image> with val and test beside it",
                };
                Err(ImageReadError::layout(path, &format!("the image {name} lies in no class; {expected}")))
            }
        }
    }

    /// The part and class whose folder this is, if it is one.
    fn of_folder<'a>(&self, name: &'a str) -> Option<(FolderPart, &'a str)> {
        let mut folders = name.split('/').skip(self.above);
        let place = match self.parts {
            true => place_of(folders.next()?)?,
            false => FolderPart::Train,
        };
        let class = folders.next()?;
        folders.next().is_none().then_some((place, class))
    }
}

fn part_of(name: &str, above: usize) -> Option<FolderPart> {
    place_of(name.split('/').nth(above)?)
}

/// How many folders all images are in, up to one that names a part.
fn common_folders<'a>(mut images: impl Iterator<Item = &'a str>) -> usize {
    let Some(first) = images.next() else { return 0 };
    let mut common: Vec<&str> = first.split('/').collect();
    common.pop();
    for name in images {
        let same = common.iter().zip(name.split('/')).take_while(|(a, b)| **a == *b).count();
        common.truncate(same);
    }
    common.iter().position(|folder| place_of(folder).is_some()).unwrap_or(common.len())
}
