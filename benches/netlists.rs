//! From a circuit to its error metrics, each step asserting its result.

use std::hint::black_box;

use axmul::evaluation::{Extent, evaluate};
use axmul::multiplier::{ErrorMap, Metrics, OperandFormat, ProductTable, Products};
use axmul::netlist::simulate::Simulator;
use axmul_api::{Netlist, providers};
use criterion::{Criterion, criterion_group, criterion_main};

fn netlist(family: &str, format: OperandFormat, parameters: &[u32]) -> Netlist {
    let provider = providers().into_iter().find(|p| p.name() == family).expect("a family of this repository");
    let multiplier = provider.multiplier(format, parameters).expect("parameters of the family");
    multiplier.structure().expect("families have circuits").netlist()
}

fn all(netlist: &Netlist) -> Metrics {
    evaluate(&Simulator::new(netlist), Extent::All, &|_, _| {}).expect("circuits compute").metrics
}

/// From a circuit to its table, error map and metrics, compilation included.
fn eight_bits(c: &mut Criterion) {
    let exact = netlist("exact", OperandFormat::signed(8, 8), &[]);
    c.bench_function("netlist_8x8_to_metrics", |b| {
        b.iter(|| {
            let table = ProductTable::from_products(&Simulator::new(black_box(&exact))).expect("8x8");
            assert_eq!(Metrics::uniform(&ErrorMap::new(&table)).wce, 0.0);
        });
    });
}

criterion_group!(benches, eight_bits);
criterion_main!(benches);
