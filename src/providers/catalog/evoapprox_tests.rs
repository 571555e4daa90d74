//! EvoApproxLib's 8x8 multipliers, where the reference data has them.

use std::path::PathBuf;

use axmul_support::testing::reference_data;

use crate::{CacheChoice, Collection, MultiplierSources, Warning};

/// MAE, WCE, EP, MRE and MSE of all 49, within one unit of the last digit published, without an exception.
#[test]
fn every_table_gives_the_five_published_figures() {
    let Some(path) = reference_data("evoapprox") else { return };
    let collection = open(path);
    assert_eq!(collection.entries().len(), 49);
    for entry in collection.entries() {
        let [tabulated] = &collection.resolve(&entry.name).unwrap()[..] else { panic!("{}", entry.name) };
        let metrics = tabulated.metrics();
        for (name, computed) in [
            ("mae", metrics.mae),
            ("wce", metrics.wce),
            ("ep_pct", metrics.ep_pct),
            ("mre_pct", metrics.mre_pct),
            ("mse", metrics.mse),
        ] {
            let figure = entry.published.get(name).expect("published");
            assert!(figure.agrees_with(computed), "{}: {name}: {figure}, computed {computed}", entry.name);
        }
    }
}

/// Nothing to warn of in the release that the tables are from; and the cost is there, with its source.
#[test]
fn the_release_of_the_tables_contradicts_none() {
    let Some(path) = reference_data("evoapprox") else { return };
    let selection = open(path).select_all().unwrap();
    let count = |signed| selection.multipliers.iter().filter(|m| m.format.is_signed() == signed).count();
    assert_eq!((count(true), count(false)), (13, 36));
    let found: Vec<String> = selection.warnings.iter().map(Warning::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
    let exact = selection.multipliers.iter().find(|m| m.name == "mul8s_1KV8").unwrap();
    assert_eq!(exact.is_exact(), Some(true));
    assert_eq!((exact.cost.power_mw, &*exact.cost.source), (Some(0.425), "published.csv of evoapprox"));
}

/// In the other release `mul8s_1KV8` is another circuit: MAE 1.2 where this table is exact.
#[test]
fn figures_of_another_release_are_reported() {
    let Some(path) = reference_data("evoapprox") else { return };
    let directory = tempfile::tempdir().unwrap();
    for name in ["mul8s_1KV8", "mul8u_1JFF"] {
        let file = format!("{name}.npy");
        std::fs::copy(path.join("tables").join(&file), directory.path().join(&file)).unwrap();
    }
    std::fs::copy(path.join("published-v1.2022.csv"), directory.path().join("published.csv")).unwrap();
    let selection = open(directory.path().into()).select_all().unwrap();
    let found: Vec<String> = selection.warnings.iter().map(Warning::to_string).collect();
    let mae = "entry 'mul8s_1KV8': the published mae is 1.2, its table gives 0.000000";
    assert!(found.iter().any(|warning| warning.contains(mae)), "{found:?}");
    assert!(found.iter().all(|warning| !warning.contains("1JFF")), "{found:?}");
}

fn open(path: PathBuf) -> Collection {
    let sources =
        MultiplierSources { catalogs: vec![path], cache: CacheChoice::Off, ..MultiplierSources::default() };
    Collection::open(&sources).unwrap()
}
