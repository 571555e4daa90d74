//! `axmul export`.

use crate::sandbox::Sandbox;

/// What is exported and read again is the same multiplier, whatever the layout.
#[test]
fn every_layout_is_read_back() {
    let sandbox = Sandbox::new();
    let metrics = |name: &str, sign: &str| {
        let mut row = sandbox.axmul(&format!("compare {name} --format json {sign}")).json()[0].clone();
        let object = row.as_object_mut().unwrap();
        for key in ["name", "provider", "catalog", "power_mw", "area_um2", "delay_ns"] {
            object.remove(key);
        }
        for key in ["cost_source", "cost_technology", "pareto", "catalog_pareto"] {
            object.remove(key);
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

/// A circuit that is written and read again is the same one, and so is a netlist that was read.
#[test]
fn circuits_are_read_back_in_every_format() {
    let sandbox = Sandbox::new();
    for file in ["d.v", "d.blif", "d.aig", "d.aag", "d.json"] {
        let ended = sandbox.axmul(&format!("export drum-3-6x5s -o {file}"));
        assert_eq!((ended.code, ended.stderr.as_str()), (0, &*format!("drum-3-6x5s written to {file}\n")));
        let table =
            |name: &str| sandbox.axmul(&format!("export {name} --format csv --signed")).text().to_owned();
        assert_eq!(table(file), table("drum-3-6x5s"), "{file}");
    }
    assert_eq!(sandbox.axmul("export d.v --signed -o again.blif").code, 0);
    assert!(sandbox.read("again.blif").starts_with(b"#"));
}

#[test]
fn a_testbench_comes_beside_the_circuit() {
    let sandbox = Sandbox::new();
    let ended = sandbox.axmul("export exact-12u -o e.v --testbench e_tb.v");
    assert_eq!(ended.stderr, "testbench of exact-12u written to e_tb.v\nexact-12u written to e.v\n");
    assert!(String::from_utf8(sandbox.read("e_tb.v")).unwrap().contains("exact_12u dut("));
}

#[test]
fn what_has_no_circuit_says_so() {
    let sandbox = Sandbox::new();
    let message = |line: &str| {
        let ended = sandbox.axmul(line);
        assert_eq!(ended.code, 2, "{ended}");
        ended.stderr
    };
    assert!(
        message("export tables/uncosted.npy --unsigned --format verilog")
            .contains("no circuit that could be written")
    );
    assert!(
        message("export drum-4-8s --format csv --testbench t.v")
            .contains("--testbench needs a circuit format")
    );
    assert!(
        message("export drum-4-8s --format blif --what errors").contains("--what errors applies to tables")
    );
    assert!(message("export exact-12u --format npy").contains("--format verilog, blif or aiger"));
}
