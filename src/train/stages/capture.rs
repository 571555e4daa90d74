//! What the assignment needs to know of a trained network.

use tch::{Device, Kind, Tensor};

use crate::TrainError;
use crate::network::Model;
use crate::network::layer::{Mode, MultiplyingLayer, Operands, Product};
use axmul_experiment::assignment::{LayerCapture, Population};
use axmul_metrics::OperandFormat;

/// Observes every layer with multipliers on some images, normalized `[N, C, H, W]`, with exact products.
///
/// `rows` inputs of single outputs are drawn from each layer, with replacement, by libtorch's random generator. Each
/// meets the weights of its group in a grouped convolution, and those of one output channel where channels have
/// scales of their own; there, figures are in dequantized units, else in those of integer products.
pub fn capture(model: &mut Model, images: &Tensor, rows: usize) -> Result<Vec<LayerCapture>, TrainError> {
    let _guard = tch::no_grad_guard();
    let mut captures = Vec::new();
    let _scores = model.forward_watched(images, Mode::Quantized, false, &mut |layer, x| {
        let operands = layer.operands(x, false)?;
        captures.push(observe(layer, &operands, rows));
        Ok(())
    })?;
    Ok(captures)
}

/// Observes one layer on its operands.
pub fn observe(layer: &MultiplyingLayer, operands: &Operands, rows: usize) -> LayerCapture {
    let per_channel = operands.unit.dim() == 1;
    let bits = (operands.x.bits, operands.w.bits);
    let format = match operands.x.affine {
        true => OperandFormat::unsigned(bits.0, bits.1),
        false => OperandFormat::signed(bits.0, bits.1),
    };
    let mut sums = layer.integer_sums(operands);
    if per_channel {
        let mut shape = vec![1; sums.dim()];
        shape[1] = -1;
        sums *= operands.unit.to_kind(Kind::Double).to_device(Device::Cpu).view(shape.as_slice());
    }
    let index = |t: &Tensor, offset: i64| (t.to_device(Device::Cpu) + offset as f64).to_kind(Kind::Int64);
    let (groups, inputs) = match &layer.product {
        Product::Linear => (1, operands.x.centred().to_device(Device::Cpu).unsqueeze(0)),
        Product::Conv2d(shape) => {
            let ints = |pair: [usize; 2]| pair.map(|n| n as i64);
            let centred = operands.x.centred().to_device(Device::Cpu);
            // Padding is the centred code 0.
            let columns = centred.im2col(
                ints(shape.kernel),
                ints(shape.dilation),
                ints(shape.padding),
                ints(shape.stride),
            );
            let (images, pixels, groups) = (columns.size()[0], columns.size()[2], shape.groups as i64);
            let columns = columns.view([images, groups, -1, pixels]).permute([1, 0, 3, 2]);
            (groups, columns.reshape([groups, images * pixels, -1]))
        }
    };
    let outputs = operands.w.bytes.size()[0];
    let weights = index(&operands.w.centred(), operands.w.index_offset()).reshape([outputs, -1]);
    // One population a group, or one a channel.
    let parts = if per_channel { outputs } else { groups };
    let rows_each = rows.div_ceil(parts as usize) as i64;
    let populations = (0..parts)
        .map(|part| {
            let candidates = inputs.get(part * groups / parts);
            let drawn = Tensor::randint(candidates.size()[0], [rows_each], (Kind::Int64, Device::Cpu));
            let drawn = index(&candidates.index_select(0, &drawn), operands.x.index_offset());
            let width = outputs / parts;
            Population {
                scale: if per_channel { operands.unit.double_value(&[part]) } else { 1.0 },
                weights: histogram(&weights.narrow(0, part * width, width), format.width_b()),
                rows: (0..rows_each).map(|row| histogram(&drawn.get(row), format.width_a())).collect(),
            }
        })
        .collect();
    LayerCapture {
        name: layer.name.clone(),
        format,
        opcount: layer.opcount,
        fan_in: layer.fan_in,
        sigma: layer.sigma.double_value(&[]),
        std_output: sums.std(false).double_value(&[]),
        populations,
    }
}

/// How often each table index of an operand occurs.
fn histogram(indices: &Tensor, bits: u8) -> Vec<u32> {
    let mut counts = vec![0; 1 << bits];
    let indices: Vec<i64> = Vec::try_from(indices.reshape([-1])).expect("indices are i64");
    for index in indices {
        counts[index as usize] += 1;
    }
    counts
}
