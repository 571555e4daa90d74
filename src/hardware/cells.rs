//! What the cells of a technology cost.

use std::sync::LazyLock;

use axmul_api::CellKind;
use serde::Deserialize;

use crate::yaml::{self, YamlError};

/// A table of cells of one technology: `multipliers/cells/*.yaml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellLibrary {
    /// A short name, for reports.
    pub name: String,
    /// Counts up whenever a figure changes, so that estimates from different tables are told apart.
    pub version: u32,
    /// Process, corner and temperature.
    pub process: String,
    /// The library from which the figures are.
    pub library: String,
    /// Supply voltage in volts.
    pub supply_v: f64,
    cells: Cells,
}

/// One entry for each [`CellKind`], so that a missing or unknown kind is an error of reading.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cells {
    not: CellFigures,
    and: CellFigures,
    or: CellFigures,
    xor: CellFigures,
    nand: CellFigures,
    nor: CellFigures,
    xnor: CellFigures,
    mux: CellFigures,
    half_adder: CellFigures,
    full_adder: CellFigures,
}

/// Figures of one cell.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellFigures {
    /// The cells of the library that make it up.
    pub library_cells: Vec<String>,
    /// Area in square micrometres.
    pub area_um2: f64,
    /// Leakage power in nanowatts.
    pub leakage_nw: f64,
    /// Capacitance of each input in femtofarads.
    pub input_capacitance_ff: Vec<f64>,
    /// Figures of each output.
    pub outputs: Vec<OutputFigures>,
}

/// Figures of one output of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputFigures {
    /// Energy that the cell itself takes for one toggle, in femtojoules, without charging what it drives.
    pub energy_fj: f64,
    /// Delay without load in nanoseconds.
    pub delay_ns: f64,
    /// What each femtofarad of load adds to the delay, in nanoseconds.
    pub delay_ns_per_ff: f64,
}

/// Why a cell table is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CellLibraryError {
    /// It is not the YAML that was expected: a kind or a field is missing, unknown or of the wrong type.
    #[error(transparent)]
    Yaml(#[from] YamlError),
    /// A figure that no cell can have.
    #[error("{origin}: {cell}: {field} is {value}, expected {expected}")]
    Figure {
        /// The file.
        origin: String,
        /// The kind of the cell, or `supply`.
        cell: &'static str,
        /// The field.
        field: &'static str,
        /// What it says.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// Another number of entries than the cell has inputs or outputs.
    #[error("{origin}: {cell}: {field} has {got} entries, expected {expected}")]
    Count {
        /// The file.
        origin: String,
        /// The kind of the cell.
        cell: &'static str,
        /// The field.
        field: &'static str,
        /// How many there are.
        got: usize,
        /// How many the cell needs.
        expected: usize,
    },
}

impl CellLibrary {
    /// The table that axmul carries: OSU standard cells for FreePDK45.
    pub fn freepdk45() -> &'static Self {
        static LIBRARY: LazyLock<CellLibrary> = LazyLock::new(|| {
            let text = include_str!("../../multipliers/cells/freepdk45.yaml");
            CellLibrary::parse(text, "multipliers/cells/freepdk45.yaml").expect("tested")
        });
        &LIBRARY
    }

    /// Reads a table; `origin` names the text in errors.
    pub fn parse(text: &str, origin: &str) -> Result<Self, CellLibraryError> {
        let library: Self = yaml::from_str(text, origin)?;
        let figure = |cell, field, value: f64, zero_allowed| {
            if value.is_finite() && (value > 0.0 || zero_allowed && value == 0.0) {
                return Ok(());
            }
            let expected = if zero_allowed { "a number of at least 0" } else { "a number above 0" };
            Err(CellLibraryError::Figure { origin: origin.to_owned(), cell, field, value, expected })
        };
        let count = |cell, field, got, expected| {
            if got == expected {
                return Ok(());
            }
            Err(CellLibraryError::Count { origin: origin.to_owned(), cell, field, got, expected })
        };
        figure("supply", "supply_v", library.supply_v, false)?;
        for kind in CellKind::ALL {
            let (name, cell) = (kind.name(), library.cell(kind));
            count(name, "input_capacitance_ff", cell.input_capacitance_ff.len(), inputs(kind))?;
            count(name, "outputs", cell.outputs.len(), kind.outputs())?;
            figure(name, "area_um2", cell.area_um2, false)?;
            figure(name, "leakage_nw", cell.leakage_nw, true)?;
            for &capacitance in &cell.input_capacitance_ff {
                figure(name, "input_capacitance_ff", capacitance, true)?;
            }
            for output in &cell.outputs {
                figure(name, "energy_fj", output.energy_fj, true)?;
                figure(name, "delay_ns", output.delay_ns, true)?;
                figure(name, "delay_ns_per_ff", output.delay_ns_per_ff, true)?;
            }
        }
        Ok(library)
    }

    /// The figures of one kind of cell.
    pub fn cell(&self, kind: CellKind) -> &CellFigures {
        match kind {
            CellKind::Not => &self.cells.not,
            CellKind::And => &self.cells.and,
            CellKind::Or => &self.cells.or,
            CellKind::Xor => &self.cells.xor,
            CellKind::Nand => &self.cells.nand,
            CellKind::Nor => &self.cells.nor,
            CellKind::Xnor => &self.cells.xnor,
            CellKind::Mux => &self.cells.mux,
            CellKind::HalfAdder => &self.cells.half_adder,
            CellKind::FullAdder => &self.cells.full_adder,
        }
    }
}

/// Number of inputs of a kind.
fn inputs(kind: CellKind) -> usize {
    match kind {
        CellKind::Not => 1,
        CellKind::Mux | CellKind::FullAdder => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../multipliers/cells/freepdk45.yaml");

    /// The embedded table with the first occurrence of a text replaced.
    fn altered(from: &str, to: &str) -> String {
        assert!(TABLE.contains(from));
        let text = TABLE.replacen(from, to, 1);
        CellLibrary::parse(&text, "t.yaml").unwrap_err().to_string()
    }

    #[test]
    fn the_embedded_table_is_sound() {
        let library = CellLibrary::parse(TABLE, "t.yaml").unwrap();
        assert_eq!(&library, CellLibrary::freepdk45());
        let cell = |kind| library.cell(kind);
        assert_eq!(cell(CellKind::And).library_cells, ["AND2X1"]);
        assert_eq!(cell(CellKind::FullAdder).area_um2, 8.9167);
    }

    /// The multiplexer follows from its two cells as the table's head says, up to the digits that it prints.
    #[test]
    fn the_derived_cell_is_the_sum_of_its_parts() {
        let library = CellLibrary::freepdk45();
        let (mux, inverter) = (library.cell(CellKind::Mux), library.cell(CellKind::Not));
        assert!((mux.area_um2 - 3.7544 - inverter.area_um2).abs() < 1e-6);
        assert!((mux.leakage_nw - 18.5503 - inverter.leakage_nw).abs() < 1e-4);
        let between = inverter.input_capacitance_ff[0];
        let energy = 6.210 + inverter.outputs[0].energy_fj + between * library.supply_v.powi(2) / 2.0;
        assert!((mux.outputs[0].energy_fj - energy).abs() < 1e-3);
        let delay = 0.0501 + between * 0.003229 + inverter.outputs[0].delay_ns;
        assert!((mux.outputs[0].delay_ns - delay).abs() < 1e-4);
        assert_eq!(mux.outputs[0].delay_ns_per_ff, inverter.outputs[0].delay_ns_per_ff);
    }

    #[test]
    fn missing_and_unknown_names_are_refused() {
        let start = TABLE.find("  xor:").unwrap();
        let end = TABLE.find("  nand:").unwrap();
        let text = [&TABLE[..start], &TABLE[end..]].concat();
        let error = CellLibrary::parse(&text, "t.yaml").unwrap_err().to_string();
        assert!(error.starts_with("t.yaml: line ") && error.contains("missing field `xor`"), "{error}");
        let error = altered("  xor:", "  exor:");
        assert!(error.contains("unknown field `exor`"), "{error}");
        let error = altered("area_um2:", "area_mm2:");
        assert!(error.contains("unknown field `area_mm2`"), "{error}");
        let error = altered("version: 1\n", "");
        assert!(error.contains("missing field `version`"), "{error}");
        let error = altered("  or:", "  and:");
        assert!(error.contains("duplicate field `and`"), "{error}");
    }

    #[test]
    fn impossible_figures_are_refused() {
        let error = altered("area_um2: 1.4079", "area_um2: -1.4079");
        assert_eq!(error, "t.yaml: not: area_um2 is -1.4079, expected a number above 0");
        let error = altered("energy_fj: 0.8385", "energy_fj: .nan");
        assert_eq!(error, "t.yaml: not: energy_fj is NaN, expected a number of at least 0");
        let error = altered("supply_v: 1.1", "supply_v: 0");
        assert_eq!(error, "t.yaml: supply: supply_v is 0, expected a number above 0");
        let error = altered("area_um2: 1.4079", "area_um2: small");
        assert!(error.starts_with("t.yaml: line ") && error.contains("invalid type"), "{error}");
    }

    #[test]
    fn other_numbers_of_inputs_and_outputs_are_refused() {
        let error = altered("input_capacitance_ff: [1.551]", "input_capacitance_ff: [1.551, 1.551]");
        assert_eq!(error, "t.yaml: not: input_capacitance_ff has 2 entries, expected 1");
        let error = altered("      - {energy_fj: 5.453, delay_ns: 0.0373, delay_ns_per_ff: 0.003083}\n", "");
        assert_eq!(error, "t.yaml: half_adder: outputs has 1 entries, expected 2");
    }
}
