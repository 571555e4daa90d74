//! A circuit as a straight-line program over a few slots.

use axmul_api::{Cell, CellKind, Gates, Netlist, Signal};

/// What a step computes: a kind of cell, or the half of an adder whose other half nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Cell(CellKind),
    /// The sum of a full adder.
    Parity,
    /// The carry of a full adder.
    Majority,
}

/// One step: reads up to three slots, then writes one or two.
#[derive(Clone, Copy, Debug)]
struct Step {
    operation: Operation,
    /// The rest repeat the last.
    inputs: [u32; 3],
    /// The second repeats the first where there is one.
    outputs: [u32; 2],
}

/// A circuit as a straight-line program. Its working memory is a number of slots, each with a bit, or as many as are
/// simulated at a time; a slot is used again as soon as nothing reads its value any more.
///
/// The first slots hold the input bits, in the order of [`Signal::Input`], and are never written; then come a zero and
/// a one.
#[derive(Clone, Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
    inputs: usize,
    slots: usize,
    /// The slots of the product bits after the last step.
    outputs: Vec<u32>,
}

impl Program {
    /// Compiles a circuit.
    pub fn new(netlist: &Netlist) -> Self {
        let order = schedule(netlist);
        let mut allocation = Allocation::new(netlist, &order);
        let mut steps = Vec::with_capacity(order.len());
        for &cell in &order {
            steps.push(allocation.step(&netlist.cells()[cell], cell));
        }
        let outputs = netlist.outputs().iter().map(|&signal| allocation.slot(signal)).collect();
        Self { steps, inputs: allocation.inputs, slots: allocation.slots as usize, outputs }
    }

    /// How many slots the program works on.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// The slots of the product bits after [`Self::run`], least significant first.
    pub fn outputs(&self) -> &[u32] {
        &self.outputs
    }

    /// The slot of the constant zero; that of the constant one follows.
    pub fn zero(&self) -> usize {
        self.inputs
    }

    /// Runs the program; input bits and constants lie in their slots. A slot is `K` bits wide.
    #[inline(always)]
    pub fn run<G: Gates, const K: usize>(&self, gates: &mut G, slots: &mut [Slot<G::Bit, K>]) {
        use CellKind::*;
        for step in &self.steps {
            match step.operation {
                Operation::Cell(Not) => step.single(slots, |[a, ..]| gates.not(a)),
                Operation::Cell(And) => step.single(slots, |[a, b, _]| gates.and(a, b)),
                Operation::Cell(Or) => step.single(slots, |[a, b, _]| gates.or(a, b)),
                Operation::Cell(Xor) => step.single(slots, |[a, b, _]| gates.xor(a, b)),
                Operation::Cell(Nand) => step.single(slots, |[a, b, _]| gates.nand(a, b)),
                Operation::Cell(Nor) => step.single(slots, |[a, b, _]| gates.nor(a, b)),
                Operation::Cell(Xnor) => step.single(slots, |[a, b, _]| gates.xnor(a, b)),
                Operation::Cell(Mux) => step.single(slots, |[a, b, c]| gates.mux(a, b, c)),
                Operation::Parity => step.single(slots, |[a, b, c]| gates.full_adder(a, b, c).0),
                Operation::Majority => step.single(slots, |[a, b, c]| gates.full_adder(a, b, c).1),
                Operation::Cell(HalfAdder) => step.double(slots, |[a, b, _]| gates.half_adder(a, b)),
                Operation::Cell(FullAdder) => step.double(slots, |[a, b, c]| gates.full_adder(a, b, c)),
            }
        }
    }
}

/// Where a signal lives while it is needed: `K` bits, or bundles of bits, next to each other.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Slot<B, const K: usize>(pub [B; K]);

impl Step {
    #[inline(always)]
    fn single<B: Copy, const K: usize>(&self, slots: &mut [Slot<B, K>], mut gate: impl FnMut([B; 3]) -> B) {
        let [a, b, c] = self.inputs.map(|slot| slot as usize);
        let output = self.outputs[0] as usize;
        for k in 0..K {
            slots[output].0[k] = gate([slots[a].0[k], slots[b].0[k], slots[c].0[k]]);
        }
    }

    #[inline(always)]
    fn double<B: Copy, const K: usize>(
        &self,
        slots: &mut [Slot<B, K>],
        mut gate: impl FnMut([B; 3]) -> (B, B),
    ) {
        let [a, b, c] = self.inputs.map(|slot| slot as usize);
        let [first, second] = self.outputs.map(|slot| slot as usize);
        for k in 0..K {
            let (x, y) = gate([slots[a].0[k], slots[b].0[k], slots[c].0[k]]);
            slots[first].0[k] = x;
            slots[second].0[k] = y;
        }
    }
}

/// The cells in an order in which each comes shortly before the first that reads it: from the outputs backwards. An
/// array multiplier that makes all partial products first would need a slot for each.
fn schedule(netlist: &Netlist) -> Vec<usize> {
    let cells = netlist.cells();
    let mut order = Vec::with_capacity(cells.len());
    // How many inputs of a cell have been looked at; `None` before it is met.
    let mut progress: Vec<Option<usize>> = vec![None; cells.len()];
    let mut path = Vec::new();
    for &output in netlist.outputs() {
        let Signal::Cell(cell, _) = output else { continue };
        if progress[cell].is_some() {
            continue;
        }
        progress[cell] = Some(0);
        path.push(cell);
        while let Some(&cell) = path.last() {
            let looked_at = progress[cell].expect("cells on the path have been met");
            let Some(&input) = cells[cell].inputs.get(looked_at) else {
                order.push(cell);
                path.pop();
                continue;
            };
            progress[cell] = Some(looked_at + 1);
            if let Signal::Cell(next, _) = input
                && progress[next].is_none()
            {
                progress[next] = Some(0);
                path.push(next);
            }
        }
    }
    order
}

/// Which signal lies in which slot at the step that is being compiled.
struct Allocation {
    inputs: usize,
    slots: u32,
    free: Vec<u32>,
    /// By cell and output: how many reads are still to come, those by the product included.
    reads: Vec<[u32; 2]>,
    /// By cell and output.
    places: Vec<[u32; 2]>,
}

impl Allocation {
    fn new(netlist: &Netlist, order: &[usize]) -> Self {
        let inputs = usize::from(netlist.format().product_width());
        let mut reads = vec![[0; 2]; netlist.cells().len()];
        let cells = order.iter().flat_map(|&cell| &netlist.cells()[cell].inputs);
        for &signal in cells.chain(netlist.outputs()) {
            if let Signal::Cell(cell, output) = signal {
                reads[cell][usize::from(output)] += 1;
            }
        }
        let places = vec![[0; 2]; netlist.cells().len()];
        Self { inputs, slots: inputs as u32 + 2, free: Vec::new(), reads, places }
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

    fn step(&mut self, cell: &Cell, index: usize) -> Step {
        let last = cell.inputs.len() - 1;
        let inputs = std::array::from_fn(|i| self.slot(cell.inputs[i.min(last)]));
        // Inputs read for the last time make room for the outputs: a step reads before it writes.
        for &signal in &cell.inputs {
            if let Signal::Cell(source, output) = signal {
                let reads = &mut self.reads[source][usize::from(output)];
                *reads -= 1;
                if *reads == 0 {
                    self.free.push(self.slot(signal));
                }
            }
        }
        let read = self.reads[index].map(|reads| reads > 0);
        let operation = match (cell.kind, read) {
            (CellKind::HalfAdder, [true, false]) => Operation::Cell(CellKind::Xor),
            (CellKind::HalfAdder, [false, true]) => Operation::Cell(CellKind::And),
            (CellKind::FullAdder, [true, false]) => Operation::Parity,
            (CellKind::FullAdder, [false, true]) => Operation::Majority,
            (kind, _) => Operation::Cell(kind),
        };
        let first = self.take();
        let second = if read == [true, true] { self.take() } else { first };
        self.places[index] = [first, second];
        Step { operation, inputs, outputs: [first, second] }
    }
}
