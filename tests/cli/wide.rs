//! Multipliers whose operands are too wide for a table.

use axmul_metrics::OperandFormat;
use axmul_providers::registry::Registry;
use insta::assert_snapshot;

use crate::sandbox::Sandbox;

/// (mean, largest, mean square) of the error of a family's member, by a plain loop.
fn expected(name: &str) -> (f64, f64, f64) {
    let member = Registry::linked().unwrap().members(name).unwrap().unwrap().remove(0);
    let (mut sum, mut worst, mut squares, mut count) = (0, 0, 0, 0);
    for (a, b) in member.format().operands() {
        let error = (a * b - member.product(a, b)).abs();
        sum += error;
        worst = worst.max(error);
        squares += error * error;
        count += 1;
    }
    let mean = |sum: i64| sum as f64 / f64::from(count);
    (mean(sum), worst as f64, mean(squares))
}

#[test]
fn all_pairs_are_computed_where_that_is_possible() {
    let sandbox = Sandbox::new();
    let compare =
        || sandbox.axmul("compare truncated-4-9x5s exact-9x5s lab.yaml --sort mae --format json").json();
    let rows = compare();
    let row = |name: &str| rows.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    let exact = row("exact-9x5s");
    assert_eq!((exact["ep_pct"].as_f64(), exact["width_a"].as_u64()), (Some(0.0), Some(9)));
    let row = row("truncated-4-9x5s");
    let figure = |key: &str| row[key].as_f64().unwrap();
    assert_eq!((figure("mae"), figure("wce"), figure("mse")), expected("truncated-4-9x5s"));
    assert_eq!((row["pairs_evaluated"].as_u64(), row["sampled"].as_bool()), (Some(1 << 14), Some(false)));
    assert!(row["mae_ci95"].is_null() && row["power_mw"].as_f64().unwrap() > 0.0);
    // From the cache the answer is the same.
    assert_eq!(compare(), rows);
}

#[test]
fn samples_say_that_they_are() {
    let sandbox = Sandbox::new();
    let command = "compare truncated-4-9x5s cut --catalog lab.yaml --samples 1000 --seed 3 --sort name";
    let rows = sandbox.axmul(&format!("{command} --format json")).json();
    let (narrow, wide) = (&rows[0], &rows[1]);
    assert_eq!((narrow["sampled"].as_bool(), narrow["pairs_evaluated"].as_u64()), (Some(false), Some(256)));
    assert_eq!((wide["sampled"].as_bool(), wide["pairs_evaluated"].as_u64()), (Some(true), Some(1000)));
    assert_eq!(wide["sample_seed"].as_u64(), Some(3));
    let (mae, _, mse) = expected("truncated-4-9x5s");
    for (key, truth) in [("mae", mae), ("mse", mse)] {
        let interval = &wide[format!("{key}_ci95")];
        let (low, high) = (interval[0].as_f64().unwrap(), interval[1].as_f64().unwrap());
        // Three times as wide as 95 % of the seeds need.
        let slack = high - low;
        assert!(low < high && low - slack < truth && truth < high + slack, "{key}: {truth} in {interval}");
    }
    assert_eq!(sandbox.axmul(&format!("{command} --format json")).json(), rows, "the same again");
    let other = sandbox.axmul(&format!("{command} --format json").replace("seed 3", "seed 4")).json();
    assert_ne!(other[1]["mae"], wide["mae"]);
    let table = sandbox.axmul(command);
    assert!(table.text().contains("┆ ~") && table.text().contains("┆ ≥"), "{table}");
    assert!(table.text().contains("from 1000 random operand pairs, seed 3\n"), "{table}");
}

#[test]
fn thresholds_on_estimates_are_judged_with_a_warning() {
    let sandbox = Sandbox::new();
    let name = "truncated-4-9x5s";
    let ended = sandbox.axmul(&format!("compare {name} --samples 1000 --fail-if 'wce > 1 && mae > 0.1'"));
    assert_eq!(ended.code, 1);
    let start =
        format!("warning: {name}: 'wce > 1 && mae > 0.1' uses estimates from 1000 operand pairs: wce ≥");
    assert!(ended.stderr.starts_with(&start), "{ended}");
    assert!(ended.stderr.contains(", mae ~") && ended.stderr.contains("(95 % within "), "{ended}");
    let cost = sandbox.axmul(&format!("compare {name} --samples 1000 --fail-if 'power_mw > 1000'"));
    assert_eq!((cost.code, cost.stderr.as_str()), (0, ""));
}

#[test]
fn one_is_shown_with_its_circuit() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.axmul("show exact-9x5u"));
    let shown = sandbox.axmul("show exact-9x5u --format json").json();
    assert_eq!((shown["exact"].as_bool(), shown["commutes"].as_bool()), (Some(true), Some(false)));
    assert!(shown["cells"]["full_adder"].as_u64().unwrap() > 10);
    let square = sandbox.axmul("show exact-9u --samples 200 --format json").json();
    assert!(square["exact"].is_null() && square["commutes"].is_null());
    let text = sandbox.axmul("show truncated-4-9u --samples 200 --seed 1");
    for part in
        ["every product exact         no\n", "over 200 operand pairs drawn with seed 1\n", "≥", " to "]
    {
        assert!(text.text().contains(part), "{part} in {text}");
    }
}

/// Nothing wide is evaluated for a list: all products of 16 bits would take a while, those of 32 for ever.
#[test]
fn lists_take_no_time() {
    let sandbox = Sandbox::new();
    let entry =
        |format: &str| format!("  - {{name: m{format}, format: {format}, model: {{family: exact}}}}\n");
    let formats = ["16u", "32s", "32x8u"];
    let entries: String = formats.iter().map(|format| entry(format)).collect();
    sandbox.write("wide.yaml", format!("version: 1\nname: wide\nentries:\n{entries}"));
    let listed = sandbox.axmul("list --catalog wide.yaml --format json").json();
    let found: Vec<&str> = listed.as_array().unwrap().iter().map(|e| e["format"].as_str().unwrap()).collect();
    assert_eq!(found, formats);
}

#[test]
fn what_needs_a_table_says_so() {
    let sandbox = Sandbox::new();
    sandbox.write_npy("w.npy", &[16], vec![1.0; 16]);
    let lines = [
        "export exact-12s -o t.npy",
        "show exact-12s --heatmap map.svg",
        "show exact-12s --weights w.npy",
        "compare exact-12s cut --catalog lab.yaml --weights w.npy",
        "compare exact-12s --samples 10",
    ];
    let said = lines.map(|line| {
        let ended = sandbox.axmul(line);
        assert_eq!((ended.code, ended.text()), (2, ""), "{ended}");
        format!("$ axmul {line}\n{}", ended.stderr)
    });
    assert_snapshot!(said.join("\n"));
    assert_eq!(sandbox.files(), ["w.npy"]);
}

/// Among all multipliers of a catalog, those without a table are passed over.
#[test]
fn weights_pass_over_the_wide_ones_of_a_catalog() {
    let sandbox = Sandbox::new();
    let format: OperandFormat = "12u".parse().unwrap();
    sandbox.write(
        "mixed.yaml",
        format!(
            "version: 1\nname: mixed\nentries:\n  - {{name: wide, format: {format}, model: {{family: exact}}}}\n  \
             - {{name: narrow, format: 4u, model: {{family: exact}}}}\n"
        ),
    );
    sandbox.write_npy("w.npy", &[16], vec![1.0; 16]);
    let ended = sandbox.axmul("compare --catalog mixed.yaml --weights w.npy --format csv");
    assert_eq!((ended.code, ended.text().lines().count()), (0, 2), "{ended}");
    assert_eq!(
        ended.stderr,
        "warning: left out, because operands of more than 8 bits make no table of all products: wide\n"
    );
}
