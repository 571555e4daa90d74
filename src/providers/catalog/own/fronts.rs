//! Which of the members that were tried are Pareto-optimal.

use super::evaluate::EvaluatedMember;
use axmul_metrics::Metrics;

/// What is minimised beside power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrontKind {
    Mae,
    Mre,
    Wce,
}

impl FrontKind {
    pub const ALL: [Self; 3] = [Self::Mae, Self::Mre, Self::Wce];

    /// As the file says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mae => "mae",
            Self::Mre => "mre",
            Self::Wce => "wce",
        }
    }

    pub fn error(self, metrics: &Metrics) -> f64 {
        match self {
            Self::Mae => metrics.mae,
            Self::Mre => metrics.mre_pct,
            Self::Wce => metrics.wce,
        }
    }
}

/// Of members of one format, the indices of those on the front of power against one error, from the highest power down.
/// Of members that are equal in both, the one with the smaller area and delay, then with the name that sorts first.
pub(super) fn front(tried: &[EvaluatedMember], front: FrontKind) -> Vec<usize> {
    let power = |member: &EvaluatedMember| member.cost.power_mw.unwrap_or(f64::INFINITY);
    let error = |member: &EvaluatedMember| front.error(&member.metrics);
    let rest = |member: &EvaluatedMember| {
        [member.cost.area_um2, member.cost.delay_ns].map(|f| f.unwrap_or(f64::INFINITY))
    };
    let mut order: Vec<usize> = (0..tried.len()).collect();
    order.sort_by(|&x, &y| {
        let (x, y) = (&tried[x], &tried[y]);
        let by_figures = power(x).total_cmp(&power(y)).then(error(x).total_cmp(&error(y)));
        let by_rest = rest(x)[0].total_cmp(&rest(y)[0]).then(rest(x)[1].total_cmp(&rest(y)[1]));
        by_figures.then(by_rest).then_with(|| x.name.cmp(&y.name))
    });
    let mut best = f64::INFINITY;
    order.retain(|&index| {
        let better = error(&tried[index]) < best;
        best = best.min(error(&tried[index]));
        better
    });
    order.reverse();
    order
}

/// Leaves at most `limit` of a front: again and again the member goes that is missed least, by the area between the
/// staircases with and without it in logarithms of power and error. Both ends stay.
pub(super) fn thin(tried: &[EvaluatedMember], kind: FrontKind, front: &mut Vec<usize>, limit: usize) {
    let power = |index: usize| tried[index].cost.power_mw.unwrap_or_default().ln();
    let error = |index: usize| kind.error(&tried[index].metrics).ln();
    while front.len() > limit.max(2) {
        let missed =
            |at: usize| (power(front[at - 1]) - power(front[at])) * (error(front[at + 1]) - error(front[at]));
        let Some(least) = (1..front.len() - 1).min_by(|&x, &y| missed(x).total_cmp(&missed(y))) else {
            break;
        };
        front.remove(least);
    }
}
