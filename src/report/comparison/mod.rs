//! Rows of a comparison, one file per format; beneath them the fronts of its catalogs.

mod column;
mod csv;
mod footnote;
mod fronts;
mod json;
mod markdown;
mod table;

pub use self::csv::ComparisonCsv;
pub use json::ComparisonJson;
pub use markdown::ComparisonMarkdown;
pub use table::ComparisonTable;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Render;
    use axmul_metrics::compare::{ComparisonRow, testing::row, testing::sampled_row};

    const MARKDOWN: ComparisonMarkdown = ComparisonMarkdown { by_catalog: false };

    fn rows() -> Vec<ComparisonRow> {
        let mut cheap = row("cheap|one", 1.25, Some(0.125), "measured on silicon");
        cheap.pareto = Some(true);
        let mut dear = row("dear", 2.0 / 3.0, Some(0.25), "estimated, by hand");
        dear.pareto = Some(false);
        vec![cheap, dear, row("unknown", 20_000_000.0, None, "")]
    }

    fn render(format: &dyn Render<[ComparisonRow]>, rows: &[ComparisonRow]) -> String {
        String::from_utf8(format.render(rows).unwrap()).unwrap()
    }

    #[test]
    fn table_without_a_terminal_has_every_column() {
        insta::assert_snapshot!(render(&ComparisonTable { width: None, by_catalog: false }, &rows()));
    }

    #[test]
    fn table_in_a_narrow_terminal_drops_columns_and_says_so() {
        let text = render(&ComparisonTable { width: Some(80), by_catalog: false }, &rows());
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn table_in_a_tiny_terminal_still_has_the_names() {
        assert!(
            render(&ComparisonTable { width: Some(5), by_catalog: false }, &rows()).contains("cheap|one")
        );
    }

    #[test]
    fn json() {
        insta::assert_snapshot!(render(&ComparisonJson, &rows()[..1]));
    }

    #[test]
    fn csv() {
        insta::assert_snapshot!(render(&ComparisonCsv, &rows()));
    }

    #[test]
    fn markdown() {
        insta::assert_snapshot!(render(&MARKDOWN, &rows()));
    }

    #[test]
    fn catalogs_are_told_apart_where_there_are_several() {
        let mut rows = rows();
        for (row, catalog) in rows.iter_mut().zip(["one", "another", "another"]) {
            row.catalog = catalog.into();
            row.catalog_pareto = row.pareto.map(|_| true);
        }
        insta::assert_snapshot!(render(&ComparisonTable { width: Some(80), by_catalog: true }, &rows));
        insta::assert_snapshot!(render(&ComparisonMarkdown { by_catalog: true }, &rows));
    }

    #[test]
    fn estimates_are_marked_and_explained() {
        let mut rows =
            vec![sampled_row("wide", 12.5), row("narrow", 1.25, None, ""), sampled_row("wider", 3.0)];
        rows[0].metrics.wce = 77.0;
        insta::assert_snapshot!(render(&ComparisonTable { width: Some(80), by_catalog: false }, &rows));
        insta::assert_snapshot!(render(&MARKDOWN, &rows));
        insta::assert_snapshot!(render(&ComparisonCsv, &rows));
        rows[2].basis.sample_seed = Some(8);
        let text = render(&ComparisonTable { width: Some(80), by_catalog: false }, &rows);
        assert!(text.contains("1000 random operand pairs, seed 7") && text.contains("seed 8"), "{text}");
    }

    #[test]
    fn no_rows_are_no_problem() {
        assert_eq!(render(&ComparisonJson, &[]), "[]\n");
        assert_eq!(render(&ComparisonCsv, &[]).lines().count(), 1);
        assert_eq!(render(&MARKDOWN, &[]).lines().count(), 2);
        assert!(render(&ComparisonTable { width: Some(80), by_catalog: false }, &[]).contains("name"));
    }
}
