//! What can go wrong with a shared library, one message each.

use std::fmt;
use std::path::PathBuf;

use axmul_api::c_abi::{ABI_VERSION, MAX_MULTIPLIERS};
use axmul_api::{FormatError, OperandFormat};
use serde::{Deserialize, Serialize};

use super::signature::Signature;

/// A shared library that gave no multipliers: which, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct SharedLibraryError {
    /// The library, as it was asked for.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: LibraryProblem,
}

/// Why a shared library gave no multipliers.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
pub enum LibraryProblem {
    /// There is no such file.
    #[error("there is no such file; check the path, or build the library first")]
    Missing,
    /// A directory has that name.
    #[error("this is a directory; name the shared library in it")]
    Directory,
    /// Something else than a file has that name, such as a pipe.
    #[error("this is not a regular file; name a shared library")]
    NotAFile,
    /// The file's entry cannot be read.
    #[error("cannot be read: {reason}; check its permissions")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// The file has no header of a shared library.
    #[error(
        "this is not a shared library ({reason}); build one with `cc -shared -fPIC -O2 -o libmine.so mine.c`"
    )]
    NotALibrary {
        /// What the dynamic linker says.
        reason: String,
    },
    /// The dynamic linker refuses the library.
    #[error("the dynamic linker refuses it: {reason}; check its architecture and what it is linked with")]
    Refused {
        /// What the dynamic linker says.
        reason: String,
    },
    /// The library exports no descriptor.
    #[error(
        "exports no `axmul_plugin`; include axmul_plugin.h and end with AXMUL_EXPORT_PLUGIN, or name a plain \
         function: LIBRARY:SYMBOL"
    )]
    NoDescriptor,
    /// The library exports no such function and describes no such multiplier.
    #[error(
        "exports no function `{symbol}`{}; `nm -D --defined-only` lists what it exports, and in C++ a function \
         needs extern \"C\"",
        described_names(described)
    )]
    NoSymbol {
        /// The symbol asked for.
        symbol: String,
        /// The names in the library's descriptor, if it has one.
        described: Vec<String>,
    },
    /// Nothing tells how wide the operands of a plain function are.
    #[error(
        "the operand format of `{symbol}` is unknown: its name does not begin like mul8s_; append it, \
         LIBRARY:{symbol}:8s, or call the function so"
    )]
    NoFormat {
        /// The function.
        symbol: String,
    },
    /// The C types are narrower than operands or product.
    #[error(
        "`{symbol}` is declared {}, too narrow for operands {format} with products of {} bits; give its true \
         signature and format, LIBRARY:{symbol}:FORMAT:SIGNATURE", signature.to_c(), format.product_width()
    )]
    Narrow {
        /// The function.
        symbol: String,
        /// Its C types.
        signature: Signature,
        /// Its operand format.
        format: OperandFormat,
    },
    /// The descriptor is of another version.
    #[error(
        "is built for version {got} of the plugin interface, this axmul speaks version {ABI_VERSION}; rebuild \
         it with the axmul_plugin.h of this axmul"
    )]
    AbiVersion {
        /// The version in the descriptor.
        got: u32,
    },
    /// The descriptor's sizes are impossible.
    #[error(
        "its descriptor gives {what} as {got} bytes, expected at least {expected}; let AXMUL_EXPORT_PLUGIN \
         fill in the sizes"
    )]
    AbiSize {
        /// Which size.
        what: String,
        /// The size in the descriptor.
        got: u32,
        /// The least that it may be.
        expected: u32,
    },
    /// The descriptor lacks the function that lists multipliers, or that returned no array.
    #[error("its descriptor lists no multipliers: {what}; let AXMUL_EXPORT_PLUGIN write it")]
    NoList {
        /// What is missing.
        what: String,
    },
    /// The descriptor holds no multiplier, or absurdly many.
    #[error("its descriptor lists {got} multipliers, expected 1 to {MAX_MULTIPLIERS}")]
    Count {
        /// How many it lists.
        got: u32,
    },
    /// A multiplier's name is missing or unusable.
    #[error(
        "the name of its multiplier {index} (counted from 0) {what}; expected 1 to 255 bytes of UTF-8 without \
         control characters"
    )]
    Name {
        /// Its place in the list.
        index: u32,
        /// What is wrong with the name.
        what: String,
    },
    /// Two multipliers have one name.
    #[error("it describes two multipliers `{name}`; give each a name of its own")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A multiplier's operand widths are out of range.
    #[error(
        "its multiplier `{name}` has operands of {width_a} and {width_b} bits, expected 2 to 32, unsigned ones 63 bits \
         together"
    )]
    Width {
        /// The multiplier.
        name: String,
        /// Width of the first operand in bits.
        width_a: u32,
        /// Width of the second operand in bits.
        width_b: u32,
    },
    /// A multiplier is neither signed nor unsigned.
    #[error("its multiplier `{name}` has is_signed = {got}, expected 0 or 1")]
    Signedness {
        /// The multiplier.
        name: String,
        /// What stands there.
        got: u32,
    },
    /// A multiplier has no product function.
    #[error("its multiplier `{name}` has no product function (NULL); point `product` at one")]
    NoProduct {
        /// The multiplier.
        name: String,
    },
    /// A cost figure is no cost.
    #[error(
        "its multiplier `{name}` has {field} = {value}, expected a finite number that is not negative, or \
         AXMUL_UNKNOWN"
    )]
    Cost {
        /// The multiplier.
        name: String,
        /// The field.
        field: String,
        /// What stands there, as text because JSON knows no infinity.
        value: String,
    },
    /// A text field is no text.
    #[error("its multiplier `{name}`: {field} {what}; expected UTF-8 of at most 64 KiB ended by a zero byte")]
    Text {
        /// The multiplier.
        name: String,
        /// The field.
        field: String,
        /// What is wrong with it.
        what: String,
    },
    /// A product that the product bus does not hold.
    #[error(
        "its multiplier `{name}` gives {a} x {b} = {product}, beyond its product bus of {bits} bits; check format and \
         signature"
    )]
    Bus {
        /// The multiplier.
        name: String,
        /// First operand.
        a: i64,
        /// Second operand.
        b: i64,
        /// What it returned.
        product: i64,
        /// The width of the product, in bits.
        bits: u8,
    },
    /// A multiplier is not what it was when it was listed.
    #[error(
        "its multiplier `{name}` has operands {got}, {expected} when it was listed; do not replace it meanwhile"
    )]
    Changed {
        /// The multiplier.
        name: String,
        /// Its operand format now.
        got: OperandFormat,
        /// Its operand format then.
        expected: OperandFormat,
    },
    /// A multiplier does not give the same product twice.
    #[error(
        "its multiplier `{name}` gives {a} x {b} = {first} in one call and {second} in another; its batched \
         function differs from its scalar one, or it keeps state between calls"
    )]
    Inconsistent {
        /// The multiplier.
        name: String,
        /// First operand.
        a: i64,
        /// Second operand.
        b: i64,
        /// The product in the table.
        first: i64,
        /// The product on asking again.
        second: i64,
    },
    /// A product that no table holds.
    #[error("its multiplier `{name}`: {reason}; check format and signature")]
    Table {
        /// The multiplier.
        name: String,
        /// Which product.
        reason: String,
    },
    /// The plugin took too long.
    #[error("took longer than {seconds} s {phase}; raise --plugin-timeout if it needs more{output}")]
    TimeLimit {
        /// The limit in seconds.
        seconds: f64,
        /// What it was doing.
        phase: Phase,
        /// What it printed.
        output: Output,
    },
    /// The plugin took too long for all the products that were asked for one after another.
    #[error(
        "took longer than {seconds} s for {done} products of `{name}`; raise --plugin-timeout if it needs more, or \
         estimate from fewer with --samples N{output}"
    )]
    TooSlow {
        /// The limit in seconds.
        seconds: f64,
        /// The multiplier.
        name: String,
        /// How many products came in that time.
        done: u64,
        /// What it printed.
        output: Output,
    },
    /// The plugin wanted too much memory.
    #[error(
        "ran out of memory {phase}, the limit being {} MiB; raise --plugin-memory if it needs more{output}",
        bytes >> 20
    )]
    MemoryLimit {
        /// The limit in bytes.
        bytes: u64,
        /// What it was doing.
        phase: Phase,
        /// What it printed.
        output: Output,
    },
    /// The plugin crashed.
    #[error("crashed with {signal} {phase}; run it under a debugger, or check its signature{output}")]
    Crashed {
        /// The signal's name, `SIGSEGV`.
        signal: String,
        /// What it was doing.
        phase: Phase,
        /// What it printed.
        output: Output,
    },
    /// The plugin ended its process.
    #[error("ended its process with exit code {code} {phase}; a plugin must not call exit{output}")]
    Exited {
        /// The exit code.
        code: i32,
        /// What it was doing.
        phase: Phase,
        /// What it printed.
        output: Output,
    },
    /// What came back was damaged.
    #[error("its results came back damaged ({what}) {phase}; it wrote where it must not{output}")]
    Damaged {
        /// How.
        what: String,
        /// What it was doing.
        phase: Phase,
        /// What it printed.
        output: Output,
    },
    /// No executable to load the library with.
    #[error(
        "a shared library is loaded in a process of its own, and this program has none to offer: call \
         axmul::host_main() first in its main, or set AXMUL_HOST to the axmul executable"
    )]
    NoHost,
    /// The host executable does not start.
    #[error("the host executable {host} does not start: {reason}; set AXMUL_HOST to the axmul executable")]
    HostDoesNotStart {
        /// The executable.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// The host executable is none.
    #[error(
        "{host} did not answer as a host: call axmul::host_main() first in its main, or set AXMUL_HOST to the \
         axmul executable{output}"
    )]
    NotAHost {
        /// The executable.
        host: String,
        /// What it printed.
        output: Output,
    },
    /// The host executable is of another version.
    #[error("the host {host} is `{got}`, expected `{expected}`; set AXMUL_HOST to the axmul of this version")]
    HostVersion {
        /// The executable.
        host: String,
        /// Its version.
        got: String,
        /// This version.
        expected: String,
    },
    /// This process was itself started to load a library, and did not notice.
    #[error(
        "this process was started as a host and did not act as one, so it must not start another: call \
         axmul::host_main() first in its main"
    )]
    Recursion,
    /// Something between the two processes failed.
    #[error("cannot exchange data with the process that loads it: {reason}")]
    Exchange {
        /// What the system says.
        reason: String,
    },
}

impl LibraryProblem {
    /// Operand widths from C, checked.
    pub(super) fn check_widths(
        name: &str,
        width_a: u32,
        width_b: u32,
        signed: bool,
    ) -> Result<OperandFormat, Self> {
        let narrow = |width: u32| u8::try_from(width).map_err(|_| FormatError::Width(width));
        narrow(width_a)
            .and_then(|a| OperandFormat::new(a, narrow(width_b)?, signed))
            .map_err(|_| Self::Width { name: name.to_owned(), width_a, width_b })
    }
}

fn described_names(names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!(" and describes no such multiplier (it describes {})", names.join(", "))
    }
}

/// What a plugin was doing when it failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// The library was being loaded, which runs its constructors.
    #[default]
    Loading,
    /// Its descriptor was being read.
    Describing,
    /// Products of this multiplier were being computed.
    Multiplying(String),
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading => f.write_str("while it was loaded (in a constructor)"),
            Self::Describing => f.write_str("while it listed its multipliers"),
            Self::Multiplying(name) => write!(f, "while computing products of `{name}`"),
        }
    }
}

/// The end of what a process printed on its standard output and standard error; empty where it was silent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output(pub String);

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.trim() {
            "" => Ok(()),
            text => write!(f, "\nit printed:\n  {}", text.replace('\n', "\n  ")),
        }
    }
}
