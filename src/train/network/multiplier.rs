//! The multiplier of one layer, with what is made of its products.

use std::rc::Rc;

use tch::{Device, Kind, Tensor};

use crate::approximate::Approximate;
use crate::quantization::Codes;
use axmul_experiment::corrections::Wiring;

/// A multiplier as a layer has it: an output is
/// `unit * (scale * sum of products + sum over the weights of mean_error) + bias`.
#[derive(Clone, Debug)]
pub struct LayerMultiplier {
    /// The products of codes.
    pub approximate: Rc<Approximate>,
    scale: f64,
    /// For each weight code, the lowest first; f64.
    mean_error: Option<Rc<Tensor>>,
}

impl From<Rc<Approximate>> for LayerMultiplier {
    /// Nothing is corrected.
    fn from(approximate: Rc<Approximate>) -> Self {
        Self { approximate, scale: 1.0, mean_error: None }
    }
}

impl LayerMultiplier {
    /// Products that a wiring made, and what the wiring says of them.
    pub fn wired(approximate: Rc<Approximate>, wiring: &Wiring, device: Device) -> Self {
        let folded = !wiring.mean_error.is_empty();
        let mean_error = folded.then(|| Rc::new(Tensor::from_slice(&wiring.mean_error).to_device(device)));
        Self { approximate, scale: wiring.scale, mean_error }
    }

    /// What one unit of a sum stands for, given what one of an exact integer product does; and the bias.
    pub fn outputs(&self, unit: Tensor, w: &Codes, bias: Option<&Tensor>) -> (Tensor, Option<Tensor>) {
        let bias = || bias.map(Tensor::shallow_clone);
        let bias = match &self.mean_error {
            None => bias(),
            Some(mean_error) => {
                let outputs = w.bytes.size()[0];
                let codes = (w.centred() + w.index_offset() as f64).to_kind(Kind::Int64).reshape([-1]);
                let means = mean_error.index_select(0, &codes).reshape([outputs, -1]);
                let sums = means.sum_dim_intlist(1, false, Kind::Double);
                let constant = (sums * unit.to_kind(Kind::Double)).to_kind(Kind::Float);
                Some(match bias() {
                    Some(bias) => bias + constant,
                    None => constant,
                })
            }
        };
        (if self.scale == 1.0 { unit } else { unit * self.scale }, bias)
    }
}
