//! Exact multipliers with the tree of C. S. Wallace, "A Suggestion for a Fast Multiplier", IEEE Trans. Electronic
//! Computers EC-13(1), 1964, pp. 14-17: in every stage, rows of partial products are taken three at a time and
//! each three become two, a sum and a carry row; rows that are left over wait for the next stage.
//!
//! In three rows, a column of three bits takes a full adder, one of two bits a half adder, and a single bit goes
//! through. The final adder is a ripple-carry one. Row `i` holds the partial products of bit `i` of a. Signed
//! operands by Baugh and Wooley ([`words::tree_products`]), the constants in the first row with room for them.

use axmul_api::*;

/// An exact multiplier with a Wallace tree.
struct Wallace {
    format: OperandFormat,
}

/// A row of bits, one place per column of the product.
type Row<B> = Vec<Option<B>>;

/// The partial products of `n` and `m` operand bits, one row for each bit of a.
fn rows<B: Copy>(columns: Vec<Vec<B>>, n: usize, m: usize) -> Vec<Row<B>> {
    let mut rows = vec![vec![None; n + m]; n];
    for (c, column) in columns.into_iter().enumerate() {
        let lowest = (c + 1).saturating_sub(m);
        let products = (c + 1).min(n) - lowest.min(n);
        for (k, bit) in column.into_iter().enumerate() {
            let place =
                if k < products { Some(lowest + k) } else { rows.iter().position(|row| row[c].is_none()) };
            let row = place.unwrap_or_else(|| {
                rows.push(vec![None; n + m]);
                rows.len() - 1
            });
            rows[row][c] = Some(bit);
        }
    }
    rows
}

/// Reduces rows to two at most.
fn reduce<G: Gates>(g: &mut G, mut rows: Vec<Row<G::Bit>>) -> Vec<Row<G::Bit>> {
    while rows.len() > 2 {
        let mut next = Vec::new();
        for group in rows.chunks(3) {
            let [x, y, z] = group else {
                next.extend_from_slice(group);
                continue;
            };
            let (mut sums, mut carries) = (vec![None; x.len()], vec![None; x.len() + 1]);
            for c in 0..x.len() {
                let bits: Vec<_> = [x[c], y[c], z[c]].into_iter().flatten().collect();
                let (sum, carry) = match bits[..] {
                    [a, b, c] => g.full_adder(a, b, c),
                    [a, b] => g.half_adder(a, b),
                    _ => {
                        sums[c] = bits.first().copied();
                        continue;
                    }
                };
                (sums[c], carries[c + 1]) = (Some(sum), Some(carry));
            }
            // A carry out of the highest column is beyond the product.
            carries.pop();
            next.extend([sums, carries]);
        }
        rows = next;
    }
    rows
}

impl Family<0> for Wallace {
    const NAME: &str = "wallace";
    const SUMMARY: &str = "exact multiplier with a Wallace tree";
    const CITATION: &str = "C. S. Wallace, A Suggestion for a Fast Multiplier, IEEE Trans. Electronic Computers EC-13(1), 1964, pp. 14-17, \
         doi 10.1109/PGEC.1964.263830";
    const PARAMETERS: [Parameter; 0] = [];

    fn member(format: OperandFormat, []: [u32; 0]) -> Result<Self, ProviderError> {
        Ok(Self { format })
    }

    fn documentation(&self) -> String {
        "Exact multiplier with a Wallace tree and a ripple-carry final adder; signed operands by Baugh and Wooley.".into()
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        a * b
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let columns = words::tree_products(g, self.format, a, b);
        let rows = reduce(g, rows(columns, a.len(), b.len()));
        let columns =
            (0..a.len() + b.len()).map(|c| rows.iter().filter_map(|row| row[c]).collect()).collect();
        words::add_rows(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[]])
    }
}

register!(Wallace::PROVIDER);

#[cfg(test)]
mod tests;
