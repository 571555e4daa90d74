//! Layers with multipliers, in all their modes.

use tch::{Device, Kind, Tensor};

use crate::network::multiplier::LayerMultiplier;
use crate::network::noise;
use crate::quantization::{ACTIVATION_BITS, Codes, Grid, Observer, WeightGrid};
use crate::tensors::{elementwise, slices};
use crate::{TrainError, autograd};
use axmul_experiment::{ActivationRange, Quantization, StageName};
use axmul_kernels::ConvShape;

/// How layers with multipliers compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In fp32.
    Fp32,
    /// The fp32 operation on operands that were rounded to codes.
    Quantized,
    /// The same, with noise on the output in training.
    Noisy,
    /// On codes with the layer's multiplier; quantized where a layer has none.
    Approximate,
}

impl Mode {
    /// How they compute in a stage.
    pub fn of(stage: StageName) -> Self {
        match stage {
            StageName::Baseline => Self::Fp32,
            StageName::Quantize => Self::Quantized,
            StageName::Search => Self::Noisy,
            StageName::Retrain | StageName::Uniform => Self::Approximate,
        }
    }
}

/// What a layer with multipliers computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// A convolution; batch, height and width of the shape do not matter.
    Conv2d(ConvShape),
    /// A matrix product.
    Linear,
}

/// A convolution or a matrix product.
#[derive(Debug)]
pub struct MultiplyingLayer {
    /// Its name in the network.
    pub name: String,
    /// What it computes.
    pub product: Product,
    /// Multiplications for one image.
    pub opcount: u64,
    /// Products in one output.
    pub fan_in: usize,
    /// `[O, C / groups, kh, kw]` or `[O, K]`.
    pub weight: Tensor,
    /// `[O]`.
    pub bias: Option<Tensor>,
    /// The noise it bears, in standard deviations of its output; a scalar, of any sign.
    pub sigma: Tensor,
    /// The learned clipping value of its activations; a scalar, there if ranges are learned.
    pub alpha: Option<Tensor>,
    /// The range of its activations.
    pub observer: Observer,
    /// Its multiplier.
    pub multiplier: Option<LayerMultiplier>,
    quantization: Quantization,
    affine: bool,
}

/// The operands of a layer as codes.
#[derive(Debug)]
pub struct Operands {
    /// Activations.
    pub x: Codes,
    /// Weights.
    pub w: Codes,
    /// What one unit of an integer product stands for: a scalar, or `[O]` with one scale a channel.
    pub unit: Tensor,
}

impl MultiplyingLayer {
    /// A layer around its tensors. `affine`: whether codes are unsigned with zero points.
    pub fn new(
        name: &str,
        product: Product,
        sizes: (u64, usize),
        tensors: (Tensor, Option<Tensor>),
        quantization: &Quantization,
        affine: bool,
    ) -> Self {
        let (weight, bias) = tensors;
        let device = weight.device();
        let scalar =
            |value: f64| Tensor::full([0i64; 0], value, (Kind::Float, device)).set_requires_grad(true);
        let learned = quantization.activations.range == ActivationRange::Learned;
        Self {
            name: name.to_owned(),
            product,
            opcount: sizes.0,
            fan_in: sizes.1,
            sigma: scalar(0.0),
            alpha: learned.then(|| scalar(0.0)),
            observer: Observer::new(&quantization.activations, affine),
            multiplier: None,
            quantization: quantization.clone(),
            affine,
            weight,
            bias,
        }
    }

    /// The output for activations `[N, C, H, W]` or `[rows, K]`.
    pub fn forward(&mut self, x: &Tensor, mode: Mode, train: bool) -> Result<Tensor, TrainError> {
        if mode == Mode::Fp32 {
            return Ok(self.exact(x, &self.weight, self.bias.as_ref()));
        }
        let (x, grid, weights) = self.grids(x, train)?;
        let w = weights.round(&self.weight);
        let noisy = mode == Mode::Noisy && train;
        // Noise is as large as the output without bias.
        let bias = self.bias.as_ref().filter(|_| !noisy);
        let steps = grid.steps();
        let y = tch::no_grad(|| match (mode, &self.multiplier) {
            (Mode::Approximate, Some(multiplier)) => {
                let (codes, w) = (grid.encode(&x), weights.encode(&w));
                let sums = match &self.product {
                    Product::Conv2d(shape) => multiplier.approximate.conv2d(&codes, &w, shape)?,
                    Product::Linear => multiplier.approximate.linear(&codes, &w)?,
                };
                let (unit, bias) = multiplier.outputs(self.unit(&grid, &weights), &w, bias);
                Ok(self.real(sums, &unit, bias.as_ref()))
            }
            _ => Ok::<_, TrainError>(self.exact(&steps.round(&x), &w, bias)),
        })?;
        let operands = autograd::Exact { x: &x, steps, w: &w, bias };
        let y = match &self.product {
            Product::Conv2d(shape) => autograd::conv2d(operands, &y, shape)?,
            Product::Linear => autograd::linear(operands, &y)?,
        };
        if !noisy {
            return Ok(y);
        }
        let y = noise::noisy(&y, &self.sigma)?;
        Ok(match &self.bias {
            Some(bias) => y + self.along_outputs(bias),
            None => y,
        })
    }

    /// Lets the observer see activations.
    pub fn observe(&mut self, x: &Tensor) {
        let first = self.observer.range().is_none();
        self.observer.observe(x);
        // Learning starts from what was seen first.
        if let (true, Some(alpha), Some((low, high))) = (first, &mut self.alpha, self.observer.range()) {
            tch::no_grad(|| {
                let _ = alpha.fill_(low.abs().max(high.abs()));
            });
        }
    }

    /// Activations and weights as codes; in training the observer sees the activations first.
    pub fn operands(&mut self, x: &Tensor, train: bool) -> Result<Operands, TrainError> {
        let (x, grid, weights) = self.grids(x, train)?;
        let w = weights.encode(&weights.round(&self.weight));
        Ok(Operands { x: grid.encode(&x), w, unit: self.unit(&grid, &weights) })
    }

    /// What activations and weights are rounded by, and the activations that are: clipped before where the clipping value
    /// is learned.
    fn grids(&mut self, x: &Tensor, train: bool) -> Result<(Tensor, Grid, WeightGrid), TrainError> {
        if train {
            self.observe(x);
        }
        let range = self.observer.range().ok_or_else(|| {
            TrainError::Data(format!("layer '{}' has observed no activations to quantize by", self.name))
        })?;
        let (grid, x) = match &self.alpha {
            None => (Grid::new(range, self.affine, ACTIVATION_BITS), x.shallow_clone()),
            Some(alpha) => {
                let limit = alpha.double_value(&[]).abs();
                // What is clipped passes its gradient to the clipping value.
                (Grid::new((-limit, limit), false, ACTIVATION_BITS), x.minimum(alpha).maximum(&-alpha))
            }
        };
        Ok((x, grid, WeightGrid::new(&self.weight, &self.quantization.weights, self.affine)))
    }

    /// What one unit of an integer product stands for: a scalar, or `[O]` with one scale a channel.
    fn unit(&self, grid: &Grid, weights: &WeightGrid) -> Tensor {
        match weights {
            WeightGrid::Tensor(weights) => {
                Tensor::from((weights.scale * grid.scale) as f32).to_device(self.weight.device())
            }
            WeightGrid::Channel(scales, _) => scales * grid.scale,
        }
    }

    /// Integer sums as real numbers, with the bias.
    fn real(&self, mut sums: Tensor, unit: &Tensor, bias: Option<&Tensor>) -> Tensor {
        if sums.device() == Device::Cpu && sums.kind() == Kind::Int && sums.is_contiguous() {
            let list = |values: &Tensor| slices::floats(&values.detach().contiguous()).to_vec();
            let outputs = self.weight.size()[0] as usize;
            let pixels = sums.numel() / (sums.size()[0] as usize * outputs).max(1);
            let bias = bias.map_or_else(Vec::new, list);
            elementwise::scale(slices::integers_mut(&mut sums), outputs, pixels, &list(unit), &bias);
            return sums.view_dtype(Kind::Float);
        }
        let y = sums.to_kind(Kind::Float) * self.along_outputs(unit);
        match bias {
            Some(bias) => y + self.along_outputs(bias),
            None => y,
        }
    }

    /// The exact integer sums of codes with zero points taken out, f64 on the CPU.
    pub fn integer_sums(&self, operands: &Operands) -> Tensor {
        let [x, w] =
            [&operands.x, &operands.w].map(|t| t.centred().to_device(Device::Cpu).to_kind(Kind::Double));
        tch::no_grad(|| self.exact(&x, &w, None))
    }

    fn exact(&self, x: &Tensor, w: &Tensor, bias: Option<&Tensor>) -> Tensor {
        match &self.product {
            Product::Linear => x.linear(w, bias),
            Product::Conv2d(shape) => {
                let [stride, padding, dilation] =
                    [shape.stride, shape.padding, shape.dilation].map(|pair| pair.map(|n| n as i64));
                x.conv2d(w, bias, stride, padding, dilation, shape.groups as i64)
            }
        }
    }

    /// A scalar as it is, or `[O]` in the shape in which it meets the output.
    fn along_outputs(&self, values: &Tensor) -> Tensor {
        match (&self.product, values.dim()) {
            (Product::Conv2d(_), 1) => values.view([1, -1, 1, 1]),
            _ => values.shallow_clone(),
        }
    }
}
