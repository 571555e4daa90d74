//! Multipliers with the approximate 4:2 compressors of A. Momeni, J. Han, P. Montuschi, F. Lombardi, "Design and
//! Analysis of Approximate Compressors for Multiplication", IEEE Trans. Computers 64(4), 2015, pp. 984-994.
//!
//! Of the four bits and the carry of an exact compressor, design 1 gives its carry input as carry, and computes
//! `cout = (x1 | x2) & (x3 | x4)` and `sum = !cin & (x1 xnor x2 | x3 xnor x4)`. Design 2 has neither carry input nor
//! cout: `carry` is the cout of design 1, `sum` its sum without cin. Both answer four zeros with 1.
//!
//! `columns` is the number of low columns whose compressors are approximate. The paper's multipliers 1 and 2 have
//! them in all columns, its multipliers 3 and 4 in the lowest n - 1. Partial products are reduced in stages to
//! heights of ..., 8, 4, 2, as in the paper; a column with one bit too many takes a half adder, with two a full
//! adder, with more a compressor. Which bits enter which compressor the paper shows in a drawing; here those that
//! have waited longest go first, and a compressor without carry input has the constant 0 there.
//!
//! The paper's operands are unsigned. Signed operands by Baugh and Wooley ([`words::tree_products`]) are an
//! extension; their constants enter the tree like partial products. Low columns that hold no compressor make
//! members coincide: those of up to 3 columns are exact for 8x8.

use std::collections::VecDeque;

use axmul_api::*;

/// A multiplier with approximate compressors.
struct Compressor {
    format: OperandFormat,
    design: u32,
    columns: u32,
}

/// What bits of one column enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// A half or full adder: sum and carry.
    Adder,
    /// A compressor of four bits and perhaps a carry: sum, carry, and perhaps cout.
    Exact,
    Approximate,
}

/// Reduces columns to two bits at most. `cell` gives the outputs of a cell, the sum first.
fn reduce<T: Copy>(
    columns: &mut [Vec<T>],
    design: u32,
    low: u32,
    mut cell: impl FnMut(Cell, &[T]) -> Vec<T>,
) {
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(0);
    for height in [32, 16, 8, 4, 2].into_iter().filter(|&height| height < tallest) {
        // Carries into a column, and couts, which enter the carry inputs of its compressors.
        let (mut carries, mut couts) = (Vec::new(), Vec::new());
        for (c, column) in columns.iter_mut().enumerate() {
            let mut bits: VecDeque<T> = column.drain(..).chain(carries.drain(..)).collect();
            let mut chain: VecDeque<T> = couts.drain(..).collect();
            let kind = if c < low as usize { Cell::Approximate } else { Cell::Exact };
            let chained = kind == Cell::Exact || design == 1;
            while bits.len() + chain.len() > height {
                let excess = bits.len() + chain.len() - height;
                let count = (excess + 1).min(4);
                let mut inputs: Vec<T> = Vec::with_capacity(5);
                while inputs.len() < count {
                    inputs.extend(bits.pop_front().or_else(|| chain.pop_front()));
                }
                if excess > 3 && chained {
                    inputs.extend(chain.pop_front().or_else(|| bits.pop_front()));
                }
                let outputs = cell(if excess > 2 { kind } else { Cell::Adder }, &inputs);
                bits.push_back(outputs[0]);
                carries.push(outputs[1]);
                couts.extend(outputs.get(2));
            }
            column.extend(bits.into_iter().chain(chain));
        }
    }
}

impl Compressor {
    /// The outputs of a cell as gates.
    fn gates<G: Gates>(&self, g: &mut G, cell: Cell, inputs: &[G::Bit]) -> Vec<G::Bit> {
        match (cell, inputs) {
            (Cell::Adder, &[a, b]) => <[_; 2]>::from(g.half_adder(a, b)).to_vec(),
            (Cell::Adder, &[a, b, c]) => <[_; 2]>::from(g.full_adder(a, b, c)).to_vec(),
            (_, &[a, b, c, d, ref rest @ ..]) => {
                let cin = rest.first().copied().unwrap_or_else(|| g.constant(false));
                if cell == Cell::Exact {
                    let (first, cout) = g.full_adder(a, b, c);
                    let (sum, carry) = g.full_adder(first, d, cin);
                    return vec![sum, carry, cout];
                }
                let (left, right) = (g.or(a, b), g.or(c, d));
                let both = g.and(left, right);
                let (left, right) = (g.xnor(a, b), g.xnor(c, d));
                let even = g.or(left, right);
                if self.design == 2 {
                    return vec![even, both];
                }
                let none = g.not(cin);
                vec![g.and(none, even), cin, both]
            }
            _ => unreachable!("adders of two or three bits, compressors of four or five"),
        }
    }

    /// The outputs of a cell by arithmetic: the paper's tables of the value that the outputs stand for.
    fn values(&self, cell: Cell, inputs: &[bool]) -> Vec<bool> {
        let count = |bits: &[bool]| bits.iter().filter(|&&bit| bit).count();
        let ones = count(inputs);
        match cell {
            Cell::Adder => vec![ones % 2 == 1, ones > 1],
            Cell::Exact => {
                let cout = count(&inputs[..3]) > 1;
                let rest = ones - 2 * usize::from(cout);
                vec![rest % 2 == 1, rest > 1, cout]
            }
            Cell::Approximate => {
                let pairs = (count(&inputs[..2]), count(&inputs[2..4]));
                let value = [[1, 1, 1], [1, 2, 3], [1, 3, 3]][pairs.0][pairs.1];
                match (self.design, inputs.get(4)) {
                    (2, _) => vec![value % 2 == 1, value > 1],
                    // With a carry the value is 2 or 4.
                    (_, Some(true)) => vec![false, true, value > 1],
                    _ => vec![value % 2 == 1, false, value > 1],
                }
            }
        }
    }
}

impl Family<2> for Compressor {
    const NAME: &str = "compressor";
    const SUMMARY: &str = "tree of 4:2 compressors, approximate ones in the low columns";
    const CITATION: &str = "A. Momeni, J. Han, P. Montuschi, F. Lombardi, Design and Analysis of Approximate Compressors for \
         Multiplication, IEEE Trans. Computers 64(4), 2015, pp. 984-994, doi 10.1109/TC.2014.2308214";
    const PARAMETERS: [Parameter; 2] = [
        Parameter { name: "design", description: "the approximate compressor of the paper, 1 or 2" },
        Parameter {
            name: "columns",
            description: "how many of the lowest columns have approximate compressors, 0 to the operand widths' sum",
        },
    ];

    fn member(format: OperandFormat, [design, columns]: [u32; 2]) -> Result<Self, ProviderError> {
        Self::PARAMETERS[0].check(design, 1..=2, format)?;
        Self::PARAMETERS[1].check(columns, 0..=format.product_width().into(), format)?;
        Ok(Self { format, design, columns })
    }

    fn documentation(&self) -> String {
        format!(
            "4:2 compressors, those of the lowest {} columns of Momeni's design {}.",
            self.columns, self.design
        )
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        let bits = |x: i64, width: u8| -> Vec<bool> { (0..width).map(|i| x >> i & 1 == 1).collect() };
        let (a, b) = (bits(a, self.format.width_a()), bits(b, self.format.width_b()));
        let mut columns = words::tree_products(&mut Bits, self.format, &a, &b);
        reduce(&mut columns, self.design, self.columns, |cell, inputs| self.values(cell, inputs));
        let terms = columns
            .iter()
            .enumerate()
            .flat_map(|(c, column)| column.iter().map(move |&bit| i64::from(bit) << c));
        self.format.wrap(terms.fold(0, i64::wrapping_add))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let mut columns = words::tree_products(g, self.format, a, b);
        reduce(&mut columns, self.design, self.columns, |cell, inputs| self.gates(g, cell, inputs));
        words::add_rows(g, columns)
    }

    fn variants() -> Vec<Variant> {
        // The lowest four columns hold one compressor, in which the designs agree.
        let columns = [5, 6, 7, 8, 10, 16];
        Variant::of_8x8([1, 2].into_iter().flat_map(|design| columns.map(|columns| [design, columns])))
    }
}

register!(Compressor::PROVIDER);

#[cfg(test)]
mod tests;
