//! The networks that come with axmul: the files of `experiments/networks`.

macro_rules! networks {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../networks/", $name, ".yaml")))),*]
    };
}

/// Names and descriptions.
pub const NETWORKS: &[(&str, &str)] = networks![
    "lenet5",
    "resnet8",
    "resnet14",
    "resnet20",
    "resnet32",
    "resnet44",
    "resnet56",
    "resnet110",
    "resnet18",
    "resnet34",
    "resnet50",
    "vgg11_bn",
    "vgg13_bn",
    "vgg16_bn",
    "vgg19_bn",
    "alexnet",
    "mobilenet_v2",
];

/// The description of a network by name.
pub fn text_of(name: &str) -> Option<&'static str> {
    NETWORKS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
