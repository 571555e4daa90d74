//! From figures to positions on an axis.

/// How values lie along an axis, from 0 at its low end to 1 at its high end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum AxisScale {
    /// Evenly.
    Linear { low: f64, high: f64 },
    /// By decades between two powers of ten, `zero` in a place of its own below the lowest.
    Decades { low: f64, high: f64, zero: bool },
}

/// The share of a logarithmic axis that lies between 0 and the lowest decade.
const ZERO_GAP: f64 = 0.07;

impl AxisScale {
    /// The scale for values: decades where they span more than a factor of 30 and none is negative, which error
    /// metrics do, else linear with some room at either end.
    pub fn of(values: &[f64]) -> Self {
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
        let smallest = values.iter().copied().filter(|&v| v > 0.0).fold(f64::INFINITY, f64::min);
        if low >= 0.0 && high > 30.0 * smallest {
            // A little room, so that no point sits on the frame.
            return Self::Decades {
                low: smallest.log10() - 0.15,
                high: high.log10() + 0.15,
                zero: low == 0.0,
            };
        }
        if !low.is_finite() || !high.is_finite() {
            return Self::Linear { low: 0.0, high: 1.0 };
        }
        let room = if high > low { 0.06 * (high - low) } else { 0.5 * high.abs().max(1.0) };
        Self::Linear { low: low - room, high: high + room }
    }

    /// Where a value lies.
    pub fn position(self, value: f64) -> f64 {
        match self {
            Self::Linear { low, high } => (value - low) / (high - low),
            Self::Decades { zero, .. } if value <= 0.0 => {
                if zero {
                    ZERO_GAP / 2.0
                } else {
                    0.0
                }
            }
            Self::Decades { low, high, zero } => {
                let start = if zero { ZERO_GAP } else { 0.0 };
                start + (1.0 - start) * (value.log10() - low) / (high - low)
            }
        }
    }

    /// Values worth a label.
    pub fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear { low, high } => ticks(low, high, 6),
            Self::Decades { low, high, zero } => {
                let decades = (high - low).floor();
                let factors: &[f64] = if decades < 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let within = |value: &f64| (low..=high).contains(&value.log10());
                let powers = low.floor() as i32..=high.ceil() as i32;
                let marks = powers.flat_map(|power| factors.iter().map(move |f| f * 10f64.powi(power)));
                zero.then_some(0.0).into_iter().chain(marks.filter(within)).collect()
            }
        }
    }
}

/// Round numbers that divide `low..=high` into about `count` steps: multiples of 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return vec![low];
    }
    let rough = span / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|&s| s >= rough * 0.999);
    let step = step.unwrap_or(rough);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(0.0, 192.0, 4), [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(ticks(-1.0, 1.0, 4), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(ticks(3.0, 3.0, 4), [3.0]);
    }

    #[test]
    fn wide_spans_go_by_decades_and_zero_has_a_place() {
        let scale = AxisScale::of(&[0.0, 0.01, 100.0]);
        assert!(matches!(scale, AxisScale::Decades { zero: true, .. }));
        let positions = [0.0, 0.01, 1.0, 100.0].map(|v| scale.position(v));
        assert!(positions.is_sorted() && positions[0] > 0.0 && positions[3] < 1.0, "{positions:?}");
        assert_eq!(scale.ticks(), [0.0, 0.01, 0.1, 1.0, 10.0, 100.0]);
    }

    #[test]
    fn narrow_and_negative_spans_are_linear() {
        let scale = AxisScale::of(&[0.2, 0.4]);
        assert!((scale.position(0.3) - 0.5).abs() < 1e-12);
        assert!(matches!(AxisScale::of(&[-1.0, 1000.0, 0.1]), AxisScale::Linear { .. }));
        for values in [&[][..], &[3.0], &[0.0], &[f64::INFINITY]] {
            let scale = AxisScale::of(values);
            assert!(!scale.ticks().is_empty(), "{values:?}");
            assert!((0.0..=1.0).contains(&scale.position(*values.first().unwrap_or(&0.5)).min(1.0)));
        }
    }
}
