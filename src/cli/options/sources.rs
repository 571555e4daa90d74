//! Options of every command that takes multipliers.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::netlists::NetlistArgs;
use axmul_experiment::assignment::EnergySource;
use axmul_metrics::OperandFormat;
use axmul_providers::{CacheChoice, Collection, Limits, MultiplierSources, PairSampling};

/// Where multipliers come from.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Multipliers")]
pub(in crate::cli) struct SourceArgs {
    /// Catalog: the name of an imported or added one, a YAML file, or a directory of .npy tables with a CSV of figures.
    /// Replaces the built-in catalog; add `own` to keep it. Repeatable
    #[arg(long = "catalog", alias = "catalog", value_name = "NAME|PATH")]
    catalogs: Vec<PathBuf>,
    /// Shared library with an axmul descriptor, or LIBRARY:SYMBOL for a plain C function. Repeatable
    #[arg(long = "plugin", value_name = "PATH")]
    plugins: Vec<PathBuf>,
    /// Select signed multipliers; read netlists, C sources and tables without a stated format as signed
    #[arg(long, conflicts_with = "unsigned")]
    signed: bool,
    /// Select unsigned multipliers; read netlists, C sources and tables without a stated format as unsigned
    #[arg(long)]
    unsigned: bool,
    /// Select operand formats, comma-separated: 8s, 8u, 8x4u
    #[arg(long = "of", value_name = "FORMAT,...", value_delimiter = ',')]
    formats: Vec<OperandFormat>,
    #[command(flatten)]
    evaluation: EvaluationArgs,
    #[command(flatten)]
    netlists: NetlistArgs,
}

/// Limits of shared libraries, and the cache.
#[derive(Clone, Copy, Debug, Args)]
pub(in crate::cli) struct EvaluationArgs {
    /// Time limit for computing the products of a shared library, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    plugin_timeout: Duration,
    /// Memory limit for a shared library, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(16..=1 << 20))]
    plugin_memory: u64,
    /// Disable the on-disk cache
    #[arg(long)]
    no_cache: bool,
}

impl EvaluationArgs {
    pub fn limits(self) -> Limits {
        Limits { time: self.plugin_timeout, memory_bytes: self.plugin_memory << 20 }
    }

    pub fn cache(self) -> CacheChoice {
        if self.no_cache { CacheChoice::Off } else { CacheChoice::User }
    }
}

pub(in crate::cli) fn seconds(text: &str) -> Result<Duration, String> {
    let valid = text.parse::<f64>().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    valid.map(Duration::from_secs_f64).ok_or_else(|| "expected seconds, from 0.001 to 86400".into())
}

/// Parses `--energy`.
pub(in crate::cli) fn energy_source(text: &str) -> Result<EnergySource, String> {
    // Experiments spell it with -ue.
    if text == "catalog" { Ok(EnergySource::Catalog) } else { text.parse() }
}

impl SourceArgs {
    /// Whether a catalog or plugin is named.
    pub fn is_explicit(&self) -> bool {
        !self.catalogs.is_empty() || !self.plugins.is_empty()
    }

    /// Opens every source; nothing that takes a sample is evaluated.
    pub fn open(&self) -> anyhow::Result<Collection> {
        self.open_sampling(PairSampling::default())
    }

    /// Opens every source, to be evaluated with these samples.
    pub fn open_sampling(&self, sampling: PairSampling) -> anyhow::Result<Collection> {
        Ok(Collection::open(&MultiplierSources {
            catalogs: self.catalogs.clone(),
            plugins: self.plugins.clone(),
            signed: self.signedness(),
            netlists: self.netlists.options(),
            formats: self.formats.clone(),
            limits: self.evaluation.limits(),
            sampling,
            cache: self.evaluation.cache(),
            builtin: true,
            ..MultiplierSources::default()
        })?)
    }

    /// What `--signed` or `--unsigned` say.
    pub fn signedness(&self) -> Option<bool> {
        if self.signed { Some(true) } else { self.unsigned.then_some(false) }
    }

    /// Refuses `--signed` for a network that computes with unsigned multipliers, and the other way round.
    pub fn agree_with(&self, signed: Option<bool>) -> anyhow::Result<()> {
        match (self.signedness(), signed) {
            (Some(wanted), Some(signed)) if wanted != signed => {
                let kind = if signed { "signed" } else { "unsigned" };
                anyhow::bail!("the run computes with {kind} multipliers; omit --signed and --unsigned")
            }
            _ => Ok(()),
        }
    }

    /// The same sources with `--signed` or `--unsigned` set.
    pub fn with_signedness(&self, signed: Option<bool>) -> Self {
        match signed {
            Some(signed) => Self { signed, unsigned: !signed, ..self.clone() },
            None => self.clone(),
        }
    }
}
