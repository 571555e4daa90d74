//! The cells of a technology as a synthesiser sees them: what each computes, and its area, leakage, delay and energy.

mod surface;
mod truth;

pub use surface::Surface;
pub use truth::TruthTable;

/// Combinational cells of one technology and corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Library {
    /// A short name, for reports.
    pub name: String,
    /// Process, corner and temperature.
    pub process: String,
    /// The file that the figures are from, so that another one with other figures is told apart.
    pub source: String,
    /// Supply voltage in volts.
    pub supply_v: f64,
    /// The cells, by name.
    pub cells: Vec<LibraryCell>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryCell {
    /// Its name in the technology.
    pub name: String,
    /// Area in square micrometres.
    pub area_um2: f64,
    /// Leakage power in nanowatts, the mean over its input values.
    pub leakage_nw: f64,
    /// Its inputs; the order is that of the variables of [`OutputPin::function`].
    pub inputs: Vec<InputPin>,
    /// Its outputs: one, or two of an adder.
    pub outputs: Vec<OutputPin>,
}

/// An input of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct InputPin {
    /// Its name.
    pub name: String,
    /// Capacitance in femtofarads.
    pub capacitance_ff: f64,
}

/// An output of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputPin {
    /// Its name.
    pub name: String,
    /// What it computes of the inputs.
    pub function: TruthTable,
    /// How a change of an input reaches it; at least one for each input that the function depends on.
    pub arcs: Vec<Arc>,
}

/// How a change of one input reaches an output.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// Index of the input.
    pub input: usize,
    /// Delay in nanoseconds of a rising and of a falling output.
    pub delay_ns: [Surface; 2],
    /// Time that the output takes to rise and to fall, in nanoseconds.
    pub transition_ns: [Surface; 2],
    /// Energy in femtojoules that the cell itself takes when the output rises and when it falls, without charging what
    /// the output drives.
    pub energy_fj: [Surface; 2],
}

impl Library {
    /// The index of a cell by its name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.cells.iter().position(|cell| cell.name == name)
    }
}
