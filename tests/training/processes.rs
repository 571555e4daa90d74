//! `axmul-train` as a process: what it says, and what is left of it when it is killed.

mod programs;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axmul_data::{FileState, mnist::MNIST};
use axmul_experiment::{Circuits, Experiment, Network, Results, RunRequest, StageName, Start, read_json};
use axmul_metrics::{Cost, OperandFormat, ProductTable, Provenance, Tabulated};
use predicates::str::contains;

/// One matrix product: an epoch of it takes a moment.
const NETWORK: &str = "
name: single
input: [1, 28, 28]
classes: 10
layers:
  - {name: flatten, kind: flatten}
  - {name: linear, kind: linear, features: 10, bias: true}
";

const EXPERIMENT: &str = "
name: killed
data: {validation: 50000}
device: cpu
threads: 1
stages:
  baseline: {epochs: 3, learning_rate: 0.01}
  quantize: {epochs: 1}
  search: {epochs: 2}
  retrain: {epochs: 1}
";

fn train() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axmul-train"));
    command.env("OMP_WAIT_POLICY", "passive");
    command
}

fn mnist() -> Option<PathBuf> {
    let directory = axmul_data::directory(&MNIST).unwrap();
    if MNIST.check(&directory).iter().all(|(_, state)| matches!(state, FileState::Whole)) {
        return Some(directory);
    }
    eprintln!("skipped: MNIST is not in {} (`axmul data fetch mnist`)", directory.display());
    None
}

/// Writes the request of a run below `root`, and returns where.
fn request(root: &Path, data_directory: &Path, start: Start) -> PathBuf {
    let format = OperandFormat::signed(8, 8);
    let multiplier = |name: &str, power_mw: f64, mask: i64| {
        let products: Vec<i64> = format.operands().map(|(x, w)| (x * w) & mask).collect();
        Tabulated {
            name: name.into(),
            provider: "test".into(),
            table: ProductTable::from_wide(format, &products).unwrap(),
            cost: Cost { power_mw: Some(power_mw), ..Cost::default() },
            provenance: Provenance::default(),
        }
    };
    let path = root.join("request.json");
    RunRequest {
        experiment: Experiment::parse(EXPERIMENT, "test", &[]).unwrap(),
        network: Network::parse(NETWORK, "test").unwrap(),
        multipliers: vec![multiplier("exact", 1.0, !0), multiplier("cheap", 0.5, !31)],
        circuits: Circuits::default(),
        data_directory: data_directory.to_owned(),
        run_directory: root.join("run"),
        stages: vec![StageName::Baseline, StageName::Quantize, StageName::Search, StageName::Retrain],
        start,
        progress: false,
    }
    .write(&path)
    .unwrap();
    path
}

fn run(request: &Path) {
    assert_cmd::Command::from_std(train()).args(["run", "--request"]).arg(request).assert().success();
}

/// Results without the time they took.
fn results(root: &Path) -> Results {
    let mut results: Results = read_json(&root.join("run/results.json")).unwrap();
    let timeless = |stage: &mut axmul_experiment::StageResult| stage.seconds = 0.0;
    results.stages.values_mut().for_each(timeless);
    results.seeds.iter_mut().flat_map(|seed| seed.stages.values_mut()).for_each(timeless);
    results
}

/// Killed with SIGKILL as soon as a file is there, i.e. within the epoch or the stage that follows.
#[test]
fn a_killed_run_resumes_to_the_same_numbers() {
    let Some(data) = mnist() else { return };
    let whole = tempfile::tempdir().unwrap();
    run(&request(whole.path(), &data, Start::New));
    let expected = results(whole.path());
    assert!(expected.stages[&StageName::Retrain].test_top1 > 0.8, "{expected:?}");

    for file in ["baseline.safetensors", "baseline.json", "search.safetensors", "search.json"] {
        let broken = tempfile::tempdir().unwrap();
        let path = request(broken.path(), &data, Start::New);
        let mut child = train().args(["run", "--request"]).arg(&path).stderr(Stdio::null()).spawn().unwrap();
        let awaited = broken.path().join("run/checkpoints/seed-1").join(file);
        let began = Instant::now();
        while !awaited.exists() && child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(300), "{file} never came");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        run(&request(broken.path(), &data, Start::Resume));
        assert_eq!(results(broken.path()), expected, "killed at {file}");
    }
}

#[test]
fn errors_are_told_with_exit_code_2() {
    let fails = |arguments: &[&str]| {
        assert_cmd::Command::from_std(train()).args(arguments).assert().failure().code(2)
    };
    fails(&["run", "--request", "nowhere.json"]).stderr(contains("cannot read nowhere.json"));
    fails(&["run"]).stderr(contains("--request"));
    let root = tempfile::tempdir().unwrap();
    let path = request(root.path(), root.path(), Start::New);
    fails(&["run", "--request", path.to_str().unwrap()]).stderr(contains("axmul data fetch mnist"));
    assert!(!root.path().join("run").exists(), "a run that cannot begin leaves no directory");
}

#[test]
fn kernels_are_compared_with_libtorch() {
    let arguments = ["bench", "--kernel", "auto", "--threads", "1", "--seconds", "0", "--format", "json"];
    let mut command = Command::new(programs::directory().join("axmul"));
    let output =
        command.args(arguments).env("AXMUL_TRAIN", env!("CARGO_BIN_EXE_axmul-train")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let measured: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for row in measured.as_array().unwrap() {
        let of = |field: &str| row[field].as_f64().unwrap();
        assert!((of("ratio_to_fp32") - of("ms") / of("fp32_ms")).abs() < 1e-9, "{row}");
    }
}

#[test]
fn help_says_what_it_is_for() {
    assert_cmd::Command::from_std(train())
        .arg("--help")
        .assert()
        .success()
        .stdout(contains("axmul run EXPERIMENT"));
    assert_cmd::Command::from_std(train()).arg("info").assert().success().stdout(contains("libtorch: /"));
}
