//! What is written, read again, and by other tools where they are installed.

use std::path::Path;
use std::process::{Command, Output};

use axmul_api::{CellCounts, CellKind, Gates, OperandFormat, Recorder, Signal, providers};
use proptest::prelude::*;

use super::*;
use crate::read::{InputFormat, read};
use crate::testing::{netlists, products};
use crate::{PortOptions, SourceText, bind};

/// Reads what was written. Formats without signedness are told it.
fn read_back(format: OutputFormat, netlist: &Netlist, bytes: &[u8]) -> Netlist {
    let path = format!("t.{}", format.extension());
    let language = InputFormat::of_path(Path::new(&path)).expect("a format that is read");
    let design = read(language, &[SourceText::new(path, bytes)], None).unwrap_or_else(|error| {
        panic!("{error}\n{}", String::from_utf8_lossy(bytes));
    });
    let options = PortOptions {
        signed: Some(netlist.format().is_signed()),
        a: Some("a".into()),
        ..PortOptions::default()
    };
    bind(&design, &options).unwrap_or_else(|error| panic!("{error}")).netlist
}

/// Adders as the gates that a format without them has.
fn counts_without_half_adders(counts: CellCounts) -> [usize; 10] {
    let mut counts = CellKind::ALL.map(|kind| counts.get(kind));
    let half_adders = std::mem::take(&mut counts[CellKind::HalfAdder as usize]);
    counts[CellKind::Xor as usize] += half_adders;
    counts[CellKind::And as usize] += half_adders;
    counts
}

fn assert_reads_back(netlist: &Netlist) {
    let expected = products(netlist);
    for format in OutputFormat::ALL {
        let text = write(format, netlist, "random");
        let again = read_back(format, netlist, &text);
        assert_eq!(again.format(), netlist.format());
        assert!(products(&again) == expected, "{}", String::from_utf8_lossy(&text));
    }
}

fn assert_graph_does_not_grow(netlist: &Netlist) {
    let nodes =
        |text: &str| -> usize { text.lines().next().unwrap().split(' ').nth(5).unwrap().parse().unwrap() };
    let text = aiger_text(netlist, "random");
    let again = aiger_text(&read_back(OutputFormat::AigerText, netlist, text.as_bytes()), "random");
    assert!(nodes(&again) <= nodes(&text), "{text}\n{again}");
}

fn assert_same_cells(netlist: &Netlist) {
    let json =
        read_back(OutputFormat::YosysJson, netlist, &write(OutputFormat::YosysJson, netlist, "random"));
    assert_eq!(json.cell_counts(), netlist.cell_counts());
}

proptest! {
    #[test]
    fn what_is_written_reads_back(netlist in netlists()) {
        assert_reads_back(&netlist);
    }

    /// The gates that are seen in a graph are no more nodes than they were.
    #[test]
    fn graphs_do_not_grow(netlist in netlists()) {
        assert_graph_does_not_grow(&netlist);
    }

    /// So that a circuit costs the same before and after.
    #[test]
    fn cells_read_back_as_what_they_were(netlist in netlists()) {
        assert_same_cells(&netlist);
    }
}

/// A case that a property test has found: chains of inverters between gates that hold the same signals.
#[test]
fn chained_inverters_read_back() {
    let mut g = Recorder::new(OperandFormat::unsigned(2, 2));
    let input = g.inputs().nth(3).unwrap();
    let inverters: Vec<Signal> =
        std::iter::successors(Some(g.not(input)), |&last| Some(g.not(last))).take(9).collect();
    let and = g.and(inverters[7], inverters[8]);
    let (sum, carry) = g.half_adder(inverters[7], inverters[8]);
    let xnor = g.xnor(carry, and);
    let (not_carry, not_xnor) = (g.not(carry), g.not(xnor));
    let or = g.or(inverters[0], not_xnor);
    let again = g.not(not_carry);
    let both = g.and(sum, carry);
    let (parity, _) = g.full_adder(not_xnor, again, both);
    let last = g.or(inverters[5], or);
    let netlist = g.finish(vec![both, last, again, parity]);
    assert_eq!(netlist.cells().len(), 19);
    assert_reads_back(&netlist);
    assert_graph_does_not_grow(&netlist);
    assert_same_cells(&netlist);
}

/// A circuit of every kind of cell, with an input, an inverse and constants among its outputs.
fn every_kind() -> Netlist {
    let mut g = Recorder::new(OperandFormat::signed(3, 2));
    let [a, b, c, d, e] = <[Signal; 5]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
    let (and, or, xor, nand, nor, xnor) =
        (g.and(a, d), g.or(a, b), g.xor(b, c), g.nand(c, e), g.nor(d, e), g.xnor(a, e));
    let mux = g.mux(and, or, xor);
    let (sum, carry) = g.full_adder(nand, nor, xnor);
    let (half, kept) = g.half_adder(mux, sum);
    let not = g.not(kept);
    let one = g.constant(true);
    g.finish(vec![a, half, not, carry, one])
}

#[test]
fn every_kind_of_cell_is_counted_again() {
    let netlist = every_kind();
    let expected = netlist.cell_counts();
    assert_eq!(expected.iter().count(), 10, "every kind, once or more");
    for format in [OutputFormat::Blif, OutputFormat::YosysJson] {
        let again = read_back(format, &netlist, &write(format, &netlist, "all"));
        assert_eq!(products(&again), products(&netlist));
        assert_eq!(
            counts_without_half_adders(again.cell_counts()),
            counts_without_half_adders(expected.clone()),
            "{format:?}"
        );
    }
}

fn small() -> Netlist {
    let mut g = Recorder::new(OperandFormat::signed(2, 2));
    let [a, b, c, d] = <[Signal; 4]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
    let (product, nand) = (g.and(a, c), g.nand(b, d));
    let (sum, carry) = g.half_adder(product, nand);
    let (first, second) = g.full_adder(sum, carry, b);
    let zero = g.constant(false);
    g.finish(vec![first, second, d, zero])
}

#[test]
fn verilog_is_readable() {
    let expected = "\
// Written by axmul. operands 2s: 1 and, 1 nand, 1 half_adder, 1 full_adder.
module my_mul(
  input signed [1:0] a,
  input signed [1:0] b,
  output signed [3:0] product
);
  wire and_0_0, nand_1_1, sum_2, carry_2, sum_3, carry_3;
  assign and_0_0 = a[0] & b[0];
  assign nand_1_1 = ~(a[1] & b[1]);
  assign {carry_2, sum_2} = and_0_0 + nand_1_1;
  assign {carry_3, sum_3} = sum_2 + carry_2 + a[1];
  assign product[0] = sum_3;
  assign product[1] = carry_3;
  assign product[2] = b[1];
  assign product[3] = 1'b0;
endmodule
";
    assert_eq!(verilog(&small(), "my-mul"), expected);
}

#[test]
fn blif_is_flat() {
    let expected = "\
# Written by axmul. operands 2s: 1 and, 1 nand, 1 half_adder, 1 full_adder.
.model my_mul
.inputs a[0] a[1] b[0] b[1]
.outputs product[0] product[1] product[2] product[3]
.names a[0] b[0] and_0_0
11 1
.names a[1] b[1] nand_1_1
0- 1
-0 1
.names and_0_0 nand_1_1 sum_2
10 1
01 1
.names and_0_0 nand_1_1 carry_2
11 1
.names sum_2 carry_2 a[1] sum_3
100 1
010 1
001 1
111 1
.names sum_2 carry_2 a[1] carry_3
11- 1
1-1 1
-11 1
.names zero
.names sum_3 product[0]
1 1
.names carry_3 product[1]
1 1
.names b[1] product[2]
1 1
.names zero product[3]
1 1
.end
";
    assert_eq!(blif(&small(), "my-mul"), expected);
}

#[test]
fn aiger_shares_what_is_equal_and_leaves_out_what_is_not_read() {
    let mut g = Recorder::new(OperandFormat::unsigned(2, 2));
    let [a, b, c, d] = <[Signal; 4]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
    // The or is the inverse of the nor, and the carry is not read.
    let (or, nor, (sum, _)) = (g.or(a, b), g.nor(a, b), g.half_adder(c, d));
    let netlist = g.finish(vec![or, nor, sum, c]);
    let symbols =
        "i0 a[0]\ni1 a[1]\ni2 b[0]\ni3 b[1]\no0 product[0]\no1 product[1]\no2 product[2]\no3 product[3]\n";
    let comment = "c\nx\nWritten by axmul. operands 2u: 1 or, 1 nor, 1 half_adder.\n";
    let text = format!(
        "aag 8 4 0 4 4\n2\n4\n6\n8\n11\n10\n16\n6\n10 5 3\n12 8 6\n14 9 7\n16 15 13\n{symbols}{comment}"
    );
    assert_eq!(aiger_text(&netlist, "x"), text);
    let bytes = format!("aig 8 4 0 4 4\n11\n10\n16\n6\n\x05\x02\x04\x02\x05\x02\x01\x02{symbols}{comment}");
    assert_eq!(aiger(&netlist, "x"), bytes.as_bytes());
}

/// Runs a tool in a folder; `None`, said aloud, where it is not installed.
fn run(tool: &str, arguments: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(tool).args(arguments).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{tool}: {error}");
            eprintln!("SKIPPED: {tool} is not installed");
            None
        }
    }
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// Simulates a netlist's testbench with the module of another; `None` where Icarus is not installed.
fn simulate(netlist: &Netlist, module: &Netlist) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.v"), verilog(module, "t-1")).unwrap();
    std::fs::write(folder.path().join("t_tb.v"), testbench(netlist, "t-1")).unwrap();
    let compiled = run("iverilog", &["-g2005-sv", "-Wall", "-o", "t", "t_tb.v", "t.v"], folder.path())?;
    assert_eq!((said(&compiled).as_str(), compiled.status.success()), ("", true));
    run("vvp", &["-n", "t"], folder.path())
}

/// A circuit like another but for one output.
fn altered(netlist: &Netlist) -> Netlist {
    let format = netlist.format();
    let mut g = Recorder::new(format);
    let inputs: Vec<Signal> = g.inputs().collect();
    let (a, b) = inputs.split_at(format.width_a().into());
    let mut outputs = netlist.replay(&mut g, a, b);
    let last = outputs.len() - 1;
    // Wrong where all bits of b are one.
    let all = b.iter().skip(1).fold(b[0], |all, &bit| g.and(all, bit));
    outputs[last] = g.xor(outputs[last], all);
    g.finish(outputs)
}

/// The structure of one listed 8x8 member of each family, signed and unsigned in turn.
fn families() -> Vec<(String, Netlist)> {
    let mut found = Vec::new();
    for (provider, signed) in providers().into_iter().zip([false, true].into_iter().cycle()) {
        let variants = provider.variants();
        let fits = |signed| {
            let format = OperandFormat::new(8, 8, signed).unwrap();
            variants.iter().rev().find(|variant| variant.format == format)
        };
        let Some(variant) = fits(signed).or_else(|| fits(!signed)) else { continue };
        let multiplier = provider.multiplier(variant.format, &variant.parameters).unwrap();
        if let Some(structure) = multiplier.structure() {
            found.push((multiplier.name(), structure.netlist()));
        }
    }
    assert!(found.len() >= 6, "{}", found.len());
    found
}

fn exact(width_a: u8, width_b: u8) -> Netlist {
    let exact = providers().into_iter().find(|provider| provider.name() == "exact").unwrap();
    let multiplier = exact.multiplier(OperandFormat::signed(width_a, width_b), &[]).unwrap();
    multiplier.structure().unwrap().netlist()
}

#[test]
fn testbenches_pass_and_fail() {
    for (netlist, pairs) in [(every_kind(), 32), (exact(14, 11), 2049)] {
        let Some(output) = simulate(&netlist, &netlist) else { return };
        assert_eq!((said(&output), output.status.code()), (format!("PASS {pairs} pairs\n"), Some(0)));
        let output = simulate(&netlist, &altered(&netlist)).unwrap();
        let text = said(&output);
        assert!(text.contains("FAIL ") && text.contains("expected ") && !text.contains("PASS"), "{text}");
        assert_eq!(output.status.code(), Some(1), "{text}");
    }
}

#[test]
fn mismatches_are_listed() {
    let mut wrong = Recorder::new(OperandFormat::signed(2, 2));
    let outputs = vec![wrong.constant(false); 4];
    let Some(output) = simulate(&small(), &wrong.finish(outputs)) else { return };
    let expected: Vec<String> = OperandFormat::signed(2, 2)
        .operands()
        .zip(products(&small()))
        .filter(|(_, product)| *product != 0)
        .map(|((a, b), product)| format!("a = {a}, b = {b}: got 0, expected {product}"))
        .collect();
    let text = said(&output);
    let found = text.lines().filter(|line| expected.iter().any(|expected| line == expected)).count();
    assert_eq!(found, expected.len().min(10), "{text}\n{expected:?}");
    assert!(text.contains(&format!("FAIL {} of 16 pairs", expected.len())), "{text}");
}

#[test]
fn families_pass_their_testbenches() {
    for (name, netlist) in families() {
        let Some(output) = simulate(&netlist, &netlist) else { return };
        assert_eq!((said(&output).as_str(), output.status.code()), ("PASS 65536 pairs\n", Some(0)), "{name}");
    }
}

/// Yosys reads every format and finds nothing to complain of; small circuits it proves equal to their Verilog.
#[test]
fn yosys_reads_all_formats_as_one_circuit() {
    let folder = tempfile::tempdir().unwrap();
    let mut script = String::new();
    let small = [
        ("kinds".to_owned(), every_kind()),
        ("small".to_owned(), small()),
        ("exact".to_owned(), exact(4, 3)),
    ];
    let (families, small) =
        (families().into_iter().map(|found| (found, false)), small.map(|found| (found, true)));
    for ((name, netlist), is_proven) in families.chain(small) {
        let name = identifier(&name);
        for format in OutputFormat::ALL {
            let file = folder.path().join(format!("{name}.{}", format.extension()));
            std::fs::write(file, write(format, &netlist, &name)).unwrap();
        }
        for reading in [
            format!("read_verilog {name}.v"),
            format!("read_blif {name}.blif"),
            format!("read_json {name}.json"),
            format!("read_aiger -module_name {name} {name}.aig"),
            format!("read_aiger -module_name {name} {name}.aag"),
        ] {
            let is_first = reading.ends_with(".v");
            let role = if is_first { "gold" } else { "gate" };
            script += &format!(
                "design -reset\n{reading}\nhierarchy -check -top {name}\ncheck -assert\nflatten\nsplitnets -ports\n\
                 rename {name} {role}\ndesign -stash {role}\n"
            );
            if is_proven && !is_first {
                script += "design -copy-from gold -as gold gold\ndesign -copy-from gate -as gate gate\n\
                     equiv_make gold gate both\nhierarchy -top both\nopt_clean\nequiv_simple\n\
                     equiv_status -assert\n";
            }
        }
    }
    std::fs::write(folder.path().join("script.ys"), script).unwrap();
    // A warning is an error.
    let Some(output) = run("yosys", &["-Q", "-T", "-e", ".*", "-s", "script.ys"], folder.path()) else {
        return;
    };
    let text = said(&output);
    let tail: Vec<&str> = text.lines().rev().take(30).collect();
    assert!(output.status.success(), "{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
}
