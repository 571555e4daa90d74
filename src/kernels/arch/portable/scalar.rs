//! One lookup after another.

use crate::conv::PreparedKernel;
use crate::lut::LutMicroKernel;
use axmul_metrics::ProductTable;

/// A product table by the codes of weight and activation. The 256 products of a weight are adjacent, so that a loop over
/// activations touches one kibibyte.
#[derive(Clone, Debug)]
pub(crate) struct ScalarLut {
    by_weight: Vec<i32>,
}

impl ScalarLut {
    /// Lays a table out. Codes that are no operands of a narrower format get the product 0.
    pub fn new(table: &ProductTable) -> Self {
        let mut by_weight = vec![0; 256 * 256];
        for ((a, b), &product) in table.format().operands().zip(table.products()) {
            by_weight[usize::from(b as u8) * 256 + usize::from(a as u8)] = product;
        }
        Self { by_weight }
    }
}

/// Lays out any table.
pub(crate) fn prepare(table: &ProductTable) -> Option<PreparedKernel> {
    Some(PreparedKernel::lut(ScalarLut::new(table)))
}

impl LutMicroKernel for ScalarLut {
    const BLOCK: usize = 256;

    fn pitch(&self, pixels: usize) -> usize {
        pixels
    }

    fn multiply(&self, weights: &[u8], columns: &[u8], pitch: usize, sums: &mut [i32]) {
        sums.fill(0);
        let depth = columns.len() / pitch;
        for (sums, weights) in sums.chunks_exact_mut(pitch).zip(weights.chunks_exact(depth)) {
            for (&weight, codes) in weights.iter().zip(columns.chunks_exact(pitch)) {
                let products: &[i32; 256] =
                    self.by_weight[usize::from(weight) * 256..][..256].try_into().expect("256 products");
                for (sum, &code) in sums.iter_mut().zip(codes) {
                    *sum = sum.wrapping_add(products[usize::from(code)]);
                }
            }
        }
    }
}
