//! Lookup kernels: any product table, on any processor.

use rayon::prelude::*;

use super::shape::check_length;
use super::{ConvShape, KernelError, LinearShape};
use crate::multiplier::{OperandFormat, ProductTable};

/// Rows of a matrix product that one task takes at a time: sums and unfolded codes of a task stay in cache.
const ROWS_PER_TASK: usize = 256;

/// A product table laid out for lookups: indexed by the bytes of weight and activation, the 256 products of one
/// weight next to each other, so that an inner loop over activations holds one kibibyte.
#[derive(Clone, Debug)]
pub struct Lut {
    format: OperandFormat,
    by_weight: Vec<i32>,
    largest: u32,
}

impl Lut {
    /// Lays a table out. Codes outside the operands of a narrower format have no products; the operations
    /// refuse them.
    pub fn new(table: &ProductTable) -> Self {
        let format = table.format();
        let mut by_weight = vec![0; 256 * 256];
        for ((a, b), &product) in format.operands().zip(table.products()) {
            by_weight[usize::from(b as u8) * 256 + usize::from(a as u8)] = product;
        }
        let largest = table.products().iter().map(|p| p.unsigned_abs()).max().unwrap_or(0);
        Self { format, by_weight, largest }
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// The product of two codes.
    pub fn product(&self, activation: u8, weight: u8) -> i32 {
        self.by_weight[usize::from(weight) * 256 + usize::from(activation)]
    }

    /// All products, weight code in rows, activation code in columns.
    pub fn products_by_weight(&self) -> &[i32] {
        &self.by_weight
    }

    /// Convolution, threaded over images and groups: bit-identical to [`super::reference::conv2d`]. Padding is
    /// the code `pad_code`, looked up like any other.
    pub fn conv2d(
        &self,
        shape: &ConvShape,
        activations: &[u8],
        weights: &[u8],
        pad_code: u8,
        out: &mut [i32],
    ) -> Result<(), KernelError> {
        shape.check()?;
        check_length("activations", shape.activations(), activations.len())?;
        check_length("weights", shape.weights(), weights.len())?;
        check_length("output", shape.outputs(), out.len())?;
        self.check_sum(shape.fan_in())?;
        self.check_codes("activations", activations, self.format.range_a())?;
        self.check_codes("weights", weights, self.format.range_b())?;
        self.check_codes("pad_code", &[pad_code], self.format.range_a())?;
        let [out_height, out_width] = shape.output();
        let (pixels, fan_in) = (out_height * out_width, shape.fan_in());
        let out_group = shape.channels_out / shape.groups;
        if out.is_empty() {
            return Ok(());
        }
        out.par_chunks_mut(out_group * pixels).enumerate().for_each_init(
            || vec![0; fan_in * pixels],
            |columns, (task, out)| {
                let (image, group) = (task / shape.groups, task % shape.groups);
                unfold(shape, activations, image, group, pad_code, columns);
                let weights = &weights[group * out_group * fan_in..][..out_group * fan_in];
                self.multiply(weights, columns, out, pixels);
            },
        );
        Ok(())
    }

    /// Matrix product, threaded over rows: bit-identical to [`super::reference::linear`].
    pub fn linear(
        &self,
        shape: &LinearShape,
        activations: &[u8],
        weights: &[u8],
        out: &mut [i32],
    ) -> Result<(), KernelError> {
        let &LinearShape { rows, k, outputs } = shape;
        check_length("activations", rows * k, activations.len())?;
        check_length("weights", outputs * k, weights.len())?;
        check_length("output", rows * outputs, out.len())?;
        self.check_sum(k)?;
        self.check_codes("activations", activations, self.format.range_a())?;
        self.check_codes("weights", weights, self.format.range_b())?;
        if out.is_empty() {
            return Ok(());
        }
        let rows_per_task = ROWS_PER_TASK.min(rows.div_ceil(rayon::current_num_threads()));
        out.par_chunks_mut(rows_per_task * outputs).enumerate().for_each(|(task, out)| {
            let rows = out.len() / outputs;
            let rows_in = &activations[task * rows_per_task * k..][..rows * k];
            let columns = transpose(rows_in, rows, k);
            let mut sums = vec![0; out.len()];
            self.multiply(weights, &columns, &mut sums, rows);
            out.copy_from_slice(&transpose(&sums, outputs, rows));
        });
        Ok(())
    }

    /// `out[m][n] = sum over k of product(columns[k][n], weights[m][k])`: one weight's products at a time, over
    /// all columns.
    fn multiply(&self, weights: &[u8], columns: &[u8], out: &mut [i32], n: usize) {
        out.fill(0);
        let k = columns.len() / n;
        for (m, sums) in out.chunks_exact_mut(n).enumerate() {
            for (&weight, codes) in weights[m * k..][..k].iter().zip(columns.chunks_exact(n)) {
                let products: &[i32; 256] =
                    self.by_weight[usize::from(weight) * 256..][..256].try_into().expect("256 products");
                for (sum, &code) in sums.iter_mut().zip(codes) {
                    *sum += products[usize::from(code)];
                }
            }
        }
    }

    fn check_sum(&self, terms: usize) -> Result<(), KernelError> {
        let limit = (i32::MAX as usize).checked_div(self.largest as usize).unwrap_or(usize::MAX);
        if terms > limit {
            return Err(KernelError::Accumulator { terms, largest: self.largest, limit });
        }
        Ok(())
    }

    /// Every byte is a code of an 8-bit operand; narrower ones are checked.
    fn check_codes(
        &self,
        operand: &'static str,
        codes: &[u8],
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<(), KernelError> {
        if range.end() - range.start() == 255 {
            return Ok(());
        }
        let value = |code: u8| {
            if self.format.is_signed() { i64::from(code as i8) } else { i64::from(code) }
        };
        match codes.iter().position(|&code| !range.contains(&value(code))) {
            None => Ok(()),
            Some(index) => {
                Err(KernelError::Code { operand, index, code: value(codes[index]), format: self.format })
            }
        }
    }
}

/// The codes that meet each tap of the kernel, for one image and group: `columns[tap][pixel]`.
fn unfold(
    shape: &ConvShape,
    activations: &[u8],
    image: usize,
    group: usize,
    pad_code: u8,
    columns: &mut [u8],
) {
    let [out_height, out_width] = shape.output();
    let in_group = shape.channels_in / shape.groups;
    let plane_size = shape.height * shape.width;
    let first_plane = image * shape.channels_in + group * in_group;
    let mut rows = columns.chunks_exact_mut(out_width);
    for channel in 0..in_group {
        let plane = &activations[(first_plane + channel) * plane_size..][..plane_size];
        for ky in 0..shape.kernel[0] {
            for kx in 0..shape.kernel[1] {
                for y in 0..out_height {
                    let out = rows.next().expect("one row of pixels a tap and output row");
                    let row = (y * shape.stride[0] + ky * shape.dilation[0])
                        .checked_sub(shape.padding[0])
                        .filter(|&row| row < shape.height);
                    let Some(row) = row else {
                        out.fill(pad_code);
                        continue;
                    };
                    let line = &plane[row * shape.width..][..shape.width];
                    for (x, code) in out.iter_mut().enumerate() {
                        *code = (x * shape.stride[1] + kx * shape.dilation[1])
                            .checked_sub(shape.padding[1])
                            .and_then(|column| line.get(column).copied())
                            .unwrap_or(pad_code);
                    }
                }
            }
        }
    }
}

/// `[rows, columns]` to `[columns, rows]`.
fn transpose<T: Copy>(values: &[T], rows: usize, columns: usize) -> Vec<T> {
    (0..columns).flat_map(|c| (0..rows).map(move |r| values[r * columns + c])).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::reference;

    /// A table of a random format, with `table[0][0] != 0` almost surely, that does not commute.
    fn tables() -> impl Strategy<Value = ProductTable> {
        (prop_oneof![Just((8, 8)), Just((8, 4)), Just((3, 5))], any::<bool>(), any::<u32>()).prop_map(
            |((n, m), signed, seed)| {
                let format = OperandFormat::new(n, m, signed).unwrap();
                let mut state = u64::from(seed) << 1 | 1;
                let products = (0..format.pairs())
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        (state >> 47) as i32 - 65_536
                    })
                    .collect();
                ProductTable::new(format, products).unwrap()
            },
        )
    }

    /// Codes of one operand drawn from all its values.
    fn codes(range: std::ops::RangeInclusive<i64>, len: usize) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(range.prop_map(|value| value as u8), len)
    }

    fn shapes() -> impl Strategy<Value = ConvShape> {
        let pair = |range: std::ops::Range<usize>| [range.clone(), range];
        (
            (1usize..4, 1usize..4, 1usize..4, 1usize..4),
            (pair(1..9), pair(1..5), pair(1..4), pair(0..4), pair(1..3)),
        )
            .prop_map(|((batch, groups, inputs, outputs), (size, kernel, stride, padding, dilation))| {
                ConvShape {
                    batch,
                    channels_in: inputs * groups,
                    height: size[0],
                    width: size[1],
                    channels_out: outputs * groups,
                    kernel,
                    stride,
                    padding,
                    dilation,
                    groups,
                }
            })
            .prop_filter("the kernel fits", |shape| shape.check().is_ok())
    }

    fn naive(table: &ProductTable) -> impl Fn(u8, u8) -> i64 + '_ {
        let value =
            |code: u8| if table.format().is_signed() { i64::from(code as i8) } else { i64::from(code) };
        move |a, b| i64::from(table.product(value(a), value(b)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn convolution_equals_the_naive_loop(
            (table, shape, activations, weights, pad) in (tables(), shapes()).prop_flat_map(|(table, shape)| {
                let (a, b) = (table.format().range_a(), table.format().range_b());
                let activations = codes(a.clone(), shape.activations());
                (Just(table), Just(shape), activations, codes(b, shape.weights()), codes(a, 1))
            })
        ) {
            let mut out = vec![0; shape.outputs()];
            Lut::new(&table).conv2d(&shape, &activations, &weights, pad[0], &mut out).unwrap();
            let expected = reference::conv2d(&shape, &activations, &weights, pad[0], naive(&table));
            prop_assert_eq!(out.into_iter().map(i64::from).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn matrix_product_equals_the_naive_loop(
            (table, shape, activations, weights) in
                (tables(), 0usize..300, 1usize..40, 0usize..9).prop_flat_map(|(table, rows, k, outputs)| {
                    let shape = LinearShape { rows, k, outputs };
                    let (a, b) = (table.format().range_a(), table.format().range_b());
                    (Just(table), Just(shape), codes(a, rows * k), codes(b, outputs * k))
                })
        ) {
            let mut out = vec![0; shape.rows * shape.outputs];
            Lut::new(&table).linear(&shape, &activations, &weights, &mut out).unwrap();
            let expected = reference::linear(&shape, &activations, &weights, naive(&table));
            prop_assert_eq!(out.into_iter().map(i64::from).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn misfits_name_the_operand() {
        let table = ProductTable::exact(OperandFormat::unsigned(4, 4)).unwrap();
        let lut = Lut::new(&table);
        let shape = LinearShape { rows: 1, k: 2, outputs: 1 };
        let run = |a: &[u8], w: &[u8]| lut.linear(&shape, a, w, &mut [0]).unwrap_err().to_string();
        assert_eq!(run(&[1], &[1, 2]), "activations: expected 2 values for this shape, got 1");
        assert_eq!(run(&[1, 2], &[]), "weights: expected 2 values for this shape, got 0");
        assert_eq!(
            run(&[1, 2], &[3, 16]),
            "weights[1] is the code 16, outside the operands of a multiplier 4u"
        );
    }

    #[test]
    fn sums_that_could_overflow_are_refused() {
        let table = ProductTable::exact(OperandFormat::unsigned(8, 8)).unwrap();
        let shape = LinearShape { rows: 1, k: 33_026, outputs: 1 };
        let codes = vec![255; shape.k];
        let error = Lut::new(&table).linear(&shape, &codes, &codes, &mut [0]).unwrap_err();
        assert_eq!(error, KernelError::Accumulator { terms: 33_026, largest: 65_025, limit: 33_025 });
    }
}
