//! `axmul doctor`: checks this machine's setup.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::ExitStatus;
use crate::cli::output::{Console, OutputArgs, TableFormat};
use axmul_data::{DATA_SETS, FileState};
use axmul_providers::cache;

mod libtorch;
mod processor;

use libtorch::{CudaSetup, LibtorchState, TrainerState};
use processor::Processor;

/// Check this machine's setup: processor, libtorch, CUDA, data sets, cache
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul doctor
  axmul doctor --format json | jq .libtorch

Comparing multipliers needs nothing beyond axmul itself. Networks need axmul-train, which needs
libtorch, and a data set. Whatever is missing is reported with how to get it; the exit code is 0
regardless.")]
pub(in crate::cli) struct DoctorArgs {
    #[command(flatten)]
    output: OutputArgs<TableFormat>,
}

#[derive(Serialize)]
struct DoctorReport {
    version: &'static str,
    executable: Option<PathBuf>,
    system: String,
    processor: Processor,
    libtorch: LibtorchState,
    trainer: TrainerState,
    cuda: CudaSetup,
    data: Vec<DataSetState>,
    cache: CacheState,
}

#[derive(Serialize)]
struct DataSetState {
    name: &'static str,
    directory: Option<PathBuf>,
    files: usize,
    whole: usize,
    missing: usize,
}

#[derive(Serialize)]
struct CacheState {
    /// `null` where the cache is switched off.
    directory: Option<PathBuf>,
    tables: usize,
    bytes: u64,
    /// Why the cache cannot be used, if so.
    problem: Option<String>,
}

pub(super) fn run(args: &DoctorArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output = args.output.open()?;
    let libtorch = LibtorchState::find();
    let report = DoctorReport {
        version: env!("CARGO_PKG_VERSION"),
        executable: std::env::current_exe().ok(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        processor: Processor::detect(),
        trainer: TrainerState::find(),
        cuda: CudaSetup::find(&libtorch),
        libtorch,
        data: DATA_SETS.iter().map(|set| data_set(set)).collect(),
        cache: cache_state(),
    };
    let text = match args.output.format {
        TableFormat::Json => serde_json::to_string_pretty(&report)? + "\n",
        TableFormat::Table => report.text(),
    };
    console.deliver(text.as_bytes(), output)?;
    Ok(ExitStatus::Done)
}

fn data_set(set: &'static axmul_data::DataSet) -> DataSetState {
    let directory = axmul_data::directory(set).ok();
    let states = directory.as_deref().map(|directory| set.check(directory)).unwrap_or_default();
    let count = |test: fn(&FileState) -> bool| states.iter().filter(|(_, state)| test(state)).count();
    DataSetState {
        name: set.name,
        files: set.files.len(),
        whole: count(|state| matches!(state, FileState::Whole)),
        missing: count(|state| matches!(state, FileState::Missing(_))),
        directory,
    }
}

/// Looks at the cache without making one.
fn cache_state() -> CacheState {
    let root = match std::env::var_os(cache::DIRECTORY_VARIABLE) {
        Some(directory) if directory.is_empty() => None,
        Some(directory) => Some(PathBuf::from(directory)),
        None => cache::user_directory(),
    };
    let Some(directory) = root.map(|root| root.join("tables")) else {
        return CacheState { directory: None, tables: 0, bytes: 0, problem: None };
    };
    let sizes = || -> std::io::Result<Vec<u64>> {
        std::fs::read_dir(&directory)?.map(|entry| Ok(entry?.metadata()?.len())).collect()
    };
    let (sizes, problem) = match sizes() {
        Ok(sizes) => (sizes, None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Vec::new(), None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    CacheState { tables: sizes.len(), bytes: sizes.iter().sum(), directory: Some(directory), problem }
}

fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "unknown".into(), |path| path.display().to_string())
}

impl DoctorReport {
    fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |label: &str, value: String| {
            let _ = writeln!(text, "{label:<12}{value}");
        };
        line("axmul", format!("{}, {}", self.version, shown(self.executable.as_deref())));
        line("system", self.system.clone());
        line("processor", self.processor.to_string());
        line("libtorch", self.libtorch.to_string());
        line("axmul-train", self.trainer.to_string());
        line("CUDA", self.cuda.to_string());
        for set in &self.data {
            let state = match set {
                DataSetState { whole, files, .. } if whole == files => {
                    format!("complete: {}", shown(set.directory.as_deref()))
                }
                DataSetState { missing, files, .. } if missing == files => {
                    format!("missing; run `axmul data fetch {}` to download", set.name)
                }
                DataSetState { whole, files, .. } => {
                    format!(
                        "{whole} of {files} files are intact; run `axmul data fetch {}` to repair",
                        set.name
                    )
                }
            };
            line("data", format!("{} {state}", set.name));
        }
        let cache = &self.cache;
        line(
            "cache",
            match (&cache.directory, &cache.problem) {
                (None, _) => "disabled".into(),
                (Some(path), Some(problem)) => format!("{} cannot be used: {problem}", path.display()),
                (Some(path), None) => {
                    format!(
                        "{} tables, {:.1} MiB in {}",
                        cache.tables,
                        cache.bytes as f64 / 1048576.0,
                        path.display()
                    )
                }
            },
        );
        text
    }
}
