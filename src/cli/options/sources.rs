//! The options of every command that takes multipliers.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::netlists::NetlistArgs;
use axmul_metrics::OperandFormat;
use axmul_providers::{CacheChoice, Collection, Limits, Sampling, Sources};

/// Where multipliers come from.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Multipliers")]
pub(in crate::cli) struct SourceArgs {
    /// A catalogue: the name of one that was imported or added, a YAML file, or a directory of .npy tables with a CSV of
    /// figures. Takes the place of the one that comes with axmul, which `own` stands for beside others; may be repeated
    #[arg(long = "catalog", value_name = "NAME|PATH")]
    catalogs: Vec<PathBuf>,
    /// A shared library with an axmul descriptor, or LIBRARY:SYMBOL for a plain C function; may be repeated
    #[arg(long = "plugin", value_name = "PATH")]
    plugins: Vec<PathBuf>,
    /// Only signed multipliers; also how a table is read that does not say, and how a netlist or C source is read
    #[arg(long, conflicts_with = "unsigned")]
    signed: bool,
    /// Only unsigned multipliers; also how a table is read that does not say, and how a netlist or C source is read
    #[arg(long)]
    unsigned: bool,
    /// Only multipliers of these operands: 8s, 8u, 8x4u
    #[arg(long = "of", value_name = "FORMAT,...", value_delimiter = ',')]
    formats: Vec<OperandFormat>,
    #[command(flatten)]
    evaluation: EvaluationArgs,
    #[command(flatten)]
    netlists: NetlistArgs,
}

/// What evaluating may take, and what is kept of it.
#[derive(Clone, Copy, Debug, Args)]
pub(in crate::cli) struct EvaluationArgs {
    /// Seconds that a shared library may take to compute its products
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    plugin_timeout: Duration,
    /// Memory that a shared library may take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(16..=1 << 20))]
    plugin_memory: u64,
    /// Neither read nor keep tables and metrics between runs
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
    valid
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected a number of seconds from 0.001 to 86400".into())
}

impl SourceArgs {
    /// Whether a catalogue or plugin is named.
    pub fn is_explicit(&self) -> bool {
        !self.catalogs.is_empty() || !self.plugins.is_empty()
    }

    /// Opens every source; nothing that takes a sample is evaluated.
    pub fn open(&self) -> anyhow::Result<Collection> {
        self.open_sampling(Sampling::default())
    }

    /// Opens every source, to be evaluated with these samples.
    pub fn open_sampling(&self, sampling: Sampling) -> anyhow::Result<Collection> {
        Ok(Collection::open(&Sources {
            catalogs: self.catalogs.clone(),
            plugins: self.plugins.clone(),
            signed: self.signedness(),
            netlists: self.netlists.options(),
            formats: self.formats.clone(),
            limits: self.evaluation.limits(),
            sampling,
            cache: self.evaluation.cache(),
            builtin: true,
            ..Sources::default()
        })?)
    }

    /// What `--signed` or `--unsigned` say.
    pub fn signedness(&self) -> Option<bool> {
        if self.signed { Some(true) } else { self.unsigned.then_some(false) }
    }

    /// Refuses `--signed` for a network that computes with unsigned multipliers, and the other way round.
    pub fn agree_with(&self, signed: bool) -> anyhow::Result<()> {
        if self.signedness() == Some(!signed) {
            let kind = if signed { "signed" } else { "unsigned" };
            anyhow::bail!("the run computes with {kind} multipliers; leave --signed and --unsigned away");
        }
        Ok(())
    }

    /// The same sources with `--signed` or `--unsigned` set.
    pub fn with_signedness(&self, signed: bool) -> Self {
        Self { signed, unsigned: !signed, ..self.clone() }
    }
}
