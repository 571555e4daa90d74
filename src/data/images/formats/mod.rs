//! The formats in which data sets store labeled images, one file each. A new one implements [`ImageFormat`] and is
//! listed in [`FORMATS`].

mod cifar;
mod folder;
mod idx;
mod npy;
mod pickle;
mod stack;
mod tiny_imagenet;

use std::path::Path;

use super::gather::Gathered;
use super::{Channels, ImageReadError, ImageReadOptions, ImageSet};

/// A format in which data sets store labeled images.
pub(super) trait ImageFormat: Sync {
    /// Whether data sets of this format have a file with this name (without folders), besides image files.
    fn is_part(&self, name: &str) -> bool;

    /// Whether what was found is a data set of this format, complete or not.
    fn matches(&self, gathered: &Gathered) -> bool;

    /// Builds the set; `path` names the folder or archive in errors.
    fn assemble(
        &self,
        path: &Path,
        gathered: Gathered,
        options: &ImageReadOptions,
    ) -> Result<ImageSet, ImageReadError>;
}

/// Every format. The first that matches is used: TinyImageNet is an image folder with annotations, and a folder with
/// image files is one whatever lies beside them.
pub(super) const FORMATS: [&dyn ImageFormat; 5] = [
    &tiny_imagenet::TinyImagenetFormat,
    &folder::FolderFormat,
    &cifar::CifarFormat,
    &idx::IdxFormat,
    &npy::NpyFormat,
];

/// Whether data sets of some format have a file with this name, besides image files.
pub(super) fn is_part(name: &str) -> bool {
    FORMATS.iter().any(|format| format.is_part(name))
}

/// Images that are stored as arrays keep their shape: options that ask for another one are refused, not ignored.
fn keep_shape(path: &Path, set: ImageSet, options: &ImageReadOptions) -> Result<ImageSet, ImageReadError> {
    let [channels, rows, columns] = set.shape;
    let fits = match options.channels {
        Channels::AsStored => true,
        Channels::Gray => channels == 1,
        Channels::Rgb => channels == 3,
    };
    if !fits || options.resize.is_some_and(|size| size != [rows, columns]) {
        return Err(ImageReadError::layout(
            path,
            &format!(
                "its images are stored as arrays of {channels}x{rows}x{columns}; resize and channels are for \
                 image files"
            ),
        ));
    }
    Ok(set)
}
