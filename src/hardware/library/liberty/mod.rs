//! Liberty files (`.lib`), the exchange format of cell libraries.
//!
//! ```text
//! syntax (groups and attributes)  ->  units, tables, function  ->  cell  ->  CellLibrary
//! ```
//!
//! What the reader decides:
//!
//! - An input's capacitance is `capacitance`, else the mean of `rise_capacitance` and `fall_capacitance`, else the
//!   library's default.
//! - Leakage is `cell_leakage_power`, else the mean of the `leakage_power` groups, else the library's default.
//! - Arcs of one input and sense under different conditions (`when`) become one, with the longest delay and transition
//!   at every point. Energies under different conditions become their mean; those of several supply pins add up.
//! - Energy is in the unit of capacitance times the square of that of voltage, as the format has it.
//! - Cells that keep a state, can switch their output off, shift levels or are marked `dont_use` are left out and
//!   listed, and so are cells that lack what timing needs.

mod cell;
mod function;
mod syntax;
mod tables;
#[cfg(test)]
mod tests;
mod units;
mod write;

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::CellLibrary;
use axmul_netlist::{NetlistError, NetlistErrorKind, SourceText};
use cell::CellReader;
use syntax::LibertyGroup;
pub use write::write;

/// A Liberty file, read.
#[derive(Clone, Debug, PartialEq)]
pub struct LibertyReading {
    /// Its combinational cells.
    pub library: CellLibrary,
    /// The names of the other cells, and why they are left out.
    pub left_out: Vec<(String, OmissionReason)>,
    /// Figures that cells lack and that were taken as 0: `AND2X1, pin Y: no internal_power from A`.
    pub missing: Vec<String>,
}

/// Why a cell is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OmissionReason {
    /// It keeps a state, or is there to gate a clock.
    Sequential,
    /// Its output can be switched off, or a pin is input and output.
    ThreeState,
    /// A level shifter, an isolation cell, a pad, a switch of the supply, a macro.
    Special,
    /// The library says `dont_use`.
    DontUse,
    /// It has no output: a filler, a tap, a diode.
    NoOutput,
    /// More inputs than a [`TruthTable`](super::TruthTable) has variables.
    TooManyInputs,
    /// What it lacks, or what of it is not understood.
    Incomplete(String),
}

impl fmt::Display for OmissionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sequential => "is sequential",
            Self::ThreeState => "its output can be switched off",
            Self::Special => "is there for supplies, pads or isolation",
            Self::DontUse => "is marked dont_use",
            Self::NoOutput => "has no output",
            Self::TooManyInputs => "has more than six inputs",
            Self::Incomplete(what) => what,
        })
    }
}

impl LibertyReading {
    /// How many cells are left out for which reason; those that lack something are counted together.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for (_, why) in &self.left_out {
            let reason = match why {
                OmissionReason::Incomplete(_) => "is incomplete".to_owned(),
                why => why.to_string(),
            };
            *counts.entry(reason).or_default() += 1;
        }
        counts
    }
}

/// Something wrong and the byte where it stands.
#[derive(Debug)]
struct LibertyFault {
    at: usize,
    problem: NetlistErrorKind,
}

impl LibertyFault {
    fn expected(at: usize, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { at, problem: NetlistErrorKind::expected(expected, got) }
    }

    fn other(at: usize, message: impl Into<String>) -> Self {
        Self { at, problem: NetlistErrorKind::Other(message.into()) }
    }
}

/// Reads the combinational cells of a Liberty file. Bytes that are no UTF-8 are taken for unknown characters; they are
/// found in comments.
pub fn read(source: &SourceText) -> Result<LibertyReading, NetlistError> {
    let text = String::from_utf8_lossy(&source.bytes);
    interpret(&text, source).map_err(|wrong| {
        let before = text.get(..wrong.at).unwrap_or(&text);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        wrong.problem.at(&source.location(number(line), number(column)))
    })
}

fn interpret(text: &str, source: &SourceText) -> Result<LibertyReading, LibertyFault> {
    let file = syntax::parse(text)?;
    if file.kind.text != "library" {
        let got = syntax::quoted(file.kind.text);
        return Err(LibertyFault::expected(file.kind.at, "`library (NAME) {`", got));
    }
    let reader = CellReader::new(&file)?;
    let (mut cells, mut left_out, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let mut names = HashSet::new();
    for group in file.all("cell") {
        let Some(&name) = group.arguments.first() else {
            return Err(LibertyFault::expected(group.kind.at, "a name, `cell (NAME)`", "none"));
        };
        if !names.insert(name.text) {
            let message = format!("cell {} is defined twice; remove one", syntax::quoted(name.text));
            return Err(LibertyFault::other(name.at, message));
        }
        match reader.cell(name.text, group, &mut missing) {
            Ok(cell) => cells.push(cell),
            Err(cell::CellRejection::LeftOut(why)) => left_out.push((name.text.to_owned(), why)),
            Err(cell::CellRejection::Wrong(wrong)) => return Err(wrong),
        }
    }
    if cells.is_empty() {
        let first = left_out.first().map_or_else(
            || "it has no cell at all".to_owned(),
            |(name, why)| format!("{} left out, the first, '{name}': {why}", left_out.len()),
        );
        let message = format!("the library has no combinational cell with its function and timing: {first}");
        return Err(LibertyFault::other(file.kind.at, message));
    }
    let (process, supply_v) = conditions(&file)?;
    let name = file.arguments.first().map_or("unnamed", |name| name.text).to_owned();
    let library = CellLibrary { name, process, source: source.name.to_string(), supply_v, cells };
    Ok(LibertyReading { library, left_out, missing })
}

/// Process, corner and temperature in words, and the supply voltage: the nominal ones, else those of the default
/// operating conditions.
fn conditions(file: &LibertyGroup) -> Result<(String, f64), LibertyFault> {
    let default = file.value("default_operating_conditions").map(|name| name.text);
    let mut all = file.all("operating_conditions");
    let found = all.find(|group| {
        default.is_none_or(|default| group.arguments.first().is_some_and(|name| name.text == default))
    });
    let figure = |nominal: &str, of_conditions: &str| match file.number(nominal)? {
        Some(figure) => Ok(Some(figure)),
        None => found.map_or(Ok(None), |group| group.number(of_conditions)),
    };
    let mut words = Vec::new();
    if let Some(name) = found.and_then(|group| group.arguments.first()) {
        words.push(name.text.to_owned());
    }
    if let Some(process) = figure("nom_process", "process")? {
        words.push(format!("process {process}"));
    }
    if let Some(temperature) = figure("nom_temperature", "temperature")? {
        words.push(format!("{temperature} C"));
    }
    let voltage =
        figure("nom_voltage", "voltage")?.map(|voltage| voltage * units::voltage(file).unwrap_or(1.0));
    let Some(supply_v) = voltage.filter(|voltage| voltage.is_finite() && *voltage > 0.0) else {
        let got = voltage.map_or_else(|| "none".to_owned(), |voltage| voltage.to_string());
        return Err(LibertyFault::expected(
            file.kind.at,
            "`nom_voltage : VOLTS;` above 0 in the library",
            got,
        ));
    };
    Ok((if words.is_empty() { "unstated".into() } else { words.join(", ") }, supply_v))
}
