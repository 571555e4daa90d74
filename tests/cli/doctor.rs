//! `axmul doctor`.

use crate::sandbox::Sandbox;

#[test]
fn every_part_is_reported() {
    let sandbox = Sandbox::new();
    let ended = sandbox.axmul("doctor");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let labels: Vec<&str> = ended.text().lines().filter_map(|line| line.split_whitespace().next()).collect();
    let sets = ["data"; axmul_data::DATA_SETS.len()];
    let parts = ["axmul", "system", "processor", "libtorch", "axmul-train", "CUDA"];
    assert_eq!(labels, [&parts[..], &sets, &["cache"]].concat());
    assert!(ended.text().contains("mnist missing; run `axmul data fetch mnist` to download"), "{ended}");
    assert!(ended.text().contains("not found; `make build` gets"), "{ended}");
}

#[test]
fn caches_are_measured() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.axmul("doctor --format json").json()["cache"]["tables"], 0);
    sandbox.axmul("export cut --catalog lab.yaml -o cut.npy");
    sandbox.axmul("compare cut.npy --unsigned");
    let cache = &sandbox.axmul("doctor --format json").json()["cache"];
    assert!(cache["tables"].as_u64() >= Some(1) && cache["bytes"].as_u64() > Some(1000), "{cache}");
    let off = sandbox.command().args(["doctor"]).env("AXMUL_CACHE_DIR", "").output().unwrap();
    assert!(String::from_utf8(off.stdout).unwrap().contains("disabled"));
}

#[test]
fn a_libtorch_that_is_none_is_named() {
    let sandbox = Sandbox::new();
    let output = sandbox.command().args(["doctor"]).env("LIBTORCH", "nowhere").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("nowhere, from LIBTORCH, cannot be used: there is no such directory"), "{text}");
}
