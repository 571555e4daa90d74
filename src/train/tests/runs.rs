//! Whole runs, on a small network and images that are made here.

use std::path::Path;

use tch::{Device, Kind, Tensor};

use super::exactness::multiplier;
use super::seeded;
use crate::checkpoint::{self, Checkpoint, CheckpointInfo};
use crate::data::dataset::{Dataset, Images};
use crate::network::Model;
use crate::network::layer::Mode;
use crate::optimizer::Optimizer;
use crate::run::run_on;
use crate::stages::epoch;
use crate::{TrainError, random};
use axmul_experiment::{Circuits, Course, Experiment, Network, Results, RunRequest, StageName, Start};
use axmul_metrics::{OperandFormat, Tabulated};

pub const NETWORK: &str = "
name: tiny
input: [1, 8, 8]
classes: 3
layers:
  - {name: conv, kind: conv2d, channels: 4, kernel: 3, padding: 1}
  - {name: norm, kind: batch_norm}
  - {name: relu, kind: relu}
  - {name: pool, kind: max_pool, kernel: 2}
  - {name: grouped, kind: conv2d, channels: 4, kernel: 3, groups: 2, bias: true}
  - {name: flatten, kind: flatten}
  - {name: linear, kind: linear, features: 3, bias: true}
";

const EXPERIMENT: &str = "
name: tiny
batch: 16
data: {validation: 40}
capture: {images: 16, rows: 32}
stages:
  baseline: {epochs: 3}
  quantize: {epochs: 1}
  search: {epochs: 2}
  retrain: {epochs: 2}
  uniform: {screening_images: 64}
";

/// Bright rows, bright columns or a bright corner, under noise.
fn images(n: i64) -> Images {
    let labels = Tensor::randint(3, [n], (Kind::Int64, Device::Cpu));
    let shape = Tensor::zeros([3, 8, 8], (Kind::Float, Device::Cpu));
    let _ = shape.get(0).narrow(0, 2, 2).fill_(120.0);
    let _ = shape.get(1).narrow(1, 4, 2).fill_(120.0);
    let _ = shape.get(2).narrow(0, 5, 3).narrow(1, 0, 3).fill_(120.0);
    let noise = Tensor::rand([n, 8, 8], (Kind::Float, Device::Cpu)) * 130.0;
    let pixels = (shape.index_select(0, &labels) + noise).to_kind(Kind::Uint8).view([n, 1, 8, 8]);
    Images::new(pixels, labels, &[0.3], &[0.2]).unwrap()
}

pub fn dataset() -> Dataset {
    tch::manual_seed(11);
    Dataset::new(&images(240), images(100), 40).unwrap()
}

pub fn catalog(format: OperandFormat) -> Vec<Tabulated> {
    let named = |name: &str, power_mw: f64, product: fn(i64, i64) -> i64| {
        let mut m = multiplier(format, product);
        m.name = name.into();
        m.cost.power_mw = Some(power_mw);
        m
    };
    vec![
        named("exact", 1.0, |x, w| x * w),
        named("cheap", 0.5, |x, w| (x * w) & !7),
        named("cheaper", 0.3, |x, w| ((x & !1) * (w & !3)) & !15),
    ]
}

pub fn request(root: &Path, overrides: &[&str], start: Start) -> RunRequest {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let experiment = Experiment::parse(EXPERIMENT, "test", &overrides).unwrap();
    let mut formats = vec![OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)];
    if !formats.contains(&experiment.operand_format()) {
        formats.push(experiment.operand_format());
    }
    let multipliers = formats.into_iter().flat_map(catalog).collect();
    RunRequest {
        experiment,
        network: Network::parse(NETWORK, "test").unwrap(),
        multipliers,
        circuits: Circuits::default(),
        data_directory: root.to_owned(),
        run_directory: root.join("run"),
        stages: StageName::ALL.to_vec(),
        start,
        progress: false,
    }
}

/// Runs until `epochs` checkpoints are written, as if killed then.
pub fn run(request: &RunRequest, epochs: usize) -> Result<Results, TrainError> {
    let mut left = epochs;
    run_on(request, Device::Cpu, dataset(), &mut |_| {
        left -= 1;
        if left == 0 { Err(TrainError::Data("killed".into())) } else { Ok(()) }
    })
}

/// Results without the time they took.
pub fn timeless(mut results: Results) -> Results {
    for seed in &mut results.seeds {
        seed.stages.values_mut().for_each(|stage| stage.seconds = 0.0);
    }
    results.stages.values_mut().for_each(|stage| stage.seconds = 0.0);
    results
}

#[test]
fn a_run_that_was_killed_ends_with_the_same_numbers() {
    let _seeded = seeded(0);
    let whole = tempfile::tempdir().unwrap();
    let seeds = &["seeds=[1, 2]"];
    let expected = timeless(run(&request(whole.path(), seeds, Start::New), usize::MAX).unwrap());
    assert!(expected.stages[&StageName::Baseline].test_top1 > 0.9, "{expected:?}");
    assert!(expected.stages[&StageName::Retrain].test_top1 > 0.9, "{expected:?}");
    assert_eq!(expected.stages[&StageName::Uniform].epochs, 4);
    let per_seed = 3 + 1 + 2 + 2 + 4;
    for kill_after in [1, 3, 4, 5, 7, 9, per_seed + 5] {
        let broken = tempfile::tempdir().unwrap();
        run(&request(broken.path(), seeds, Start::New), kill_after).unwrap_err();
        let resumed = run(&request(broken.path(), seeds, Start::Resume), usize::MAX).unwrap();
        assert_eq!(timeless(resumed), expected, "killed after {kill_after} epochs");
    }
    // The same seed gives the same numbers; another one others.
    let again = tempfile::tempdir().unwrap();
    let one = timeless(run(&request(again.path(), &["seeds=[2]"], Start::New), usize::MAX).unwrap());
    assert_eq!(one.seeds[0], expected.seeds[1]);
    assert_ne!(expected.seeds[0].stages, expected.seeds[1].stages);
}

#[test]
fn every_kind_of_quantization_learns() {
    let _seeded = seeded(0);
    for overrides in [
        &["signed=false"][..],
        &["signed=false", "quantization.unsigned=sign_magnitude"],
        &["quantization.weights.granularity=channel"],
        &["quantization.activations.range=learned"],
        &["quantization.activations.range=percentile", "quantization.weights.percentile=99"],
        &["quantization.activations.range=extremes", "stages.retrain.optimizer=adam"],
        &["kernel=lut"],
        &["stages.quantize.epochs=0", "stages.uniform.multiplier=cheap"],
    ] {
        let root = tempfile::tempdir().unwrap();
        let results = run(&request(root.path(), overrides, Start::New), usize::MAX).unwrap();
        let retrained = results.stages[&StageName::Retrain].test_top1;
        assert!(retrained > 0.9, "{overrides:?}: {retrained}");
        assert!(results.stages[&StageName::Uniform].test_top1 > 0.8, "{overrides:?}: {:?}", results.uniform);
        let assignment = &results.assignment.as_ref().unwrap().assignment;
        assert_eq!(assignment.layers.len(), 3);
        assert_eq!(assignment.reference.multiplier, "exact");
        let energy = results.uniform.as_ref().unwrap().relative_energy.unwrap();
        assert!(overrides.len() == 2 || energy <= assignment.relative_energy + 1e-9, "{overrides:?}");
    }
}

/// Ways to multiply differ in nothing but time, whatever was trained by them.
#[test]
fn every_kernel_ends_with_the_same_numbers() {
    let _seeded = seeded(0);
    let results = ["auto", "lookup", "scalar", "gather"].map(|kernel| {
        let root = tempfile::tempdir().unwrap();
        let kernel = format!("kernel={kernel}");
        timeless(run(&request(root.path(), &[&kernel], Start::New), usize::MAX).unwrap()).seeds
    });
    assert!(results[0][0].stages.contains_key(&StageName::Uniform));
    for others in &results[1..] {
        assert_eq!(others, &results[0]);
    }
}

#[test]
fn stages_without_their_predecessor_are_refused() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let only = RunRequest { stages: vec![StageName::Retrain], ..request(root.path(), &[], Start::New) };
    let message = run(&only, usize::MAX).unwrap_err().to_string();
    assert!(message.contains("stage retrain starts from the checkpoint of search"), "{message}");
    let none = RunRequest { multipliers: vec![], ..request(root.path(), &[], Start::Overwrite) };
    let message = run(&none, usize::MAX).unwrap_err().to_string();
    assert!(message.contains("signed with 8x8 bits"), "{message}");
    let unknown = request(root.path(), &["stages.uniform.multiplier=cheep"], Start::Overwrite);
    let message = run(&unknown, usize::MAX).unwrap_err().to_string();
    assert!(message.contains("no multiplier 'cheep'") && message.contains("cheap"), "{message}");
    let wild = request(root.path(), &["stages.baseline.learning_rate=1e30"], Start::Overwrite);
    let message = run(&wild, usize::MAX).unwrap_err().to_string();
    assert!(message.contains("smaller stages.baseline.learning_rate"), "{message}");
    assert!(message.contains("in epoch 1, batch ") && message.contains(" of 13;"), "{message}");
}

#[test]
fn checkpoints_hold_the_whole_state() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("checkpoint.safetensors");
    let request = request(root.path(), &[], Start::New);
    let (experiment, data) = (&request.experiment, dataset());
    let model = |seed| Model::new(&request.network, experiment, Device::Cpu, seed).unwrap();
    let training = experiment.stages.training(StageName::Search);
    let mut first = model(1);
    first.set_sigma(0.1);
    let mut optimizer = Optimizer::new(&training, first.parameters(true));
    let order = Tensor::arange(200, (Kind::Int64, Device::Cpu));
    let pass = epoch::Pass {
        stage: StageName::Search,
        epoch: 1,
        mode: Mode::Noisy,
        order: &order,
        batch: 16,
        draw: random::draw(1, StageName::Search, 1),
        search: Some(&experiment.stages.search),
    };
    epoch::train(&mut first, &mut optimizer, &data.train, &pass, |_| 0.01, |_, _| Ok(())).unwrap();
    let course = Course::default();
    let info = CheckpointInfo { stage: StageName::Search, seed: 1, epochs_done: 1, seconds: 2.5, course };
    checkpoint::save(&path, &info, &first, &optimizer, None).unwrap();

    let mut second = model(2);
    let mut other = Optimizer::new(&training, second.parameters(true));
    let read = Checkpoint::load(&path).unwrap().unwrap();
    assert_eq!(read.info, info);
    read.restore_model(&mut second).unwrap();
    read.restore_optimizer(&mut other).unwrap();
    assert_eq!(first.tensors(), second.tensors());
    assert_eq!(optimizer.tensors(), other.tensors());
    assert_eq!(optimizer.steps(), other.steps());
    assert!(first.sigma().iter().all(|sigma| *sigma != 0.1));
    let ranges = |model: &Model| model.layers().map(|layer| layer.observer.range()).collect::<Vec<_>>();
    assert_eq!(ranges(&first), ranges(&second));
    assert!(ranges(&first).iter().all(Option::is_some));

    let mut bytes = std::fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - 7);
    std::fs::write(&path, bytes).unwrap();
    let message = Checkpoint::load(&path).unwrap_err().to_string();
    assert!(message.contains("damaged") && message.contains("checkpoint.safetensors"), "{message}");
    assert!(Checkpoint::load(&root.path().join("none")).unwrap().is_none());
}

/// Evaluation neither learns nor observes.
#[test]
fn evaluation_changes_nothing() {
    let _seeded = seeded(0);
    let request = request(Path::new("unused"), &[], Start::New);
    let mut model = Model::new(&request.network, &request.experiment, Device::Cpu, 1).unwrap();
    let data = dataset();
    let (x, _) = data.train.range(0, 16);
    let _ = model.forward(&x, Mode::Quantized, true).unwrap();
    let state = |model: &Model| {
        let tensors: Vec<_> = model.tensors().into_iter().map(|(name, t)| (name, t.copy())).collect();
        (tensors, model.layers().map(|layer| layer.observer.range()).collect::<Vec<_>>())
    };
    let before = state(&model);
    let noisy = epoch::evaluate(&mut model, &data.test, Mode::Noisy).unwrap();
    let quantized = epoch::evaluate(&mut model, &data.test, Mode::Quantized).unwrap();
    assert_eq!(noisy, quantized, "no noise in evaluation");
    assert_eq!(state(&model), before);
}
