//! Small files of every kind, made here, for the tests.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

pub use axmul_support::testing::npy;

/// A file with its path.
pub type Files = Vec<(String, Vec<u8>)>;

pub fn png(color: png::ColorType, rows: u32, columns: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, columns, rows);
    encoder.set_color(color);
    encoder.write_header().unwrap().write_image_data(bytes).unwrap();
    out
}

/// A PNG of one colour, grey.
pub fn grey(rows: u32, columns: u32, value: u8) -> Vec<u8> {
    png(png::ColorType::Grayscale, rows, columns, &vec![value; (rows * columns) as usize])
}

/// A PNG of one colour.
pub fn rgb(rows: u32, columns: u32, colour: [u8; 3]) -> Vec<u8> {
    png(png::ColorType::Rgb, rows, columns, &colour.repeat((rows * columns) as usize))
}

/// A JPEG of one colour, which comes out the same to within a few units.
pub fn jpeg(rows: u16, columns: u16, colour: [u8; 3]) -> Vec<u8> {
    let mut out = Vec::new();
    jpeg_encoder::Encoder::new(&mut out, 95)
        .encode(
            &colour.repeat(usize::from(rows) * usize::from(columns)),
            columns,
            rows,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    out
}

/// The images of an image folder: for each path a grey value.
pub fn greys(paths: &[(&str, u8)]) -> Files {
    paths.iter().map(|(path, value)| ((*path).to_owned(), grey(2, 3, *value))).collect()
}

/// An image folder with two classes and every part.
pub fn whole() -> Files {
    greys(&[
        ("train/cat/b.png", 2),
        ("train/cat/a.png", 1),
        ("train/dog/a.png", 3),
        ("val/cat/a.png", 4),
        ("val/dog/a.png", 5),
        ("test/dog/a.png", 7),
        ("test/cat/a.png", 6),
    ])
}

pub fn place(root: &Path, files: &Files) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

pub fn tar(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, &content[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

pub fn zip(files: &Files) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(path.as_str(), options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The six files of CIFAR-10, binary form, two images in each: image i has the label i and the pixels 20 i.
pub fn cifar10_binary() -> Files {
    let file = |first: u8| [first, first + 1].map(|i| [vec![i % 10], vec![20 * i; 3072]].concat()).concat();
    let mut files: Files =
        (1..=5).map(|i| (format!("cifar-10-batches-bin/data_batch_{i}.bin"), file(2 * i - 2))).collect();
    files.push(("cifar-10-batches-bin/test_batch.bin".into(), file(10)));
    let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
    files.push(("cifar-10-batches-bin/batches.meta.txt".into(), names.into()));
    files
}

/// A pickle of protocol 2, as Python 2 writes one of CIFAR: labels under `key` and an array of bytes of shape
/// `[labels, 3072]`.
pub fn cifar_pickle(key: &str, labels: &[u8], pixels: &[u8]) -> Vec<u8> {
    let short = |text: &str| [&[b'U', text.len() as u8], text.as_bytes()].concat();
    let mut bytes = b"\x80\x02}(".to_vec();
    bytes.extend([short(key), b"](".to_vec()].concat());
    labels.iter().for_each(|&label| bytes.extend([b'K', label]));
    bytes.extend([&b"e"[..], &short("data")].concat());
    bytes.extend(b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01");
    bytes.extend([b'K', labels.len() as u8, b'M', 0, 12, 0x86]);
    bytes.extend(
        b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T",
    );
    bytes.extend((pixels.len() as u32).to_le_bytes());
    bytes.extend(pixels);
    bytes.extend(b"tbu.");
    bytes
}

/// A pickle of the names of classes.
pub fn names_pickle(key: &str, names: &[String]) -> Vec<u8> {
    let short = |text: &str| [&[b'U', text.len() as u8], text.as_bytes()].concat();
    let mut bytes = [b"\x80\x02}(".to_vec(), short(key), b"](".to_vec()].concat();
    names.iter().for_each(|name| bytes.extend(short(name)));
    bytes.extend(b"eu.");
    bytes
}
