//! What every target does: read a circuit, give its ports a meaning, and simulate it in two ways.

use axmul_metrics::Products;
use axmul_netlist::read::{InputFormat, read as read_design};
use axmul_netlist::simulate::Simulator;
use axmul_netlist::{PortOptions, SourceText, bind};
use axmul_api::Bits;

/// Any outcome is fine but a panic, a hang, memory without bound, or two simulations that disagree.
pub fn read(language: InputFormat, text: &[u8]) {
    let Ok(design) = read_design(language, &[SourceText::new("fuzz", text)], None) else { return };
    let signed = Some(text.len() % 2 == 0);
    let Ok(bound) = bind(&design, &PortOptions { signed, ..PortOptions::default() }) else { return };
    let netlist = bound.netlist;
    let format = netlist.format();
    let simulator = Simulator::new(&netlist);
    let bits = |value: i64, width: u8| (0..width).map(|bit| value >> bit & 1 == 1).collect::<Vec<_>>();
    let corners = [*format.range_a().start(), *format.range_a().end(), 0, 1];
    for a in corners {
        for b in [*format.range_b().start(), *format.range_b().end(), 0, 1] {
            let one_by_one = netlist.replay(&mut Bits, &bits(a, format.width_a()), &bits(b, format.width_b()));
            let product = one_by_one.iter().rev().fold(0u64, |value, &bit| value << 1 | u64::from(bit));
            let mut at_once = [0];
            simulator.pairs(&[a], &[b], &mut at_once).expect("circuits compute every product");
            assert_eq!(at_once[0], format.wrap(product as i64), "{format}: {a} x {b}");
        }
    }
}
