//! Gathering from the table: any table, on any device.

use tch::{Device, Kind, Tensor};

use super::shape_of;
use crate::quantization::Codes;
use axmul_kernels::ConvShape;
use axmul_metrics::ProductTable;

/// Products gathered at a time, at most, so that memory stays bounded.
const AT_A_TIME: i64 = 1 << 25;

/// A product table on a device.
#[derive(Debug)]
pub struct Table {
    /// i32, the products of one activation next to each other.
    products: Tensor,
    /// Products of one activation: values of a weight.
    columns: i64,
}

impl Table {
    /// Lays a table out on a device.
    pub fn new(table: &ProductTable, device: Device) -> Self {
        let products = Tensor::from_slice(table.products()).to_device(device);
        Self { products, columns: table.columns() as i64 }
    }

    /// Sums `[N, O, H', W']` of products of codes, i64.
    pub fn conv2d(&self, x: &Codes, w: &Codes, shape: &ConvShape) -> Tensor {
        let shape = shape_of(&x.bytes, shape);
        let ints = |pair: [usize; 2]| pair.map(|n| n as i64);
        let groups = shape.groups as i64;
        let [height, width] = ints(shape.output());
        let (batch, outputs) = (shape.batch as i64, shape.channels_out as i64);
        // Unfolding pads with 0, the centred code of 0.
        let columns = x.centred().im2col(
            ints(shape.kernel),
            ints(shape.dilation),
            ints(shape.padding),
            ints(shape.stride),
        );
        let rows = columns.view([batch, groups, -1, height * width]).permute([1, 0, 3, 2]);
        let rows = self.row_index(&rows, x).reshape([groups, batch * height * width, -1]);
        let weights = index(w).view([groups, outputs / groups, -1]);
        let sums: Vec<Tensor> =
            (0..groups).map(|group| self.sums(&rows.get(group), &weights.get(group))).collect();
        let sums = Tensor::stack(&sums, 0).view([groups, batch, height * width, outputs / groups]);
        sums.permute([1, 0, 3, 2]).reshape([batch, outputs, height, width])
    }

    /// Sums `[rows, O]` of products of codes, i64.
    pub fn linear(&self, x: &Codes, w: &Codes) -> Tensor {
        self.sums(&self.row_index(&x.centred(), x), &index(w))
    }

    /// Where the row of the table begins that belongs to each code.
    fn row_index(&self, centred: &Tensor, codes: &Codes) -> Tensor {
        (centred + codes.index_offset() as f64).to_kind(Kind::Int64) * self.columns
    }

    /// `[rows, K]` and `[O, K]` to `[rows, O]`.
    fn sums(&self, rows: &Tensor, weights: &Tensor) -> Tensor {
        let step = (AT_A_TIME / rows.size()[1].max(1)).max(1);
        let parts: Vec<Tensor> = rows
            .split(step, 0)
            .iter()
            .map(|rows| {
                let outputs: Vec<Tensor> = (0..weights.size()[0])
                    .map(|output| {
                        let products = self.products.take(&(rows + weights.get(output)));
                        products.sum_dim_intlist(1, false, Kind::Int64)
                    })
                    .collect();
                Tensor::stack(&outputs, 1)
            })
            .collect();
        Tensor::cat(&parts, 0)
    }
}

/// Codes as columns of a table.
fn index(codes: &Codes) -> Tensor {
    (codes.centred() + codes.index_offset() as f64).to_kind(Kind::Int64)
}
