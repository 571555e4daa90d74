//! What the cells of common standard-cell libraries compute: `multipliers/cells/functions.yaml`.

mod function;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axmul_api::Gates;
use serde::Deserialize;

use axmul_support::yaml;
use function::CellFunction;

/// A cell of a known standard-cell library: its pins and function, or the fact that it is sequential.
#[derive(Clone, Debug, PartialEq)]
pub struct StandardCell {
    library: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
    functions: Vec<CellFunction>,
    sequential: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionTable {
    library: String,
    prefixes: Vec<String>,
    suffix: String,
    sequential: Vec<String>,
    cells: BTreeMap<String, String>,
}

struct KnownLibrary {
    prefixes: Vec<String>,
    suffix: String,
    cells: BTreeMap<String, StandardCell>,
}

static LIBRARIES: LazyLock<Vec<KnownLibrary>> = LazyLock::new(|| {
    let text = include_str!("functions.yaml");
    let libraries: Vec<FunctionTable> =
        yaml::from_str(text, "multipliers/cells/functions.yaml").expect("the built-in table is well-formed");
    libraries.into_iter().map(KnownLibrary::new).collect()
});

impl KnownLibrary {
    fn new(library: FunctionTable) -> Self {
        let cell = |functions: Vec<CellFunction>, sequential| {
            let mut inputs: Vec<&str> = Vec::new();
            for expression in functions.iter().flat_map(CellFunction::expressions) {
                expression.pins(&mut |pin| {
                    if !inputs.contains(&pin) {
                        inputs.push(pin);
                    }
                });
            }
            StandardCell {
                library: library.library.clone(),
                inputs: inputs.into_iter().map(str::to_owned).collect(),
                outputs: functions.iter().flat_map(CellFunction::outputs).cloned().collect(),
                functions,
                sequential,
            }
        };
        let combinational = library.cells.iter().map(|(name, text)| {
            let functions = CellFunction::parse(text).expect("the built-in table is well-formed");
            (name.clone(), cell(functions, false))
        });
        let sequential = library.sequential.iter().map(|name| (name.clone(), cell(Vec::new(), true)));
        let cells = combinational.chain(sequential).collect();
        Self { prefixes: library.prefixes, suffix: library.suffix, cells }
    }

    fn find(&self, name: &str) -> Option<&StandardCell> {
        self.prefixes.iter().find_map(|prefix| {
            let name = name.strip_prefix(prefix.as_str())?;
            let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let strength = base.len() < name.len();
            let with_strength = base.strip_suffix(self.suffix.as_str()).filter(|_| strength);
            // sky130 has variants such as `_lp` and `_m`, and the OSU library cells without a strength.
            let variant = name.rsplit_once('_').map(|(base, _)| base).filter(|_| self.suffix == "_");
            let bases = [with_strength, variant, Some(base), Some(name)];
            bases.into_iter().flatten().find_map(|base| self.cells.get(base))
        })
    }
}

/// The cell of this name in any of the known libraries, whatever its drive strength.
pub fn find(name: &str) -> Option<&'static StandardCell> {
    LIBRARIES.iter().find_map(|library| library.find(name))
}

impl StandardCell {
    /// The library that it is from.
    pub fn library(&self) -> &str {
        &self.library
    }

    /// Its input pins.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Its output pins.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Whether it is sequential; such a cell has neither pins nor functions here.
    pub fn is_sequential(&self) -> bool {
        self.sequential
    }

    /// The values of [`Self::outputs`] for those of [`Self::inputs`].
    pub fn build<G: Gates>(&self, g: &mut G, inputs: &[G::Bit]) -> Vec<G::Bit> {
        assert_eq!(inputs.len(), self.inputs.len(), "input pins");
        let pin = |name: &str| {
            let index = self.inputs.iter().position(|input| input == name);
            inputs[index.expect("functions are over the inputs")]
        };
        self.functions.iter().flat_map(|function| function.build(g, &pin)).collect()
    }
}

#[cfg(test)]
mod tests {
    use axmul_api::Bits;

    use super::*;

    fn output(name: &str, inputs: &[bool]) -> Vec<bool> {
        find(name).unwrap_or_else(|| panic!("{name}")).build(&mut Bits, inputs)
    }

    #[test]
    fn drive_strengths_and_variants_are_one_cell() {
        for name in
            ["NAND2X1", "NAND2X12", "NAND2_X4", "sky130_fd_sc_hd__nand2_8", "sky130_fd_sc_hd__nand2_lp"]
        {
            assert_eq!(output(name, &[true, true]), [false], "{name}");
            assert_eq!(output(name, &[true, false]), [true], "{name}");
        }
        assert_eq!(find("PDKGENFAX1").unwrap().outputs(), ["YS", "YC"]);
        assert_eq!(find("FA_X1").unwrap().inputs(), ["A", "B", "CI"]);
    }

    #[test]
    fn inverting_and_oddly_wired_cells() {
        // OSU's multiplexer inverts and takes A where S is one; NanGate's takes B; sky130's A1.
        assert_eq!(output("MUX2X1", &[true, true, false]), [false]);
        assert_eq!(find("MUX2_X1").unwrap().inputs(), ["S", "B", "A"]);
        assert_eq!(output("MUX2_X1", &[true, true, false]), [true]);
        assert_eq!(output("sky130_fd_sc_hd__fahcon_1", &[true, true, false]), [false, false]);
        assert_eq!(output("sky130_fd_sc_hd__conb_1", &[]), [true, false]);
        assert_eq!(output("sky130_fd_sc_hd__o2bb2ai_1", &[true, true, false, true]), [true]);
    }

    #[test]
    fn registers_are_known_as_such_and_strangers_are_not_known() {
        for name in ["DFFPOSX1", "DFF_X2", "LATCH", "sky130_fd_sc_hd__dfxtp_1"] {
            assert!(find(name).unwrap().is_sequential(), "{name}");
        }
        for name in ["", "X1", "NAND9X1", "nand2", "sky130_fd_sc_hd__", "mul8"] {
            assert!(find(name).is_none(), "{name}");
        }
    }
}
