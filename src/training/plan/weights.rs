//! Weights under the names that torchvision gives them, as safetensors: what others publish, and what they can read.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::SafeTensors;

use super::FileError;

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

/// The weights and statistics of a checkpoint as a safetensors file with torchvision's names.
pub fn publish(checkpoint: &Path) -> Result<Vec<u8>, FileError> {
    let bytes = std::fs::read(checkpoint).map_err(|error| FileError::read(checkpoint, error))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| FileError::read(checkpoint, error))?;
    let tensors = file.tensors();
    let published = tensors
        .into_iter()
        .filter_map(|(name, view)| Some((published_name(name.strip_prefix("model.")?)?, view)));
    // What every reader of torch's own files looks for.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(published, Some(metadata)).map_err(|error| FileError::read(checkpoint, error))
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{Dtype, TensorView};

    use super::*;

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
        std::fs::write(&path, "nothing").unwrap();
        assert!(publish(&path).unwrap_err().to_string().contains("cannot read"));
        assert!(is_counter("bn1.num_batches_tracked") && !is_counter("bn1.weight"));
    }
}
