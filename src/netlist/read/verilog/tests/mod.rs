//! The reader, construct by construct.

mod constructs;
mod errors;
mod expressions;
mod hierarchy;
mod icarus;
mod limits;
mod oracle;
mod text;

use axmul_api::Bits;

use super::read;
use crate::{Design, NetlistError, SourceText};

/// The beginning of a text, for messages.
fn start(text: &str) -> String {
    text.chars().take(1000).collect()
}

fn source(text: &str) -> SourceText {
    SourceText::new("t.v", text.as_bytes())
}

/// The circuit of a text that is right.
fn design(text: &str) -> Design {
    read(&[source(text)], None).unwrap_or_else(|error| panic!("{error}\n{}", start(text)))
}

/// The outputs for these inputs, each in the order of the ports.
fn simulate(design: &Design, inputs: &[u128]) -> Vec<u128> {
    assert_eq!(inputs.len(), design.inputs().len(), "inputs");
    let bits = design.inputs().iter().zip(inputs);
    let bits: Vec<bool> =
        bits.flat_map(|(port, &value)| (0..port.width).map(move |i| value >> i & 1 == 1)).collect();
    let mut out = design.build(&mut Bits, &bits).into_iter();
    let word = |width| (0..width).fold(0, |word, i| word | u128::from(out.next().unwrap()) << i);
    design.outputs().iter().map(|port| port.width).map(word).collect()
}

/// The only output of a text for these inputs.
fn run(text: &str, inputs: &[u128]) -> u128 {
    let outputs = simulate(&design(text), inputs);
    assert_eq!(outputs.len(), 1, "one output");
    outputs[0]
}

fn error(text: &str) -> NetlistError {
    match read(&[source(text)], None) {
        Ok(_) => panic!("this was read:\n{}", start(text)),
        Err(error) => error,
    }
}

/// The message of a text that is wrong.
fn message(text: &str) -> String {
    error(text).to_string()
}
