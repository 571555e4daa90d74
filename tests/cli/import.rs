//! `axmul import` and `axmul catalog`.

use insta::assert_snapshot;

use crate::sandbox::{Ended, Sandbox};

const FAST: &str = "module fast (input [1:0] A, input [1:0] B, output [3:0] O);
  assign O = {1'b0, A[1] & B[1], A[1] & B[0] | A[0] & B[1], A[0] & B[0]};
endmodule
";

/// A folder of own files: a netlist that agrees with its table, one whose figures are wrong, and a broken one.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("chip")).unwrap();
    sandbox.write("chip/fast-2u.v", FAST);
    sandbox.write("chip/fast-2u.csv", "0,0,0,0\n0,1,2,3\n0,2,4,6\n0,3,6,7\n");
    sandbox.write("chip/figures-2u.v", format!("// MAE = 3\n{FAST}"));
    sandbox.write("chip/broken-2u.v", "module broken-2u (\n");
    sandbox
}

/// What was printed, without the directory of the test.
fn shown(sandbox: &Sandbox, ended: Ended) -> String {
    ended.to_string().replace(&sandbox.path("data").display().to_string(), "DATA")
}

#[test]
fn a_folder_becomes_a_catalog_that_is_there_next_time() {
    let sandbox = sandbox();
    assert_snapshot!(shown(&sandbox, sandbox.axmul("import dir chip")));
    let listed = sandbox.axmul("catalog list");
    let row = listed.text().lines().find(|line| line.contains(" chip ")).unwrap_or_default();
    assert!(listed.code == 0 && row.contains("┆           2 ┆ files of chip"), "{listed}");
    // The folder of that name is ./chip.
    let rows = sandbox.axmul("compare --catalog chip --of 2u --format json").json();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(sandbox.axmul("check chip/fast-2u chip/fast-2u.csv --unsigned").code, 0);
    let again = sandbox.axmul("import dir chip --format json");
    assert_eq!((again.code, again.text()), (2, ""));
    assert!(again.stderr.contains("there is a catalog 'chip' already"), "{again}");
    let replaced = sandbox.axmul("import dir chip --replace --format json").json();
    assert_eq!((replaced["multipliers"].as_u64(), replaced["formats"]["2u"].as_u64()), (Some(2), Some(2)));
    assert_eq!(replaced["remarks"][0]["subject"], "left_out");
}

#[test]
fn catalogs_are_added_where_they_lie_and_forgotten() {
    let sandbox = sandbox();
    assert_snapshot!(shown(&sandbox, sandbox.axmul("catalog add lab.yaml --name small")));
    let listed = sandbox.axmul("catalog list --format json").json();
    // What comes with axmul, then what was added.
    let added = listed.as_array().unwrap().last().unwrap();
    assert_eq!((&listed[0]["name"], &added["name"]), (&"own".into(), &"small".into()));
    assert_eq!((added["multipliers"].as_u64(), added["linked"].as_bool()), (Some(6), Some(true)));
    assert_eq!(sandbox.axmul("show small/cut --format json").json()["name"], "cut");
    // A catalog whose file has gone is listed, and said to be gone.
    sandbox.write("moved.yaml", sandbox.read("lab.yaml"));
    std::fs::remove_file(sandbox.path("lab.yaml")).unwrap();
    let gone = sandbox.axmul("catalog list");
    assert!(
        gone.code == 0 && gone.stderr.contains("warning: small: ") && gone.text().contains("cannot be read")
    );
    assert_eq!(sandbox.axmul("catalog remove small").code, 0);
    assert!(sandbox.path("moved.yaml").is_file());
    assert_snapshot!(shown(&sandbox, sandbox.axmul("catalog remove small")));
}

#[test]
fn mistakes_are_told_apart() {
    let sandbox = sandbox();
    std::fs::create_dir(sandbox.path("done")).unwrap();
    sandbox.write("done/catalog.yaml", sandbox.read("lab.yaml"));
    for (arguments, expected) in [
        ("import dir nowhere", "nowhere: no such folder"),
        ("import dir lab.yaml", "lab.yaml: expected a folder, got a file"),
        ("import evoapproxlib chip", "expected multiplers/<family>/<subset>/NAME.c or .v"),
        ("import dir chip --of 8s", "chip: none of"),
        ("import dir done", "it is a catalog already; `axmul catalog add` makes it known by name"),
        ("import dir chip --name own", "'own' means something else"),
        ("import dir chip --name a/b", "expected letters, digits"),
        ("import dir chip --release v1", "--release applies to evoapproxlib only"),
        ("import chip", "invalid value 'chip' for '<KIND>'"),
        ("catalog add nowhere.yaml", "nowhere.yaml"),
        ("list --catalog nowhere", "unknown catalog 'nowhere'; none is known by name"),
        (
            "show exact-8s --of 8u",
            "'exact-8s' has operands 8s, but only 8u multipliers were asked for; drop --of",
        ),
    ] {
        let ended = sandbox.axmul(arguments);
        assert!(
            ended.code == 2 && ended.stdout.is_empty() && ended.stderr.contains(expected),
            "{arguments}\n{ended}"
        );
    }
    assert!(!sandbox.path("data/catalogs").exists(), "nothing half-written");
}
