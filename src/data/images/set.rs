//! A set of labeled images in memory.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::mnist::{self, Mnist};

/// The most classes that a set may have: labels are 16 bits wide.
pub const MAX_CLASSES: usize = 1 << 16;

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

impl From<Mnist> for ImageSet {
    fn from(mnist: Mnist) -> Self {
        let shape = [1, mnist.train.images.rows, mnist.train.images.columns];
        let part = |part: mnist::MnistPart| LabeledImages {
            pixels: part.images.pixels,
            labels: part.labels.into_iter().map(u16::from).collect(),
        };
        Self {
            form: ImageSetFormat::Idx,
            classes: numbered(mnist::CLASSES.into()),
            shape,
            train: part(mnist.train),
            validation: None,
            test: Some(part(mnist.test)),
            corrupt: vec![],
        }
    }
}

/// Classes that have no names but their numbers.
pub(super) fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|class| class.to_string()).collect()
}
