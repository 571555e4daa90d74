//! What holds for the listed members of every linked family.

use std::collections::{BTreeMap, BTreeSet};

use axmul_api::{Multiplier, OperandFormat, check_structure, providers};
use axmul_families as _;
use axmul_hardware::cost::{CostConditions, cost};
use axmul_hardware::library::CellLibrary;
use axmul_hardware::map::{MappingGoal, TechnologyMapper};
use axmul_hardware::optimize::optimize;
use axmul_metrics::ProductTable;

/// Every listed member with its name.
fn members() -> Vec<(String, Box<dyn Multiplier>)> {
    let mut all = Vec::new();
    for provider in providers() {
        for variant in provider.variants() {
            let member = provider.multiplier(variant.format, &variant.parameters);
            let member = member.unwrap_or_else(|error| panic!("{} {variant:?}: {error}", provider.name()));
            assert_eq!(member.format(), variant.format);
            assert!(member.name().starts_with(provider.name()), "{}", member.name());
            all.push((member.name(), member));
        }
    }
    all
}

#[test]
fn every_family_is_linked_and_described() {
    let names: Vec<_> = providers().iter().map(|provider| provider.name()).collect();
    let linked = "approx-booth as-roba booth broken-array compressor cut dadda drum essm etm exact ilm iterative-log \
                  kulkarni lower-or mbm mitchell perforated realm roba ssm tapered tosam truncated truncated-corrected \
                  wallace";
    for family in linked.split_whitespace() {
        assert!(names.contains(&family), "{family} is missing among {names:?}");
    }
    for provider in providers() {
        for text in [provider.summary(), provider.citation()] {
            assert!(!text.is_empty() && !text.contains('\n'), "{}: {text:?}", provider.name());
        }
    }
    for (name, member) in members() {
        assert!(!member.documentation().is_empty(), "{name}");
    }
}

#[test]
fn every_circuit_equals_its_model() {
    for (name, member) in members() {
        assert!(member.structure().is_some(), "{name} has no circuit");
        check_structure(&*member, 10_000).unwrap();
    }
}

/// At least 24 of each signedness, no name twice, and no table but the exact one.
#[test]
fn members_differ_in_name_and_table() {
    let mut names = BTreeSet::new();
    let mut tables: BTreeMap<(OperandFormat, Vec<i32>), String> = BTreeMap::new();
    for (name, member) in members() {
        let table = ProductTable::tabulate(&*member).unwrap();
        assert!(names.insert(name.clone()), "{name} twice");
        if table.is_exact() {
            continue;
        }
        if let Some(other) = tables.insert((member.format(), table.products().to_vec()), name.clone()) {
            panic!("{name} has the table of {other}");
        }
    }
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        let count = tables.keys().filter(|key| key.0 == format).count();
        assert!(count >= 24, "{count} for {format}");
    }
}

#[test]
fn every_member_has_a_cost() {
    let library = CellLibrary::freepdk45();
    let target = TechnologyMapper::new(library).unwrap();
    for (name, member) in members() {
        let mapped = target.map(&optimize(&member.structure().unwrap().netlist()), MappingGoal::Area);
        let cost = cost(&mapped, library, &CostConditions::default()).unwrap();
        let figures = [cost.power_mw(), cost.area_um2, cost.delay_ns];
        println!("{name:24} {:.4} mW {:6.1} um2 {:.3} ns", figures[0], figures[1], figures[2]);
        assert!(figures.iter().all(|figure| figure.is_finite() && *figure > 0.0), "{name}: {cost:?}");
    }
}

/// A constant in place of what is dropped brings the mean error closer to 0 for every listed member.
#[test]
fn correction_pays() {
    let provider = |name| providers().into_iter().find(|provider| provider.name() == name).unwrap();
    for variant in provider("truncated-corrected").variants() {
        let bias = |family| {
            let member = provider(family).multiplier(variant.format, &variant.parameters).unwrap();
            let errors = variant.format.operands().map(|(a, b)| a * b - member.product(a, b));
            errors.sum::<i64>().abs()
        };
        assert!(bias("truncated-corrected") < bias("truncated"), "{variant:?}");
    }
}
