//! What is embedded, against the families. The whole search is the example's job:
//! `cargo xtask catalog --check`.

use rayon::prelude::*;

use super::evaluate::{EvaluatedMember, digest, rounded};
use super::fronts::{FrontKind, front};
use super::generate::{choose, is_worthwhile, try_grids};
use super::*;
use crate::entry::{CatalogEntry, Model};
use axmul_metrics::{Cost, ErrorMap, Metrics, OperandFormat, ProductTable};

fn entries(name: &str, registry: &Registry) -> Vec<CatalogEntry> {
    Embedded::named(name).unwrap().open(registry).unwrap().entries
}

/// The fronts that an entry says it is on.
fn fronts_of(entry: &CatalogEntry) -> Vec<&str> {
    let said = entry.provenance.origin.split_once("against ");
    said.map(|(_, fronts)| fronts.split(", ").collect()).unwrap_or_default()
}

#[test]
fn every_entry_has_the_products_and_the_cost_of_its_family() {
    let registry = Registry::linked().unwrap();
    for embedded in &EMBEDDED {
        let entries = entries(embedded.name, &registry);
        // Circuits of wide operands take long to map: some of them.
        let step = if entries[0].is_wide() { 4 } else { 1 };
        entries.par_iter().step_by(step).for_each(|entry| {
            let Model::Family { family, parameters } = &entry.model else { panic!("{entry:?}") };
            let member = registry.member(family, parameters, entry.format).unwrap();
            assert_eq!(member.name(), entry.name);
            assert_eq!(entry.sha256, digest(member.as_ref()), "{}", entry.name);
            assert_eq!(entry.cost, rounded(member.as_ref()), "{}", entry.name);
            if let Ok(table) = ProductTable::tabulate(member.as_ref()) {
                let metrics = Metrics::uniform(&ErrorMap::new(&table));
                assert!(!entry.published.is_empty(), "{}", entry.name);
                assert!(
                    entry.published.contradictions("", &entry.name, &metrics).is_empty(),
                    "{}",
                    entry.name
                );
            }
        });
    }
}

/// The issue asks for 60 of 8x8 bits, and for others of the other formats.
#[test]
fn there_is_enough_to_choose_from() {
    let registry = Registry::linked().unwrap();
    for (name, least) in [("own", 60), ("own-7x7", 15), ("own-8x4", 15), ("own-12x12", 15), ("own-16x16", 15)]
    {
        let entries = entries(name, &registry);
        for signed in [true, false] {
            let of_sign = || entries.iter().filter(|entry| entry.format.is_signed() == signed);
            let optimal = of_sign().filter(|entry| !fronts_of(entry).is_empty()).count();
            assert!(optimal >= least, "{name}, signed {signed}: {optimal}");
            assert_eq!(of_sign().filter(|entry| entry.provider == "exact").count(), 1);
        }
    }
}

/// A member on a front is beaten by no other of its format, listed or tried: here some families small enough to be tried
/// in a test.
#[test]
fn nothing_tried_beats_what_is_on_a_front() {
    let registry = Registry::linked().unwrap();
    let entries = entries(NAME, &registry);
    let figure = |entry: &CatalogEntry, front: FrontKind| {
        let figure = match front {
            FrontKind::Mae => &entry.published.mae,
            FrontKind::Mre => &entry.published.mre_pct,
            FrontKind::Wce => &entry.published.wce,
        };
        figure.as_ref().unwrap().value()
    };
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        let families =
            ["truncated", "truncated-corrected", "perforated", "kulkarni", "drum", "exact", "dadda"];
        let grids = registry.providers().iter().copied().filter(|family| families.contains(&family.name()));
        let mut tried = try_grids(&registry, grids, format, &|_| {}).unwrap();
        tried.retain(is_worthwhile);
        assert!(tried.len() >= 30, "{}", tried.len());
        for kind in FrontKind::ALL {
            let on_it: Vec<&CatalogEntry> = entries
                .iter()
                .filter(|entry| entry.format == format && fronts_of(entry).contains(&kind.name()))
                .collect();
            assert!(on_it.len() > 10, "{kind:?}: {}", on_it.len());
            for entry in &on_it {
                let (power, error) = (entry.cost.power_mw.unwrap(), figure(entry, kind));
                let beaten = |power_too: f64, error_too: f64| {
                    // Five digits are in the file.
                    power_too <= power && error_too < error * (1.0 - 1e-4)
                        || power_too < power && error_too <= error * (1.0 - 1e-4)
                };
                for other in &on_it {
                    assert!(!beaten(other.cost.power_mw.unwrap(), figure(other, kind)), "{}", entry.name);
                }
                for other in &tried {
                    let by = (other.cost.power_mw.unwrap(), kind.error(&other.metrics));
                    assert!(!beaten(by.0, by.1), "{} by {}", entry.name, other.name);
                }
            }
        }
    }
}

/// A member without a family: its power, and its errors in the order of [`FrontKind::ALL`].
fn tried(name: &str, power_mw: f64, [mae, mre_pct, wce]: [f64; 3]) -> EvaluatedMember {
    let table = ProductTable::exact(OperandFormat::signed(8, 8)).unwrap();
    let exact = Metrics::uniform(&ErrorMap::new(&table));
    EvaluatedMember {
        name: name.into(),
        family: "truncated",
        parameters: vec![3],
        format: OperandFormat::signed(8, 8),
        cost: Cost { power_mw: Some(power_mw), area_um2: Some(1.0), ..Cost::default() },
        metrics: Metrics { mae, mre_pct, wce, ..exact },
    }
}

#[test]
fn a_front_holds_what_nothing_beats() {
    let all = [
        tried("d", 1.0, [0.0; 3]),
        tried("beaten", 1.5, [1.0, 0.0, 0.0]),
        tried("c", 0.5, [3.0, 9.0, 7.0]),
        tried("b", 0.5, [2.0, 9.0, 8.0]),
        tried("a", 0.5, [2.0, 9.0, 8.0]),
        tried("cheap", 0.1, [5.0, 9.0, 20.0]),
    ];
    let names = |kind| front(&all, kind).into_iter().map(|index| all[index].name.clone()).collect::<Vec<_>>();
    assert_eq!(names(FrontKind::Mae), ["d", "a", "cheap"]);
    // Of equal ones the first by name; what costs more and errs as much is beaten.
    assert_eq!(names(FrontKind::Mre), ["d", "cheap"]);
    assert_eq!(names(FrontKind::Wce), ["d", "c", "cheap"]);
}

/// By hand, in logarithms: without 1 the area 0.105 * 0.049 is missed, without 2 the area 0.011 * 0.357, without 3 more.
#[test]
fn of_a_front_goes_what_is_missed_least() {
    let all: Vec<_> = [(1.0, 1.0), (0.9, 2.0), (0.89, 2.1), (0.5, 3.0), (0.3, 30.0)]
        .into_iter()
        .enumerate()
        .map(|(at, (power, error))| tried(&format!("{at}"), power, [error; 3]))
        .collect();
    let names = |limit| -> Vec<_> {
        choose(all.clone(), limit).into_iter().map(|listed| listed.tried.name).collect()
    };
    assert_eq!(names(5), ["0", "1", "2", "3", "4"]);
    assert_eq!(names(4), ["0", "1", "3", "4"]);
    assert_eq!(names(2), ["0", "4"]);
}

#[test]
fn what_is_worthless_is_not_listed() {
    let mut all = vec![tried("cheap", 0.1, [5.0, 150.0, 20.0]), tried("nothing", 0.0, [5.0, 9.0, 20.0])];
    assert!(choose(all.clone(), 9).is_empty());
    all[1].family = "exact";
    assert_eq!(choose(all, 9).len(), 1);
}
