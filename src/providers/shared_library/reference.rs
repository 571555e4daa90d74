//! How a command line names a multiplier in a shared library.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use axmul_api::{FormatError, OperandFormat};
use serde::{Deserialize, Serialize};

use super::signature::{Signature, SignatureError};

/// What is asked of a shared library.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LibraryRequest {
    /// All multipliers of the library's descriptor (`axmul_plugin.h`).
    Descriptor,
    /// One multiplier: a plain function of two integers or, where neither signature nor format is given and the
    /// descriptor has one of that name, the described one.
    Symbol {
        /// The exported name of the function, or the name within the descriptor.
        symbol: String,
        /// Its C types; `None` takes the smallest that hold the format.
        signature: Option<Signature>,
        /// Operand widths and signedness; `None` guesses from the symbol's name, then from the signature.
        format: Option<OperandFormat>,
    },
}

/// A library and what is asked of it: `LIBRARY`, `LIBRARY:SYMBOL` or `LIBRARY:SYMBOL:FORMAT:SIGNATURE`, the last
/// two in any order and each of them optional: `./libmine.so:multiply:8s:i64(i64,i64)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LibraryRef {
    /// The library's file.
    pub path: PathBuf,
    /// What is asked of it.
    pub request: LibraryRequest,
}

/// Text that is no [`LibraryRef`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LibraryRefError {
    /// The part after the file is no symbol.
    #[error(
        "'{symbol}' in '{text}' is no symbol; write LIBRARY:SYMBOL, optionally followed by :FORMAT and :SIGNATURE, \
         e.g. ./libmine.so:multiply:8s:i16(i8,i8)"
    )]
    Symbol {
        /// The whole text.
        text: String,
        /// The part in the symbol's place.
        symbol: String,
    },
    /// A format is out of range.
    #[error("in '{text}': {error}")]
    Format {
        /// The whole text.
        text: String,
        /// What is wrong with the format.
        error: FormatError,
    },
    /// A part after the symbol is no signature, and no format either.
    #[error("in '{text}': {error}; or give an operand format, e.g. 8s")]
    Signature {
        /// The whole text.
        text: String,
        /// What is wrong with the signature.
        error: SignatureError,
    },
    /// Format or signature is given twice.
    #[error("'{text}' gives the {part} twice; give it once")]
    Twice {
        /// The whole text.
        text: String,
        /// Which part.
        part: &'static str,
    },
}

impl LibraryRef {
    /// Whether `text` refers to a shared library, going by the file name's ending: `.so`, `.so.1`, `.dylib`,
    /// `.dll`, followed by the end or by a colon. No file is looked at.
    pub fn recognises(text: &str) -> bool {
        library_end(text).is_some()
    }
}

/// Where the library's file name ends.
fn library_end(text: &str) -> Option<usize> {
    let file = text.rfind(['/', '\\']).map_or(0, |separator| separator + 1);
    let mut end = file;
    for part in text[file..].split_inclusive(':') {
        end += part.len();
        let name = part.strip_suffix(':').unwrap_or(part);
        if is_library_name(name) {
            return Some(end - (part.len() - name.len()));
        }
    }
    None
}

fn is_library_name(name: &str) -> bool {
    let versionless = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let suffix = |text: &str, suffix| text.strip_suffix(suffix).is_some_and(|stem: &str| !stem.is_empty());
    suffix(name, ".so") || suffix(name, ".dylib") || suffix(name, ".dll") || suffix(versionless, ".so")
}

impl FromStr for LibraryRef {
    type Err = LibraryRefError;

    fn from_str(text: &str) -> Result<Self, LibraryRefError> {
        // Without a telling ending, the first colon after the last separator ends the file.
        let file = text.rfind(['/', '\\']).map_or(0, |separator| separator + 1);
        let end = library_end(text).or_else(|| text[file..].find(':').map(|colon| file + colon));
        let (path, rest) = text.split_at(end.unwrap_or(text.len()));
        let path = PathBuf::from(path);
        let Some(rest) = rest.strip_prefix(':') else {
            return Ok(Self { path, request: LibraryRequest::Descriptor });
        };
        let mut parts = rest.split(':');
        let symbol = parts.next().unwrap_or_default();
        if !is_symbol(symbol) {
            return Err(LibraryRefError::Symbol { text: text.to_owned(), symbol: symbol.to_owned() });
        }
        let (mut format, mut signature) = (None, None);
        let twice = |part| LibraryRefError::Twice { text: text.to_owned(), part };
        for part in parts {
            match part.parse::<OperandFormat>() {
                Ok(given) => match format.replace(given) {
                    None => continue,
                    Some(_) => return Err(twice("format")),
                },
                // No format at all: perhaps a signature.
                Err(FormatError::Text(_)) => {}
                Err(error) => return Err(LibraryRefError::Format { text: text.to_owned(), error }),
            }
            let given = part
                .parse::<Signature>()
                .map_err(|error| LibraryRefError::Signature { text: text.to_owned(), error })?;
            if signature.replace(given).is_some() {
                return Err(twice("signature"));
            }
        }
        Ok(Self { path, request: LibraryRequest::Symbol { symbol: symbol.to_owned(), signature, format } })
    }
}

/// Anything that a descriptor or a linker may call a function, short of what separates the parts.
fn is_symbol(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.contains(['(', ')', '\0', ' '])
}

impl fmt::Display for LibraryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let LibraryRequest::Symbol { symbol, signature, format } = &self.request {
            write!(f, ":{symbol}")?;
            if let Some(format) = format {
                write!(f, ":{format}")?;
            }
            if let Some(signature) = signature {
                write!(f, ":{signature}")?;
            }
        }
        Ok(())
    }
}

/// Format and signature of a plain function, and what of it was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interpretation {
    pub format: OperandFormat,
    pub signature: Signature,
    pub format_from: GuessedFrom,
    pub signature_from: GuessedFrom,
}

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GuessedFrom {
    Given,
    Name,
    Signature,
    Format,
}

impl Interpretation {
    /// Fills in what is not given; `None` where nothing tells the operand format.
    pub fn of(symbol: &str, signature: Option<Signature>, format: Option<OperandFormat>) -> Option<Self> {
        let (format, format_from) = format
            .map(|format| (format, GuessedFrom::Given))
            .or_else(|| Some((format_of_name(symbol)?, GuessedFrom::Name)))
            .or_else(|| Some((signature?.operand_format()?, GuessedFrom::Signature)))?;
        let (signature, signature_from) = match signature {
            Some(signature) => (signature, GuessedFrom::Given),
            None => (Signature::smallest(format), GuessedFrom::Format),
        };
        Some(Self { format, signature, format_from, signature_from })
    }

    /// Provenance: where the multiplier was found and what was guessed.
    pub fn origin(&self, library: &Path, symbol: &str) -> String {
        let mut text = format!(
            "{}, symbol {symbol}, {} with operands {}",
            library.display(),
            self.signature.to_c(),
            self.format
        );
        match self.format_from {
            GuessedFrom::Name => text.push_str("; operand format guessed from the symbol's name"),
            GuessedFrom::Signature => text.push_str("; operand format guessed from the signature"),
            GuessedFrom::Given | GuessedFrom::Format => {}
        }
        if self.signature_from == GuessedFrom::Format {
            text.push_str("; C signature guessed from the operand format");
        }
        text
    }
}

/// The format in EvoApproxLib's names: `mul8s_1KV8`, `mul8x4u_0AB`.
pub(crate) fn format_of_name(symbol: &str) -> Option<OperandFormat> {
    symbol.strip_prefix("mul")?.split('_').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(symbol: &str, signature: Option<&str>, format: Option<&str>) -> LibraryRequest {
        LibraryRequest::Symbol {
            symbol: symbol.to_owned(),
            signature: signature.map(|text| text.parse().unwrap()),
            format: format.map(|text| text.parse().unwrap()),
        }
    }

    #[test]
    fn references_have_a_file_and_up_to_three_parts() {
        for (text, path, request) in [
            ("./libmine.so", "./libmine.so", LibraryRequest::Descriptor),
            ("libmine.so.1.2", "libmine.so.1.2", LibraryRequest::Descriptor),
            ("./libmine.so:mul8s_mine", "./libmine.so", symbol("mul8s_mine", None, None)),
            (
                "./libmine.so:mul8s_mine:u64(u64,u64)",
                "./libmine.so",
                symbol("mul8s_mine", Some("u64(u64,u64)"), None),
            ),
            ("a:b/lib.so.6:f:8x4u", "a:b/lib.so.6", symbol("f", None, Some("8x4u"))),
            ("lib.so:f:i16(i8,i8):8s", "lib.so", symbol("f", Some("i16(i8,i8)"), Some("8s"))),
            ("odd:name.so:f", "odd:name.so", symbol("f", None, None)),
            ("C:\\models\\mine.dll:f", "C:\\models\\mine.dll", symbol("f", None, None)),
            ("./plugin:f", "./plugin", symbol("f", None, None)),
            ("./plugin", "./plugin", LibraryRequest::Descriptor),
        ] {
            let reference: LibraryRef = text.parse().unwrap();
            assert_eq!(reference, LibraryRef { path: path.into(), request }, "{text}");
        }
        let reference: LibraryRef = "lib.so:f:i16(i8,i8):8s".parse().unwrap();
        assert_eq!(reference.to_string(), "lib.so:f:8s:i16(i8,i8)");
        assert_eq!(reference.to_string().parse(), Ok(reference));
    }

    #[test]
    fn malformed_parts_are_named() {
        for (text, expected) in [
            ("lib.so:", "'' in 'lib.so:' is no symbol"),
            ("lib.so:8s", "'8s' in 'lib.so:8s' is no symbol"),
            ("lib.so:u16(u8,u8)", "'u16(u8,u8)' in"),
            ("lib.so:f:u16(u8)", "'u16(u8)' is no C signature"),
            ("lib.so:f:33u", "not 33"),
            ("lib.so:f:8s:8s", "the format twice"),
            ("lib.so:f:u16(u8,u8):u16(u8,u8)", "the signature twice"),
        ] {
            let message = text.parse::<LibraryRef>().unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn libraries_are_recognised_by_their_ending() {
        for text in ["a.so", "./a.so:f", "a.so.1:f", "a.dylib", "x/y.dll:f:8s"] {
            assert!(LibraryRef::recognises(text), "{text}");
        }
        for text in ["truncated-3-8s", "a.npy", "a.sort", ".so", "so", "lib.so/table.npy", "a.npy:f"] {
            assert!(!LibraryRef::recognises(text), "{text}");
        }
    }

    #[test]
    fn guesses_are_told() {
        let guess = |symbol: &str, signature: Option<&str>| {
            Interpretation::of(symbol, signature.map(|text| text.parse().unwrap()), None)
                .map(|found| found.origin(Path::new("l.so"), symbol))
        };
        assert_eq!(
            guess("mul8x4u_0AB", None).unwrap(),
            "l.so, symbol mul8x4u_0AB, uint16_t(uint8_t, uint8_t) with operands 8x4u; operand format guessed \
             from the symbol's name; C signature guessed from the operand format"
        );
        assert_eq!(
            guess("mul8s_mine", Some("u64(u64,u64)")).unwrap(),
            "l.so, symbol mul8s_mine, uint64_t(uint64_t, uint64_t) with operands 8s; operand format guessed \
             from the symbol's name"
        );
        assert_eq!(
            guess("f", Some("i16(i8,i8)")).unwrap(),
            "l.so, symbol f, int16_t(int8_t, int8_t) with operands 8s; operand format guessed from the signature"
        );
        assert_eq!(guess("f", Some("i16(i8,u8)")), None);
        assert_eq!(guess("f", Some("u64(u64,u64)")), None);
        assert_eq!(guess("multiply", None), None);
    }
}
