//! Circuits mapped by Yosys and ABC.
//!
//! ```text
//! Netlist  ->  Verilog  ->  yosys: synth, abc -liberty, stat -liberty  ->  JSON  ->  Mapped  ->  our timing and activity
//! ```
//!
//! Only the choice of cells is Yosys': delay and power are computed as those of our own mapping are, so that the two
//! differ by the mapping alone. The circuit that comes back is compared with the one that went in, and its area with
//! what `stat` says.

mod json;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::Command;

use axmul_api::Netlist;
use serde::{Deserialize, Serialize};

use super::technology::goal_text;
use super::{Backend, BackendError, CostSubject, Costed, Technology};
use crate::cache::{Cache, Key};
use crate::text_file;
use crate::tool::{self, Ended, ToolError, first_lines};
use crate::yosys::{COMMAND, TIME, short, version};
use axmul_hardware::cost::{CostConditions, cost};
use axmul_hardware::map::MappingGoal;
use axmul_hardware::same_products;
use axmul_netlist::write::{OutputFormat, write};

/// What it writes is no larger, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// The module that it is given, and the files beside it.
const MODULE: &str = "multiplier";
const CIRCUIT: &str = "circuit.v";
const CELLS: &str = "cells.lib";
const AREA: &str = "area.txt";
const RESULT: &str = "result.json";

/// How to learn why ABC gave no result.
const ABC: &str =
    "\n  ABC, which it maps with, may not take the library: yosys-abc -c 'read_lib FILE.lib' says why";

/// How far area by `stat` may differ from ours before it is said, as a share.
const TOLERANCE: f64 = 1e-6;

/// Yosys and ABC, with the cells of a technology. What they make of a circuit is kept in the cache.
pub struct Yosys<'a> {
    technology: &'a Technology,
    goal: MappingGoal,
    cache: &'a Cache,
    command: &'a str,
}

/// What Yosys wrote.
#[derive(Serialize, Deserialize)]
struct YosysOutput {
    json: Vec<u8>,
    /// What `stat` printed.
    area: Vec<u8>,
}

impl<'a> Yosys<'a> {
    /// With the cells of this technology.
    pub fn new(technology: &'a Technology, goal: MappingGoal, cache: &'a Cache) -> Self {
        Self { technology, goal, cache, command: COMMAND }
    }

    /// What it is told.
    fn script(&self) -> String {
        // Given a delay, ABC trades area for it; none is short enough for it to stop before the shortest.
        let delay = match self.goal {
            MappingGoal::Area => "",
            MappingGoal::Delay => " -D 1",
        };
        format!(
            "read_verilog {CIRCUIT}; hierarchy -check -top {MODULE}; synth -flatten -top {MODULE}; abc -liberty \
             {CELLS}{delay}; opt_clean -purge; tee -q -o {AREA} stat -liberty {CELLS}; write_json {RESULT}"
        )
    }

    fn map(&self, name: &str, netlist: &Netlist, version: &str) -> Result<YosysOutput, BackendError> {
        let text = write(OutputFormat::Verilog, netlist, MODULE);
        let script = self.script();
        let parts = [version.as_bytes(), script.as_bytes(), &text[..], self.technology.liberty()];
        let key = parts.into_iter().fold(Key::new("yosys-cost"), Key::with);
        self.cache.get_or(&key, || self.run(name, &text, &script))
    }

    fn run(&self, name: &str, text: &[u8], script: &str) -> Result<YosysOutput, BackendError> {
        let does_not_run = |reason: String| BackendError::YosysDoesNotRun { name: name.to_owned(), reason };
        let io = |error: std::io::Error| does_not_run(error.to_string());
        let directory = tempfile::Builder::new().prefix("axmul-").tempdir().map_err(io)?;
        let at = |file: &str| directory.path().join(file);
        std::fs::write(at(CIRCUIT), text).map_err(io)?;
        std::fs::write(at(CELLS), self.technology.liberty()).map_err(io)?;
        let mut yosys = Command::new(self.command);
        // It runs among its files, for its scripts take no spaces in paths.
        yosys.current_dir(directory.path()).args(["-q", "-p", script]);
        let Ended { success, output } = tool::run(&mut yosys, TIME).map_err(|error| failure(name, error))?;
        if !success {
            let mut output = first_lines(&output);
            // What ABC says of a library that it refuses does not get through.
            if output.contains("ABC output file") {
                output.push_str(ABC);
            }
            return Err(BackendError::YosysRefuses { name: name.to_owned(), output });
        }
        let read = |path: &Path| text_file::read(path, MAX_BYTES).map_err(does_not_run);
        Ok(YosysOutput { json: read(&at(RESULT))?, area: read(&at(AREA))? })
    }
}

impl Backend for Yosys<'_> {
    fn name(&self) -> &str {
        "yosys"
    }

    fn cost(&self, subject: &CostSubject<'_>, conditions: &CostConditions) -> Result<Costed, BackendError> {
        let name = subject.name;
        let Some(netlist) = subject.circuit else {
            return Err(BackendError::NoCircuit { name: name.to_owned(), backend: self.name().to_owned() });
        };
        let version = version(self.command).map_err(|error| failure(name, error))?;
        let version = short(&version);
        let YosysOutput { json, area } = self.map(name, netlist, version)?;
        let library = &self.technology.library;
        let refused = |problem| BackendError::YosysResult { name: name.to_owned(), problem };
        let mapped = json::mapped(&json, library, netlist.format()).map_err(refused)?;
        if !same_products(netlist, &mapped, library) {
            return Err(refused("it computes other products than the circuit that Yosys was given".into()));
        }
        let figures = cost(&mapped, library, conditions)
            .map_err(|source| BackendError::Operands { name: name.to_owned(), source })?;
        let how = format!("{} by {version} and ABC", goal_text(self.goal));
        let technology = self.technology.conditions(&how, conditions, &figures);
        let mut costed = Costed::new(&figures, self.technology.source(self.name()), technology);
        costed.notes.extend(area_note(name, figures.area_um2, &area));
        Ok(costed)
    }
}

/// Says so where `stat` sums to another area.
fn area_note(name: &str, area_um2: f64, stat: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(stat);
    let said = text.lines().find_map(|line| line.trim().strip_prefix("Chip area for"));
    let said: f64 = said?.rsplit(':').next()?.trim().parse().ok()?;
    let differs = (said - area_um2).abs() > TOLERANCE * area_um2.abs().max(said.abs());
    differs.then(|| {
        format!("{name}: stat of Yosys says an area of {said}, the sum over the cells is {area_um2} um^2")
    })
}

fn failure(name: &str, error: ToolError) -> BackendError {
    let name = name.to_owned();
    match error {
        ToolError::Missing => BackendError::NoYosys { name },
        ToolError::Start(reason) => BackendError::YosysDoesNotRun { name, reason },
        ToolError::TimeLimit => BackendError::YosysTimeLimit { name, seconds: TIME.as_secs() },
    }
}
