//! What every target does: read, bind, and compare what the circuit computes with what it computes when recorded.

use axmul::netlist::read::{Language, read as read_design};
use axmul::netlist::{PortOptions, Source, bind};

/// Any outcome is fine but a panic, a hang, memory without bound, or a circuit that contradicts its netlist.
pub fn read(language: Language, text: &[u8]) {
    let Ok(design) = read_design(language, &[Source::new("fuzz", text)], None) else { return };
    let signed = Some(text.len() % 2 == 0);
    let Ok(bound) = bind(&design, &PortOptions { signed, ..PortOptions::default() }) else { return };
    let netlist = bound.netlist;
    let format = netlist.format();
    assert_eq!(netlist.outputs().len(), usize::from(format.product_width()));
}
