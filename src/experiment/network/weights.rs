//! Weights under the names that torchvision gives them, as safetensors: what others publish, and what they can read.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors};

use super::{Network, NetworkError, Operation};
use crate::FileError;

/// Published weights that do not fit.
#[derive(Debug, thiserror::Error)]
#[error("the weights {path}: {problem}", path = path.display())]
pub struct WeightsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: String,
}

/// What a tensor of a network, such as `bn1.running_variance`, is called by torchvision; `None` for those that only
/// axmul has: noise and clipping values.
pub fn published_name(name: &str) -> Option<String> {
    match name.rsplit_once('.') {
        Some((_, "sigma" | "alpha")) => None,
        Some((layer, "running_variance")) => Some(format!("{layer}.running_var")),
        _ => Some(name.to_owned()),
    }
}

/// Whether a published tensor means nothing to a network: a counter that only training with torch looks at.
pub fn is_counter(name: &str) -> bool {
    name.ends_with(".num_batches_tracked")
}

/// What published weights of a network consist of: tensors with torchvision's names, and their shapes, in the order of
/// the layers.
pub fn published_tensors(network: &Network) -> Result<Vec<(String, Vec<usize>)>, NetworkError> {
    let mut all = Vec::new();
    for layer in network.resolve()? {
        let mut add = |name: &str, shape: Vec<usize>| all.push((format!("{}.{name}", layer.name), shape));
        match &layer.operation {
            Operation::Conv2d { shape, bias } => {
                let a_group = shape.channels_in / shape.groups;
                add("weight", vec![shape.channels_out, a_group, shape.kernel[0], shape.kernel[1]]);
                if *bias {
                    add("bias", vec![shape.channels_out]);
                }
            }
            Operation::Linear { inputs, outputs, bias } => {
                add("weight", vec![*outputs, *inputs]);
                if *bias {
                    add("bias", vec![*outputs]);
                }
            }
            Operation::BatchNorm { channels } => {
                for name in ["weight", "bias", "running_mean", "running_var"] {
                    add(name, vec![*channels]);
                }
            }
            _ => {}
        }
    }
    Ok(all)
}

/// Published weights, read from a safetensors file and found to fit a network.
#[derive(Debug)]
pub struct PublishedWeights {
    bytes: Vec<u8>,
}

impl PublishedWeights {
    /// Reads a file. Every tensor of the network must be there with its shape, as real numbers of 16, 32 or 64 bits,
    /// and nothing else but counters.
    pub fn read(path: &Path, network: &Network) -> Result<Self, WeightsError> {
        let fail = |problem: String| WeightsError { path: path.to_owned(), problem };
        let bytes = std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => fail("there is no such file".into()),
            _ => fail(format!("cannot be read ({error})")),
        })?;
        check(&bytes, network).map_err(fail)?;
        Ok(Self { bytes })
    }

    /// The tensors.
    pub fn tensors(&self) -> Result<SafeTensors<'_>, safetensors::SafeTensorError> {
        SafeTensors::deserialize(&self.bytes)
    }
}

fn check(bytes: &[u8], network: &Network) -> Result<(), String> {
    let file =
        SafeTensors::deserialize(bytes).map_err(|error| format!("is no safetensors file ({error})"))?;
    let expected = published_tensors(network).map_err(|error| error.to_string())?;
    let mut strangers: HashSet<&str> = file.names().into_iter().filter(|name| !is_counter(name)).collect();
    for (name, shape) in &expected {
        let tensor = file
            .tensor(name)
            .map_err(|_| format!("has no tensor '{name}', which '{}' needs", network.name))?;
        strangers.remove(name.as_str());
        if !matches!(tensor.dtype(), Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64) {
            let got = tensor.dtype();
            return Err(format!("tensor '{name}' is {got:?}; expected F16, BF16, F32 or F64"));
        }
        if tensor.shape() != shape {
            let got = tensor.shape();
            return Err(format!("tensor '{name}' has shape {got:?}, the network's has {shape:?}"));
        }
    }
    // The first by name, so that the message is always the same.
    match strangers.into_iter().min() {
        Some(name) => Err(format!("has a tensor '{name}', which '{}' has not", network.name)),
        None => Ok(()),
    }
}

/// Where the header of a checkpoint says that batch normalization is [`FOLDED`], if it is.
pub const BATCH_NORM: &str = "batch_norm";
/// The layers before it compute it.
pub const FOLDED: &str = "folded";

/// The weights and statistics of a checkpoint as a safetensors file with torchvision's names. There are none for a
/// network whose batch normalization is folded.
pub fn publish(checkpoint: &Path) -> Result<Vec<u8>, FileError> {
    let fail = |error: safetensors::SafeTensorError| FileError::read(checkpoint, error);
    let bytes = std::fs::read(checkpoint).map_err(|error| FileError::read(checkpoint, error))?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(fail)?;
    let is_folded = |header: &HashMap<String, String>| header.get(BATCH_NORM).is_some_and(|it| it == FOLDED);
    if header.metadata().as_ref().is_some_and(is_folded) {
        let problem = "its batch normalization is folded into the layers before it, so it has none of the tensors \
                       that other programs expect; the stage baseline has them";
        return Err(FileError::read(checkpoint, problem));
    }
    let file = SafeTensors::deserialize(&bytes).map_err(fail)?;
    let tensors = file.tensors();
    let published = tensors
        .into_iter()
        .filter_map(|(name, view)| Some((published_name(name.strip_prefix("model.")?)?, view)));
    // What every reader of torch's own files looks for.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(published, Some(metadata)).map_err(fail)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use safetensors::tensor::TensorView;
    use serde::Deserialize;

    use super::*;

    /// What scripts/torchvision_logits.py wrote about the networks of torchvision.
    #[derive(Deserialize)]
    struct Torchvision {
        networks: BTreeMap<String, TorchvisionNetwork>,
    }

    #[derive(Deserialize)]
    struct TorchvisionNetwork {
        size: usize,
        tensors: BTreeMap<String, Vec<usize>>,
    }

    #[test]
    fn tensors_have_the_names_and_shapes_that_torchvision_gives_them() {
        let text = include_str!("../../../tests/fixtures/torchvision/tensors.json");
        let torchvision: Torchvision = serde_json::from_str(text).unwrap();
        assert_eq!(torchvision.networks.len(), 9);
        for (name, expected) in torchvision.networks {
            for network in [name.clone(), format!("{name}:size={}", expected.size)] {
                let tensors = published_tensors(&Network::load(&network).unwrap()).unwrap();
                let count = tensors.len();
                let ours: BTreeMap<_, _> = tensors.into_iter().collect();
                assert_eq!(ours.len(), count, "{network}: a name occurs twice");
                assert_eq!(ours, expected.tensors, "{network}");
            }
        }
    }

    #[test]
    fn weights_that_do_not_fit_are_told_apart() {
        let network = Network::parse(
            "name: tiny\ninput: [1, 2, 2]\nclasses: 2\nlayers:\n  - {name: norm, kind: batch_norm}\n  \
             - {name: flatten, kind: flatten}\n  - {name: fc, kind: linear, features: 2}\n",
            "tiny.yaml",
        )
        .unwrap();
        let zeros = [0u8; 64];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        let message = |tensors: &[(&str, Dtype, &[usize])]| {
            let view = |&(name, dtype, shape): &(&str, Dtype, &[usize])| {
                let bytes = shape.iter().product::<usize>() * dtype.bitsize() / 8;
                (name.to_owned(), TensorView::new(dtype, shape.to_vec(), &zeros[..bytes]).unwrap())
            };
            let bytes = safetensors::serialize(tensors.iter().map(view), None).unwrap();
            std::fs::write(&path, bytes).unwrap();
            PublishedWeights::read(&path, &network).err().map(|error| error.to_string())
        };
        let mut tensors: Vec<(&str, Dtype, &[usize])> = vec![
            ("norm.weight", Dtype::F32, &[1]),
            ("norm.bias", Dtype::F16, &[1]),
            ("norm.running_mean", Dtype::BF16, &[1]),
            ("norm.running_var", Dtype::F64, &[1]),
            ("norm.num_batches_tracked", Dtype::I64, &[]),
            ("fc.weight", Dtype::F32, &[2, 4]),
        ];
        assert_eq!(message(&tensors), None);
        let fails = |tensors: &[(&str, Dtype, &[usize])], part: &str| {
            let got = message(tensors).unwrap();
            assert!(got.contains("w.safetensors: ") && got.contains(part), "{part}: {got}");
        };
        fails(&tensors[..5], "has no tensor 'fc.weight', which 'tiny' needs");
        tensors[5].2 = &[4, 2];
        fails(&tensors, "tensor 'fc.weight' has shape [4, 2], the network's has [2, 4]");
        tensors[5] = ("fc.weight", Dtype::I8, &[2, 4]);
        fails(&tensors, "tensor 'fc.weight' is I8; expected F16, BF16, F32 or F64");
        tensors[5].1 = Dtype::F32;
        tensors.push(("fc.bias", Dtype::F32, &[2]));
        fails(&tensors, "has a tensor 'fc.bias', which 'tiny' has not");
        std::fs::write(&path, "nothing").unwrap();
        let message = PublishedWeights::read(&path, &network).unwrap_err().to_string();
        assert!(message.contains("is no safetensors file"), "{message}");
        let message = PublishedWeights::read(&path.join("x"), &network).unwrap_err().to_string();
        assert!(message.contains("cannot be read"), "{message}");
        let missing = folder.path().join("missing");
        let message = PublishedWeights::read(&missing, &network).unwrap_err().to_string();
        assert!(message.contains("missing: there is no such file"), "{message}");
    }

    #[test]
    fn checkpoints_become_what_torchvision_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.safetensors");
        let values: Vec<u8> = [1f32, 2.0].iter().flat_map(|value| value.to_le_bytes()).collect();
        let names = [
            "model.layer1.0.bn1.running_variance",
            "model.fc.weight",
            "model.fc.sigma",
            "model.fc.alpha",
            "optimizer.fc.weight.0",
            "observer.fc",
        ];
        let view = || TensorView::new(Dtype::F32, vec![2], &values).unwrap();
        std::fs::write(&path, safetensors::serialize(names.map(|name| (name, view())), None).unwrap())
            .unwrap();
        let bytes = publish(&path).unwrap();
        let published = SafeTensors::deserialize(&bytes).unwrap();
        let mut names = published.names();
        names.sort_unstable();
        assert_eq!(names, ["fc.weight", "layer1.0.bn1.running_var"]);
        assert_eq!(published.tensor("fc.weight").unwrap().data(), values);
        let folded = HashMap::from([(BATCH_NORM.to_owned(), FOLDED.to_owned())]);
        let file = safetensors::serialize([("model.fc.weight", view())], Some(folded)).unwrap();
        std::fs::write(&path, file).unwrap();
        let message = publish(&path).unwrap_err().to_string();
        assert!(message.contains("folded") && message.contains("the stage baseline"), "{message}");
        std::fs::write(&path, "nothing").unwrap();
        assert!(publish(&path).unwrap_err().to_string().contains("cannot read"));
        assert!(is_counter("bn1.num_batches_tracked") && !is_counter("bn1.weight"));
    }
}
