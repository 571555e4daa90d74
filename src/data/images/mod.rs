//! Sets of labelled images as users have them, whatever they are stored as: one file of this folder for each form.
//!
//! [`read`] takes a folder or an archive and says what it found; everything behind it sees bytes `[N, C, H, W]` and
//! class numbers. [`read_cached`] keeps what was decoded, for the next start.

mod cache;
mod cifar;
mod decode;
mod error;
mod folder;
mod gather;
mod idx_files;
mod npy;
mod pickle;
mod resize;
mod split;
mod stack;
mod statistics;
mod tiny_imagenet;
mod tree;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use cache::read_cached;
pub use error::ImageReadError;
pub use split::{Divided, Division, SplitOrder, divide};
pub use statistics::{ChannelStatistics, statistics};

use super::mnist::Mnist;

/// The most classes that a set may have: labels are 16 bits wide.
pub const MAX_CLASSES: usize = 1 << 16;

/// The most bytes that images take in memory, decoded.
pub const MAX_BYTES: u64 = 16 << 30;

/// Images of one shape with labels, in the parts that they are stored in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSet {
    /// What it was stored as.
    pub form: ImageSetFormat,
    /// Names of the classes; a label is an index into them.
    pub classes: Vec<String>,
    /// Channels (1 or 3), rows and columns of every image.
    pub shape: [usize; 3],
    /// The images to learn from.
    pub train: LabeledImages,
    /// The images to choose by, where the set has some of its own beside the test images.
    pub validation: Option<LabeledImages>,
    /// The images to report on, where the set has some.
    pub test: Option<LabeledImages>,
    /// Images that cannot be decoded and were left out.
    pub corrupt: Vec<CorruptImage>,
}

/// Images with their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabeledImages {
    /// Brightness 0 to 255, shape `[N, C, H, W]`.
    pub pixels: Vec<u8>,
    /// The class of each image, `[N]`.
    pub labels: Vec<u16>,
}

impl LabeledImages {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// What a set of images is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageSetFormat {
    /// `train/<class>/<image>` with `val` and `test` beside it, or `<class>/<image>`.
    ImageFolder,
    /// TinyImageNet as distributed: `val/val_annotations.txt` says the classes of the validation images.
    TinyImagenet,
    /// The binary form of CIFAR-10 or CIFAR-100.
    CifarBinary,
    /// The Python form of CIFAR-10 or CIFAR-100.
    CifarPython,
    /// The four idx files of MNIST and the sets made like it.
    Idx,
    /// Arrays of images and of labels in NumPy's format.
    Npy,
}

impl fmt::Display for ImageSetFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ImageFolder => "image folder",
            Self::TinyImagenet => "TinyImageNet as distributed",
            Self::CifarBinary => "CIFAR, binary form",
            Self::CifarPython => "CIFAR, Python form",
            Self::Idx => "idx files",
            Self::Npy => ".npy arrays",
        })
    }
}

/// An image that cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorruptImage {
    /// Its path below the folder or in the archive.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

/// How images are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageReadOptions {
    /// What happens on an image that cannot be decoded.
    pub corrupt: OnCorrupt,
    /// Rows and columns that images of folders are brought to; without it all must have the size of the first.
    pub resize: Option<[usize; 2]>,
    /// Grey or colours.
    pub channels: Channels,
}

/// What happens on an image that cannot be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnCorrupt {
    /// It is an error.
    #[default]
    Fail,
    /// It is left out and listed.
    Skip,
}

/// How many channels images get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channels {
    /// One if all images are grey, else three.
    #[default]
    AsStored,
    /// One: colours become their brightness (ITU-R BT.601).
    Grey,
    /// Three: grey images repeat their channel.
    Rgb,
}

/// The most rows or columns of an image, before and after resizing.
pub const MAX_SIDE: usize = 4096;

/// Gets the bytes that are read so far and those that there are in all, now and then.
pub type Watch<'a> = Option<&'a dyn Fn(u64, u64)>;

/// Reads the images at `path`: a folder, or an archive (`.tar`, `.tar.gz`, `.tar.xz`, `.zip`, told by their content).
///
/// # Errors
///
/// Every [`ImageReadError`] names the file that is at fault and says what to do.
pub fn read(path: &Path, reading: &ImageReadOptions) -> Result<ImageSet, ImageReadError> {
    read_watched(path, reading, None)
}

/// [`read`], which takes a while, as it goes.
pub fn read_watched(
    path: &Path,
    reading: &ImageReadOptions,
    watch: Watch<'_>,
) -> Result<ImageSet, ImageReadError> {
    if let Some(size) = reading.resize.filter(|size| size.iter().any(|side| !(1..=MAX_SIDE).contains(side))) {
        return Err(ImageReadError::Setting(format!(
            "resize: expected 1 to {MAX_SIDE} rows and columns, got {size:?}"
        )));
    }
    let gathered = gather::gather(path, reading, watch)?;
    if gathered.has_file("val_annotations.txt") && !gathered.pictures.is_empty() {
        tiny_imagenet::assemble(path, gathered, reading)
    } else if !gathered.pictures.is_empty() || !gathered.corrupt.is_empty() {
        folder::assemble(path, gathered, reading)
    } else if cifar::knows(&gathered) {
        reshaped(path, cifar::assemble(path, gathered)?, reading)
    } else if idx_files::knows(&gathered) {
        reshaped(path, idx_files::assemble(path, gathered)?, reading)
    } else if npy::knows(&gathered) {
        reshaped(path, npy::assemble(path, gathered)?, reading)
    } else {
        Err(ImageReadError::layout(
            path,
            "no images are here; expected train/<class>/*.png or *.jpg (or <class>/*.png), the files of CIFAR, \
             TinyImageNet or MNIST as distributed, or train_images.npy with train_labels.npy",
        ))
    }
}

/// Images that are stored as numbers are as they are: what [`ImageReadOptions`] asks for beyond that is refused, not ignored.
fn reshaped(path: &Path, set: ImageSet, reading: &ImageReadOptions) -> Result<ImageSet, ImageReadError> {
    let [channels, rows, columns] = set.shape;
    let fits = match reading.channels {
        Channels::AsStored => true,
        Channels::Grey => channels == 1,
        Channels::Rgb => channels == 3,
    };
    if !fits || reading.resize.is_some_and(|size| size != [rows, columns]) {
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

impl From<Mnist> for ImageSet {
    fn from(mnist: Mnist) -> Self {
        let shape = [1, mnist.train.images.rows, mnist.train.images.columns];
        let part = |part: super::mnist::MnistPart| LabeledImages {
            pixels: part.images.pixels,
            labels: part.labels.into_iter().map(u16::from).collect(),
        };
        Self {
            form: ImageSetFormat::Idx,
            classes: numbered(super::mnist::CLASSES.into()),
            shape,
            train: part(mnist.train),
            validation: None,
            test: Some(part(mnist.test)),
            corrupt: vec![],
        }
    }
}

/// Classes that have no names but their numbers.
fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|class| class.to_string()).collect()
}
