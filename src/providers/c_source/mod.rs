//! Multipliers from C sources in the style of EvoApproxLib: one file, one function of two integers.
//!
//! ```text
//! mul.c -> signature (which function, which types) -> compile (the user's C compiler) -> shared_library (a child process)
//! ```
//!
//! - **Which function**: the one asked for (`mul.c:f`), else the one called as the file, else the only one of two
//!   integers with an integer result, static ones counting only where there is no other.
//! - **Operands**: a is the first parameter and b the second, whatever they are called. Some of EvoApproxLib's files
//!   declare `(B, A)`: their tables are indexed by position too, and a note says so.
//! - **Widths and signedness**: as asked for (`mul.c:f:8x4u`), else by the function's or the file's name
//!   (`mul8x4u_...`), else by the types where operands and product fill them. The types may contradict: some of
//!   EvoApproxLib's signed multipliers are declared unsigned, and most take 64-bit operands of 8 bits.
//!
//! Absent by design: a C parser. What a file means is the compiler's business; only definitions at its outermost
//! level are looked at.

mod compile;
mod error;
mod evaluate;
mod reference;
mod signature;
mod text;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axmul_api::OperandFormat;

pub use compile::{Compiled, Compiler};
pub use error::{CSourceError, CSourceProblem};
pub use reference::CSourceRef;
pub use signature::{CDefinition, CParameter, definitions};

use super::header::HeaderComment;
use super::shared_library::{Signature, format_of_name};

/// No C source is larger, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// A C source and which function of it is meant. It is read at most once, and clones share what was read.
#[derive(Clone, Debug)]
pub struct CSource(Arc<LazyCSource>);

#[derive(Debug)]
struct LazyCSource {
    asked: CSourceRef,
    signed: Option<bool>,
    function: OnceLock<Result<CFunction, CSourceError>>,
}

impl PartialEq for CSource {
    fn eq(&self, other: &Self) -> bool {
        self.0.asked == other.0.asked && self.0.signed == other.0.signed
    }
}

impl CSource {
    /// What `asked` says. `signed` decides the signedness where no format is given.
    pub fn new(asked: CSourceRef, signed: Option<bool>) -> Self {
        Self(Arc::new(LazyCSource { asked, signed, function: OnceLock::new() }))
    }

    /// The function, read but not compiled.
    pub fn function(&self) -> Result<&CFunction, CSourceError> {
        let LazyCSource { asked, signed, function } = &*self.0;
        function.get_or_init(|| CFunction::open(asked, *signed)).as_ref().map_err(Clone::clone)
    }
}

/// A function of a C source, read but not compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct CFunction {
    /// The file.
    pub path: PathBuf,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// The function.
    pub name: String,
    /// Its C types.
    pub signature: Signature,
    /// Operand widths and signedness.
    pub format: OperandFormat,
    /// Its file keeps it to itself, so that compiling has to let it out.
    pub is_local: bool,
    /// The file includes others that are not the system's.
    pub includes_own_files: bool,
    /// What the header comment says.
    pub header: HeaderComment,
    /// Where it comes from and how its format became known.
    pub origin: String,
    /// What was assumed, a sentence each that names the file.
    pub assumptions: Vec<String>,
    /// What may be other than expected, likewise.
    pub warnings: Vec<String>,
}

impl CFunction {
    /// Reads the file and finds the function. `signed` decides the signedness where no format is given.
    pub fn open(asked: &CSourceRef, signed: Option<bool>) -> Result<Self, CSourceError> {
        let read = |path| super::text_file::read(path, MAX_BYTES).map_err(CSourceProblem::Read);
        read(&asked.path)
            .and_then(|bytes| Self::find(asked, signed, bytes))
            .map_err(|problem| CSourceError { path: asked.path.clone(), problem })
    }

    fn find(asked: &CSourceRef, signed: Option<bool>, bytes: Vec<u8>) -> Result<Self, CSourceProblem> {
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let chosen = choose(&definitions(text), asked)?;
        let (name, signature) = (chosen.name, chosen.signature);
        let (format, because) = format(asked, &name, signature)?;
        let place = asked.path.display();
        let (mut assumptions, mut warnings) = (Vec::new(), Vec::new());
        let (format, because) = match signed {
            Some(signed) if asked.format.is_none() && signed != format.is_signed() => {
                let sign = if signed { "signed" } else { "unsigned" };
                warnings.push(format!(
                    "{place}: `{name}` was read as {sign} because that was asked for; {}",
                    if because == FROM_TYPES { "its types say otherwise" } else { "its name says otherwise" },
                ));
                let format = OperandFormat::new(format.width_a(), format.width_b(), signed);
                (format.map_err(|error| CSourceProblem::Format(error.to_string()))?, "as asked for")
            }
            _ => (format, because),
        };
        if !signature.holds(format) {
            return Err(CSourceProblem::Narrow {
                path: asked.path.clone(),
                function: name,
                signature,
                format,
            });
        }
        let parameters = chosen.parameters;
        if parameters == ["B", "A"] || parameters == ["b", "a"] {
            assumptions.push(format!(
                "{place}: `{name}({})` is called with a as its first parameter, {}, and b as {}: places count, not \
                 names (and of its netlist say --a {} --b {})",
                parameters.join(", "),
                parameters[0],
                parameters[1],
                parameters[0],
                parameters[1],
            ));
        }
        let header = HeaderComment::read(text);
        warnings.extend(header.notes.iter().map(|note| format!("{place}: {note}")));
        Ok(Self {
            origin: format!(
                "C source {place}, function {name}, {} with operands {format}, {because}",
                signature.to_c()
            ),
            path: asked.path.clone(),
            name,
            signature,
            format,
            is_local: chosen.is_local,
            includes_own_files: text::includes_own_files(text),
            header,
            assumptions,
            warnings,
            bytes: bytes.into(),
        })
    }
}

struct Chosen {
    name: String,
    signature: Signature,
    is_local: bool,
    /// Names of the two parameters.
    parameters: Vec<String>,
}

fn choose(all: &[CDefinition], asked: &CSourceRef) -> Result<Chosen, CSourceProblem> {
    let names = || all.iter().map(|definition| definition.name.clone()).collect::<Vec<_>>();
    let fits = |definition: &&CDefinition| asked.signature.is_some() || definition.signature().is_some();
    let called = |name: &str| all.iter().filter(|definition| definition.name == name).collect::<Vec<_>>();
    let stem = asked.path.file_stem().unwrap_or_default().to_string_lossy();
    let found = match &asked.function {
        Some(name) => match (&called(name)[..], asked.signature) {
            ([], None) => return Err(CSourceProblem::Unknown { function: name.clone(), defined: names() }),
            // What a macro makes, for example.
            ([], Some(signature)) => {
                let (name, is_local) = (name.clone(), false);
                return Ok(Chosen { name, signature, is_local, parameters: Vec::new() });
            }
            (all, _) => all.to_vec(),
        },
        None => match called(&stem).into_iter().filter(fits).collect::<Vec<_>>() {
            named if !named.is_empty() => named,
            _ => candidates(all, asked)?,
        },
    };
    let Some((&first, others)) = found.split_first() else {
        return Err(CSourceProblem::NoFunction { defined: names() });
    };
    let function = || first.name.clone();
    let Some(signature) = asked.signature.or_else(|| first.signature()) else {
        return Err(CSourceProblem::NoIntegers { function: function(), line: first.line });
    };
    if let Some(other) = others.iter().find(|other| other.signature() != first.signature())
        && asked.signature.is_none()
    {
        let (first, second) = (first.line, other.line);
        return Err(CSourceProblem::Contradictory { function: function(), first, second });
    }
    let parameters = first.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let is_local = found.iter().any(|found| found.is_local);
    Ok(Chosen { name: function(), signature, is_local, parameters })
}

/// The definitions of the only name that can be the multiplier's.
fn candidates<'a>(
    all: &'a [CDefinition],
    asked: &CSourceRef,
) -> Result<Vec<&'a CDefinition>, CSourceProblem> {
    let mut found: Vec<_> = all.iter().filter(|definition| definition.signature().is_some()).collect();
    if found.iter().any(|definition| !definition.is_local) {
        found.retain(|definition| !definition.is_local);
    }
    let mut names: Vec<String> = found.iter().map(|definition| definition.name.clone()).collect();
    names.dedup();
    if names.len() > 1 {
        return Err(CSourceProblem::Several { path: asked.path.clone(), candidates: names });
    }
    Ok(found)
}

const FROM_TYPES: &str = "by its types";

/// The operand format and how it became known.
fn format(
    asked: &CSourceRef,
    name: &str,
    signature: Signature,
) -> Result<(OperandFormat, &'static str), CSourceProblem> {
    let stem = asked.path.file_stem().unwrap_or_default().to_string_lossy();
    let by_types = || signature.operand_format().filter(|&format| signature.holds(format));
    (asked.format.map(|format| (format, "as asked for")))
        .or_else(|| Some((format_of_name(name)?, "by its name")))
        .or_else(|| Some((format_of_name(&stem)?, "by the file's name")))
        .or_else(|| Some((by_types()?, FROM_TYPES)))
        .ok_or_else(|| CSourceProblem::NoFormat {
            path: asked.path.clone(),
            function: name.to_owned(),
            signature,
        })
}

#[cfg(test)]
mod tests;
