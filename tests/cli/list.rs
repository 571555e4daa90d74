//! `axmul list`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_catalog_is_listed() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.axmul("list --catalog lab.yaml"));
    let signed = sandbox.axmul("list --catalog lab.yaml --signed --format json").json();
    assert_eq!(signed.as_array().unwrap().len(), 1);
    assert_eq!(signed[0]["name"], "signed-cut");
    assert_eq!(signed[0]["cost_source"], "measured in the lab");
}

/// The issue asks for at least 20 of either signedness.
#[test]
fn what_comes_with_axmul() {
    let sandbox = Sandbox::new();
    for sign in ["--signed", "--unsigned"] {
        let listed = sandbox.axmul(&format!("list {sign} --format json")).json();
        let eights = |entry: &&serde_json::Value| entry["width_a"] == 8 && entry["width_b"] == 8;
        assert!(listed.as_array().unwrap().iter().filter(eights).count() >= 20, "{sign}");
    }
}

#[test]
fn families_are_listed() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.axmul("list --families"));
    let families = sandbox.axmul("list --families --format json").json();
    let broken = families.as_array().unwrap().iter().find(|family| family["name"] == "broken-array").unwrap();
    assert_eq!(broken["parameters"][0]["name"], "horizontal");
}
