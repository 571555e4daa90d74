//! Weights of few bits, ranges of the least error and folded batch normalization, through all stages.

use tch::Device;

use super::runs::{dataset, request, run, timeless};
use super::seeded;
use crate::checkpoint::Checkpoint;
use crate::network::Model;
use crate::network::layer::Mode;
use crate::stages::epoch;
use axmul_experiment::assignment::LayerCapture;
use axmul_experiment::{Experiment, RunDirectory, StageName, Start, read_json};
use axmul_metrics::OperandFormat;

const ALL: [&str; 5] = [
    "quantization.weights.bits=4",
    "quantization.weights.range=mse",
    "quantization.weights.granularity=channel",
    "quantization.activations.range=mse",
    "quantization.fold_batch_norm=true",
];

#[test]
fn narrow_weights_learn_and_are_assigned() {
    let _seeded = seeded(0);
    for (overrides, format) in [
        (&ALL[..], OperandFormat::signed(8, 4)),
        (&["signed=false", ALL[0], ALL[1], ALL[3]], OperandFormat::unsigned(8, 4)),
        (
            &[
                "signed=false",
                "quantization.unsigned=sign_magnitude",
                "quantization.weights.bits=5",
                "quantization.weights.range=extremes",
                ALL[4],
            ],
            OperandFormat::signed(8, 5),
        ),
    ] {
        let root = tempfile::tempdir().unwrap();
        let results = run(&request(root.path(), overrides, Start::New), usize::MAX).unwrap();
        let retrained = results.stages[&StageName::Retrain].test_top1;
        assert!(retrained > 0.85, "{overrides:?}: {retrained}");
        let assignment = &results.assignment.as_ref().unwrap().assignment;
        assert_eq!((assignment.layers.len(), assignment.reference.multiplier.as_str()), (3, "exact"));
        assert!(assignment.reference.exact && assignment.relative_energy <= 1.0, "{overrides:?}");
        let (directory, _, _) = RunDirectory::view(&root.path().join("run")).unwrap();
        let captures: Vec<LayerCapture> = read_json(&directory.captures(1)).unwrap();
        for capture in captures {
            assert_eq!(capture.format, format, "{overrides:?}");
            capture.check().unwrap();
        }
    }
}

/// The baseline is as ever; from `quantize` on the network has no batch normalization, says so, and is taken up and
/// evaluated as it was.
#[test]
fn folded_runs_resume_to_the_same_numbers() {
    let _seeded = seeded(0);
    let whole = tempfile::tempdir().unwrap();
    let expected = timeless(run(&request(whole.path(), &ALL, Start::New), usize::MAX).unwrap());
    // Within quantize, search, retrain and uniform.
    for kill_after in [4, 5, 7, 10] {
        let broken = tempfile::tempdir().unwrap();
        run(&request(broken.path(), &ALL, Start::New), kill_after).unwrap_err();
        let resumed = run(&request(broken.path(), &ALL, Start::Resume), usize::MAX).unwrap();
        assert_eq!(timeless(resumed), expected, "killed after {kill_after} epochs");
    }

    let request = request(whole.path(), &ALL, Start::Resume);
    let (directory, _, _) = RunDirectory::view(&request.run_directory).unwrap();
    let model = || Model::new(&request.network, &request.experiment, Device::Cpu, 5).unwrap();
    let restored = |stage: StageName| {
        let mut model = model();
        let path = directory.checkpoint(1, stage);
        Checkpoint::load(&path).unwrap().unwrap().restore_model(&mut model).unwrap();
        model
    };
    let names = |model: &Model| model.tensors().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let unfolded = names(&restored(StageName::Baseline));
    assert!(unfolded.contains(&"norm.running_mean".into()) && !unfolded.contains(&"conv.bias".into()));
    for stage in [StageName::Quantize, StageName::Search, StageName::Retrain, StageName::Uniform] {
        let model = restored(stage);
        assert!(model.is_folded(), "{stage}");
        let folded = names(&model);
        assert!(folded.contains(&"conv.bias".into()) && !folded.contains(&"norm.weight".into()), "{stage}");
    }
    let mut quantized = restored(StageName::Quantize);
    let score = epoch::evaluate(&mut quantized, &dataset().test, Mode::Quantized).unwrap();
    assert_eq!(score.top1, expected.stages[&StageName::Quantize].test_top1);

    let baseline = Checkpoint::load(&directory.checkpoint(1, StageName::Baseline)).unwrap().unwrap();
    let message = baseline.restore_model(&mut quantized).unwrap_err().to_string();
    assert!(message.ends_with("is of a network whose batch normalization is not folded"), "{message}");
}

#[test]
fn missing_formats_are_named() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let mut narrow = request(root.path(), &["quantization.weights.bits=3"], Start::New);
    narrow.multipliers.retain(|multiplier| multiplier.format() == OperandFormat::signed(8, 8));
    assert_eq!(
        run(&narrow, usize::MAX).unwrap_err().to_string(),
        "none of the 3 multipliers given is signed with 8x3 bits, of operand format 8x3s; set `signed`, \
         `quantization.weights.bits` or `catalog`"
    );
    let unknown = [ALL[0], "stages.uniform.multiplier=cheep"];
    let message = run(&request(root.path(), &unknown, Start::New), usize::MAX).unwrap_err().to_string();
    assert!(
        message.starts_with("there is no multiplier 'cheep' of operand format 8x4s; the nearest"),
        "{message}"
    );
}

#[test]
fn settings_out_of_range_are_refused() {
    let refusal = |overrides: &[&str]| {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        Experiment::parse("name: test", "test", &overrides).unwrap_err().to_string()
    };
    for bits in [0, 1, 9] {
        let message = refusal(&[&format!("quantization.weights.bits={bits}")]);
        assert_eq!(message, format!("quantization.weights.bits: expected 2 to 8 bits, got {bits}"));
    }
    assert_eq!(
        refusal(&["quantization.weights.percentile=99", "quantization.weights.range=mse"]),
        "quantization.weights.percentile: 99 needs quantization.weights.range=percentile"
    );
    assert!(refusal(&["quantization.weights.range=best"]).contains("extremes"));
    assert!(refusal(&["quantization.activations.range=best"]).contains("mse"));
}
