//! What kernels are measured by: convolutions, tables, and how fast libtorch is.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::{FileError, read_json, write_json};
use axmul_kernels::ConvShape;
use axmul_metrics::{OperandFormat, ProductTable};
use axmul_support::random::SplitMix64;

/// A square convolution that keeps its shape: as many channels out as in, 3x3, padding 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {
    /// Images.
    pub batch: usize,
    /// Channels in and out.
    pub channels: usize,
    /// Rows and columns of an image.
    pub size: usize,
}

impl Standard {
    /// Those that kernels are measured by: 151 million products each.
    pub const ALL: [Self; 3] = [
        Self { batch: 64, channels: 16, size: 32 },
        Self { batch: 64, channels: 32, size: 16 },
        Self { batch: 64, channels: 64, size: 8 },
    ];

    /// As kernels take it.
    pub fn shape(self) -> ConvShape {
        let Self { batch, channels, size } = self;
        let shape = ConvShape::new(batch, [channels, size, size], channels, [3, 3]);
        ConvShape { padding: [1, 1], ..shape }
    }
}

/// Tables of signed 8x8 multipliers with the rank of their errors: the exact one; those of which the lowest 1, 2 and 4
/// columns of partial products are missing; and, as `None`, one of random errors up to 300, which has all ranks.
pub fn standard_tables() -> Vec<(Option<usize>, ProductTable)> {
    let format = OperandFormat::signed(8, 8);
    let missing = |columns: usize, a: i64, b: i64| -> i64 {
        let column = |c: usize| (0..=c).map(|i| (a >> i) & (b >> (c - i)) & 1).sum::<i64>() << c;
        (0..columns).map(column).sum()
    };
    let table = |products: Vec<i32>| ProductTable::new(format, products).expect("65,536 products");
    let low_rank = |rank| {
        let products = format.operands().map(|(a, b)| (a * b - missing(rank, a, b)) as i32);
        (Some(rank), table(products.collect()))
    };
    let mut numbers = SplitMix64::from_key(&[1]);
    let random = format.operands().map(|(a, b)| (a * b) as i32 + numbers.below(601) as i32 - 300).collect();
    [0, 1, 2, 4].into_iter().map(low_rank).chain([(None, table(random))]).collect()
}

/// What libtorch is to be timed on: `axmul-train bench --request FILE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchRequest {
    /// The convolutions.
    pub shapes: Vec<Standard>,
    /// Threads to use.
    pub threads: usize,
    /// How long each is repeated; the median counts.
    pub duration: Duration,
    /// Where the [`BenchResult`] goes, as JSON.
    pub output: PathBuf,
}

/// How long libtorch took, in the order of the request's shapes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchResult {
    /// Milliseconds of an fp32 convolution, in the layout that libtorch is fastest in.
    pub fp32_ms: Vec<f64>,
    /// Milliseconds of an int8 matrix product of as many products, without im2col; `None` if libtorch refused it.
    pub int8_ms: Vec<Option<f64>>,
}

impl BenchRequest {
    /// Writes the request to a file.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        write_json(path, self)
    }

    /// Reads a request.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        read_json(path)
    }
}

/// The median time of a piece of work in milliseconds, repeated for a while after once that does not count, and three
/// times at least.
pub fn median_ms(duration: Duration, mut work: impl FnMut()) -> f64 {
    work();
    let begin = Instant::now();
    let mut times = Vec::new();
    while times.len() < 3 || begin.elapsed() < duration {
        let start = Instant::now();
        work();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_kernels::LowRank;

    #[test]
    fn work_is_repeated_until_the_time_is_over() {
        let mut count = 0;
        let ms = median_ms(Duration::ZERO, || count += 1);
        assert!(count == 4 && ms >= 0.0);
        let ms = median_ms(Duration::from_millis(20), || std::thread::sleep(Duration::from_millis(2)));
        assert!(ms >= 2.0, "{ms}");
    }

    #[test]
    fn standard_tables_have_their_ranks() {
        for (rank, table) in standard_tables() {
            assert_eq!(LowRank::factor(&table, 8).map(|factors| factors.rank()), rank);
        }
    }

    #[test]
    fn standard_convolutions_are_equally_large() {
        for standard in Standard::ALL {
            let shape = standard.shape();
            assert_eq!(shape.output(), [standard.size; 2]);
            assert_eq!(shape.outputs() * shape.fan_in(), 150_994_944);
        }
    }
}
