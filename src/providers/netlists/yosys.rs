//! Netlists by way of Yosys: for what only a synthesis tool reads, such as behavioural Verilog.
//!
//! Yosys elaborates, flattens and maps the files to gates and writes them as JSON, which is then read like any other.
//! Undriven nets, nets with several drivers and loops are refused there, because what comes after would hide them;
//! constants `x` become 0.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::error::NetlistFileError;
use crate::cache::{Cache, Key};
use crate::tool::{self, Ended, ToolError, first_lines};
use crate::yosys::{COMMAND, TIME, version};
use axmul_netlist::SourceText;
use axmul_netlist::read::InputFormat;

/// What it is told after it has read the files and found the top.
const SCRIPT: &str =
    "proc; flatten; opt_clean; check -assert; setundef -zero; synth -noabc; opt_clean -purge";

/// What Yosys made of a netlist.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Elaborated {
    /// Its JSON.
    pub json: Vec<u8>,
    /// What it chose, a sentence.
    pub note: String,
}

/// Has Yosys read `sources`, the first of which was read from `path`. Kept in the cache, unless the files name others
/// that they take in.
pub(super) fn elaborate(
    path: &Path,
    language: InputFormat,
    sources: &[SourceText],
    top: Option<&str>,
    cache: &Cache,
) -> Result<Elaborated, NetlistFileError> {
    let dialects = dialects(path, language, sources)?;
    let version = version(COMMAND).map_err(|error| failure(path, error))?;
    let make = || elaborate_with(COMMAND, path, language, sources, top);
    let takes_in = |source: &SourceText| {
        ["`include", "$readmem", "$fopen"]
            .iter()
            .any(|word| source.bytes.windows(word.len()).any(|window| window == word.as_bytes()))
    };
    if sources.iter().any(takes_in) {
        return make();
    }
    let mut key = Key::new("yosys").with(version.as_bytes()).with(SCRIPT.as_bytes());
    key = key.with(format!("{language:?} {top:?}").as_bytes());
    for (source, dialect) in sources.iter().zip(dialects) {
        key = key.with(dialect.as_bytes()).with(source.name.as_bytes()).with(&source.bytes);
    }
    cache.get_or(&key, make)
}

fn failure(path: &Path, error: ToolError) -> NetlistFileError {
    let path = path.to_owned();
    match error {
        ToolError::Missing => NetlistFileError::NoYosys { path },
        ToolError::Start(reason) => NetlistFileError::YosysDoesNotRun { path, reason },
        ToolError::TimeLimit => NetlistFileError::YosysTimeLimit { path, seconds: TIME.as_secs() },
    }
}

/// The names of its readers for files, with options.
fn dialects(
    path: &Path,
    language: InputFormat,
    sources: &[SourceText],
) -> Result<Vec<&'static str>, NetlistFileError> {
    let dialect = |source: &SourceText| match language {
        InputFormat::Verilog if source.name.to_lowercase().ends_with(".sv") => Ok("verilog -sv"),
        InputFormat::Verilog => Ok("verilog"),
        InputFormat::Blif => Ok("blif"),
        InputFormat::Aiger => Ok("aiger"),
        InputFormat::YosysJson => Ok("json"),
        InputFormat::Cgp => Err(NetlistFileError::NotForYosys { path: path.to_owned() }),
    };
    sources.iter().map(dialect).collect()
}

fn elaborate_with(
    command: &str,
    path: &Path,
    language: InputFormat,
    sources: &[SourceText],
    top: Option<&str>,
) -> Result<Elaborated, NetlistFileError> {
    let does_not_run = |reason: String| NetlistFileError::YosysDoesNotRun { path: path.to_owned(), reason };
    let dialects = dialects(path, language, sources)?;
    let hierarchy = match top {
        None => "hierarchy -check -auto-top".to_owned(),
        Some(top) if is_name(top) => format!("hierarchy -check -top {top}"),
        Some(top) => return Err(does_not_run(format!("'{top}' is no module's name"))),
    };
    let io = |error: std::io::Error| does_not_run(error.to_string());
    let directory = tempfile::Builder::new().prefix("axmul-").tempdir().map_err(io)?;
    // It runs elsewhere.
    let absolute = std::path::absolute(directory.path()).map_err(io)?;
    let at = |name: &str| absolute.join(name);
    // Copies under short names: file names may hold anything.
    let mut files = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let file = at(&format!("source{number}"));
        std::fs::write(&file, &source.bytes).map_err(io)?;
        files.push(file);
    }
    let (log, json) = (at("log"), at("json"));
    let mut yosys = Command::new(command);
    // Files that it takes in are looked for where it runs.
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        yosys.current_dir(parent);
    }
    yosys.arg("-q").arg("-l").arg(&log).args(["-b", "json", "-o"]).arg(&json);
    // One that takes all of them.
    let reader = dialects.iter().max_by_key(|dialect| dialect.len()).copied().unwrap_or_default();
    yosys.args(["-f", reader, "-p", &format!("{hierarchy}; {SCRIPT}")]).args(&files);
    let Ended { success, output } = tool::run(&mut yosys, TIME).map_err(|error| failure(path, error))?;
    let shown = |text: &str| {
        let names = files.iter().zip(sources);
        names.fold(text.to_owned(), |text, (file, source)| {
            text.replace(&*OsString::from(file).to_string_lossy(), &source.name)
        })
    };
    if !success {
        return Err(NetlistFileError::YosysRefuses {
            path: path.to_owned(),
            output: first_lines(&shown(&complaints(&output))),
        });
    }
    let json = crate::text_file::read(&json, super::MAX_BYTES).map_err(does_not_run)?;
    let log = std::fs::read(&log).map_err(io)?;
    Ok(Elaborated { json, note: choice(&String::from_utf8_lossy(&log)) })
}

/// A module's name that its scripts take as one word.
fn is_name(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic() || "_\\".contains(c));
    first && text.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric() || b"_$.[]".contains(&byte))
}

/// What it printed with errors first, for only its first lines are shown.
fn complaints(output: &str) -> String {
    let (errors, others): (Vec<&str>, Vec<&str>) = output.lines().partition(|line| line.contains("ERROR:"));
    [errors, others].concat().join("\n")
}

/// What it says about its choice of the top.
fn choice(log: &str) -> String {
    let named = |start: &'static str| {
        let lines = log.lines().filter_map(move |line| line.trim().strip_prefix(start));
        lines.map(|name| name.trim().trim_start_matches(['\\', '`']).trim_end_matches(['.', '\'']).to_owned())
    };
    let mut note = "read through Yosys".to_owned();
    if let Some(top) = named("Top module:").next() {
        let _ = write!(note, ": the circuit is module {top}");
    }
    // A module with parameters is used under a name of its own, `$paramod\name\..` or `$paramod$..\name`.
    let derived: Vec<String> = named("Used module:").filter(|used| used.starts_with("$paramod")).collect();
    let is_derived = |name: &str| derived.iter().any(|used| used.split('\\').any(|part| part == name));
    let mut unused: Vec<String> =
        named("Removing unused module `\\").filter(|name| !is_derived(name)).collect();
    unused.sort();
    unused.dedup();
    if !unused.is_empty() {
        let _ = write!(note, ", which does not use {}", unused.join(", "));
    }
    note
}

#[cfg(test)]
mod tests;
