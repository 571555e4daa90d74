//! Plain and slow stand-ins for the evaluation and the simulation of wide multipliers.

use axmul_api::{Bits, Netlist};

use crate::multiplier::{
    BLOCK, Basis, Evaluation, Intervals, Metrics, OperandFormat, Products, ProductsError, Sample,
};

/// The operand pairs to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of them.
    All,
    /// Some, drawn uniformly and independently.
    Sample {
        /// How many.
        pairs: u64,
        /// Which.
        seed: u64,
    },
}

/// Error metrics of anything that computes products.
pub fn evaluate(
    products: &dyn Products,
    extent: Extent,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Evaluation, ProductsError> {
    let format = products.format();
    let total = match extent {
        Extent::All => format.pairs() as u64,
        Extent::Sample { pairs, .. } => pairs,
    };
    let mut sums = Sums::default();
    let mut state = match extent {
        Extent::All => 0,
        Extent::Sample { seed, .. } => seed,
    };
    let mut done = 0;
    while done < total {
        let count = (total - done).min(BLOCK as u64) as usize;
        let mut out = vec![0; count];
        let (a, b): (Vec<i64>, Vec<i64>) = match extent {
            Extent::All => {
                products.block(done, &mut out)?;
                (done..done + count as u64).map(|number| pair(format, number)).unzip()
            }
            Extent::Sample { .. } => {
                let mask = (format.pairs() - 1) as u64;
                let (a, b): (Vec<i64>, Vec<i64>) =
                    (0..count).map(|_| pair(format, split_mix(&mut state) & mask)).unzip();
                products.pairs(&a, &b, &mut out)?;
                (a, b)
            }
        };
        for ((a, b), product) in a.into_iter().zip(b).zip(out) {
            sums.add(a, b, product);
        }
        done += count as u64;
        progress(done, total);
    }
    Ok(sums.finish(format, total, extent))
}

fn pair(format: OperandFormat, number: u64) -> (i64, i64) {
    let columns = 1u64 << format.width_b();
    (
        format.range_a().start() + (number / columns) as i64,
        format.range_b().start() + (number % columns) as i64,
    )
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[derive(Default)]
struct Sums {
    worst: f64,
    wrong: u64,
    absolute: f64,
    squared: f64,
    fourth: f64,
    signed: f64,
    nonzero: u64,
    relative: f64,
    relative_squared: f64,
    worst_relative: f64,
}

impl Sums {
    fn add(&mut self, a: i64, b: i64, product: i64) {
        let exact = i128::from(a) * i128::from(b);
        let error = (exact - i128::from(product)) as f64;
        self.worst = self.worst.max(error.abs());
        self.wrong += u64::from(error != 0.0);
        self.absolute += error.abs();
        self.squared += error * error;
        self.fourth += error.powi(4);
        self.signed += error;
        if exact != 0 {
            let ratio = error.abs() / exact.abs() as f64;
            self.nonzero += 1;
            self.relative += ratio;
            self.relative_squared += ratio * ratio;
            self.worst_relative = self.worst_relative.max(ratio);
        }
    }

    fn finish(self, format: OperandFormat, total: u64, extent: Extent) -> Evaluation {
        let n = total as f64;
        let percent = 100.0 / format.pairs() as f64;
        let nonzero = self.nonzero.max(1) as f64;
        let metrics = Metrics {
            mae: self.absolute / n,
            mae_pct: self.absolute / n * percent,
            wce: self.worst,
            wce_pct: self.worst * percent,
            mre_pct: 100.0 * self.relative / nonzero,
            wcre_pct: 100.0 * self.worst_relative,
            ep_pct: 100.0 * self.wrong as f64 / n,
            mse: self.squared / n,
            variance: self.squared / n - (self.signed / n).powi(2),
            mean_error: self.signed / n,
        };
        let around = |mean: f64, mean_square: f64, n: f64| {
            let half = 1.96 * ((mean_square - mean * mean).max(0.0) / n).sqrt();
            (mean - half, mean + half)
        };
        let basis = match extent {
            Extent::All => Basis::AllPairs,
            Extent::Sample { pairs, seed } => Basis::Sample(Sample {
                pairs,
                seed,
                intervals: Intervals {
                    mae: around(metrics.mae, metrics.mse, n),
                    mre_pct: around(metrics.mre_pct, 1e4 * self.relative_squared / nonzero, nonzero),
                    ep_pct: around(metrics.ep_pct, 100.0 * metrics.ep_pct, n),
                    mse: around(metrics.mse, self.fourth / n, n),
                    mean_error: around(metrics.mean_error, metrics.mse, n),
                },
            }),
        };
        Evaluation { metrics, basis }
    }
}

/// The products of a circuit, one pair at a time.
pub struct Simulator(Netlist);

impl Simulator {
    /// Takes a copy of the circuit.
    pub fn new(netlist: &Netlist) -> Self {
        Self(netlist.clone())
    }
}

impl Products for Simulator {
    fn format(&self) -> OperandFormat {
        self.0.format()
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        let numbers = first..first + out.len() as u64;
        let (a, b): (Vec<i64>, Vec<i64>) = numbers.map(|number| pair(self.format(), number)).unzip();
        self.pairs(&a, &b, out)
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        let format = self.0.format();
        let bits =
            |value: i64, width: u8| (0..width).map(move |bit| value >> bit & 1 == 1).collect::<Vec<_>>();
        for ((&a, &b), out) in a.iter().zip(b).zip(out) {
            let product = self.0.replay(&mut Bits, &bits(a, format.width_a()), &bits(b, format.width_b()));
            let bus = product.iter().enumerate().fold(0, |bus, (bit, &one)| bus | i64::from(one) << bit);
            *out = format.wrap(bus);
        }
        Ok(())
    }
}
