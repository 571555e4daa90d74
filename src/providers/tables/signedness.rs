//! Whether a table's operands are signed, where its file does not say.

use std::fmt;

use axmul_metrics::OperandFormat;

/// How the signedness of a table's operands became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignednessSource {
    /// The file's layout says it.
    Layout,
    /// It was asked for.
    Option,
    /// The file's name says it.
    Name,
    /// A negative product occurs, or none does.
    Content,
}

impl fmt::Display for SignednessSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Layout => "the file's layout says so",
            Self::Option => "as asked for",
            Self::Name => "the name says so",
            Self::Content => "judged by whether a product is negative",
        })
    }
}

/// The signedness that a name says: `mul8s_...`, `mul8x4u_...` as in EvoApproxLib, or a last part, separated by
/// `-`, `_` or `.`, that is an operand format or the word `signed` or `unsigned` (`mine-8s`, `mine_unsigned`).
pub fn from_name(name: &str) -> Option<bool> {
    let format = |text: &str| text.parse().ok().map(OperandFormat::is_signed);
    let mut parts = name.split(['_', '-', '.']);
    let first = parts.next().and_then(|part| part.strip_prefix("mul")).and_then(format);
    let last = parts.next_back().and_then(|part| match part {
        "signed" => Some(true),
        "unsigned" => Some(false),
        _ => format(part),
    });
    first.or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_it_at_either_end() {
        for (name, expected) in [
            ("mul8s_1KV8", Some(true)),
            ("mul8u_2AC", Some(false)),
            ("mul8x4u_001", Some(false)),
            ("mine-8s", Some(true)),
            ("truncated-3-8u", Some(false)),
            ("mine_unsigned", Some(false)),
            ("mine", None),
            ("multiplier_3", None),
            ("mul8_x", None),
            ("signed_something", None),
            ("", None),
        ] {
            assert_eq!(from_name(name), expected, "{name}");
        }
    }
}
