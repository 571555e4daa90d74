//! What stands in a column.

use std::borrow::Cow;

use crate::report::significant;
use axmul_metrics::compare::{ComparisonRow, Field, RowBasis};

/// A column of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ComparisonColumn {
    Name,
    Provider,
    Catalog,
    Signed,
    /// Widths and signedness in one word, for readers.
    Format,
    Figure(Field),
    CostSource,
    CostTechnology,
    Pareto,
    CatalogPareto,
    PairsEvaluated,
    Sampled,
    SampleSeed,
    /// The lower or upper end of a confidence interval: the field, its key, and whether the upper.
    Interval(Field, &'static str, bool),
}

impl ComparisonColumn {
    /// The columns of machine-readable formats: the keys of the JSON objects, in their order. Intervals have two
    /// columns each.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Name, Self::Provider, Self::Catalog, Self::Signed];
        all.extend(Field::ALL.map(Self::Figure));
        all.extend([Self::CostSource, Self::CostTechnology, Self::Pareto, Self::CatalogPareto]);
        all.extend([Self::PairsEvaluated, Self::Sampled, Self::SampleSeed]);
        let ends = |(field, key)| [Self::Interval(field, key, false), Self::Interval(field, key, true)];
        all.extend(RowBasis::INTERVALS.into_iter().flat_map(ends));
        all
    }

    /// The columns of formats for readers; that of the catalogs where there are several.
    pub fn readable(by_catalog: bool) -> Vec<Self> {
        let mut readable = vec![Self::Name, Self::Catalog, Self::Provider, Self::Format];
        readable.retain(|&column| by_catalog || column != Self::Catalog);
        let widths = [Field::WidthA, Field::WidthB];
        readable.extend(Field::ALL.into_iter().filter(|field| !widths.contains(field)).map(Self::Figure));
        readable.extend([Self::CostSource, Self::Pareto]);
        readable
    }

    pub fn title(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Name => "name",
            Self::Provider => "provider",
            Self::Catalog => "catalog",
            Self::Signed => "signed",
            Self::Format => "format",
            Self::Figure(field) => field.name(),
            Self::CostSource => "cost_source",
            Self::CostTechnology => "cost_technology",
            Self::Pareto => "pareto",
            Self::CatalogPareto => "catalog_pareto",
            Self::PairsEvaluated => "pairs_evaluated",
            Self::Sampled => "sampled",
            Self::SampleSeed => "sample_seed",
            Self::Interval(_, key, upper) => {
                return format!("{key}_{}", if upper { "upper" } else { "lower" }).into();
            }
        })
    }

    pub fn is_number(self) -> bool {
        matches!(self, Self::Figure(_))
    }

    /// The cell with every digit; empty where unknown.
    pub fn exact(self, row: &ComparisonRow) -> String {
        match self {
            Self::Figure(field) => field.of(row).map(|value| value.to_string()).unwrap_or_default(),
            other => other.text(row),
        }
    }

    /// The cell with four digits, marked where it is an estimate; empty where unknown.
    pub fn rounded(self, row: &ComparisonRow) -> String {
        match self {
            Self::Figure(field) => {
                let marked = |value| format!("{}{}", row.standing(field).mark(), significant(value, 4));
                field.of(row).map(marked).unwrap_or_default()
            }
            other => other.text(row),
        }
    }

    fn text(self, row: &ComparisonRow) -> String {
        match self {
            Self::Name => row.name.clone(),
            Self::Provider => row.provider.clone(),
            Self::Catalog => row.catalog.clone(),
            Self::Signed => row.signed.to_string(),
            Self::Format => row.format().to_string(),
            Self::CostSource => row.cost_source.clone().unwrap_or_default(),
            Self::CostTechnology => row.cost_technology.clone().unwrap_or_default(),
            Self::Pareto => row.pareto.map(|on_front| on_front.to_string()).unwrap_or_default(),
            Self::CatalogPareto => row.catalog_pareto.map(|on| on.to_string()).unwrap_or_default(),
            Self::PairsEvaluated => row.basis.pairs_evaluated.to_string(),
            Self::Sampled => row.basis.sampled.to_string(),
            Self::SampleSeed => row.basis.sample_seed.map(|seed| seed.to_string()).unwrap_or_default(),
            Self::Interval(field, _, upper) => {
                let end = |(low, high): (f64, f64)| if upper { high } else { low };
                row.basis.interval(field).map(end).map(|end| end.to_string()).unwrap_or_default()
            }
            Self::Figure(_) => unreachable!("figures are numbers"),
        }
    }
}
