//! From a netlist to a [`Program`]: which steps, in which order, on which slots.

use std::collections::VecDeque;

use axmul_api::{Cell, CellKind, Netlist, Signal};

use super::program::{Program, ProgramStep, StepOperation};

/// How far steps may be brought forward to stand with others of their operation. More make longer runs, but keep more
/// signals alive at a time.
const WINDOW: usize = 32;

/// Compiles a circuit.
pub(super) fn compile(netlist: &Netlist) -> Program {
    let mut reads = Reads::new(netlist);
    let nodes = nodes(netlist, &mut reads);
    let order = gather(&nodes, in_depth(netlist, &nodes));
    let inputs = usize::from(netlist.format().product_width());
    let mut allocation = Allocation::new(inputs, reads, netlist.cells().len());
    let code = order
        .iter()
        .filter_map(|&cell| {
            let node = nodes[cell].as_ref()?;
            Some((node.operation, allocation.step(node, cell)))
        })
        .collect();
    let outputs = netlist.outputs().iter().map(|&signal| allocation.slot(signal)).collect();
    Program::new(inputs, allocation.slots as usize, code, outputs)
}

/// How often each output of each cell is read, the product included.
struct Reads(Vec<[u32; 2]>);

impl Reads {
    fn new(netlist: &Netlist) -> Self {
        let mut reads = Self(vec![[0; 2]; netlist.cells().len()]);
        let inputs = netlist.cells().iter().flat_map(|cell| &cell.inputs);
        for &signal in inputs.chain(netlist.outputs()) {
            if let Some(reads) = reads.of(signal) {
                *reads += 1;
            }
        }
        reads
    }

    fn of(&mut self, signal: Signal) -> Option<&mut u32> {
        match signal {
            Signal::Cell(cell, output) => Some(&mut self.0[cell][usize::from(output)]),
            Signal::Constant(_) | Signal::Input(_) => None,
        }
    }
}

/// A step before it has slots.
struct CompiledNode {
    operation: StepOperation,
    inputs: Vec<Signal>,
}

/// The step of each cell; `None` for one that became part of its only reader's.
fn nodes(netlist: &Netlist, reads: &mut Reads) -> Vec<Option<CompiledNode>> {
    let mut nodes: Vec<Option<CompiledNode>> = Vec::with_capacity(netlist.cells().len());
    for (index, cell) in netlist.cells().iter().enumerate() {
        let mut node =
            CompiledNode { operation: operation(cell, reads.0[index]), inputs: cell.inputs.clone() };
        if node.operation == StepOperation::FullAdder {
            let product = node.inputs.iter().position(|&input| match input {
                Signal::Cell(source, _) => {
                    netlist.cells()[source].kind == CellKind::And && reads.0[source][0] == 1
                }
                _ => false,
            });
            if let Some(at) = product
                && let Signal::Cell(source, _) = node.inputs.remove(at)
                && let Some(and) = nodes[source].take()
            {
                node.inputs.splice(..0, and.inputs);
                node.operation = StepOperation::AddProduct;
            }
        }
        nodes.push(Some(node));
    }
    nodes
}

fn operation(cell: &Cell, reads: [u32; 2]) -> StepOperation {
    match (cell.kind, reads) {
        (CellKind::Not, _) => StepOperation::Not,
        (CellKind::And, _) => StepOperation::And,
        (CellKind::Or, _) => StepOperation::Or,
        (CellKind::Xor, _) => StepOperation::Xor,
        (CellKind::Nand, _) => StepOperation::Nand,
        (CellKind::Nor, _) => StepOperation::Nor,
        (CellKind::Xnor, _) => StepOperation::Xnor,
        (CellKind::Mux, _) => StepOperation::Mux,
        (CellKind::HalfAdder, [_, 0]) => StepOperation::Xor,
        (CellKind::HalfAdder, [0, _]) => StepOperation::And,
        (CellKind::HalfAdder, _) => StepOperation::HalfAdder,
        (CellKind::FullAdder, [_, 0]) => StepOperation::Parity,
        (CellKind::FullAdder, [0, _]) => StepOperation::Majority,
        (CellKind::FullAdder, _) => StepOperation::FullAdder,
    }
}

/// The cells in an order in which each comes shortly before the first that reads it: from the outputs backwards. An
/// array multiplier that makes all partial products first would need a slot for each.
fn in_depth(netlist: &Netlist, nodes: &[Option<CompiledNode>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(nodes.len());
    // How many inputs of a cell have been looked at; `None` before it is met.
    let mut progress: Vec<Option<usize>> = vec![None; nodes.len()];
    let mut path = Vec::new();
    for &output in netlist.outputs() {
        visit(output, &mut progress, &mut path);
        while let Some(&cell) = path.last() {
            let looked_at = progress[cell].unwrap_or_default();
            progress[cell] = Some(looked_at + 1);
            match nodes[cell].as_ref().and_then(|node| node.inputs.get(looked_at)) {
                Some(&input) => visit(input, &mut progress, &mut path),
                None => {
                    order.push(cell);
                    path.pop();
                }
            }
        }
    }
    order
}

fn visit(signal: Signal, progress: &mut [Option<usize>], path: &mut Vec<usize>) {
    if let Signal::Cell(cell, _) = signal
        && progress[cell].is_none()
    {
        progress[cell] = Some(0);
        path.push(cell);
    }
}

/// The same cells, some brought forward to stand with others of their operation: walking over a program, the processor
/// guesses what comes next, and loses much time where it guesses wrong.
fn gather(nodes: &[Option<CompiledNode>], order: Vec<usize>) -> Vec<usize> {
    let mut gathered = Vec::with_capacity(order.len());
    let mut done = vec![false; nodes.len()];
    let mut rest = order.into_iter();
    let mut window: VecDeque<usize> = rest.by_ref().take(WINDOW).collect();
    while let Some(operation) = window.front().and_then(|&first| Some(nodes[first].as_ref()?.operation)) {
        window.retain(|&cell| {
            let ready = |input: &Signal| !matches!(input, Signal::Cell(source, _) if !done[*source]);
            let now = nodes[cell]
                .as_ref()
                .is_some_and(|node| node.operation == operation && node.inputs.iter().all(ready));
            if now {
                done[cell] = true;
                gathered.push(cell);
            }
            !now
        });
        window.extend(rest.by_ref().take(WINDOW - window.len()));
    }
    gathered
}

/// Which signal lies in which slot at the step that is being compiled.
struct Allocation {
    inputs: usize,
    slots: u32,
    free: Vec<u32>,
    /// Those still to come.
    reads: Reads,
    /// By cell and output.
    places: Vec<[u32; 2]>,
}

impl Allocation {
    fn new(inputs: usize, reads: Reads, cells: usize) -> Self {
        Self { inputs, slots: inputs as u32 + 2, free: Vec::new(), reads, places: vec![[0; 2]; cells] }
    }

    fn slot(&self, signal: Signal) -> u32 {
        match signal {
            Signal::Input(bit) => bit as u32,
            Signal::Constant(value) => self.inputs as u32 + u32::from(value),
            Signal::Cell(cell, output) => self.places[cell][usize::from(output)],
        }
    }

    fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        })
    }

    fn step(&mut self, node: &CompiledNode, cell: usize) -> ProgramStep {
        let last = node.inputs.len() - 1;
        let inputs = std::array::from_fn(|i| self.slot(node.inputs[i.min(last)]));
        // Inputs read for the last time make room for the outputs: a step reads before it writes.
        for &signal in &node.inputs {
            let slot = self.slot(signal);
            if let Some(reads) = self.reads.of(signal) {
                *reads -= 1;
                if *reads == 0 {
                    self.free.push(slot);
                }
            }
        }
        let first = self.take();
        let both = matches!(
            node.operation,
            StepOperation::HalfAdder | StepOperation::FullAdder | StepOperation::AddProduct
        );
        let second = if both { self.take() } else { first };
        self.places[cell] = [first, second];
        ProgramStep { inputs, outputs: [first, second] }
    }
}
