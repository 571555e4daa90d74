//! Multipliers from netlist files: Verilog, BLIF, AIGER, CGP chromosomes, Yosys JSON.
//!
//! ```text
//! my.v (--with cells.v) -> netlist::read -> netlist::bind -> Circuit
//!        \-> yosys -> JSON -/
//! ```
//!
//! A netlist says neither which ports are the operands nor whether they are signed: what is not said with
//! [`NetlistOptions`] is guessed, and the guess is among [`NetlistMultiplier::assumptions`].

mod error;
mod listing;
mod options;
mod yosys;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use axmul_api::Netlist;

pub use error::NetlistFileError;
pub use options::{NetlistOptions, Via};

use super::cache::Cache;
use super::header::HeaderComment;
use super::tables::signedness;
use super::text_file;
use axmul_netlist::read::{InputFormat, read};
use axmul_netlist::{MappedCells, SourceText, bind};

/// No netlist file is larger, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// A netlist file and how it is to be read. It is read at most once, and clones share what was read.
#[derive(Clone, Debug)]
pub struct NetlistFile(Arc<LazyNetlist>);

#[derive(Debug)]
struct LazyNetlist {
    path: PathBuf,
    options: NetlistOptions,
    signed: Option<bool>,
    circuit: OnceLock<Result<NetlistMultiplier, NetlistFileError>>,
}

impl PartialEq for NetlistFile {
    fn eq(&self, other: &Self) -> bool {
        let parts = |file: &Self| (file.0.path.clone(), file.0.options.clone(), file.0.signed);
        parts(self) == parts(other)
    }
}

/// A multiplier read from a netlist file.
#[derive(Clone, Debug, PartialEq)]
pub struct NetlistMultiplier {
    /// Product = circuit(a, b).
    pub netlist: Netlist,
    /// The same circuit as the library cells that the file is made of; `None` where it is made of anything else, or
    /// was read through Yosys.
    pub placed: Option<MappedCells>,
    /// The name of its module or model.
    pub module: String,
    /// The ports of a, b and the product, as [`NetlistOptions`] takes them.
    pub ports: [String; 3],
    /// What the comment at the head of the file says.
    pub header: HeaderComment,
    /// What was assumed, a sentence each that names the file; the first of them, or the second where Yosys read the
    /// file, says what the ports are.
    pub assumptions: Vec<String>,
    /// What may be other than expected, likewise.
    pub warnings: Vec<String>,
}

impl NetlistFile {
    /// The file at `path`. `signed` is whether the operands are two's complement, where that is said.
    pub fn new(path: impl Into<PathBuf>, options: NetlistOptions, signed: Option<bool>) -> Self {
        Self(Arc::new(LazyNetlist { path: path.into(), options, signed, circuit: OnceLock::new() }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The circuit in it.
    pub fn circuit(&self, cache: &Cache) -> Result<&NetlistMultiplier, NetlistFileError> {
        let LazyNetlist { path, options, signed, circuit } = &*self.0;
        circuit.get_or_init(|| open(path, options, *signed, cache)).as_ref().map_err(Clone::clone)
    }
}

fn open(
    path: &Path,
    options: &NetlistOptions,
    signed: Option<bool>,
    cache: &Cache,
) -> Result<NetlistMultiplier, NetlistFileError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |problem| NetlistFileError::Read { path, problem }
    };
    let language = InputFormat::of_path(path).ok_or_else(|| {
        unreadable(path)("expected a netlist (.v, .sv, .blif, .aag, .aig, .cgp, .chr, .json)".into())
    })?;
    let mut sources = Vec::new();
    for file in [path].into_iter().chain(options.with.iter().map(PathBuf::as_path)) {
        let bytes = text_file::read(file, MAX_BYTES).map_err(unreadable(file))?;
        if InputFormat::of_path(file) != Some(language) {
            return Err(NetlistFileError::Mixed { path: path.into(), with: file.into() });
        }
        sources.push(SourceText::new(file.display().to_string(), bytes));
    }
    let header = match language {
        InputFormat::Verilog | InputFormat::Blif => {
            HeaderComment::read(&String::from_utf8_lossy(&sources[0].bytes))
        }
        InputFormat::Aiger | InputFormat::Cgp | InputFormat::YosysJson => HeaderComment::default(),
    };
    let mut notes = Vec::new();
    let design = match options.via {
        None => read(language, &sources, options.top.as_deref())?,
        Some(Via::Yosys) => {
            let made = yosys::elaborate(path, language, &sources, options.top.as_deref(), cache)?;
            notes.push(made.note);
            let name = format!("{} through Yosys", path.display());
            read(InputFormat::YosysJson, &[SourceText::new(name, made.json)], None)?
        }
    };
    let by_name = signedness::from_name(&stem(path)).or_else(|| signedness::from_name(design.name()));
    let bound = bind(&design, &options.ports(signed, by_name))
        .map_err(|source| NetlistFileError::Ports { path: path.into(), source })?;
    let place = |note: &String| format!("{}: {note}", path.display());
    Ok(NetlistMultiplier {
        netlist: bound.netlist,
        // What Yosys leaves standing is not what the file holds.
        placed: bound.mapped_cells.filter(|_| options.via.is_none()),
        module: design.name().to_owned(),
        ports: bound.ports,
        assumptions: notes.iter().chain(&bound.notes).map(place).collect(),
        warnings: header.notes.iter().map(place).collect(),
        header,
    })
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a path has the extension of a netlist.
pub(super) fn is_netlist_path(path: &Path) -> bool {
    InputFormat::of_path(path).is_some()
}

#[cfg(test)]
mod tests;
