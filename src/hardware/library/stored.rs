//! Libraries as YAML with one table a line: what axmul carries, `multipliers/cells/freepdk45-osu.yaml`.

use std::fmt::Write;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{CellLibrary, InputPin, LibraryCell, OutputPin, Surface, TimingArc, TimingSense, TruthTable};
use axmul_support::yaml::{self, YamlError};

/// Why a stored library is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredLibraryError {
    /// It is not the YAML that was expected.
    #[error(transparent)]
    Yaml(#[from] YamlError),
    /// A cell that cannot be.
    #[error("{origin}: {cell}: {problem}")]
    Cell {
        /// The file.
        origin: String,
        /// The cell's name.
        cell: String,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLibrary {
    name: String,
    process: String,
    source: String,
    supply_v: f64,
    cells: Vec<StoredCell>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCell {
    name: String,
    area_um2: f64,
    leakage_nw: f64,
    inputs: Vec<StoredInput>,
    outputs: Vec<StoredOutput>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredInput {
    name: String,
    capacitance_ff: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredOutput {
    name: String,
    function: u64,
    arcs: Vec<StoredArc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredArc {
    input: String,
    sense: StoredSense,
    delay_ns: [StoredTable; 2],
    transition_ns: [StoredTable; 2],
    energy_fj: [StoredTable; 2],
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredSense {
    Positive,
    Negative,
    Both,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTable {
    slews_ns: Vec<f64>,
    loads_ff: Vec<f64>,
    values: Vec<f64>,
}

impl CellLibrary {
    /// The library that axmul carries: OSU standard cells for FreePDK45.
    pub fn freepdk45() -> &'static Self {
        static LIBRARY: LazyLock<CellLibrary> = LazyLock::new(|| {
            let text = include_str!("freepdk45-osu.yaml");
            CellLibrary::parse(text, "multipliers/cells/freepdk45-osu.yaml").expect("tested")
        });
        &LIBRARY
    }

    /// Reads what [`Self::to_yaml`] writes; `origin` names the text in errors.
    pub fn parse(text: &str, origin: &str) -> Result<Self, StoredLibraryError> {
        let stored: StoredLibrary = yaml::from_str(text, origin)?;
        let refuse = |cell: &str, problem: String| StoredLibraryError::Cell {
            origin: origin.to_owned(),
            cell: cell.to_owned(),
            problem,
        };
        let StoredLibrary { name, process, source, supply_v, cells } = stored;
        if !(supply_v.is_finite() && supply_v > 0.0) {
            return Err(refuse("supply_v", format!("expected a voltage above 0, got {supply_v}")));
        }
        let cells = cells.into_iter().map(|cell| {
            let name = cell.name.clone();
            cell.read().map_err(|problem| refuse(&name, problem))
        });
        let cells: Vec<LibraryCell> = cells.collect::<Result<_, _>>()?;
        let mut names = std::collections::HashSet::new();
        if let Some(twice) = cells.iter().find(|cell| !names.insert(&cell.name)) {
            return Err(refuse(&twice.name, "is defined twice; remove one".into()));
        }
        Ok(Self { name, process, source, supply_v, cells })
    }

    /// The library as YAML, one table a line, behind a comment; figures with at most nine digits.
    pub fn to_yaml(&self, head: &str) -> String {
        let mut text: String =
            head.lines().map(|line| format!("# {line}").trim_end().to_owned() + "\n").collect();
        // Writing to a string cannot fail.
        let mut line = |line: String| writeln!(text, "{line}").expect("memory");
        line(format!("name: {}", string(&self.name)));
        line(format!("process: {}", string(&self.process)));
        line(format!("source: {}", string(&self.source)));
        line(format!("supply_v: {}", number(self.supply_v)));
        line("cells:".into());
        for cell in &self.cells {
            line(format!("  - name: {}", string(&cell.name)));
            line(format!("    area_um2: {}", number(cell.area_um2)));
            line(format!("    leakage_nw: {}", number(cell.leakage_nw)));
            line(format!("    inputs:{}", if cell.inputs.is_empty() { " []" } else { "" }));
            for InputPin { name, capacitance_ff } in &cell.inputs {
                let figure = number(*capacitance_ff);
                line(format!("      - {{name: {}, capacitance_ff: {figure}}}", string(name)));
            }
            line(format!("    outputs:{}", if cell.outputs.is_empty() { " []" } else { "" }));
            for output in &cell.outputs {
                line(format!("      - name: {}", string(&output.name)));
                line(format!("        function: {:#x}", output.function.bits()));
                line(format!("        arcs:{}", if output.arcs.is_empty() { " []" } else { "" }));
                for arc in &output.arcs {
                    let sense = match arc.sense {
                        TimingSense::Positive => "positive",
                        TimingSense::Negative => "negative",
                        TimingSense::Both => "both",
                    };
                    line(format!("          - input: {}", string(&cell.inputs[arc.input].name)));
                    line(format!("            sense: {sense}"));
                    for (figure, tables) in [
                        ("delay_ns", &arc.delay_ns),
                        ("transition_ns", &arc.transition_ns),
                        ("energy_fj", &arc.energy_fj),
                    ] {
                        line(format!("            {figure}:"));
                        for table in tables {
                            line(format!("              - {}", row(table)));
                        }
                    }
                }
            }
        }
        text
    }
}

impl StoredCell {
    fn read(self) -> Result<LibraryCell, String> {
        let Self { name, area_um2, leakage_nw, inputs, outputs } = self;
        let figures = inputs.iter().map(|input| input.capacitance_ff).chain([area_um2, leakage_nw]);
        for figure in figures {
            if !(figure.is_finite() && figure >= 0.0) {
                return Err(format!("expected a figure of at least 0, got {figure}"));
            }
        }
        if inputs.len() > TruthTable::MAX_VARIABLES {
            return Err(format!(
                "expected at most {} inputs, got {}",
                TruthTable::MAX_VARIABLES,
                inputs.len()
            ));
        }
        let inputs: Vec<InputPin> = inputs
            .into_iter()
            .map(|StoredInput { name, capacitance_ff }| InputPin { name, capacitance_ff })
            .collect();
        let outputs =
            outputs.into_iter().map(|output| output.read(&inputs)).collect::<Result<_, String>>()?;
        Ok(LibraryCell { name, area_um2, leakage_nw, inputs, outputs })
    }
}

impl StoredOutput {
    fn read(self, inputs: &[InputPin]) -> Result<OutputPin, String> {
        let function = TruthTable::new(inputs.len(), self.function);
        if function.bits() != self.function {
            return Err(format!(
                "output {}: function {:#x} has more values than inputs have",
                self.name, self.function
            ));
        }
        let read = |arc: StoredArc| {
            let input = inputs.iter().position(|input| input.name == arc.input);
            let input =
                input.ok_or_else(|| format!("output {}: unknown input '{}'", self.name, arc.input))?;
            let surface = |table: StoredTable| {
                Surface::new(table.slews_ns, table.loads_ff, table.values).ok_or_else(|| {
                    format!(
                        "output {}, input {}: expected axes that rise and a value for each point",
                        self.name, arc.input
                    )
                })
            };
            let both = |[rise, fall]: [StoredTable; 2]| Ok::<_, String>([surface(rise)?, surface(fall)?]);
            let sense = match arc.sense {
                StoredSense::Positive => TimingSense::Positive,
                StoredSense::Negative => TimingSense::Negative,
                StoredSense::Both => TimingSense::Both,
            };
            Ok(TimingArc {
                input,
                sense,
                delay_ns: both(arc.delay_ns)?,
                transition_ns: both(arc.transition_ns)?,
                energy_fj: both(arc.energy_fj)?,
            })
        };
        let arcs: Vec<TimingArc> = self.arcs.into_iter().map(read).collect::<Result<_, String>>()?;
        for (at, input) in inputs.iter().enumerate() {
            if function.depends_on(at) && !arcs.iter().any(|arc| arc.input == at) {
                return Err(format!("output {}: no arc from input {}", self.name, input.name));
            }
        }
        Ok(OutputPin { name: self.name, function, arcs })
    }
}

/// A quoted string; YAML reads JSON's.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// At most nine digits, so that what a change of units adds beyond those of the source is gone.
fn number(figure: f64) -> String {
    let rounded: f64 = format!("{figure:.8e}").parse().unwrap_or(figure);
    // No negative zero.
    format!("{}", rounded + 0.0)
}

fn row(table: &Surface) -> String {
    let list = |numbers: &[f64]| numbers.iter().map(|&figure| number(figure)).collect::<Vec<_>>().join(", ");
    format!(
        "{{slews_ns: [{}], loads_ff: [{}], values: [{}]}}",
        list(table.slews_ns()),
        list(table.loads_ff()),
        list(table.values())
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_netlist::cells;

    const SMALL: &str = "\
name: small
process: typical
source: by hand
supply_v: 1.1
cells:
  - name: INV
    area_um2: 1.5
    leakage_nw: 2.5
    inputs:
      - {name: A, capacitance_ff: 1.25}
    outputs:
      - name: Y
        function: 0x1
        arcs:
          - input: A
            sense: negative
            delay_ns:
              - {slews_ns: [0], loads_ff: [1, 2], values: [0.1, 0.2]}
              - {slews_ns: [0], loads_ff: [0], values: [0.3]}
            transition_ns:
              - {slews_ns: [0], loads_ff: [0], values: [0.1]}
              - {slews_ns: [0], loads_ff: [0], values: [0.1]}
            energy_fj:
              - {slews_ns: [0], loads_ff: [0], values: [-1]}
              - {slews_ns: [0], loads_ff: [0], values: [2]}
";

    fn altered(from: &str, to: &str) -> String {
        assert_eq!(SMALL.matches(from).count(), 1, "{from}");
        CellLibrary::parse(&SMALL.replace(from, to), "t.yaml").unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let library = CellLibrary::parse(SMALL, "t.yaml").unwrap();
        let arc = &library.cells[0].outputs[0].arcs[0];
        assert_eq!((arc.sense, arc.delay_ns[0].at(0.0, 1.5)), (TimingSense::Negative, 0.15000000000000002));
        assert_eq!(CellLibrary::parse(&library.to_yaml("A head\n\nof lines"), "t.yaml"), Ok(library));
        assert_eq!(
            [12.665299999999998, -0.0, 1.0 / 3.0, 1e6].map(number),
            ["12.6653", "0", "0.333333333", "1000000"]
        );
    }

    #[test]
    fn impossible_libraries_are_refused() {
        for (from, to, message) in [
            ("supply_v: 1.1", "supply_v: 0", "t.yaml: supply_v: expected a voltage above 0, got 0"),
            ("area_um2: 1.5", "area_um2: -1", "t.yaml: INV: expected a figure of at least 0, got -1"),
            (
                "function: 0x1",
                "function: 0x5",
                "t.yaml: INV: output Y: function 0x5 has more values than inputs have",
            ),
            ("input: A", "input: B", "t.yaml: INV: output Y: unknown input 'B'"),
            (
                "[1, 2], values",
                "[2, 1], values",
                "t.yaml: INV: output Y, input A: expected axes that rise and a value for each point",
            ),
            (
                "- {name: A,",
                "- {name: B, capacitance_ff: 1}\n      - {name: A,",
                "t.yaml: INV: output Y: no arc from input B",
            ),
        ] {
            assert_eq!(altered(from, to), message);
        }
        let error = altered("sense: negative", "sense: sideways");
        assert!(error.starts_with("t.yaml: ") && error.contains("unknown variant `sideways`"), "{error}");
        let cell = &SMALL[SMALL.find("  - name: INV").unwrap()..];
        let error = CellLibrary::parse(&format!("{SMALL}{cell}"), "t.yaml").unwrap_err().to_string();
        assert_eq!(error, "t.yaml: INV: is defined twice; remove one");
    }

    /// The file is what the program writes: head, figures and layout.
    #[test]
    fn the_own_library_is_as_it_was_written() {
        let text = include_str!("freepdk45-osu.yaml");
        let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix('#')).collect();
        let head: Vec<&str> = head.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let library = CellLibrary::freepdk45();
        assert!(library.to_yaml(&head.join("\n")) == text, "run `cargo xtask cells`");
        assert_eq!(library.cells.len(), 25);
    }

    /// Functions agree with the table by which netlists of these cells are read.
    #[test]
    fn the_own_library_agrees_with_the_reader_of_netlists() {
        let library = CellLibrary::freepdk45();
        for cell in &library.cells {
            let known = cells::find(&cell.name).unwrap_or_else(|| panic!("{}", cell.name));
            let of_pin = |name: &String| {
                let at = cell.inputs.iter().position(|input| input.name == *name).unwrap();
                TruthTable::variable(6, at).bits()
            };
            let inputs: Vec<u64> = known.inputs().iter().map(of_pin).collect();
            let outputs = known.build(&mut axmul_api::Lanes, &inputs);
            assert_eq!((outputs.len(), inputs.len()), (cell.outputs.len(), cell.inputs.len()));
            for (name, bits) in known.outputs().iter().zip(outputs) {
                let output = cell.outputs.iter().find(|output| output.name == *name).unwrap();
                assert_eq!(output.function, TruthTable::new(inputs.len(), bits), "{} {name}", cell.name);
            }
        }
    }
}
