//! Sets of images of every form, as users have them, and what is said about those that are not right.

mod formats;

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::samples::*;
use super::*;

fn read_files(files: &Files) -> Result<ImageSet, ImageReadError> {
    let directory = tempfile::tempdir().unwrap();
    place(directory.path(), files);
    read(directory.path(), &ImageReadOptions::default())
}

fn read_bytes(bytes: &[u8]) -> Result<ImageSet, ImageReadError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("archive");
    fs::write(&path, bytes).unwrap();
    read(&path, &ImageReadOptions::default())
}

fn fault(outcome: Result<ImageSet, ImageReadError>) -> String {
    outcome.unwrap_err().to_string()
}

#[track_caller]
fn says(outcome: Result<ImageSet, ImageReadError>, parts: &[&str]) {
    let message = fault(outcome);
    for part in parts {
        assert!(message.contains(part), "expected {part:?} in {message:?}");
    }
}

/// The first pixel of each image.
fn firsts(part: &LabeledImages, shape: [usize; 3]) -> Vec<u8> {
    part.pixels.iter().step_by(shape.iter().product()).copied().collect()
}

fn is_whole(set: &ImageSet) {
    assert_eq!((set.form, set.shape), (ImageSetFormat::ImageFolder, [1, 2, 3]));
    assert_eq!(set.classes, ["cat", "dog"]);
    let part = |part: &LabeledImages| (firsts(part, set.shape), part.labels.clone());
    assert_eq!(part(&set.train), (vec![1, 2, 3], vec![0, 0, 1]));
    assert_eq!(set.validation.as_ref().map(part), Some((vec![4, 5], vec![0, 1])));
    assert_eq!(set.test.as_ref().map(part), Some((vec![6, 7], vec![0, 1])));
    assert_eq!(set.train.pixels.len(), 18);
}

#[test]
fn an_image_folder_is_the_same_in_every_wrapping() {
    let files = whole();
    is_whole(&read_files(&files).unwrap());
    is_whole(&read_bytes(&tar(&files)).unwrap());
    is_whole(&read_bytes(&gz(&tar(&files))).unwrap());
    is_whole(&read_bytes(&xz(&tar(&files))).unwrap());
    is_whole(&read_bytes(&zip(&files)).unwrap());
    // Below a folder of its own, beside what systems leave there, and with a README.
    let mut deeper: Files =
        files.iter().map(|(path, content)| (format!("mine/v1/{path}"), content.clone())).collect();
    deeper.push(("__MACOSX/mine/train/cat/._a.png".into(), vec![1]));
    deeper.push(("mine/v1/train/cat/.hidden.png".into(), vec![1]));
    deeper.push(("mine/README.md".into(), b"words".to_vec()));
    is_whole(&read_files(&deeper).unwrap());
    is_whole(&read_bytes(&zip(&deeper)).unwrap());
}

#[test]
fn classes_alone_and_a_single_other_part_are_enough() {
    let set = read_files(&greys(&[("cats/a.png", 1), ("dogs/a.png", 2), ("dogs/b.png", 3)])).unwrap();
    assert_eq!((set.train.labels.clone(), &set.test), (vec![0, 1, 1], &None));
    let files: Files = whole().into_iter().filter(|(path, _)| !path.starts_with("val")).collect();
    let set = read_files(&files).unwrap();
    assert!(set.validation.is_none() && set.test.is_some());
}

#[test]
fn grey_and_colours_mix_and_are_asked_for() {
    let files = |dog: Vec<u8>| vec![("cat/a.png".to_owned(), grey(2, 2, 9)), ("dog/a.png".to_owned(), dog)];
    let mixed = read_files(&files(rgb(2, 2, [10, 20, 30]))).unwrap();
    assert_eq!(mixed.shape, [3, 2, 2]);
    assert_eq!(mixed.train.pixels, [vec![9; 12], vec![10; 4], vec![20; 4], vec![30; 4]].concat());
    let directory = tempfile::tempdir().unwrap();
    place(directory.path(), &files(rgb(2, 2, [10, 20, 30])));
    let asked = |channels| {
        read(directory.path(), &ImageReadOptions { channels, ..ImageReadOptions::default() }).unwrap()
    };
    // 0.299 * 10 + 0.587 * 20 + 0.114 * 30 = 18.15
    assert_eq!(
        (asked(Channels::Gray).shape, asked(Channels::Gray).train.pixels),
        ([1, 2, 2], [[9; 4], [18; 4]].concat())
    );
    assert_eq!(asked(Channels::Rgb), mixed);
    assert_eq!(read_files(&files(grey(2, 2, 1))).unwrap().shape, [1, 2, 2]);
}

#[test]
fn every_kind_of_image_is_decoded() {
    use png::ColorType;
    let near = |picture: decode::Picture, colour: [u8; 3]| {
        assert_eq!((picture.channels, picture.rows, picture.columns), (3, 9, 17));
        for (plane, wanted) in picture.pixels.chunks(9 * 17).zip(colour) {
            assert!(plane.iter().all(|&p| p.abs_diff(wanted) <= 4), "{wanted}: {plane:?}");
        }
    };
    near(decode::decode(&jpeg(9, 17, [200, 100, 50])).unwrap(), [200, 100, 50]);
    near(decode::decode(&rgb(9, 17, [200, 100, 50])).unwrap(), [200, 100, 50]);
    let rgba = png(ColorType::Rgba, 1, 2, &[1, 2, 3, 99, 4, 5, 6, 0]);
    assert_eq!(decode::decode(&rgba).unwrap().pixels, [1, 4, 2, 5, 3, 6]);
    let grey_alpha = png(ColorType::GrayscaleAlpha, 1, 2, &[1, 99, 2, 0]);
    let picture = decode::decode(&grey_alpha).unwrap();
    assert_eq!((picture.channels, picture.pixels), (1, vec![1, 2]));
    let mut palette = Vec::new();
    let mut encoder = png::Encoder::new(&mut palette, 2, 1);
    encoder.set_color(ColorType::Indexed);
    encoder.set_palette(vec![1, 2, 3, 4, 5, 6]);
    encoder.write_header().unwrap().write_image_data(&[1, 0]).unwrap();
    assert_eq!(decode::decode(&palette).unwrap().pixels, [4, 1, 5, 2, 6, 3]);
    assert!(decode::is_image("a/B.JPEG") && decode::is_image("b.png") && !decode::is_image("png"));
}

#[test]
fn a_corrupt_image_is_named_or_left_out() {
    let short_jpeg = jpeg(16, 16, [1, 2, 3]);
    let short_png = grey(2, 3, 1);
    for (bytes, part) in [
        (vec![], "the file is empty"),
        (b"GIF89a".to_vec(), "neither like a JPEG nor like a PNG"),
        (short_jpeg[..short_jpeg.len() - 40].to_vec(), "a damaged JPEG"),
        (short_jpeg[..30].to_vec(), "a damaged JPEG"),
        (short_png[..short_png.len() - 20].to_vec(), "a damaged PNG"),
    ] {
        let mut files = whole();
        files.push(("train/cat/zz.jpg".into(), bytes));
        says(read_files(&files), &["train/cat/zz.jpg", part, "--corrupt skip"]);
        let directory = tempfile::tempdir().unwrap();
        place(directory.path(), &files);
        let set = read(
            directory.path(),
            &ImageReadOptions { corrupt: OnCorrupt::Skip, ..ImageReadOptions::default() },
        )
        .unwrap();
        is_whole(&set);
        assert_eq!(set.corrupt.len(), 1);
        assert_eq!(set.corrupt[0].path, "train/cat/zz.jpg");
        assert!(set.corrupt[0].problem.contains(part), "{:?}", set.corrupt);
    }
}

#[test]
fn an_image_of_another_size_is_named_or_resized() {
    let mut files = whole();
    files.push(("test/dog/zz.png".into(), grey(4, 6, 200)));
    says(read_files(&files), &["test/dog/zz.png", "4x6 pixels", "train/cat/a.png has 2x3", "--resize"]);
    let directory = tempfile::tempdir().unwrap();
    place(directory.path(), &files);
    let set =
        read(directory.path(), &ImageReadOptions { resize: Some([2, 3]), ..ImageReadOptions::default() })
            .unwrap();
    assert_eq!(firsts(set.test.as_ref().unwrap(), set.shape), [6, 7, 200]);
    let set =
        read(directory.path(), &ImageReadOptions { resize: Some([5, 4]), ..ImageReadOptions::default() })
            .unwrap();
    assert_eq!(set.shape, [1, 5, 4]);
    let message =
        read(directory.path(), &ImageReadOptions { resize: Some([0, 4]), ..ImageReadOptions::default() })
            .unwrap_err();
    assert!(message.to_string().contains("expected 1 to 4096 rows and columns, got [0, 4]"), "{message}");
}

#[test]
fn folders_that_are_no_set_say_why() {
    let without =
        |start: &str| -> Files { whole().into_iter().filter(|(path, _)| !path.starts_with(start)).collect() };
    says(read_files(&without("test/cat")), &["the class 'cat' has training images and no test images"]);
    says(read_files(&without("val/dog")), &["the class 'dog' has training images and no validation images"]);
    says(
        read_files(&without("train/dog")),
        &["the class 'dog' has validation images and no training images"],
    );
    says(read_files(&without("train")), &["no training images", "train/<class>/<image>"]);
    says(read_files(&greys(&[("train/cat/a.png", 1)])), &["one class, 'cat'; expected at least two"]);
    let loose = [whole(), greys(&[("train/a.png", 1)])].concat();
    says(read_files(&loose), &["train/a.png lies in no class; expected train/<class>/<image>"]);
    let loose = greys(&[("a.png", 1), ("cat/a.png", 1)]);
    says(read_files(&loose), &["a.png lies in no class; expected <class>/<image>"]);
    says(read_files(&vec![("README".into(), vec![])]), &["no images are here; expected train/<class>"]);

    let directory = tempfile::tempdir().unwrap();
    place(directory.path(), &whole());
    fs::create_dir(directory.path().join("train/bird")).unwrap();
    says(
        read(directory.path(), &ImageReadOptions::default()),
        &["class folder train/bird has no images; fill or remove"],
    );
    fs::write(directory.path().join("train/bird/a.png"), "").unwrap();
    let skip = ImageReadOptions { corrupt: OnCorrupt::Skip, ..ImageReadOptions::default() };
    says(read(directory.path(), &skip), &["train/bird has no images that can be decoded"]);
    says(read(Path::new("no/such/place"), &skip), &["cannot open no/such/place"]);
}

#[test]
fn archives_that_are_damaged_say_so() {
    let tar = tar(&whole());
    says(read_bytes(b"something else"), &["no archive that can be read; expected a folder, .tar"]);
    says(read_bytes(b""), &["no archive that can be read"]);
    says(read_bytes(&tar[..700]), &["truncated"]);
    says(read_bytes(&gz(&tar)[..200]), &["damaged or truncated"]);
    let packed = xz(&tar);
    says(read_bytes(&packed[..packed.len() / 2]), &["damaged or truncated"]);
    let packed = zip(&whole());
    says(read_bytes(&packed[..packed.len() / 2]), &["a damaged .zip"]);
    let mut flipped = packed.clone();
    flipped[60] ^= 0xff;
    says(read_bytes(&flipped), &["a damaged .zip"]);
}

#[test]
fn decoded_images_are_kept_and_damage_is_mended() {
    let (home, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = home.path().join("set.tar.xz");
    fs::write(&path, xz(&tar(&whole()))).unwrap();
    let get = || cache::read_with(cache.path(), &path, &ImageReadOptions::default()).unwrap();
    let entry = || {
        let entries: Vec<_> =
            fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(entries.len(), 1, "one entry and no leftovers");
        entries[0].clone()
    };
    is_whole(&get());
    let good = fs::read(entry()).unwrap();
    // The entry is what is read: with other pixels and the right sum it would be believed. Damage is not.
    for damage in [0, 9, 45, good.len() / 2, good.len() - 1] {
        let mut bytes = good.clone();
        bytes[damage] ^= 1;
        fs::write(entry(), bytes).unwrap();
        is_whole(&get());
        assert_eq!(fs::read(entry()).unwrap(), good, "mended");
    }
    for bytes in [&good[..30], &good[..good.len() - 1], &[&good[..], &[0]].concat()] {
        fs::write(entry(), bytes).unwrap();
        is_whole(&get());
        assert_eq!(fs::read(entry()).unwrap(), good, "mended");
    }
    // A source that has changed is read again, and its entry replaced.
    let other = greys(&[("cat/a.png", 1), ("dog/a.png", 2)]);
    fs::write(&path, tar(&other)).unwrap();
    assert_eq!(get().train.len(), 2);
    assert_ne!(fs::read(entry()).unwrap(), good);
    // Another way of reading has an entry of its own.
    let reading = ImageReadOptions { channels: Channels::Rgb, ..ImageReadOptions::default() };
    assert_eq!(cache::read_with(cache.path(), &path, &reading).unwrap().shape[0], 3);
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 2);
}

#[test]
fn an_entry_is_used_while_the_files_of_its_folder_stay() {
    let (home, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    place(home.path(), &whole());
    let get = || cache::read_with(cache.path(), home.path(), &ImageReadOptions::default());
    is_whole(&get().unwrap());
    // Other content under the same length and time is not seen: the entry was used.
    let path = home.path().join("train/cat/a.png");
    let (time, length) = (path.metadata().unwrap().modified().unwrap(), path.metadata().unwrap().len());
    fs::write(&path, vec![0; length as usize]).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    is_whole(&get().unwrap());
    fs::write(&path, "longer or shorter").unwrap();
    says(get(), &["train/cat/a.png", "neither like a JPEG"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is damaged, reading ends with an answer.
    #[test]
    fn no_damage_to_an_archive_is_too_much(kind in 0..4, at in any::<prop::sample::Index>(), value: u8, cut: bool) {
        let files = [whole(), vec![("train/dog/z.jpg".into(), jpeg(2, 3, [9; 3]))]].concat();
        let mut bytes = match kind {
            0 => tar(&files),
            1 => gz(&tar(&files)),
            2 => xz(&tar(&files)),
            _ => zip(&files),
        };
        let at = at.index(bytes.len());
        bytes[at] = value;
        if cut {
            bytes.truncate(at);
        }
        let _ = read_bytes(&bytes);
    }

    #[test]
    fn no_damage_to_an_image_is_too_much(at in any::<prop::sample::Index>(), value: u8, cut: bool, png: bool) {
        let mut bytes = if png { rgb(5, 9, [1, 2, 3]) } else { jpeg(17, 9, [200, 3, 99]) };
        let at = at.index(bytes.len());
        bytes[at] = value;
        if cut {
            bytes.truncate(at);
        }
        let _ = decode::decode(&bytes);
    }

    #[test]
    fn no_damage_to_an_array_is_too_much(at in any::<prop::sample::Index>(), value: u8, labels: bool) {
        let mut arrays = [npy(&[2, 1, 2], &[0u8, 1, 2, 3]), npy(&[2], &[0i32, 1])];
        let array = &mut arrays[usize::from(labels)];
        let at = at.index(array.len());
        array[at] = value;
        let [images, labels] = arrays;
        let _ = read_files(&vec![("x_train.npy".into(), images), ("y_train.npy".into(), labels)]);
    }
}
