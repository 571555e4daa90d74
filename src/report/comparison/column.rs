//! What stands in a column.

use crate::compare::{Field, Row};
use crate::report::significant;

/// A column of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    Provider,
    Signed,
    /// Widths and signedness in one word, for readers.
    Format,
    Figure(Field),
    CostSource,
    Pareto,
}

impl Column {
    /// The columns of machine-readable formats: the keys of the JSON objects, in their order.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Name, Self::Provider, Self::Signed];
        all.extend(Field::ALL.map(Self::Figure));
        all.extend([Self::CostSource, Self::Pareto]);
        all
    }

    /// The columns of formats for readers.
    pub fn readable() -> Vec<Self> {
        let mut readable = vec![Self::Name, Self::Provider, Self::Format];
        let widths = [Field::WidthA, Field::WidthB];
        readable.extend(Field::ALL.into_iter().filter(|field| !widths.contains(field)).map(Self::Figure));
        readable.extend([Self::CostSource, Self::Pareto]);
        readable
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Provider => "provider",
            Self::Signed => "signed",
            Self::Format => "format",
            Self::Figure(field) => field.name(),
            Self::CostSource => "cost_source",
            Self::Pareto => "pareto",
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, Self::Figure(_))
    }

    /// The cell with every digit; empty where unknown.
    pub fn exact(self, row: &Row) -> String {
        match self {
            Self::Figure(field) => field.of(row).map(|value| value.to_string()).unwrap_or_default(),
            other => other.text(row),
        }
    }

    /// The cell with four digits; empty where unknown.
    pub fn rounded(self, row: &Row) -> String {
        match self {
            Self::Figure(field) => field.of(row).map(|value| significant(value, 4)).unwrap_or_default(),
            other => other.text(row),
        }
    }

    fn text(self, row: &Row) -> String {
        match self {
            Self::Name => row.name.clone(),
            Self::Provider => row.provider.clone(),
            Self::Signed => row.signed.to_string(),
            Self::Format => row.format().to_string(),
            Self::CostSource => row.cost_source.clone().unwrap_or_default(),
            Self::Pareto => row.pareto.map(|on_front| on_front.to_string()).unwrap_or_default(),
            Self::Figure(_) => unreachable!("figures are numbers"),
        }
    }
}
