//! `axmul bench`.

use crate::sandbox::Sandbox;

#[test]
fn every_shape_and_table_is_measured() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command();
    command.args(["bench", "--kernel", "auto", "--threads", "2", "--seconds", "0", "--format", "json"]);
    // Whether libtorch is here or not.
    let output = command.env("AXMUL_TRAIN", "/nowhere/axmul-train").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("skipped the comparison with libtorch: "), "{said}");
    let measured: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let measured = measured.as_array().unwrap();
    assert_eq!(measured.len(), 3 * 5);
    for row in measured {
        assert!(row["ms"].as_f64() > Some(0.0) && row["gmacs"].as_f64() > Some(0.0), "{row}");
        assert_eq!(row["threads"], 2);
        assert!(row["fp32_ms"].is_null() && row["ratio_to_fp32"].is_null(), "{row}");
    }
    let shapes = ["64x16x32x32", "64x32x16x16", "64x64x8x8"];
    let ranks = [Some(0), Some(1), Some(2), Some(4), None];
    let all =
        shapes.iter().flat_map(|shape| ranks.map(|rank| (serde_json::json!(shape), serde_json::json!(rank))));
    assert!(all.eq(measured.iter().map(|row| (row["shape"].clone(), row["rank"].clone()))));
}

#[test]
fn what_is_not_there_is_refused() {
    let sandbox = Sandbox::new();
    for (arguments, said) in [
        ("bench --threads 0", "expected 1 to 4096, got 0"),
        ("bench --threads many", "invalid value 'many'"),
        ("bench --kernel fast", "lookup"),
        ("bench --seconds=-1", "expected seconds"),
        ("bench --seconds nan", "expected seconds"),
    ] {
        let ended = sandbox.axmul(arguments);
        assert!(ended.code == 2 && ended.stderr.contains(said), "{arguments}: {ended}");
    }
}
