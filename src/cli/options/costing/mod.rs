//! Options of commands that cost multipliers, and the cost backends.

mod backends;
mod operands;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};

pub(in crate::cli) use backends::{BackendName, CostBackends, KnownCosts};
use operands::{OperandsArg, OperandsInput};

use crate::cli::output::Console;
use axmul_hardware::activity::{ActivitySampling, Glitches};
use axmul_hardware::cost::{CLOCK_MHZ, CostConditions};
use axmul_hardware::map::MappingGoal;
use axmul_hardware::operands::OperandStream;
use axmul_metrics::OperandFormat;
use axmul_providers::costs::Technology;

/// What computed costs depend on besides the circuit.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Costs")]
pub(in crate::cli) struct CostingArgs {
    /// Liberty cell library, for the backends as-mapped, liberty and yosys
    #[arg(long, value_name = "FILE.lib")]
    pub liberty: Option<PathBuf>,
    /// Clock in MHz for power (one product per cycle)
    #[arg(long, value_name = "MHZ", default_value_t = CLOCK_MHZ, value_parser = megahertz)]
    clock: f64,
    /// Operands for power: uniform, a histogram or a trace
    #[arg(long, value_name = "uniform|FILE.npy", default_value = "uniform")]
    operands: OperandsArg,
    /// Count glitches (signals that toggle more than once per product), using the cells' delays
    #[arg(long)]
    glitches: bool,
    /// Technology-mapping objective
    #[arg(long, value_enum, default_value = "area")]
    goal: GoalArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GoalArg {
    /// Minimize area
    Area,
    /// Minimize delay
    Delay,
}

fn megahertz(text: &str) -> Result<f64, String> {
    let valid = text.parse::<f64>().ok().filter(|clock| (0.001..=1e6).contains(clock));
    valid.ok_or_else(|| "expected MHz, from 0.001 to 1000000".into())
}

/// The options, with their files read.
pub(in crate::cli) struct CostingOptions {
    pub technology: Option<Technology>,
    pub goal: MappingGoal,
    clock_mhz: f64,
    operands: OperandsInput,
    glitches: Glitches,
    sampling: ActivitySampling,
}

impl CostingArgs {
    /// The first option that says other than its default.
    pub fn first_given(&self) -> Option<&'static str> {
        let given = [
            ("--liberty", self.liberty.is_some()),
            ("--clock", self.clock != CLOCK_MHZ),
            ("--operands", self.operands != OperandsArg::Uniform),
            ("--glitches", self.glitches),
            ("--goal", self.goal != GoalArg::Area),
        ];
        given.into_iter().find_map(|(option, given)| given.then_some(option))
    }

    /// Reads the files that the options name. `sampling` is for where not every case is looked at.
    pub fn read(&self, sampling: ActivitySampling, console: &Console) -> anyhow::Result<CostingOptions> {
        let operands = self.operands.read()?;
        let technology = self.liberty.as_deref().map(Technology::open).transpose()?;
        for note in technology.iter().flat_map(|technology| &technology.notes) {
            console.note(note);
        }
        Ok(CostingOptions {
            technology,
            goal: match self.goal {
                GoalArg::Area => MappingGoal::Area,
                GoalArg::Delay => MappingGoal::Delay,
            },
            clock_mhz: self.clock,
            operands,
            glitches: if self.glitches { Glitches::Counted } else { Glitches::Ignored },
            sampling,
        })
    }
}

impl CostingOptions {
    /// The conditions of `--operands` for the multiplier of this name.
    pub fn conditions(&self, name: &str, format: OperandFormat) -> anyhow::Result<CostConditions> {
        let operands = self.operands.of(format).with_context(|| format!("{name}: --operands"))?;
        Ok(self.under(operands))
    }

    /// The conditions under other operands.
    pub fn under(&self, operands: OperandStream) -> CostConditions {
        CostConditions {
            clock_mhz: self.clock_mhz,
            operands,
            glitches: self.glitches,
            sampling: self.sampling,
            ..CostConditions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_tick() {
        assert_eq!(megahertz("250"), Ok(250.0));
        for text in ["0", "-1", "inf", "NaN", "fast", "1e9"] {
            assert!(megahertz(text).is_err(), "{text}");
        }
    }
}
