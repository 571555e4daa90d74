//! Arrays in NumPy's format: images of bytes or of real numbers 0 to 1, `[N, H, W]` or `[N, C, H, W]`, and labels.
//!
//! Files: `train_images.npy` with `train_labels.npy`, and the same with `val_` and `test_`; or, as is usual with
//! Keras, `x_train.npy` with `y_train.npy`, and so on.

use std::path::Path;

use npyz::{DType, Deserialize, NpyFile, NpyHeader, Order, TypeChar};

use super::gather::{Gathered, base};
use super::stack::check_classes;
use super::{Form, ImageSet, MAX_CLASSES, Part, ReadError, numbered};

/// Names of the training, validation and test part.
const PARTS: [&[&str]; 3] = [&["train"], &["val", "valid", "validation"], &["test"]];

/// The longest header that numpy itself reads without being told to trust the file, bytes.
const MAX_HEADER: usize = 10_000;

fn names(part: &str) -> [(String, String); 2] {
    [
        (format!("{part}_images.npy"), format!("{part}_labels.npy")),
        (format!("x_{part}.npy"), format!("y_{part}.npy")),
    ]
}

/// Whether such a set has a file of this name.
pub(super) fn is_part(name: &str) -> bool {
    name.ends_with(".npy")
        && PARTS.iter().copied().flatten().flat_map(|part| names(part)).any(|(x, y)| name == x || name == y)
}

/// Whether the files that were found are some of those.
pub(super) fn knows(gathered: &Gathered) -> bool {
    gathered.files.keys().any(|name| is_part(base(name)))
}

/// Makes a set of the files that were found. Classes are the numbers up to the highest label.
pub(super) fn assemble(path: &Path, gathered: Gathered) -> Result<ImageSet, ReadError> {
    let mut parts = [None, None, None];
    let mut shape: Option<[usize; 3]> = None;
    for (slot, known) in parts.iter_mut().zip(PARTS) {
        let pairs = known.iter().flat_map(|part| names(part));
        let Some((x, y)) = pairs.into_iter().find(|(x, y)| gathered.has_file(x) || gathered.has_file(y))
        else {
            continue;
        };
        let (at, content) = gathered.file(path, &x)?;
        let fault = |at: &str, problem: String| ReadError::layout(&path.join(at), &problem);
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
        *slot = Some(Part { pixels, labels });
    }
    let [train, validation, test] = parts;
    let (Some(train), Some(shape)) = (train, shape) else {
        return Err(ReadError::layout(path, "expected train_images.npy and train_labels.npy"));
    };
    let all = [Some(&train), validation.as_ref(), test.as_ref()];
    let highest = all.into_iter().flatten().flat_map(|part| &part.labels).max().copied().unwrap_or(0);
    let classes = numbered(usize::from(highest) + 1);
    check_classes(path, &classes)?;
    Ok(ImageSet { form: Form::Npy, classes, shape, train, validation, test, corrupt: vec![] })
}

/// Shape of an image and the pixels of all.
fn images(bytes: &[u8]) -> Result<([usize; 3], Vec<u8>), String> {
    let (header, data) = header(bytes)?;
    let shape = match header.shape() {
        [_, rows, columns] => [1, *rows, *columns],
        [_, channels @ (1 | 3), rows, columns] => [*channels, *rows, *columns],
        [_, _, _, 1 | 3] => {
            return Err(format!(
                "shape {:?} has the channels last; expected [N, C, H, W], as array.transpose(0, 3, 1, 2) makes it",
                header.shape()
            ));
        }
        other => {
            return Err(format!("expected shape [N, H, W] or [N, C, H, W] with C 1 or 3, got {other:?}"));
        }
    };
    let count = header.shape()[0];
    if count == 0 || shape.contains(&0) {
        return Err(format!("shape {:?} holds no images", header.shape()));
    }
    let pixels = match element(&header) {
        (TypeChar::Uint, 1) => data.to_vec(),
        (TypeChar::Float, 4) => numbers::<f32>(header, data)?
            .into_iter()
            .enumerate()
            .map(|(index, value)| match value {
                0.0..=1.0 => Ok((value * 255.0).round() as u8),
                _ => Err(format!("value {index} is {value}; real numbers must be brightness from 0 to 1")),
            })
            .collect::<Result<_, _>>()?,
        _ => {
            return Err(format!(
                "expected elements of type uint8 or float32, got {}",
                header.dtype().descr()
            ));
        }
    };
    Ok((shape.map(|side| side as usize), pixels))
}

/// The class of each image.
fn labels(bytes: &[u8]) -> Result<Vec<u16>, String> {
    let (header, data) = header(bytes)?;
    // Keras keeps a second axis of one element.
    if !matches!(header.shape(), [_] | [_, 1]) {
        return Err(format!("expected labels of shape [N], got {:?}", header.shape()));
    }
    fn classes<T: Deserialize + TryInto<u16> + Copy>(
        header: NpyHeader,
        data: &[u8],
    ) -> Result<Vec<u16>, String> {
        let class = |(index, label): (usize, T)| {
            label
                .try_into()
                .map_err(|_| format!("label {index} is no class; expected 0 to {}", MAX_CLASSES - 1))
        };
        numbers::<T>(header, data)?.into_iter().enumerate().map(class).collect()
    }
    match element(&header) {
        (TypeChar::Uint, 1) => classes::<u8>(header, data),
        (TypeChar::Uint, 2) => classes::<u16>(header, data),
        (TypeChar::Uint, 4) => classes::<u32>(header, data),
        (TypeChar::Uint, 8) => classes::<u64>(header, data),
        (TypeChar::Int, 1) => classes::<i8>(header, data),
        (TypeChar::Int, 2) => classes::<i16>(header, data),
        (TypeChar::Int, 4) => classes::<i32>(header, data),
        (TypeChar::Int, 8) => classes::<i64>(header, data),
        _ => Err(format!("expected labels of an integer type, got {}", header.dtype().descr())),
    }
}

fn element(header: &NpyHeader) -> (TypeChar, u64) {
    match header.dtype() {
        DType::Plain(element) => (element.type_char(), element.size_field()),
        _ => (TypeChar::RawData, 0),
    }
}

fn numbers<T: Deserialize>(header: NpyHeader, data: &[u8]) -> Result<Vec<T>, String> {
    NpyFile::with_header(header, data).into_vec().map_err(|error| format!("unreadable data ({error})"))
}

/// The header, checked against what follows it.
fn header(bytes: &[u8]) -> Result<(NpyHeader, &[u8]), String> {
    guard(bytes)?;
    let mut data = bytes;
    let header = NpyHeader::from_reader(&mut data).map_err(|error| format!("a damaged header ({error})"))?;
    let (_, size) = element(&header);
    let values = header.shape().iter().try_fold(size, |product, &side| product.checked_mul(side));
    if values != Some(data.len() as u64) {
        return Err(format!(
            "shape {:?} of type {} does not fit to the {} bytes that follow; is the file truncated?",
            header.shape(),
            header.dtype().descr(),
            data.len()
        ));
    }
    if header.order() == Order::Fortran {
        return Err(
            "it is stored column by column; numpy.ascontiguousarray makes an array of the usual order".into(),
        );
    }
    Ok((header, data))
}

/// Refuses headers that no such array has and that the parser behind would spend a stack or an overflow on.
fn guard(bytes: &[u8]) -> Result<(), String> {
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err("expected the magic \\x93NUMPY at the start; it is no .npy file".to_owned());
    }
    let (start, length) = match bytes.get(6) {
        Some(1) => (10, bytes.get(8..10).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))),
        _ => (12, bytes.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)),
    };
    let text =
        length.filter(|&length| length <= MAX_HEADER).and_then(|length| bytes.get(start..start + length));
    let Some(text) = text else { return Err("its header breaks off or is too long".to_owned()) };
    let depth = text.iter().scan(0i32, |depth, byte| {
        *depth += i32::from(b"([{".contains(byte)) - i32::from(b")]}".contains(byte));
        Some(*depth)
    });
    // Fewer than 20 digits in all keep the product of all numbers below 2^64.
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let odd = text
        .windows(2)
        .any(|pair| pair.contains(&b'\\') || (pair[0] == b'0' && b"xXoObB".contains(&pair[1])));
    if depth.max().unwrap_or(0) > 8 || digits >= 20 || odd {
        let shown: String = String::from_utf8_lossy(text).chars().take(80).collect();
        return Err(format!("the header {} is none of images or labels", shown.trim()));
    }
    Ok(())
}
