//! `axmul data` from the outside: what it says, where, and its exit code.

use std::fs;
use std::net::TcpListener;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

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
    quiet.stderr(contains("cannot fetch mnist").and(contains("asking").not()));
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
    axmul(&home).arg("check").assert().code(0).stdout(contains("no data set is here yet"));
    fs::create_dir(home.path().join("mnist")).unwrap();
    fs::write(home.path().join("mnist/t10k-labels-idx1-ubyte"), "short").unwrap();
    axmul(&home)
        .args(["check", "mnist"])
        .assert()
        .code(2)
        .stdout(contains("train-images-idx3-ubyte is missing; `axmul data fetch mnist` gets it"))
        .stdout(contains("t10k-labels-idx1-ubyte is not the published file: it has 5 bytes instead of 10008"))
        .stderr(contains("4 of 4 files of mnist cannot be used"));
}

#[test]
fn an_unknown_data_set_lists_the_known_ones() {
    let home = tempfile::tempdir().unwrap();
    axmul(&home).args(["fetch", "mnits"]).assert().code(2).stderr(contains("mnist"));
    axmul(&home).arg("list").assert().code(0).stdout(contains("mnist: 70,000 handwritten digits"));
}
