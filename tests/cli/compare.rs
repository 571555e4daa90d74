//! `axmul compare`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn every_format_shows_the_same_rows() {
    let sandbox = Sandbox::new();
    for format in ["table", "json", "csv", "markdown"] {
        let ended = sandbox.axmul(&format!("compare --catalog lab.yaml --format {format}"));
        assert_snapshot!(format!("format_{format}"), ended);
    }
}

fn pareto(sandbox: &Sandbox, options: &str) -> Vec<(String, Option<bool>)> {
    let rows =
        sandbox.axmul(&format!("compare --catalog lab.yaml --unsigned --format json {options}")).json();
    let row = |row: &serde_json::Value| (row["name"].as_str().unwrap().into(), row["pareto"].as_bool());
    rows.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn fronts_are_formed_within_a_source_of_costs_unless_asked() {
    let sandbox = Sandbox::new();
    let named = |rows: &[(&str, Option<bool>)]| -> Vec<(String, Option<bool>)> {
        rows.iter().map(|(name, on)| ((*name).into(), *on)).collect()
    };
    let apart = pareto(&sandbox, "--sort name --pareto mae,power_mw");
    let expected = [
        ("cut", Some(true)),
        ("guessed", Some(true)),
        ("plain", Some(true)),
        ("uncosted", None),
        ("worse", Some(false)),
    ];
    assert_eq!(apart, named(&expected));
    // By area only two are known, and the guess has no area at all.
    let area = pareto(&sandbox, "--sort name --pareto wce,area_um2");
    assert_eq!(area.iter().filter(|(_, on)| on.is_some()).count(), 2);
    let mixed = pareto(&sandbox, "--sort name --pareto power_mw --mix-costs");
    let on: Vec<_> =
        mixed.iter().filter(|(_, on)| *on == Some(true)).map(|(name, _)| name.as_str()).collect();
    assert_eq!(on, ["guessed"]);
}

#[test]
fn rows_are_sorted_with_the_unknown_last() {
    let sandbox = Sandbox::new();
    let names = |options| pareto(&sandbox, options).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names("--sort power_mw"), ["guessed", "cut", "worse", "plain", "uncosted"]);
    assert_eq!(names("--sort power_mw --reverse"), ["plain", "worse", "cut", "guessed", "uncosted"]);
    assert_eq!(names("--sort mae")[0], "plain");
}

#[test]
fn thresholds_decide_the_exit_code() {
    let sandbox = Sandbox::new();
    let fails =
        sandbox.axmul("compare --catalog lab.yaml --fail-if 'wce > 10 && power_mw < 1' --format csv -q");
    assert_snapshot!(fails);
    assert_eq!(fails.code, 1);
    let met = sandbox.axmul("compare --catalog lab.yaml --fail-if 'wce > 1000'");
    assert_eq!((met.code, met.stderr.as_str()), (0, ""));
    let either =
        sandbox.axmul("compare plain --catalog lab.yaml --fail-if 'wce > 1000' --fail-if 'mae == 0'");
    assert_eq!(either.code, 1);
    assert_eq!(either.stderr, "condition 'mae == 0' is true for 1 of 1:\n  plain: mae 0\n");
}

#[test]
fn the_unknown_is_warned_about_and_taken_as_met() {
    let sandbox = Sandbox::new();
    let ended = sandbox.axmul("compare uncosted --catalog lab.yaml --fail-if 'power_mw > 0'");
    assert_eq!(ended.code, 0);
    assert_eq!(
        ended.stderr,
        "warning: uncosted: cannot evaluate 'power_mw > 0': power_mw is unknown; assuming false\n"
    );
}

#[test]
fn weights_choose_the_pairs_that_count() {
    let sandbox = Sandbox::new();
    // Only a = b = 15: the truncated multiplier loses exactly its three columns there, 1 + 2 * 2 + 3 * 4.
    sandbox.write_npy("top.npy", &[16], (0..16).map(|value| u8::from(value == 15)));
    let rows = sandbox.axmul("compare cut --catalog lab.yaml --weights top.npy --format json").json();
    assert_eq!((rows[0]["mae"].as_f64(), rows[0]["variance"].as_f64()), (Some(17.0), Some(0.0)));
    assert_eq!(rows[0]["ep_pct"].as_f64(), Some(100.0));
}

#[test]
fn results_go_to_files_whole() {
    let sandbox = Sandbox::new();
    let ended =
        sandbox.axmul("compare --catalog lab.yaml --unsigned --format csv -o rows.csv --plot front.svg");
    assert_eq!((ended.code, ended.text(), ended.stderr.as_str()), (0, "", ""));
    assert_eq!(sandbox.files(), ["front.svg", "rows.csv"]);
    assert_eq!(String::from_utf8(sandbox.read("rows.csv")).unwrap().lines().count(), 6);
    let svg = String::from_utf8(sandbox.read("front.svg")).unwrap();
    assert!(svg.contains("guessed on a napkin") && svg.contains("4 multipliers"), "{svg}");
    assert_eq!(sandbox.axmul("compare --catalog lab.yaml --plot front.png -q").code, 0);
    assert!(sandbox.read("front.png").starts_with(b"\x89PNG"));
}

#[test]
fn names_and_paths_mix() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.axmul("export drum-4-8s -o mine-8s.npy").code, 0);
    let rows = sandbox.axmul("compare mine-8s.npy drum-4 lab.yaml --format json").json();
    assert_eq!(rows.as_array().unwrap().len(), 1 + 2 + 6);
}

/// A reader that leaves early, as `head` does, is no error.
#[cfg(unix)]
#[test]
fn a_broken_pipe_is_no_error() {
    use std::process::Stdio;
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command()
        .args(["export", "drum-4-8s", "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
}
