#![no_main]

#[path = "../circuit.rs"]
mod circuit;

libfuzzer_sys::fuzz_target!(|text: &[u8]| circuit::read(axmul_netlist::read::InputFormat::Aiger, text));
