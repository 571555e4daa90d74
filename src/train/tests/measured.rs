//! A search that measures layers, through all stages.

use super::runs::{request, run, timeless};
use super::seeded;
use axmul_experiment::corrections::Wiring;
use axmul_experiment::{Results, RunRequest, StageName, Start};

const MEASURED: [&str; 6] = [
    "signed=null",
    "stages.search.method=measured",
    "stages.search.budget={drop: 2pp}",
    "stages.search.images=64",
    "stages.search.candidates=4",
    "stages.search.screening_images=64",
];

/// A run with these settings on top, over signed multipliers and unsigned ones, whose names end in `_u`.
fn measured(root: &std::path::Path, more: &[&str], start: Start) -> RunRequest {
    let mut request = request(root, &[&MEASURED, more].concat(), start);
    for multiplier in request.multipliers.iter_mut().filter(|m| !m.table.format().is_signed()) {
        multiplier.name.push_str("_u");
    }
    request
}

fn finish(request: &RunRequest) -> Results {
    timeless(run(request, usize::MAX).unwrap())
}

#[test]
fn a_measured_search_corrects_assigns_and_resumes() {
    let _seeded = seeded(0);
    let root = tempfile::tempdir().unwrap();
    let results = finish(&measured(root.path(), &[], Start::New));
    let assigned = &results.assignment.as_ref().unwrap().assignment;
    assert_eq!((assigned.layers.len(), assigned.reference.multiplier.as_str()), (3, "exact"));
    for layer in &assigned.layers {
        assert!(layer.wiring.is_some() && layer.divergence.unwrap().is_finite(), "{layer:?}");
        assert_eq!((layer.sigma, layer.tolerance), (None, None));
    }
    let energies = assigned.energies.unwrap();
    assert_eq!(energies.per_product, assigned.relative_energy);
    assert!(energies.uncounted <= energies.per_sum && energies.per_sum <= energies.per_product);

    let front = results.seeds[0].front.as_ref().unwrap();
    let rising = |points: &[axmul_experiment::FrontPoint]| {
        points.windows(2).all(|pair| pair[0].relative_energy <= pair[1].relative_energy)
    };
    assert!(!front.assignments.is_empty() && rising(&front.assignments) && rising(&front.uniform));
    assert!(front.assignments.iter().all(|point| point.multipliers.len() == 3));
    let chosen: Vec<&str> = assigned.layers.iter().map(|layer| layer.multiplier.as_str()).collect();
    let point = front.assignments.iter().find(|point| point.multipliers == chosen).unwrap();
    assert!((point.relative_energy - assigned.relative_energy).abs() < 1e-12);
    let uniform = results.uniform.as_ref().unwrap();
    assert!(front.uniform.iter().any(|point| point.multipliers == [uniform.multiplier.as_str()]));
    for stage in [StageName::Retrain, StageName::Uniform] {
        assert!(results.stages[&stage].test_top1 > 0.9, "{stage}: {:?}", results.stages[&stage]);
    }

    // Interrupted before `search`, and in `retrain` and `uniform`, which read wirings from files.
    for kill_after in [4, 5, 7] {
        let broken = tempfile::tempdir().unwrap();
        assert!(run(&measured(broken.path(), &[], Start::New), kill_after).is_err());
        let resumed = finish(&measured(broken.path(), &[], Start::Resume));
        assert_eq!(resumed, results, "killed after {kill_after} epochs");
    }
}

#[test]
fn a_budget_of_energy_is_kept_without_corrections_too() {
    let _seeded = seeded(0);
    let none = "corrections={align: false, map: false, scale: false, fold: false, statistics: false}";
    for more in [&["sign_logic=uncounted"][..], &["sign_logic=per_sum", none]] {
        let root = tempfile::tempdir().unwrap();
        let budget = "stages.search.budget={energy: 0.6}";
        let untrained = ["stages.retrain.epochs=0", "stages.uniform.epochs=0", budget];
        let results = finish(&measured(root.path(), &[more, &untrained].concat(), Start::New));
        let assigned = &results.assignment.as_ref().unwrap().assignment;
        assert!(assigned.relative_energy <= 0.6 + 1e-9, "{more:?}: {}", assigned.relative_energy);
        let straight = |wiring: &Wiring| *wiring == Wiring::straight();
        let all_straight = assigned.layers.iter().all(|layer| layer.wiring.as_ref().is_some_and(straight));
        assert_eq!(all_straight, more.len() == 2, "{:?}", assigned.layers);
        // Nothing was trained after the search, so the assignment does what it did as assigned.
        let before = results.assignment.as_ref().unwrap().test_top1_before_retraining;
        assert_eq!(results.stages[&StageName::Retrain].test_top1, before);
    }
}
