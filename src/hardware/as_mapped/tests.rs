//! Mapped circuits survive being written and read; other libraries are distinguished.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axmul_api::OperandFormat;
use proptest::prelude::*;

use super::*;
use crate::library::InputPin;
use crate::map::{MappingGoal, TechnologyMapper, lanes};
use crate::optimize::{optimize, same};
use axmul_netlist::read::{InputFormat, read};
use axmul_netlist::testing::{lanes as netlist_lanes, member, netlists};
use axmul_netlist::{BoundDesign, PortOptions, SourceText, bind};

static TARGET: LazyLock<TechnologyMapper> =
    LazyLock::new(|| TechnologyMapper::new(CellLibrary::freepdk45()).unwrap());

/// A circuit with other drive strengths here and there, and buffers behind some cells and some operand bits.
fn varied(mapped: &MappedCircuit, library: &CellLibrary, choices: &[u8]) -> MappedCircuit {
    let choice = |at: usize| usize::from(choices[at % choices.len()]);
    let buffer = library.find("BUFX2").unwrap();
    let functions = |cell: &LibraryCell| -> Vec<_> {
        cell.outputs.iter().map(|output| (output.name.clone(), output.function)).collect()
    };
    let mut instances: Vec<CellInstance> = Vec::new();
    let mut images: Vec<Vec<Signal>> = Vec::new();
    for (at, instance) in mapped.instances.iter().enumerate() {
        let mut inputs = Vec::new();
        for &signal in &instance.inputs {
            inputs.push(match signal {
                Signal::Cell(cell, output) => images[cell][usize::from(output)],
                Signal::Input(_) if choice(at).is_multiple_of(5) => {
                    instances.push(CellInstance { cell: buffer, inputs: vec![signal] });
                    Signal::Cell(instances.len() - 1, 0)
                }
                other => other,
            });
        }
        let wanted = functions(&library.cells[instance.cell]);
        let alike: Vec<usize> =
            (0..library.cells.len()).filter(|&cell| functions(&library.cells[cell]) == wanted).collect();
        instances.push(CellInstance { cell: alike[choice(at) % alike.len()], inputs });
        let index = instances.len() - 1;
        let mut outputs: Vec<Signal> =
            (0..wanted.len()).map(|output| Signal::Cell(index, output as u8)).collect();
        // One that drives nothing would not be read back.
        let used = |output: usize| reads(mapped).any(|signal| signal == Signal::Cell(at, output as u8));
        for (output, signal) in outputs.iter_mut().enumerate() {
            if choice(at + 1).is_multiple_of(3) && used(output) {
                instances.push(CellInstance { cell: buffer, inputs: vec![*signal] });
                *signal = Signal::Cell(instances.len() - 1, 0);
            }
        }
        images.push(outputs);
    }
    let image = |&signal: &Signal| match signal {
        Signal::Cell(cell, output) => images[cell][usize::from(output)],
        other => other,
    };
    MappedCircuit { format: mapped.format, instances, outputs: mapped.outputs.iter().map(image).collect() }
}

/// Every signal that something reads.
fn reads(mapped: &MappedCircuit) -> impl Iterator<Item = Signal> {
    mapped.instances.iter().flat_map(|instance| &instance.inputs).chain(&mapped.outputs).copied()
}

/// The text of a circuit; outputs that drive nothing are left open.
fn text(mapped: &MappedCircuit, library: &CellLibrary, language: InputFormat) -> String {
    let (a, product) = (usize::from(mapped.format.width_a()), mapped.outputs.len());
    let name = |signal: Signal| match (signal, language) {
        (Signal::Constant(value), InputFormat::Verilog) => format!("1'b{}", u8::from(value)),
        (Signal::Constant(value), InputFormat::Blif) => format!("constant{}", u8::from(value)),
        (Signal::Constant(value), _) => format!("\"{}\"", u8::from(value)),
        (Signal::Input(bit), InputFormat::YosysJson) => format!("{}", 2 + bit),
        (Signal::Cell(cell, output), InputFormat::YosysJson) => {
            format!("{}", 2 + product + 2 * cell + usize::from(output))
        }
        (Signal::Input(bit), _) if bit < a => format!("a[{bit}]"),
        (Signal::Input(bit), _) => format!("b[{}]", bit - a),
        (Signal::Cell(cell, output), _) => format!("w{cell}_{output}"),
    };
    let used: HashSet<Signal> = reads(mapped).collect();
    let cells = mapped.instances.iter().enumerate().map(|(index, instance)| {
        let cell = &library.cells[instance.cell];
        let inputs = cell.inputs.iter().zip(&instance.inputs).map(|(pin, &signal)| (&pin.name, signal));
        let outputs = cell.outputs.iter().enumerate();
        let outputs = outputs.map(|(at, pin)| (&pin.name, Signal::Cell(index, at as u8)));
        let pins = inputs.chain(outputs.filter(|(_, signal)| used.contains(signal)));
        (index, cell, pins.map(|(pin, signal)| (pin.clone(), name(signal))).collect::<Vec<_>>())
    });
    let list = |range: std::ops::Range<usize>, what: &dyn Fn(usize) -> String| -> Vec<String> {
        range.map(what).collect()
    };
    let output = |bit: usize| name(mapped.outputs[bit]);
    match language {
        InputFormat::Verilog => {
            let mut text = format!(
                "module t(input [{}:0] a, input [{}:0] b, output [{}:0] p);\n",
                a - 1,
                product - a - 1,
                product - 1
            );
            for signal in used.iter().filter(|signal| matches!(signal, Signal::Cell(..))) {
                text += &format!("  wire {};\n", name(*signal));
            }
            for (index, cell, pins) in cells {
                let pins: Vec<String> = pins.iter().map(|(pin, net)| format!(".{pin}({net})")).collect();
                text += &format!("  {} u{index} ({});\n", cell.name, pins.join(", "));
            }
            text += &list(0..product, &|bit| format!("  assign p[{bit}] = {};\n", output(bit))).concat();
            text + "endmodule\n"
        }
        InputFormat::Blif => {
            let inputs = list(0..product, &|bit| name(Signal::Input(bit))).join(" ");
            let outputs = list(0..product, &|bit| format!("p[{bit}]")).join(" ");
            let mut text = format!(".model t\n.inputs {inputs}\n.outputs {outputs}\n.names constant0\n");
            text += ".names constant1\n1\n";
            for (_, cell, pins) in cells {
                let pins: Vec<String> = pins.iter().map(|(pin, net)| format!("{pin}={net}")).collect();
                text += &format!(".gate {} {}\n", cell.name, pins.join(" "));
            }
            text += &list(0..product, &|bit| format!(".names {} p[{bit}]\n1 1\n", output(bit))).concat();
            text + ".end\n"
        }
        _ => {
            let port = |name: &str, direction: &str, bits: Vec<String>| {
                format!(r#""{name}": {{"direction": "{direction}", "bits": [{}]}}"#, bits.join(", "))
            };
            let ports = [
                port("a", "input", list(0..a, &|bit| name(Signal::Input(bit)))),
                port("b", "input", list(a..product, &|bit| name(Signal::Input(bit)))),
                port("p", "output", list(0..product, &output)),
            ];
            let cells = cells.map(|(index, cell, pins)| {
                let pins: Vec<String> = pins.iter().map(|(pin, net)| format!("\"{pin}\": [{net}]")).collect();
                let (kind, pins) = (&cell.name, pins.join(", "));
                format!(r#""u{index}": {{"type": "{kind}", "connections": {{{pins}}}}}"#)
            });
            let cells: Vec<String> = cells.collect();
            let (ports, cells) = (ports.join(", "), cells.join(", "));
            format!(r#"{{"modules": {{"t": {{"ports": {{{ports}}}, "cells": {{{cells}}}}}}}}}"#)
        }
    }
}

fn read_back(text: &str, language: InputFormat, signed: bool) -> BoundDesign {
    let design =
        read(language, &[SourceText::new("t", text.as_bytes())], None).unwrap_or_else(|e| panic!("{e}"));
    bind(&design, &PortOptions { signed: Some(signed), ..PortOptions::default() }).unwrap()
}

/// A number for each cell, equal where the cells and all that is before them are equal, in ascending order; and one
/// for each product bit.
fn shape(mapped: &MappedCircuit) -> [Vec<u64>; 2] {
    let mut cells: Vec<u64> = Vec::new();
    let of = |cells: &[u64], signal: &Signal| {
        let mut hasher = DefaultHasher::new();
        match *signal {
            Signal::Cell(cell, output) => (cells[cell], output).hash(&mut hasher),
            ref other => other.hash(&mut hasher),
        }
        hasher.finish()
    };
    for instance in &mapped.instances {
        let inputs: Vec<u64> = instance.inputs.iter().map(|signal| of(&cells, signal)).collect();
        let mut hasher = DefaultHasher::new();
        (instance.cell, inputs).hash(&mut hasher);
        cells.push(hasher.finish());
    }
    let outputs = mapped.outputs.iter().map(|signal| of(&cells, signal)).collect();
    cells.sort_unstable();
    [cells, outputs]
}

const LANGUAGES: [InputFormat; 3] = [InputFormat::Verilog, InputFormat::Blif, InputFormat::YosysJson];

fn check(
    mapped: &MappedCircuit,
    library: &CellLibrary,
    language: InputFormat,
) -> Result<BoundDesign, TestCaseError> {
    let bound = read_back(&text(mapped, library, language), language, mapped.format.is_signed());
    // Without cells the text was not mapped.
    let Some(mapped_cells) = &bound.mapped_cells else {
        prop_assert!(mapped.instances.is_empty());
        return Ok(bound);
    };
    let again = resolve(mapped_cells, library).unwrap();
    prop_assert_eq!(again.format, mapped.format);
    prop_assert_eq!(shape(&again), shape(mapped));
    let (area, expected) = (again.area_um2(library), mapped.area_um2(library));
    prop_assert!((area - expected).abs() < 1e-9 * expected, "{} {}", area, expected);
    Ok(bound)
}

proptest! {
    #[test]
    fn what_is_mapped_comes_back(netlist in netlists(), delay: bool, choices in prop::collection::vec(any::<u8>(), 40)) {
        let library = CellLibrary::freepdk45();
        let logic = optimize(&netlist);
        let mapped = TARGET.map(&logic, if delay { MappingGoal::Delay } else { MappingGoal::Area });
        let mapped = varied(&mapped, library, &choices);
        prop_assert!(same(&logic, |cases| lanes(&mapped, library, cases)));
        for language in LANGUAGES {
            let bound = check(&mapped, library, language)?;
            prop_assert!(same(&logic, |cases| netlist_lanes(&bound.netlist, cases)));
            if let Some(mapped_cells) = &bound.mapped_cells {
                let again = resolve(mapped_cells, library).unwrap();
                prop_assert!(same(&logic, |cases| lanes(&again, library, cases)));
            }
        }
    }
}

proptest! {
    /// Digits changed in the text: other nets, loops, constants, drive strengths that no library has. Whatever is still
    /// read and found computes what the gates do.
    #[test]
    fn damaged_texts_mean_the_same_to_cells_and_gates(
        netlist in netlists(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), b'0'..=b'9'), 1..4),
    ) {
        let library = CellLibrary::freepdk45();
        let mapped = TARGET.map(&optimize(&netlist), MappingGoal::Area);
        for language in LANGUAGES {
            let mut bytes = text(&mapped, library, language).into_bytes();
            let digits: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit()).collect();
            for (at, digit) in &changes {
                bytes[digits[at.index(digits.len())]] = *digit;
            }
            let Ok(design) = read(language, &[SourceText::new("t", bytes)], None) else { continue };
            let Ok(bound) = bind(&design, &PortOptions::default()) else { continue };
            let Some(mapped_cells) = &bound.mapped_cells else { continue };
            match resolve(mapped_cells, library) {
                Ok(again) => {
                    let logic = optimize(&bound.netlist);
                    prop_assert!(same(&logic, |cases| lanes(&again, library, cases)));
                }
                Err(error) => prop_assert!(matches!(error, AsMappedError::Cells { .. }), "{}", error),
            }
        }
    }
}

#[test]
fn an_array_comes_back() {
    let library = CellLibrary::freepdk45();
    let logic = optimize(&member("exact", OperandFormat::signed(8, 8), &[]));
    let mapped = TARGET.map(&logic, MappingGoal::Area);
    assert!(mapped.instances.len() > 100);
    for language in LANGUAGES {
        check(&mapped, library, language).unwrap();
    }
}

/// A full adder one of whose outputs is open, a multiplexer, a buffer, an inverter.
const SMALL: &str = "
module t(input [1:0] a, input [1:0] b, output [3:0] p);
  FAX1 u(.A(a[0]), .B(a[1]), .C(b[0]), .YC(p[0]));
  MUX2X1 v(.S(a[0]), .A(b[0]), .B(b[1]), .Y(p[1]));
  BUFX2 w(.A(a[1]), .Y(p[2]));
  INVX4 x(.A(b[1]), .Y(p[3]));
endmodule
";

fn small() -> MappedCells {
    read_back(SMALL, InputFormat::Verilog, false).mapped_cells.unwrap()
}

/// The own library with one of its cells changed.
fn altered(name: &str, change: impl FnOnce(&mut LibraryCell)) -> CellLibrary {
    let mut library = CellLibrary::freepdk45().clone();
    "altered".clone_into(&mut library.name);
    let index = library.find(name).unwrap();
    change(&mut library.cells[index]);
    library
}

fn message(name: &str, change: impl FnOnce(&mut LibraryCell)) -> String {
    resolve(&small(), &altered(name, change)).unwrap_err().to_string()
}

#[test]
fn areas_are_those_of_the_very_cells() {
    let library = CellLibrary::freepdk45();
    let mapped = resolve(&small(), library).unwrap();
    let names: Vec<&str> =
        mapped.instances.iter().map(|instance| &*library.cells[instance.cell].name).collect();
    assert_eq!(names, ["FAX1", "MUX2X1", "BUFX2", "INVX4"]);
    let areas: f64 = names.iter().map(|name| library.cells[library.find(name).unwrap()].area_um2).sum();
    assert!((mapped.area_um2(library) - areas).abs() < 1e-9);
    // Outputs are found by name: the carry, wherever the library has it.
    let turned = altered("FAX1", |cell| cell.outputs.reverse());
    let carry = |library: &CellLibrary| {
        let cell = &library.cells[library.find("FAX1").unwrap()];
        cell.outputs.iter().position(|output| output.name == "YC").unwrap() as u8
    };
    for library in [library, &turned] {
        let mapped = resolve(&small(), library).unwrap();
        assert_eq!(mapped.outputs[0], Signal::Cell(0, carry(library)));
        assert_eq!(lanes(&mapped, library, &[0b0011, 0b0101, 0b0110, 0])[0] & 0xf, 0b0111);
    }
    assert_ne!(carry(library), carry(&turned));
}

#[test]
fn missing_cells_are_listed() {
    let mut library = CellLibrary::freepdk45().clone();
    library.cells.retain(|cell| !cell.name.starts_with("FA"));
    let error = resolve(&small(), &library).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "library {} has no FAX1: 1 of the netlist's 4 cells; name the library that the netlist was mapped with",
            library.name
        )
    );
    let strengths: String = (10..18).map(|n| format!("INVX{n} u{n}(.A(b[0]), .Y(n[{n}]));\n")).collect();
    let chain: String =
        (10..18).map(|n| format!("XOR2X1 x{n}(.A(n[{n}]), .B(m[{n}]), .Y(m[{}]));\n", n + 1)).collect();
    let text = format!(
        "module t(input [1:0] a, input [1:0] b, output [3:0] p);\nwire [19:10] n, m;\n{strengths}{chain}\
         assign m[10] = a[0];\nINVX10 again(.A(m[18]), .Y(p[0]));\nassign p[3:1] = {{a[1], b}};\nendmodule\n"
    );
    let mapped_cells = read_back(&text, InputFormat::Verilog, false).mapped_cells.unwrap();
    let Err(AsMappedError::Cells { missing, kinds, instances, cells, .. }) = resolve(&mapped_cells, &library)
    else {
        panic!("cells that no library has");
    };
    assert_eq!((missing.len(), kinds, instances, cells), (SHOWN, 8, 9, 17));
    let message = resolve(&mapped_cells, &library).unwrap_err().to_string();
    assert!(message.contains(" and 3 others: 9 of the netlist's 17 cells"), "{message}");
}

#[test]
fn other_pins_are_named() {
    assert_eq!(
        message("MUX2X1", |cell| cell.inputs[2].name = "SEL".into()),
        "MUX2X1 has no input 'S' in library altered; it has A, B, SEL; name the library that the netlist was mapped with"
    );
    assert_eq!(
        message("FAX1", |cell| cell.outputs.iter_mut().for_each(|pin| pin.name = pin.name.to_lowercase())),
        "FAX1 has no output 'YC' in library altered; it has yc, ys; name the library that the netlist was mapped with"
    );
    // One that nothing reads is not asked for.
    let sum = altered("FAX1", |cell| cell.outputs.retain(|pin| pin.name == "YC"));
    assert_eq!(resolve(&small(), &sum).unwrap().outputs[0], Signal::Cell(0, 0));
}

#[test]
fn further_inputs_matter_where_an_output_depends_on_them() {
    let further = |function: u64| {
        move |cell: &mut LibraryCell| {
            cell.inputs.push(InputPin { name: "EN".into(), capacitance_ff: 1.0 });
            cell.outputs[0].function = TruthTable::new(2, function);
        }
    };
    assert_eq!(
        message("INVX4", further(0b0100)),
        "INVX4 has an input 'EN' in library altered, which the netlist does not connect; name the library that it \
         was mapped with"
    );
    let mapped = resolve(&small(), &altered("INVX4", further(0b0101))).unwrap();
    assert_eq!(mapped.instances[3].inputs, [Signal::Input(3), Signal::Constant(false)]);
}

#[test]
fn a_cell_that_computes_something_else_is_refused() {
    assert_eq!(
        message("MUX2X1", |cell| cell.outputs[0].function = cell.outputs[0].function.inverted()),
        "MUX2X1 computes a different function at 'Y' in library altered than the netlist was read with (OSU standard cells \
         (FreePDK45, OSU018, OSU035, OSU050)); name the library that it was mapped with"
    );
    // Inputs in another order are the same cell.
    let turned = altered("MUX2X1", |cell| {
        cell.inputs.swap(0, 2);
        let table = cell.outputs[0].function;
        let bits = (0..8).fold(0, |bits, at: usize| {
            let swapped = at & 2 | at >> 2 & 1 | (at & 1) << 2;
            bits | u64::from(table.value(swapped)) << at
        });
        cell.outputs[0].function = TruthTable::new(3, bits);
    });
    assert_eq!(resolve(&small(), &turned).unwrap().instances[1].inputs[0], Signal::Input(0));
}
