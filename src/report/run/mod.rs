//! The report of a run: `report.md`, and the same tables for a terminal.

use std::fmt::Write;

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

use super::{align_right, boxed_table};
use axmul_experiment::assignment::{Assignment, EnergySource};
use axmul_experiment::{Results, SeedResults, Spread, StageName, StageResult};

/// Where tables go: their rules differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Terminal,
    Markdown,
}

/// The tables of a run for a terminal: accuracy of every stage, multiplier and energy of every layer.
pub fn run_table(results: &Results) -> String {
    sections(results, Look::Terminal)
}

/// `report.md`: the same tables, and figures, each by what it shows and its file.
pub fn run_markdown(results: &Results, figures: &[(String, String)]) -> String {
    let mut text = format!("# {}\n\n", results.name);
    let seeds: Vec<_> = results.seeds.iter().map(|seed| seed.seed.to_string()).collect();
    let _ = writeln!(text, "Device {}; seeds {}.\n", results.device, seeds.join(", "));
    text.push_str(&sections(results, Look::Markdown));
    for (shown, file) in figures {
        let _ = writeln!(text, "\n![{shown}]({file})");
    }
    text
}

/// The table of an assignment for a terminal, with the network's energy below.
pub fn assignment_table(assignment: &Assignment) -> String {
    format!("{}\n\n{}\n", layers(assignment, Look::Terminal), energy(assignment))
}

/// The same in Markdown.
pub fn assignment_markdown(assignment: &Assignment) -> String {
    format!("{}\n\n{}\n", layers(assignment, Look::Markdown), energy(assignment))
}

fn sections(results: &Results, look: Look) -> String {
    let heading = |text: &str| match look {
        Look::Terminal => format!("{text}\n"),
        Look::Markdown => format!("## {text}\n\n"),
    };
    let several = results.seeds.len() > 1;
    let mut text = if several {
        format!("{}{}\n\n", heading("Stages, over all seeds"), summary(results, look))
    } else {
        String::new()
    };
    for seed in &results.seeds {
        let of = if several { format!(", seed {}", seed.seed) } else { String::new() };
        let _ = writeln!(text, "{}{}\n", heading(&format!("Stages{of}")), stages(seed, look));
        if let Some(assignment) = &seed.assignment {
            let title = heading(&format!("Multipliers assigned by search{of}"));
            let _ = writeln!(text, "{title}{}", layers(&assignment.assignment, look));
            let _ = writeln!(text, "\n{}\n", energy(&assignment.assignment));
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn table(look: Look, header: &[&str]) -> Table {
    let mut table = boxed_table(header.to_vec());
    if look == Look::Markdown {
        table.load_style(ASCII_MARKDOWN);
    }
    table
}

/// What a stage's network computes with, for the tables.
fn multipliers(seed: &SeedResults, stage: StageName) -> String {
    let energy = |energy: f64| format!(", relative energy {energy:.3}");
    match stage {
        StageName::Baseline => "fp32".into(),
        StageName::Quantize => "8 bits, exact".into(),
        StageName::Search => "8 bits, exact; trained under noise".into(),
        StageName::Retrain => seed
            .assignment
            .as_ref()
            .map_or_else(String::new, |a| format!("as assigned{}", energy(a.assignment.relative_energy))),
        StageName::Uniform => seed.uniform.as_ref().map_or_else(String::new, |u| {
            format!("{} everywhere{}", u.multiplier, u.relative_energy.map_or_else(String::new, energy))
        }),
    }
}

/// Epochs trained, and the one that the figures are of where it is not the last.
fn epochs(result: &StageResult) -> String {
    match result.epoch {
        Some(epoch) if epoch != result.epochs => format!("{}, best {epoch}", result.epochs),
        _ => result.epochs.to_string(),
    }
}

fn stages(seed: &SeedResults, look: Look) -> Table {
    let top5 = seed.stages.values().any(|result| result.test_top5.is_some());
    let mut header = vec!["stage", "multipliers", "test top-1"];
    header.extend(top5.then_some("test top-5"));
    header.extend(["test loss", "epochs", "seconds"]);
    let mut table = table(look, &header);
    for (&stage, result) in &seed.stages {
        let mut row = vec![stage.to_string(), multipliers(seed, stage), percent(result.test_top1)];
        row.extend(top5.then(|| result.test_top5.map_or_else(String::new, percent)));
        row.extend([format!("{:.4}", result.test_loss), epochs(result), format!("{:.1}", result.seconds)]);
        table.add_row(row);
        if stage == StageName::Search
            && let Some(assignment) = &seed.assignment
        {
            table.add_row([
                String::new(),
                format!(
                    "as assigned, not retrained, relative energy {:.3}",
                    assignment.assignment.relative_energy
                ),
                percent(assignment.test_top1_before_retraining),
            ]);
        }
    }
    align_right(&mut table, 2..header.len());
    table
}

fn summary(results: &Results, look: Look) -> Table {
    let header = ["figure", "median", "mean", "std", "min", "max"];
    let mut table = table(look, &header);
    let mut row = |name: String, spread: &Spread, show: &dyn Fn(f64) -> String| {
        let figures = [spread.median, spread.mean, spread.std, spread.min, spread.max].map(show);
        table.add_row([name].into_iter().chain(figures));
    };
    for (stage, spread) in &results.summary.test_top1 {
        row(format!("test top-1, {stage}"), spread, &percent);
    }
    let summary = &results.summary;
    if let Some(spread) = &summary.test_top1_before_retraining {
        row("test top-1, assigned but not retrained".into(), spread, &percent);
    }
    let ratio = |x: f64| format!("{x:.3}");
    if let Some(spread) = &summary.relative_energy {
        row("relative energy, assigned".into(), spread, &ratio);
    }
    if let Some(spread) = &summary.uniform_relative_energy {
        row("relative energy, uniform".into(), spread, &ratio);
    }
    align_right(&mut table, 1..header.len());
    table
}

fn layers(assignment: &Assignment, look: Look) -> Table {
    let header = [
        "layer",
        "multiplier",
        "relative energy",
        "multiplications",
        "share",
        "sigma",
        "tolerance",
        "predicted std",
    ];
    // Under the layers' own operands: the energy itself, and what the catalog says beside it.
    let activity = assignment.layers.iter().any(|layer| layer.activity.is_some());
    let of_activity: &[&str] = if activity { &["by catalog", "fJ per product"] } else { &[] };
    let header: Vec<&str> = [&header[..3], of_activity, &header[3..]].concat();
    let mut table = table(look, &header);
    for layer in &assignment.layers {
        let mut row =
            vec![layer.name.clone(), layer.multiplier.clone(), format!("{:.3}", layer.relative_energy)];
        if activity {
            let of = layer.activity.as_ref();
            let catalog = of.and_then(|of| of.catalog_relative_energy);
            row.push(catalog.map_or_else(String::new, |energy| format!("{energy:.3}")));
            row.push(of.map_or_else(String::new, |of| format!("{:.1}", of.energy_fj)));
        }
        row.extend([
            layer.opcount.to_string(),
            format!("{:.1} %", 100.0 * layer.opcount_fraction),
            layer.sigma.map_or_else(String::new, |sigma| format!("{sigma:+.4}")),
            layer.tolerance.map_or_else(String::new, |tolerance| format!("{tolerance:.1}")),
            format!("{:.1}", layer.predicted_std),
        ]);
        table.add_row(row);
    }
    align_right(&mut table, 2..header.len());
    table
}

fn energy(assignment: &Assignment) -> String {
    let (reference, metric) = (&assignment.reference, assignment.metric);
    let kind = if reference.exact {
        "the cheapest exact multiplier of the list"
    } else {
        "which is not exact, but the most expensive of the list, so that the ratio flatters"
    };
    let relative = assignment.relative_energy;
    let signs = assignment.energies.as_ref().map_or_else(String::new, |energies| {
        format!(
            " Multipliers alone: {:.3}. With sign logic around the unsigned ones, at their catalog figures: {:.3} with \
             weights in the order of their signs, {:.3} with every product complemented.",
            energies.uncounted, energies.per_sum, energies.per_product
        )
    });
    if assignment.energy == EnergySource::Activity {
        let catalog = assignment
            .catalog_relative_energy
            .map_or_else(String::new, |energy| format!(" By catalog power: {energy:.3}."));
        return format!(
            "Relative energy of the network: {relative:.3}, over all multiplications under each layer's own operands, \
             relative to {}, {kind}, at {:.1} fJ per product.{catalog}{signs}",
            reference.multiplier, reference.value
        );
    }
    format!(
        "Relative energy of the network: {relative:.3}, weighted by multiplications, relative to {} of {} = {}, {kind}.{signs}",
        metric, reference.multiplier, reference.value
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_experiment::assignment::{CostMetric, LayerActivity, LayerAssignment, Reference};
    use axmul_experiment::{AssignmentResult, UniformResult};

    fn results(seeds: &[u64]) -> Results {
        let stage = |test_top1| StageResult {
            test_top1,
            test_loss: 0.0312,
            test_top5: None,
            validation_top1: 0.99,
            validation_loss: 0.03,
            validation_top5: None,
            epochs: 3,
            epoch: Some(3),
            seconds: 12.34,
        };
        let layer = LayerAssignment {
            name: "conv1".into(),
            multiplier: "drum-4-8s".into(),
            opcount: 117_600,
            opcount_fraction: 1.0,
            sigma: Some(-0.0731),
            tolerance: Some(812.5),
            wiring: None,
            divergence: None,
            predicted_std: 640.25,
            predicted_mean: 3.0,
            relative_energy: 0.5,
            activity: None,
        };
        let seeds = seeds.iter().map(|&seed| SeedResults {
            seed,
            stages: [
                (StageName::Baseline, stage(0.9912)),
                (StageName::Search, stage(0.9905)),
                (StageName::Uniform, stage(0.9899)),
            ]
            .into(),
            assignment: Some(AssignmentResult {
                assignment: Assignment {
                    metric: CostMetric::PowerMw,
                    reference: Reference { multiplier: "exact-8s".into(), value: 0.425, exact: true },
                    relative_energy: 0.5,
                    energy: EnergySource::Catalog,
                    catalog_relative_energy: None,
                    energies: None,
                    layers: vec![layer.clone()],
                },
                test_top1_before_retraining: 0.87,
            }),
            uniform: Some(UniformResult {
                multiplier: "drum-5-8s".into(),
                relative_energy: None,
                candidates: vec![],
            }),
            front: None,
        });
        Results::new("demo", "cpu", seeds.collect())
    }

    #[test]
    fn the_report_of_one_seed() {
        let shown = "Relative energy and share of the multiplications per layer";
        let figures = [(shown.to_owned(), "layers.svg".to_owned())];
        insta::assert_snapshot!(run_markdown(&results(&[1]), &figures));
    }

    #[test]
    fn energies_of_layers_stand_beside_those_of_the_catalog() {
        let mut assignment = results(&[1]).seeds[0].assignment.clone().unwrap().assignment;
        (assignment.energy, assignment.catalog_relative_energy) = (EnergySource::Activity, Some(0.65));
        assignment.reference.value = 812.34;
        assignment.layers[0].activity = Some(LayerActivity {
            energy_fj: 406.12,
            reference_energy_fj: 812.34,
            catalog_relative_energy: Some(0.65),
        });
        insta::assert_snapshot!(assignment_markdown(&assignment));
    }

    #[test]
    fn five_classes_and_the_best_epoch_are_told_where_there_are_any() {
        let mut results = results(&[1]);
        assert!(!run_table(&results).contains("top-5"));
        let stage = results.seeds[0].stages.get_mut(&StageName::Baseline).unwrap();
        (stage.test_top5, stage.epoch) = (Some(0.9987), Some(2));
        let text = run_markdown(&results, &[]);
        for part in ["| test top-1 | test top-5 | test loss |", "99.87 %", "| 3, best 2 |"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn the_tables_of_two_seeds() {
        insta::assert_snapshot!(run_table(&results(&[1, 2])));
    }
}
