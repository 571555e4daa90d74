//! What every node of a network gave for some images, so that a change in one layer is followed from there on.

use tch::Tensor;

use super::{Mode, Model, Source, Work};
use crate::TrainError;
use crate::network::multiplier::LayerMultiplier;

/// The outputs of all nodes for some images, with exact products of codes.
#[derive(Debug)]
pub struct Trace {
    images: Tensor,
    outputs: Vec<Tensor>,
}

impl Trace {
    /// The class scores `[N, classes]`.
    pub fn scores(&self) -> &Tensor {
        self.outputs.last().expect("a network has nodes")
    }

    fn output(&self, source: Source) -> &Tensor {
        match source {
            Source::Layer(index) => &self.outputs[index],
            _ => &self.images,
        }
    }
}

impl Model {
    /// Runs images `[N, C, H, W]` through the quantized network, and keeps what every node gave.
    pub fn trace(&mut self, images: &Tensor) -> Result<Trace, TrainError> {
        let _guard = tch::no_grad_guard();
        let mut trace =
            Trace { images: images.shallow_clone(), outputs: Vec::with_capacity(self.nodes.len()) };
        for node in &mut self.nodes {
            let inputs: Vec<Tensor> =
                node.inputs.iter().map(|&source| trace.output(source).shallow_clone()).collect();
            let output = node.work.apply(&inputs, Mode::Quantized, false, &mut |_, _| Ok(()))?;
            trace.outputs.push(output);
        }
        Ok(trace)
    }

    /// The class scores of a trace's images with a multiplier in one layer, counted among those with multipliers, and
    /// exact products in all others. Nodes that do not depend on the layer are not computed again.
    pub fn retrace(
        &mut self,
        trace: &Trace,
        layer: usize,
        multiplier: &LayerMultiplier,
    ) -> Result<Tensor, TrainError> {
        let _guard = tch::no_grad_guard();
        let multiplying =
            (0..).zip(&self.nodes).filter(|(_, node)| matches!(node.work, Work::Multiplying(_)));
        let changed: usize = multiplying.map(|(at, _)| at).nth(layer).expect("a layer with multipliers");
        // None where a node gives what it gave in the trace.
        let mut outputs: Vec<Option<Tensor>> = vec![];
        outputs.resize_with(self.nodes.len(), || None);
        for (at, node) in self.nodes.iter_mut().enumerate().skip(changed) {
            let differs =
                |source: &Source| matches!(source, Source::Layer(index) if outputs[*index].is_some());
            if at != changed && !node.inputs.iter().any(differs) {
                continue;
            }
            let input = |&source: &Source| match source {
                Source::Layer(index) if outputs[index].is_some() => {
                    outputs[index].as_ref().expect("just seen").shallow_clone()
                }
                _ => trace.output(source).shallow_clone(),
            };
            let inputs: Vec<Tensor> = node.inputs.iter().map(input).collect();
            let output = match &mut node.work {
                Work::Multiplying(own) if at == changed => {
                    let before = own.multiplier.replace(multiplier.clone());
                    let output = own.forward(&inputs[0], Mode::Approximate, false);
                    own.multiplier = before;
                    output?
                }
                work => work.apply(&inputs, Mode::Quantized, false, &mut |_, _| Ok(()))?,
            };
            outputs[at] = Some(output);
        }
        let last = outputs.pop().expect("a network has nodes");
        Ok(last.unwrap_or_else(|| trace.scores().shallow_clone()))
    }
}
