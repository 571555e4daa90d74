//! Solvers against all choices.

use proptest::prelude::*;

use super::*;

/// Up to four layers of up to five options.
fn problems() -> impl Strategy<Value = Vec<Vec<LayerOption>>> {
    let option = (0u8..40, 0u8..40)
        .prop_map(|(e, l)| LayerOption { energy: f64::from(e) / 64.0, loss: f64::from(l) / 64.0 });
    prop::collection::vec(prop::collection::vec(option, 1..6), 1..5)
}

fn all_choices(layers: &[Vec<LayerOption>]) -> Vec<Vec<usize>> {
    layers.iter().fold(vec![vec![]], |choices, layer| {
        let extend = |choice: &Vec<usize>, at: usize| choice.iter().copied().chain([at]).collect();
        choices.iter().flat_map(|choice| (0..layer.len()).map(move |at| extend(choice, at))).collect()
    })
}

fn sums(layers: &[Vec<LayerOption>], choice: &[usize]) -> (f64, f64) {
    let options = || layers.iter().zip(choice).map(|(layer, &at)| layer[at]);
    (options().map(|o| o.energy).sum(), options().map(|o| o.loss).sum())
}

proptest! {
    #[test]
    fn the_front_is_that_of_all_choices(layers in problems()) {
        let front = front(&layers);
        prop_assert!(front.exact);
        let all: Vec<_> = all_choices(&layers).iter().map(|choice| sums(&layers, choice)).collect();
        for point in &front.points {
            prop_assert_eq!(sums(&layers, &point.choice), (point.energy, point.loss));
            let better = |&&(e, l): &&(f64, f64)| {
                e <= point.energy && l <= point.loss && (e, l) != (point.energy, point.loss)
            };
            prop_assert_eq!(all.iter().find(better), None);
        }
        for budget in all.iter().map(|(energy, _)| *energy) {
            let best = all.iter().filter(|(e, _)| *e <= budget).map(|(_, l)| *l).fold(f64::MAX, f64::min);
            prop_assert_eq!(front.within(budget).unwrap().loss, best);
        }
    }

    /// A thinned front is of true choices, keeps both ends, and is nowhere worse than a step of energy earlier.
    #[test]
    fn few_points_lose_little(layers in problems()) {
        let (whole, few) = (front(&layers), front_of(&layers, 8));
        for point in &few.points {
            prop_assert_eq!(sums(&layers, &point.choice), (point.energy, point.loss));
        }
        prop_assert_eq!(few.points[0].energy, whole.points[0].energy);
        prop_assert_eq!(few.points.last().unwrap().loss, whole.points.last().unwrap().loss);
    }

    /// With pairwise terms, what an exchange ends with is within the budget, no worse than its start, and no single
    /// change improves it.
    #[test]
    fn an_exchange_ends_where_no_change_helps(layers in problems(), cross in -8i8..8) {
        let joint = |choice: &[usize]| {
            let losses: Vec<f64> = layers.iter().zip(choice).map(|(layer, &at)| layer[at].loss).collect();
            let pairs = losses.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>();
            losses.iter().sum::<f64>() + f64::from(cross) / 4.0 * pairs
        };
        let front = front(&layers);
        let start = &front.points[front.points.len() / 2];
        let ended = exchange(&layers, start, start.energy, 20, &joint);
        prop_assert!(ended.energy <= start.energy + 1e-9 && ended.loss <= joint(&start.choice));
        prop_assert_eq!(ended.loss, joint(&ended.choice));
        for choice in all_choices(&layers) {
            let changed = choice.iter().zip(&ended.choice).filter(|(a, b)| a != b).count();
            if changed <= 2 && sums(&layers, &choice).0 <= start.energy {
                prop_assert!(joint(&choice) >= ended.loss, "{choice:?}");
            }
        }
    }
}

/// Every uniform choice is a choice: no uniform point is better than the front.
#[test]
fn uniform_choices_are_in_the_space() {
    let option = |energy: f64, loss: f64| LayerOption { energy, loss };
    let layers = [
        vec![option(0.5, 0.0), option(0.2, 0.3), option(0.1, 0.9)],
        vec![option(0.5, 0.0), option(0.2, 0.1), option(0.1, 0.2)],
    ];
    let optional = layers.clone().map(|layer| layer.into_iter().map(Some).collect::<Vec<_>>());
    let uniform = uniform_front(&optional);
    assert_eq!(uniform.points.iter().map(|p| p.choice[0]).collect::<Vec<_>>(), [2, 1, 0]);
    let front = front(&layers);
    for point in &uniform.points {
        assert!(front.within(point.energy + 1e-12).unwrap().loss <= point.loss);
    }
    let missing = [vec![None, Some(option(0.2, 0.3))], vec![Some(option(0.5, 0.0)), Some(option(0.2, 0.1))]];
    assert_eq!(uniform_front(&missing).points.len(), 1);
}

#[test]
fn nothing_to_choose_from_leaves_nothing() {
    let option = LayerOption { energy: 0.5, loss: 0.0 };
    assert!(front(&[vec![option], vec![]]).points.is_empty());
    let broken =
        [LayerOption { energy: f64::NAN, loss: 0.0 }, LayerOption { energy: 0.1, loss: f64::INFINITY }];
    assert!(front(&[broken.to_vec()]).points.is_empty());
    assert_eq!(front(&[]).points, [AssignmentPoint { energy: 0.0, loss: 0.0, choice: vec![] }]);
    let front = front(&[vec![option]]);
    assert!(front.within(0.4).is_none() && front.at_most(0.0).is_some());
}
