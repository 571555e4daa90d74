//! What can go wrong with a C source, one message each.

use std::path::PathBuf;

use axmul_api::OperandFormat;

use crate::shared_library::{self, Signature};

/// A C source that gave no multiplier: which, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}: {problem}", .path.display())]
pub struct CSourceError {
    /// The file, as it was asked for.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: CSourceProblem,
}

/// Why a C source gave no multiplier.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CSourceProblem {
    /// A part after the file's name means nothing.
    #[error(
        "'{part}' is not {expected}; write FILE.c:FUNCTION:FORMAT:SIGNATURE, leaving out what can be told from the file"
    )]
    Part {
        /// The part.
        part: String,
        /// What it could be.
        expected: &'static str,
    },
    /// An operand format out of range.
    #[error("{0}")]
    Format(String),
    /// Format or signature is given twice.
    #[error("the {0} is given twice; give it once")]
    Twice(&'static str),
    /// The file cannot be read.
    #[error("{0}")]
    Read(String),
    /// No function of the file can be the multiplier.
    #[error("expected a function of two integers with an integer result, but the file {}; name another with FILE.c:FUNCTION:FORMAT:SIGNATURE", defines(.defined))]
    NoFunction {
        /// The functions that the file defines.
        defined: Vec<String>,
    },
    /// Several functions of the file can be the multiplier.
    #[error("which function is the multiplier? {} could be; name one, e.g. {}:{}", .candidates.join(", "), .path.display(), .candidates.first().map_or("f", |name| name))]
    Several {
        /// The file.
        path: PathBuf,
        /// The functions.
        candidates: Vec<String>,
    },
    /// The file does not define the function asked for.
    #[error("unknown function '{function}': the file {}; one that a macro makes needs its signature said: {function}:FORMAT:SIGNATURE", defines(.defined))]
    Unknown {
        /// The function asked for.
        function: String,
        /// The functions that the file defines.
        defined: Vec<String>,
    },
    /// The function asked for takes or returns something else than integers.
    #[error(
        "line {line}: `{function}` is no function of two integers with an integer result, as far as its text tells; if it is, say its signature: {function}:FORMAT:SIGNATURE, e.g. {function}:8u:u16(u8,u8)"
    )]
    NoIntegers {
        /// The function.
        function: String,
        /// Where it is defined.
        line: u32,
    },
    /// Two definitions of one name, as branches of `#if` have them.
    #[error(
        "lines {first} and {second}: `{function}` is defined twice with different types; say which: {function}:FORMAT:SIGNATURE"
    )]
    Contradictory {
        /// The function.
        function: String,
        /// The line of the one.
        first: u32,
        /// The line of the other.
        second: u32,
    },
    /// Nothing tells how wide the operands are.
    #[error("`{function}` is declared {}, which does not say how wide the operands are, and neither does its name; append their format: {}:{function}:8u", .signature.to_c(), .path.display())]
    NoFormat {
        /// The file.
        path: PathBuf,
        /// The function.
        function: String,
        /// Its C types.
        signature: Signature,
    },
    /// The C types are narrower than operands or product.
    #[error("`{function}` is declared {}, too narrow for operands {format} with products of {} bits; append its true format: {}:{function}:FORMAT", .signature.to_c(), .format.product_width(), .path.display())]
    Narrow {
        /// The file.
        path: PathBuf,
        /// The function.
        function: String,
        /// Its C types.
        signature: Signature,
        /// Its operand format.
        format: OperandFormat,
    },
    /// No C compiler.
    #[error("a C source needs a C compiler, and none of {} is there; install one (Debian: apt install gcc; macOS: xcode-select --install) or name one in the variable CC", .tried.join(", "))]
    NoCompiler {
        /// The commands that were looked for.
        tried: Vec<String>,
    },
    /// The compiler cannot be started.
    #[error("the C compiler {compiler} does not start: {reason}; name another one in the variable CC")]
    CompilerDoesNotStart {
        /// The command.
        compiler: String,
        /// What the system says.
        reason: String,
    },
    /// The compiler refuses the file.
    #[error("{compiler} does not compile it:{output}")]
    Refused {
        /// The command.
        compiler: String,
        /// The first lines that it printed, each behind a line break.
        output: String,
    },
    /// The compiler takes too long.
    #[error(
        "{compiler} took longer than {seconds} s to compile it and was ended; compile it yourself (`cc -shared -fPIC -O1`) and name the library"
    )]
    CompilerTimeLimit {
        /// The command.
        compiler: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// There is no place for the library.
    #[error("no temporary directory to compile it in: {0}; set TMPDIR to one that can be written")]
    NoDirectory(String),
    /// What was compiled gave no multiplier.
    #[error("compiled and called: {0}")]
    Library(shared_library::LibraryProblem),
}

fn defines(functions: &[String]) -> String {
    match functions {
        [] => "defines none".into(),
        _ => format!("defines {}", functions.join(", ")),
    }
}
