//! `axmul compare` with several catalogs: their fronts under one cost model, hypervolumes and shares.

use insta::assert_snapshot;
use serde_json::Value;

use crate::cost::CELLS;
use crate::sandbox::{Ended, Sandbox};

/// Multipliers beside those of the sandbox's own catalog, one of them the same.
const RIVAL: &str = "\
version: 1
name: rival
licence: MIT
cost_source: measured in the lab
cost_technology: 45 nm, 1 GHz
entries:
  - name: cut-again
    format: 4u
    model: {family: truncated, parameters: {columns: 3}}
    cost: {power_mw: 0.06, area_um2: 80, delay_ns: 0.8}
  - name: cut-deep
    format: 4u
    model: {family: truncated, parameters: {columns: 5}}
    cost: {power_mw: 0.04}
  - name: cut-deepest
    format: 4u
    model: {family: truncated, parameters: {columns: 6}}
    cost: {power_mw: 0.05}
";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rival.yaml", RIVAL);
    sandbox.write("empty.yaml", "version: 1\nname: empty\nentries: []\n");
    sandbox.write("small.lib", CELLS);
    sandbox
}

const BOTH: &str = "compare --catalog lab.yaml --catalog rival.yaml --unsigned --pareto power_mw,mae";

fn summary(sandbox: &Sandbox, options: &str) -> Value {
    let ended = sandbox.axmul(&format!("{BOTH} --format csv --summary summary.json {options}"));
    assert_eq!(ended.code, 0, "{ended}");
    serde_json::from_slice(&sandbox.read("summary.json")).unwrap()
}

fn rows(sandbox: &Sandbox, options: &str) -> Vec<Value> {
    sandbox.axmul(&format!("{BOTH} --format json {options}")).json().as_array().unwrap().clone()
}

#[test]
fn catalogs_stand_side_by_side_in_formats_for_readers() {
    let sandbox = sandbox();
    let ended = sandbox.axmul(&format!("{BOTH} --plot fronts.svg"));
    assert_snapshot!("fronts_table", ended);
    let svg = String::from_utf8(sandbox.read("fronts.svg")).unwrap();
    assert!(
        svg.contains("7 multipliers of 2 catalogs; the joint front is ringed and named; 1 more"),
        "{svg}"
    );
    assert!(svg.contains("costs of 2 sources or technologies, a joint front for each"), "{svg}");
    assert_snapshot!("fronts_markdown", sandbox.axmul(&format!("{BOTH} --format markdown")));
    // Machines get the rows and nothing else.
    let rows = rows(&sandbox, "");
    let of = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(of("cut-again")["catalog"], "rival");
    assert_eq!((&of("worse")["pareto"], &of("worse")["catalog_pareto"]), (&false.into(), &false.into()));
    assert_eq!((&of("cut")["pareto"], &of("cut")["cost_technology"]), (&true.into(), &"45 nm, 1 GHz".into()));
    let csv = sandbox.axmul(&format!("{BOTH} --format csv"));
    assert_eq!(csv.text().lines().count(), 1 + rows.len());
    assert!(csv.text().starts_with("name,provider,catalog,signed,"), "{csv}");
}

#[test]
fn shares_and_volumes_are_of_the_joint_front() {
    let sandbox = sandbox();
    let summary = summary(&sandbox, "--reference 0.2,100");
    assert_eq!(summary["fields"], serde_json::json!(["power_mw", "mae"]));
    let fronts = summary["fronts"].as_array().unwrap();
    assert_eq!(fronts[0]["cost_source"], "guessed on a napkin");
    let lab = &fronts[1];
    assert_eq!((&lab["cost_source"], &lab["points"]), (&"measured in the lab".into(), &3.into()));
    assert_eq!((lab["reference_given"].as_bool(), lab["reference"][1].as_f64()), (Some(true), Some(100.0)));
    let of = |index: usize, key: &str| lab["catalogs"][index][key].clone();
    // plain and cut; cut and cut-deep: one of the three points is in both.
    assert_eq!([of(0, "catalog"), of(1, "catalog")], ["lab", "rival"]);
    assert_eq!([of(0, "multipliers"), of(1, "multipliers")], [3, 3]);
    assert_eq!([of(0, "joint_points"), of(1, "joint_points")], [2, 2]);
    assert!((of(0, "joint_share_pct").as_f64().unwrap() - 200.0 / 3.0).abs() < 1e-9);
    // (0.1, 0) and (0.06, m) below (0.2, 100).
    let mae = rows(&sandbox, "").iter().find(|row| row["name"] == "cut").unwrap()["mae"].as_f64().unwrap();
    let volume = 0.1 * 100.0 + 0.04 * (100.0 - mae);
    assert!((of(0, "hypervolume").as_f64().unwrap() - volume).abs() < 1e-9);
    assert!((of(0, "hypervolume_pct").as_f64().unwrap() - 100.0 * volume / 20.0).abs() < 1e-9);
    assert_eq!(summary["unknown"], serde_json::json!([{"catalog": "lab", "multipliers": 1}]));
}

#[test]
fn one_backend_costs_all_that_have_a_circuit() {
    let sandbox = sandbox();
    let ended = sandbox.axmul(&format!("{BOTH} --cost built-in --format json --summary summary.json"));
    assert_eq!(
        ended.stderr,
        "warning: 1 of 8 multipliers have no costs from backend built-in (no circuit): uncosted\n"
    );
    let rows = ended.json();
    let rows = rows.as_array().unwrap();
    let costed: Vec<&Value> = rows.iter().filter(|row| !row["power_mw"].is_null()).collect();
    assert_eq!(costed.len(), 7);
    let source = costed[0]["cost_source"].as_str().unwrap();
    assert!(source.starts_with("axmul cost ") && source.contains(", built-in, "), "{source}");
    for row in &costed {
        for key in ["cost_source", "cost_technology"] {
            assert_eq!(row[key], costed[0][key]);
        }
        let alone = sandbox.axmul(&format!(
            "cost {} --catalog lab.yaml --catalog rival.yaml --backend built-in --format json",
            row["name"].as_str().unwrap()
        ));
        assert_eq!(alone.json()[0]["power_mw"], row["power_mw"]);
    }
    // One model, one front, on which the same circuit of two catalogs is one point.
    let summary: Value = serde_json::from_slice(&sandbox.read("summary.json")).unwrap();
    let [front] = &summary["fronts"].as_array().unwrap()[..] else { panic!("{summary}") };
    let count = |value: &Value| value.as_u64().unwrap();
    let held: u64 = front["catalogs"].as_array().unwrap().iter().map(|of| count(&of["joint_points"])).sum();
    assert!(held > count(&front["points"]), "{front}");
}

#[test]
fn conditions_and_libraries_reach_the_costs() {
    let sandbox = sandbox();
    sandbox.write_npy("still.npy", &[16], (0..16).map(|value| if value == 0 { 1.0 } else { 1e-9 }));
    let of = |options: &str, key: &str| {
        let rows = rows(&sandbox, options);
        rows.iter().find(|row| row["name"] == "plain").unwrap()[key].clone()
    };
    let power = |options: &str| of(options, "power_mw").as_f64().unwrap();
    let plain = power("--cost built-in");
    assert!(power("--cost built-in --clock 100") < plain);
    assert!(power("--cost built-in --glitches") > plain);
    assert!(power("--cost built-in --operands still.npy") < 0.1 * plain);
    let goal = of("--cost built-in --goal delay", "cost_technology");
    assert!(goal.as_str().unwrap().contains("mapped for delay"), "{goal}");
    let source = of("--cost liberty --liberty small.lib", "cost_source");
    assert!(source.as_str().unwrap().contains("cells of small.lib"), "{source}");
    let published = rows(&sandbox, "--cost published");
    assert_eq!(of("--cost published", "power_mw"), 0.1);
    assert_eq!(published.iter().filter(|row| row["power_mw"].is_null()).count(), 1);
}

/// The operands weigh the errors of all catalogs, and fronts go by these.
#[test]
fn errors_may_be_weighted() {
    let sandbox = sandbox();
    sandbox.write_npy("top.npy", &[16], (0..16).map(|value| u8::from(value == 15)));
    let weighted = rows(&sandbox, "--weights top.npy --cost built-in");
    for (name, mae) in [("cut", 17.0), ("cut-again", 17.0), ("cut-deep", 97.0)] {
        assert_eq!(weighted.iter().find(|row| row["name"] == name).unwrap()["mae"], mae, "{name}");
    }
    let reference = |options: &str| summary(&sandbox, options)["fronts"][0]["reference"][1].as_f64().unwrap();
    assert!(reference("--weights top.npy --cost built-in") > reference("--cost built-in"));
}

#[test]
fn our_own_catalog_stands_beside_others() {
    let sandbox = Sandbox::new();
    let catalogs = |arguments: &str| -> Vec<String> {
        let rows = sandbox.axmul(&format!("compare --signed --format json {arguments}")).json();
        let mut names: Vec<String> =
            rows.as_array().unwrap().iter().map(|row| row["catalog"].as_str().unwrap().into()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    assert_eq!(catalogs("--catalog own --catalog lab.yaml"), ["lab", "own"]);
    assert_eq!(catalogs("--catalog own"), ["own"]);
    assert_eq!(catalogs("--catalog lab.yaml exact-8s"), ["own"]);
    // A name beside them is one of ours still, and not of two catalogs.
    assert_eq!(catalogs("--catalog own --catalog lab.yaml exact-8s own/drum-4-8s"), ["own"]);
    let twice =
        sandbox.axmul("compare --signed --catalog own --catalog lab.yaml --catalog own --catalog ./lab.yaml");
    let once = sandbox.axmul("compare --signed --catalog own --catalog lab.yaml");
    assert_eq!((twice.text(), twice.code), (once.text(), 0));
    assert!(once.text().contains("┆ catalog "), "{once}");
    // What is one catalog has no column of catalogs.
    let alone = sandbox.axmul("compare --signed --catalog own");
    assert!(!alone.text().contains("catalog") && !alone.text().contains("Hypervolume"), "{alone}");
}

#[test]
fn what_leaves_nothing_to_measure_is_said() {
    let sandbox = sandbox();
    let said = |line: &str| -> String {
        let ended: Ended = sandbox.axmul(line);
        assert_eq!(ended.code, 0, "{ended}");
        ended.stderr
    };
    let beyond = said(&format!("{BOTH} --cost built-in --reference 1e-9,1e-9 -o table.txt"));
    assert!(
        beyond.contains("warning: no point of the front lies below the --reference in every field"),
        "{beyond}"
    );
    let table = String::from_utf8(sandbox.read("table.txt")).unwrap();
    assert!(table.contains("without volume: 3 of lab") || table.contains("of lab, "), "{table}");
    let empty = said("compare --catalog lab.yaml --catalog empty.yaml --unsigned");
    assert_eq!(empty, "warning: empty.yaml: expected at least one entry, got none\n");
    let absent = said("compare --catalog lab.yaml --catalog rival.yaml --signed");
    assert_eq!(absent, "warning: catalog 'rival' contributed no multipliers\n");
    // One field has a best row, but neither volume nor second table.
    let ended = sandbox.axmul(&format!("{} --format table", BOTH.replace("power_mw,mae", "mae")));
    assert!(ended.text().contains("┆ catalog ") && !ended.text().contains("ypervolume"), "{ended}");
}

#[test]
fn mistaken_requests_are_refused() {
    let sandbox = sandbox();
    let lines = [
        "--pareto mae --summary summary.json",
        "--pareto mae --reference 1",
        "--pareto mae --plot fronts.svg",
        "--pareto mae,power_mw,mae",
        "--reference 1",
        "--reference 1,2,3",
        "--reference 0,1",
        "--reference -1,1",
        "--reference 1,nan",
        "--reference 1,much",
        "--pareto mae,wce,mse,power_mw --reference 1,1,1,1",
        "--cost spice",
        "--cost liberty",
        "--cost built-in --liberty small.lib",
        "--cost liberty --liberty missing.lib",
        "--cost as-mapped",
        "--clock 100",
        "--glitches --cost published",
        "--cost built-in --operands missing.npy",
        "--summary no/such/directory/summary.json",
        "--catalog missing.yaml --summary summary.json nothing",
    ];
    let refusal = |line: &&str| {
        let ended =
            sandbox.axmul(&format!("compare --catalog lab.yaml --catalog rival.yaml --unsigned {line}"));
        assert_eq!((ended.code, ended.text()), (2, ""), "{line}\n{ended}");
        format!("$ axmul compare ... {line}\n{}", ended.stderr)
    };
    assert_snapshot!(lines.iter().map(refusal).collect::<Vec<_>>().join("\n"));
    // Nothing is left behind by what fails.
    assert_eq!(sandbox.files(), ["empty.yaml", "rival.yaml", "small.lib"]);
}

/// Published figures are twice ours, so what is predicted is, too.
#[test]
fn multipliers_without_published_figures_may_be_predicted() {
    let sandbox = Sandbox::new();
    let costs = |columns: &[u32]| -> Vec<f64> {
        let names: Vec<String> = columns.iter().map(|columns| format!("truncated-{columns}-4u")).collect();
        let costs =
            sandbox.axmul(&format!("cost {} --backend built-in --format json", names.join(" "))).json();
        costs.as_array().unwrap().iter().map(|cost| cost["power_mw"].as_f64().unwrap()).collect()
    };
    let entry = |(columns, cost): (&u32, f64)| {
        format!(
            "- {{name: t{columns}, format: 4u, model: {{family: truncated, parameters: {{columns: {columns}}}}}, \
             cost: {{power_mw: {cost}}}}}\n"
        )
    };
    let head = "version: 1\nname: measured\ncost_source: lab\ncost_technology: 45 nm\nentries:\n";
    let columns = [1, 2, 3, 4, 5];
    let twice = costs(&columns).into_iter().map(|cost| 2.0 * cost);
    let entries: String = columns.iter().zip(twice).map(entry).collect();
    sandbox.write("measured.yaml", format!("{head}{entries}"));
    let ours = "version: 1\nname: ours\nentries:\n\
                - {name: t6, format: 4u, model: {family: truncated, parameters: {columns: 6}}}\n";
    sandbox.write("ours.yaml", ours);
    let line = "compare --catalog measured.yaml --catalog ours.yaml --cost published --pareto power_mw,mae";
    let ended = sandbox.axmul(&format!("{line} --predict --format json"));
    assert_eq!(ended.stderr, "predicted the costs of 1 multipliers from 5 that have both\n");
    let rows = ended.json();
    let predicted = rows.as_array().unwrap().iter().find(|row| row["name"] == "t6").unwrap();
    let power = predicted["power_mw"].as_f64().unwrap();
    assert!((power / (2.0 * costs(&[6])[0]) - 1.0).abs() < 1e-9, "{power}");
    assert_eq!(
        (&predicted["area_um2"], &predicted["cost_source"]),
        (&Value::Null, &"lab and predictions".into())
    );
    assert_eq!(
        predicted["cost_technology"],
        "45 nm; what has no published figures: those of axmul's cells (power_mw x 2, median error 0 %)"
    );
    // All on one front.
    assert!(rows.as_array().unwrap().iter().all(|row| row["pareto"] == true), "{rows}");
    let refusals = [
        (format!("{line} --predict").replace("published", "built-in"), "--predict needs --cost published"),
        (format!("{line} --predict").replace("--catalog measured.yaml ", ""), "no multiplier here has any"),
        (format!("{line} --predict --catalog lab.yaml"), "published figures of one origin, found "),
        (format!("{line} --predict t1 t2 t3 t6"), "needs at least four multipliers"),
    ];
    for (line, expected) in refusals {
        let ended = sandbox.axmul(&line);
        assert_eq!((ended.code, ended.text()), (2, ""), "{line}\n{ended}");
        assert!(ended.stderr.contains(expected), "{line}\n{ended}");
    }
}
