//! Cell libraries: the function, area, leakage, delay and energy of each cell of a technology.

pub mod liberty;
mod stored;
mod surface;
mod truth;

pub use stored::StoredLibraryError;
pub use surface::Surface;
pub use truth::TruthTable;

/// Combinational cells of one technology and corner.
#[derive(Clone, Debug, PartialEq)]
pub struct CellLibrary {
    /// A short name, for reports.
    pub name: String,
    /// Process, corner and temperature.
    pub process: String,
    /// The file that the figures are from.
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
    /// Area in square micrometers.
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
    /// How a change of an input reaches it; at least one for each input that the function depends on, two where the
    /// library distinguishes an input that the output follows from one that it goes against.
    pub arcs: Vec<TimingArc>,
}

/// How a change of one input reaches an output.
#[derive(Clone, Debug, PartialEq)]
pub struct TimingArc {
    /// Index of the input.
    pub input: usize,
    /// Which edges of the input lead to which of the output.
    pub sense: TimingSense,
    /// Delay in nanoseconds of a rising and of a falling output.
    pub delay_ns: [Surface; 2],
    /// Time that the output takes to rise and to fall, in nanoseconds.
    pub transition_ns: [Surface; 2],
    /// Energy in femtojoules that the cell itself takes when the output rises and when it falls, without charging what
    /// the output drives. Some libraries count half of that charge as taken by the rise and given back by the fall:
    /// only the mean of both is comparable.
    pub energy_fj: [Surface; 2],
}

/// Which edges of an input lead to which of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimingSense {
    /// A rising input makes the output rise, a falling one fall.
    Positive,
    /// A rising input makes the output fall, a falling one rise.
    Negative,
    /// Either edge may lead to either.
    Both,
}

impl TimingSense {
    /// How a function follows one of its variables; `None` if it does not depend on it.
    ///
    /// # Panics
    ///
    /// For a variable that is not one of the function's.
    pub fn of(function: TruthTable, variable: usize) -> Option<Self> {
        assert!(variable < function.variables(), "one of the variables");
        let pairs = (0..1usize << function.variables()).filter(|a| a >> variable & 1 == 0);
        let (mut rises, mut falls) = (false, false);
        for without in pairs {
            let (before, after) = (function.value(without), function.value(without | 1 << variable));
            rises |= !before && after;
            falls |= before && !after;
        }
        match (rises, falls) {
            (false, false) => None,
            (true, false) => Some(Self::Positive),
            (false, true) => Some(Self::Negative),
            (true, true) => Some(Self::Both),
        }
    }

    /// Whether this edge of the input (`true`: rising) may lead to that one of the output.
    pub fn leads(self, input: bool, output: bool) -> bool {
        match self {
            Self::Positive => input == output,
            Self::Negative => input != output,
            Self::Both => true,
        }
    }
}

impl CellLibrary {
    /// The index of a cell by its name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.cells.iter().position(|cell| cell.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senses_of_functions() {
        let [a, b, c] = [0, 1, 2].map(|index| TruthTable::variable(3, index).bits());
        let multiplexer = TruthTable::new(3, c & a | !c & b);
        let senses = |function| [0, 1, 2].map(|variable| TimingSense::of(function, variable));
        assert_eq!(
            senses(multiplexer),
            [Some(TimingSense::Positive), Some(TimingSense::Positive), Some(TimingSense::Both)]
        );
        assert_eq!(
            senses(TruthTable::new(3, !(a & b))),
            [Some(TimingSense::Negative), Some(TimingSense::Negative), None]
        );
        assert!(TimingSense::Negative.leads(true, false) && !TimingSense::Negative.leads(true, true));
    }
}
