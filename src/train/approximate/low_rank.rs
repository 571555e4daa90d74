//! The exact product and a few outer products, as one operation of libtorch.

use std::ops::RangeInclusive;

use tch::{Device, Kind, Tensor};

use super::exact_conv2d;
use crate::quantization::Codes;
use axmul_kernels::{ConvShape, LowRank};

/// Whole numbers below it, and sums of them whose absolute values stay below it, are exact in fp32.
const EXACT_IN_FP32: f64 = (1u32 << 24) as f64;

/// The factors of an error map on a device, indexed like the rows and columns of a product table.
///
/// approx(x, w) = x w + sum_r left_r(x) right_r(w). With centred codes c = q - z in place of the first x and w, the
/// sum loses its zero points at once: they belong to the exact product alone.
#[derive(Debug)]
pub struct Factors {
    /// fp32, one entry a value of an activation.
    left: Vec<Tensor>,
    /// fp32, one entry a value of a weight.
    right: Vec<Tensor>,
    /// For every weight, the largest sum over r of |left_r right_r| over all activations; f64.
    largest: Tensor,
    /// Whether every entry is exact in fp32; factors that are not are kept in f64.
    kind: Kind,
}

impl Factors {
    /// Lays factors out on a device.
    pub fn new(factors: &LowRank, device: Device) -> Self {
        // From indices by code, two's complement in a byte, to those from the smallest value up.
        let ordered = |vectors: &[Vec<i64>], range: RangeInclusive<i64>| -> Vec<Vec<f64>> {
            let by_value = |vector: &Vec<i64>| {
                range.clone().map(|value| vector[usize::from(value as u8)] as f64).collect()
            };
            vectors.iter().map(by_value).collect()
        };
        let (range_x, range_w) = (factors.format().range_a(), factors.format().range_b());
        let left = ordered(factors.left(), range_x.clone());
        let right = ordered(factors.right(), range_w.clone());
        let largest: Vec<f64> = (0..range_w.count())
            .map(|w| {
                let sum = |x: usize| left.iter().zip(&right).map(|(l, r)| (l[x] * r[w]).abs()).sum::<f64>();
                (0..range_x.clone().count()).map(sum).fold(0.0, f64::max)
            })
            .collect();
        let entries = left.iter().chain(&right).flatten();
        let kind = if entries.fold(0.0, |a: f64, b| a.max(b.abs())) < EXACT_IN_FP32 {
            Kind::Float
        } else {
            Kind::Double
        };
        let tensors = |vectors: &[Vec<f64>]| {
            vectors.iter().map(|vector| Tensor::from_slice(vector).to_kind(kind).to_device(device)).collect()
        };
        Self {
            left: tensors(&left),
            right: tensors(&right),
            largest: Tensor::from_slice(&largest).to_device(device),
            kind,
        }
    }

    /// The convolution with zero points taken out; see [`super::Approximate::conv2d`].
    pub fn conv2d(&self, x: &Codes, w: &Codes, shape: &ConvShape) -> Tensor {
        let [vertical, horizontal] = shape.padding.map(|n| n as i64);
        // Padding goes through the table like any operand: a code before the factors are looked up.
        let padding = [horizontal, horizontal, vertical, vertical];
        let padded = Codes { bytes: x.bytes.pad(padding, "constant", x.zero_point as f64), ..*x };
        let (weights, kind) = self.weights(w, x);
        let activations = self.stacked(&padded, &self.left, shape.groups as i64, kind);
        exact_conv2d(&activations, &weights, &ConvShape { padding: [0, 0], ..*shape })
    }

    /// The matrix product with zero points taken out; see [`super::Approximate::linear`].
    pub fn linear(&self, x: &Codes, w: &Codes) -> Tensor {
        let (weights, kind) = self.weights(w, x);
        self.stacked(x, &self.left, 1, kind).mm(&weights.tr())
    }

    /// The stacked weights, of a kind in which all sums are exact.
    fn weights(&self, w: &Codes, x: &Codes) -> (Tensor, Kind) {
        let largest_x = if x.affine { x.zero_point.max(255 - x.zero_point) } else { 128 };
        let outputs = w.bytes.size()[0];
        let terms =
            self.largest.index_select(0, &index(w)) + w.centred().abs().reshape([-1]) * largest_x as f64;
        let bound = terms.view([outputs, -1]).sum_dim_intlist(1, false, None).max().double_value(&[]);
        let kind = if bound < EXACT_IN_FP32 { self.kind } else { Kind::Double };
        (self.stacked(w, &self.right, 1, kind), kind)
    }

    /// The centred codes and their factors side by side along the second dimension, within each of `groups` parts
    /// of it: `[N, (r + 1) C, ...]`.
    fn stacked(&self, codes: &Codes, factors: &[Tensor], groups: i64, kind: Kind) -> Tensor {
        let centred = codes.centred().to_kind(kind);
        if factors.is_empty() {
            return centred;
        }
        let mut size = centred.size();
        let index = index(codes);
        let mut grouped = vec![size[0], groups, size[1] / groups];
        grouped.extend(&size[2..]);
        let planes: Vec<Tensor> = std::iter::once(centred)
            .chain(factors.iter().map(|factor| factor.to_kind(kind).index_select(0, &index)))
            .map(|plane| plane.view(grouped.as_slice()))
            .collect();
        size[1] *= planes.len() as i64;
        Tensor::cat(&planes, 2).view(size.as_slice())
    }
}

/// Codes as indices of a table, flat.
fn index(codes: &Codes) -> Tensor {
    (codes.centred() + codes.index_offset() as f64).to_kind(Kind::Int).reshape([-1])
}
