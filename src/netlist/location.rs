//! Source texts, and locations in them.

use std::fmt;
use std::sync::Arc;

/// A text to read, with the name that messages show for it.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// The file name as the user wrote it.
    pub name: Arc<str>,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

impl SourceText {
    /// A text and its name.
    pub fn new(name: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }

    /// A location in this text.
    pub fn location(&self, line: u32, column: u32) -> SourceLocation {
        SourceLocation { file: self.name.clone(), line, column }
    }
}

/// A location in a text, displayed as `mul.v:12:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLocation {
    /// The file's name.
    pub file: Arc<str>,
    /// The line, counted from 1; 0 where the format has no lines.
    pub line: u32,
    /// The column, counted from 1 in characters; 0 where only the line is known.
    pub column: u32,
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().take_while(|&number| number > 0) {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parts_are_left_out() {
        let source = SourceText::new("mul.v", *b"");
        let text = |line, column| source.location(line, column).to_string();
        assert_eq!([text(12, 3), text(12, 0), text(0, 0)], ["mul.v:12:3", "mul.v:12", "mul.v"]);
    }
}
