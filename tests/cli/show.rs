//! `axmul show`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn everything_about_one_multiplier() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.axmul("show cut --catalog lab.yaml"));
}

#[test]
fn json_has_the_figures_and_the_provenance() {
    let sandbox = Sandbox::new();
    let shown = sandbox.axmul("show cut --catalog lab.yaml --format json").json();
    assert_eq!(shown["power_mw"].as_f64(), Some(0.06));
    assert_eq!(shown["wce"].as_f64(), Some(17.0));
    assert_eq!(shown["license"], "MIT");
    assert_eq!(shown["commutes"], true);
    assert!(shown.get("pareto").is_none());
}

#[test]
fn circuits_are_counted_where_there_is_one() {
    let sandbox = Sandbox::new();
    let shown = sandbox.axmul("show exact-8u --format json").json();
    assert_eq!(shown["cells"]["full_adder"], 48);
    assert_eq!(shown["exact"], true);
    // A family's member under another name has a circuit, a table has none.
    let cells = |name: &str| {
        sandbox.axmul(&format!("show {name} --catalog lab.yaml --format json")).json()["cells"].clone()
    };
    assert!(cells("cut")["half_adder"].is_u64());
    assert!(cells("uncosted").is_null());
}

#[test]
fn heat_maps_are_drawn() {
    let sandbox = Sandbox::new();
    let ended = sandbox.axmul("show drum-4-8s --heatmap map.svg");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, "error map plotted to map.svg\n"));
    assert!(String::from_utf8(sandbox.read("map.svg")).unwrap().contains("drum-4-8s"));
    assert_eq!(sandbox.axmul("show drum-4-8s --heatmap map.png -q").stderr, "");
    assert!(sandbox.read("map.png").starts_with(b"\x89PNG"));
    assert_eq!(sandbox.files(), ["map.png", "map.svg"]);
}

#[test]
fn weights_are_named() {
    let sandbox = Sandbox::new();
    sandbox.write_npy("each.npy", &[2, 16], (0..32).map(|value| f64::from(value == 15 || value == 31)));
    let ended = sandbox.axmul("show cut --catalog lab.yaml --weights each.npy");
    assert!(ended.text().contains("over operands as in each.npy"), "{ended}");
    assert_eq!(
        sandbox.axmul("show cut --catalog lab.yaml --weights each.npy --format json").json()["mae"],
        17.0
    );
}
