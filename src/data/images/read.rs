//! From a path to an [`ImageSet`]: gather what is there, find the format that matches, assemble.

use std::path::Path;

use super::formats;
use super::gather::gather;
use super::tree::ReadProgress;
use super::{ImageReadError, ImageReadOptions, ImageSet, MAX_SIDE};

/// Reads the images at `path`: a folder, or an archive (`.tar`, `.tar.gz`, `.tar.xz`, `.zip`, recognized by content).
///
/// # Errors
///
/// Every [`ImageReadError`] names the file at fault and says what to do.
pub fn read(path: &Path, options: &ImageReadOptions) -> Result<ImageSet, ImageReadError> {
    read_with_progress(path, options, None)
}

/// [`read`] with a progress callback.
pub fn read_with_progress(
    path: &Path,
    options: &ImageReadOptions,
    progress: ReadProgress<'_>,
) -> Result<ImageSet, ImageReadError> {
    if let Some(size) = options.resize.filter(|size| size.iter().any(|side| !(1..=MAX_SIDE).contains(side))) {
        return Err(ImageReadError::Setting(format!(
            "resize: expected 1 to {MAX_SIDE} rows and columns, got {size:?}"
        )));
    }
    let gathered = gather(path, options, &formats::is_part, progress)?;
    let format = formats::FORMATS.iter().find(|format| format.matches(&gathered)).ok_or_else(|| {
        ImageReadError::layout(
            path,
            "no images are here; expected train/<class>/*.png or *.jpg (or <class>/*.png), the files of CIFAR, \
             TinyImageNet or MNIST as distributed, or train_images.npy with train_labels.npy",
        )
    })?;
    format.assemble(path, gathered, options)
}
