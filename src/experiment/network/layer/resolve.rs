//! From the description of a layer and the shapes of its inputs to all its sizes.

use super::{LayerDescription, LayerKind, Operation, Pair};
use axmul_kernels::ConvShape;

/// The largest number that a field may have: products of a few of them stay far from overflow.
const LARGEST: usize = 1 << 20;
/// The most values that an output for one image, or the weights of a layer, may have.
const MOST_VALUES: u128 = 1 << 31;

impl Pair {
    fn get(self) -> [usize; 2] {
        match self {
            Self::Both(n) => [n, n],
            Self::Each(pair) => pair,
        }
    }
}

impl LayerDescription {
    /// What it computes for inputs of these shapes, and the shape of its output; or what does not fit.
    pub fn resolve(&self, inputs: &[&[usize]]) -> Result<(Operation, Vec<usize>), String> {
        self.refuse_strangers()?;
        self.refuse_large_numbers()?;
        let (operation, output) = self.operation(inputs)?;
        few(&output, "its output")?;
        Ok((operation, output))
    }

    fn operation(&self, inputs: &[&[usize]]) -> Result<(Operation, Vec<usize>), String> {
        match self.kind {
            LayerKind::Add => return self.add(inputs),
            LayerKind::Concat => return self.concat(inputs),
            _ => {}
        }
        let &[input] = inputs else {
            return Err(format!("a {} takes one input, got {}", self.kind.name(), inputs.len()));
        };
        let unchanged = |operation| Ok((operation, input.to_vec()));
        match self.kind {
            LayerKind::Conv2d => self.conv2d(input),
            LayerKind::Linear => {
                let outputs = positive(self.need(self.features, "features")?, "features")?;
                let &[inputs] = input else {
                    return Err(format!(
                        "expected rows of features, got shape {input:?}; put a flatten before it"
                    ));
                };
                few(&[inputs, outputs], "its weights")?;
                Ok((Operation::Linear { inputs, outputs, bias: self.bias.unwrap_or(false) }, vec![outputs]))
            }
            LayerKind::BatchNorm => unchanged(Operation::BatchNorm { channels: input[0] }),
            LayerKind::Relu => unchanged(Operation::Relu),
            LayerKind::Relu6 => unchanged(Operation::Relu6),
            LayerKind::MaxPool | LayerKind::AvgPool => self.pool(input),
            LayerKind::AdaptiveAvgPool => {
                let [channels, ..] = image(input)?;
                let output = pair(self.output, [1, 1]);
                for size in output {
                    positive(size, "output")?;
                }
                Ok((Operation::AdaptiveAvgPool { output }, vec![channels, output[0], output[1]]))
            }
            LayerKind::Flatten => {
                few(input, "its input")?;
                Ok((Operation::Flatten, vec![input.iter().product()]))
            }
            LayerKind::Dropout => {
                let probability = self.probability.unwrap_or(0.5);
                if !(0.0..1.0).contains(&probability) {
                    return Err(format!("`probability` must be at least 0 and below 1, got {probability}"));
                }
                unchanged(Operation::Dropout { probability })
            }
            LayerKind::Add | LayerKind::Concat => unreachable!("they take several inputs"),
        }
    }

    fn conv2d(&self, input: &[usize]) -> Result<(Operation, Vec<usize>), String> {
        let channels = positive(self.need(self.channels, "channels")?, "channels")?;
        let kernel = self.need(self.kernel, "kernel")?.get();
        let mut shape = ConvShape::new(1, image(input)?, channels, kernel);
        shape.stride = pair(self.stride, [1, 1]);
        shape.padding = pair(self.padding, [0, 0]);
        shape.dilation = pair(self.dilation, [1, 1]);
        shape.groups = self.groups.unwrap_or(1);
        shape.check().map_err(|error| error.to_string())?;
        let [rows, columns] = shape.output();
        few(&[channels, shape.channels_in / shape.groups, kernel[0], kernel[1]], "its weights")?;
        few(&[channels, rows, columns], "its output")?;
        Ok((Operation::Conv2d { shape, bias: self.bias.unwrap_or(false) }, vec![channels, rows, columns]))
    }

    fn pool(&self, input: &[usize]) -> Result<(Operation, Vec<usize>), String> {
        let [channels, height, width] = image(input)?;
        let kernel = self.need(self.kernel, "kernel")?.get();
        let stride = pair(self.stride, kernel);
        let padding = pair(self.padding, [0, 0]);
        // A pooling window moves like a kernel that has one channel.
        let mut shape = ConvShape::new(1, [1, height, width], 1, kernel);
        (shape.stride, shape.padding) = (stride, padding);
        shape.check().map_err(|error| error.to_string())?;
        if (0..2).any(|axis| 2 * padding[axis] > kernel[axis]) {
            return Err(format!("padding {padding:?} is more than half of the window {kernel:?}"));
        }
        let [rows, columns] = shape.output();
        let operation = if self.kind == LayerKind::MaxPool {
            Operation::MaxPool { kernel, stride, padding }
        } else {
            Operation::AvgPool { kernel, stride, padding }
        };
        Ok((operation, vec![channels, rows, columns]))
    }

    fn add(&self, inputs: &[&[usize]]) -> Result<(Operation, Vec<usize>), String> {
        let first = several(inputs)?;
        match inputs.iter().find(|shape| **shape != first) {
            Some(other) => Err(format!("its inputs must have one shape, got {first:?} and {other:?}")),
            None => Ok((Operation::Add, first.to_vec())),
        }
    }

    fn concat(&self, inputs: &[&[usize]]) -> Result<(Operation, Vec<usize>), String> {
        let first = several(inputs)?;
        match inputs.iter().find(|shape| shape.get(1..) != first.get(1..)) {
            Some(other) => Err(format!(
                "its inputs may differ in the number of channels only, got shapes {first:?} and {other:?}"
            )),
            None => {
                let mut output = first.to_vec();
                output[0] = inputs.iter().map(|shape| shape[0]).sum();
                Ok((Operation::Concat, output))
            }
        }
    }

    fn need<T>(&self, value: Option<T>, field: &str) -> Result<T, String> {
        value.ok_or_else(|| format!("a {} needs `{field}`", self.kind.name()))
    }

    /// Refuses fields that mean nothing to this kind of layer.
    fn refuse_strangers(&self) -> Result<(), String> {
        use LayerKind::{AdaptiveAvgPool, AvgPool, Conv2d, Dropout, Linear, MaxPool};
        let fields = [
            ("channels", self.channels.is_some(), &[Conv2d][..]),
            ("features", self.features.is_some(), &[Linear]),
            ("kernel", self.kernel.is_some(), &[Conv2d, MaxPool, AvgPool]),
            ("stride", self.stride.is_some(), &[Conv2d, MaxPool, AvgPool]),
            ("padding", self.padding.is_some(), &[Conv2d, MaxPool, AvgPool]),
            ("dilation", self.dilation.is_some(), &[Conv2d]),
            ("groups", self.groups.is_some(), &[Conv2d]),
            ("bias", self.bias.is_some(), &[Conv2d, Linear]),
            ("output", self.output.is_some(), &[AdaptiveAvgPool]),
            ("probability", self.probability.is_some(), &[Dropout]),
        ];
        match fields.iter().find(|(_, given, kinds)| *given && !kinds.contains(&self.kind)) {
            Some((field, ..)) => Err(format!("a {} takes no `{field}`", self.kind.name())),
            None => Ok(()),
        }
    }

    fn refuse_large_numbers(&self) -> Result<(), String> {
        let single = [("channels", self.channels), ("features", self.features), ("groups", self.groups)];
        let pairs = [
            ("kernel", self.kernel),
            ("stride", self.stride),
            ("padding", self.padding),
            ("dilation", self.dilation),
            ("output", self.output),
        ];
        let single = single.into_iter().filter_map(|(field, n)| Some((field, [n?; 2])));
        let mut all = single.chain(pairs.into_iter().filter_map(|(field, pair)| Some((field, pair?.get()))));
        match all.find(|(_, pair)| pair.iter().any(|&n| n > LARGEST)) {
            Some((field, pair)) => {
                let n = pair[0].max(pair[1]);
                Err(format!("`{field}` must be at most {LARGEST}, got {n}"))
            }
            None => Ok(()),
        }
    }
}

/// The number of values in a shape, refused where it is beyond any memory.
pub(crate) fn few(shape: &[usize], what: &str) -> Result<(), String> {
    let values = shape.iter().fold(1u128, |product, &n| product.saturating_mul(n as u128));
    if values <= MOST_VALUES {
        return Ok(());
    }
    Err(format!("{what} would have {values} values (shape {shape:?}); expected at most {MOST_VALUES}"))
}

fn several<'a>(inputs: &[&'a [usize]]) -> Result<&'a [usize], String> {
    match inputs {
        [first, _, ..] => Ok(first),
        _ => Err("expected `from` with at least two names".into()),
    }
}

fn pair(pair: Option<Pair>, default: [usize; 2]) -> [usize; 2] {
    pair.map_or(default, Pair::get)
}

fn positive(value: usize, field: &str) -> Result<usize, String> {
    if value == 0 { Err(format!("`{field}` must be at least 1")) } else { Ok(value) }
}

fn image(shape: &[usize]) -> Result<[usize; 3], String> {
    shape.try_into().map_err(|_| format!("expected images [channels, rows, columns], got shape {shape:?}"))
}
