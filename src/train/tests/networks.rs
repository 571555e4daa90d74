//! Networks with branches, and every built-in network through all stages.

use tch::{Device, Kind, Tensor};

use super::runs::catalog;
use super::seeded;
use crate::checkpoint::Checkpoint;
use crate::data::dataset::{Dataset, Images};
use crate::network::Model;
use crate::network::layer::Mode;
use crate::run::run_on;
use axmul_experiment::{Circuits, Experiment, Network, RunRequest, StageName, Start};
use axmul_metrics::OperandFormat;

const BRANCHES: &str = "
name: branches
input: [2, 9, 8]
classes: 3
layers:
  - {name: stem, kind: conv2d, channels: 4, kernel: 3, stride: 2, padding: 1}
  - {name: norm, kind: batch_norm}
  - {name: relu, kind: relu6}
  - {name: depthwise, kind: conv2d, channels: 4, kernel: 3, padding: 2, dilation: 2, groups: 4}
  - {name: sum, kind: add, from: [depthwise, relu, norm]}
  - {name: pool, kind: avg_pool, kernel: 2, stride: 1, padding: 1}
  - {name: image, from: input, kind: adaptive_avg_pool, output: [6, 5]}
  - {name: both, kind: concat, from: [pool, image]}
  - {name: drop, kind: dropout, probability: 0.25}
  - {name: largest, kind: max_pool, kernel: 3, stride: 2, padding: 1}
  - {name: flatten, kind: flatten}
  - {name: linear, kind: linear, features: 3, bias: true}
";

/// Against the same network, written down in operations of libtorch.
#[test]
fn branches_compute_what_they_say() {
    let _seeded = seeded(3);
    let network = Network::parse(BRANCHES, "test").unwrap();
    let experiment = Experiment::parse("name: test", "test", &[]).unwrap();
    let mut model = Model::new(&network, &experiment, Device::Cpu, 1).unwrap();
    let images = Tensor::randn([5, 2, 9, 8], (Kind::Float, Device::Cpu));
    let _ = model.forward(&images, Mode::Fp32, true).unwrap();
    // Large values, so that the upper end of relu6 shows.
    let images = images * 40.0;
    let tensors: std::collections::HashMap<_, _> = model.tensors().into_iter().collect();
    let t = |name: &str| &tensors[name];
    let conv = |x: &Tensor, name: &str, stride: i64, padding: i64, dilation: i64, groups: i64| {
        x.conv2d(t(name), None::<Tensor>, [stride; 2], [padding; 2], [dilation; 2], groups)
    };
    let stem = conv(&images, "stem.weight", 2, 1, 1, 1);
    let by_channel = |name: &str| t(name).view([1, -1, 1, 1]);
    let norm = (stem - by_channel("norm.running_mean")) / (by_channel("norm.running_variance") + 1e-5).sqrt()
        * by_channel("norm.weight")
        + by_channel("norm.bias");
    let relu = norm.clamp(0.0, 6.0);
    assert!(relu.eq(6.0).any().int64_value(&[]) == 1, "nothing was cut off");
    let sum = conv(&relu, "depthwise.weight", 1, 2, 2, 4) + &relu + &norm;
    let padded = sum.constant_pad_nd([1, 1, 1, 1]);
    let corner = |row: i64, column: i64| padded.narrow(2, row, 6).narrow(3, column, 5);
    let pool = (corner(0, 0) + corner(0, 1) + corner(1, 0) + corner(1, 1)) / 4.0;
    let both = Tensor::cat(&[pool, images.adaptive_avg_pool2d([6, 5])], 1);
    let rows = both.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false).flatten(1, -1);
    let expected = rows.mm(&t("linear.weight").tr()) + t("linear.bias");
    let _guard = tch::no_grad_guard();
    let scores = model.forward(&images, Mode::Fp32, false).unwrap();
    let largest = (&scores - expected).abs().max().double_value(&[]);
    assert!(largest < 1e-5 * scores.abs().max().double_value(&[]), "{largest}");
    assert_eq!(model.forward(&images, Mode::Fp32, false).unwrap(), scores, "no dropout in evaluation");
    assert_ne!(model.forward(&images, Mode::Fp32, true).unwrap(), scores);
}

/// Small enough for a test, with all their layers.
const SMALL: [&str; 17] = [
    "lenet5",
    "resnet8:size=8,width=4,classes=3",
    "resnet14:size=8,width=4,classes=3",
    "resnet20:size=8,width=4,classes=3",
    "resnet32:size=8,width=4,classes=3",
    "resnet44:size=8,width=4,classes=3",
    "resnet56:size=8,width=4,classes=3",
    "resnet110:size=8,width=4,classes=3",
    "resnet18:size=32,width=8,classes=3",
    "resnet34:size=32,width=4,classes=3",
    "resnet50:size=64,width=4,classes=3",
    "vgg11_bn:size=32,width=4,hidden=16,classes=3",
    "vgg13_bn:size=32,width=4,hidden=16,classes=3",
    "vgg16_bn:size=32,width=4,hidden=16,classes=3",
    "vgg19_bn:size=32,width=4,hidden=16,classes=3",
    "alexnet:size=63,hidden=16,classes=3",
    "mobilenet_v2:size=32,classes=3",
];

const EXPERIMENT: &str = "
name: small
batch: 4
data: {validation: 2}
capture: {images: 2, rows: 8}
stages:
  baseline: {epochs: 1, learning_rate: 0.02}
  quantize: {epochs: 1}
  search: {epochs: 1}
  retrain: {epochs: 1, learning_rate: 0.02, weight_decay: 0.001}
  uniform: {epochs: 1, multiplier: cheap}
";

fn images(network: &Network, count: i64) -> Images {
    let [channels, rows, columns] = network.input.map(|n| n as i64);
    let pixels = Tensor::randint(256, [count, channels, rows, columns], (Kind::Uint8, Device::Cpu));
    let labels = Tensor::arange(count, (Kind::Int64, Device::Cpu)).remainder(network.classes as i64);
    let each = vec![0.5; channels as usize];
    Images::new(pixels, labels, &each, &each).unwrap()
}

/// One step a stage: trained, quantized, searched, assigned, retrained with approximate products.
#[test]
fn every_built_in_network_goes_through_all_stages() {
    let names: Vec<&str> = SMALL.iter().map(|name| name.split(':').next().unwrap()).collect();
    assert_eq!(names, Network::built_in().collect::<Vec<_>>());
    for name in SMALL {
        let _seeded = seeded(1);
        let root = tempfile::tempdir().unwrap();
        let network = Network::load(name).unwrap();
        let request = RunRequest {
            experiment: Experiment::parse(EXPERIMENT, "test", &[]).unwrap(),
            multipliers: catalog(OperandFormat::signed(8, 8)),
            circuits: Circuits::default(),
            data_directory: root.path().to_owned(),
            run_directory: root.path().join("run"),
            stages: StageName::ALL.to_vec(),
            start: Start::New,
            progress: false,
            network,
        };
        let dataset = Dataset::new(&images(&request.network, 6), images(&request.network, 2), 2).unwrap();
        let results = run_on(&request, Device::Cpu, dataset, &mut |_| Ok(()))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(results.stages.len(), StageName::ALL.len(), "{name}");
        assert!(results.stages.values().all(|stage| stage.test_loss.is_finite()), "{name}: {results:?}");

        let layers = request.network.resolve().unwrap();
        let expected: Vec<(&str, u64)> = layers
            .iter()
            .map(|layer| (layer.name.as_str(), layer.operation.opcount()))
            .filter(|(_, opcount)| *opcount > 0)
            .collect();
        let assignment = &results.assignment.as_ref().unwrap().assignment;
        let assigned = assignment.layers.iter().map(|layer| (layer.name.as_str(), layer.opcount));
        assert_eq!(assigned.collect::<Vec<_>>(), expected, "{name}");

        let after = |stage: StageName| {
            let path = root.path().join(format!("run/checkpoints/seed-1/{stage}.safetensors"));
            let mut model = Model::new(&request.network, &request.experiment, Device::Cpu, 2).unwrap();
            Checkpoint::load(&path).unwrap().unwrap().restore_model(&mut model).unwrap();
            model
        };
        let (before, after) = (after(StageName::Search), after(StageName::Retrain));
        // Weights decay where a gradient arrives, so each tells that the way back leads to it.
        for (before, after) in before.layers().zip(after.layers()) {
            assert_ne!(before.weight, after.weight, "{name}: layer {} did not learn", before.name);
        }
    }
}
