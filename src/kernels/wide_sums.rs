//! Sums that may exceed 32 bits: parts of the fan-in are summed in 32 bits, then added in 64.

use super::shape::check_length;
use super::{ConvShape, Kernel, KernelError};

impl Kernel {
    /// The most products whose sum fits 32 bits, whatever the operands.
    pub fn longest_sum(&self) -> usize {
        (i32::MAX as usize).checked_div(self.largest as usize).unwrap_or(usize::MAX)
    }

    /// Like [`Kernel::conv2d`], with 64-bit sums. Takes as many channels at a time as [`Kernel::longest_sum`] allows.
    ///
    /// # Errors
    ///
    /// As for [`Kernel::conv2d`]; [`KernelError::Accumulator`] only if one kernel window is longer than
    /// [`Kernel::longest_sum`].
    pub fn conv2d_i64(
        &self,
        shape: &ConvShape,
        activations: &[u8],
        weights: &[u8],
        pad_code: u8,
        out: &mut [i64],
    ) -> Result<(), KernelError> {
        shape.check()?;
        check_length("activations", shape.activations(), activations.len())?;
        check_length("weights", shape.weights(), weights.len())?;
        check_length("output", shape.outputs(), out.len())?;
        out.fill(0);
        let taps = shape.kernel[0] * shape.kernel[1];
        let (of_group, size) = (shape.channels_in / shape.groups, shape.height * shape.width);
        // If the window of one channel is too long, `conv2d` rejects the part.
        let most = (self.longest_sum() / taps).max(1);
        let mut sums = vec![0; out.len()];
        for first in (0..of_group).step_by(most) {
            let count = most.min(of_group - first);
            let part = ConvShape { channels_in: shape.groups * count, ..*shape };
            let [activations, weights] = [(activations, size), (weights, taps)]
                .map(|(codes, size)| channels(codes, of_group * size, first * size..(first + count) * size));
            self.conv2d(&part, &activations, &weights, pad_code, &mut sums)?;
            out.iter_mut().zip(&sums).for_each(|(out, &sum)| *out += i64::from(sum));
        }
        Ok(())
    }
}

/// The codes `range` of each group of `group` codes.
fn channels(codes: &[u8], group: usize, range: std::ops::Range<usize>) -> Vec<u8> {
    codes.chunks_exact(group).flat_map(|group| &group[range.clone()]).copied().collect()
}
