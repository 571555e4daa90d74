//! Fronts of several catalogs, measured against each other.

use serde::Serialize;

use super::{ComparisonRow, CostOrigin, Field, HypervolumeReference, Ranking, hypervolume};

/// What each catalog adds to the fronts of a comparison. Serialises to what `axmul compare --summary` writes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fronts {
    /// What is minimised.
    pub fields: Vec<Field>,
    /// One for each [`CostOrigin`] of rows that meet on a front, in the order of their texts.
    pub fronts: Vec<JointFront>,
    /// Catalogs with rows in which one of the fields is unknown, which are on no front.
    pub unknown: Vec<Unknown>,
}

/// The front of all rows that are comparable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JointFront {
    /// Who measured or estimated the costs; `None` where the fields are no costs, or costs of different origins meet.
    pub cost_source: Option<String>,
    /// The technology and the conditions of these costs.
    pub cost_technology: Option<String>,
    /// The worst figures that hypervolumes reckon with, in the order of the fields.
    pub reference: Vec<f64>,
    /// Whether the user named them; else they lie [`Fronts::ROOM`] beyond the own fronts.
    pub reference_given: bool,
    /// Figures of the rows of all catalogs together.
    #[serde(flatten)]
    pub figures: FrontFigures,
    /// The catalogs that have rows here.
    pub catalogs: Vec<CatalogFront>,
}

/// Figures of a front. Rows that are equal in all fields are one point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FrontFigures {
    /// Rows that could be on the front.
    pub multipliers: usize,
    /// Points on the front.
    pub points: usize,
    /// Those of them that do not lie below the reference in every field, and so add nothing to the hypervolume.
    pub points_beyond_reference: usize,
    /// What the front matches or beats up to the reference, in the product of the fields' units; `None` where it is not
    /// computed: see [`hypervolume`].
    pub hypervolume: Option<f64>,
    /// The same in percent of the box between zero and the reference.
    pub hypervolume_pct: Option<f64>,
}

/// The front of a catalog's own rows, and its part in the joint one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CatalogFront {
    /// The catalog.
    pub catalog: String,
    /// Figures of its own front.
    #[serde(flatten)]
    pub figures: FrontFigures,
    /// Points of the joint front that it has.
    pub joint_points: usize,
    /// The same in percent of all points of the joint front. A point of two catalogs counts for both, so shares may
    /// add up to more than 100.
    pub joint_share_pct: f64,
}

/// Rows on no front.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// Their catalog.
    pub catalog: String,
    /// How many there are.
    pub multipliers: usize,
}

impl Fronts {
    /// How much the default reference lies beyond the worst point of any catalog's own front: so much that the ends
    /// of a front count too, and no more.
    pub const ROOM: f64 = 1.1;

    /// Measures the fronts of rows that [`mark_front`](super::mark_front) has marked by the same ranking. `catalogs`
    /// come first and in this order; others follow as the rows name them.
    ///
    /// Without a reference each joint front has its own: in every field [`Self::ROOM`] times the worst finite figure on
    /// the catalogs' own fronts. What is not on any of these has no influence.
    pub fn of(
        rows: &[ComparisonRow],
        ranking: Ranking<'_>,
        catalogs: &[String],
        reference: Option<&HypervolumeReference>,
    ) -> Self {
        let catalogs = catalogs_of(rows, catalogs);
        let ranked: Vec<Ranked<'_>> = rows
            .iter()
            .filter_map(|row| Some(Ranked { row, figures: ranking.figures(row)?, group: ranking.group(row) }))
            .collect();
        let mut groups: Vec<Option<CostOrigin<'_>>> = ranked.iter().map(|ranked| ranked.group).collect();
        groups.sort_unstable();
        groups.dedup();
        let front = |origin: Option<CostOrigin<'_>>| {
            let members: Vec<&Ranked<'_>> = ranked.iter().filter(|ranked| ranked.group == origin).collect();
            let values = match reference {
                Some(reference) => reference.values().to_vec(),
                None => beyond_own_fronts(&members, ranking.fields.len()),
            };
            JointFront {
                reference_given: reference.is_some(),
                ..joint_front(&members, origin, &catalogs, values)
            }
        };
        let unknown = |catalog: &String| {
            let unranked = |row: &&ComparisonRow| row.catalog == *catalog && ranking.figures(row).is_none();
            let multipliers = rows.iter().filter(unranked).count();
            (multipliers > 0).then(|| Unknown { catalog: catalog.clone(), multipliers })
        };
        Self {
            fields: ranking.fields.to_vec(),
            fronts: groups.into_iter().map(front).collect(),
            unknown: catalogs.iter().filter_map(unknown).collect(),
        }
    }
}

/// The catalogs of rows, each once: first those of `first`, in that order.
pub fn catalogs_of(rows: &[ComparisonRow], first: &[String]) -> Vec<String> {
    let mut catalogs: Vec<String> = Vec::new();
    for name in first.iter().chain(rows.iter().map(|row| &row.catalog)) {
        if !catalogs.contains(name) {
            catalogs.push(name.clone());
        }
    }
    catalogs
}

/// A row that can be on a front.
struct Ranked<'a> {
    row: &'a ComparisonRow,
    figures: Vec<f64>,
    group: Option<CostOrigin<'a>>,
}

fn beyond_own_fronts(members: &[&Ranked<'_>], fields: usize) -> Vec<f64> {
    let own = || members.iter().filter(|member| member.row.catalog_pareto == Some(true));
    let worst = |field: usize| {
        let figures = own().map(|member| member.figures[field]).filter(|figure| figure.is_finite());
        figures.fold(0.0, f64::max)
    };
    (0..fields).map(|field| Fronts::ROOM * worst(field)).collect()
}

fn joint_front(
    members: &[&Ranked<'_>],
    origin: Option<CostOrigin<'_>>,
    catalogs: &[String],
    reference: Vec<f64>,
) -> JointFront {
    let on_joint = |member: &Ranked<'_>| member.row.pareto == Some(true);
    let joint = distinct(members.iter().filter(|member| on_joint(member)));
    let of_catalog = |catalog: &String| {
        let mine = || members.iter().filter(|member| member.row.catalog == *catalog);
        let multipliers = mine().count();
        let own = distinct(mine().filter(|member| member.row.catalog_pareto == Some(true)));
        let joint_points = distinct(mine().filter(|member| on_joint(member))).len();
        (multipliers > 0).then(|| CatalogFront {
            catalog: catalog.clone(),
            figures: FrontFigures::of(multipliers, &own, &reference),
            joint_points,
            joint_share_pct: 100.0 * joint_points as f64 / joint.len().max(1) as f64,
        })
    };
    JointFront {
        cost_source: origin.map(|origin| origin.source.to_owned()),
        cost_technology: origin.map(|origin| origin.technology.to_owned()),
        figures: FrontFigures::of(members.len(), &joint, &reference),
        catalogs: catalogs.iter().filter_map(of_catalog).collect(),
        reference,
        reference_given: false,
    }
}

/// The points of rows, equal ones once.
fn distinct<'a>(members: impl Iterator<Item = &'a &'a Ranked<'a>>) -> Vec<&'a [f64]> {
    let mut points: Vec<&[f64]> = members.map(|member| &member.figures[..]).collect();
    points.sort_by(|x, y| x.partial_cmp(y).expect("no figure is NaN"));
    points.dedup();
    points
}

impl FrontFigures {
    fn of(multipliers: usize, points: &[&[f64]], reference: &[f64]) -> Self {
        let below = |point: &&&[f64]| point.iter().zip(reference).all(|(figure, limit)| figure < limit);
        // No figure is better than 0, whatever a catalog says.
        let inside: Vec<Vec<f64>> =
            points.iter().filter(below).map(|point| point.iter().map(|x| x.max(0.0)).collect()).collect();
        let all: f64 = reference.iter().product();
        let hypervolume = hypervolume(&inside, reference).filter(|_| all > 0.0);
        Self {
            multipliers,
            points: points.len(),
            points_beyond_reference: points.len() - inside.len(),
            hypervolume,
            hypervolume_pct: hypervolume.map(|volume| 100.0 * volume / all),
        }
    }
}

#[cfg(test)]
mod tests;
