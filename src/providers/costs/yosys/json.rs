//! The mapped circuit in the JSON that Yosys writes.

use std::collections::{BTreeMap, HashMap};

use axmul_api::{OperandFormat, Signal};
use serde::Deserialize;

use axmul_hardware::library::CellLibrary;
use axmul_hardware::{CellInstance, MappedCircuit};

#[derive(Deserialize)]
struct MappedDocument {
    modules: BTreeMap<String, MappedModule>,
}

#[derive(Deserialize)]
struct MappedModule {
    #[serde(default)]
    ports: BTreeMap<String, MappedPort>,
    #[serde(default)]
    cells: BTreeMap<String, MappedCell>,
}

#[derive(Deserialize)]
struct MappedPort {
    direction: String,
    bits: Vec<MappedBit>,
}

#[derive(Deserialize)]
struct MappedCell {
    r#type: String,
    #[serde(default)]
    connections: BTreeMap<String, Vec<MappedBit>>,
}

/// A net, or a constant.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum MappedBit {
    Net(u64),
    Constant(String),
}

/// The only module of a text, with ports `a`, `b` and `product`, as cells of a library in topological order; else what
/// is wrong with it.
pub(super) fn mapped(
    json: &[u8],
    library: &CellLibrary,
    format: OperandFormat,
) -> Result<MappedCircuit, String> {
    let document: MappedDocument =
        serde_json::from_slice(json).map_err(|error| format!("expected the JSON of write_json: {error}"))?;
    let mut modules = document.modules.values();
    let (Some(module), None) = (modules.next(), modules.next()) else {
        return Err(format!("expected one module, got {}", document.modules.len()));
    };
    let mut drivers = HashMap::new();
    let (width_a, width_b) = (usize::from(format.width_a()), usize::from(format.width_b()));
    let a = port(module, "a", "input", width_a)?;
    let b = port(module, "b", "input", width_b)?;
    for (input, bit) in a.iter().chain(b).enumerate() {
        drive(&mut drivers, bit, NetDriver::Input(input))?;
    }
    let kinds: HashMap<&str, usize> =
        library.cells.iter().enumerate().map(|(index, cell)| (&*cell.name, index)).collect();
    // The nets at the inputs of each cell, in the order of the library's.
    let mut cells: Vec<(usize, Vec<&MappedBit>)> = Vec::with_capacity(module.cells.len());
    for MappedCell { r#type, connections } in module.cells.values() {
        let Some(&kind) = kinds.get(&**r#type) else {
            return Err(format!("cell {} is none that axmul uses of library {}", r#type, library.name));
        };
        let of = &library.cells[kind];
        let connected = |pin: &str| match connections.get(pin).map(Vec::as_slice) {
            Some([bit]) => Some(bit),
            _ => None,
        };
        for (output, pin) in of.outputs.iter().enumerate() {
            if let Some(bit) = connected(&pin.name) {
                drive(&mut drivers, bit, NetDriver::Cell(cells.len(), output))?;
            }
        }
        let inputs = of.inputs.iter().map(|pin| {
            connected(&pin.name).ok_or_else(|| format!("pin {} of a cell {} is open", pin.name, of.name))
        });
        cells.push((kind, inputs.collect::<Result<_, _>>()?));
    }
    let product = port(module, "product", "output", width_a + width_b)?;
    let order = sorted(&cells, &drivers)?;
    let mut position = vec![0; cells.len()];
    for (at, &cell) in order.iter().enumerate() {
        position[cell] = at;
    }
    let signal = |bit: &MappedBit| -> Result<Signal, String> {
        Ok(match source(bit, &drivers)? {
            BitSource::Constant(value) => Signal::Constant(value),
            BitSource::Driver(NetDriver::Input(input)) => Signal::Input(input),
            BitSource::Driver(NetDriver::Cell(cell, output)) => {
                // Cells have one output or two.
                Signal::Cell(position[cell], u8::try_from(output).unwrap_or(u8::MAX))
            }
        })
    };
    let instances = order.iter().map(|&cell| {
        let (kind, inputs) = &cells[cell];
        let inputs = inputs.iter().map(|bit| signal(bit)).collect::<Result<_, _>>()?;
        Ok(CellInstance { cell: *kind, inputs })
    });
    Ok(MappedCircuit {
        format,
        instances: instances.collect::<Result<_, String>>()?,
        outputs: product.iter().map(signal).collect::<Result<_, _>>()?,
    })
}

#[derive(Clone, Copy)]
enum NetDriver {
    Input(usize),
    Cell(usize, usize),
}

enum BitSource {
    Constant(bool),
    Driver(NetDriver),
}

fn port<'a>(
    module: &'a MappedModule,
    name: &str,
    direction: &str,
    width: usize,
) -> Result<&'a [MappedBit], String> {
    match module.ports.get(name) {
        Some(port) if port.direction == direction && port.bits.len() == width => Ok(&port.bits),
        _ => Err(format!("expected an {direction} {name} of {width} bits")),
    }
}

fn drive(drivers: &mut HashMap<u64, NetDriver>, bit: &MappedBit, driver: NetDriver) -> Result<(), String> {
    match bit {
        MappedBit::Net(net) if drivers.insert(*net, driver).is_none() => Ok(()),
        MappedBit::Net(net) => Err(format!("net {net} has two drivers")),
        MappedBit::Constant(value) => Err(format!("the constant {value} is driven")),
    }
}

fn source(bit: &MappedBit, drivers: &HashMap<u64, NetDriver>) -> Result<BitSource, String> {
    match bit {
        MappedBit::Net(net) => drivers
            .get(net)
            .copied()
            .map(BitSource::Driver)
            .ok_or_else(|| format!("nothing drives net {net}")),
        MappedBit::Constant(value) => match &**value {
            "0" => Ok(BitSource::Constant(false)),
            "1" => Ok(BitSource::Constant(true)),
            other => Err(format!("a bit is the constant {other}")),
        },
    }
}

/// The cells such that each comes after those that it reads.
fn sorted(
    cells: &[(usize, Vec<&MappedBit>)],
    drivers: &HashMap<u64, NetDriver>,
) -> Result<Vec<usize>, String> {
    let mut readers = vec![Vec::new(); cells.len()];
    let mut waits = vec![0usize; cells.len()];
    for (cell, (_, inputs)) in cells.iter().enumerate() {
        for bit in inputs {
            if let BitSource::Driver(NetDriver::Cell(driver, _)) = source(bit, drivers)? {
                readers[driver].push(cell);
                waits[cell] += 1;
            }
        }
    }
    let mut order: Vec<usize> = (0..cells.len()).filter(|&cell| waits[cell] == 0).collect();
    let mut next = 0;
    while let Some(&cell) = order.get(next) {
        next += 1;
        for &reader in &readers[cell] {
            waits[reader] -= 1;
            if waits[reader] == 0 {
                order.push(reader);
            }
        }
    }
    if order.len() < cells.len() {
        return Err(format!("{} cells wait for each other in a loop", cells.len() - order.len()));
    }
    Ok(order)
}
