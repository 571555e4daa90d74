//! CIFAR-10 and CIFAR-100 as distributed, in the binary and in the Python form.
//!
//! Format: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and the page of the sets.
//! Each image is 3072 bytes `[3, 32, 32]`; before it, in the binary form, its label (CIFAR-100: coarse, then fine; the
//! fine one counts).

use std::path::Path;

use super::pickle::{self, Pickle};
use super::{ImageFormat, keep_shape};
use crate::images::gather::{Gathered, base};
use crate::images::set::numbered;
use crate::images::{ImageReadError, ImageReadOptions, ImageSet, ImageSetFormat, LabeledImages};

const SHAPE: [usize; 3] = [3, 32, 32];
const IMAGE: usize = 3 * 32 * 32;

/// What tells the two sets and forms apart.
struct CifarVariant {
    form: ImageSetFormat,
    classes: usize,
    train: &'static [&'static str],
    test: &'static str,
    /// The file with the names of the classes.
    names: &'static str,
    /// The key of the labels and that of the names of the classes, in the Python form.
    keys: [&'static str; 2],
}

const VARIANTS: [CifarVariant; 4] = [
    CifarVariant {
        form: ImageSetFormat::CifarBinary,
        classes: 10,
        train: &[
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin",
        ],
        test: "test_batch.bin",
        names: "batches.meta.txt",
        keys: ["", ""],
    },
    CifarVariant {
        form: ImageSetFormat::CifarBinary,
        classes: 100,
        train: &["train.bin"],
        test: "test.bin",
        names: "fine_label_names.txt",
        keys: ["", ""],
    },
    CifarVariant {
        form: ImageSetFormat::CifarPython,
        classes: 10,
        train: &["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"],
        test: "test_batch",
        names: "batches.meta",
        keys: ["labels", "label_names"],
    },
    CifarVariant {
        form: ImageSetFormat::CifarPython,
        classes: 100,
        train: &["train"],
        test: "test",
        names: "meta",
        keys: ["fine_labels", "fine_label_names"],
    },
];

/// CIFAR-10 and CIFAR-100, binary and Python form.
pub(super) struct CifarFormat;

impl ImageFormat for CifarFormat {
    fn is_part(&self, name: &str) -> bool {
        is_part(name)
    }

    fn matches(&self, gathered: &Gathered) -> bool {
        variant(gathered).is_some()
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

/// Whether one of the sets has a file of this name.
fn is_part(name: &str) -> bool {
    VARIANTS
        .iter()
        .any(|variant| variant.train.contains(&name) || name == variant.test || name == variant.names)
}

fn variant(gathered: &Gathered) -> Option<&'static CifarVariant> {
    VARIANTS.iter().find(|variant| {
        gathered.files.keys().any(|path| variant.train.contains(&base(path)) || base(path) == variant.test)
    })
}

/// Makes a set of the files that were found.
fn assemble(path: &Path, gathered: Gathered) -> Result<ImageSet, ImageReadError> {
    let Some(variant) = variant(&gathered) else {
        return Err(ImageReadError::layout(path, "expected the files of CIFAR-10 or CIFAR-100"));
    };
    let mut train = LabeledImages::default();
    for name in variant.train {
        append(path, &gathered, variant, name, &mut train)?;
    }
    let mut test = LabeledImages::default();
    append(path, &gathered, variant, variant.test, &mut test)?;
    let classes = names(path, &gathered, variant)?;
    Ok(ImageSet {
        form: variant.form,
        classes,
        shape: SHAPE,
        train,
        validation: None,
        test: Some(test),
        corrupt: vec![],
    })
}

/// Reads one file behind what is there already.
fn append(
    path: &Path,
    gathered: &Gathered,
    variant: &CifarVariant,
    name: &str,
    part: &mut LabeledImages,
) -> Result<(), ImageReadError> {
    let (at, content) = gathered.file(path, name)?;
    let fault = |problem: &str| ImageReadError::layout(&path.join(at), problem);
    let mut label = |index: usize, label: i64| match u16::try_from(label) {
        Ok(class) if usize::from(class) < variant.classes => {
            part.labels.push(class);
            Ok(())
        }
        _ => {
            let highest = variant.classes - 1;
            Err(fault(&format!("image {index} has the label {label}; expected 0 to {highest}")))
        }
    };
    if variant.form == ImageSetFormat::CifarBinary {
        let before = if variant.classes == 100 { 2 } else { 1 };
        if content.is_empty() || content.len() % (before + IMAGE) != 0 {
            let record = before + IMAGE;
            return Err(fault(&format!(
                "expected a multiple of {record} bytes, got {}; is it truncated?",
                content.len()
            )));
        }
        for (index, record) in content.chunks_exact(before + IMAGE).enumerate() {
            label(index, record[before - 1].into())?;
            part.pixels.extend_from_slice(&record[before..]);
        }
        return Ok(());
    }
    let pickle = Pickle::parse(content).map_err(|error| fault(&error.to_string()))?;
    let take = || -> Result<_, pickle::PickleError> {
        let labels = pickle.integers(pickle.value_of(pickle.root(), variant.keys[0])?)?;
        Ok((labels, pickle.bytes_array(pickle.value_of(pickle.root(), "data")?)?))
    };
    let (labels, (shape, pixels)) = take().map_err(|error| fault(&error.to_string()))?;
    if shape != [labels.len(), IMAGE] || labels.is_empty() {
        return Err(fault(&format!("expected data of shape [{}, {IMAGE}], got {shape:?}", labels.len())));
    }
    for (index, class) in labels.into_iter().enumerate() {
        label(index, class)?;
    }
    part.pixels.extend_from_slice(pixels);
    Ok(())
}

/// The names of the classes; their numbers where the file with the names is not there.
fn names(path: &Path, gathered: &Gathered, variant: &CifarVariant) -> Result<Vec<String>, ImageReadError> {
    if !gathered.has_file(variant.names) {
        return Ok(numbered(variant.classes));
    }
    let (at, content) = gathered.file(path, variant.names)?;
    let names: Vec<String> = match variant.form {
        ImageSetFormat::CifarPython => Pickle::parse(content)
            .and_then(|pickle| pickle.texts(pickle.value_of(pickle.root(), variant.keys[1])?))
            .map_err(|error| ImageReadError::layout(&path.join(at), &error.to_string()))?,
        _ => {
            let text = String::from_utf8_lossy(content);
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
    };
    if names.len() != variant.classes {
        let problem = format!("expected the names of {} classes, got {}", variant.classes, names.len());
        return Err(ImageReadError::layout(&path.join(at), &problem));
    }
    Ok(names)
}
