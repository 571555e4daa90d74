use super::*;
use crate::compare::{Mixing, mark_front, testing::row};

const FIELDS: [Field; 2] = [Field::PowerMw, Field::Mae];

fn of(rows: &mut [ComparisonRow], ranking: Ranking<'_>, reference: Option<&[f64]>) -> Fronts {
    mark_front(rows, ranking);
    let reference =
        reference.map(|values| HypervolumeReference::new(values.to_vec(), ranking.fields).unwrap());
    Fronts::of(rows, ranking, &["b".into(), "empty".into()], reference.as_ref())
}

/// A row of a catalog at (power, mae).
fn point(catalog: &str, power_mw: f64, mae: f64) -> ComparisonRow {
    ComparisonRow { catalog: catalog.into(), ..row("m", mae, Some(power_mw), "lab") }
}

fn ranking(mixing: Mixing) -> Ranking<'static> {
    Ranking { fields: &FIELDS, mixing }
}

/// Two catalogs that share a point, equal rows in one of them, and a row that is on no front.
fn two() -> Vec<ComparisonRow> {
    vec![
        point("a", 1.0, 4.0),
        point("a", 2.0, 2.0),
        point("a", 2.0, 2.0),
        point("a", 50.0, 60.0),
        point("b", 2.0, 2.0),
        point("b", 4.0, 1.0),
        point("b", 3.0, 3.0),
        ComparisonRow { catalog: "b".into(), ..row("m", 0.0, None, "") },
    ]
}

#[test]
fn shares_and_volumes_by_hand() {
    let fronts = of(&mut two(), ranking(Mixing::PerCostSource), Some(&[5.0, 5.0]));
    assert_eq!(fronts.unknown, [Unknown { catalog: "b".into(), multipliers: 1 }]);
    let [joint] = &fronts.fronts[..] else { panic!("{fronts:?}") };
    assert_eq!(joint.cost_source.as_deref(), Some("lab"));
    let figures = |multipliers, points, volume: f64| FrontFigures {
        multipliers,
        points,
        points_beyond_reference: 0,
        hypervolume: Some(volume),
        hypervolume_pct: Some(100.0 * volume / 25.0),
    };
    assert_eq!(joint.figures, figures(7, 3, 1.0 + 9.0 + 1.0));
    let expected = [("b", figures(3, 2, 10.0), 2), ("a", figures(4, 2, 10.0), 2)];
    assert_eq!(joint.catalogs.len(), 2, "the empty one has no front");
    for (got, (catalog, figures, joint_points)) in joint.catalogs.iter().zip(expected) {
        assert_eq!((got.catalog.as_str(), got.figures), (catalog, figures));
        assert_eq!(got.joint_points, joint_points);
        assert_eq!(got.joint_share_pct, 200.0 / 3.0);
    }
}

/// The default depends on fronts alone, and leaves room for their ends.
#[test]
fn the_default_reference_lies_a_tenth_beyond_the_own_fronts() {
    let fronts = of(&mut two(), ranking(Mixing::PerCostSource), None);
    assert_eq!(fronts.fronts[0].reference, [Fronts::ROOM * 4.0, Fronts::ROOM * 4.0]);
    let mut endless = vec![point("a", f64::INFINITY, 0.0), point("a", 1.0, 2.0)];
    let fronts = of(&mut endless, ranking(Mixing::PerCostSource), None);
    assert_eq!(fronts.fronts[0].reference, [Fronts::ROOM, Fronts::ROOM * 2.0]);
    assert_eq!(fronts.fronts[0].figures.points_beyond_reference, 1);
}

#[test]
fn origins_have_fronts_of_their_own_unless_mixed() {
    let mut rows = two();
    for row in rows.iter_mut().filter(|row| row.catalog == "b" && row.power_mw.is_some()) {
        row.cost_technology = Some("another".into());
    }
    let fronts = of(&mut rows, ranking(Mixing::PerCostSource), None);
    let catalogs: Vec<_> = fronts.fronts.iter().map(|front| front.catalogs[0].catalog.as_str()).collect();
    assert_eq!(catalogs, ["a", "b"]);
    assert!(fronts.fronts.iter().all(|front| front.catalogs[0].joint_share_pct == 100.0));
    let mixed = of(&mut rows, ranking(Mixing::AllSources), None);
    assert_eq!((mixed.fronts.len(), mixed.fronts[0].cost_source.as_ref()), (1, None));
    // What is no cost is comparable whoever costs it.
    let errors = Ranking { fields: &[Field::Mae, Field::Mse], mixing: Mixing::PerCostSource };
    assert_eq!(of(&mut rows, errors, None).fronts.len(), 1);
}

#[test]
fn points_beyond_the_reference_add_nothing_and_are_counted() {
    let fronts = of(&mut two(), ranking(Mixing::PerCostSource), Some(&[2.0, 9.0]));
    let [b, a] = &fronts.fronts[0].catalogs[..] else { panic!("{fronts:?}") };
    assert_eq!((b.figures.hypervolume, b.figures.points_beyond_reference), (Some(0.0), 2));
    assert_eq!((a.figures.hypervolume, a.figures.points_beyond_reference), (Some(5.0), 1));
    let none = of(&mut two(), ranking(Mixing::PerCostSource), Some(&[1.0, 1.0]));
    assert_eq!((none.fronts[0].figures.hypervolume_pct, none.fronts[0].figures.points), (Some(0.0), 3));
}

#[test]
fn there_is_no_volume_of_one_field_of_many_or_where_all_is_zero() {
    let volume = |rows: &mut [ComparisonRow], fields: &[Field]| {
        let ranking = Ranking { fields, mixing: Mixing::AllSources };
        of(rows, ranking, None).fronts[0].figures.hypervolume
    };
    assert_eq!(volume(&mut two(), &[Field::Mae]), None);
    assert_eq!(volume(&mut two(), &[Field::Mae, Field::PowerMw, Field::WidthA, Field::WidthB]), None);
    assert_eq!(volume(&mut [point("a", 1.0, 0.0)], &FIELDS), None);
    assert!(volume(&mut two(), &[Field::Mae, Field::PowerMw, Field::WidthA]).unwrap() > 0.0);
}

#[test]
fn nothing_has_no_front() {
    let fronts = of(&mut [], ranking(Mixing::PerCostSource), None);
    assert!(fronts.fronts.is_empty() && fronts.unknown.is_empty());
    let json = serde_json::to_value(&fronts).unwrap();
    assert_eq!(json, serde_json::json!({"fields": ["power_mw", "mae"], "fronts": [], "unknown": []}));
}
