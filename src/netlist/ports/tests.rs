use super::*;
use crate::{DesignBuilder, Port, SourceLocation, SourceText};
use axmul_api::{Bits as One, words};

fn location() -> SourceLocation {
    SourceText::new("t.v", *b"").location(1, 0)
}

/// A circuit of scalar or vector ports; a width of 0 is a scalar port.
fn design(inputs: &[(&str, usize)], outputs: &[(&str, usize)], signed: bool) -> Design {
    let mut g = DesignBuilder::new();
    let port = |&(name, width): &(&str, usize)| Port {
        name: name.into(),
        width: width.max(1),
        range: (width > 0).then_some((width as i64 - 1, 0)),
        signed: None,
        location: location(),
    };
    let mut all = Vec::new();
    let inputs: Vec<_> = inputs
        .iter()
        .map(|spec| {
            let port = port(spec);
            let nets: Vec<_> = (0..port.width).map(|_| g.net(&port.name, &location())).collect();
            nets.iter().for_each(|&net| g.drive_by_input(net, &location()).unwrap());
            all.extend(nets.clone());
            (port, nets)
        })
        .collect();
    // The inputs in their order, first half times second half.
    let (a, b) = all.split_at(all.len() / 2);
    let format = OperandFormat::new(a.len() as u8, b.len() as u8, signed).unwrap();
    let columns = words::partial_products(&mut g, format, a, b, |_, _| true);
    let mut product = words::sum_columns(&mut g, columns).into_iter();
    let zero = g.constant(false);
    let outputs: Vec<_> = outputs
        .iter()
        .map(|spec| {
            let port = port(spec);
            let nets = (0..port.width).map(|_| product.next().unwrap_or(zero)).collect();
            (port, nets)
        })
        .collect();
    g.finish("t", inputs, outputs, &location()).unwrap()
}

fn product(netlist: &Netlist, a: i64, b: i64) -> i64 {
    let bits = |value: i64, width: u8| (0..width).map(|i| value >> i & 1 == 1).collect::<Vec<_>>();
    let format = netlist.format();
    let out = netlist.replay(&mut One, &bits(a, format.width_a()), &bits(b, format.width_b()));
    format.wrap(out.iter().rev().fold(0, |value, &bit| value << 1 | i64::from(bit)))
}

#[test]
fn two_vectors_in_one_vector_out() {
    let bound = bind(&design(&[("x", 4), ("y", 4)], &[("p", 8)], false), &PortOptions::default()).unwrap();
    assert_eq!(bound.netlist.format(), OperandFormat::unsigned(4, 4));
    assert_eq!(product(&bound.netlist, 13, 11), 143);
    assert_eq!(bound.notes, ["a = x[3:0], b = y[3:0], product = p[7:0]; guessed unsigned (smaller error)"]);
}

#[test]
fn signedness_is_seen_in_the_products() {
    let bound = bind(&design(&[("a", 4), ("b", 4)], &[("p", 8)], true), &PortOptions::default()).unwrap();
    assert_eq!(bound.netlist.format(), OperandFormat::signed(4, 4));
    assert_eq!(product(&bound.netlist, -8, 7), -56);
}

#[test]
fn said_signedness_wins() {
    let circuit = design(&[("a", 4), ("b", 4)], &[("p", 8)], true);
    let by_name = PortOptions { signed_by_name: Some(false), ..PortOptions::default() };
    assert!(bind(&circuit, &by_name).unwrap().notes[0].ends_with("unsigned (from the name)"));
    let asked = PortOptions { signed: Some(true), ..by_name };
    assert!(bind(&circuit, &asked).unwrap().notes[0].ends_with("; signed (as requested)"));
}

#[test]
fn numbered_scalar_ports_are_vectors() {
    let inputs = [("a1", 0), ("a0", 0), ("b[0]", 0), ("b[1]", 0)];
    let outputs = [("y_0_", 0), ("y_1_", 0), ("y_2_", 0), ("y_3_", 0)];
    let bound = bind(&design(&inputs, &outputs, false), &PortOptions::default()).unwrap();
    assert!(bound.notes[0].starts_with("a = a[1:0], b = b[1:0], product = y[3:0];"), "{:?}", bound.notes);
    // The first of the ports is the low bit of the circuit's first factor, and a1 stands first.
    assert_eq!(product(&bound.netlist, 0b10, 0b11), 3);
}

#[test]
fn the_first_bit_can_be_the_most_significant() {
    let options = PortOptions { msb_first: true, signed: Some(false), ..PortOptions::default() };
    let bound = bind(&design(&[("a", 3), ("b", 3)], &[("p", 6)], false), &options).unwrap();
    assert_eq!(product(&bound.netlist, 0b100, 0b110), 0b110000);
    assert!(bound.notes[0].starts_with("a = a[0:2]"), "{:?}", bound.notes);
}

#[test]
fn operands_called_b_and_a_are_put_in_order() {
    let circuit = design(&[("B", 3), ("A", 3)], &[("O", 6)], false);
    assert!(bind(&circuit, &PortOptions::default()).unwrap().notes[0].starts_with("a = A[2:0], b = B[2:0]"));
    let asked = PortOptions { a: Some("B".into()), ..PortOptions::default() };
    assert!(bind(&circuit, &asked).unwrap().notes[0].starts_with("a = B, b = A[2:0]"));
}

#[test]
fn one_vector_is_both_operands() {
    let circuit = design(&[("pi", 8)], &[("po", 8)], false);
    let bound = bind(&circuit, &PortOptions::default()).unwrap();
    assert_eq!(product(&bound.netlist, 15, 3), 45);
    assert!(bound.notes[0].starts_with("a = pi[3:0], b = pi[7:4]"), "{:?}", bound.notes);
    let parts =
        PortOptions { a: Some("pi[7:4]".into()), b: Some("pi[3],pi[2:0]".into()), ..PortOptions::default() };
    assert_eq!(product(&bind(&circuit, &parts).unwrap().netlist, 15, 3), 45);
}

#[test]
fn a_product_of_another_width_is_adapted_and_said() {
    let narrow = design(&[("a", 4), ("b", 4)], &[("p", 6)], true);
    let options = PortOptions { signed: Some(true), ..PortOptions::default() };
    let bound = bind(&narrow, &options).unwrap();
    assert_eq!(product(&bound.netlist, 3, -2), -6);
    assert_eq!(bound.notes[1], "the product has 6 bits and was extended to 8 with its most significant bit");
    let zero = PortOptions { extend: Some(ProductExtension::Zero), ..options.clone() };
    assert_eq!(product(&bind(&narrow, &zero).unwrap().netlist, 3, -2), 58);
    let refuse = PortOptions { extend: Some(ProductExtension::Refuse), ..options.clone() };
    assert_eq!(bind(&narrow, &refuse).unwrap_err(), PortError::ProductWidth { expected: 8, got: 6 });
    let wide = design(&[("a", 4), ("b", 4)], &[("p", 10)], false);
    assert_eq!(
        bind(&wide, &PortOptions::default()).unwrap().notes[1],
        "the product has 10 bits, of which the lowest 8 are used"
    );
}

#[test]
fn what_cannot_be_guessed_is_asked() {
    let message = |inputs: &[(&str, usize)], outputs: &[(&str, usize)], options: PortOptions| {
        bind(&design(inputs, outputs, false), &options).unwrap_err().to_string()
    };
    let none = PortOptions::default;
    assert_eq!(
        message(&[("a", 4), ("b", 3), ("cin", 0)], &[("p", 8)], none()),
        "cannot tell which inputs are the operands: found a[3:0], b[2:0], cin; use --a and --b"
    );
    let both = PortOptions { a: Some("a".into()), b: Some("b".into()), ..none() };
    assert!(
        message(&[("a", 4), ("b", 3), ("cin", 0)], &[("p", 8)], both)
            .starts_with("input cin belongs to neither")
    );
    assert_eq!(
        message(&[("a", 4), ("b", 4)], &[("p", 4), ("q", 4)], none()),
        "cannot tell which output is the product: found p[3:0], q[3:0]; use --out"
    );
    let unknown = PortOptions { a: Some("c".into()), ..none() };
    assert_eq!(
        message(&[("a", 4), ("b", 4)], &[("p", 8)], unknown),
        "unknown input 'c'; available: a[3:0], b[3:0]"
    );
    let twice = PortOptions { a: Some("a".into()), b: Some("a".into()), ..none() };
    assert!(message(&[("a", 4), ("b", 4)], &[("p", 8)], twice).starts_with("input 'a[0]' would be in both"));
}
