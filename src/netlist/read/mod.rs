//! One file or folder for each format that circuits come in.

pub mod aiger;
pub mod blif;
pub mod cgp;
mod function;
mod hierarchy;
mod primitives;
#[cfg(test)]
mod tests;
pub mod verilog;
pub mod yosys_json;

use std::path::Path;

use super::{Design, NetlistError, NetlistErrorKind, SourceLocation, SourceText};
use hierarchy::clip;

/// The formats that circuits come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputFormat {
    /// Structural Verilog and `assign` expressions.
    Verilog,
    /// Berkeley Logic Interchange Format.
    Blif,
    /// And-inverter graphs, text or binary.
    Aiger,
    /// Chromosomes of Cartesian Genetic Programming.
    Cgp,
    /// What Yosys writes with `write_json`.
    YosysJson,
}

impl InputFormat {
    /// The format that a file's extension says.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "v" | "sv" | "vh" | "svh" => Some(Self::Verilog),
            "blif" => Some(Self::Blif),
            "aag" | "aig" => Some(Self::Aiger),
            "cgp" | "chr" => Some(Self::Cgp),
            "json" => Some(Self::YosysJson),
            _ => None,
        }
    }
}

/// Reads a circuit from one or several texts of one format. The circuit is the module or model `top`, else the only
/// one that no other uses; in BLIF the first.
pub fn read(
    language: InputFormat,
    sources: &[SourceText],
    top: Option<&str>,
) -> Result<Design, NetlistError> {
    match language {
        InputFormat::Aiger => aiger::read(sources, top),
        InputFormat::Blif => blif::read(sources, top),
        InputFormat::Cgp => cgp::read(sources, top),
        InputFormat::Verilog => verilog::read(sources, top),
        InputFormat::YosysJson => yosys_json::read(sources, top),
    }
}

/// Where the first text begins: the place of what is wrong with all of it.
fn start(sources: &[SourceText]) -> SourceLocation {
    sources.first().map_or_else(|| SourceText::new("", []).location(0, 0), |source| source.location(0, 0))
}

/// The only text, for formats without modules; `what` is how a message names one such file.
fn only<'a>(
    sources: &'a [SourceText],
    top: Option<&str>,
    what: &str,
) -> Result<&'a SourceText, NetlistError> {
    let [source] = sources else {
        let message = format!("{what} holds the whole circuit; {} were given, name one", sources.len());
        return Err(NetlistErrorKind::Other(message).at(&start(sources)));
    };
    match top {
        None => Ok(source),
        Some(top) => {
            let message = format!("{what} has no modules, so there is no '{}'; omit --top", clip(top));
            Err(NetlistErrorKind::Top(message).at(&source.location(0, 0)))
        }
    }
}
