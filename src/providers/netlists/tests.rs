use axmul_api::OperandFormat;

use super::*;
use crate::CacheChoice;
use axmul_netlist::ProductExtension;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        Self(directory)
    }

    fn open(
        &self,
        name: &str,
        options: NetlistOptions,
        signed: Option<bool>,
    ) -> Result<NetlistMultiplier, String> {
        let cache = Cache::open(&CacheChoice::Off).unwrap();
        let file = NetlistFile::new(self.0.path().join(name), options, signed);
        file.circuit(&cache).cloned().map_err(|error| self.shorten(&error.to_string()))
    }

    fn shorten(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }

    fn notes(&self, circuit: &NetlistMultiplier) -> Vec<String> {
        circuit.assumptions.iter().map(|note| self.shorten(note)).collect()
    }
}

/// A 2x2 multiplier.
const TWO: &str = "\
// MAE = 0
// PDK45_PWR = 0.01 mW
module two (A, B, O);
  input [1:0] A;
  input [1:0] B;
  output [3:0] O;
  wire w;
  assign O[0] = A[0] & B[0];
  assign O[1] = (A[1] & B[0]) ^ (A[0] & B[1]);
  assign w = A[1] & B[0] & A[0] & B[1];
  assign O[2] = (A[1] & B[1]) ^ w;
  assign O[3] = (A[1] & B[1]) & w;
endmodule
";

#[test]
fn a_file_is_read_bound_and_described() {
    let folder = Folder::new(&[("mul2u_x.v", TWO), ("two.v", TWO)]);
    let circuit = folder.open("mul2u_x.v", NetlistOptions::default(), None).unwrap();
    assert_eq!((&*circuit.module, circuit.netlist.format()), ("two", OperandFormat::unsigned(2, 2)));
    assert_eq!(
        folder.notes(&circuit),
        ["mul2u_x.v: a = A[1:0], b = B[1:0], product = O[3:0]; unsigned (from the name)"]
    );
    assert_eq!(circuit.header.cost.power_mw, Some(0.01));
    let asked = folder.open("two.v", NetlistOptions::default(), Some(true)).unwrap();
    assert_eq!(asked.netlist.format(), OperandFormat::signed(2, 2));
    assert!(asked.assumptions[0].ends_with("signed (as requested)"), "{:?}", asked.assumptions);
}

#[test]
fn options_reach_the_ports() {
    let folder = Folder::new(&[("two.v", TWO)]);
    let options = NetlistOptions {
        a: Some("B".into()),
        out: Some("O[2:0]".into()),
        msb_first: true,
        extend: Some(ProductExtension::Zero),
        ..NetlistOptions::default()
    };
    let circuit = folder.open("two.v", options, Some(false)).unwrap();
    assert_eq!(
        folder.notes(&circuit),
        [
            "two.v: a = B, b = A[0:1], product = O[2:0]; unsigned (as requested)",
            "two.v: the product has 3 bits and was extended to 4 with zeros"
        ]
    );
    let refused = NetlistOptions { out: Some("X".into()), ..NetlistOptions::default() };
    assert_eq!(
        folder.open("two.v", refused, None).unwrap_err(),
        "two.v: unknown output 'X'; available: O[3:0]"
    );
}

#[test]
fn further_files_are_read_with_it() {
    let top = "module mine (input [1:0] A, input [1:0] B, output [3:0] O);\n  two t (A, B, O);\nendmodule\n";
    let folder = Folder::new(&[("mine.v", top), ("cells.v", TWO), ("cells.blif", "")]);
    let with = |name: &str, top: Option<&str>| NetlistOptions {
        with: vec![folder.0.path().join(name)],
        top: top.map(Into::into),
        ..NetlistOptions::default()
    };
    let circuit = folder.open("mine.v", with("cells.v", None), None).unwrap();
    assert_eq!(circuit.module, "mine");
    assert_eq!(circuit.header, HeaderComment::default(), "the header of another file is not this one's");
    assert_eq!(folder.open("mine.v", with("cells.v", Some("two")), None).unwrap().module, "two");
    let message = |name: &str| folder.open("mine.v", with(name, None), None).unwrap_err();
    assert_eq!(
        message("cells.blif"),
        "cells.blif: expected a file of the same format as mine.v, for both are read together"
    );
    assert_eq!(message("none.v"), "none.v: no such file or directory");
    assert!(folder.open("mine.v", NetlistOptions::default(), None).unwrap_err().contains("two"));
}

/// A 2x2 multiplier.
const CHROMOSOME: &str = "{4,4,1,8,2,1,0}([6]2,4,2)([7]3,4,2)([8]2,5,2)([9]7,8,4)([10]7,8,2)([11]3,5,2)\
                          ([12]11,10,4)([13]11,10,2)(6,9,12,13)";

#[test]
fn a_chromosome_is_read_bound_and_described() {
    let folder = Folder::new(&[("two.cgp", CHROMOSOME), ("two.CHR", CHROMOSOME), ("bad.chr", "{4,4")]);
    for name in ["two.cgp", "two.CHR"] {
        let circuit = folder.open(name, NetlistOptions::default(), None).unwrap();
        assert_eq!(circuit.netlist.format(), OperandFormat::unsigned(2, 2));
        assert_eq!(circuit.header, HeaderComment::default());
        let notes = folder.notes(&circuit);
        assert_eq!(
            notes[..1],
            [format!("{name}: a = i[1:0], b = i[3:2], product = o[3:0]; guessed unsigned (smaller error)")],
        );
    }
    let exchanged =
        NetlistOptions { a: Some("i[3:2]".into()), b: Some("i[1:0]".into()), ..NetlistOptions::default() };
    let circuit = folder.open("two.cgp", exchanged, Some(false)).unwrap();
    let expected = "two.cgp: a = i[3:2], b = i[1:0], product = o[3:0]; unsigned (as requested)";
    assert_eq!(folder.notes(&circuit), [expected]);
    assert_eq!(
        folder.open("bad.chr", NetlistOptions::default(), None).unwrap_err(),
        "bad.chr:1:5: expected `,` and the number of rows, got the end of the text"
    );
    let yosys = NetlistOptions { via: Some(Via::Yosys), ..NetlistOptions::default() };
    assert_eq!(
        folder.open("two.cgp", yosys, None).unwrap_err(),
        "two.cgp: Yosys reads no CGP chromosomes; leave --via yosys away"
    );
}

#[test]
fn a_file_is_read_once() {
    let folder = Folder::new(&[("two.v", TWO)]);
    let cache = Cache::open(&CacheChoice::Off).unwrap();
    let path = folder.0.path().join("two.v");
    let file = NetlistFile::new(&path, NetlistOptions::default(), None);
    let again = file.clone();
    assert!(file.circuit(&cache).is_ok());
    std::fs::remove_file(&path).unwrap();
    assert!(again.circuit(&cache).is_ok());
    assert_eq!(again, file);
    assert_ne!(file, NetlistFile::new(&path, NetlistOptions::default(), Some(true)));
}

/// The same circuit through Yosys, and one that only Yosys reads.
#[test]
fn yosys_gives_the_same_ports() {
    let behaviour =
        "module two (input signed [1:0] A, B, output reg signed [3:0] O);\nalways @* O = A * B;\nendmodule";
    let folder = Folder::new(&[("two.v", TWO), ("behaviour.v", behaviour)]);
    let via = NetlistOptions { via: Some(Via::Yosys), ..NetlistOptions::default() };
    let circuit = match folder.open("two.v", via.clone(), Some(false)) {
        Err(error) if error.contains("apt install yosys") => return eprintln!("SKIPPED: {error}"),
        other => other.unwrap(),
    };
    assert_eq!(
        folder.notes(&circuit),
        [
            "two.v: read through Yosys: the circuit is module two",
            "two.v: a = A[1:0], b = B[1:0], product = O[3:0]; unsigned (as requested)"
        ]
    );
    let circuit = folder.open("behaviour.v", via, None).unwrap();
    assert_eq!(circuit.netlist.format(), OperandFormat::signed(2, 2));
}

/// The same cells, directly and through Yosys, which is told that they exist.
#[test]
fn cells_are_kept_but_not_through_yosys() {
    let top = "module mine (input [1:0] A, input [1:0] B, output [3:0] O);
      wire n;
      AND2X1 u (.A(A[0]), .B(B[0]), .Y(n));
      BUFX2 v (.A(n), .Y(O[0]));
      assign O[3:1] = {B[1], A[1], 1'b0};
    endmodule";
    let boxes = "(* blackbox *) module AND2X1 (input A, input B, output Y); endmodule
      (* blackbox *) module BUFX2 (input A, output Y); endmodule";
    let folder = Folder::new(&[("mine.v", top), ("boxes.v", boxes), ("two.v", TWO)]);
    let kinds = |circuit: &NetlistMultiplier| -> Option<Vec<String>> {
        circuit.placed.as_ref().map(|placed| placed.cells.iter().map(|cell| cell.kind.to_string()).collect())
    };
    let direct = folder.open("mine.v", NetlistOptions::default(), None).unwrap();
    assert_eq!(kinds(&direct), Some(vec!["AND2X1".into(), "BUFX2".into()]));
    assert_eq!(kinds(&folder.open("two.v", NetlistOptions::default(), None).unwrap()), None);
    let with = vec![folder.0.path().join("boxes.v")];
    let via = NetlistOptions { via: Some(Via::Yosys), with, ..NetlistOptions::default() };
    let through = match folder.open("mine.v", via, None) {
        Err(error) if error.contains("apt install yosys") => return eprintln!("SKIPPED: {error}"),
        other => other.unwrap(),
    };
    assert_eq!((kinds(&through), through.netlist.format()), (None, direct.netlist.format()));
}

/// The door through which costs ask for cells: those of a netlist, and none of a family's member.
#[test]
fn collections_give_the_cells_of_netlists_only() {
    let text = "module m (input [1:0] A, input [1:0] B, output [3:0] O);
      NOR2X1 u (.A(A[0]), .B(B[0]), .Y(O[0]));
      assign O[3:1] = 0;
    endmodule";
    let folder = Folder::new(&[("cells.v", text), ("two.v", TWO)]);
    let sources = crate::MultiplierSources { cache: CacheChoice::Off, ..Default::default() };
    let collection = crate::Collection::open(&sources).unwrap();
    let cells = |name: &str| {
        let (entries, _) = collection.find(name).unwrap();
        collection.placed(&entries[0]).unwrap().map(|placed| placed.cells.len())
    };
    let path = |name: &str| folder.0.path().join(name).display().to_string();
    assert_eq!([cells(&path("cells.v")), cells(&path("two.v")), cells("exact-8u")], [Some(1), None, None]);
}
