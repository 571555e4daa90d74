//! A table as GitHub and most others render it.

use std::fmt::Write as _;

use super::column::ComparisonColumn;
use super::footnote;
use crate::report::{Render, RenderError};
use axmul_metrics::compare::ComparisonRow;

/// A pipe table, figures with four significant digits and aligned to the right.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonMarkdown {
    /// Whether rows of several catalogs stand side by side, which are then told apart.
    pub by_catalog: bool,
}

impl Render<[ComparisonRow]> for ComparisonMarkdown {
    fn render(&self, rows: &[ComparisonRow]) -> Result<Vec<u8>, RenderError> {
        let columns = ComparisonColumn::readable(self.by_catalog);
        let titles: Vec<(String, bool)> =
            columns.iter().map(|column| (column.title().into_owned(), column.is_number())).collect();
        let cells = rows.iter().map(|row| columns.iter().map(|column| column.rounded(row)).collect());
        let mut text = pipes(&titles, cells);
        for note in footnote::samples(rows) {
            let _ = write!(text, "\n{note}\n");
        }
        Ok(text.into_bytes())
    }
}

/// A pipe table: titles, each with whether it is one of numbers, and rows of cells.
pub(super) fn pipes(titles: &[(String, bool)], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        text.push('|');
        for cell in cells {
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    };
    line(&mut titles.iter().map(|(title, _)| title.clone()));
    line(&mut titles.iter().map(|(_, number)| if *number { "---:" } else { "---" }.to_owned()));
    for row in rows {
        line(&mut row.iter().map(|cell| escape(cell)));
    }
    text
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
