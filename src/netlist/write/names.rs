//! Names of modules and wires that every format takes.

use axmul_api::{CellKind, Netlist, Signal};

/// Words that Verilog and SystemVerilog keep for themselves.
const KEYWORDS: &str = "\
    accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind \
    bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config \
    const constraint context continue cover covergroup coverpoint cross deassign default defparam design disable \
    dist do edge else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup \
    endinterface endmodule endpackage endprimitive endprogram endproperty endsequence endspecify endtable endtask \
    enum event eventually expect export extends extern final first_match for force foreach forever fork forkjoin \
    function generate genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import \
    incdir include initial inout input inside instance int integer interconnect interface intersect join join_any \
    join_none large let liblist library local localparam logic longint macromodule matches medium modport module \
    nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1 null or output package packed \
    parameter pmos posedge primitive priority program property protected pull0 pull1 pulldown pullup \
    pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence rcmos real realtime ref reg \
    reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always s_eventually s_nexttime \
    s_until s_until_with scalared sequence shortint shortreal showcancelled signed small soft solve specify \
    specparam static string strong strong0 strong1 struct super supply0 supply1 sync_accept_on sync_reject_on table \
    tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg \
    type typedef union unique unique0 unsigned until until_with untyped use uwire var vectored virtual void wait \
    wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor";

/// `name` as an identifier that every format takes: letters, digits and underscores, no digit first, no keyword of
/// Verilog. `truncated-3-8s` becomes `truncated_3_8s`.
pub fn identifier(name: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut cleaned: String = name.chars().map(clean).collect();
    if cleaned.is_empty() || cleaned.starts_with(|c: char| c.is_ascii_digit()) {
        cleaned.insert_str(0, "m_");
    }
    if KEYWORDS.split(' ').any(|keyword| keyword == cleaned) {
        cleaned.push('_');
    }
    cleaned
}

/// How a format writes the bits of a netlist that are not outputs of cells.
pub(super) struct Spelling {
    pub constants: [&'static str; 2],
}

/// The names of a netlist's signals.
pub(super) struct SignalNames<'a> {
    netlist: &'a Netlist,
    spelling: Spelling,
}

impl<'a> SignalNames<'a> {
    pub fn new(netlist: &'a Netlist, spelling: Spelling) -> Self {
        Self { netlist, spelling }
    }

    pub fn of(&self, signal: Signal) -> String {
        match signal {
            Signal::Constant(value) => self.spelling.constants[usize::from(value)].into(),
            Signal::Input(input) => self.input(input),
            Signal::Cell(cell, output) => self.outputs(cell)[usize::from(output)].clone(),
        }
    }

    /// `a[3]`.
    pub fn input(&self, input: usize) -> String {
        let width_a = usize::from(self.netlist.format().width_a());
        input.checked_sub(width_a).map_or_else(|| format!("a[{input}]"), |bit| format!("b[{bit}]"))
    }

    /// The wires that a cell drives: `and_3_5` for a partial product, else the kind and the number of the cell.
    pub fn outputs(&self, index: usize) -> Vec<String> {
        let cell = &self.netlist.cells()[index];
        let width_a = usize::from(self.netlist.format().width_a());
        match (cell.kind, &cell.inputs[..]) {
            (CellKind::HalfAdder | CellKind::FullAdder, _) => {
                vec![format!("sum_{index}"), format!("carry_{index}")]
            }
            (CellKind::And | CellKind::Nand, &[Signal::Input(a), Signal::Input(b)])
                if a < width_a && b >= width_a =>
            {
                vec![format!("{}_{a}_{}", cell.kind.name(), b - width_a)]
            }
            (kind, _) => vec![format!("{}_{index}", kind.name())],
        }
    }

    /// What the circuit is, for a comment.
    pub fn summary(&self) -> String {
        let kinds = self.netlist.cell_counts();
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect();
        let kinds = if kinds.is_empty() { "no cells".into() } else { kinds.join(", ") };
        format!("operands {}: {kinds}", self.netlist.format())
    }
}

#[cfg(test)]
mod tests {
    use super::identifier;

    #[test]
    fn names_are_cleaned() {
        for (name, expected) in [
            ("mul8s_1KV8", "mul8s_1KV8"),
            ("truncated-3-8s", "truncated_3_8s"),
            ("8s", "m_8s"),
            ("", "m_"),
            ("xor", "xor_"),
            ("supply0", "supply0_"),
            ("Xor", "Xor"),
            ("a b\n.é", "a_b___"),
        ] {
            assert_eq!(identifier(name), expected);
        }
    }
}
