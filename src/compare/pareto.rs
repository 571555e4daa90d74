//! Pareto fronts.

use std::collections::HashMap;

use super::{CostOrigin, Field, Row};

/// Whether figures of different origin may meet on one front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixing {
    /// One front for each [`CostOrigin`], where the front looks at costs at all.
    PerCostSource,
    /// One front over all rows.
    AllSources,
}

/// Sets [`Row::pareto`] of every row: true where no other row is at least as good in all of `fields` and better
/// in one. Everything is minimised, mean errors by magnitude; rows with equal figures stand or fall together.
/// Rows in which one of the figures is unknown get `None` and beat nobody. With no fields at all every row gets
/// `None`.
pub fn mark_front(rows: &mut [Row], fields: &[Field], mixing: Mixing) {
    let apart = mixing == Mixing::PerCostSource && fields.iter().any(|field| field.is_cost());
    let mut groups: HashMap<Option<CostOrigin<'_>>, Vec<Point>> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        let figures: Option<Vec<f64>> = fields.iter().map(|field| field.badness(row)).collect();
        if let Some(figures) = figures.filter(|figures| !figures.is_empty()) {
            let group = row.cost_origin().filter(|_| apart);
            groups.entry(group).or_default().push(Point { index, figures });
        }
    }
    let mut on_front = vec![None; rows.len()];
    for mut points in groups.into_values() {
        // In lexicographic order a point can only be beaten by one before it, and then by one on the front.
        points.sort_by(|x, y| x.figures.partial_cmp(&y.figures).expect("no figure is NaN"));
        let mut front: Vec<Point> = Vec::new();
        for point in points {
            let beaten = front.iter().any(|better| better.beats(&point));
            on_front[point.index] = Some(!beaten);
            if !beaten {
                front.push(point);
            }
        }
    }
    for (row, on_front) in rows.iter_mut().zip(on_front) {
        row.pareto = on_front;
    }
}

/// The figures of one row that the front looks at.
struct Point {
    index: usize,
    figures: Vec<f64>,
}

impl Point {
    fn beats(&self, other: &Self) -> bool {
        self.figures != other.figures && self.figures.iter().zip(&other.figures).all(|(x, y)| x <= y)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::compare::row::tests::row;

    const FIELDS: [Field; 3] = [Field::Mae, Field::PowerMw, Field::MeanError];

    /// Few distinct values, so that ties and dominance are common.
    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let figures = (0u8..5, prop::option::of(0u8..5), -3i8..4, (prop::bool::ANY, prop::bool::ANY));
        prop::collection::vec(figures, 0..24).prop_map(|rows| {
            rows.into_iter()
                .map(|(mae, power, mean_error, (lab, fast))| {
                    let source = if lab { "lab" } else { "estimate" };
                    let mut row = row("m", mae.into(), power.map(f64::from), source);
                    row.metrics.mean_error = mean_error.into();
                    row.cost_technology = Some(if fast { "1 GHz" } else { "100 MHz" }.into());
                    row
                })
                .collect()
        })
    }

    /// The definition, pair by pair.
    fn naive(rows: &[Row], fields: &[Field], mixing: Mixing) -> Vec<Option<bool>> {
        let figures = |row: &Row| -> Option<Vec<f64>> {
            fields
                .iter()
                .map(|field| match field {
                    Field::MeanError => Some(row.metrics.mean_error.abs()),
                    field => field.of(row),
                })
                .collect()
        };
        let apart = mixing == Mixing::PerCostSource && fields.contains(&Field::PowerMw);
        rows.iter()
            .map(|row| {
                let mine = figures(row)?;
                Some(!rows.iter().any(|other| {
                    let costs = |row: &Row| (row.cost_source.clone(), row.cost_technology.clone());
                    let comparable = !apart || costs(other) == costs(row);
                    figures(other).is_some_and(|theirs| {
                        comparable
                            && theirs.iter().zip(&mine).all(|(x, y)| x <= y)
                            && theirs.iter().zip(&mine).any(|(x, y)| x < y)
                    })
                }))
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_front_is_the_naive_one(mut rows in rows(), count in 1usize..=3, mix in prop::bool::ANY) {
            let mixing = if mix { Mixing::AllSources } else { Mixing::PerCostSource };
            let expected = naive(&rows, &FIELDS[..count], mixing);
            mark_front(&mut rows, &FIELDS[..count], mixing);
            prop_assert_eq!(rows.iter().map(|row| row.pareto).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn sources_are_kept_apart_unless_asked() {
        let mut rows = [row("good", 1.0, Some(1.0), "lab"), row("bad", 2.0, Some(2.0), "estimate")];
        let front = |rows: &mut [Row], fields: &[Field], mixing| {
            mark_front(rows, fields, mixing);
            [rows[0].pareto, rows[1].pareto]
        };
        let cost = [Field::Mae, Field::PowerMw];
        assert_eq!(front(&mut rows, &cost, Mixing::PerCostSource), [Some(true), Some(true)]);
        assert_eq!(front(&mut rows, &cost, Mixing::AllSources), [Some(true), Some(false)]);
        assert_eq!(front(&mut rows, &[Field::Mae], Mixing::PerCostSource), [Some(true), Some(false)]);
        assert_eq!(front(&mut rows, &[], Mixing::AllSources), [None, None]);
    }
}
