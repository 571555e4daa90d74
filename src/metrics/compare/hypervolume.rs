//! The hypervolume of a front.

/// The most fields that [`hypervolume`] is computed for: beyond, exact volumes take too long for long fronts.
pub const MAX_VOLUME_FIELDS: usize = 3;

/// The volume of all that some point matches or beats in every coordinate, up to the reference: the union of the boxes
/// between each point and the reference, everything being minimised. Points that do not lie below the reference in
/// every coordinate add nothing. Exact but for rounding, in O(n log n) for two coordinates and O(n^2 log n) for three.
///
/// `None` for a reference of other than two or three coordinates, for points of another number of them than the
/// reference, and where a coordinate is not finite.
///
/// Zitzler and Thiele, Multiobjective optimization using evolutionary algorithms, PPSN 1998; swept by slices.
pub fn hypervolume<P: AsRef<[f64]>>(points: &[P], reference: &[f64]) -> Option<f64> {
    let finite = |point: &[f64]| point.iter().all(|value| value.is_finite());
    let fits = |point: &P| point.as_ref().len() == reference.len() && finite(point.as_ref());
    if !(2..=MAX_VOLUME_FIELDS).contains(&reference.len()) || !finite(reference) || !points.iter().all(fits) {
        return None;
    }
    let below = |point: &&[f64]| point.iter().zip(reference).all(|(value, limit)| value < limit);
    let inside: Vec<&[f64]> = points.iter().map(AsRef::as_ref).filter(below).collect();
    Some(union(inside, reference))
}

/// The union of the boxes, in slices along the last coordinate.
fn union(mut points: Vec<&[f64]>, reference: &[f64]) -> f64 {
    let Some((&limit, others)) = reference.split_last() else { return 0.0 };
    let last = others.len();
    points.sort_by(|x, y| x[last].total_cmp(&y[last]));
    let mut nearest = f64::INFINITY;
    let mut total = 0.0;
    for (at, point) in points.iter().enumerate() {
        nearest = nearest.min(point[0]);
        let next = points.get(at + 1).map_or(limit, |next| next[last]);
        let thickness = next - point[last];
        if thickness > 0.0 {
            // Through a slice go all boxes that begin before it.
            let area = match *others {
                [limit] => limit - nearest,
                _ => union(points[..=at].to_vec(), others),
            };
            total += thickness * area;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Counts unit cells.
    fn by_cells(points: &[Vec<f64>], reference: &[f64]) -> f64 {
        let sides: Vec<usize> = reference.iter().map(|&limit| limit as usize).collect();
        let cells = (0..sides.iter().product()).filter(|&cell: &usize| {
            let mut rest = cell;
            let corner: Vec<f64> = sides
                .iter()
                .map(|&side| {
                    let at = rest % side;
                    rest /= side;
                    at as f64
                })
                .collect();
            points.iter().any(|point| point.iter().zip(&corner).all(|(value, at)| value <= at))
        });
        cells.count() as f64
    }

    /// Adds boxes, takes away the overlap of every two, adds that of every three, ...
    fn by_inclusion_and_exclusion(points: &[Vec<f64>], reference: &[f64]) -> f64 {
        let mut total = 0.0;
        for chosen in 1u32..1 << points.len() {
            let volume: f64 = (0..reference.len())
                .map(|at| {
                    let of =
                        |(index, point): (usize, &Vec<f64>)| (chosen >> index & 1 == 1).then(|| point[at]);
                    let worst = points.iter().enumerate().filter_map(of).fold(f64::NEG_INFINITY, f64::max);
                    (reference[at] - worst).max(0.0)
                })
                .product();
            total += if chosen.count_ones() % 2 == 1 { volume } else { -volume };
        }
        total
    }

    fn whole(fields: usize) -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<f64>)> {
        let point = prop::collection::vec((0u8..9).prop_map(f64::from), fields);
        let reference = prop::collection::vec((1u8..9).prop_map(f64::from), fields);
        (prop::collection::vec(point, 0..12), reference)
    }

    fn real(fields: usize) -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<f64>)> {
        let point = prop::collection::vec(0.0..1.5f64, fields);
        (prop::collection::vec(point, 0..7), prop::collection::vec(0.5..1.2f64, fields))
    }

    proptest! {
        #[test]
        fn whole_volumes_are_numbers_of_cells(
            (points, reference) in prop_oneof![whole(2), whole(3)]
        ) {
            prop_assert_eq!(hypervolume(&points, &reference), Some(by_cells(&points, &reference)));
        }

        #[test]
        fn others_are_those_of_inclusion_and_exclusion(
            (points, reference) in prop_oneof![real(2), real(3)]
        ) {
            let got = hypervolume(&points, &reference).unwrap();
            let expected = by_inclusion_and_exclusion(&points, &reference);
            prop_assert!((got - expected).abs() < 1e-9, "{got}, {expected}");
        }

        #[test]
        fn a_point_never_takes_away((points, reference) in whole(3)) {
            let volumes: Vec<f64> =
                (0..=points.len()).map(|n| hypervolume(&points[..n], &reference).unwrap()).collect();
            prop_assert!(volumes.is_sorted(), "{volumes:?}");
        }
    }

    #[test]
    fn by_hand() {
        let points = [[1.0, 4.0], [2.0, 2.0], [3.0, 3.0], [9.0, 0.0]];
        // Columns of 1 x 1, 3 x 3 below the reference (5, 5), the third point inside.
        assert_eq!(hypervolume(&points, &[5.0, 5.0]), Some(1.0 + 9.0));
        assert_eq!(hypervolume::<[f64; 2]>(&[], &[5.0, 5.0]), Some(0.0));
        assert_eq!(hypervolume(&[[0.0, 0.0, 0.0]], &[2.0, 3.0, 4.0]), Some(24.0));
    }

    #[test]
    fn what_has_no_volume() {
        assert_eq!(hypervolume(&[[1.0]], &[2.0]), None);
        assert_eq!(hypervolume(&[[1.0; 4]], &[2.0; 4]), None);
        assert_eq!(hypervolume(&[[1.0; 3]], &[2.0; 2]), None);
        assert_eq!(hypervolume(&[[f64::NAN, 1.0]], &[2.0; 2]), None);
        assert_eq!(hypervolume(&[[1.0, 1.0]], &[2.0, f64::INFINITY]), None);
    }
}
