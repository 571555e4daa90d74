//! TinyImageNet as distributed: `train/<wnid>/images/*.JPEG`, and `val/images/*.JPEG` whose classes are in
//! `val/val_annotations.txt`. Its test images have no labels, so the validation images are what results are stated
//! on, as is usual with this set.

use std::collections::HashMap;
use std::path::Path;

use super::ImageFormat;
use super::stack::{check_classes, stack};
use crate::images::gather::{Gathered, base};
use crate::images::{ImageReadError, ImageReadOptions, ImageSet, ImageSetFormat};

const ANNOTATIONS: &str = "val_annotations.txt";

/// TinyImageNet as distributed.
pub(super) struct TinyImagenetFormat;

impl ImageFormat for TinyImagenetFormat {
    fn is_part(&self, name: &str) -> bool {
        is_part(name)
    }

    fn matches(&self, gathered: &Gathered) -> bool {
        gathered.has_file(ANNOTATIONS) && !gathered.pictures.is_empty()
    }

    fn assemble(
        &self,
        path: &Path,
        gathered: Gathered,
        options: &ImageReadOptions,
    ) -> Result<ImageSet, ImageReadError> {
        assemble(path, gathered, options)
    }
}

/// Whether the set has a file of this name, besides its images.
fn is_part(name: &str) -> bool {
    name == ANNOTATIONS
}

/// Makes a set of the images that were found. Classes are the WordNet numbers, in their order.
fn assemble(path: &Path, gathered: Gathered, options: &ImageReadOptions) -> Result<ImageSet, ImageReadError> {
    let (name, content) = gathered.file(path, ANNOTATIONS)?;
    let (place, root) = (path.join(name), name.strip_suffix(ANNOTATIONS).unwrap_or_default().to_owned());
    let root = root.strip_suffix("val/").unwrap_or(&root);
    let text = String::from_utf8_lossy(content).into_owned();
    let mut annotated: HashMap<&str, &str> = HashMap::new();
    for (line, fields) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut fields = fields.split_ascii_whitespace();
        let (Some(image), Some(class)) = (fields.next(), fields.next()) else {
            let problem = format!("line {}: expected the name of an image and its class", line + 1);
            return Err(ImageReadError::layout(&place, &problem));
        };
        annotated.insert(image, class);
    }

    let inside = |name: &str| name.strip_prefix(root).unwrap_or(name).to_owned();
    let class_of = |name: &str| {
        let mut folders = name.strip_prefix("train/")?.split('/');
        let (class, next) = (folders.next()?, folders.next());
        next.is_some().then(|| class.to_owned())
    };
    let mut classes: Vec<String> =
        gathered.pictures.iter().filter_map(|(name, _)| class_of(&inside(name))).collect();
    classes.dedup(); // pictures are in the order of their paths
    check_classes(path, &classes)?;
    let number = |class: &str| classes.binary_search_by(|known| known.as_str().cmp(class)).ok();
    let (mut train, mut test) = (vec![], vec![]);
    for (name, picture) in gathered.pictures {
        let inside = inside(&name);
        if let Some(class) = class_of(&inside).as_deref().and_then(number) {
            train.push((name, picture, class as u16));
        } else if inside.starts_with("val/") {
            let class = annotated.get(base(&name)).copied();
            let Some(class) = class.and_then(number) else {
                let said =
                    class.map_or("has no line".to_owned(), |class| format!("is of '{class}', no class"));
                return Err(ImageReadError::layout(&place, &format!("{} {said}", base(&name))));
            };
            test.push((name, picture, class as u16));
        }
    }
    if test.is_empty() {
        return Err(ImageReadError::layout(path, "val/images has no images"));
    }
    let (shape, [train, test]) = stack(path, [train, test], options)?;
    Ok(ImageSet {
        form: ImageSetFormat::TinyImagenet,
        classes,
        shape,
        train,
        validation: None,
        test: Some(test),
        corrupt: gathered.corrupt,
    })
}
