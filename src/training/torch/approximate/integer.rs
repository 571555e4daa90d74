//! The kernels of axmul, on the memory of CPU tensors.

use tch::{Device, Kind, Tensor};

use super::shape_of;
use crate::kernels::{ConvShape, Kernel, KernelError, LinearShape};
use crate::training::torch::quantisation::Quantized;

/// Sums `[N, O, H', W']` of products of codes, i32.
pub fn conv2d(
    kernel: &Kernel,
    x: &Quantized,
    w: &Quantized,
    shape: &ConvShape,
) -> Result<Tensor, KernelError> {
    let (x_bytes, w_bytes) = (x.bytes(), w.bytes());
    let shape = shape_of(&x_bytes, shape);
    shape.check()?;
    let [height, width] = shape.output();
    let size = [shape.batch, shape.channels_out, height, width].map(|n| n as i64);
    let mut sums = Tensor::zeros(size, (Kind::Int, Device::Cpu));
    kernel.conv2d(&shape, bytes(&x_bytes), bytes(&w_bytes), x.zero_byte(), integers(&mut sums))?;
    Ok(sums.to_device(x.centred.device()))
}

/// Sums `[rows, O]` of products of codes, i32.
pub fn linear(kernel: &Kernel, x: &Quantized, w: &Quantized) -> Result<Tensor, KernelError> {
    let (x_bytes, w_bytes) = (x.bytes(), w.bytes());
    let [rows, k, outputs] = [x_bytes.size()[0], x_bytes.size()[1], w_bytes.size()[0]];
    let mut sums = Tensor::zeros([rows, outputs], (Kind::Int, Device::Cpu));
    let shape = LinearShape { rows: rows as usize, k: k as usize, outputs: outputs as usize };
    kernel.linear(&shape, bytes(&x_bytes), bytes(&w_bytes), integers(&mut sums))?;
    Ok(sums.to_device(x.centred.device()))
}

/// The memory of a tensor of bytes.
fn bytes(tensor: &Tensor) -> &[u8] {
    assert!(matches!(tensor.kind(), Kind::Int8 | Kind::Uint8) && tensor.is_contiguous());
    assert_eq!(tensor.device(), Device::Cpu);
    if tensor.numel() == 0 {
        return &[];
    }
    // SAFETY: a contiguous CPU tensor of one-byte elements holds `numel` of them, which any bits make; it is
    // borrowed for as long as the slice, and nobody writes to it meanwhile.
    unsafe { std::slice::from_raw_parts(tensor.data_ptr().cast(), tensor.numel()) }
}

/// The memory of a tensor of i32.
fn integers(tensor: &mut Tensor) -> &mut [i32] {
    assert!(tensor.kind() == Kind::Int && tensor.is_contiguous());
    assert_eq!(tensor.device(), Device::Cpu);
    if tensor.numel() == 0 {
        return &mut [];
    }
    // SAFETY: as above; the tensor is borrowed mutably, and it was just made, so nothing shares its memory.
    unsafe { std::slice::from_raw_parts_mut(tensor.data_ptr().cast(), tensor.numel()) }
}
