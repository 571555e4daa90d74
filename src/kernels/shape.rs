//! Shapes of convolutions and matrix products, and errors in their operands.

use axmul_api::OperandFormat;

/// The shape of a two-dimensional convolution.
///
/// Activations are `[batch, channels_in, height, width]`, weights `[channels_out, channels_in / groups, kernel]`,
/// results `[batch, channels_out, out_height, out_width]`, all row-major. Pairs are (vertical, horizontal).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Images.
    pub batch: usize,
    /// Input channels.
    pub channels_in: usize,
    /// Input rows.
    pub height: usize,
    /// Input columns.
    pub width: usize,
    /// Output channels.
    pub channels_out: usize,
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Distance between neighboring outputs.
    pub stride: [usize; 2],
    /// Rows and columns of padding on each side.
    pub padding: [usize; 2],
    /// Distance between neighboring taps of the kernel.
    pub dilation: [usize; 2],
    /// Groups of channels that are convolved separately.
    pub groups: usize,
}

/// The shape of a matrix product: activations `[rows, k]`, weights `[outputs, k]`, results `[rows, outputs]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearShape {
    /// Rows of activations.
    pub rows: usize,
    /// Fan-in.
    pub k: usize,
    /// Output features.
    pub outputs: usize,
}

/// Operands that do not fit the operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// The length of an operand differs from its shape.
    #[error("{operand}: expected {expected} values for this shape, got {got}")]
    Length {
        /// `activations`, `weights` or `output`.
        operand: &'static str,
        /// Length according to the shape.
        expected: usize,
        /// Length of the operand.
        got: usize,
    },
    /// The shape describes no convolution.
    #[error("{field} of the convolution: {problem}")]
    Shape {
        /// The field of [`ConvShape`].
        field: &'static str,
        /// What was expected, and what came.
        problem: String,
    },
    /// A code is no operand of the multiplier.
    #[error("{operand}[{index}]: expected an operand of a {format} multiplier, got the code {code}")]
    Code {
        /// `activations`, `weights` or `pad_code`.
        operand: &'static str,
        /// Its position.
        index: usize,
        /// Its value.
        code: i64,
        /// The format of the multiplier.
        format: OperandFormat,
    },
    /// Sums may exceed 32 bits.
    #[error(
        "{terms} products of up to {largest} each may overflow the 32-bit accumulator; \
         expected at most {limit} products, or 64-bit sums"
    )]
    Accumulator {
        /// Products in a sum.
        terms: usize,
        /// Largest absolute product of the table.
        largest: u32,
        /// The most such products that fit.
        limit: usize,
    },
}

impl LinearShape {
    /// The same product as a convolution of images of one pixel.
    pub fn convolution(&self) -> ConvShape {
        ConvShape::new(self.rows, [self.k, 1, 1], self.outputs, [1, 1])
    }
}

impl ConvShape {
    /// A convolution with stride 1, no padding, no dilation and one group.
    pub fn new(batch: usize, input: [usize; 3], channels_out: usize, kernel: [usize; 2]) -> Self {
        let [channels_in, height, width] = input;
        Self {
            batch,
            channels_in,
            height,
            width,
            channels_out,
            kernel,
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
        }
    }

    /// Checks that the shape describes a convolution.
    pub fn check(&self) -> Result<(), KernelError> {
        let problem = |field, problem: String| Err(KernelError::Shape { field, problem });
        for (field, size) in [("height", self.height), ("width", self.width)] {
            if size == 0 {
                return problem(field, "expected at least 1, got 0".into());
            }
        }
        for (field, pair) in [("kernel", self.kernel), ("stride", self.stride), ("dilation", self.dilation)] {
            if pair.contains(&0) {
                return problem(field, format!("expected at least 1, got {pair:?}"));
            }
        }
        if self.groups == 0 {
            return problem("groups", "expected at least 1, got 0".into());
        }
        for (field, channels) in [("channels_in", self.channels_in), ("channels_out", self.channels_out)] {
            if !channels.is_multiple_of(self.groups) {
                let groups = self.groups;
                return problem(field, format!("expected a multiple of the {groups} groups, got {channels}"));
            }
        }
        for (axis, size) in [(0, self.height), (1, self.width)] {
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            if size + 2 * self.padding[axis] < reach {
                return problem(
                    "kernel",
                    format!(
                        "spans {reach} values, the padded input has only {}",
                        size + 2 * self.padding[axis]
                    ),
                );
            }
        }
        Ok(())
    }

    /// Rows and columns of the output of a checked shape.
    pub fn output(&self) -> [usize; 2] {
        [(0, self.height), (1, self.width)].map(|(axis, size)| {
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            (size + 2 * self.padding[axis] - reach) / self.stride[axis] + 1
        })
    }

    /// Whether the convolution has one pixel and one tap: a matrix product of `[batch, channels_in]`.
    pub(crate) fn is_matrix_product(&self) -> bool {
        [self.height, self.width] == [1, 1] && self.kernel == [1, 1] && self.padding == [0, 0]
    }

    /// Products in one output: the fan-in.
    pub fn fan_in(&self) -> usize {
        self.channels_in / self.groups * self.kernel[0] * self.kernel[1]
    }

    /// Number of activations.
    pub fn activations(&self) -> usize {
        self.batch * self.channels_in * self.height * self.width
    }

    /// Number of weights.
    pub fn weights(&self) -> usize {
        self.channels_out * self.fan_in()
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        let [height, width] = self.output();
        self.batch * self.channels_out * height * width
    }
}

pub(crate) fn check_length(operand: &'static str, expected: usize, got: usize) -> Result<(), KernelError> {
    if expected == got { Ok(()) } else { Err(KernelError::Length { operand, expected, got }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lenet_shapes() {
        let mut conv1 = ConvShape::new(1, [1, 28, 28], 6, [5, 5]);
        conv1.padding = [2, 2];
        assert_eq!((conv1.output(), conv1.fan_in(), conv1.outputs()), ([28, 28], 25, 4704));
        let conv2 = ConvShape::new(1, [6, 14, 14], 16, [5, 5]);
        assert_eq!((conv2.output(), conv2.fan_in(), conv2.weights()), ([10, 10], 150, 2400));
    }

    #[test]
    fn misshapen_convolutions_name_the_field() {
        let good = ConvShape::new(1, [4, 5, 5], 6, [3, 3]);
        let field = |shape: ConvShape| match shape.check() {
            Err(KernelError::Shape { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(good.check(), Ok(()));
        assert_eq!(field(ConvShape { stride: [1, 0], ..good }), "stride");
        assert_eq!(field(ConvShape { groups: 0, ..good }), "groups");
        assert_eq!(field(ConvShape { groups: 3, ..good }), "channels_in");
        assert_eq!(field(ConvShape { groups: 4, ..good }), "channels_out");
        assert_eq!(field(ConvShape { dilation: [1, 3], ..good }), "kernel");
    }
}
