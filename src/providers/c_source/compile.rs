//! From a C source to a shared library, with the user's C compiler.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use super::CFunction;
use super::error::{CSourceError, CSourceProblem};
use super::reference::is_identifier;
use crate::tool::{self, Ended, ToolError, first_lines};

/// The variable that names the compiler, with options if need be.
const VARIABLE: &str = "CC";

/// The commands that are looked for where the variable names none.
const COMMANDS: [&str; 3] = ["cc", "gcc", "clang"];

/// How long compiling may take. EvoApproxLib's longest take a second.
const TIME: Duration = Duration::from_secs(60);

/// A C compiler that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    command: Vec<String>,
    /// The first line that it prints when asked for its version.
    pub version: String,
}

/// A library in a directory of its own, which goes with the value.
#[derive(Debug)]
pub struct Compiled {
    /// The library, which exports the function under its own name.
    pub library: PathBuf,
    _directory: TempDir,
}

impl Compiler {
    /// The user's compiler: what `CC` names, else `cc`, `gcc` or `clang`. Looked for once.
    pub fn find() -> Result<&'static Self, CSourceProblem> {
        static FOUND: OnceLock<Result<Compiler, CSourceProblem>> = OnceLock::new();
        let find = || {
            let named = std::env::var(VARIABLE).unwrap_or_default();
            Self::of(&named, &COMMANDS)
        };
        FOUND.get_or_init(find).as_ref().map_err(Clone::clone)
    }

    /// The compiler that `named` says, if it says any, else the first of `commands` that is there.
    fn of(named: &str, commands: &[&str]) -> Result<Self, CSourceProblem> {
        let named: Vec<&str> = named.split_whitespace().collect();
        let candidates = match named[..] {
            [] => commands.iter().map(|command| vec![*command]).collect(),
            _ => vec![named],
        };
        for words in &candidates {
            let command: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let compiler = Self { command, version: String::new() };
            match compiler.run(|command| command.arg("--version")) {
                // One that knows no --version is a compiler all the same.
                Ok(Ended { output, .. }) => {
                    let version = output.lines().next().unwrap_or_default().to_owned();
                    return Ok(Self { version, ..compiler });
                }
                Err(ToolError::Missing) => {}
                Err(ToolError::Start(reason)) => {
                    return Err(CSourceProblem::CompilerDoesNotStart { compiler: compiler.name(), reason });
                }
                Err(ToolError::TimeLimit) => {
                    let reason = format!("it did not tell its version within {} s", TIME.as_secs());
                    return Err(CSourceProblem::CompilerDoesNotStart { compiler: compiler.name(), reason });
                }
            }
        }
        Err(CSourceProblem::NoCompiler { tried: candidates.iter().map(|words| words.join(" ")).collect() })
    }

    /// The command.
    pub fn name(&self) -> String {
        self.command.join(" ")
    }

    fn run(&self, arguments: impl FnOnce(&mut Command) -> &mut Command) -> Result<Ended, ToolError> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        tool::run(arguments(&mut command), TIME)
    }

    /// Makes a shared library of the function's file.
    pub fn compile(&self, function: &CFunction) -> Result<Compiled, CSourceError> {
        self.attempt(function).map_err(|problem| CSourceError { path: function.path.clone(), problem })
    }

    fn attempt(&self, function: &CFunction) -> Result<Compiled, CSourceProblem> {
        let no_directory = |error: std::io::Error| CSourceProblem::NoDirectory(error.to_string());
        let directory = tempfile::Builder::new().prefix("axmul-").tempdir().map_err(no_directory)?;
        let source = directory.path().join("source.c");
        std::fs::write(&source, text(function)).map_err(no_directory)?;
        let library = directory.path().join("libsource.so");
        // Files that it includes lie beside it, not beside the copy.
        let beside = match function.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let ended = self.run(|command| {
            command.args(["-shared", "-fPIC", "-O2", "-w", "-I"]).arg(beside);
            command.arg("-o").arg(&library).arg(&source)
        });
        let compiler = self.name();
        match ended {
            Ok(Ended { success: true, .. }) if library.is_file() => {
                Ok(Compiled { library, _directory: directory })
            }
            Ok(Ended { output, .. }) => {
                Err(CSourceProblem::Refused { compiler, output: first_lines(&output) })
            }
            Err(ToolError::Missing) => Err(CSourceProblem::NoCompiler { tried: vec![compiler] }),
            Err(ToolError::Start(reason)) => Err(CSourceProblem::CompilerDoesNotStart { compiler, reason }),
            Err(ToolError::TimeLimit) => {
                Err(CSourceProblem::CompilerTimeLimit { compiler, seconds: TIME.as_secs() })
            }
        }
    }
}

/// What is compiled: the file as it was read. A function that it keeps to itself goes by another name within, and one
/// that calls it takes its name and is exported.
fn text(function: &CFunction) -> Vec<u8> {
    let shown = function.path.display().to_string();
    let quoted: String = shown
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .flat_map(|c| ['\\'].into_iter().filter(move |_| c == '"' || c == '\\').chain([c]))
        .collect();
    let bytes = function.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&function.bytes);
    let name = &function.name;
    // Names come from the text or were checked: nothing else can end a directive or a declaration.
    debug_assert!(is_identifier(name));
    let (before, after) = if function.is_local {
        let c = |kind: crate::shared_library::CType| {
            let sign = if kind.is_signed() { "signed" } else { "unsigned" };
            let width = match kind.bits() {
                8 => "char",
                16 => "short",
                32 => "int",
                _ => "long long",
            };
            format!("{sign} {width}")
        };
        let signature = function.signature;
        (
            format!("#define {name} axmul_local_{name}\n"),
            format!(
                "\n#undef {name}\n{} {name}({} first, {} second) {{ return axmul_local_{name}(first, second); }}\n",
                c(signature.result),
                c(signature.a),
                c(signature.b)
            ),
        )
    } else {
        (String::new(), String::new())
    };
    [before.as_bytes(), format!("#line 1 \"{quoted}\"\n").as_bytes(), bytes, after.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_variable_names_is_taken_else_the_first_that_is_there() {
        assert_eq!(
            Compiler::of("", &["axmul-no-cc", "axmul-no-gcc"]).unwrap_err().to_string(),
            "a C source needs a C compiler, and none of axmul-no-cc, axmul-no-gcc is there; install one (Debian: \
             apt install gcc; macOS: xcode-select --install) or name one in the variable CC"
        );
        let missing = Compiler::of(" axmul-no-cc -m64 ", &["sh"]).unwrap_err().to_string();
        assert!(missing.contains("none of axmul-no-cc -m64 is there"), "{missing}");
    }

    /// With stand-ins for compilers, so that every way to fail can be had.
    #[cfg(unix)]
    #[test]
    fn compilers_that_fail_say_how() {
        let function = CFunction::find(
            &super::super::CSourceRef::file("f.c"),
            None,
            b"unsigned short f(unsigned char a, unsigned char b) {}".to_vec(),
        )
        .unwrap();
        let message = |script: &str| {
            let command = ["sh", "-c", script].map(str::to_owned).to_vec();
            let compiler = Compiler { command, version: String::new() };
            compiler.compile(&function).unwrap_err().to_string()
        };
        assert_eq!(message("echo oops; exit 1"), "f.c: sh -c echo oops; exit 1 does not compile it:\n  oops");
        assert_eq!(message("exit 0"), "f.c: sh -c exit 0 does not compile it:");
        let directory = tempfile::tempdir().unwrap();
        let named = directory.path().to_string_lossy().into_owned();
        let message = Compiler::of(&named, &[]).unwrap_err().to_string();
        assert!(message.contains("does not start: ") && message.contains("in the variable CC"), "{message}");
    }
}
