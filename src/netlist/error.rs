//! Errors in the text of a circuit.

use super::SourceLocation;

/// An error and its location.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{location}: {kind}")]
pub struct NetlistError {
    /// Where it was detected.
    pub location: SourceLocation,
    /// What is wrong.
    pub kind: NetlistErrorKind,
}

/// What can be wrong with the text of a circuit. Every message says what was expected, what was found, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetlistErrorKind {
    /// A syntax error.
    #[error("expected {expected}, got {got}")]
    Syntax {
        /// What the format requires here.
        expected: String,
        /// What was found.
        got: String,
    },
    /// A valid construct that this reader does not support.
    #[error("{what} is not supported; {advice}")]
    Unsupported {
        /// The construct.
        what: String,
        /// How to avoid it.
        advice: String,
    },
    /// A register or latch.
    #[error("{what} is sequential; only combinational circuits are supported, so remove its registers")]
    Sequential {
        /// The construct.
        what: String,
    },
    /// An undeclared name: of a net, module, cell, pin or parameter.
    #[error("unknown {kind} '{name}'{hint}")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What to do, beginning with `; `; may be empty.
        hint: String,
    },
    /// Something declared twice.
    #[error("{kind} '{name}' is already declared at {first}; rename or remove one")]
    Duplicate {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The first declaration.
        first: SourceLocation,
    },
    /// A width mismatch.
    #[error("{what} is {got} bits wide, expected {expected}")]
    Width {
        /// What has the wrong width.
        what: String,
        /// The width demanded.
        expected: usize,
        /// The width that came.
        got: usize,
    },
    /// A net with two drivers.
    #[error("multiple drivers for '{net}'; the first is at {first}; keep one")]
    DrivenTwice {
        /// The net.
        net: String,
        /// The first driver.
        first: SourceLocation,
    },
    /// A net without a driver on which an output depends.
    #[error("'{net}' is undriven, but outputs depend on it; connect it or tie it to a constant")]
    Undriven {
        /// The net.
        net: String,
    },
    /// A combinational loop.
    #[error("'{}' depends on itself: {}; break the loop", .path.first().map_or("", |net| net), .path.join(" <- "))]
    Loop {
        /// Named nets around the loop, the first one repeated at the end.
        path: Vec<String>,
    },
    /// A limit of this reader is exceeded.
    #[error("{what}; axmul reads at most {limit}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// The top module is missing or ambiguous.
    #[error("{0}")]
    Top(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl NetlistErrorKind {
    /// [`NetlistErrorKind::Syntax`].
    pub fn expected(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::Syntax { expected: expected.into(), got: got.into() }
    }

    /// [`NetlistErrorKind::Unsupported`].
    pub fn unsupported(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into(), advice: advice.into() }
    }

    /// This error at a location.
    pub fn at(self, location: &SourceLocation) -> NetlistError {
        NetlistError { location: location.clone(), kind: self }
    }
}
