//! `axmul data` from the outside: what it says, where, and its exit code.

use std::fs;
use std::net::TcpListener;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use axmul_support::testing::reference_data;

/// The program with its data in `home` and no source but one that is not there.
fn axmul(home: &tempfile::TempDir) -> Command {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(); // closed again at once
    let mut command = Command::new(env!("CARGO_BIN_EXE_axmul"));
    command
        .arg("data")
        .env("AXMUL_DATA_DIR", home.path())
        .env("AXMUL_MNIST_MIRRORS", format!("http://127.0.0.1:{port}/mnist"))
        .env("NO_PROXY", "127.0.0.1");
    command
}

#[test]
fn a_fetch_without_a_source_says_what_was_tried_and_ends_with_2() {
    let home = tempfile::tempdir().unwrap();
    axmul(&home)
        .args(["fetch", "mnist"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(contains("/mnist: not reachable (the connection was refused)"))
        .stderr(contains("AXMUL_MNIST_MIRRORS"));
    let quiet = axmul(&home).args(["fetch", "mnist", "--quiet"]).assert().code(2);
    quiet.stderr(contains("cannot fetch mnist").and(contains("trying").not()));
    assert_eq!(fs::read_dir(home.path().join("mnist")).unwrap().count(), 0);
}

#[test]
fn a_source_that_is_no_address_ends_with_2() {
    let home = tempfile::tempdir().unwrap();
    axmul(&home).args(["fetch", "mnist", "--mirror", "not an address"]).assert().code(2);
}

#[test]
fn check_names_each_file_that_is_missing_or_damaged() {
    let home = tempfile::tempdir().unwrap();
    axmul(&home).arg("check").assert().code(0).stdout(contains("no data set found"));
    fs::create_dir(home.path().join("mnist")).unwrap();
    fs::write(home.path().join("mnist/t10k-labels-idx1-ubyte"), "short").unwrap();
    axmul(&home)
        .args(["check", "mnist"])
        .assert()
        .code(2)
        .stdout(contains("train-images-idx3-ubyte is missing; `axmul data fetch mnist` gets it"))
        .stdout(contains("t10k-labels-idx1-ubyte is not the published file: it has 5 bytes instead of 10008"))
        .stderr(contains("4 of 4 files of mnist are missing or corrupt"));
}

#[test]
fn an_unknown_data_set_lists_the_known_ones() {
    let home = tempfile::tempdir().unwrap();
    axmul(&home).args(["fetch", "mnits"]).assert().code(2).stderr(contains("mnist"));
    axmul(&home).arg("list").assert().code(0).stdout(contains("mnist: 70,000 handwritten digits"));
}

fn png(rows: u32, columns: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, columns, rows);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(bytes).unwrap();
    out
}

/// Two classes with a training image each, and a test image in each; red 0 and 255 in training.
fn folder(home: &tempfile::TempDir) -> std::path::PathBuf {
    let root = home.path().join("mine");
    for (path, red) in [("train/cat/1", 0), ("train/dog/1", 255), ("test/cat/1", 51), ("test/dog/1", 51)] {
        let path = root.join(path).with_extension("png");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, png(2, 3, &[red, 102, 0].repeat(6))).unwrap();
    }
    root
}

#[test]
fn check_reads_a_folder_and_says_what_its_images_are() {
    let home = tempfile::tempdir().unwrap();
    let root = folder(&home);
    axmul(&home)
        .arg("check")
        .arg(&root)
        .assert()
        .code(0)
        .stdout(contains("image folder").and(contains("2 classes, 2x3 pixels (rows x columns), RGB")));
    let output = axmul(&home).arg("check").arg(&root).args(["--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["shape"], serde_json::json!([3, 2, 3]));
    assert_eq!(report["classes"], serde_json::json!(["cat", "dog"]));
    assert_eq!(report["form"], "image_folder");
    let train = &report["parts"][0];
    assert_eq!((&train["part"], &train["images"]), (&"train".into(), &2.into()));
    assert_eq!(train["images_per_class"], serde_json::json!([1, 1]));
    assert_eq!(train["channels"][0], serde_json::json!({"mean": 0.5, "std": 0.5}));
    assert_eq!(train["channels"][1]["mean"], 0.4);
    assert_eq!(report["parts"][1]["part"], "test");
}

#[test]
fn check_lists_corrupt_images_and_fails_unless_they_may_be_skipped() {
    let home = tempfile::tempdir().unwrap();
    let root = folder(&home);
    fs::write(root.join("train/cat/2.jpg"), "words").unwrap();
    let check = |more: &[&str]| axmul(&home).arg("check").arg(&root).args(more).assert();
    let corrupt = contains("corrupt: train/cat/2.jpg: it begins neither like a JPEG nor like a PNG");
    check(&[]).code(2).stdout(corrupt.clone()).stderr(contains("1 image is corrupt"));
    check(&["--corrupt", "skip"]).code(0).stdout(corrupt);
    check(&["--corrupt", "skip", "--format", "json"])
        .code(0)
        .stdout(contains("\"path\": \"train/cat/2.jpg\""));
    fs::write(root.join("train/cat/2.jpg"), png(4, 4, &[0; 48])).unwrap();
    check(&[]).code(2).stderr(contains("train/cat/2.jpg").and(contains("4x4 pixels")).and(contains("2x3")));
    check(&["--resize", "8x8"]).code(0).stdout(contains("8x8 pixels"));
    check(&["--resize", "8x8", "--channels", "grey"]).code(0).stdout(contains("grayscale"));
    check(&["--resize", "8"]).code(2).stderr(contains("expected ROWSxCOLUMNS, as in 32x32"));
    let nowhere = axmul(&home).args(["check", "no/such/folder"]).assert().code(2);
    nowhere.stderr(contains("there is no data set 'no/such/folder', and no folder or archive of that path"));
}

#[test]
fn list_says_what_is_here_and_how_large_the_others_are() {
    let home = tempfile::tempdir().unwrap();
    let list = axmul(&home).arg("list").assert().code(0);
    list.stdout(
        contains("cifar10: 60,000 colour photographs, 32x32 pixels, 10 classes (Krizhevsky); 170.1 MB")
            .and(contains("missing; run `axmul data fetch tiny-imagenet` to download"))
            .and(contains("fashion-mnist: ").and(contains("cifar100: "))),
    );
}

/// CIFAR-10, where the reference data has it.
#[test]
fn cifar_10_as_an_archive_of_jpegs_is_read_whole() {
    let Some(path) = reference_data("cifar10-jpeg.tar.xz") else { return };
    let home = tempfile::tempdir().unwrap();
    let output = axmul(&home).arg("check").arg(&path).args(["--format", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["shape"], serde_json::json!([3, 32, 32]));
    assert_eq!(report["parts"][0]["images_per_class"], serde_json::json!(vec![5000; 10]));
    assert_eq!(report["parts"][1]["images_per_class"], serde_json::json!(vec![1000; 10]));
    // Those of the lossless set are 0.4914, 0.4822, 0.4465 and 0.2470, 0.2435, 0.2616.
    for (channel, (mean, std)) in
        [(0.4914, 0.2470), (0.4822, 0.2435), (0.4465, 0.2616)].into_iter().enumerate()
    {
        let found = &report["parts"][0]["channels"][channel];
        assert!((found["mean"].as_f64().unwrap() - mean).abs() < 0.002, "{found}");
        assert!((found["std"].as_f64().unwrap() - std).abs() < 0.004, "{found}");
    }
}
