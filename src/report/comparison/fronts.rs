//! The fronts of catalogs side by side, as they stand beneath the rows of a comparison.

use std::fmt::Write as _;

use super::markdown::pipes;
use super::{ComparisonJson, ComparisonMarkdown, ComparisonTable};
use crate::report::{Render, RenderError, align_right, boxed_table, significant};
use axmul_metrics::compare::{Field, FrontFigures, Fronts, JointFront, MAX_VOLUME_FIELDS};

const COLUMNS: [&str; 6] = ["catalog", "count", "own_front", "joint_front", "share_pct", "hypervolume_pct"];

impl Render<Fronts> for ComparisonTable {
    fn render(&self, fronts: &Fronts) -> Result<Vec<u8>, RenderError> {
        let mut text = String::new();
        for front in &fronts.fronts {
            let mut table = boxed_table(COLUMNS);
            table.add_rows(cells(front));
            align_right(&mut table, 1..COLUMNS.len());
            let _ = writeln!(text, "\n{}\n{table}", title(&fronts.fields, front));
            for note in notes(&fronts.fields, front) {
                let _ = writeln!(text, "{note}");
            }
        }
        for note in common_notes(fronts) {
            let _ = writeln!(text, "{note}");
        }
        Ok(text.into_bytes())
    }
}

impl Render<Fronts> for ComparisonMarkdown {
    fn render(&self, fronts: &Fronts) -> Result<Vec<u8>, RenderError> {
        let titles: Vec<(String, bool)> =
            COLUMNS.iter().enumerate().map(|(at, title)| ((*title).to_owned(), at > 0)).collect();
        let mut text = String::new();
        for front in &fronts.fronts {
            let table = pipes(&titles, cells(front).into_iter());
            let _ = write!(text, "\n{}\n\n{table}", title(&fronts.fields, front));
            for note in notes(&fronts.fields, front) {
                let _ = write!(text, "\n{note}\n");
            }
        }
        for note in common_notes(fronts) {
            let _ = write!(text, "\n{note}\n");
        }
        Ok(text.into_bytes())
    }
}

impl Render<Fronts> for ComparisonJson {
    fn render(&self, fronts: &Fronts) -> Result<Vec<u8>, RenderError> {
        let mut bytes = serde_json::to_vec_pretty(fronts).map_err(|e| RenderError::encoding("json", e))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// A row for each catalog, and one for all of them.
fn cells(front: &JointFront) -> Vec<Vec<String>> {
    let volume =
        |figures: &FrontFigures| figures.hypervolume_pct.map(|pct| format!("{pct:.2}")).unwrap_or_default();
    let of_catalog = front.catalogs.iter().map(|of| {
        vec![
            of.catalog.clone(),
            of.figures.multipliers.to_string(),
            of.figures.points.to_string(),
            of.joint_points.to_string(),
            format!("{:.1}", of.joint_share_pct),
            volume(&of.figures),
        ]
    });
    let all = &front.figures;
    let joint = vec![
        "all".into(),
        all.multipliers.to_string(),
        String::new(),
        all.points.to_string(),
        "100.0".into(),
        volume(all),
    ];
    of_catalog.chain([joint]).collect()
}

/// What is minimized, at whose costs.
fn title(fields: &[Field], front: &JointFront) -> String {
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let costs = front.cost_source.as_ref().map(|source| format!("; costs: {source}"));
    format!("Fronts of {}{}", names.join(", "), costs.unwrap_or_default())
}

/// What there is to know about the figures of a front.
fn notes(fields: &[Field], front: &JointFront) -> Vec<String> {
    let conditions = front.cost_technology.as_ref().filter(|technology| !technology.is_empty());
    let mut notes: Vec<String> = conditions.map(|text| format!("Costs: {text}")).into_iter().collect();
    notes.push(about_volume(fields, front));
    let beyond = front.catalogs.iter().filter(|of| of.figures.points_beyond_reference > 0);
    let beyond: Vec<String> =
        beyond.map(|of| format!("{} of {}", of.figures.points_beyond_reference, of.catalog)).collect();
    if !beyond.is_empty() {
        notes.push(format!(
            "Not below the reference point in every field, so without volume: {} (points of own fronts)",
            beyond.join(", ")
        ));
    }
    notes
}

/// What the hypervolumes of a front are of, or why there are none.
fn about_volume(fields: &[Field], front: &JointFront) -> String {
    const { assert!(MAX_VOLUME_FIELDS == 3) };
    if !(2..=MAX_VOLUME_FIELDS).contains(&fields.len()) {
        return "Hypervolumes are computed for two or three fields.".into();
    }
    if let Some((field, _)) = fields.iter().zip(&front.reference).find(|(_, limit)| **limit <= 0.0) {
        return format!("No hypervolume: {field} is 0 on all fronts; set --reference.");
    }
    let limit = |(field, limit): (&Field, &f64)| format!("{field} {}", significant(*limit, 4));
    let limits: Vec<String> = fields.iter().zip(&front.reference).map(limit).collect();
    let default = if front.reference_given { "" } else { ", 10 % beyond the worst on any own front" };
    format!("Hypervolume: share of the box from 0 to {}{default} that a front dominates.", limits.join(", "))
}

/// What holds for all fronts.
fn common_notes(fronts: &Fronts) -> Vec<String> {
    let mut notes = Vec::new();
    if fronts.fronts.len() > 1 {
        notes.push("Costs of different sources or technologies are never on one front.".into());
    }
    if !fronts.fronts.is_empty() {
        notes.push("Equal multipliers are one point; a point of two catalogs counts for both.".into());
    }
    if !fronts.unknown.is_empty() {
        let unknown = fronts.unknown.iter().map(|of| format!("{} of {}", of.multipliers, of.catalog));
        let unknown: Vec<String> = unknown.collect();
        notes.push(format!("Multipliers on no front (missing values): {}", unknown.join(", ")));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::compare::{
        ComparisonRow, HypervolumeReference, Mixing, Ranking, mark_front, testing::row,
    };

    fn fronts(fields: &[Field], reference: Option<&[f64]>) -> Fronts {
        let point = |catalog: &str, mae, power, source: &str| ComparisonRow {
            catalog: catalog.into(),
            ..row("m", mae, power, source)
        };
        let mut rows = [
            point("one|two", 1.0, Some(4.0), "lab"),
            point("one|two", 2.0, Some(1.0), "lab"),
            point("three", 2.0, Some(1.0), "lab"),
            point("three", 3.0, None, ""),
            point("three", 3.0, Some(0.5), "guess"),
        ];
        let ranking = Ranking { fields, mixing: Mixing::PerCostSource };
        mark_front(&mut rows, ranking);
        let reference = reference.map(|values| HypervolumeReference::new(values.to_vec(), fields).unwrap());
        Fronts::of(&rows, ranking, &[], reference.as_ref())
    }

    fn render(format: &dyn Render<Fronts>, fronts: &Fronts) -> String {
        String::from_utf8(format.render(fronts).unwrap()).unwrap()
    }

    const TABLE: ComparisonTable = ComparisonTable { width: None, by_catalog: true };

    #[test]
    fn each_format_has_the_same_figures() {
        let fronts = fronts(&[Field::Mae, Field::PowerMw], Some(&[4.0, 4.0]));
        insta::assert_snapshot!(render(&TABLE, &fronts));
        insta::assert_snapshot!(render(&ComparisonMarkdown { by_catalog: true }, &fronts));
        insta::assert_snapshot!(render(&ComparisonJson, &fronts));
    }

    #[test]
    fn why_there_is_no_volume_is_said() {
        let text = |fields: &[Field]| render(&TABLE, &fronts(fields, None));
        let many = text(&[Field::Mae, Field::PowerMw, Field::WidthA, Field::WidthB]);
        assert!(many.contains("Hypervolumes are computed for two or three fields."), "{many}");
        let zero = text(&[Field::Mae, Field::Wce]);
        assert!(zero.contains("No hypervolume: wce is 0 on all fronts; set --reference"), "{zero}");
    }
}
