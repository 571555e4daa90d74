//! What stages do beside plain training: averages, best epochs, early ends, plateaus, files for people.

use std::path::Path;

use super::runs::{NETWORK, dataset, request, run, timeless};
use super::seeded;
use crate::checkpoint::Checkpoint;
use crate::stages::epoch;
use crate::{Mode, Model, TrainError};
use axmul_experiment::{Confusion, Event, Network, RunDirectory, RunRequest, StageName, Start};

/// Everything at once; seven classes of which three occur, so that five of them are not all.
const EVERYTHING: &[&str] = &[
    "stages.baseline.epochs=4",
    "stages.baseline.optimizer=adamw",
    "stages.baseline.learning_rate=0.02",
    "stages.baseline.weight_decay=0.01",
    "stages.baseline.schedule={kind: plateau, patience: 1, factor: 0.5, warm_up: {epochs: 0.5, from: 0.1}}",
    "stages.baseline.label_smoothing=0.1",
    "stages.baseline.clip_norm=1",
    "stages.baseline.ema=0.9",
    "stages.baseline.early_stopping={patience: 2, on: top1}",
    "stages.baseline.keep=best",
    "stages.search.schedule={kind: multi_step, milestones: [1], factor: 0.1}",
    "stages.search.ema=0.9",
    "stages.search.clip_norm=1",
    "stages.retrain.nesterov=true",
    "stages.retrain.ema=0.9",
    "stages.retrain.keep=best",
    "stages.retrain.early_stopping={patience: 1, on: loss}",
];

fn everything(root: &Path, start: Start) -> RunRequest {
    let network = NETWORK.replace("classes: 3", "classes: 7").replace("features: 3", "features: 7");
    RunRequest { network: Network::parse(&network, "test").unwrap(), ..request(root, EVERYTHING, start) }
}

fn events(root: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(root.join("run/events.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn with_everything_on_a_killed_run_ends_with_the_same_numbers() {
    let _seeded = seeded(0);
    let whole = tempfile::tempdir().unwrap();
    let mut checkpoints = 0;
    let expected = run(&everything(whole.path(), Start::New), usize::MAX).unwrap();
    let expected = timeless(expected);
    for result in expected.stages.values() {
        checkpoints += result.epochs as usize;
        assert!(result.test_top5.unwrap() >= result.test_top1 && result.validation_top5.is_some());
        assert!(result.epoch.unwrap() <= result.epochs, "{result:?}");
    }
    let weights = |root: &Path, stage: StageName| {
        let path = root.join(format!("run/checkpoints/seed-1/{stage}.safetensors"));
        let bytes = std::fs::read(&path).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let mut all: Vec<(String, Vec<u8>)> = file
            .tensors()
            .into_iter()
            .filter(|(name, _)| !name.starts_with("optimizer."))
            .map(|(name, view)| (name, view.data().to_vec()))
            .collect();
        all.sort();
        all
    };
    for kill_after in 1..checkpoints {
        let broken = tempfile::tempdir().unwrap();
        run(&everything(broken.path(), Start::New), kill_after).unwrap_err();
        let resumed = run(&everything(broken.path(), Start::Resume), usize::MAX).unwrap();
        assert_eq!(timeless(resumed), expected, "killed after {kill_after} epochs");
        for stage in StageName::ALL {
            assert!(weights(broken.path(), stage) == weights(whole.path(), stage), "{stage}, {kill_after}");
        }
    }
    // A stage that keeps its best epoch leaves that one's network alone.
    let names = weights(whole.path(), StageName::Baseline);
    assert!(names.iter().all(|(name, _)| !name.starts_with("best.") && !name.starts_with("live.")));
}

#[test]
fn the_best_epoch_is_the_one_with_the_best_validation() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    // A rate that grows makes later epochs worse.
    let overrides = &[
        "stages.baseline.epochs=6",
        "stages.baseline.learning_rate=0.02",
        "stages.baseline.schedule={kind: step, every: 2, factor: 30}",
        "stages.baseline.clip_norm=1",
        "stages.baseline.keep=best",
    ];
    let only =
        RunRequest { stages: vec![StageName::Baseline], ..request(root.path(), overrides, Start::New) };
    let results = run(&only, usize::MAX).unwrap();
    let result = &results.stages[&StageName::Baseline];
    let scores: Vec<(f64, f64)> = events(root.path())
        .into_iter()
        .filter_map(|event| match event {
            Event::Epoch { validation_top1, validation_loss, .. } => Some((validation_top1, validation_loss)),
            _ => None,
        })
        .collect();
    assert_eq!(scores.len(), 6);
    let best = (0..6)
        .rev()
        .max_by(|&a, &b| scores[a].0.total_cmp(&scores[b].0).then(scores[b].1.total_cmp(&scores[a].1)));
    let best = best.unwrap();
    assert!(best < 5, "{scores:?}");
    assert_eq!(result.epoch, Some(best as u32 + 1));
    assert_eq!((result.validation_top1, result.validation_loss), scores[best]);
    assert_eq!(result.epochs, 6);
}

#[test]
fn a_stage_ends_early_and_says_so() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let overrides = &[
        "stages.baseline.epochs=30",
        "stages.baseline.learning_rate=1e-9",
        "stages.baseline.early_stopping={patience: 2, on: top1}",
    ];
    let only =
        RunRequest { stages: vec![StageName::Baseline], ..request(root.path(), overrides, Start::New) };
    let result = &run(&only, usize::MAX).unwrap().stages[&StageName::Baseline];
    assert!(result.epochs < 30 && result.epochs > 2, "{result:?}");
    assert_eq!(result.epoch, Some(result.epochs));
    let early = |event: &Event| matches!(event, Event::EarlyStop { epoch, .. } if *epoch == result.epochs);
    assert!(events(root.path()).iter().any(early));
}

/// Averaged weights are what is validated, tested, kept and passed on; the optimiser goes on with its own.
#[test]
fn averaged_weights_are_what_a_stage_yields() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let overrides = &["stages.baseline.ema=0.99", "stages.baseline.learning_rate=0.1"];
    let only =
        RunRequest { stages: vec![StageName::Baseline], ..request(root.path(), overrides, Start::New) };
    let results = run(&only, usize::MAX).unwrap();
    let path = root.path().join("run/checkpoints/seed-1/baseline.safetensors");
    let read = Checkpoint::load(&path).unwrap().unwrap();
    let experiment = &only.experiment;
    let mut averaged = Model::new(&only.network, experiment, tch::Device::Cpu, 1).unwrap();
    read.restore_model(&mut averaged).unwrap();
    let score = epoch::evaluate(&mut averaged, &dataset().test, Mode::Fp32).unwrap();
    let result = &results.stages[&StageName::Baseline];
    assert_eq!(score.loss, result.test_loss);
    // Its own weights are others.
    let plain = &["stages.baseline.learning_rate=0.1"];
    let other = tempfile::tempdir().unwrap();
    let only = RunRequest { stages: vec![StageName::Baseline], ..request(other.path(), plain, Start::New) };
    let plain = run(&only, usize::MAX).unwrap();
    assert_ne!(plain.stages[&StageName::Baseline].test_loss, result.test_loss);
}

#[test]
fn files_for_people_lie_beside_the_results() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    run(&everything(root.path(), Start::New), 3).unwrap_err();
    let results = run(&everything(root.path(), Start::Resume), usize::MAX).unwrap();
    let (directory, ..) = RunDirectory::view(&root.path().join("run")).unwrap();
    for (stage, result) in &results.stages {
        let matrix = Confusion::read(&directory.confusion(1, *stage)).unwrap();
        assert_eq!((matrix.classes(), matrix.images()), (7, 100));
        assert_eq!(matrix.right() as f64 / 100.0, result.test_top1);
    }
    let boards = |stage| std::fs::read_dir(directory.tensorboard(1, stage)).unwrap().count();
    assert_eq!((boards(StageName::Baseline), boards(StageName::Search)), (2, 1));
    let search: Vec<u8> = std::fs::read_dir(directory.tensorboard(1, StageName::Search))
        .unwrap()
        .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    for tag in ["sigma/conv", "sigma/linear", "learning_rate", "loss/train", "top-1/validation", "top-5/test"]
    {
        assert!(search.windows(tag.len()).any(|part| part == tag.as_bytes()), "{tag}");
    }
    let without = tempfile::tempdir().unwrap();
    let overrides = &["tensorboard=false", "stages.baseline.epochs=1"];
    let only =
        RunRequest { stages: vec![StageName::Baseline], ..request(without.path(), overrides, Start::New) };
    run(&only, usize::MAX).unwrap();
    assert!(!without.path().join("run/tensorboard").exists());
}

/// A loss that is no number ends the run, and the checkpoint of the epoch before stays what it was.
#[test]
fn a_diverging_epoch_leaves_the_last_good_checkpoint() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let overrides = &[
        "stages.baseline.epochs=3",
        "stages.baseline.schedule={kind: multi_step, milestones: [1], factor: 1e38}",
    ];
    let diverging =
        |start| RunRequest { stages: vec![StageName::Baseline], ..request(root.path(), overrides, start) };
    let error = run(&diverging(Start::New), usize::MAX).unwrap_err();
    assert!(matches!(error, TrainError::Diverged { epoch: 2, .. }), "{error}");
    let path = root.path().join("run/checkpoints/seed-1/baseline.safetensors");
    let kept = std::fs::read(&path).unwrap();
    assert_eq!(Checkpoint::load(&path).unwrap().unwrap().info.epochs_done, 1);
    let again = run(&diverging(Start::Resume), usize::MAX).unwrap_err();
    assert_eq!(again.to_string(), error.to_string());
    assert_eq!(std::fs::read(&path).unwrap(), kept);
}
