//! From a model to its error metrics, each step asserting its result.

use axmul_api::{Multiplier, providers};
use axmul_metrics::{ErrorMap, Metrics, OperandFormat, ProductTable};
use criterion::{Criterion, criterion_group, criterion_main};

fn model(name: &str) -> Box<dyn Multiplier> {
    let format = OperandFormat::signed(8, 8);
    let provider = providers().into_iter().find(|p| p.name() == name).expect("a family of this repository");
    provider.multiplier(format, &[]).expect("the family takes no parameters")
}

fn tabulation(c: &mut Criterion) {
    let exact = model("exact");
    c.bench_function("tabulate_8x8", |b| {
        b.iter(|| assert!(ProductTable::tabulate(exact.as_ref()).expect("8x8").is_exact()));
    });
}

fn simulation(c: &mut Criterion) {
    let exact = model("exact");
    let structure = exact.structure().expect("families have circuits");
    // Lane i of the first operand's low bits counts 0..64; what is simulated is 64 x 1,024 pairs.
    let low = [0xaaaa_aaaa_aaaa_aaaa, 0xcccc_cccc_cccc_cccc, 0xf0f0_f0f0_f0f0_f0f0];
    let high = [0xff00_ff00_ff00_ff00, 0xffff_0000_ffff_0000, 0xffff_ffff_0000_0000];
    c.bench_function("simulate_8x8_circuit", |b| {
        b.iter(|| {
            let mut ones = 0;
            for block in 0..1024u64 {
                let bit = |i: u64| if block >> i & 1 == 1 { u64::MAX } else { 0 };
                let a: Vec<u64> = low.into_iter().chain(high).chain([bit(0), bit(1)]).collect();
                let w: Vec<u64> = (2..10).map(bit).collect();
                ones += structure.simulate(&a, &w).iter().map(|word| word.count_ones()).sum::<u32>();
            }
            assert_eq!(ones, EXPECTED_ONES);
        });
    });
}

fn metrics(c: &mut Criterion) {
    let format = OperandFormat::signed(8, 8);
    let products = format.operands().map(|(a, b)| ((a * b) & !3) as i32).collect();
    let table = ProductTable::new(format, products).expect("65,536 products");
    c.bench_function("metrics_8x8", |b| {
        b.iter(|| assert_eq!(Metrics::uniform(&ErrorMap::new(&table)).wce, 3.0));
    });
}

/// Ones among the 16 product bits of all pairs of signed 8-bit operands, counted once in another language.
const EXPECTED_ONES: u32 = 489_727;

criterion_group!(benches, tabulation, simulation, metrics);
criterion_main!(benches);
