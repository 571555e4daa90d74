//! Cells that no text defines: the gates within Yosys, and those of cell libraries.

use axmul_api::Gates;

use super::super::cells::{self, StandardCell};
use super::super::{DesignBuilder, Net, NetlistError, NetlistErrorKind, SourceLocation};
use super::hierarchy::clip;

/// A combinational cell with scalar pins.
#[derive(Clone, Copy)]
pub(super) enum Primitive {
    Yosys(&'static YosysGate),
    Library(&'static StandardCell),
}

/// One of the gates that Yosys maps to; its output is Y.
pub(super) struct YosysGate {
    name: &'static str,
    inputs: &'static [&'static str],
    function: YosysGateFunction,
}

#[derive(Clone, Copy)]
enum YosysGateFunction {
    Buffer,
    Not,
    And,
    Or,
    Xor,
    Nand,
    Nor,
    Xnor,
    AndNot,
    OrNot,
    /// Data inputs, then selects, the least significant first.
    Mux,
    InvertedMux,
    /// Of two pairs, or of a pair and one.
    AndOrInvert,
    OrAndInvert,
}

const GATES: &[YosysGate] = &[
    gate("$_BUF_", &["A"], YosysGateFunction::Buffer),
    gate("$_NOT_", &["A"], YosysGateFunction::Not),
    gate("$_AND_", &["A", "B"], YosysGateFunction::And),
    gate("$_NAND_", &["A", "B"], YosysGateFunction::Nand),
    gate("$_OR_", &["A", "B"], YosysGateFunction::Or),
    gate("$_NOR_", &["A", "B"], YosysGateFunction::Nor),
    gate("$_XOR_", &["A", "B"], YosysGateFunction::Xor),
    gate("$_XNOR_", &["A", "B"], YosysGateFunction::Xnor),
    gate("$_ANDNOT_", &["A", "B"], YosysGateFunction::AndNot),
    gate("$_ORNOT_", &["A", "B"], YosysGateFunction::OrNot),
    gate("$_MUX_", &["A", "B", "S"], YosysGateFunction::Mux),
    gate("$_NMUX_", &["A", "B", "S"], YosysGateFunction::InvertedMux),
    gate("$_MUX4_", &["A", "B", "C", "D", "S", "T"], YosysGateFunction::Mux),
    gate("$_MUX8_", &["A", "B", "C", "D", "E", "F", "G", "H", "S", "T", "U"], YosysGateFunction::Mux),
    gate(
        "$_MUX16_",
        &["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "S", "T", "U", "V"],
        YosysGateFunction::Mux,
    ),
    gate("$_AOI3_", &["A", "B", "C"], YosysGateFunction::AndOrInvert),
    gate("$_OAI3_", &["A", "B", "C"], YosysGateFunction::OrAndInvert),
    gate("$_AOI4_", &["A", "B", "C", "D"], YosysGateFunction::AndOrInvert),
    gate("$_OAI4_", &["A", "B", "C", "D"], YosysGateFunction::OrAndInvert),
];

const fn gate(name: &'static str, inputs: &'static [&'static str], function: YosysGateFunction) -> YosysGate {
    YosysGate { name, inputs, function }
}

/// Names, or their beginnings, of cells of Yosys that keep a state.
const SEQUENTIAL: &[&str] = &[
    "$_DFF", "$_SDFF", "$_ALDFF", "$_DLATCH", "$_SR_", "$_FF_", "$dff", "$sdff", "$adff", "$aldff", "$ff",
    "$sr", "$dlatch", "$adlatch", "$mem", "$fsm", "$anyseq", "$anyinit",
];

/// Pins of library cells that carry no logic.
const SUPPLIES: &[&str] = &["VDD", "VSS", "VPWR", "VGND", "VPB", "VNB", "vdd", "gnd"];

impl Primitive {
    /// The cell of this name.
    pub fn find(name: &str, location: &SourceLocation) -> Result<Self, NetlistError> {
        if SEQUENTIAL.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(NetlistErrorKind::Sequential { what: format!("a {}", clip(name)) }.at(location));
        }
        if let Some(gate) = GATES.iter().find(|gate| gate.name == name) {
            return Ok(Self::Yosys(gate));
        }
        if name.starts_with('$') {
            let advice = "run synth or techmap in Yosys before writing";
            return Err(
                NetlistErrorKind::unsupported(format!("the cell {}", clip(name)), advice).at(location)
            );
        }
        match cells::find(name) {
            Some(cell) if cell.is_sequential() => {
                Err(NetlistErrorKind::Sequential { what: format!("a {}", clip(name)) }.at(location))
            }
            Some(cell) => Ok(Self::Library(cell)),
            None => {
                let hint = "; add the file that defines it with --with".into();
                Err(NetlistErrorKind::Unknown { kind: "module or library cell", name: clip(name), hint }
                    .at(location))
            }
        }
    }

    /// Its input pins.
    pub fn inputs(self) -> Vec<&'static str> {
        match self {
            Self::Yosys(gate) => gate.inputs.to_vec(),
            Self::Library(cell) => cell.inputs().iter().map(String::as_str).collect(),
        }
    }

    /// Its output pins.
    pub fn outputs(self) -> Vec<&'static str> {
        match self {
            Self::Yosys(_) => vec!["Y"],
            Self::Library(cell) => cell.outputs().iter().map(String::as_str).collect(),
        }
    }

    /// Whether a pin carries no logic.
    pub fn is_supply(self, pin: &str) -> bool {
        matches!(self, Self::Library(_)) && SUPPLIES.contains(&pin)
    }

    /// The values of the outputs for those of the inputs; `name` is what [`Self::find`] found it by.
    pub fn build(self, g: &mut DesignBuilder, name: &str, inputs: &[Net]) -> Vec<Net> {
        match self {
            Self::Yosys(gate) => vec![gate.build(g, inputs)],
            Self::Library(cell) => library_cell(g, name, cell, inputs),
        }
    }
}

/// Gates that end up in a [`DesignBuilder`].
pub(super) trait Built: Gates<Bit = Net> {
    /// Where they end up.
    fn builder(&mut self) -> &mut DesignBuilder;
}

impl Built for DesignBuilder {
    fn builder(&mut self) -> &mut DesignBuilder {
        self
    }
}

/// Adds a library cell that the text calls `name`: what it computes, as gates, and that the cell itself stands there.
pub(super) fn library_cell<G: Built>(
    g: &mut G,
    name: &str,
    cell: &'static StandardCell,
    inputs: &[Net],
) -> Vec<Net> {
    let logic = cell.build(g, inputs);
    // Some libraries have variants of any name, which a small text may use often.
    g.builder().instance(&clip(name), cell, inputs, logic)
}

impl YosysGate {
    fn build<G: Gates>(&self, g: &mut G, inputs: &[G::Bit]) -> G::Bit {
        match (self.function, inputs) {
            (YosysGateFunction::Buffer, &[a]) => a,
            (YosysGateFunction::Not, &[a]) => g.not(a),
            (YosysGateFunction::And, &[a, b]) => g.and(a, b),
            (YosysGateFunction::Or, &[a, b]) => g.or(a, b),
            (YosysGateFunction::Xor, &[a, b]) => g.xor(a, b),
            (YosysGateFunction::Nand, &[a, b]) => g.nand(a, b),
            (YosysGateFunction::Nor, &[a, b]) => g.nor(a, b),
            (YosysGateFunction::Xnor, &[a, b]) => g.xnor(a, b),
            (YosysGateFunction::AndNot, &[a, b]) => {
                let b = g.not(b);
                g.and(a, b)
            }
            (YosysGateFunction::OrNot, &[a, b]) => {
                let b = g.not(b);
                g.or(a, b)
            }
            (YosysGateFunction::Mux, inputs) => select(g, inputs),
            (YosysGateFunction::InvertedMux, inputs) => {
                let bit = select(g, inputs);
                g.not(bit)
            }
            (YosysGateFunction::AndOrInvert, &[a, b, ref rest @ ..]) => {
                let first = g.and(a, b);
                let second = if let &[c, d] = rest { g.and(c, d) } else { rest[0] };
                g.nor(first, second)
            }
            (YosysGateFunction::OrAndInvert, &[a, b, ref rest @ ..]) => {
                let first = g.or(a, b);
                let second = if let &[c, d] = rest { g.or(c, d) } else { rest[0] };
                g.nand(first, second)
            }
            _ => unreachable!("as many inputs as pins"),
        }
    }
}

/// A tree of multiplexers over 2^k data inputs and k selects.
fn select<G: Gates>(g: &mut G, inputs: &[G::Bit]) -> G::Bit {
    let selects = (1..).find(|&k| k + (1 << k) >= inputs.len()).expect("a number is found");
    let (data, selects) = inputs.split_at(inputs.len() - selects);
    let mut data = data.to_vec();
    for &select in selects {
        data = data.chunks(2).map(|pair| g.mux(select, pair[1], pair[0])).collect();
    }
    data[0]
}

#[cfg(test)]
mod tests {
    use axmul_api::Bits;

    use super::*;

    /// The outputs for all inputs, the first input changing fastest, the last line as the highest bit.
    fn table(name: &str) -> u64 {
        let gate = GATES.iter().find(|gate| gate.name == name).unwrap();
        let inputs = gate.inputs.len();
        let value = |line: u64| {
            let bits: Vec<bool> = (0..inputs).map(|i| line >> i & 1 == 1).collect();
            u64::from(gate.build(&mut Bits, &bits)) << line
        };
        (0..1 << inputs).map(value).sum()
    }

    #[test]
    fn gates_compute_what_yosys_says() {
        for (name, expected) in [
            ("$_BUF_", 0b10),
            ("$_NOT_", 0b01),
            ("$_AND_", 0b1000),
            ("$_NAND_", 0b0111),
            ("$_OR_", 0b1110),
            ("$_NOR_", 0b0001),
            ("$_XOR_", 0b0110),
            ("$_XNOR_", 0b1001),
            ("$_ANDNOT_", 0b0010),
            ("$_ORNOT_", 0b1011),
            ("$_MUX_", 0xca),
            ("$_NMUX_", 0x35),
            ("$_MUX4_", 0xff00_f0f0_cccc_aaaa),
            ("$_AOI3_", 0x07),
            ("$_OAI3_", 0x1f),
            ("$_AOI4_", 0x0777),
            ("$_OAI4_", 0x111f),
        ] {
            assert_eq!(table(name), expected, "{name}");
        }
    }

    #[test]
    fn wide_multiplexers_select() {
        for (name, data, selects) in [("$_MUX8_", 8, 3), ("$_MUX16_", 16, 4)] {
            let gate = GATES.iter().find(|gate| gate.name == name).unwrap();
            assert_eq!(gate.inputs.len(), data + selects);
            for chosen in 0..data {
                let bits: Vec<bool> = (0..data)
                    .map(|i| i == chosen)
                    .chain((0..selects).map(|i| chosen >> i & 1 == 1))
                    .collect();
                assert!(gate.build(&mut Bits, &bits), "{name} {chosen}");
                let inverse: Vec<bool> =
                    bits[..data].iter().map(|bit| !bit).chain(bits[data..].iter().copied()).collect();
                assert!(!gate.build(&mut Bits, &inverse), "{name} {chosen}");
            }
        }
    }

    #[test]
    fn other_cells_are_refused_with_advice() {
        let location = SourceLocation { file: "t.blif".into(), line: 3, column: 1 };
        let message = |name: &str| Primitive::find(name, &location).err().unwrap().to_string();
        for name in ["$_DFF_P_", "$_DLATCH_N_", "$dffe", "DFFPOSX1"] {
            let expected = format!(
                "t.blif:3:1: a {name} is sequential; only combinational circuits are supported, so remove its registers"
            );
            assert_eq!(message(name), expected);
        }
        assert_eq!(
            message("$_TBUF_"),
            "t.blif:3:1: the cell $_TBUF_ is not supported; run synth or techmap in Yosys before writing"
        );
        assert_eq!(
            message("full"),
            "t.blif:3:1: unknown module or library cell 'full'; add the file that defines it with --with"
        );
    }
}
