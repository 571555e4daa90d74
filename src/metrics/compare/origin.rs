//! Where costs come from, which decides what is comparable.

use super::ComparisonRow;
use crate::multiplier::Cost;

/// Where the figures of a cost come from. Figures of different origins are not comparable: each origin has a front, a
/// staircase, a colour and a footnote of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CostOrigin<'a> {
    /// Who measured or estimated them.
    pub source: &'a str,
    /// The technology and the conditions.
    pub technology: &'a str,
}

impl<'a> CostOrigin<'a> {
    /// That of a cost; `None` where there is no figure.
    pub fn of(cost: &'a Cost) -> Option<Self> {
        (!cost.is_empty()).then_some(Self { source: &cost.source, technology: &cost.technology })
    }

    /// The origins among these, each once, in the order of their texts.
    pub fn distinct(origins: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut distinct: Vec<Self> = origins.into_iter().collect();
        distinct.sort_unstable();
        distinct.dedup();
        distinct
    }

    /// The source; with the technology where another of `among` has the same source.
    pub fn label(&self, among: &[Self]) -> String {
        let same = |other: &&Self| other.source == self.source && *other != self;
        match among.iter().find(same) {
            Some(_) if !self.technology.is_empty() => format!("{}; {}", self.source, self.technology),
            _ => self.source.to_owned(),
        }
    }
}

impl ComparisonRow {
    /// Where the costs of this row come from; `None` where it has none.
    pub fn cost_origin(&self) -> Option<CostOrigin<'_>> {
        let source = self.cost_source.as_deref()?;
        Some(CostOrigin { source, technology: self.cost_technology.as_deref().unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::testing::row;

    #[test]
    fn one_source_under_two_technologies_has_two_origins() {
        let cost = |source: &str, technology: &str| Cost {
            power_mw: Some(1.0),
            source: source.into(),
            technology: technology.into(),
            ..Cost::default()
        };
        let costs = [cost("lab", "fast"), cost("guess", "fast"), cost("lab", "slow"), cost("lab", "fast")];
        let origins = CostOrigin::distinct(costs.iter().filter_map(CostOrigin::of));
        let labels: Vec<String> = origins.iter().map(|origin| origin.label(&origins)).collect();
        assert_eq!(labels, ["guess", "lab; fast", "lab; slow"]);
        assert_eq!(origins[1].label(&origins[..2]), "lab");
        assert_eq!(CostOrigin::of(&Cost { power_mw: None, ..cost("lab", "fast") }), None);
    }

    #[test]
    fn rows_say_the_origin_of_their_cost() {
        let mut known = row("m", 1.0, Some(1.0), "lab");
        known.cost_technology = Some("45 nm".into());
        assert_eq!(known.cost_origin(), Some(CostOrigin { source: "lab", technology: "45 nm" }));
        assert_eq!(row("m", 1.0, None, "lab").cost_origin(), None);
    }
}
