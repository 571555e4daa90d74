//! Energy under the operands of layers, through a whole run.

use super::runs::{request, run};
use super::seeded;
use axmul_experiment::assignment::{EnergySource, LayerCapture};
use axmul_experiment::{Circuits, RunDirectory, RunRequest, Start, read_json};
use axmul_families as _;
use axmul_hardware::library::CellLibrary;
use axmul_hardware::map::{MappingGoal, map};
use axmul_hardware::optimize::optimize;
use axmul_metrics::OperandFormat;
use axmul_netlist::testing::member;

/// Circuits for two of the three multipliers of the tests.
fn circuits() -> Circuits {
    let format = OperandFormat::signed(8, 8);
    let circuit = |name: &str, family: &str, parameters: &[u32]| {
        let mapped =
            map(&optimize(&member(family, format, parameters)), CellLibrary::freepdk45(), MappingGoal::Area);
        (name.to_owned(), mapped.unwrap())
    };
    Circuits([circuit("exact", "exact", &[]), circuit("cheap", "truncated", &[3])].into())
}

/// The assignment goes by the energies of the captured layers, multipliers without a circuit take no part, and
/// `uniform` is held to the same measure.
#[test]
fn a_run_goes_by_the_energy_of_its_own_layers() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let request =
        RunRequest { circuits: circuits(), ..request(root.path(), &["energy=activity"], Start::New) };
    let results = run(&request, usize::MAX).unwrap();
    let assignment = &results.assignment.as_ref().unwrap().assignment;
    let (directory, _, _) = RunDirectory::view(&root.path().join("run")).unwrap();
    let captures: Vec<LayerCapture> = read_json(&directory.captures(request.experiment.seeds[0])).unwrap();
    let energies = circuits().energies(&captures).unwrap().0;
    assert_eq!((assignment.energy, assignment.layers.len()), (EnergySource::Activity, 3));
    let mut total = [0.0; 2];
    for (at, layer) in assignment.layers.iter().enumerate() {
        let activity = layer.activity.unwrap();
        assert_eq!(activity.energy_fj, energies[&layer.multiplier][at]);
        assert_eq!(activity.reference_energy_fj, energies["exact"][at]);
        total[0] += activity.energy_fj * layer.opcount as f64;
        total[1] += activity.reference_energy_fj * layer.opcount as f64;
    }
    assert!((assignment.relative_energy - total[0] / total[1]).abs() < 1e-9);
    // Real layers are no uniform operands, and do not agree with each other.
    let of_layers = &energies["exact"];
    assert!(of_layers.iter().any(|energy| (energy / of_layers[0] - 1.0).abs() > 0.05), "{of_layers:?}");
    let uniform = results.uniform.as_ref().unwrap();
    assert!(uniform.candidates.iter().all(|candidate| candidate.multiplier != "cheaper"));
    assert!(uniform.relative_energy.unwrap() <= assignment.relative_energy + 1e-9);

    // Other circuits make it another run.
    let mut other = RunRequest { start: Start::Resume, ..request };
    other.circuits.0.remove("cheap");
    let message = run(&other, usize::MAX).unwrap_err().to_string();
    assert!(message.contains("made with other settings") && message.contains("circuits"), "{message}");
}
