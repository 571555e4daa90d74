//! Tables of delay, transition and energy.

use std::collections::HashMap;

use super::super::Surface;
use super::LibertyFault;
use super::cell::CellRejection;
use super::syntax::{LibertyGroup, LibertyText, quoted};
use super::units::LibertyUnits;

/// The most points of one axis; libraries have seven or eight.
const MAX_POINTS: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableAxis {
    Slew,
    Load,
}

/// What the templates of a library say about its tables.
pub(super) struct TableTemplates<'a> {
    templates: HashMap<&'a str, TableTemplate<'a>>,
}

#[derive(Default)]
struct TableTemplate<'a> {
    /// The names of the axes; the first varies slowest.
    variables: Vec<&'a str>,
    indices: [Option<LibertyText<'a>>; 2],
}

impl<'a> TableTemplates<'a> {
    pub fn of(library: &LibertyGroup<'a>) -> Self {
        let groups = library.all("lu_table_template").chain(library.all("power_lut_template"));
        let templates = groups.filter_map(|group| {
            let name = group.arguments.first()?.text;
            let variables = ["variable_1", "variable_2", "variable_3"];
            let variables =
                variables.into_iter().map_while(|name| group.value(name)).map(|text| text.text).collect();
            Some((
                name,
                TableTemplate { variables, indices: ["index_1", "index_2"].map(|name| group.value(name)) },
            ))
        });
        Self { templates: templates.collect() }
    }

    /// The table in a group, its values multiplied by `scale`.
    pub fn surface(
        &self,
        group: &LibertyGroup,
        units: &LibertyUnits,
        scale: f64,
    ) -> Result<Surface, CellRejection> {
        let values = group.values("values").iter().flat_map(|text| text.words());
        let values: Vec<f64> =
            values.map(|word| Ok(word.number()? * scale)).collect::<Result<_, LibertyFault>>()?;
        let scalar = TableTemplate::default();
        let template = match group.arguments.first() {
            None => &scalar,
            Some(name) if name.text == "scalar" => &scalar,
            Some(name) => self.templates.get(name.text).ok_or_else(|| {
                let message =
                    format!("unknown lu_table_template or power_lut_template {}", quoted(name.text));
                LibertyFault::other(name.at, message)
            })?,
        };
        let mut axes = Vec::new();
        for (&variable, index) in template.variables.iter().zip(["index_1", "index_2", "index_3"]) {
            let axis = match variable {
                "input_net_transition" | "input_transition_time" => TableAxis::Slew,
                "total_output_net_capacitance" => TableAxis::Load,
                other => {
                    return Err(CellRejection::incomplete(format!(
                        "a table over {} is not supported",
                        quoted(other)
                    )));
                }
            };
            if axes.iter().any(|&(known, _)| known == axis) {
                let message = "the template has two axes of one kind";
                return Err(LibertyFault::other(group.kind.at, message).into());
            }
            let of_template = template.indices.get(axes.len()).copied().flatten();
            let Some(points) = group.value(index).or(of_template) else {
                return Err(LibertyFault::expected(group.kind.at, index, "none").into());
            };
            axes.push((axis, self.points(points, axis, units)?));
        }
        let size = |at: usize| axes.get(at).map_or(1, |(_, points)| points.len());
        let (outer, inner) = (size(0), size(1));
        if outer * inner != values.len() {
            let expected = format!("{} values, one for each point of the axes", outer * inner);
            return Err(LibertyFault::expected(group.kind.at, expected, values.len().to_string()).into());
        }
        // The rows of a surface are slews.
        let by_load = axes.first().is_some_and(|(axis, _)| *axis == TableAxis::Load);
        let values = if by_load {
            (0..inner)
                .flat_map(|slew| (0..outer).map(move |load| load * inner + slew))
                .map(|at| values[at])
                .collect()
        } else {
            values
        };
        let mut points = |wanted| {
            let at = axes.iter().position(|&(axis, _)| axis == wanted);
            at.map_or_else(|| vec![0.0], |at| axes.swap_remove(at).1)
        };
        let (slews, loads) = (points(TableAxis::Slew), points(TableAxis::Load));
        Surface::new(slews, loads, values)
            .ok_or_else(|| LibertyFault::other(group.kind.at, "the points of an axis have to rise").into())
    }

    fn points(
        &self,
        text: LibertyText,
        axis: TableAxis,
        units: &LibertyUnits,
    ) -> Result<Vec<f64>, LibertyFault> {
        let scale = match axis {
            TableAxis::Slew => units.time,
            TableAxis::Load => units.capacitance,
        };
        let points = text.words().map(|word| Ok(word.number()? * scale));
        let points: Vec<f64> = points.collect::<Result<_, LibertyFault>>()?;
        if points.len() > MAX_POINTS {
            let got = points.len().to_string();
            return Err(LibertyFault::expected(text.at, format!("at most {MAX_POINTS} points"), got));
        }
        if points.is_empty() || points.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(LibertyFault::expected(text.at, "points that rise", quoted(text.text)));
        }
        Ok(points)
    }
}
