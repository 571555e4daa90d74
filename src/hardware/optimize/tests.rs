//! Every pass preserves the products; what is redundant goes.

use axmul_api::{Gates, OperandFormat, Recorder, Signal};
use proptest::prelude::*;

use super::*;
use axmul_netlist::testing::{lanes, member, netlists};

proptest! {
    #[test]
    fn every_pass_preserves_the_products(netlist in netlists()) {
        let raw = XagCircuit::new(&netlist);
        let swept = sweep::merge(&raw);
        for logic in [&raw, &raw.live(), &swept, &swept.live(), &optimize(&netlist)] {
            prop_assert!(same(logic, |cases| lanes(&netlist, cases)));
        }
    }

    /// No two nodes of the result are equal or complements, and every gate is used.
    #[test]
    fn nothing_redundant_is_left(netlist in netlists()) {
        let logic = optimize(&netlist);
        let cases: Vec<Vec<u64>> = all_cases(logic.graph.input_count()).unwrap().collect();
        let values: Vec<Vec<u64>> = cases.iter().map(|case| logic.graph.simulate(case)).collect();
        let column = |node: usize| -> Vec<u64> {
            let mask = if values[0][node] & 1 == 1 { u64::MAX } else { 0 };
            values.iter().map(|row| row[node] ^ mask).collect()
        };
        // Fewer than 64 cases are repeated within the word.
        let columns: std::collections::HashSet<_> = (0..logic.graph.nodes().len()).map(column).collect();
        prop_assert_eq!(columns.len(), logic.graph.nodes().len());
        let cone = logic.graph.cone(logic.outputs.iter().copied());
        prop_assert!(cone[1 + logic.graph.input_count()..].iter().all(|&live| live));
    }
}

#[test]
fn families_keep_their_products() {
    for format in [OperandFormat::unsigned(4, 4), OperandFormat::signed(4, 4), OperandFormat::signed(8, 8)] {
        for (family, parameters) in [("exact", &[][..]), ("truncated", &[3]), ("drum", &[3])] {
            let netlist = member(family, format, parameters);
            let logic = optimize(&netlist);
            assert!(same(&logic, |cases| lanes(&netlist, cases)), "{family} {format}");
            assert!(logic.gates() <= XagCircuit::new(&netlist).gates(), "{family} {format}");
        }
    }
}

/// (a0 and b0) or not (not a0 or not b0), xored with itself in other words, is a constant that only cases show.
#[test]
fn what_rules_do_not_see_is_merged() {
    let mut g = Recorder::new(OperandFormat::unsigned(2, 2));
    let [a, b, c, d] = <[Signal; 4]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
    // (a or b) and (c or d), multiplied out on the one side.
    let (left, right) = (g.or(a, b), g.or(c, d));
    let product = g.and(left, right);
    let terms = [g.and(a, c), g.and(a, d), g.and(b, c), g.and(b, d)];
    let sum = terms.into_iter().reduce(|x, y| g.or(x, y)).unwrap();
    let difference = g.xor(product, sum);
    let netlist = g.finish(vec![difference, product, sum, a]);
    assert!(XagCircuit::new(&netlist).gates() > 7);
    let logic = optimize(&netlist);
    assert_eq!(logic.gates(), 3);
    assert_eq!(logic.outputs[0], XagEdge::FALSE);
    assert_eq!(logic.outputs[1], logic.outputs[2]);
}

/// Wider circuits are only hashed, but hashed they are.
#[test]
fn wide_circuits_are_left_whole() {
    let netlist = member("exact", OperandFormat::unsigned(12, 12), &[]);
    let logic = optimize(&netlist);
    let cases: Vec<u64> = (0..24).map(|input| 0x9e37_79b9_7f4a_7c15u64.rotate_left(input * 5)).collect();
    assert_eq!(logic.lanes(&cases), lanes(&netlist, &cases));
}
