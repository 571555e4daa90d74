//! The order of the rows.

use std::cmp::Ordering;
use std::str::FromStr;

use super::{ComparisonRow, Field, UnknownField};

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// By name.
    Name,
    /// By provider, then name.
    Provider,
    /// By a figure, the smallest first, then name.
    Field(Field),
}

impl FromStr for SortKey {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, UnknownField> {
        match text {
            "name" => Ok(Self::Name),
            "provider" => Ok(Self::Provider),
            _ => text.parse().map(Self::Field).map_err(|_: UnknownField| {
                let known = ["name", "provider"].into_iter().chain(Field::ALL.map(Field::name));
                UnknownField::new(text, known.collect())
            }),
        }
    }
}

/// Sorts rows by `key`, in descending order if `reverse`; rows in which the figure is unknown come last either
/// way, and equal ones stand by name, then in the order in which they came.
pub fn sort(rows: &mut [ComparisonRow], key: SortKey, reverse: bool) {
    let directed = |ordering: Ordering| if reverse { ordering.reverse() } else { ordering };
    rows.sort_by(|x, y| {
        let by_key = match key {
            SortKey::Name => directed(x.name.cmp(&y.name)),
            SortKey::Provider => directed(x.provider.cmp(&y.provider)),
            SortKey::Field(field) => match (field.of(x), field.of(y)) {
                (Some(x), Some(y)) => directed(x.total_cmp(&y)),
                (x, y) => x.is_none().cmp(&y.is_none()),
            },
        };
        by_key.then_with(|| x.name.cmp(&y.name))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::testing::row;

    fn names(rows: &[ComparisonRow]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn the_unknown_comes_last_and_names_break_ties() {
        let mut rows = [
            row("d", 1.0, None, "lab"),
            row("c", 2.0, Some(0.5), "lab"),
            row("b", 3.0, Some(0.1), "lab"),
            row("a", 4.0, Some(0.5), "lab"),
        ];
        let power = SortKey::Field(Field::PowerMw);
        sort(&mut rows, power, false);
        assert_eq!(names(&rows), ["b", "a", "c", "d"]);
        sort(&mut rows, power, true);
        assert_eq!(names(&rows), ["a", "c", "b", "d"]);
        sort(&mut rows, SortKey::Name, true);
        assert_eq!(names(&rows), ["d", "c", "b", "a"]);
        sort(&mut rows, SortKey::Provider, false);
        assert_eq!(names(&rows), ["a", "b", "c", "d"]);
    }

    #[test]
    fn keys_are_parsed() {
        assert_eq!("name".parse(), Ok(SortKey::Name));
        assert_eq!("wce".parse(), Ok(SortKey::Field(Field::Wce)));
        assert_eq!("nam".parse::<SortKey>().unwrap_err().nearest.as_deref(), Some("name"));
    }
}
