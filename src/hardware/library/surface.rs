//! Lookup tables over input slew and output load.

/// A figure tabulated over input slew and output load, as Liberty files tabulate it; linear between the points, and
/// along the outermost ones beyond them.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    slews_ns: Vec<f64>,
    loads_ff: Vec<f64>,
    /// Row by row: the loads of the first slew first.
    values: Vec<f64>,
}

impl Surface {
    /// A figure that is the same everywhere.
    pub fn constant(value: f64) -> Self {
        Self { slews_ns: vec![0.0], loads_ff: vec![0.0], values: vec![value] }
    }

    /// A tabulated figure; `None` where an axis is empty or does not rise, a number is not finite, or there are not as
    /// many values as points.
    pub fn new(slews_ns: Vec<f64>, loads_ff: Vec<f64>, values: Vec<f64>) -> Option<Self> {
        let rising = |axis: &[f64]| !axis.is_empty() && axis.windows(2).all(|pair| pair[0] < pair[1]);
        let finite = [&slews_ns, &loads_ff, &values].iter().all(|all| all.iter().all(|x| x.is_finite()));
        let whole = slews_ns.len().checked_mul(loads_ff.len()) == Some(values.len());
        (rising(&slews_ns) && rising(&loads_ff) && finite && whole).then_some(Self {
            slews_ns,
            loads_ff,
            values,
        })
    }

    /// The slews of its rows in nanoseconds.
    pub fn slews_ns(&self) -> &[f64] {
        &self.slews_ns
    }

    /// The loads of its columns in femtofarads.
    pub fn loads_ff(&self) -> &[f64] {
        &self.loads_ff
    }

    /// Its values, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Its values changed one by one.
    pub fn map(mut self, change: impl Fn(f64) -> f64) -> Self {
        self.values.iter_mut().for_each(|value| *value = change(*value));
        self
    }

    /// Two figures joined value by value, at the points of the one that has more of them.
    pub fn join(self, other: Self, join: impl Fn(f64, f64) -> f64) -> Self {
        if self.slews_ns == other.slews_ns && self.loads_ff == other.loads_ff {
            let values = self.values.iter().zip(&other.values).map(|(&a, &b)| join(a, b)).collect();
            return Self { values, ..self };
        }
        let finer = if self.values.len() < other.values.len() { &other } else { &self };
        let (slews_ns, loads_ff) = (finer.slews_ns.clone(), finer.loads_ff.clone());
        let points = slews_ns.iter().flat_map(|&slew| loads_ff.iter().map(move |&load| (slew, load)));
        let values = points.map(|(slew, load)| join(self.at(slew, load), other.at(slew, load))).collect();
        Self { slews_ns, loads_ff, values }
    }

    /// The figure at a slew and a load.
    pub fn at(&self, slew_ns: f64, load_ff: f64) -> f64 {
        let row = |index: usize| &self.values[index * self.loads_ff.len()..][..self.loads_ff.len()];
        let along_loads = |index: usize| between(&self.loads_ff, load_ff, |load| row(index)[load]);
        between(&self.slews_ns, slew_ns, along_loads)
    }
}

/// The value at `x` of the lines through the points of an axis.
fn between(axis: &[f64], x: f64, value: impl Fn(usize) -> f64) -> f64 {
    if axis.len() == 1 {
        return value(0);
    }
    let right = axis.partition_point(|&point| point < x).clamp(1, axis.len() - 1);
    let (low, high) = (axis[right - 1], axis[right]);
    let (from, to) = (value(right - 1), value(right));
    from + (to - from) * (x - low) / (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_between_and_beyond_the_points() {
        let surface =
            Surface::new(vec![1.0, 3.0], vec![10.0, 20.0, 40.0], vec![1.0, 2.0, 4.0, 5.0, 6.0, 8.0]);
        let surface = surface.unwrap();
        for (slew, load, expected) in
            [(1.0, 10.0, 1.0), (3.0, 40.0, 8.0), (2.0, 30.0, 5.0), (1.0, 0.0, 0.0), (5.0, 10.0, 9.0)]
        {
            assert!((surface.at(slew, load) - expected).abs() < 1e-12, "{slew} {load}");
        }
        assert_eq!(Surface::constant(7.0).at(0.3, 1e6), 7.0);
    }

    #[test]
    fn joined_at_the_points_of_the_finer_one() {
        let fine = Surface::new(vec![1.0], vec![10.0, 20.0, 40.0], vec![1.0, 2.0, 9.0]).unwrap();
        let coarse = Surface::new(vec![1.0], vec![10.0, 30.0], vec![3.0, 5.0]).unwrap();
        for joined in
            [fine.clone().join(coarse.clone(), f64::max), coarse.clone().join(fine.clone(), f64::max)]
        {
            assert_eq!(
                (joined.loads_ff(), joined.values()),
                ([10.0, 20.0, 40.0].as_slice(), [3.0, 4.0, 9.0].as_slice())
            );
        }
        let twice = coarse.clone().join(coarse.clone(), |a, b| a + b);
        assert_eq!(twice, coarse.map(|value| 2.0 * value));
        assert_eq!(fine.clone().join(Surface::constant(1.0), |a, b| a - b).values(), [0.0, 1.0, 8.0]);
        assert_eq!(Surface::constant(1.0).join(fine, |a, b| a - b).values(), [0.0, -1.0, -8.0]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for (slews, loads, values) in [
            (vec![], vec![1.0], vec![]),
            (vec![1.0, 1.0], vec![1.0], vec![1.0, 2.0]),
            (vec![1.0], vec![2.0, 1.0], vec![1.0, 2.0]),
            (vec![1.0], vec![1.0], vec![f64::NAN]),
            (vec![1.0], vec![1.0], vec![1.0, 2.0]),
        ] {
            assert_eq!(Surface::new(slews, loads, values), None);
        }
    }
}
