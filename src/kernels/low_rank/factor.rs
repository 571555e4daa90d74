//! Product tables as the exact product plus a few outer products.

use axmul_metrics::{ErrorMap, OperandFormat, ProductTable};

/// An exact factorization `approx(x, w) = x * w + sum over r of left[r][x] * right[r][w]`, all integers.
///
/// It turns a sum of approximate products into one exact matrix product with `rank + 1` times the fan-in:
/// `[x, left_1[x], ...]` by `[w; right_1[w]; ...]`. [`LowRank::factor`], the only constructor, multiplies the factors back and
/// compares them with every product of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowRank {
    format: OperandFormat,
    left: Vec<Vec<i64>>,
    right: Vec<Vec<i64>>,
    largest_sum: Vec<i64>,
}

impl LowRank {
    /// Factors a table. `None` if the rank of its deviation from the exact product is above `max_rank`, or if the factors
    /// are no small integers.
    ///
    /// The left factors are a basis of the lattice that the columns of the deviation span, so that all
    /// coefficients are integers; the basis is reduced after A. K. Lenstra, H. W. Lenstra and L. Lovasz,
    /// "Factoring Polynomials with Rational Coefficients", Math. Ann. 261, 1982, which keeps them small.
    pub fn factor(table: &ProductTable, max_rank: usize) -> Option<Self> {
        let map = ErrorMap::new(table);
        let (rows, columns) = (table.rows(), table.columns());
        let deviation: Vec<Vec<i64>> =
            (0..columns).map(|w| (0..rows).map(|x| -map.errors()[x * columns + w]).collect()).collect();
        let basis = lattice_basis(&deviation, max_rank)?;
        let coefficients: Vec<Vec<i64>> = deviation
            .iter()
            .map(|column| coordinates(&basis, column).into_iter().map(integer).collect())
            .collect::<Option<_>>()?;

        // By code: two's complement codes index modulo 256.
        let format = table.format();
        let by_code = |range: std::ops::RangeInclusive<i64>, value: &dyn Fn(usize) -> i64| {
            let mut codes = vec![0; 256];
            for (index, operand) in range.enumerate() {
                codes[usize::from(operand as u8)] = value(index);
            }
            codes
        };
        let left: Vec<_> = basis.iter().map(|vector| by_code(format.range_a(), &|x| vector[x])).collect();
        let right: Vec<_> =
            (0..basis.len()).map(|r| by_code(format.range_b(), &|w| coefficients[w][r])).collect();
        let mut factors = Self { format, left, right, largest_sum: vec![0; 256] };
        factors.certify(table)?;
        Some(factors)
    }

    /// Multiplies the factors back, compares them with every product, and records the bounds.
    fn certify(&mut self, table: &ProductTable) -> Option<()> {
        for ((a, b), &product) in self.format.operands().zip(table.products()) {
            let (x, w) = (usize::from(a as u8), usize::from(b as u8));
            let (mut sum, mut absolute) = (a * b, (a * b).abs());
            for (left, right) in self.left.iter().zip(&self.right) {
                let term = left[x].checked_mul(right[w])?;
                sum = sum.checked_add(term)?;
                absolute = absolute.checked_add(term.checked_abs()?)?;
            }
            if sum != i64::from(product) {
                return None;
            }
            self.largest_sum[w] = self.largest_sum[w].max(absolute);
        }
        Some(())
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// Number of outer products; 0 for the exact multiplier.
    pub fn rank(&self) -> usize {
        self.left.len()
    }

    /// Factors of the activation: for each outer product a vector of 256, by code.
    pub fn left(&self) -> &[Vec<i64>] {
        &self.left
    }

    /// Factors of the weight: for each outer product a vector of 256, by code.
    pub fn right(&self) -> &[Vec<i64>] {
        &self.right
    }

    /// The largest `|x * w| + sum |left * right|` over all activations, by weight code. The sum of these over the weights of
    /// one output bounds every partial sum of the matrix product, in any order: below 2^24 it is exact in fp32, below 2^53 in
    /// f64.
    pub fn largest_sums(&self) -> &[i64] {
        &self.largest_sum
    }
}

/// A reduced basis of the lattice spanned by the vectors; `None` if it needs more than `max_rank` vectors or entries overflow
/// 64 bits.
///
/// Vectors enter one by one, each less its nearest lattice point. The remainder of a vector outside the span extends the
/// basis. The remainder of one inside has fractional coordinates and refines the lattice: it replaces the basis vector of its
/// largest coordinate, at most 1/2, and that vector enters next. The volume of the lattice at least halves each time, so this
/// terminates.
fn lattice_basis(vectors: &[Vec<i64>], max_rank: usize) -> Option<Vec<Vec<i64>>> {
    let mut basis: Vec<Vec<i64>> = Vec::new();
    for vector in vectors {
        let mut entering = vector.clone();
        loop {
            let position = coordinates(&basis, &entering);
            for (b, coordinate) in basis.iter().zip(&position) {
                entering = subtract(&entering, integer(*coordinate)?, b)?;
            }
            if entering.iter().all(|&entry| entry == 0) {
                break;
            }
            let fractions: Vec<f64> = position.iter().map(|c| c - c.round()).collect();
            if outside_span(&basis, &fractions, &entering) {
                if basis.len() == max_rank {
                    return None;
                }
                basis.push(entering);
                basis = reduce(basis)?;
                break;
            }
            let largest =
                (0..basis.len()).max_by(|&i, &j| fractions[i].abs().total_cmp(&fractions[j].abs()))?;
            std::mem::swap(&mut basis[largest], &mut entering);
            basis = reduce(basis)?;
        }
    }
    Some(basis)
}

/// Whether a vector differs from the combination of the basis with these coordinates by more than rounding.
fn outside_span(basis: &[Vec<i64>], position: &[f64], vector: &[i64]) -> bool {
    let distance: f64 = (0..vector.len())
        .map(|i| {
            let inside: f64 = basis.iter().zip(position).map(|(b, c)| b[i] as f64 * c).sum();
            (vector[i] as f64 - inside).powi(2)
        })
        .sum();
    distance > 1e-6 * dot(vector, vector)
}

/// A coordinate rounded to an integer; `None` if f64 does not represent it exactly.
fn integer(coordinate: f64) -> Option<i64> {
    (coordinate.abs() < 2f64.powi(53)).then(|| coordinate.round() as i64)
}

/// `a - factor * b`; `None` if an entry overflows 64 bits.
fn subtract(a: &[i64], factor: i64, b: &[i64]) -> Option<Vec<i64>> {
    a.iter().zip(b).map(|(&a, &b)| a.checked_sub(factor.checked_mul(b)?)).collect()
}

fn dot(a: &[i64], b: &[i64]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| a as f64 * b as f64).sum()
}

/// Lenstra-Lenstra-Lovasz reduction with factor 3/4. Orthogonalization is in f64 and repeated at every step: it only steers,
/// because every step is an integer operation that keeps the lattice.
fn reduce(mut basis: Vec<Vec<i64>>) -> Option<Vec<Vec<i64>>> {
    // The potential of the reduction falls by a quarter with every swap; many more steps mean that rounding misleads it.
    let mut steps = 10_000;
    let mut k = 1;
    while k < basis.len() {
        steps -= 1;
        if steps == 0 {
            return None;
        }
        for j in (0..k).rev() {
            let quotient = projections(&basis, k).0[j].round();
            if quotient != 0.0 {
                basis[k] = subtract(&basis[k], quotient as i64, &basis[j])?;
            }
        }
        let (mu, norms) = projections(&basis, k);
        if norms[k] >= (0.75 - mu[k - 1] * mu[k - 1]) * norms[k - 1] {
            k += 1;
        } else {
            basis.swap(k, k - 1);
            k = (k - 1).max(1);
        }
    }
    Some(basis)
}

/// Gram-Schmidt coefficients of vector `k` on those before it, and the squared norms of the orthogonalized
/// vectors up to `k`.
fn projections(basis: &[Vec<i64>], k: usize) -> (Vec<f64>, Vec<f64>) {
    let mut mu = vec![vec![0.0; k + 1]; k + 1];
    let mut norms = vec![0.0; k + 1];
    for i in 0..=k {
        let mut inner = vec![0.0; i + 1];
        for j in 0..=i {
            inner[j] = dot(&basis[i], &basis[j]) - (0..j).map(|l| mu[j][l] * inner[l]).sum::<f64>();
            if j < i {
                mu[i][j] = inner[j] / norms[j];
            }
        }
        norms[i] = inner[i];
    }
    (mu.swap_remove(k), norms)
}

/// Coordinates of a vector in the span of the basis, of its projection if it lies outside: least squares by the
/// normal equations. Exact only up to rounding, which the caller deals with in integers.
fn coordinates(basis: &[Vec<i64>], vector: &[i64]) -> Vec<f64> {
    let rank = basis.len();
    let mut system: Vec<Vec<f64>> =
        basis.iter().map(|b| basis.iter().map(|c| dot(b, c)).chain([dot(b, vector)]).collect()).collect();
    for i in 0..rank {
        let pivot = (i..rank)
            .max_by(|&a, &b| system[a][i].abs().total_cmp(&system[b][i].abs()))
            .expect("at least row i");
        system.swap(i, pivot);
        let row = system[i].clone();
        for (j, other) in system.iter_mut().enumerate() {
            if j != i {
                let factor = other[i] / row[i];
                other.iter_mut().zip(&row).for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    (0..rank).map(|i| system[i][rank] / system[i][i]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(format: OperandFormat, deviation: impl Fn(usize, usize) -> i64) -> ProductTable {
        let columns = 1 << format.width_b();
        let products: Vec<i64> = format
            .operands()
            .enumerate()
            .map(|(i, (a, b))| a * b + deviation(i / columns, i % columns))
            .collect();
        ProductTable::from_wide(format, &products).unwrap()
    }

    #[test]
    fn the_exact_table_has_rank_zero() {
        let exact = ProductTable::exact(OperandFormat::signed(8, 8)).unwrap();
        let factors = LowRank::factor(&exact, 0).unwrap();
        assert_eq!(factors.rank(), 0);
        assert_eq!(factors.largest_sums()[128], 128 * 128);
    }

    #[test]
    fn a_rank_above_the_limit_is_rejected() {
        let identity = table(OperandFormat::unsigned(8, 8), |x, w| i64::from(x == w && x < 5));
        assert_eq!(LowRank::factor(&identity, 4), None);
        assert_eq!(LowRank::factor(&identity, 5).unwrap().rank(), 5);
    }

    /// Factors a table of these outer products, whose rank must not be higher. `factor` itself compares every product.
    fn check_factoring(left: &[Vec<i64>], right: &[Vec<i64>], signed: bool) {
        let format = OperandFormat::new(8, 8, signed).unwrap();
        let table = table(format, |x, w| left.iter().zip(right).map(|(l, r)| l[x] * r[w]).sum());
        let factors = LowRank::factor(&table, left.len()).expect("rank");
        for ((a, b), &product) in format.operands().zip(table.products()).step_by(97) {
            let (x, w) = (usize::from(a as u8), usize::from(b as u8));
            let terms = factors.left().iter().zip(factors.right()).map(|(l, r)| l[x] * r[w]);
            assert_eq!(a * b + terms.clone().sum::<i64>(), i64::from(product));
            assert!((a * b).abs() + terms.map(i64::abs).sum::<i64>() <= factors.largest_sums()[w]);
        }
    }

    /// Found by `sums_of_outer_products_are_found` and shrunken: four left vectors, then four right ones.
    #[test]
    fn four_outer_products_of_random_integers_are_found() {
        let text = include_str!("shrunken_factors.txt");
        let vectors = text.lines().map(|line| line.split(' ').map(|value| value.parse().unwrap()).collect());
        let vectors: Vec<Vec<i64>> = vectors.collect();
        let (left, right) = vectors.split_at(4);
        check_factoring(left, right, true);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Sums of outer products of small integers factor back at no higher rank.
        #[test]
        fn sums_of_outer_products_are_found(
            left in prop::collection::vec(prop::collection::vec(-40i64..40, 256), 0..5),
            seed in prop::collection::vec(prop::collection::vec(-9i64..9, 256), 5),
            signed: bool,
        ) {
            check_factoring(&left, &seed, signed);
        }
    }
}
