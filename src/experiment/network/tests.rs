//! Networks that fit, and what is said of those that do not.

use proptest::prelude::*;

use super::*;
use crate::{LayerKind, Operation};

#[test]
fn lenet5_has_its_multiplications() {
    let layers = Network::load("lenet5").unwrap().resolve().unwrap();
    let opcounts: Vec<(&str, u64, usize)> = layers
        .iter()
        .map(|layer| (layer.name.as_str(), layer.operation.opcount(), layer.operation.fan_in()))
        .filter(|(_, opcount, _)| *opcount > 0)
        .collect();
    assert_eq!(
        opcounts,
        [
            ("conv1", 117_600, 25),
            ("conv2", 240_000, 150),
            ("linear1", 48_000, 400),
            ("linear2", 10_080, 120),
            ("linear3", 840, 84)
        ]
    );
    assert_eq!(opcounts.iter().map(|(_, opcount, _)| opcount).sum::<u64>(), 416_520);
}

/// Parameters and multiplications of one image, in all.
fn totals(name: &str) -> (u64, u64) {
    let layers = Network::load(name).unwrap().resolve().unwrap();
    let sum = |of: fn(&Operation) -> u64| layers.iter().map(|layer| of(&layer.operation)).sum();
    (sum(Operation::parameters), sum(Operation::opcount))
}

/// Torchvision's published counts. Its figures of operations (in units of 10^9, with three decimals) count
/// multiplications of convolutions and matrix products, as we do.
#[test]
fn the_networks_of_torchvision_have_their_published_counts() {
    for (name, parameters, billions) in [
        ("resnet18", 11_689_512, 1.814),
        ("resnet34", 21_797_672, 3.664),
        ("resnet50", 25_557_032, 4.089),
        ("vgg11_bn", 132_868_840, 7.609),
        ("vgg13_bn", 133_053_736, 11.308),
        ("vgg16_bn", 138_365_992, 15.470),
        ("vgg19_bn", 143_678_248, 19.632),
        ("alexnet", 61_100_840, 0.714),
        ("mobilenet_v2", 3_504_872, 0.301),
    ] {
        let (got, opcount) = totals(name);
        assert_eq!(got, parameters, "{name}");
        assert!((opcount as f64 / 1e9 - billions).abs() < 0.0006, "{name}: {opcount}");
    }
}

/// By arithmetic: 6 n 3x3 convolutions in three stages and their normalization, the first convolution, the last layer;
/// two shortcuts of 1x1. For 20 and 56 layers these are the published 272,474 and 855,770.
#[test]
fn the_networks_for_small_images_have_their_counts() {
    for (n, name) in [(1u64, "resnet8"), (2, "resnet14"), (3, "resnet20"), (5, "resnet32")]
        .into_iter()
        .chain([(7, "resnet44"), (9, "resnet56"), (18, "resnet110")])
    {
        let conv = |from: u64, to: u64, kernel: u64| from * to * kernel * kernel + 2 * to;
        let stage = |from: u64, to: u64| conv(from, to, 3) + (2 * n - 1) * conv(to, to, 3);
        let stages = stage(16, 16) + stage(16, 32) + stage(32, 64);
        let rest = conv(3, 16, 3) + conv(16, 32, 1) + conv(32, 64, 1) + 64 * 10 + 10;
        assert_eq!(totals(name).0, stages + rest, "{name}");
    }
    assert_eq!(totals("resnet20").0, 272_474);
    assert_eq!(totals("resnet56").0, 855_770);
    // By hand, stage by stage, for 32x32 images.
    let first = 1024 * 27 * 16 + 2 * 1024 * 144 * 16;
    let second = 256 * (144 * 32 + 288 * 32 + 16 * 32);
    let third = 64 * (288 * 64 + 576 * 64 + 32 * 64);
    assert_eq!(totals("resnet8").1, first + second + third + 640);
}

#[test]
fn every_built_in_network_is_what_its_name_says() {
    for name in Network::built_in() {
        let network = Network::load(name).unwrap();
        assert_eq!(network.name, name);
        let layers = network.resolve().unwrap();
        // The number in the name counts convolutions and matrix products, those on shortcuts aside.
        let weighty = layers.iter().filter(|l| l.operation.opcount() > 0 && !l.name.contains("downsample"));
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        match name {
            "lenet5" | "alexnet" | "mobilenet_v2" => {}
            _ => assert_eq!(weighty.count(), digits.parse::<usize>().unwrap(), "{name}"),
        }
    }
}

/// Names as torchvision has them, for layers of every depth of blocks.
#[test]
fn layers_are_named_as_in_torchvision() {
    let names = |name: &str| -> Vec<String> {
        let layers = Network::load(name).unwrap().layers.into_iter();
        let weighty = |kind| matches!(kind, LayerKind::Conv2d | LayerKind::Linear | LayerKind::BatchNorm);
        layers.filter(|layer| weighty(layer.kind)).map(|layer| layer.name).collect()
    };
    assert_eq!(
        names("resnet18")[..15],
        [
            "conv1",
            "bn1",
            "layer1.0.conv1",
            "layer1.0.bn1",
            "layer1.0.conv2",
            "layer1.0.bn2",
            "layer1.1.conv1",
            "layer1.1.bn1",
            "layer1.1.conv2",
            "layer1.1.bn2",
            "layer2.0.conv1",
            "layer2.0.bn1",
            "layer2.0.conv2",
            "layer2.0.bn2",
            "layer2.0.downsample.0"
        ]
    );
    assert_eq!(names("resnet34").last().unwrap(), "fc");
    for (name, has) in [
        ("resnet50", "layer1.0.downsample.1"),
        ("resnet50", "layer3.5.conv3"),
        ("vgg16_bn", "features.41"),
        ("vgg16_bn", "features.40"),
        ("vgg19_bn", "features.49"),
        ("vgg11_bn", "classifier.6"),
        ("alexnet", "features.10"),
        ("mobilenet_v2", "features.1.conv.0.0"),
        ("mobilenet_v2", "features.1.conv.2"),
        ("mobilenet_v2", "features.17.conv.1.1"),
        ("mobilenet_v2", "features.18.0"),
        ("mobilenet_v2", "classifier.1"),
    ] {
        assert!(names(name).iter().any(|known| known == has), "{has} in {name}: {:?}", names(name));
    }
}

#[test]
fn parameters_are_overridden_by_name() {
    let network = Network::load("resnet18:classes=200,size=64").unwrap();
    assert_eq!((network.input, network.classes), ([3, 64, 64], 200));
    assert_eq!(Network::parameters("resnet18").unwrap()["size"], 224);
    let narrow = totals("resnet20:width=8").0;
    assert!(narrow * 3 < totals("resnet20").0, "{narrow}");
    for (name, part) in [
        (
            "resnet18:clases=10",
            "parameter 'clases': the network has no such parameter; it has: classes, size, width",
        ),
        ("lenet5:classes=3", "it has: none"),
        ("resnet18:size=big", "expected a whole number, got 'big'"),
        ("resnet18:size=-3", "at least 0"),
        ("resnet18:size=0", "at least 1 in each"),
        ("alexnet:size=31", "layer 'features.12': kernel of the convolution"),
        ("resnet18:width=99999999", "layer 'conv1': `channels` must be at most"),
        ("resnet18:size=99999999", "`input` would have"),
    ] {
        let message = Network::load(name).unwrap_err().to_string();
        assert!(message.contains(part), "{name}: {message}");
    }
}

const BRANCHES: &str = "
name: test
parameters: {classes: 3}
input: [2, 8, 8]
classes: classes
blocks:
  fire:
    parameters: {squeeze: ~, expand: 2 * classes}
    layers:
      - {name: squeeze, kind: conv2d, channels: squeeze, kernel: 1}
      - {name: left, kind: conv2d, channels: expand, kernel: 1}
      - {name: right, from: squeeze, kind: conv2d, channels: expand, kernel: 3, padding: 1}
      - {name: both, kind: concat, from: [left, right]}
layers:
  - {name: \"fire{index}\", repeat: 2, start: 1, block: fire, with: {squeeze: index}}
  - {name: skip, from: fire1, kind: avg_pool, kernel: [2, 2]}
  - {name: pool, from: fire2, kind: max_pool, kernel: 3, stride: 2, padding: 1}
  - {name: sum, from: [pool, skip], kind: add}
  - {name: image, from: input, kind: adaptive_avg_pool, output: [4, 4]}
  - {name: all, from: [image, sum], kind: concat}
  - {name: drop, kind: dropout}
  - {name: global, kind: adaptive_avg_pool}
  - {name: flatten, kind: flatten}
  - {name: linear, kind: linear, features: classes}
";

#[test]
fn branches_meet_again() {
    let network = Network::parse(BRANCHES, "test").unwrap();
    let layers = network.resolve().unwrap();
    let at = |name: &str| layers.iter().position(|layer| layer.name == name).unwrap();
    let layer = |name: &str| &layers[at(name)];
    assert_eq!(layer("fire2.squeeze").output, [2, 8, 8]);
    assert_eq!(layer("fire2.squeeze").inputs, [Source::Layer(at("fire1.both"))]);
    assert_eq!(layer("fire1.right").inputs, [Source::Layer(at("fire1.squeeze"))]);
    assert_eq!(layer("skip").inputs, [Source::Layer(at("fire1.both"))]);
    assert_eq!((&layer("skip").output, &layer("pool").output), (&vec![12, 4, 4], &vec![12, 4, 4]));
    assert_eq!(layer("image").inputs, [Source::Image]);
    assert_eq!(layer("all").output, [14, 4, 4]);
    assert_eq!(layer("global").output, [14, 1, 1]);
    // Only what differs from a chain is said.
    let written = serde_json::to_value(&network).unwrap();
    assert!(written["layers"][at("fire1.left")].get("from").is_none());
    assert_eq!(written["layers"][at("fire1.right")]["from"], "fire1.squeeze");
    assert_eq!(serde_json::from_value::<Network>(written).unwrap(), network);
}

/// A chain that is written out is what the file says, so that runs of earlier releases are taken up.
#[test]
fn chains_are_written_out_as_they_are() {
    let text = include_str!("../networks/lenet5.yaml");
    let plain: Network = yaml::from_str(text, "lenet5").unwrap();
    assert_eq!(plain, Network::load("lenet5").unwrap());
    let written = serde_json::to_string(&plain).unwrap();
    assert!(written.starts_with(
        r#"{"name":"lenet5","input":[1,28,28],"classes":10,"layers":[{"name":"conv1","kind":"conv2d","channels":6,"#
    ));
    assert!(!written.contains("from") && !written.contains("null"), "{written}");
}

/// What is wrong with branches, blocks and repeats, where, and in which layer.
#[test]
fn misfits_are_told_with_line_and_layer() {
    for (old, new, part) in [
        (
            "from: fire1,",
            "from: fire3,",
            "test.yaml: line 16, column 5: network 'test', layer 'skip': `from` names 'fire3'",
        ),
        ("from: fire1,", "from: fire3,", "the nearest is 'fire"),
        (
            "kernel: [2, 2]}",
            "kernel: [2, 9]}",
            "line 16, column 5: network 'test', layer 'skip': kernel of the",
        ),
        (
            "from: squeeze, kind: conv2d",
            "from: skip, kind: conv2d",
            "line 12, column 9: network 'test', layer 'fire1.right'",
        ),
        (
            "channels: squeeze, kernel: 1",
            "channels: squeeze - 2, kernel: 1",
            "line 10, column 9: network 'test', layer 'fire1.squeeze': `channels`: expected a number of at least 0",
        ),
        (
            "channels: squeeze, kernel: 1",
            "channels: width, kernel: 1",
            "no parameter 'width'; there are classes, expand, squeeze",
        ),
        (
            "with: {squeeze: index}",
            "with: {squeze: index}",
            "layer 'fire1': block 'fire' has no parameter 'squeze'; it has expand, squeeze",
        ),
        (
            "with: {squeeze: index}",
            "with: {}",
            "layer 'fire1': block 'fire' needs its parameter 'squeeze' in `with`",
        ),
        ("repeat: 2, start: 1,", "start: 1,", "`start` says where"),
        ("repeat: 2, start: 1,", "channels: 5, repeat: 2, start: 1,", "a block takes no `channels`"),
        ("block: fire, with", "block: water, with", "there is no block 'water'; there are: fire"),
        ("block: fire, with", "kind: relu, block: fire, with", "either `kind` or `block`"),
        ("block: fire, with", "kind: relu, with", "`with` goes with a `block`"),
        ("block: fire, with", "block: fire, from: [], with", "`from` is empty"),
        ("fire{index}\"", "fire{index\"", "without a }"),
        ("{name: drop, kind", "{name: sum, kind", "layer 'sum': the name is taken"),
        ("fire{index}\"", "input\"", "'input' stands for the image"),
        ("name: both, kind", "name: both, block: fire, with: {squeeze: 1}} # ", "does 'fire' use itself?"),
        ("from: [pool, skip], kind: add", "from: pool, kind: add", "at least two names"),
        (
            "from: [pool, skip], kind: add",
            "from: [pool, input], kind: add",
            "must have one shape, got [12, 4, 4] and [2, 8, 8]",
        ),
        ("from: [pool, skip], kind: add", "from: [pool, skip], kind: relu", "a relu takes one input, got 2"),
        ("from: [image, sum]", "from: [input, sum]", "the number of channels only"),
        ("from: [image, sum]", "from: [sum, sum]", "layer 'image': no layer works on its output"),
        ("kind: dropout", "kind: dropout, probability: 1", "`probability` must be"),
        ("repeat: 2", "repeat: 999999", "the network is too large"),
        (
            "squeeze: ~",
            "\"2x\": ~, squeeze: ~",
            "line 8, column 17: network 'test': '2x' cannot name a parameter",
        ),
        ("parameters: {classes: 3}", "parameters: {classes: 3, classes: 4}", "'classes' is given twice"),
        (
            "input: [2, 8, 8]",
            "input: [2, 8, sise]",
            "line 4, column 15: network 'test': in the expression 'sise': there is no parameter",
        ),
        ("classes: classes\n", "classes: 5\n", "layer 'linear': the last layer must yield the 5 classes"),
        ("features: classes", "features: 1.5", "test.yaml: "),
    ] {
        assert!(BRANCHES.contains(old), "{old}");
        let message = Network::parse(&BRANCHES.replacen(old, new, 1), "test.yaml").unwrap_err().to_string();
        assert!(message.contains(part) && message.contains("test.yaml: line"), "{new}: {message}");
    }
}

proptest! {
    /// Numbers of any size are checked before anything is computed with them.
    #[test]
    fn no_number_is_too_much(
        numbers in prop::collection::vec(prop_oneof![0u64..9, any::<u64>().prop_map(|n| n >> 1), 0u64..1 << 21], 12)
    ) {
        let n = |i: usize| numbers[i];
        let text = format!(
            "name: t\nparameters: {{a: {}}}\ninput: [{}, {}, {}]\nclasses: {}\nlayers:\n  \
             - {{name: c, repeat: {}, kind: conv2d, channels: {}, kernel: {}, stride: {}, padding: {}, dilation: {}, \
             groups: {}}}\n  - {{name: f, kind: flatten}}\n  - {{name: l, kind: linear, features: a * a}}\n",
            n(0), n(1), n(2), n(3), n(4), n(5) % 3, n(6), n(7), n(8), n(9), n(10), n(11)
        );
        if let Ok(network) = Network::parse(&text, "t") {
            network.resolve().unwrap();
        }
    }
}

fn problem(layers: &str) -> String {
    let text = format!("name: test\ninput: [2, 8, 8]\nclasses: 3\nlayers:\n{layers}");
    match Network::parse(&text, "test.yaml").and_then(|network| network.resolve()) {
        Ok(layers) => panic!("{layers:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn misfits_name_the_layer() {
    for (layers, part) in [
        ("  - {name: a, kind: linear, features: 3}", "layer 'a': expected rows of features"),
        ("  - {name: a, kind: conv2d, channels: 4}", "layer 'a': a conv2d needs `kernel`"),
        ("  - {name: a, kind: relu, kernel: 3}", "layer 'a': a relu takes no `kernel`"),
        ("  - {name: a, kind: conv2d, channels: 4, kernel: 9}", "spans 9 values"),
        ("  - {name: a, kind: conv2d, channels: 3, kernel: 3, groups: 2}", "multiple of the 2 groups"),
        ("  - {name: a, kind: conv2d, channels: 0, kernel: 3}", "at least 1"),
        ("  - {name: a, kind: relu}\n  - {name: a, kind: relu}", "taken"),
        ("  - {name: a b, kind: relu}", "letters"),
        ("  - {name: a, kind: flatten}", "must yield the 3 classes, got shape [128]"),
        ("  - {name: a, kind: max_pool, kernel: 2, padding: 2}", "more than half"),
        ("  []", "at least one layer"),
        ("  - {name: a, kind: relu, sise: 3}", "test.yaml"),
        ("  - {name: a, kind: softmax}", "test.yaml: line 5"),
    ] {
        let message = problem(layers);
        assert!(message.contains(part), "{layers}: {message}");
    }
}

#[test]
fn missing_networks_list_the_built_in_ones() {
    let message = Network::load("lenet6").unwrap_err().to_string();
    assert!(message.contains("lenet6") && message.contains("lenet5"), "{message}");
}

/// The network of the manual is one.
#[test]
fn the_network_of_the_manual_fits() {
    let manual = include_str!("../../../docs/src/networks.md");
    let (_, after) = manual.split_once("```yaml\nname: mine\n").unwrap();
    let (text, _) = after.split_once("```").unwrap();
    let network = Network::parse(&format!("name: mine\n{text}"), "networks.md").unwrap();
    assert_eq!(network.layers.iter().filter(|layer| layer.kind == LayerKind::Add).count(), 3);
}
