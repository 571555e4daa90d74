//! The commands about experiments, as far as they go without libtorch.

use axmul_experiment::assignment::{LayerCapture, Population};
use axmul_experiment::{
    Circuits, Experiment, Network, RunDirectory, RunRequest, StageName, Start, write_json,
};
use axmul_metrics::OperandFormat;
use insta::assert_snapshot;

use crate::sandbox::{Ended, Sandbox};

/// A run of which the search is done: two layers, the second bearing a hundred times the noise of the first.
fn searched(sandbox: &Sandbox) {
    let layer = |name: &str, std_output: f64| LayerCapture {
        name: name.into(),
        format: OperandFormat::signed(8, 8),
        opcount: 1000,
        fan_in: 25,
        sigma: 0.1,
        std_output,
        populations: vec![Population { scale: 1.0, weights: vec![1; 256], rows: vec![vec![1; 256]] }],
    };
    let request = RunRequest {
        experiment: Experiment::parse("name: done\nseeds: [7]", "test", &[]).unwrap(),
        network: Network::load("lenet5").unwrap(),
        multipliers: vec![],
        circuits: Circuits::default(),
        data_directory: sandbox.path("data"),
        run_directory: sandbox.path("done"),
        stages: StageName::ALL.to_vec(),
        start: Start::New,
        progress: false,
    };
    let run = RunDirectory::open(&request).unwrap();
    write_json(&run.captures(7), &[layer("first", 10.0), layer("second", 20_000.0)]).unwrap();
}

fn refused(ended: &Ended, parts: &[&str]) {
    assert_eq!((ended.code, ended.text()), (2, ""), "{ended}");
    for part in parts {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
}

#[test]
fn layers_are_assigned_without_libtorch() {
    let sandbox = Sandbox::new();
    searched(&sandbox);
    let names = "exact-8s truncated-4-8s broken-array-3-8-8s";
    let ended = sandbox.axmul(&format!("assign done {names} --figure layers.png"));
    assert_snapshot!(ended);
    assert!(sandbox.read("layers.png").starts_with(b"\x89PNG"));

    let strict = sandbox.axmul(&format!("assign done {names} --scale-sigma 0 --format json")).json();
    assert_eq!(strict["relative_energy"], 1.0);
    let all = sandbox.axmul("assign done --metric area_um2 --format json -o all.json");
    assert_eq!((all.code, all.text()), (0, ""), "{all}");
    let assignment: serde_json::Value = serde_json::from_slice(&sandbox.read("all.json")).unwrap();
    assert_eq!(assignment["reference"]["multiplier"], "exact-8s");
    assert_eq!(assignment["layers"][1]["name"], "second");
}

#[test]
fn layers_are_assigned_by_the_energy_of_their_own_operands() {
    let sandbox = Sandbox::new();
    searched(&sandbox);
    let names = "exact-8s truncated-4-8s broken-array-3-8-8s";
    let ended = sandbox.axmul(&format!("assign done {names} --energy activity"));
    assert_snapshot!(ended);
    let all = sandbox.axmul("assign done --energy activity --format json").json();
    assert_eq!(all["energy"], "activity");
    // Both layers see uniform operands, as the catalog's power supposes.
    for layer in all["layers"].as_array().unwrap() {
        let (activity, catalog) = (&layer["relative_energy"], &layer["activity"]["catalog_relative_energy"]);
        assert!((activity.as_f64().unwrap() - catalog.as_f64().unwrap()).abs() < 1e-3, "{layer}");
    }
    sandbox.write("table.csv", sandbox.axmul("export drum-4-8s --format csv").stdout);
    let ended = sandbox.axmul("assign done exact-8s table.csv --energy activity");
    assert!(ended.stderr.contains("energy by activity needs circuits; not assigned: table"), "{ended}");
    refused(
        &sandbox.axmul("assign done --energy activity --metric area_um2"),
        &["activity tells power, not area_um2"],
    );
    refused(&sandbox.axmul("assign done --energy solar"), &["unknown energy source 'solar'", "activity"]);
}

#[test]
fn assignments_that_cannot_be_made() {
    let sandbox = Sandbox::new();
    searched(&sandbox);
    refused(&sandbox.axmul("assign ."), &["there is no run in", "run.json"]);
    refused(&sandbox.axmul("assign done --seed 8"), &["search of seed 8 has not run"]);
    refused(&sandbox.axmul("assign done exact-8u"), &["exact-8u"]);
    refused(&sandbox.axmul("assign done exact-12s"), &["exact-12s: operands 12s are too wide for a table"]);
    refused(&sandbox.axmul("assign done --unsigned"), &["signed multipliers"]);
    refused(&sandbox.axmul("assign done --metric power"), &["'power' is no metric", "power_mw"]);
    refused(&sandbox.axmul("assign done --scale-sigma=-1"), &["--scale-sigma", "at least 0"]);
    let ended = sandbox.axmul("assign done truncated-6-8s");
    refused(&ended, &["accurate enough for layer 'first'", "truncated-6-8s", "add an exact multiplier"]);
    refused(&sandbox.axmul("report done"), &["the run has no results yet"]);
    refused(&sandbox.axmul("eval done"), &["no weights of stage retrain and seed 7"]);
}

#[test]
fn runs_that_cannot_begin() {
    let sandbox = Sandbox::new();
    sandbox.write("mine.yaml", "name: mine\n");
    sandbox.write("typo.yaml", "name: mine\nstages:\n  serach: {}\n");
    refused(&sandbox.axmul("run missing.yaml"), &["missing.yaml"]);
    refused(&sandbox.axmul("run typo.yaml"), &["typo.yaml: line 3", "serach", "search"]);
    let ended = sandbox.axmul("run mine.yaml --set stages.search.lamda=1");
    refused(&ended, &["there is no such key", "stages.search.lambda"]);
    refused(&sandbox.axmul("run mine.yaml --stage serach"), &["'serach' is no stage"]);
    refused(&sandbox.axmul("run mine.yaml --seeds 1,1"), &["different seeds"]);
    refused(&sandbox.axmul("run mine.yaml --set network=lenet6"), &["lenet6"]);

    let output = sandbox.command().env("AXMUL_TRAIN", "nowhere").args(["run", "mine.yaml"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(
        message.contains("axmul-train not found in $AXMUL_TRAIN") && message.contains("make build"),
        "{message}"
    );

    // Any executable: the images are missing before it is started.
    let train = assert_cmd::cargo::cargo_bin!("axmul");
    let output = sandbox.command().env("AXMUL_TRAIN", train).args(["run", "mine.yaml"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("axmul data fetch mnist"), "{message}");
    assert!(!sandbox.path("runs").exists());
}

/// A stand-in for `axmul-train` that writes which signal reaches it, and ends a minute later if none does.
#[cfg(unix)]
const STAND_IN: &str = "#!/bin/sh
for signal in INT TERM; do trap \"echo $signal >> caught; exit 7\" $signal; done
touch started
for i in $(seq 600); do sleep 0.1; done
";

/// One that a signal ends, as it does `axmul-train`.
#[cfg(unix)]
const MORTAL: &str = "#!/bin/sh
touch started
exec sleep 60
";

/// Starts `axmul run` with a script in the place of `axmul-train`, in a process group of its own; once the script
/// runs, `signal` does what it does. Returns how it ended.
#[cfg(unix)]
fn interrupted(sandbox: &Sandbox, script: &str, signal: impl FnOnce(rustix::process::Pid)) -> Ended {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    sandbox.write("train.sh", script);
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(sandbox.path("train.sh"), executable).unwrap();
    sandbox.write(
        "mine.yaml",
        "name: mine\ndata: {name: photos}\ncatalog: [exact.yaml]\nstages: {baseline: {epochs: 1}}\n",
    );
    sandbox.write(
        "exact.yaml",
        "version: 1\nname: exact\nlicence: MIT\ncitation: none\ncost_source: none\nentries:\n  \
         - {name: exact, format: 8s, model: {family: exact}, cost: {power_mw: 1}}\n",
    );
    std::fs::create_dir_all(sandbox.path("photos")).unwrap();
    let child = sandbox
        .command()
        .env("AXMUL_TRAIN", sandbox.path("train.sh"))
        .args(["run", "mine.yaml", "--overwrite"])
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while !sandbox.path("started").exists() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    signal(rustix::process::Pid::from_child(&child));
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(sandbox.path("started").exists(), "the stand-in was not started: {stderr}");
    Ended { code: output.status.code().expect("ended by itself"), stdout: output.stdout, stderr }
}

/// Whether it ended as after Ctrl-C: told once, and the end of the child is the error.
#[cfg(unix)]
fn told(ended: &Ended, end: &str) {
    refused(ended, &["mine.yaml --resume", "train.sh ended with ", end]);
    assert_eq!(ended.stderr.matches("interrupted; resume with: ").count(), 1, "{ended}");
}

#[cfg(unix)]
#[test]
fn a_signal_to_a_run_alone_reaches_the_training_process() {
    use rustix::process::{Signal, kill_process};

    for (signal, name) in [(Signal::INT, "INT\n"), (Signal::TERM, "TERM\n")] {
        let sandbox = Sandbox::new();
        let ended = interrupted(&sandbox, STAND_IN, |run| kill_process(run, signal).unwrap());
        told(&ended, "exit status: 7");
        assert_eq!(sandbox.read("caught"), name.as_bytes());
    }
    let ended = interrupted(&Sandbox::new(), MORTAL, |run| kill_process(run, Signal::INT).unwrap());
    told(&ended, "signal: 2");
}

/// Ctrl-C in a terminal reaches both.
#[cfg(unix)]
#[test]
fn a_signal_to_both_processes_is_told_once() {
    use rustix::process::{Signal, kill_process_group};

    let ended = interrupted(&Sandbox::new(), MORTAL, |run| kill_process_group(run, Signal::INT).unwrap());
    told(&ended, "signal: 2");
}
