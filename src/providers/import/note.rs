//! What there is to say about an import.

use std::fmt;

/// One line of a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportNote {
    /// The multiplier.
    pub name: String,
    /// What kind of thing is said.
    pub subject: ImportNoteKind,
    /// What was expected and what came.
    pub text: String,
}

/// What a [`ImportNote`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportNoteKind {
    /// The multiplier is not in the catalog: none of its files could be used.
    LeftOut,
    /// One of its files could not be used; another one was.
    Unreadable,
    /// Its files are different multipliers.
    Different,
    /// A published figure is not that of its products.
    Figure,
    /// An index names a file that is not there, or a figure that its files do not say.
    Index,
    /// Its files are equal when the operands of one of them change places.
    Exchanged,
    /// Its files were compared over a sample of operands, which is no proof.
    Sampled,
}

impl ImportNoteKind {
    /// All of them, the gravest first.
    pub const ALL: [Self; 7] = [
        Self::LeftOut,
        Self::Unreadable,
        Self::Different,
        Self::Figure,
        Self::Index,
        Self::Exchanged,
        Self::Sampled,
    ];

    /// Its name in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::LeftOut => "left_out",
            Self::Unreadable => "unreadable",
            Self::Different => "different",
            Self::Figure => "figure",
            Self::Index => "index",
            Self::Exchanged => "exchanged",
            Self::Sampled => "sampled",
        }
    }

    /// What a summary counts.
    pub fn counted(self) -> &'static str {
        match self {
            Self::LeftOut => "left out",
            Self::Unreadable => "with a file that could not be read",
            Self::Different => "whose files are different multipliers",
            Self::Figure => "with published figures that are not theirs",
            Self::Index => "of which the index says something else",
            Self::Exchanged => {
                "whose files take the operands the other way round (taken as the C source does)"
            }
            Self::Sampled => "compared over a sample of operands only",
        }
    }

    /// Whether every one deserves its line, and not only their number.
    pub fn is_spelt_out(self) -> bool {
        !matches!(self, Self::Exchanged | Self::Sampled)
    }
}

impl ImportNote {
    pub(super) fn new(name: &str, subject: ImportNoteKind, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), subject, text: text.into() }
    }
}

impl fmt::Display for ImportNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.text)
    }
}
