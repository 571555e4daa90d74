//! What colors tell apart, and the legend that says so.

use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::{LEFT, LINE, RIGHT, TOP};
use crate::report::FigureError;
use crate::report::figure::{Canvas, INK, TextLook, series_color};
use axmul_metrics::compare::{ComparisonRow, CostOrigin, catalogs_of};

/// How many series have an entry in the legend.
const IN_LEGEND: usize = 12;

/// What colors tell apart.
pub(super) struct ScatterSeries<'a> {
    /// Whether they tell catalogs apart, else origins of costs.
    pub by_catalog: bool,
    catalogs: Vec<String>,
    origins: Vec<Option<CostOrigin<'a>>>,
}

impl<'a> ScatterSeries<'a> {
    /// Those of rows; of catalogs where some are named, these first.
    pub fn of(rows: &'a [ComparisonRow], catalogs: &[String]) -> Self {
        let mut origins: Vec<Option<CostOrigin<'_>>> = rows.iter().map(ComparisonRow::cost_origin).collect();
        origins.sort_unstable();
        origins.dedup();
        Self { by_catalog: !catalogs.is_empty(), catalogs: catalogs_of(rows, catalogs), origins }
    }

    /// The number of a row's series.
    pub fn number(&self, row: &ComparisonRow) -> usize {
        let found = match self.by_catalog {
            true => self.catalogs.iter().position(|catalog| *catalog == row.catalog),
            false => self.origins.iter().position(|origin| *origin == row.cost_origin()),
        };
        found.unwrap_or(0)
    }

    /// Whether a row is on the front of its series.
    pub fn own_front(&self, row: &ComparisonRow) -> bool {
        (if self.by_catalog { row.catalog_pareto } else { row.pareto }) == Some(true)
    }

    /// What a figure with this many rows, and this many of them drawn, shows.
    pub fn about(&self, all: usize, drawn: usize) -> String {
        let mut about = match self.by_catalog {
            true => {
                let count = self.catalogs.len();
                format!("{drawn} multipliers of {count} catalogs; the joint front is ringed and named")
            }
            false => format!("{drawn} multipliers; the Pareto front is named"),
        };
        if drawn < all {
            about.push_str(&format!("; {} more with missing values", all - drawn));
        }
        about
    }

    /// Catalogs side by side below the titles; origins, which are long, each on a line. Nothing for a single origin.
    pub fn legend(&self) -> Vec<LegendEntry> {
        let known: Vec<CostOrigin<'_>> = self.origins.iter().flatten().copied().collect();
        let origin = |origin: &Option<CostOrigin<'_>>| {
            origin.map_or_else(|| "no cost".to_owned(), |origin| origin.label(&known))
        };
        let names: Vec<String> = match self.by_catalog {
            true => self.catalogs.clone(),
            false if self.origins.len() > 1 => self.origins.iter().map(origin).collect(),
            false => Vec::new(),
        };
        let series = names.into_iter().take(IN_LEGEND).enumerate().map(|(at, name)| (name, Some(at)));
        let joint = self.by_catalog.then(|| ("joint front".to_owned(), None));
        let mut entries: Vec<LegendEntry> = Vec::new();
        let (mut x, mut line) = (LEFT, 0);
        for (name, series) in series.chain(joint) {
            let name = shortened(name);
            let width = 34 + text_width(&name);
            if x > LEFT && (!self.by_catalog || x + width > RIGHT) {
                (x, line) = (LEFT, line + 1);
            }
            entries.push(LegendEntry { name, series, at: (x, line) });
            x += width;
        }
        entries
    }
}

/// What stands in the legend, and where: pixels from the left, lines from the top.
pub(super) struct LegendEntry {
    pub name: String,
    /// `None` for the joint front.
    pub series: Option<usize>,
    pub at: (i32, i32),
}

/// Letters of 11 pixels are 6.7 wide on average.
pub(super) fn text_width(text: &str) -> i32 {
    (text.chars().count() as f64 * 6.7) as i32
}

fn shortened(name: String) -> String {
    const LONGEST: usize = 104;
    if name.chars().count() <= LONGEST {
        name
    } else {
        name.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

pub(super) fn draw_legend(canvas: &Canvas<'_>, entries: &[LegendEntry]) -> Result<(), FigureError> {
    for entry in entries {
        let (x, y) = (entry.at.0 + 5, TOP - 2 + LINE * entry.at.1);
        match entry.series {
            Some(series) => canvas.disc((x, y), 4, series_color(series).mix(1.0))?,
            None => canvas.ring((x, y), 6, INK)?,
        }
        let look = TextLook::new(11.0).color(INK).anchor(HPos::Left, VPos::Center);
        canvas.text(&entry.name, (x + 11, y), look)?;
    }
    Ok(())
}
