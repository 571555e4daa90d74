//! The four idx files of MNIST and the sets made like it (Fashion-MNIST, KMNIST), packed with gzip or not.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::stack::check_classes;
use super::{ImageFormat, keep_shape};
use crate::idx;
use crate::images::gather::{Gathered, base};
use crate::images::set::numbered;
use crate::images::{ImageReadError, ImageReadOptions, ImageSet, ImageSetFormat, LabeledImages};

const PARTS: [(&str, &str); 2] = [
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
];
/// The longest file, unpacked, bytes: twenty times the 47 MB of MNIST.
const LIMIT: u64 = 1 << 30;

/// The four idx files of MNIST and sets made like it.
pub(super) struct IdxFormat;

impl ImageFormat for IdxFormat {
    fn is_part(&self, name: &str) -> bool {
        is_part(name)
    }

    fn matches(&self, gathered: &Gathered) -> bool {
        gathered.files.keys().any(|name| is_part(base(name)))
    }

    fn assemble(
        &self,
        path: &Path,
        gathered: Gathered,
        options: &ImageReadOptions,
    ) -> Result<ImageSet, ImageReadError> {
        keep_shape(path, assemble(path, gathered)?, options)
    }
}

/// Whether such a set has a file of this name.
fn is_part(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    PARTS.iter().any(|(images, labels)| [*images, *labels].contains(&name))
}

/// Makes a set of the files that were found. Classes are the numbers up to the highest label.
fn assemble(path: &Path, gathered: Gathered) -> Result<ImageSet, ImageReadError> {
    let [train, test] = PARTS.map(|(images, labels)| -> Result<_, ImageReadError> {
        let (images_at, images) = file(path, &gathered, images)?;
        let (labels_at, labels) = file(path, &gathered, labels)?;
        let fault =
            |at: &str, fault: idx::IdxFault| ImageReadError::layout(&path.join(at), &fault.to_string());
        let images = idx::images(&images).map_err(|error| fault(&images_at, error))?;
        let labels = idx::labels(&labels, u8::MAX).map_err(|error| fault(&labels_at, error))?;
        if images.len() != labels.len() {
            let problem =
                format!("{images_at} has {} images, but {labels_at} {} labels", images.len(), labels.len());
            return Err(ImageReadError::layout(path, &problem));
        }
        let part =
            LabeledImages { pixels: images.pixels, labels: labels.into_iter().map(u16::from).collect() };
        Ok(([1, images.rows, images.columns], part))
    });
    let ((shape, train), (test_shape, test)) = (train?, test?);
    if shape != test_shape {
        let problem = format!("training images are {shape:?}, test images {test_shape:?}");
        return Err(ImageReadError::layout(path, &problem));
    }
    let highest = train.labels.iter().chain(&test.labels).max().copied().unwrap_or(0);
    let classes = numbered(usize::from(highest) + 1);
    check_classes(path, &classes)?;
    Ok(ImageSet {
        form: ImageSetFormat::Idx,
        classes,
        shape,
        train,
        validation: None,
        test: Some(test),
        corrupt: vec![],
    })
}

/// The path and the unpacked content of a file.
fn file(path: &Path, gathered: &Gathered, name: &str) -> Result<(String, Vec<u8>), ImageReadError> {
    let packed = format!("{name}.gz");
    let (at, content) = gathered.file(path, if gathered.has_file(name) { name } else { &packed })?;
    if !content.starts_with(&[0x1f, 0x8b]) {
        return Ok((at.to_owned(), content.to_vec()));
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(content).take(LIMIT + 1).read_to_end(&mut unpacked).map_err(|error| {
        ImageReadError::archive(&path.join(at), format!("the file is damaged or truncated ({error})"))
    })?;
    if unpacked.len() as u64 > LIMIT {
        let problem = format!("expected at most {} GiB, unpacked", LIMIT >> 30);
        return Err(ImageReadError::TooLarge { path: path.join(at), problem });
    }
    Ok((at.to_owned(), unpacked))
}
