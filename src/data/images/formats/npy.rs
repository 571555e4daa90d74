//! Arrays in NumPy's format: images of bytes or of real numbers 0 to 1, `[N, H, W]` or `[N, C, H, W]`, and labels.
//!
//! Files: `train_images.npy` with `train_labels.npy`, and the same with `val_` and `test_`; or, as is usual with
//! Keras, `x_train.npy` with `y_train.npy`, and so on.

use std::path::Path;

use npyz::{Deserialize, TypeChar};

use super::stack::check_classes;
use super::{ImageFormat, keep_shape};
use crate::images::gather::{Gathered, base};
use crate::images::set::numbered;
use crate::images::{ImageReadError, ImageReadOptions, ImageSet, ImageSetFormat, LabeledImages, MAX_CLASSES};
use crate::npy::NpyArray;

/// Names of the training, validation and test part.
const PARTS: [&[&str]; 3] = [&["train"], &["val", "valid", "validation"], &["test"]];

fn names(part: &str) -> [(String, String); 2] {
    [
        (format!("{part}_images.npy"), format!("{part}_labels.npy")),
        (format!("x_{part}.npy"), format!("y_{part}.npy")),
    ]
}

/// Arrays of images and labels in NumPy's format.
pub(super) struct NpyFormat;

impl ImageFormat for NpyFormat {
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
    name.ends_with(".npy")
        && PARTS.iter().copied().flatten().flat_map(|part| names(part)).any(|(x, y)| name == x || name == y)
}

/// Makes a set of the files that were found. Classes are the numbers up to the highest label.
fn assemble(path: &Path, gathered: Gathered) -> Result<ImageSet, ImageReadError> {
    let mut parts = [None, None, None];
    let mut shape: Option<[usize; 3]> = None;
    for (slot, known) in parts.iter_mut().zip(PARTS) {
        let pairs = known.iter().flat_map(|part| names(part));
        let Some((x, y)) = pairs.into_iter().find(|(x, y)| gathered.has_file(x) || gathered.has_file(y))
        else {
            continue;
        };
        let (at, content) = gathered.file(path, &x)?;
        let fault = |at: &str, problem: String| ImageReadError::layout(&path.join(at), &problem);
        let (got, pixels) = images(content).map_err(|problem| fault(at, problem))?;
        let expected = *shape.get_or_insert(got);
        if got != expected {
            return Err(fault(at, format!("images are {got:?}, the training images {expected:?}")));
        }
        let (labels_at, content) = gathered.file(path, &y)?;
        let labels = labels(content).map_err(|problem| fault(labels_at, problem))?;
        let count = pixels.len() / got.iter().product::<usize>();
        if labels.len() != count {
            return Err(fault(
                labels_at,
                format!("expected {count} labels, one for each image, got {}", labels.len()),
            ));
        }
        *slot = Some(LabeledImages { pixels, labels });
    }
    let [train, validation, test] = parts;
    let (Some(train), Some(shape)) = (train, shape) else {
        return Err(ImageReadError::layout(path, "expected train_images.npy and train_labels.npy"));
    };
    let all = [Some(&train), validation.as_ref(), test.as_ref()];
    let highest = all.into_iter().flatten().flat_map(|part| &part.labels).max().copied().unwrap_or(0);
    let classes = numbered(usize::from(highest) + 1);
    check_classes(path, &classes)?;
    Ok(ImageSet { form: ImageSetFormat::Npy, classes, shape, train, validation, test, corrupt: vec![] })
}

/// Shape of an image and the pixels of all.
fn images(bytes: &[u8]) -> Result<([usize; 3], Vec<u8>), String> {
    let array = NpyArray::open(bytes)?;
    let shape = match array.shape() {
        [_, rows, columns] => [1, *rows, *columns],
        [_, channels @ (1 | 3), rows, columns] => [*channels, *rows, *columns],
        [_, _, _, 1 | 3] => {
            return Err(format!(
                "shape {:?} has the channels last; expected [N, C, H, W], as array.transpose(0, 3, 1, 2) makes it",
                array.shape()
            ));
        }
        other => {
            return Err(format!("expected shape [N, H, W] or [N, C, H, W] with C 1 or 3, got {other:?}"));
        }
    };
    if array.shape().contains(&0) {
        return Err(format!("shape {:?} holds no images", array.shape()));
    }
    let pixels = match array.element() {
        (TypeChar::Uint, 1) => array.bytes().to_vec(),
        (TypeChar::Float, 4) => array
            .values::<f32>()?
            .into_iter()
            .enumerate()
            .map(|(index, value)| match value {
                0.0..=1.0 => Ok((value * 255.0).round() as u8),
                _ => Err(format!("value {index} is {value}; real numbers must be brightness from 0 to 1")),
            })
            .collect::<Result<_, _>>()?,
        _ => {
            return Err(format!("expected elements of type uint8 or float32, got {}", array.type_name()));
        }
    };
    Ok((shape.map(|side| side as usize), pixels))
}

/// The class of each image.
fn labels(bytes: &[u8]) -> Result<Vec<u16>, String> {
    let array = NpyArray::open(bytes)?;
    // Keras keeps a second axis of one element.
    if !matches!(array.shape(), [_] | [_, 1]) {
        return Err(format!("expected labels of shape [N], got {:?}", array.shape()));
    }
    fn classes<T: Deserialize + TryInto<u16> + Copy>(array: NpyArray<'_>) -> Result<Vec<u16>, String> {
        let class = |(index, label): (usize, T)| {
            label
                .try_into()
                .map_err(|_| format!("label {index} is no class; expected 0 to {}", MAX_CLASSES - 1))
        };
        array.values::<T>()?.into_iter().enumerate().map(class).collect()
    }
    match array.element() {
        (TypeChar::Uint, 1) => classes::<u8>(array),
        (TypeChar::Uint, 2) => classes::<u16>(array),
        (TypeChar::Uint, 4) => classes::<u32>(array),
        (TypeChar::Uint, 8) => classes::<u64>(array),
        (TypeChar::Int, 1) => classes::<i8>(array),
        (TypeChar::Int, 2) => classes::<i16>(array),
        (TypeChar::Int, 4) => classes::<i32>(array),
        (TypeChar::Int, 8) => classes::<i64>(array),
        _ => Err(format!("expected labels of an integer type, got {}", array.type_name())),
    }
}
