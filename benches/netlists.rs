//! From a circuit to its error metrics, each step asserting its result.

use std::hint::black_box;

use axmul_api::{Netlist, providers};
use axmul_hardware::activity::Glitches;
use axmul_hardware::cost::{CostConditions, cost};
use axmul_hardware::library::CellLibrary;
use axmul_hardware::map::{MappingGoal, TechnologyMapper};
use axmul_hardware::optimize::optimize;
use axmul_metrics::evaluation::{EvaluationExtent, evaluate, first_difference};
use axmul_metrics::{BLOCK, ErrorMap, Metrics, OperandFormat, ProductTable, Products};
use axmul_netlist::simulate::Simulator;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn netlist(family: &str, format: OperandFormat, parameters: &[u32]) -> Netlist {
    let provider = providers().into_iter().find(|p| p.name() == family).expect("a family of this repository");
    let multiplier = provider.multiplier(format, parameters).expect("parameters of the family");
    multiplier.structure().expect("families have circuits").netlist()
}

fn all_pairs(netlist: &Netlist) -> Metrics {
    evaluate(&Simulator::new(black_box(netlist)), EvaluationExtent::All, &|_, _| {})
        .expect("circuits compute")
        .metrics
}

/// An unsigned array without its lowest columns loses every partial product in them: all at worst, a quarter of each on
/// average.
fn assert_truncated(metrics: &Metrics, format: OperandFormat, columns: u32) {
    let (n, m) = (u32::from(format.width_a()), u32::from(format.width_b()));
    let lost: u64 =
        (0..n).flat_map(|i| (0..m).map(move |j| i + j)).filter(|&c| c < columns).map(|c| 1 << c).sum();
    assert_eq!((metrics.wce, metrics.mae), (lost as f64, lost as f64 / 4.0));
    assert_eq!(metrics.mean_error, metrics.mae);
}

/// Compilation, table, error map and metrics.
fn table(c: &mut Criterion) {
    let format = OperandFormat::unsigned(8, 8);
    let (exact, truncated) = (netlist("exact", format, &[]), netlist("truncated", format, &[6]));
    let metrics = |netlist| {
        let table = ProductTable::from_products(&Simulator::new(black_box(netlist))).expect("8x8");
        Metrics::uniform(&ErrorMap::new(&table))
    };
    let mut group = c.benchmark_group("netlist_to_table_and_metrics_8x8");
    group.bench_function("exact", |b| b.iter(|| assert_eq!(metrics(&exact).ep_pct, 0.0)));
    group.bench_function("truncated", |b| b.iter(|| assert_truncated(&metrics(&truncated), format, 6)));
    group.finish();
}

/// All pairs of operands too wide for a table, on all threads.
fn exhaustive(c: &mut Criterion) {
    let mut group = c.benchmark_group("netlist_to_metrics");
    group.sample_size(10);
    for (n, m) in [(12, 12), (16, 12)] {
        let format = OperandFormat::unsigned(n, m);
        let (exact, truncated) = (netlist("exact", format, &[]), netlist("truncated", format, &[10]));
        group.throughput(Throughput::Elements(format.pairs() as u64));
        group.bench_function(format!("exact_{n}x{m}"), |b| {
            b.iter(|| assert_eq!(all_pairs(&exact).ep_pct, 0.0));
        });
        group.bench_function(format!("truncated_{n}x{m}"), |b| {
            b.iter(|| assert_truncated(&all_pairs(&truncated), format, 10));
        });
    }
    group.finish();
}

/// Products alone, on one thread: the rows of 256 operands a.
fn simulation(c: &mut Criterion) {
    let format = OperandFormat::unsigned(16, 16);
    let simulator = Simulator::new(&netlist("exact", format, &[]));
    let pairs = 1u64 << 24;
    let expected = (256 * 255 / 2) * (65_536 * 65_535 / 2);
    let mut group = c.benchmark_group("simulate_16x16");
    group.sample_size(10).throughput(Throughput::Elements(pairs));
    group.bench_function("blocks", |b| {
        b.iter(|| {
            let mut block = [0; BLOCK];
            let mut sum = 0i64;
            for first in (0..pairs).step_by(BLOCK) {
                simulator.block(first, &mut block).expect("circuits compute");
                sum += block.iter().sum::<i64>();
            }
            assert_eq!(sum, expected);
        });
    });
    group.finish();
}

/// Operands that were drawn, on all threads.
fn sample(c: &mut Criterion) {
    let simulator = Simulator::new(&netlist("exact", OperandFormat::signed(32, 32), &[]));
    let pairs = 1u64 << 20;
    let mut group = c.benchmark_group("sample_32x32");
    group.sample_size(10).throughput(Throughput::Elements(pairs));
    group.bench_function("exact", |b| {
        b.iter(|| {
            let sample = evaluate(&simulator, EvaluationExtent::Sample { pairs, seed: 1 }, &|_, _| {});
            assert_eq!(sample.expect("circuits compute").metrics.ep_pct, 0.0);
        });
    });
    group.finish();
}

/// A proof by all pairs that two circuits are equal.
fn equality(c: &mut Criterion) {
    let format = OperandFormat::unsigned(12, 12);
    // Nothing is added for two columns.
    let [x, y] =
        ["truncated", "truncated-corrected"].map(|name| Simulator::new(&netlist(name, format, &[2])));
    let mut group = c.benchmark_group("first_difference_12x12");
    group.sample_size(10).throughput(Throughput::Elements(format.pairs() as u64));
    group.bench_function("none", |b| b.iter(|| assert_eq!(first_difference(&x, &y, &|_, _| {}), Ok(None))));
    group.finish();
}

/// Area, delay and power of a circuit: optimised, mapped, analysed.
fn cost_8x8(c: &mut Criterion) {
    let format = OperandFormat::unsigned(8, 8);
    let library = CellLibrary::freepdk45();
    let target = TechnologyMapper::new(library).expect("the own library can make everything");
    let (exact, cut) = (netlist("exact", format, &[]), netlist("truncated", format, &[6]));
    let figures = |netlist: &Netlist, glitches| {
        let mapped = target.map(&optimize(black_box(netlist)), MappingGoal::Area);
        let conditions = CostConditions { glitches, ..CostConditions::default() };
        cost(&mapped, library, &conditions).expect("uniform operands are everybody's")
    };
    let whole = figures(&exact, Glitches::Ignored);
    let mut group = c.benchmark_group("cost_8x8");
    for (name, netlist) in [("exact", &exact), ("truncated", &cut)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let of = figures(netlist, Glitches::Ignored);
                assert!(of.area_um2 <= whole.area_um2 && of.power_mw() <= whole.power_mw());
                assert_eq!(of.energy_error_fj, None);
            });
        });
        group.bench_function(format!("{name}_with_glitches"), |b| {
            b.iter(|| {
                let of = figures(netlist, Glitches::Counted);
                let settled = figures(netlist, Glitches::Ignored);
                assert!(of.energy_fj > settled.energy_fj - of.energy_error_fj.expect("sampled"));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, table, exhaustive, simulation, sample, equality, cost_8x8);
criterion_main!(benches);
