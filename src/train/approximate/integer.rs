//! The kernels of axmul, on the memory of CPU tensors.

use tch::{Device, Kind, Tensor};

use super::shape_of;
use crate::quantization::Codes;
use crate::tensors::slices::{bytes, integers_mut, long_integers_mut};
use axmul_kernels::{ConvShape, Kernel, KernelError, LinearShape};

/// Sums `[N, O, H', W']` of products of codes: i32, or i64 where i32 may be too narrow.
pub fn conv2d(kernel: &Kernel, x: &Codes, w: &Codes, shape: &ConvShape) -> Result<Tensor, KernelError> {
    let [x_bytes, w_bytes] = [x, w].map(on_cpu);
    let shape = shape_of(&x_bytes, shape);
    shape.check()?;
    let [height, width] = shape.output();
    let size = [shape.batch, shape.channels_out, height, width].map(|n| n as i64);
    let sums = sums(kernel, &shape, &x_bytes, &w_bytes, x.zero_byte())?;
    Ok(sums.view(size).to_device(x.bytes.device()))
}

/// Sums `[rows, O]` of products of codes, likewise.
pub fn linear(kernel: &Kernel, x: &Codes, w: &Codes) -> Result<Tensor, KernelError> {
    let [x_bytes, w_bytes] = [x, w].map(on_cpu);
    let [rows, k, outputs] = [x_bytes.size()[0], x_bytes.size()[1], w_bytes.size()[0]];
    let shape = LinearShape { rows: rows as usize, k: k as usize, outputs: outputs as usize };
    let sums = sums(kernel, &shape.convolution(), &x_bytes, &w_bytes, x.zero_byte())?;
    Ok(sums.view([rows, outputs]).to_device(x.bytes.device()))
}

/// The sums of a convolution in a row.
fn sums(kernel: &Kernel, shape: &ConvShape, x: &Tensor, w: &Tensor, pad: u8) -> Result<Tensor, KernelError> {
    let sums = |kind| Tensor::empty([shape.outputs() as i64], (kind, Device::Cpu));
    if shape.fan_in() <= kernel.longest_sum() {
        let mut sums = sums(Kind::Int);
        kernel.conv2d(shape, bytes(x), bytes(w), pad, integers_mut(&mut sums))?;
        return Ok(sums);
    }
    let mut sums = sums(Kind::Int64);
    kernel.conv2d_i64(shape, bytes(x), bytes(w), pad, long_integers_mut(&mut sums))?;
    Ok(sums)
}

fn on_cpu(codes: &Codes) -> Tensor {
    codes.bytes.to_device(Device::Cpu).contiguous()
}
