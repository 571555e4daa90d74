//! `axmul import`: verifies a library of multipliers and keeps it as a catalog.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use crate::cli::ExitStatus;
use crate::cli::options::EvaluationArgs;
use crate::cli::output::{Console, OutputArgs, TextFormat};
use axmul_metrics::OperandFormat;
use axmul_providers::import::{Import, ImportKind, ImportNote, ImportNoteKind, Imported};
use axmul_providers::{Collection, MultiplierSources};

/// Import a library of multipliers: verify each, and keep them as a catalog
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul import evoapproxlib evoapproxlib            a clone, as catalog evoapproxlib-v1.2022
  axmul import evoapproxlib evoapproxlib --of 8s,8u        signed and unsigned 8x8 only
  axmul import arithsgen generated --name mine      Verilog, BLIF, C and CGP files of ArithsGen
  axmul import tables luts                          .npy, .csv, .txt, .bin and .h tables of products
  axmul import dir chip                             netlists, C sources and tables of your own
  axmul compare --catalog evoapproxlib-v1.2022 --of 8s     use the catalog

All netlists, C sources and tables of a multiplier are compared with each other: over all operand
pairs up to 24 product bits, beyond that by proof, else over 262144 pairs. Published metrics are
checked against the products. A faulty multiplier is skipped and listed in the summary.
Files with the same stem are one multiplier; import.yaml in your folder may add what the files do
not say (see multipliers/README.md).
Catalogs are stored in $AXMUL_DATA_DIR/catalogs, or axmul/catalogs in the user's data directory.")]
pub(in crate::cli) struct ImportArgs {
    /// Kind of library in DIR
    #[arg(value_enum, value_name = "KIND")]
    kind: LibraryKind,
    /// A checkout, or the output of a generator
    #[arg(value_name = "DIR")]
    path: PathBuf,
    /// Name of the catalog [default: the library with its release, or the folder]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Release of EvoApproxLib, if its index does not tell
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Select operand formats, comma-separated: 8s, 8u, 8x4u
    #[arg(long = "of", value_name = "FORMAT,...", value_delimiter = ',')]
    formats: Vec<OperandFormat>,
    /// Replace an existing catalog
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    output: OutputArgs<TextFormat>,
    #[command(flatten)]
    evaluation: EvaluationArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LibraryKind {
    /// A checkout of EvoApproxLib, either release
    Evoapproxlib,
    /// Output of ArithsGen
    Arithsgen,
    /// Product tables, with figures in a published.csv
    Tables,
    /// Your own files, with an import.yaml or without
    #[value(name = "dir")]
    Folder,
}

pub(super) fn run(args: &ImportArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    if args.release.is_some() && args.kind != LibraryKind::Evoapproxlib {
        anyhow::bail!("--release applies to evoapproxlib only");
    }
    let output = args.output.open()?;
    let import = Import {
        kind: match args.kind {
            LibraryKind::Evoapproxlib => ImportKind::EvoApproxLib,
            LibraryKind::Arithsgen => ImportKind::ArithsGen,
            LibraryKind::Tables => ImportKind::Tables,
            LibraryKind::Folder => ImportKind::Folder,
        },
        path: args.path.clone(),
        name: args.name.clone(),
        release: args.release.clone(),
        formats: args.formats.clone(),
        replace: args.replace,
    };
    let collection = Collection::open(&MultiplierSources {
        limits: args.evaluation.limits(),
        cache: args.evaluation.cache(),
        builtin: false,
        ..MultiplierSources::default()
    })?;
    let progress = console.progress("importing");
    let imported = collection.import(&import, &|done, total| progress.set_steps(done as u64, total as u64));
    drop(progress);
    let imported = imported?;
    let text = match args.output.format {
        TextFormat::Text => text(&imported),
        TextFormat::Json => serde_json::to_string_pretty(&json(&imported))? + "\n",
    };
    console.deliver(text.as_bytes(), output)?;
    Ok(ExitStatus::Done)
}

fn of(remarks: &[ImportNote], subject: ImportNoteKind) -> Vec<&ImportNote> {
    remarks.iter().filter(|remark| remark.subject == subject).collect()
}

/// How many multipliers remarks are about.
fn multipliers(remarks: &[&ImportNote]) -> usize {
    let mut names: Vec<&str> = remarks.iter().map(|remark| remark.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

fn text(imported: &Imported) -> String {
    let Imported { catalog, directory, description, formats, agreed, models, remarks } = imported;
    let count: usize = formats.values().sum();
    let mut text = format!("{description}: {count} multipliers from {models} files, as catalog {catalog}\n");
    let formats: Vec<String> = formats.iter().map(|(format, count)| format!("{count} {format}")).collect();
    let _ = writeln!(text, "  {}", formats.join(", "));
    let _ = writeln!(text, "  {agreed} with several equal models");
    for subject in ImportNoteKind::ALL {
        let remarks = of(remarks, subject);
        if !remarks.is_empty() {
            let _ = writeln!(text, "  {} {}", multipliers(&remarks), subject.counted());
        }
        for remark in remarks.into_iter().filter(|_| subject.is_spelt_out()) {
            let _ = writeln!(text, "    {remark}");
        }
    }
    let _ = writeln!(text, "  in {}", directory.display());
    text
}

fn json(imported: &Imported) -> serde_json::Value {
    let remark = |remark: &ImportNote| json!({ "name": remark.name, "subject": remark.subject.key(), "text": remark.text });
    let formats: serde_json::Map<_, _> =
        imported.formats.iter().map(|(format, count)| (format.to_string(), json!(count))).collect();
    json!({
        "catalog": imported.catalog,
        "description": imported.description,
        "directory": imported.directory,
        "multipliers": imported.formats.values().sum::<usize>(),
        "formats": formats,
        "files": imported.models,
        "models_agree": imported.agreed,
        "remarks": imported.remarks.iter().map(remark).collect::<Vec<_>>(),
    })
}
