//! What can be wrong with a circuit's text.

use super::SourceLocation;

/// A problem and its place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{location}: {kind}")]
pub struct NetlistError {
    /// Where it was noticed.
    pub location: SourceLocation,
    /// What it is.
    pub kind: NetlistErrorKind,
}

/// What can be wrong with a circuit's text. Every message says what was expected, what came and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetlistErrorKind {
    /// The text is not of its format.
    #[error("expected {expected}, got {got}")]
    Syntax {
        /// What the format demands here.
        expected: String,
        /// What stands here.
        got: String,
    },
    /// The text is of its format but means something that this reader does not know.
    #[error("{what} is not supported; {advice}")]
    Unsupported {
        /// The construct.
        what: String,
        /// How to get past it.
        advice: String,
    },
    /// A register or latch.
    #[error(
        "{what} keeps a state, and a multiplier here is combinational; read the logic without its registers"
    )]
    Sequential {
        /// The construct.
        what: String,
    },
    /// A name that nothing declares: a net, a module, a cell, a pin, a parameter.
    #[error("no {kind} is called '{name}'{hint}")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Where to look or what to name, beginning with `; `; may be empty.
        hint: String,
    },
    /// Something declared twice.
    #[error("{kind} '{name}' was declared before, at {first}; rename or remove one")]
    Duplicate {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The first declaration.
        first: SourceLocation,
    },
    /// Two things of different widths are connected.
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
    #[error("'{net}' is driven twice, first at {first}; a net has one driver")]
    DrivenTwice {
        /// The net.
        net: String,
        /// The first driver.
        first: SourceLocation,
    },
    /// A net that is read and that nothing drives.
    #[error("nothing drives '{net}', which the outputs depend on; connect it or tie it to a constant")]
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
    /// More of something than this reader takes.
    #[error("{what}; axmul reads at most {limit}")]
    TooLarge {
        /// What there is too much of.
        what: String,
        /// The most that is taken, with its unit.
        limit: String,
    },
    /// Which module is the circuit cannot be told.
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

    /// This problem at that place.
    pub fn at(self, location: &SourceLocation) -> NetlistError {
        NetlistError { location: location.clone(), kind: self }
    }
}
