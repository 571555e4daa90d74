//! The exact product and a few outer products in factors of one signed byte, as integer matrix products of libtorch: on
//! CUDA by tensor cores (`_int_mm`), elsewhere by whole numbers of 32 bits, which is slow and for tests.

use tch::{Device, Kind, Tensor};

use super::shape_of;
use crate::TrainError;
use crate::quantization::Codes;
use axmul_kernels::{ByteFactors, ConvShape, LinearShape};

/// Elements of activation columns (im2col) at a time, so that memory stays bounded.
const AT_A_TIME: usize = 1 << 28;

/// The largest product of two factors.
const LARGEST: usize = 1 << 14;

/// What `_int_mm` wants the sizes of a product to be multiples of, and its rows at least.
const MULTIPLE: i64 = 8;
const LEAST_ROWS: i64 = 32;

/// The factors on a device.
#[derive(Debug)]
pub struct Factors {
    /// i8 `[term, code]`.
    left: Tensor,
    right: Tensor,
    /// i32, by the weight's code.
    start: Tensor,
}

impl Factors {
    /// Lays factors out on a device. An error says that libtorch cannot multiply bytes there.
    pub fn new(factors: &ByteFactors, device: Device) -> Result<Self, TrainError> {
        let side = |factors: &[[i8; 256]]| {
            Tensor::from_slice(factors.as_flattened()).view([-1, 256]).to_device(device)
        };
        let start = Tensor::from_slice(&factors.start).to_device(device);
        let probe = Tensor::ones([LEAST_ROWS, MULTIPLE], (Kind::Int8, device));
        let _refused_here = int_mm(&probe, &probe)?;
        Ok(Self { left: side(&factors.left), right: side(&factors.right), start })
    }

    /// Whether no partial sum can leave 32 bits, with weights of which a row is an output.
    pub fn hold(&self, w: &Codes) -> bool {
        let fan_in = w.bytes.numel() / (w.bytes.size()[0] as usize).max(1);
        fan_in * self.left.size()[0] as usize * LARGEST < 1 << 31
    }

    /// Sums `[N, O, H', W']` of products of codes, i32.
    pub fn conv2d(&self, x: &Codes, w: &Codes, shape: &ConvShape) -> Result<Tensor, TrainError> {
        let shape = shape_of(&x.bytes, shape);
        let [vertical, horizontal] = shape.padding.map(|n| n as i64);
        let padding = [horizontal, horizontal, vertical, vertical];
        self.sums(&x.bytes.pad(padding, "constant", x.zero_point as f64), &w.bytes, &shape)
    }

    /// Sums `[rows, O]` of products of codes, i32.
    pub fn linear(&self, x: &Codes, w: &Codes) -> Result<Tensor, TrainError> {
        let [rows, k, outputs] = [x.bytes.size()[0], x.bytes.size()[1], w.bytes.size()[0]];
        let shape = LinearShape { rows: rows as usize, k: k as usize, outputs: outputs as usize };
        let sums = self.sums(&x.bytes.view([rows, k, 1, 1]), &w.bytes, &shape.convolution())?;
        Ok(sums.view([rows, outputs]))
    }

    /// The convolution of padded codes `[N, C, H, W]`.
    fn sums(&self, x: &Tensor, w: &Tensor, shape: &ConvShape) -> Result<Tensor, TrainError> {
        let [height, width] = shape.output();
        let (groups, terms) = (shape.groups, self.left.size()[0] as usize);
        let fan_in = shape.fan_in();
        // `[group, output, channel, term, tap]`, in the order of im2col.
        let taps = shape.kernel[0] * shape.kernel[1];
        let weights = looked_up(&self.right, w)
            .view(sizes([terms, groups, shape.channels_out / groups, fan_in / taps, taps]))
            .permute([1, 2, 3, 0, 4])
            .reshape(sizes([groups, shape.channels_out / groups, terms * fan_in]));
        let start = self.start.index_select(0, &index(w)).view([shape.channels_out as i64, -1]);
        let start = start.sum_dim_intlist(1, false, Kind::Int);
        let images = (AT_A_TIME / (height * width * terms * shape.channels_in * taps).max(1)).max(1);
        let mut parts = Vec::new();
        for x in x.split(images as i64, 0) {
            let batch = x.size()[0] as usize;
            let columns = self.im2col(&x, shape);
            let products: Result<Vec<Tensor>, TrainError> =
                (0..groups as i64).map(|group| int_mm(&columns.get(group), &weights.get(group))).collect();
            let sums = Tensor::cat(&products?, 1) + &start;
            let sums = sums.view(sizes([batch, height, width, shape.channels_out]));
            parts.push(sums.permute([0, 3, 1, 2]).contiguous());
        }
        Ok(Tensor::cat(&parts, 0))
    }

    /// The factors that each pixel meets, `[group, pixel, (channel, term, tap)]`, of padded codes.
    fn im2col(&self, x: &Tensor, shape: &ConvShape) -> Tensor {
        let size: Vec<usize> = x.size().iter().map(|&n| n as usize).collect();
        let [batch, channels, rows, columns] = size[..] else { unreachable!("images have four dimensions") };
        let ([height, width], [kernel_y, kernel_x]) = (shape.output(), shape.kernel);
        let terms = self.left.size()[0] as usize;
        let planes = looked_up(&self.left, x).view(sizes([
            terms,
            batch,
            shape.groups,
            channels / shape.groups,
            rows,
            columns,
        ]));
        let of = planes.stride();
        let [term, image, group, channel, row] = [of[0], of[1], of[2], of[3], of[4]];
        let [down, right] = shape.stride.map(|n| n as i64);
        let [tap_down, tap_right] = shape.dilation.map(|n| n as i64);
        let in_group = channels / shape.groups;
        let view = planes.as_strided(
            sizes([shape.groups, batch, height, width, in_group, terms, kernel_y, kernel_x]),
            [group, image, down * row, right, channel, term, tap_down * row, tap_right],
            None,
        );
        view.reshape(sizes([shape.groups, batch * height * width, in_group * terms * kernel_y * kernel_x]))
    }
}

/// `a b^T` of i8 in i32.
fn int_mm(a: &Tensor, b: &Tensor) -> Result<Tensor, TrainError> {
    let (rows, outputs) = (a.size()[0], b.size()[0]);
    if a.device() == Device::Cpu {
        return Ok(a.to_kind(Kind::Int).f_matmul(&b.to_kind(Kind::Int).tr())?);
    }
    let up = |n: i64| (n + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
    let padded = |matrix: &Tensor, rows: i64| {
        let size = matrix.size();
        matrix.constant_pad_nd([0, up(size[1]) - size[1], 0, rows - size[0]]).contiguous()
    };
    let products = padded(a, up(rows.max(LEAST_ROWS))).f_internal_int_mm(&padded(b, up(outputs)).tr())?;
    Ok(products.narrow(0, 0, rows).narrow(1, 0, outputs))
}

/// The factors `[term, ...]` of codes.
fn looked_up(factors: &Tensor, codes: &Tensor) -> Tensor {
    factors.index_select(1, &index(codes))
}

/// Codes as what tables by code are indexed by, flat.
fn index(codes: &Tensor) -> Tensor {
    codes.contiguous().view_dtype(Kind::Uint8).to_kind(Kind::Int).reshape([-1])
}

fn sizes<const N: usize>(sizes: [usize; N]) -> [i64; N] {
    sizes.map(|n| n as i64)
}
