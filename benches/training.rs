//! One step of training, 100 images, in every stage and beside a step in fp32: forward, backward, optimiser.
//!
//! Steps of all kinds take turns, so that what else the machine does meets all of them; the median counts.
//!
//! `cargo bench --package axmul-train [-- NETWORK] [STEP]`: one network, or one kind of step alone, whose
//! peak memory is then that of the process.

use std::rc::Rc;
use std::time::Instant;

use axmul_experiment::{Experiment, KernelChoice, Network, StageName, standard_tables};
use axmul_metrics::Tabulated;
use axmul_train::{Approximate, LayerMultiplier, Mode, Model, Optimizer, device};
use tch::{Device, Kind, Tensor};

const BATCH: i64 = 100;
const ROUNDS: usize = 25;

/// One kind of step: what layers compute with, and the network that it trains.
struct Step {
    name: &'static str,
    mode: Mode,
    model: Model,
    optimizer: Optimizer,
    ms: Vec<f64>,
    losses: Vec<f64>,
}

/// A multiplier with errors of a rank, or of all.
fn multiplier(name: &'static str, rank: Option<usize>) -> Tabulated {
    let (_, table) = standard_tables().into_iter().find(|(of, _)| *of == rank).expect("a table of this rank");
    let (cost, provenance) = Default::default();
    Tabulated { name: name.into(), provider: "bench".into(), table, cost, provenance }
}

/// All kinds.
const STEPS: [&str; 7] = ["fp32", "quantize", "search", "rank_0", "rank_1", "rank_2", "full_rank"];

fn steps(network: &Network, experiment: &Experiment, wanted: &[&'static str]) -> Vec<Step> {
    let kind = |&name: &&'static str| match name {
        "fp32" => (name, Mode::Fp32, None),
        "quantize" => (name, Mode::Quantized, None),
        "search" => (name, Mode::Noisy, None),
        "rank_0" => (name, Mode::Approximate, Some(multiplier(name, Some(0)))),
        "rank_1" => (name, Mode::Approximate, Some(multiplier(name, Some(1)))),
        "rank_2" => (name, Mode::Approximate, Some(multiplier(name, Some(2)))),
        _ => (name, Mode::Approximate, Some(multiplier(name, None))),
    };
    let prepare = |(name, mode, multiplier): (_, _, Option<Tabulated>)| {
        let mut model = Model::new(network, experiment, Device::Cpu, 1).expect("a built-in network");
        if let Some(multiplier) = multiplier {
            let kernel = KernelChoice::default();
            let ready = Approximate::new(&multiplier, kernel, Device::Cpu).expect("a multiplier of 8 bits");
            let all = vec![Some(LayerMultiplier::from(Rc::new(ready))); model.layers().count()];
            model.set_multipliers(&all);
        }
        let training = experiment.stages.training(StageName::Retrain);
        let optimizer = Optimizer::new(&training, model.parameters(mode == Mode::Noisy));
        model.set_sigma(0.1);
        Step { name, mode, model, optimizer, ms: Vec::new(), losses: Vec::new() }
    };
    wanted.iter().map(kind).map(prepare).collect()
}

fn run(step: &mut Step, images: &Tensor, labels: &Tensor) {
    let start = Instant::now();
    let scores = step.model.forward(images, step.mode, true).expect("a forward pass");
    let loss = scores.cross_entropy_for_logits(labels);
    step.optimizer.zero_grad();
    loss.backward();
    step.optimizer.step(0.01);
    step.ms.push(start.elapsed().as_secs_f64() * 1e3);
    step.losses.push(loss.double_value(&[]));
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn main() {
    let threads = std::env::var("AXMUL_THREADS").ok().and_then(|threads| threads.parse().ok());
    device::prepare(threads);
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let of = |all: &[&'static str]| -> Vec<&'static str> {
        let chosen = |name: &&&str| wanted.iter().any(|wanted| wanted == **name);
        let some: Vec<_> = all.iter().filter(chosen).copied().collect();
        if some.is_empty() { all.to_vec() } else { some }
    };
    let experiment = Experiment::parse("name: bench", "bench", &[]).expect("defaults");
    println!("{} threads, batch {BATCH}, median of {ROUNDS}", tch::get_num_threads());
    for name in of(&["lenet5", "resnet8"]) {
        let network = Network::load(name).expect("a built-in network");
        tch::manual_seed(1);
        let [channels, height, width] = network.input.map(|n| n as i64);
        let images = Tensor::randn([BATCH, channels, height, width], (Kind::Float, Device::Cpu)).relu();
        let labels = Tensor::randint(10, [BATCH], (Kind::Int64, Device::Cpu));
        let mut steps = steps(&network, &experiment, &of(&STEPS));
        for _ in 0..ROUNDS {
            steps.iter_mut().for_each(|step| run(step, &images, &labels));
        }
        let first = median(&steps[0].ms);
        println!("\n{name:22} {:>8} over {}", "ms", steps[0].name);
        for step in &steps {
            let ms = median(&step.ms);
            println!("{:22} {ms:8.2} {:8.2}", step.name, ms / first);
            let (first, last) = (step.losses[0], step.losses[ROUNDS - 1]);
            // The same images again and again are learned by heart, whatever computes.
            assert!(last < first, "{name}, {}: loss {first} to {last}", step.name);
        }
    }
    if let Some(peak) = peak_mib() {
        println!("\npeak memory {peak:.0} MiB");
    }
}

/// The most memory that the process had, where Linux tells.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
}
