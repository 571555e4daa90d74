//! The kernels of axmul, on the memory of CPU tensors.

use tch::{Device, Kind, Tensor};

use super::shape_of;
use crate::kernels::{ConvShape, Kernel, KernelError, LinearShape};
use crate::training::torch::quantisation::Codes;
use crate::training::torch::views::{bytes, integers_mut};

/// Sums `[N, O, H', W']` of products of codes, i32.
pub fn conv2d(kernel: &Kernel, x: &Codes, w: &Codes, shape: &ConvShape) -> Result<Tensor, KernelError> {
    let [x_bytes, w_bytes] = [x, w].map(on_cpu);
    let shape = shape_of(&x_bytes, shape);
    shape.check()?;
    let [height, width] = shape.output();
    let size = [shape.batch, shape.channels_out, height, width].map(|n| n as i64);
    let mut sums = Tensor::empty(size, (Kind::Int, Device::Cpu));
    kernel.conv2d(&shape, bytes(&x_bytes), bytes(&w_bytes), x.zero_byte(), integers_mut(&mut sums))?;
    Ok(sums.to_device(x.bytes.device()))
}

/// Sums `[rows, O]` of products of codes, i32.
pub fn linear(kernel: &Kernel, x: &Codes, w: &Codes) -> Result<Tensor, KernelError> {
    let [x_bytes, w_bytes] = [x, w].map(on_cpu);
    let [rows, k, outputs] = [x_bytes.size()[0], x_bytes.size()[1], w_bytes.size()[0]];
    let mut sums = Tensor::empty([rows, outputs], (Kind::Int, Device::Cpu));
    let shape = LinearShape { rows: rows as usize, k: k as usize, outputs: outputs as usize };
    kernel.linear(&shape, bytes(&x_bytes), bytes(&w_bytes), integers_mut(&mut sums))?;
    Ok(sums.to_device(x.bytes.device()))
}

fn on_cpu(codes: &Codes) -> Tensor {
    codes.bytes.to_device(Device::Cpu).contiguous()
}
