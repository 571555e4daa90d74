//! A table for terminals.

use std::fmt::Write as _;

use super::column::ComparisonColumn;
use super::footnote;
use crate::report::{Render, RenderError, align_right, boxed_table};
use axmul_metrics::compare::{ComparisonRow, CostOrigin, Field};

/// A table in boxes, figures with four significant digits. Origins of costs are numbered and spelt out below.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonTable {
    /// Characters in a line. Columns are left out, the least telling first, until the table fits; `None` keeps
    /// all of them.
    pub width: Option<usize>,
    /// Whether rows of several catalogs stand side by side, which are then told apart.
    pub by_catalog: bool,
}

/// What stands in the column `pareto`.
const JOINT: &str = "*";
const OWN: &str = "o";

/// The order in which columns are given up, the last one first.
const BY_WORTH: [ComparisonColumn; 18] = [
    ComparisonColumn::Name,
    ComparisonColumn::Pareto,
    ComparisonColumn::Catalog,
    ComparisonColumn::Figure(Field::MaePct),
    ComparisonColumn::Figure(Field::PowerMw),
    ComparisonColumn::Format,
    ComparisonColumn::Figure(Field::Mae),
    ComparisonColumn::Figure(Field::Wce),
    ComparisonColumn::Figure(Field::MrePct),
    ComparisonColumn::Figure(Field::EpPct),
    ComparisonColumn::Figure(Field::AreaUm2),
    ComparisonColumn::Figure(Field::DelayNs),
    ComparisonColumn::CostSource,
    ComparisonColumn::Figure(Field::MeanError),
    ComparisonColumn::Figure(Field::WcePct),
    ComparisonColumn::Figure(Field::Mse),
    ComparisonColumn::Figure(Field::WcrePct),
    ComparisonColumn::Figure(Field::Variance),
];

impl Render<[ComparisonRow]> for ComparisonTable {
    fn render(&self, rows: &[ComparisonRow]) -> Result<Vec<u8>, RenderError> {
        let origins = CostOrigin::distinct(rows.iter().filter_map(ComparisonRow::cost_origin));
        let mut columns = ComparisonColumn::readable(self.by_catalog);
        if rows.iter().all(|row| row.pareto.is_none()) {
            columns.retain(|&column| column != ComparisonColumn::Pareto);
        }
        let cells = |column: ComparisonColumn| -> Vec<String> {
            let title = if column == ComparisonColumn::CostSource { "cost".into() } else { column.title() };
            let cell = |row: &ComparisonRow| match column {
                ComparisonColumn::CostSource => {
                    let number = origins.iter().position(|origin| Some(*origin) == row.cost_origin());
                    number.map(|number| format!("[{}]", number + 1)).unwrap_or_default()
                }
                ComparisonColumn::Pareto => match (row.pareto, row.catalog_pareto) {
                    (None, _) => "?".into(),
                    (Some(true), _) => JOINT.into(),
                    (_, Some(true)) if self.by_catalog => OWN.into(),
                    _ => String::new(),
                },
                _ => column.rounded(row),
            };
            std::iter::once(title.into_owned()).chain(rows.iter().map(cell)).collect()
        };
        let mut shown: Vec<(ComparisonColumn, Vec<String>)> =
            columns.iter().map(|&c| (c, cells(c))).collect();
        let left_out = self.fit(&mut shown);

        let mut table = boxed_table(shown.iter().map(|(_, cells)| &cells[0]).collect::<Vec<_>>());
        table.add_rows((1..=rows.len()).map(|i| shown.iter().map(move |(_, cells)| &cells[i])));
        let numbers = shown.iter().enumerate().filter(|(_, (column, _))| column.is_number());
        align_right(&mut table, numbers.map(|(index, _)| index));
        let mut text = format!("{table}\n");
        if shown.iter().any(|(column, _)| *column == ComparisonColumn::CostSource) {
            for (number, origin) in origins.iter().enumerate() {
                let _ = writeln!(text, "[{}] {}", number + 1, origin.label(&origins));
            }
        }
        if self.by_catalog && shown.iter().any(|(column, _)| *column == ComparisonColumn::Pareto) {
            let _ = writeln!(text, "{JOINT} on the joint front, {OWN} on the front of its catalog only");
        }
        for note in footnote::samples(rows) {
            let _ = writeln!(text, "{note}");
        }
        if !left_out.is_empty() {
            let count = left_out.len();
            let _ = writeln!(text, "{count} columns omitted to fit the terminal; use --format csv for all");
        }
        Ok(text.into_bytes())
    }
}

impl ComparisonTable {
    /// Removes columns until the rest fits, and returns them in the order of the table.
    fn fit(&self, shown: &mut Vec<(ComparisonColumn, Vec<String>)>) -> Vec<ComparisonColumn> {
        let Some(width) = self.width else { return Vec::new() };
        let all: Vec<ComparisonColumn> = shown.iter().map(|(column, _)| *column).collect();
        // The provider mostly repeats the name, and comes back with --format csv.
        for unworthy in std::iter::once(ComparisonColumn::Provider).chain(BY_WORTH[1..].iter().rev().copied())
        {
            let cell = |cell: &String| cell.chars().count();
            // A cell has a blank on either side and a line to its right; one more line opens the table.
            let total: usize =
                shown.iter().map(|(_, cells)| cells.iter().map(cell).max().unwrap_or(0) + 3).sum::<usize>()
                    + 1;
            if total <= width {
                break;
            }
            shown.retain(|(column, _)| *column != unworthy);
        }
        all.into_iter().filter(|&column| shown.iter().all(|(kept, _)| *kept != column)).collect()
    }
}
