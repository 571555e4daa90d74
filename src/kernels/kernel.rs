//! A product table, ready to multiply by.

use super::conv::{Convolution, PreparedKernel};
use super::selection::SelectedKernel;
use super::shape::check_length;
use super::{
    ConvShape, KernelError, KernelKind, KernelSelection, KernelSelectionError, LinearShape, ThreadPool,
};
use axmul_metrics::{OperandFormat, ProductTable};

/// A product table laid out for a kernel: convolves and multiplies matrices of codes.
///
/// Codes are bytes: two's complement for signed formats, plain for unsigned ones. Activations come first.
#[derive(Clone, Debug)]
pub struct Kernel {
    format: OperandFormat,
    /// Largest absolute product.
    pub(crate) largest: u32,
    kind: KernelKind,
    rank: Option<usize>,
    prepared: PreparedKernel,
    pool: ThreadPool,
}

impl Kernel {
    /// Lays a table out for the selected kernel. Fails if the CPU or the table rules the selection out;
    /// [`KernelSelection::Auto`] and [`KernelSelection::Lookup`] take any table on any CPU.
    pub fn new(table: &ProductTable, selection: KernelSelection) -> Result<Self, KernelSelectionError> {
        let SelectedKernel { kind, rank, prepared } = selection.prepare(table)?;
        let largest = table.products().iter().map(|p| p.unsigned_abs()).max().unwrap_or(0);
        Ok(Self { format: table.format(), largest, kind, rank, prepared, pool: ThreadPool::RAYON })
    }

    /// Runs on another thread pool than rayon's.
    pub fn on(self, pool: ThreadPool) -> Self {
        Self { pool, ..self }
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// The kernel that was selected.
    pub fn kind(&self) -> KernelKind {
        self.kind
    }

    /// Outer products beside the exact product, if the kernel multiplies factors.
    pub fn rank(&self) -> Option<usize> {
        self.rank
    }

    /// Convolution on all threads, bit-identical to [`super::reference::conv2d`]. Padding is the code `pad_code`,
    /// multiplied like any other.
    ///
    /// # Errors
    ///
    /// If an operand has another length than its shape, a code is not an operand of the multiplier, or sums may exceed
    /// 32 bits ([`Kernel::conv2d_i64`] takes those).
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
        if out.is_empty() {
            return Ok(());
        }
        if shape.fan_in() == 0 {
            out.fill(0);
            return Ok(());
        }
        let convolution = Convolution { shape, activations, weights, pad_code, pool: self.pool };
        self.prepared.product.convolve(convolution, out);
        Ok(())
    }

    /// Matrix product on all threads, bit-identical to [`super::reference::linear`].
    ///
    /// # Errors
    ///
    /// As for [`Kernel::conv2d`].
    pub fn linear(
        &self,
        shape: &LinearShape,
        activations: &[u8],
        weights: &[u8],
        out: &mut [i32],
    ) -> Result<(), KernelError> {
        let any = *self.format.range_a().start() as u8;
        self.conv2d(&shape.convolution(), activations, weights, any, out)
    }

    fn check_sum(&self, terms: usize) -> Result<(), KernelError> {
        let limit = self.longest_sum();
        if terms > limit {
            return Err(KernelError::Accumulator { terms, largest: self.largest, limit });
        }
        Ok(())
    }

    /// Checks that codes are operands: every byte is for 8 bits, not for narrower ones.
    fn check_codes(
        &self,
        operand: &'static str,
        codes: &[u8],
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<(), KernelError> {
        if range.end() - range.start() == 255 {
            return Ok(());
        }
        // No early exit, so that the loop vectorizes.
        let (least, width) = (*range.start() as u8, (range.end() - range.start()) as u8);
        if codes.iter().fold(0, |widest, code| code.wrapping_sub(least).max(widest)) <= width {
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
