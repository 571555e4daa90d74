//! A table as GitHub and most others render it.

use std::fmt::Write as _;

use super::column::Column;
use super::footnote;
use crate::compare::Row;
use crate::report::{Render, RenderError};

/// A pipe table, figures with four significant digits and aligned to the right.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl Render<[Row]> for Markdown {
    fn render(&self, rows: &[Row]) -> Result<Vec<u8>, RenderError> {
        let columns = Column::readable();
        let mut text = String::new();
        let mut line = |cells: &mut dyn Iterator<Item = String>| {
            text.push('|');
            for cell in cells {
                let _ = write!(text, " {cell} |");
            }
            text.push('\n');
        };
        line(&mut columns.iter().map(|column| column.title().into_owned()));
        line(&mut columns.iter().map(|column| if column.is_number() { "---:" } else { "---" }.to_owned()));
        for row in rows {
            line(&mut columns.iter().map(|column| escape(&column.rounded(row))));
        }
        for note in footnote::samples(rows) {
            let _ = write!(text, "\n{note}\n");
        }
        Ok(text.into_bytes())
    }
}

/// Text that neither ends its cell nor opens markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '\\' | '*' | '_' | '`' | '<' | '[' => escaped.extend(['\\', character]),
            '\n' | '\r' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}
