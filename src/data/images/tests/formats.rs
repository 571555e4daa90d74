//! Formats besides plain image folders: CIFAR, TinyImageNet, idx files, NumPy arrays.

use super::*;

#[test]
fn cifar_10_is_read_in_both_forms() {
    let binary = read_bytes(&gz(&tar(&cifar10_binary()))).unwrap();
    assert_eq!((binary.form, binary.shape), (ImageSetFormat::CifarBinary, [3, 32, 32]));
    assert_eq!(binary.train.labels, (0..10).collect::<Vec<u16>>());
    assert_eq!(firsts(&binary.train, binary.shape), (0..10).map(|i| 20 * i).collect::<Vec<u8>>());
    assert_eq!(binary.test.as_ref().unwrap().labels, [0, 1]);
    assert_eq!(binary.classes[..2], ["airplane", "automobile"]);
    assert_eq!(read_files(&cifar10_binary()).unwrap(), binary);

    let python: Files = cifar10_binary()
        .into_iter()
        .filter(|(path, _)| path.ends_with(".bin"))
        .map(|(path, content)| {
            let labels: Vec<u8> = content.chunks(3073).map(|record| record[0]).collect();
            let pixels: Vec<u8> = content.chunks(3073).flat_map(|record| record[1..].to_vec()).collect();
            let path = path.replace("-bin/", "-py/").replace(".bin", "");
            (path, cifar_pickle("labels", &labels, &pixels))
        })
        .chain([("cifar-10-batches-py/batches.meta".into(), names_pickle("label_names", &binary.classes))])
        .collect();
    let python_set = read_bytes(&gz(&tar(&python))).unwrap();
    assert_eq!(python_set, ImageSet { form: ImageSetFormat::CifarPython, ..binary });

    let mut missing = cifar10_binary();
    missing.remove(2);
    says(read_files(&missing), &["the file data_batch_3.bin is missing"]);
    let mut short = cifar10_binary();
    short[1].1.pop();
    says(read_files(&short), &["data_batch_2.bin", "multiple of 3073 bytes, got 6145"]);
    let mut wrong = cifar10_binary();
    wrong[0].1[3073] = 10;
    says(read_files(&wrong), &["data_batch_1.bin: image 1 has the label 10; expected 0 to 9"]);
    let mut wrong = cifar10_binary();
    wrong[6].1 = b"one\ntwo\n".to_vec();
    says(read_files(&wrong), &["batches.meta.txt", "names of 10 classes, got 2"]);
    let mut wrong = python;
    wrong[0].1 = cifar_pickle("labels", &[1], &[0; 3072 * 2]);
    says(read_files(&wrong), &["data_batch_1", "shape [1, 3072], not with 6144 bytes"]);
}

#[test]
fn cifar_100_is_read_by_its_fine_labels() {
    let record = |coarse: u8, fine: u8| [vec![coarse, fine], vec![fine; 3072]].concat();
    let binary: Files = vec![
        ("cifar-100-binary/train.bin".into(), [record(19, 99), record(3, 4)].concat()),
        ("cifar-100-binary/test.bin".into(), record(1, 2)),
    ];
    let set = read_files(&binary).unwrap();
    assert_eq!((set.train.labels.clone(), set.classes.len()), (vec![99, 4], 100));
    let python: Files = vec![
        ("train".into(), cifar_pickle("fine_labels", &[99, 4], &[[99; 3072], [4; 3072]].concat())),
        ("test".into(), cifar_pickle("fine_labels", &[2], &[2; 3072])),
        ("meta".into(), names_pickle("fine_label_names", &set.classes)),
    ];
    assert_eq!(read_files(&python).unwrap(), ImageSet { form: ImageSetFormat::CifarPython, ..set });
}

#[test]
fn tiny_imagenet_takes_the_classes_of_its_validation_images_from_the_annotations() {
    let mut files = greys(&[
        ("tiny-imagenet-200/train/n2/images/n2_0.JPEG", 2),
        ("tiny-imagenet-200/train/n1/images/n1_0.JPEG", 1),
        ("tiny-imagenet-200/val/images/val_0.JPEG", 12),
        ("tiny-imagenet-200/val/images/val_1.JPEG", 11),
        ("tiny-imagenet-200/test/images/test_0.JPEG", 9),
    ]);
    let annotations = "val_0.JPEG\tn2\t0\t32\t44\t62\nval_1.JPEG\tn1\t0\t0\t1\t1\n";
    files.push(("tiny-imagenet-200/val/val_annotations.txt".into(), annotations.into()));
    files.push(("tiny-imagenet-200/wnids.txt".into(), "n2\nn1\n".into()));
    let set = read_bytes(&zip(&files)).unwrap();
    assert_eq!(
        (set.form, &set.classes[..]),
        (ImageSetFormat::TinyImagenet, &["n1".to_owned(), "n2".to_owned()][..])
    );
    assert_eq!((firsts(&set.train, set.shape), &set.train.labels[..]), (vec![1, 2], &[0, 1][..]));
    let test = set.test.clone().unwrap();
    assert_eq!((firsts(&test, set.shape), &test.labels[..]), (vec![12, 11], &[1, 0][..]));
    assert!(set.validation.is_none());
    let without_folder: Files = files
        .iter()
        .map(|(path, content)| (path["tiny-imagenet-200/".len()..].to_owned(), content.clone()))
        .collect();
    assert_eq!(read_files(&without_folder).unwrap(), set);

    let with = |text: &str| {
        let mut files = files.clone();
        files[5].1 = text.into();
        read_files(&files)
    };
    says(with("val_0.JPEG\tn2\n"), &["val_annotations.txt", "val_1.JPEG has no line"]);
    says(with("val_0.JPEG\tn3\nval_1.JPEG n1"), &["val_0.JPEG is of 'n3', no class"]);
    says(with("val_0.JPEG\n"), &["line 1: expected the name of an image and its class"]);
    files.retain(|(path, _)| !path.contains("val/images"));
    says(read_files(&files), &["val/images has no images"]);
}

#[test]
fn idx_files_are_read_packed_or_not() {
    let images = |count: u8| {
        [vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 2], vec![5; 2 * usize::from(count)]].concat()
    };
    let labels = |labels: &[u8]| [&[0, 0, 8, 1, 0, 0, 0, labels.len() as u8], labels].concat();
    let files: Files = vec![
        ("train-images-idx3-ubyte.gz".into(), gz(&images(3))),
        ("train-labels-idx1-ubyte.gz".into(), gz(&labels(&[0, 2, 1]))),
        ("t10k-images-idx3-ubyte".into(), images(1)),
        ("t10k-labels-idx1-ubyte".into(), labels(&[2])),
    ];
    let set = read_files(&files).unwrap();
    assert_eq!((set.form, set.shape, set.classes.len()), (ImageSetFormat::Idx, [1, 1, 2], 3));
    assert_eq!((set.train.labels.clone(), set.test.clone().unwrap().labels), (vec![0, 2, 1], vec![2]));
    let with = |index: usize, content: Vec<u8>| {
        let mut files = files.clone();
        files[index].1 = content;
        read_files(&files)
    };
    says(
        with(3, labels(&[2, 2])),
        &["t10k-images-idx3-ubyte has 1 images, but t10k-labels-idx1-ubyte 2 labels"],
    );
    says(with(3, images(1)), &["t10k-labels-idx1-ubyte", "this one holds images"]);
    let packed = gz(&images(3));
    says(with(0, packed[..12].to_vec()), &["train-images-idx3-ubyte.gz", "damaged or truncated"]);
    says(read_files(&files[..3].to_vec()), &["t10k-labels-idx1-ubyte.gz is missing"]);
    let other = [vec![0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1], vec![5; 2]].concat();
    says(with(2, other), &["training images are [1, 1, 2], test images [1, 2, 1]"]);
}

#[test]
fn numpy_arrays_are_read_as_bytes_and_as_real_numbers() {
    let files: Files = vec![
        ("train_images.npy".into(), npy(&[2, 3, 1, 2], &(0u8..12).collect::<Vec<_>>())),
        ("train_labels.npy".into(), npy(&[2], &[1i64, 0])),
        ("x_test.npy".into(), npy(&[1, 3, 1, 2], &[0.0f32, 1.0, 0.5, 0.2, 0.999, 0.001])),
        ("y_test.npy".into(), npy(&[1, 1], &[2u8])),
    ];
    let set = read_files(&files).unwrap();
    assert_eq!((set.form, set.shape, set.classes.len()), (ImageSetFormat::Npy, [3, 1, 2], 3));
    assert_eq!((set.train.pixels.clone(), set.train.labels.clone()), ((0..12).collect(), vec![1, 0]));
    assert_eq!(set.test.clone().unwrap().pixels, [0, 255, 128, 51, 255, 0]);
    let flat = vec![
        ("train_images.npy".to_owned(), npy(&[2, 2, 2], &[9u8; 8])),
        ("train_labels.npy".to_owned(), npy(&[2], &[0u16, 1])),
    ];
    assert_eq!(read_files(&flat).unwrap().shape, [1, 2, 2]);
    let with = |index: usize, content: Vec<u8>| {
        let mut files = files.clone();
        files[index].1 = content;
        read_files(&files)
    };
    let whole = npy(&[1, 3, 1, 2], &[0u8; 6]);
    says(
        with(0, npy(&[2, 4, 4, 3], &[0u8; 96])),
        &["train_images.npy", "channels last", "transpose(0, 3, 1, 2)"],
    );
    says(with(0, npy(&[6], &[0u8; 6])), &["expected shape [N, H, W] or [N, C, H, W]"]);
    says(with(0, npy(&[0, 2, 2], &[0u8; 0])), &["holds no images"]);
    says(with(0, npy(&[1, 1, 1], &[3i32])), &["uint8 or float32", "i4"]);
    says(
        with(2, npy(&[1, 3, 1, 2], &[0.0, 0.0, 0.0, 255.0f32, 0.0, 0.0])),
        &["value 3 is 255", "from 0 to 1"],
    );
    says(with(2, npy(&[1, 1, 2, 2], &[0u8; 4])), &["x_test.npy", "the training images [3, 1, 2]"]);
    says(with(2, whole[..whole.len() - 1].to_vec()), &["does not fit to the 5 bytes that follow"]);
    says(with(2, b"\x93NUMPY\x01\x00\xff".to_vec()), &["its header breaks off"]);
    says(with(2, b"PK".to_vec()), &["no .npy file"]);
    says(with(1, npy(&[3], &[1u8, 0, 1])), &["expected 2 labels, one for each image, got 3"]);
    says(with(1, npy(&[2], &[1i64, -1])), &["label 1 is no class; expected 0 to 65535"]);
    says(with(1, npy(&[2], &[1.0f32, 0.0])), &["integer type"]);
    says(with(1, npy(&[1, 2], &[1u8, 0])), &["labels of shape [N]"]);
    says(read_files(&files[..1].to_vec()), &["train_labels.npy is missing"]);
    says(read_files(&files[2..].to_vec()), &["expected train_images.npy and train_labels.npy"]);
    let directory = tempfile::tempdir().unwrap();
    place(directory.path(), &files);
    for reading in [
        ImageReadOptions { resize: Some([2, 2]), ..ImageReadOptions::default() },
        ImageReadOptions { channels: Channels::Gray, ..ImageReadOptions::default() },
    ] {
        says(read(directory.path(), &reading), &["stored as arrays of 3x1x2"]);
    }
}
