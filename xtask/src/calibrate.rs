//! How computed costs agree with EvoApproxLib's published ones, on a checkout of yours.
//!
//! Of every circuit of 8x8 bits below the directory (folders `8x8_*`), the Verilog as published and the partly mapped
//! `_pdk45` one are costed apart and compared with the figures in their headers, those with a power above zero.
//! Nothing is fitted but one scale factor, on one half of the circuits; the error is that of the other half.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use axmul::report::{AgreementPanel, AgreementPoint, FigureFile, agreement_figure};
use axmul_hardware::activity::Glitches;
use axmul_hardware::cost::{CostConditions, cost};
use axmul_hardware::library::CellLibrary;
use axmul_hardware::map::{MappingGoal, TechnologyMapper};
use axmul_hardware::optimize::optimize;
use axmul_metrics::Cost;
use axmul_metrics::compare::Agreement;
use axmul_providers::{CacheChoice, Collection, MultiplierSources};

/// How often the circuits are split in half.
const SPLITS: usize = 1000;
/// How many of the worst misses are named.
const WORST: usize = 5;
/// How many points of a panel are named.
const NAMED: usize = 4;

/// Compare computed costs with the published ones of EvoApproxLib
#[derive(clap::Args)]
pub struct Args {
    /// A checkout of EvoApproxLib
    directory: PathBuf,
    /// Where to draw area, delay and power
    #[arg(long, value_name = "FILE.svg|png")]
    figure: Option<PathBuf>,
}

/// A circuit, what was published of it and what we make of it.
struct Measured {
    name: String,
    published: [f64; 3],
    area_um2: f64,
    delay_ns: f64,
    power_mw: f64,
    glitching_mw: f64,
    milliseconds: f64,
}

/// The circuits, each name once: releases hold copies in several folders.
fn circuits(directory: &Path, found: &mut BTreeMap<String, PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            circuits(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "v")
            && path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("8x8_"))
            && let Some(name) = path.file_stem().map(|name| name.to_string_lossy().into_owned())
        {
            found.entry(name).or_insert(path);
        }
    }
    Ok(())
}

fn measure(collection: &Collection, name: &str, path: &Path) -> anyhow::Result<Option<Measured>> {
    let (entries, _) = collection.find(&path.display().to_string())?;
    let entry = entries.first().context("no multiplier")?;
    let Cost { power_mw: Some(power_mw), area_um2: Some(area_um2), delay_ns: Some(delay_ns), .. } =
        collection.known_cost(entry)?
    else {
        return Ok(None);
    };
    let netlist = collection.circuit(entry)?.context("no circuit")?;
    if power_mw <= 0.0 {
        return Ok(None);
    }
    let library = CellLibrary::freepdk45();
    let target = TechnologyMapper::new(library)?;
    let began = Instant::now();
    let mapped = target.map(&optimize(&netlist), MappingGoal::Area);
    let settled = cost(&mapped, library, &CostConditions::default())?;
    let milliseconds = began.elapsed().as_secs_f64() * 1e3;
    let all =
        cost(&mapped, library, &CostConditions { glitches: Glitches::Counted, ..CostConditions::default() })?;
    Ok(Some(Measured {
        name: name.to_owned(),
        published: [area_um2, delay_ns, power_mw],
        area_um2: settled.area_um2,
        delay_ns: settled.delay_ns,
        power_mw: settled.power_mw(),
        glitching_mw: all.power_mw(),
        milliseconds,
    }))
}

/// Column by column: what is computed, and which published figure it is to tell.
type Column = (&'static str, usize, fn(&Measured) -> f64);
const COLUMNS: [Column; 5] = [
    ("area", 0, |of| of.area_um2),
    ("delay", 1, |of| of.delay_ns),
    ("power", 2, |of| of.power_mw),
    ("power, glitches counted", 2, |of| of.glitching_mw),
    ("power by our area alone", 2, |of| of.area_um2),
];

fn agreement(measured: &[Measured], (_, published, of): Column) -> anyhow::Result<Agreement> {
    let pairs: Vec<(f64, f64)> = measured.iter().map(|m| (of(m), m.published[published])).collect();
    Agreement::of(&pairs, SPLITS, 1).context("expected at least four circuits with figures above zero")
}

fn tell(title: &str, measured: &[Measured]) -> anyhow::Result<()> {
    println!("\n{title}: {} circuits", measured.len());
    println!("  {:<26}{:>9}{:>10}{:>22}", "", "Spearman", "scale", "median error, held out");
    let mut power_and_area = Vec::new();
    for column in COLUMNS {
        let of = agreement(measured, column)?;
        let error = 100.0 * of.mean_held_out();
        println!("  {:<26}{:>9.4}{:>10.4}{:>20.1} %", column.0, of.spearman, of.scale, error);
        let mut worst: Vec<(f64, &str)> =
            of.errors.iter().zip(measured).map(|(&error, m)| (error, m.name.as_str())).collect();
        worst.sort_by(|x, y| y.0.abs().total_cmp(&x.0.abs()));
        let named = worst.iter().take(WORST).map(|(e, name)| format!("{name} {:+.0} %", 100.0 * e));
        println!("    furthest off: {}", named.collect::<Vec<_>>().join(", "));
        if ["power", "power by our area alone"].contains(&column.0) {
            power_and_area.push(of.held_out);
        }
    }
    let better =
        power_and_area[0].iter().zip(&power_and_area[1]).filter(|(power, area)| power < area).count();
    println!("  power beats area alone in {:.1} % of {SPLITS} splits", 100.0 * better as f64 / SPLITS as f64);
    let mut times: Vec<f64> = measured.iter().map(|m| m.milliseconds).collect();
    times.sort_by(f64::total_cmp);
    println!(
        "  optimised, mapped and costed without glitches in {:.1} ms (median), {:.1} ms (longest)",
        times[times.len() / 2],
        times[times.len() - 1]
    );
    Ok(())
}

fn panel(
    title: &str,
    index: usize,
    column: Column,
    sets: [&[Measured]; 2],
) -> anyhow::Result<AgreementPanel> {
    let both = [agreement(sets[0], column)?, agreement(sets[1], column)?];
    let about = both.iter().map(|of| format!("{:.3}, {:.1} %", of.spearman, 100.0 * of.mean_held_out()));
    // One scale for all points, that of the unmapped circuits.
    let scale = both[0].scale;
    // Named are those that lie furthest from the line.
    let distance = |m: &Measured| (scale * column.2(m) - m.published[index]).abs();
    let mut far: Vec<&Measured> = sets[0].iter().collect();
    far.sort_by(|x, y| distance(y).total_cmp(&distance(x)));
    far.truncate(NAMED);
    let point = |m: &Measured| AgreementPoint {
        name: far.iter().any(|other| other.name == m.name).then(|| m.name.clone()),
        published: m.published[index],
        computed: scale * column.2(m),
    };
    Ok(AgreementPanel {
        title: title.into(),
        about: format!("Spearman and held-out error: {}", about.collect::<Vec<_>>().join("; ")),
        series: sets.iter().map(|set| set.iter().map(point).collect()).collect(),
    })
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let file = args.figure.as_deref().map(FigureFile::open).transpose()?;
    let mut found = BTreeMap::new();
    circuits(&args.directory, &mut found)?;
    let collection =
        Collection::open(&MultiplierSources { cache: CacheChoice::Off, ..MultiplierSources::default() })?;
    let (mut unmapped, mut adders) = (Vec::new(), Vec::new());
    for (name, path) in &found {
        let measured = measure(&collection, name, path).with_context(|| path.display().to_string())?;
        match name.strip_suffix("_pdk45") {
            Some(_) => adders.extend(measured),
            None => unmapped.extend(measured),
        }
    }
    tell("Verilog of gates", &unmapped)?;
    tell("Verilog with adder cells (_pdk45)", &adders)?;
    if let Some(file) = file {
        let sets = [unmapped.as_slice(), adders.as_slice()];
        let panels = [("area (um2)", 0), ("delay (ns)", 1), ("power (mW)", 2)]
            .map(|(title, index)| panel(title, index, COLUMNS[index], sets));
        let panels: Vec<AgreementPanel> = panels.into_iter().collect::<Result<_, _>>()?;
        let series = ["Verilog of gates", "Verilog with adder cells"];
        let figure = agreement_figure("Computed costs of EvoApproxLib's 8x8 circuits", &series, &panels)?;
        file.commit(&figure)?;
    }
    Ok(())
}
