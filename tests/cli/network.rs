//! `axmul network`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn the_built_in_networks_are_listed() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.axmul("network list"));
    let listed = sandbox.axmul("network list --format json").json();
    let resnet18 = listed.as_array().unwrap().iter().find(|network| network["name"] == "resnet18").unwrap();
    assert_eq!(resnet18["parameters"], 11_689_512);
}

#[test]
fn a_network_is_shown_layer_by_layer() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.axmul("network show resnet8:classes=100"));
    let shown = sandbox.axmul("network show lenet5 --format json").json();
    assert_eq!(shown["multiplications"], 416_520);
    assert_eq!(shown["layers"][4]["inputs"][0], "pool1");
    assert_eq!(shown["layers"][4]["output"], serde_json::json!([16, 10, 10]));
}

#[test]
fn a_network_that_does_not_fit_is_refused_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "mine.yaml",
        "name: mine\ninput: [1, 8, 8]\nclasses: 2\nlayers:\n  - {name: conv, kind: conv2d, channels: 2, kernel: 9}\n",
    );
    for (network, part) in [
        ("mine.yaml", "mine.yaml: line 5, column 5: network 'mine', layer 'conv': kernel of the convolution"),
        ("resnet19", "built-in networks: lenet5, resnet8"),
        ("resnet18:depth=3", "has no such parameter; it has: classes, size, width"),
    ] {
        let ended = sandbox.axmul(&format!("network show {network}"));
        assert_eq!((ended.code, ended.text()), (2, ""), "{ended}");
        assert!(ended.stderr.contains(part), "{ended}");
    }
}

const TINY: &str = "name: tiny
input: [1, 2, 2]
classes: 2
layers:
  - {name: flatten, kind: flatten}
  - {name: fc, kind: linear, features: 2}
";

/// A safetensors file of one float32 tensor, all zeros.
fn weights(name: &str, shape: [usize; 2]) -> Vec<u8> {
    let size = 4 * shape[0] * shape[1];
    let mut header = format!(r#"{{"{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[0,{size}]}}}}"#);
    header += &" ".repeat(header.len().next_multiple_of(8) - header.len());
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; size]].concat()
}

/// An .npy file of one image, all zeros.
fn image(sides: [usize; 4]) -> Vec<u8> {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {sides:?}, }}")
        .replace('[', "(")
        .replace(']', ")");
    let length = (header.len() as u16).to_le_bytes();
    let data = vec![0; 4 * sides.iter().product::<usize>()];
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &data].concat()
}

/// All of it before libtorch is loaded, hence in a build without it.
#[test]
fn weights_that_cannot_be_had() {
    let sandbox = Sandbox::new();
    sandbox.write("tiny.yaml", TINY);
    sandbox.write("w", weights("fc.weight", [2, 4]));
    sandbox.write("other", weights("fc.weight", [4, 2]));
    sandbox.write("named", weights("head.weight", [2, 4]));
    sandbox.write("x.npy", image([1, 1, 2, 2]));
    sandbox.write("large.npy", image([1, 1, 3, 3]));
    let layer = |name: &str, multiplier: &str| {
        format!(r#"{{"layers": [{{"name": "{name}", "multiplier": "{multiplier}"}}]}}"#)
    };
    sandbox.write("stranger.json", layer("conv", "exact-8s"));
    sandbox.write("unknown.json", layer("fc", "nothing-8s"));
    let files = sandbox.files();
    for (arguments, part) in [
        ("network weights . -o w.safetensors", "there is no run in"),
        ("eval", "required arguments were not provided"),
        ("eval --network resnet8", "--weights"),
        ("eval --network resnet8 --weights w", "required arguments were not provided"),
        ("eval --weights w.safetensors done", "--network"),
        ("eval done --data mnist", "--network"),
        ("eval --network tiny.yaml --weights w --input x.npy", "--logits"),
        ("eval --network tiny.yaml --weights w --data mnist --stage search", "cannot be used with"),
        ("eval --network resnet9 --weights w --input x.npy --logits y.npy", "built-in networks"),
        ("eval --network tiny.yaml --weights v --data mnist", "the weights v: there is no such file"),
        (
            "eval --network tiny.yaml --weights x.npy --data mnist",
            "the weights x.npy: is no safetensors file",
        ),
        ("eval --network tiny.yaml --weights named --data mnist", "has no tensor 'fc.weight'"),
        (
            "eval --network tiny.yaml --weights other --data mnist",
            "tensor 'fc.weight' has shape [4, 2], the network's has [2, 4]",
        ),
        (
            "eval --network tiny.yaml --weights w --input large.npy --logits y.npy",
            "large.npy: its images are [1, 3, 3], and network 'tiny' takes [1, 2, 2]",
        ),
        (
            "eval --network tiny.yaml --weights w --input x.npy --logits no/y.npy",
            "the directory no does not exist",
        ),
        ("eval --network tiny.yaml --weights w --data nowhere/images", "nowhere/images"),
        (
            "eval --network tiny.yaml --weights w --input x.npy --logits y.npy --set data.resise=2",
            "data.resize",
        ),
        (
            "eval --network tiny.yaml --weights w --input x.npy --logits y.npy --multiplier exact-99s",
            "exact-8",
        ),
        (
            "eval --network tiny.yaml --weights w --input x.npy --logits y.npy --assignment stranger.json",
            "stranger.json: network 'tiny' has no multiplying layer 'conv'; expected one of fc",
        ),
        (
            "eval --network tiny.yaml --weights w --input x.npy --logits y.npy --assignment unknown.json",
            "unknown.json: unknown multiplier 'nothing-8s' for layer 'fc'",
        ),
    ] {
        let ended = sandbox.axmul(arguments);
        assert_eq!((ended.code, ended.text()), (2, ""), "{arguments}: {ended}");
        assert!(ended.stderr.contains(part), "{arguments}: {ended}");
    }
    assert_eq!(sandbox.files(), files);
}

#[test]
fn a_run_from_weights_that_do_not_fit_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("tiny.yaml", TINY);
    sandbox.write("other", weights("fc.weight", [4, 2]));
    sandbox.write(
        "mine.yaml",
        "name: mine\nnetwork: tiny.yaml\nstages:\n  baseline: {epochs: 0, weights: other}\n",
    );
    let ended = sandbox.axmul("run mine.yaml");
    assert_eq!((ended.code, ended.text()), (2, ""), "{ended}");
    for part in ["stages.baseline.weights", "the weights other: tensor 'fc.weight' has shape [4, 2]"] {
        assert!(ended.stderr.contains(part), "{ended}");
    }
}
