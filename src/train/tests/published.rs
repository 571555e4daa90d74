//! Weights out and in: what a run trained comes back with the same scores and the same accuracy, and a run starts from
//! what others published.

use std::collections::BTreeMap;
use std::path::Path;

use tch::{Device, Kind, Tensor};

use super::runs::catalog;
use super::seeded;
use crate::checkpoint::{self, CheckpointInfo};
use crate::network::Model;
use crate::network::layer::Mode;
use crate::optimizer::Optimizer;
use crate::{infer_request, run};
use axmul_experiment::{
    self, Calibration, Circuits, Course, Experiment, InferRequest, Network, RangesFrom, RunRequest, Split,
    StageName, Start,
};
use axmul_metrics::OperandFormat;
use axmul_support::testing::npy;

/// A request for class scores of `x.npy` in `y.npy`, in fp32.
fn request(folder: &Path, experiment: &Experiment, network: &Network) -> InferRequest {
    InferRequest {
        experiment: experiment.clone(),
        network: network.clone(),
        weights: folder.join("weights"),
        input: Some(folder.join("x.npy")),
        logits: Some(folder.join("y.npy")),
        data_directory: None,
        split: Split::Test,
        multipliers: vec![],
        layers: None,
        output: folder.join("result.json"),
    }
}

/// Writes images as `x.npy`.
fn write_input(folder: &Path, images: &Tensor) {
    let values: Vec<f32> = Vec::try_from(images.reshape([-1])).unwrap();
    let shape: Vec<u64> = images.size().iter().map(|&n| n as u64).collect();
    std::fs::write(folder.join("x.npy"), npy(&shape, &values)).unwrap();
}

/// Weights that were written for others and read back give the same class scores, bit for bit.
#[test]
fn weights_go_out_and_in() {
    let _seeded = seeded(5);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let experiment = Experiment::parse("name: test\ndevice: cpu", "test", &[]).unwrap();
    let network = Network::load("resnet8:size=8,width=4,classes=3").unwrap();
    let mut model = Model::new(&network, &experiment, Device::Cpu, 7).unwrap();
    let images = Tensor::randn([6, 3, 8, 8], (Kind::Float, Device::Cpu));
    let _ = model.forward(&images, Mode::Fp32, true).unwrap();
    let info = CheckpointInfo {
        stage: StageName::Baseline,
        seed: 7,
        epochs_done: 1,
        seconds: 0.0,
        course: Course::default(),
    };
    let optimizer = Optimizer::new(&experiment.stages.training(StageName::Baseline), model.parameters(false));
    checkpoint::save(&file("checkpoint"), &info, &model, &optimizer, None).unwrap();
    std::fs::write(file("weights"), axmul_experiment::publish(&file("checkpoint")).unwrap()).unwrap();

    write_input(folder.path(), &images);
    let request = request(folder.path(), &experiment, &network);
    let result = infer_request(&request).unwrap();
    assert_eq!((result.calibration, &result.accuracy), (None, &None));
    let written = npyz::NpyFile::new(std::fs::File::open(file("y.npy")).unwrap()).unwrap();
    assert_eq!(written.shape(), [6, 3]);
    let _guard = tch::no_grad_guard();
    let scores = model.forward(&images, Mode::Fp32, false).unwrap();
    assert_eq!(written.into_vec::<f32>().unwrap(), Vec::<f32>::try_from(scores.reshape([-1])).unwrap());

    let fails = |request: InferRequest| infer_request(&request).unwrap_err().to_string();
    let other = |name: &str| InferRequest { network: Network::load(name).unwrap(), ..request.clone() };
    let message = fails(other("resnet8:size=8,width=4,classes=5"));
    assert!(message.contains("tensor 'fc.weight' has shape [3, 16], the network's has [5, 16]"), "{message}");
    let message = fails(other("resnet8:size=16,width=4,classes=3"));
    let part = "x.npy: its images are [3, 8, 8], and network 'resnet8' takes [3, 16, 16]";
    assert!(message.contains(part), "{message}");
    let blind = InferRequest { layers: Some(BTreeMap::new()), input: None, ..request.clone() };
    assert!(fails(blind).contains("needed to calibrate"));
    let _ = model.tensors().into_iter().find(|(name, _)| name == "fc.bias").unwrap().1.fill_(f64::NAN);
    checkpoint::save(&file("checkpoint"), &info, &model, &optimizer, None).unwrap();
    std::fs::write(file("weights"), axmul_experiment::publish(&file("checkpoint")).unwrap()).unwrap();
    let message = fails(request);
    assert!(
        message.contains("weights: tensor 'fc.bias' holds values that are no finite numbers"),
        "{message}"
    );
}

const EXPERIMENT: &str = "
name: out
device: cpu
batch: 8
data: {validation: 10, normalize: measured}
capture: {images: 16, rows: 8}
stages:
  baseline: {epochs: 2, learning_rate: 0.02}
  quantize: {epochs: 0}
  search: {epochs: 1}
  retrain: {epochs: 1}
  uniform: {epochs: 1, multiplier: cheap}
";

/// Random images of seven classes as .npy files: 60 to train and 40 to test.
fn files(folder: &Path) {
    let write = |name: &str, array: &Tensor| array.write_npy(folder.join(name)).unwrap();
    for (part, n) in [("train", 60), ("test", 40)] {
        let pixels = Tensor::randint(256, [n, 3, 8, 8], (Kind::Uint8, Device::Cpu));
        write(&format!("{part}_images.npy"), &pixels);
        let labels = Tensor::arange(n, (Kind::Int64, Device::Cpu)).remainder(7);
        write(&format!("{part}_labels.npy"), &labels);
    }
}

fn run_request(root: &Path, images: &Path, overrides: &[String]) -> RunRequest {
    let mut experiment = Experiment::parse(EXPERIMENT, "test", overrides).unwrap();
    experiment.data.name = images.display().to_string();
    RunRequest {
        network: Network::load("resnet8:size=8,width=4,classes=7").unwrap(),
        multipliers: catalog(OperandFormat::signed(8, 8)),
        circuits: Circuits::default(),
        data_directory: images.to_owned(),
        run_directory: root.join(&experiment.name),
        stages: StageName::ALL.to_vec(),
        start: Start::New,
        progress: false,
        experiment,
    }
}

/// The weights of a run have the accuracy that the run says, in fp32 and quantized without training; and a run that
/// starts from them goes on where the first one was.
#[test]
fn published_weights_have_the_accuracy_of_their_run() {
    let _seeded = seeded(6);
    let root = tempfile::tempdir().unwrap();
    let images = root.path().join("images");
    std::fs::create_dir(&images).unwrap();
    files(&images);
    let first = run_request(root.path(), &images, &[]);
    let results = run(&RunRequest { stages: StageName::ALL[..2].to_vec(), ..first.clone() }).unwrap();
    let baseline = root.path().join("out/checkpoints/seed-1/baseline.safetensors");
    std::fs::write(root.path().join("weights"), axmul_experiment::publish(&baseline).unwrap()).unwrap();

    let fp32 = InferRequest {
        input: None,
        logits: None,
        data_directory: Some(images.clone()),
        ..request(root.path(), &first.experiment, &first.network)
    };
    let of = |stage: StageName| &results.seeds[0].stages[&stage];
    let result = infer_request(&fp32).unwrap();
    let accuracy = result.accuracy.unwrap();
    assert_eq!((accuracy.images, result.calibration), (40, None));
    let expected = of(StageName::Baseline);
    assert_eq!((accuracy.top1, accuracy.loss), (expected.test_top1, expected.test_loss));
    let top5 = accuracy.top5.unwrap();
    assert!(accuracy.top1 < top5 && top5 < 1.0, "{accuracy:?}");

    // Quantized as `quantize` begins, computing exact products or through the table of an exact multiplier.
    let layers = first.network.resolve().unwrap();
    let names = layers.iter().filter(|layer| layer.operation.opcount() > 0).map(|layer| layer.name.clone());
    let exact: BTreeMap<String, String> = names.map(|name| (name, "exact".to_owned())).collect();
    let expected = of(StageName::Quantize);
    for layers in [BTreeMap::new(), exact] {
        let quantized = InferRequest {
            multipliers: first.multipliers.clone(),
            layers: Some(layers.clone()),
            ..fp32.clone()
        };
        let result = infer_request(&quantized).unwrap();
        assert_eq!(result.calibration, Some(Calibration { images_of: RangesFrom::Training, images: 16 }));
        let accuracy = result.accuracy.unwrap();
        assert_eq!(accuracy.top1, expected.test_top1, "{layers:?}");
        assert!((accuracy.loss - expected.test_loss).abs() < 1e-5, "{accuracy:?} {expected:?}");
        assert_ne!(accuracy.loss, of(StageName::Baseline).test_loss);
    }
    let stranger = InferRequest { layers: Some([("head".into(), "exact".into())].into()), ..fp32.clone() };
    let message = infer_request(&stranger).unwrap_err().to_string();
    assert!(message.contains("there is no layer 'head'"), "{message}");

    // Without a data set, on the images themselves.
    write_input(root.path(), &Tensor::randn([20, 3, 8, 8], (Kind::Float, Device::Cpu)));
    let alone = InferRequest {
        layers: Some(BTreeMap::new()),
        ..request(root.path(), &first.experiment, &first.network)
    };
    let result = infer_request(&alone).unwrap();
    assert_eq!(result.calibration, Some(Calibration { images_of: RangesFrom::Input, images: 16 }));
    assert_eq!(result.accuracy, None);

    let weights = root.path().join("weights").display().to_string();
    let start = format!("stages.baseline={{epochs: 0, weights: '{weights}'}}");
    let second = run_request(root.path(), &images, &["name=in".to_owned(), start]);
    let again = run(&second).unwrap();
    for stage in &StageName::ALL[..2] {
        let (expected, got) = (of(*stage), &again.seeds[0].stages[stage]);
        assert_eq!((got.test_top1, got.test_loss), (expected.test_top1, expected.test_loss), "{stage}");
    }
    assert!(again.seeds[0].assignment.is_some() && again.seeds[0].uniform.is_some());
    let misfit = RunRequest {
        network: Network::load("resnet14:size=8,width=4,classes=7").unwrap(),
        start: Start::Overwrite,
        ..second
    };
    let message = run(&misfit).unwrap_err().to_string();
    assert!(message.contains("has no tensor 'layer1.1.conv1.weight', which 'resnet14' needs"), "{message}");
}
