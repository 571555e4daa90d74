//! Errors in one plane of bytes, looked up and added to exact products: errors fit a byte where products take two.

use super::byte_lut::ByteLut;
use super::low_rank::prepare_quads;
use crate::LowRank;
use crate::arch::x86_64::avx2;
use crate::conv::{Convolution, Convolve, PreparedKernel};
use crate::cpu::AVX512_VNNI;
use axmul_metrics::ProductTable;

/// Sums that a task adds at a time.
const SUMS_PER_TASK: usize = 1 << 14;

/// Lookups of errors, and a kernel for exact products.
#[derive(Debug)]
struct ErrorPlane {
    errors: ByteLut,
    exact: PreparedKernel,
}

/// Lays out tables whose errors span at most 8 bits.
pub(crate) fn prepare(table: &ProductTable) -> Option<PreparedKernel> {
    let format = table.format();
    let errors = format.operands().zip(table.products());
    let errors: Option<Vec<i32>> =
        errors.map(|((a, b), &product)| i32::try_from(i64::from(product) - a * b).ok()).collect();
    let errors = ByteLut::new(&ProductTable::new(format, errors?).ok()?)?;
    let factors = LowRank::factor(&ProductTable::exact(format).ok()?, 0)?;
    let prepare_exact = if AVX512_VNNI.is_enabled() { prepare_quads } else { avx2::low_rank::prepare };
    let exact = prepare_exact(&factors)?;
    (errors.planes() == 1).then(|| PreparedKernel::lut(ErrorPlane { errors, exact }))
}

impl Convolve for ErrorPlane {
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]) {
        self.errors.convolve(convolution, out);
        let mut products = vec![0; out.len()];
        self.exact.product.convolve(convolution, &mut products);
        let parts = out.chunks_mut(SUMS_PER_TASK).zip(products.chunks(SUMS_PER_TASK));
        convolution.pool.share(
            parts,
            || (),
            |(), (sums, products)| {
                sums.iter_mut().zip(products).for_each(|(sum, product)| *sum = sum.wrapping_add(*product));
            },
        );
    }
}
