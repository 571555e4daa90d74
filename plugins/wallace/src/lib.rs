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

impl Multiplier for Wallace {
    fn name(&self) -> String {
        instance_name(Family.name(), &[], self.format)
    }

    fn format(&self) -> OperandFormat {
        self.format
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        a * b
    }

    fn structure(&self) -> Option<&dyn Structure> {
        Some(self)
    }

    fn documentation(&self) -> String {
        "Exact multiplier with a Wallace tree and a ripple-carry final adder; signed operands by Baugh and Wooley.".into()
    }
}

impl Circuit for Wallace {
    fn operand_format(&self) -> OperandFormat {
        self.format
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let columns = words::tree_products(g, self.format, a, b);
        let rows = reduce(g, rows(columns, a.len(), b.len()));
        let columns =
            (0..a.len() + b.len()).map(|c| rows.iter().filter_map(|row| row[c]).collect()).collect();
        words::add_rows(g, columns)
    }
}

struct Family;

impl Provider for Family {
    fn name(&self) -> &'static str {
        "wallace"
    }

    fn summary(&self) -> &'static str {
        "exact multiplier with a Wallace tree"
    }

    fn citation(&self) -> &'static str {
        "C. S. Wallace, A Suggestion for a Fast Multiplier, IEEE Trans. Electronic Computers EC-13(1), 1964, pp. 14-17, \
         doi 10.1109/PGEC.1964.263830"
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let [] = parameters else {
            return Err(ProviderError::ParameterCount { expected: &[], got: parameters.len() });
        };
        Ok(Box::new(Wallace { format }))
    }

    fn variants(&self) -> Vec<Variant> {
        [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)]
            .map(|format| Variant { format, parameters: vec![] })
            .into()
    }
}

register!(Family);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circuit_equals_model() {
        for (n, m) in [(2, 2), (2, 5), (3, 3), (3, 5), (8, 8), (8, 4), (4, 7), (16, 16), (31, 32), (32, 2)] {
            for signed in [false, true] {
                let format = OperandFormat::new(n, m, signed).unwrap();
                check_structure(&Wallace { format }, 5_000).unwrap();
            }
        }
    }

    #[test]
    fn parameters_are_refused() {
        let error = Family.multiplier(OperandFormat::signed(8, 8), &[1]).err().unwrap();
        assert_eq!(error.to_string(), "takes no parameters, got 1");
    }

    /// The tree alone, known to take 38 full and 15 half adders for 8 bits: R. S. Waters, E. E. Swartzlander, "A
    /// Reduced Complexity Wallace Multiplier Reduction", IEEE Trans. Computers 59(8), 2010, pp. 1134-1137.
    #[test]
    fn the_tree_has_the_published_adders() {
        let format = OperandFormat::unsigned(8, 8);
        let mut recorder = Recorder::new(format);
        let inputs: Vec<_> = recorder.inputs().collect();
        let (a, b) = inputs.split_at(8);
        let columns = words::tree_products(&mut recorder, format, a, b);
        let rows = reduce(&mut recorder, rows(columns, 8, 8));
        let counts = recorder.finish(rows.into_iter().flatten().flatten().collect()).cell_counts();
        assert_eq!(counts.get(CellKind::And), 64);
        assert_eq!((counts.get(CellKind::FullAdder), counts.get(CellKind::HalfAdder)), (38, 15));
    }

    /// Operands of one width take no row for the constants of signed operands.
    #[test]
    fn signed_operands_of_one_width_have_one_row_for_each_bit() {
        let format = OperandFormat::signed(8, 8);
        let columns = words::tree_products(&mut Bits, format, &[true; 8], &[true; 8]);
        assert_eq!(rows(columns, 8, 8).len(), 8);
    }
}
