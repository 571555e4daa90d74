//! `axmul export`.

use crate::sandbox::Sandbox;

/// What is exported and read again is the same multiplier, whatever the layout.
#[test]
fn every_layout_is_read_back() {
    let sandbox = Sandbox::new();
    let metrics = |name: &str, sign: &str| {
        let mut row = sandbox.axmul(&format!("compare {name} --format json {sign}")).json()[0].clone();
        for key in ["name", "provider", "power_mw", "area_um2", "delay_ns", "cost_source", "pareto"] {
            row.as_object_mut().unwrap().remove(key);
        }
        row
    };
    for (name, sign, files) in [
        ("mitchell-0-8s", "--signed", &["m.npy", "m.csv", "m.h"][..]),
        ("mitchell-0-8u", "--unsigned", &["n.npy", "n.csv", "n.bin", "n.h"][..]),
    ] {
        let original = metrics(name, sign);
        for file in files {
            let ended = sandbox.axmul(&format!("export {name} -o {file}"));
            assert_eq!((ended.code, ended.text()), (0, ""));
            assert_eq!(ended.stderr, format!("{name} written to {file}\n"));
            assert_eq!(metrics(file, sign), original, "{file}");
        }
    }
}

#[test]
fn standard_output_takes_a_table_too() {
    let sandbox = Sandbox::new();
    let ended = sandbox.axmul("export cut --catalog lab.yaml --format csv --what errors");
    assert_eq!(ended.code, 0);
    assert_eq!(ended.text().lines().count(), 16);
    assert!(ended.text().ends_with(",17\n"), "{ended}");
    let binary = sandbox.axmul("export drum-4-8u --format bin");
    assert_eq!((binary.code, binary.stdout.len()), (0, 131_072));
}

#[test]
fn the_option_wins_over_the_extension() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.axmul("export cut --catalog lab.yaml --format csv -o table.h -q").code, 0);
    assert!(sandbox.read("table.h").starts_with(b"0,0,0"));
}
