//! CIFAR-10 and CIFAR-100 as distributed, in the binary and in the Python form.
//!
//! Format: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and the page of the sets.
//! Each image is 3072 bytes `[3, 32, 32]`; before it, in the binary form, its label (CIFAR-100: coarse, then fine; the
//! fine one counts).

use std::path::Path;

use super::gather::{Gathered, base};
use super::pickle::{self, Pickle};
use super::{Form, ImageSet, Part, ReadError, numbered};

const SHAPE: [usize; 3] = [3, 32, 32];
const IMAGE: usize = 3 * 32 * 32;

/// What tells the two sets and forms apart.
struct Kind {
    form: Form,
    classes: usize,
    train: &'static [&'static str],
    test: &'static str,
    /// The file with the names of the classes.
    names: &'static str,
    /// The key of the labels and that of the names of the classes, in the Python form.
    keys: [&'static str; 2],
}

const KINDS: [Kind; 4] = [
    Kind {
        form: Form::CifarBinary,
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
    Kind {
        form: Form::CifarBinary,
        classes: 100,
        train: &["train.bin"],
        test: "test.bin",
        names: "fine_label_names.txt",
        keys: ["", ""],
    },
    Kind {
        form: Form::CifarPython,
        classes: 10,
        train: &["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"],
        test: "test_batch",
        names: "batches.meta",
        keys: ["labels", "label_names"],
    },
    Kind {
        form: Form::CifarPython,
        classes: 100,
        train: &["train"],
        test: "test",
        names: "meta",
        keys: ["fine_labels", "fine_label_names"],
    },
];

/// Whether one of the sets has a file of this name.
pub(super) fn is_part(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.train.contains(&name) || name == kind.test || name == kind.names)
}

/// Whether the files that were found are those of one of the sets.
pub(super) fn knows(gathered: &Gathered) -> bool {
    kind(gathered).is_some()
}

fn kind(gathered: &Gathered) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| {
        gathered.files.keys().any(|path| kind.train.contains(&base(path)) || base(path) == kind.test)
    })
}

/// Makes a set of the files that were found.
pub(super) fn assemble(path: &Path, gathered: Gathered) -> Result<ImageSet, ReadError> {
    let Some(kind) = kind(&gathered) else {
        return Err(ReadError::layout(path, "expected the files of CIFAR-10 or CIFAR-100"));
    };
    let mut train = Part::default();
    for name in kind.train {
        append(path, &gathered, kind, name, &mut train)?;
    }
    let mut test = Part::default();
    append(path, &gathered, kind, kind.test, &mut test)?;
    let classes = names(path, &gathered, kind)?;
    Ok(ImageSet {
        form: kind.form,
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
    kind: &Kind,
    name: &str,
    part: &mut Part,
) -> Result<(), ReadError> {
    let (at, content) = gathered.file(path, name)?;
    let fault = |problem: &str| ReadError::layout(&path.join(at), problem);
    let mut label = |index: usize, label: i64| match u16::try_from(label) {
        Ok(class) if usize::from(class) < kind.classes => {
            part.labels.push(class);
            Ok(())
        }
        _ => {
            let highest = kind.classes - 1;
            Err(fault(&format!("image {index} has the label {label}; expected 0 to {highest}")))
        }
    };
    if kind.form == Form::CifarBinary {
        let before = if kind.classes == 100 { 2 } else { 1 };
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
        let labels = pickle.integers(pickle.value_of(pickle.root(), kind.keys[0])?)?;
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
fn names(path: &Path, gathered: &Gathered, kind: &Kind) -> Result<Vec<String>, ReadError> {
    if !gathered.has_file(kind.names) {
        return Ok(numbered(kind.classes));
    }
    let (at, content) = gathered.file(path, kind.names)?;
    let names: Vec<String> = match kind.form {
        Form::CifarPython => Pickle::parse(content)
            .and_then(|pickle| pickle.texts(pickle.value_of(pickle.root(), kind.keys[1])?))
            .map_err(|error| ReadError::layout(&path.join(at), &error.to_string()))?,
        _ => {
            let text = String::from_utf8_lossy(content);
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
    };
    if names.len() != kind.classes {
        let problem = format!("expected the names of {} classes, got {}", kind.classes, names.len());
        return Err(ReadError::layout(&path.join(at), &problem));
    }
    Ok(names)
}
