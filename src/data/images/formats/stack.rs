//! Images of a set brought to one shape and put behind each other.

use std::path::Path;

use crate::images::decode::Picture;
use crate::images::{Channels, ImageReadError, ImageReadOptions, LabeledImages, MAX_CLASSES};

/// An image with its path and the number of its class.
pub(super) type LabeledPicture = (String, Picture, u16);

/// Puts the images of each part behind each other. All must have the size of the first one, which is not that of the
/// whole but of the first part that has any; channels as `options` says. Returns the shape of an image too.
pub(super) fn stack<const N: usize>(
    path: &Path,
    parts: [Vec<LabeledPicture>; N],
    options: &ImageReadOptions,
) -> Result<([usize; 3], [LabeledImages; N]), ImageReadError> {
    let Some((first, picture, _)) = parts.iter().find_map(|part| part.first()) else {
        return Err(ImageReadError::layout(path, "there are no images"));
    };
    let (first, expected) = (first.clone(), [picture.rows, picture.columns]);
    for (image, picture, _) in parts.iter().flatten() {
        let got = [picture.rows, picture.columns];
        if got != expected {
            let (path, image) = (path.to_path_buf(), image.clone());
            return Err(ImageReadError::Size { path, image, got, first, expected });
        }
    }
    let channels = match options.channels {
        Channels::Gray => 1,
        Channels::Rgb => 3,
        Channels::AsStored if parts.iter().flatten().all(|(_, picture, _)| picture.channels == 1) => 1,
        Channels::AsStored => 3,
    };
    let shape = [channels, expected[0], expected[1]];
    let parts = parts.map(|part| {
        let mut stacked = LabeledImages {
            pixels: Vec::with_capacity(part.len() * shape.iter().product::<usize>()),
            labels: Vec::with_capacity(part.len()),
        };
        // One by one, so that an image is not held twice for long.
        for (_, picture, label) in part {
            stacked.pixels.extend(picture.with_channels(channels).pixels);
            stacked.labels.push(label);
        }
        stacked
    });
    Ok((shape, parts))
}

/// Refuses sets of no use: fewer than two classes, or more than labels can number.
pub(super) fn check_classes(path: &Path, classes: &[String]) -> Result<(), ImageReadError> {
    match classes {
        [] => Err(ImageReadError::layout(path, "there are no classes; expected a folder for each class")),
        [one] => {
            Err(ImageReadError::layout(path, &format!("there is one class, '{one}'; expected at least two")))
        }
        _ if classes.len() > MAX_CLASSES => Err(ImageReadError::TooLarge {
            path: path.to_path_buf(),
            problem: format!("{} classes; expected at most {MAX_CLASSES}", classes.len()),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_classes_are_refused() {
        let classes: Vec<String> = (0..=MAX_CLASSES).map(|class| class.to_string()).collect();
        let message = check_classes(Path::new("set"), &classes).unwrap_err().to_string();
        assert!(message.contains("65537 classes; expected at most 65536"), "{message}");
        assert!(check_classes(Path::new("set"), &classes[1..]).is_ok());
    }
}
