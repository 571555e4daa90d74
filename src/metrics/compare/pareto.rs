//! Pareto fronts.

use std::collections::HashMap;
use std::hash::Hash;

use super::{ComparisonRow, CostOrigin, Field};

/// Whether figures of different origin may meet on one front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixing {
    /// One front for each [`CostOrigin`], where the front looks at costs at all.
    PerCostSource,
    /// One front over all rows.
    AllSources,
}

/// What rows are ranked by on fronts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranking<'a> {
    /// What is minimised, mean errors by magnitude.
    pub fields: &'a [Field],
    /// Which rows meet on one front.
    pub mixing: Mixing,
}

impl Ranking<'_> {
    /// What a row has in the fields; `None` where one of them is unknown, and without any field.
    pub fn figures(&self, row: &ComparisonRow) -> Option<Vec<f64>> {
        // 0 and -0 are one figure.
        let figures: Option<Vec<f64>> =
            self.fields.iter().map(|field| field.badness(row).map(|figure| figure + 0.0)).collect();
        figures.filter(|figures| !figures.is_empty())
    }

    /// Rows meet on a front where this is the same.
    pub fn group<'r>(&self, row: &'r ComparisonRow) -> Option<CostOrigin<'r>> {
        let apart = self.mixing == Mixing::PerCostSource && self.fields.iter().any(|field| field.is_cost());
        row.cost_origin().filter(|_| apart)
    }
}

/// Sets [`ComparisonRow::pareto`] of every row: true where no other row is at least as good in all of the fields and better
/// in one; and [`ComparisonRow::catalog_pareto`], which is the same among the rows of its catalog. Everything is minimised,
/// mean errors by magnitude; rows with equal figures stand or fall together. Rows in which one of the figures is
/// unknown get `None` and beat nobody. With no fields at all every row gets `None`.
pub fn mark_front(rows: &mut [ComparisonRow], ranking: Ranking<'_>) {
    let joint = fronts(rows, ranking, |row| ranking.group(row));
    let own = fronts(rows, ranking, |row| (ranking.group(row), &row.catalog));
    for ((row, joint), own) in rows.iter_mut().zip(joint).zip(own) {
        (row.pareto, row.catalog_pareto) = (joint, own);
    }
}

/// Whether each row is on the front of those with the same key.
fn fronts<'r, K: Eq + Hash>(
    rows: &'r [ComparisonRow],
    ranking: Ranking<'_>,
    key: impl Fn(&'r ComparisonRow) -> K,
) -> Vec<Option<bool>> {
    let mut groups: HashMap<K, Vec<ParetoPoint>> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        if let Some(figures) = ranking.figures(row) {
            groups.entry(key(row)).or_default().push(ParetoPoint { index, figures });
        }
    }
    let mut on_front = vec![None; rows.len()];
    for mut points in groups.into_values() {
        // In lexicographic order a point can only be beaten by one before it, and then by one on the front.
        points.sort_by(|x, y| x.figures.partial_cmp(&y.figures).expect("no figure is NaN"));
        let mut front: Vec<ParetoPoint> = Vec::new();
        for point in points {
            let beaten = front.iter().any(|better| better.beats(&point));
            on_front[point.index] = Some(!beaten);
            if !beaten {
                front.push(point);
            }
        }
    }
    on_front
}

/// The figures of one row that the front looks at.
struct ParetoPoint {
    index: usize,
    figures: Vec<f64>,
}

impl ParetoPoint {
    fn beats(&self, other: &Self) -> bool {
        self.figures != other.figures && self.figures.iter().zip(&other.figures).all(|(x, y)| x <= y)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::compare::testing::row;

    const FIELDS: [Field; 3] = [Field::Mae, Field::PowerMw, Field::MeanError];

    /// Few distinct values, so that ties and dominance are common.
    fn rows() -> impl Strategy<Value = Vec<ComparisonRow>> {
        let flags = (prop::bool::ANY, prop::bool::ANY, prop::bool::ANY);
        let figures = (0u8..5, prop::option::of(0u8..5), -3i8..4, flags);
        prop::collection::vec(figures, 0..24).prop_map(|rows| {
            rows.into_iter()
                .map(|(mae, power, mean_error, (lab, fast, ours))| {
                    let source = if lab { "lab" } else { "estimate" };
                    let mut row = row("m", mae.into(), power.map(f64::from), source);
                    row.metrics.mean_error = mean_error.into();
                    row.catalog = if ours { "ours" } else { "theirs" }.into();
                    row.cost_technology = Some(if fast { "1 GHz" } else { "100 MHz" }.into());
                    row
                })
                .collect()
        })
    }

    /// The definition, pair by pair: the joint front, or that within catalogs.
    fn naive(rows: &[ComparisonRow], fields: &[Field], mixing: Mixing, within: bool) -> Vec<Option<bool>> {
        let figures = |row: &ComparisonRow| -> Option<Vec<f64>> {
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
                    let costs = |row: &ComparisonRow| (row.cost_source.clone(), row.cost_technology.clone());
                    let comparable =
                        (!apart || costs(other) == costs(row)) && (!within || other.catalog == row.catalog);
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
            let fields = &FIELDS[..count];
            let [joint, own] = [false, true].map(|within| naive(&rows, fields, mixing, within));
            mark_front(&mut rows, Ranking { fields, mixing });
            prop_assert_eq!(rows.iter().map(|row| row.pareto).collect::<Vec<_>>(), joint);
            prop_assert_eq!(rows.iter().map(|row| row.catalog_pareto).collect::<Vec<_>>(), own);
        }
    }

    #[test]
    fn sources_are_kept_apart_unless_asked() {
        let mut rows = [row("good", 1.0, Some(1.0), "lab"), row("bad", 2.0, Some(2.0), "estimate")];
        let front = |rows: &mut [ComparisonRow], fields: &[Field], mixing| {
            mark_front(rows, Ranking { fields, mixing });
            [rows[0].pareto, rows[1].pareto]
        };
        let cost = [Field::Mae, Field::PowerMw];
        assert_eq!(front(&mut rows, &cost, Mixing::PerCostSource), [Some(true), Some(true)]);
        assert_eq!(front(&mut rows, &cost, Mixing::AllSources), [Some(true), Some(false)]);
        assert_eq!(front(&mut rows, &[Field::Mae], Mixing::PerCostSource), [Some(true), Some(false)]);
        assert_eq!(front(&mut rows, &[], Mixing::AllSources), [None, None]);
    }
}
