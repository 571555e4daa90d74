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

#[test]
fn weights_that_cannot_be_had() {
    let sandbox = Sandbox::new();
    sandbox.write("x.npy", "");
    for (arguments, part) in [
        ("network weights . -o w.safetensors", "there is no run in"),
        ("eval", "required arguments were not provided"),
        ("eval --network resnet8", "--weights"),
        ("eval --weights w.safetensors done", "--network"),
        (
            "eval --network resnet8 --multiplier exact-8s --weights w --input x --logits y",
            "cannot be used with",
        ),
        ("eval --network resnet9 --weights w --input x.npy --logits y.npy", "built-in networks"),
        ("eval --network resnet8 --weights w --input x.npy --logits y.npy", "there is no file w"),
    ] {
        let ended = sandbox.axmul(arguments);
        assert_eq!((ended.code, ended.text()), (2, ""), "{arguments}: {ended}");
        assert!(ended.stderr.contains(part), "{arguments}: {ended}");
    }
    assert_eq!(sandbox.files(), ["x.npy"]);
}
