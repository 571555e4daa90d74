//! Functions of a few bits as tables.

use axmul_netlist::cases::COUNTING;

/// A function of up to six bits: bit i of `bits` is its value where variable k is bit k of i.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TruthTable {
    variables: u8,
    bits: u64,
}

impl TruthTable {
    /// The most variables.
    pub const MAX_VARIABLES: usize = COUNTING.len();

    /// Value by value, the first where all variables are 0; bits beyond the last value are passed over.
    ///
    /// # Panics
    ///
    /// For more than [`Self::MAX_VARIABLES`].
    pub fn new(variables: usize, bits: u64) -> Self {
        assert!(variables <= Self::MAX_VARIABLES, "a table of at most six variables");
        Self { variables: variables as u8, bits: bits & Self::mask(variables) }
    }

    /// Variable `index` itself.
    ///
    /// # Panics
    ///
    /// For more than [`Self::MAX_VARIABLES`], or a variable that is not one of them.
    pub fn variable(variables: usize, index: usize) -> Self {
        assert!(index < variables, "one of the variables");
        Self::new(variables, COUNTING[index])
    }

    fn mask(variables: usize) -> u64 {
        if variables == Self::MAX_VARIABLES { u64::MAX } else { (1 << (1 << variables)) - 1 }
    }

    /// Number of variables.
    pub fn variables(self) -> usize {
        self.variables.into()
    }

    /// Value by value.
    pub fn bits(self) -> u64 {
        self.bits
    }

    /// Its value for an assignment, bit k being variable k.
    pub fn value(self, assignment: usize) -> bool {
        self.bits >> (assignment & ((1 << self.variables) - 1)) & 1 == 1
    }

    /// Its values over 64 lanes: a word for each variable.
    pub fn lanes(self, inputs: &[u64]) -> u64 {
        (0..1usize << self.variables).filter(|&assignment| self.value(assignment)).fold(
            0,
            |ones, assignment| {
                let term = (0..self.variables()).fold(u64::MAX, |term, variable| {
                    term & if assignment >> variable & 1 == 1 { inputs[variable] } else { !inputs[variable] }
                });
                ones | term
            },
        )
    }

    /// The inverted function.
    pub fn inverted(self) -> Self {
        Self { bits: !self.bits & Self::mask(self.variables()), ..self }
    }

    /// Whether its value ever depends on a variable.
    pub fn depends_on(self, variable: usize) -> bool {
        (0..1usize << self.variables).any(|a| self.value(a) != self.value(a ^ 1 << variable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_what_they_say() {
        let [a, b, c] = [0, 1, 2].map(|index| TruthTable::variable(3, index));
        let majority = TruthTable::new(3, a.bits() & b.bits() | a.bits() & c.bits() | b.bits() & c.bits());
        for assignment in 0..8usize {
            assert_eq!(majority.value(assignment), assignment.count_ones() >= 2);
            assert_eq!(majority.inverted().value(assignment), assignment.count_ones() < 2);
        }
        let lanes = [0b1100_1010u64, 0b1010_0110, 0b1111_0000];
        assert_eq!(
            majority.lanes(&lanes) & 0xff,
            lanes[0] & lanes[1] | lanes[0] & lanes[2] | lanes[1] & lanes[2]
        );
        assert!(majority.depends_on(2) && !a.depends_on(1));
        assert_eq!(TruthTable::new(6, u64::MAX).inverted().bits(), 0);
        assert_eq!(TruthTable::new(0, 3).bits(), 1);
    }
}
