//! How a command line names a function in a C source.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use axmul_api::{FormatError, OperandFormat};

use super::error::{CSourceError, CSourceProblem};
use crate::shared_library::Signature;

/// A C source and what is said about the function meant: `FILE.c`, followed by any of `:FUNCTION`, `:FORMAT` and
/// `:SIGNATURE`, the last two in any order: `mul.c:multiply:8s:i64(i64,i64)`, `mul.c:8s`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CSourceRef {
    /// The file.
    pub path: PathBuf,
    /// The function; `None` chooses.
    pub function: Option<String>,
    /// Operand widths and signedness; `None` guesses.
    pub format: Option<OperandFormat>,
    /// The function's C types; `None` reads them.
    pub signature: Option<Signature>,
}

impl CSourceRef {
    /// Whether `text` refers to a C source, going by the file name's ending: `.c`, followed by the end or by a colon.
    /// No file is looked at.
    pub fn recognises(text: &str) -> bool {
        file_end(text).is_some()
    }

    /// A file about which nothing is said.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), function: None, format: None, signature: None }
    }
}

/// Where the file's name ends.
fn file_end(text: &str) -> Option<usize> {
    let start = text.rfind(['/', '\\']).map_or(0, |separator| separator + 1);
    let mut ends = text[start..].match_indices(':').map(|(at, _)| start + at).chain([text.len()]);
    ends.find(|&end| text[start..end].strip_suffix(".c").is_some_and(|stem| !stem.is_empty()))
}

impl FromStr for CSourceRef {
    type Err = CSourceError;

    fn from_str(text: &str) -> Result<Self, CSourceError> {
        let error = |path: &str, problem| CSourceError { path: path.into(), problem };
        let Some(end) = file_end(text) else {
            return Err(error(
                text,
                CSourceProblem::Part { part: text.into(), expected: "a file name that ends in .c" },
            ));
        };
        let path = &text[..end];
        let mut asked = Self::file(Path::new(path));
        let parts = text[end..].strip_prefix(':').into_iter().flat_map(|rest| rest.split(':'));
        for (number, part) in parts.enumerate() {
            match part.parse::<OperandFormat>() {
                Ok(format) => {
                    if asked.format.replace(format).is_some() {
                        return Err(error(path, CSourceProblem::Twice("format")));
                    }
                    continue;
                }
                Err(FormatError::Text(_)) => {}
                Err(problem) => return Err(error(path, CSourceProblem::Format(problem.to_string()))),
            }
            if let Ok(signature) = part.parse::<Signature>() {
                if asked.signature.replace(signature).is_some() {
                    return Err(error(path, CSourceProblem::Twice("signature")));
                }
            } else if number == 0 && is_identifier(part) {
                asked.function = Some(part.to_owned());
            } else {
                let expected = match number {
                    0 => "a function's name, an operand format such as 8s or a signature such as i16(i8,i8)",
                    _ => "an operand format such as 8s or a signature such as i16(i8,i8)",
                };
                return Err(error(path, CSourceProblem::Part { part: part.into(), expected }));
            }
        }
        Ok(asked)
    }
}

/// Whether a text is a C identifier.
pub(super) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_up_to_three_parts() {
        let asked = |path: &str, function: &str, format: &str, signature: &str| CSourceRef {
            path: path.into(),
            function: Some(function.to_owned()).filter(|text| !text.is_empty()),
            format: format.parse().ok(),
            signature: signature.parse().ok(),
        };
        for (text, expected) in [
            ("mul.c", asked("mul.c", "", "", "")),
            ("./mul.c:f", asked("./mul.c", "f", "", "")),
            ("x.d/mul.c:f:8x4u", asked("x.d/mul.c", "f", "8x4u", "")),
            ("mul.c:f:i16(i8,i8):8s", asked("mul.c", "f", "8s", "i16(i8,i8)")),
            ("mul.c:f:8s:i16(i8,i8)", asked("mul.c", "f", "8s", "i16(i8,i8)")),
            ("mul.c:8s", asked("mul.c", "", "8s", "")),
            ("a:b.c/odd:name.c:f", asked("a:b.c/odd:name.c", "f", "", "")),
        ] {
            assert_eq!(text.parse::<CSourceRef>().unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn malformed_parts_are_named() {
        for (text, expected) in [
            ("mul.c:", "mul.c: '' is not a function's name, an operand format such as 8s"),
            ("mul.c:f:", "mul.c: '' is not an operand format such as 8s or a signature such as i16(i8,i8)"),
            ("mul.c:a-b", "'a-b' is not a function's name"),
            ("mul.c:f:g", "'g' is not an operand format"),
            ("mul.c:f:40u", "an operand is 2 to 32 bits wide, not 40"),
            ("mul.c:8s:8u", "the format is given twice; give it once"),
            ("mul.c:i16(i8,i8):i16(i8,i8)", "the signature is given twice; give it once"),
            ("mul.h", "'mul.h' is not a file name that ends in .c"),
        ] {
            let message = text.parse::<CSourceRef>().unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn sources_are_recognised_by_their_ending() {
        for text in ["a.c", "./a.c:f", "x/y.c:f:8s", "a:b.c"] {
            assert!(CSourceRef::recognises(text), "{text}");
        }
        for text in ["a.cc", "a.C", "c", ".c", "a.npy", "a.c/b", "a.so:f.x", "truncated-3"] {
            assert!(!CSourceRef::recognises(text), "{text}");
        }
    }
}
