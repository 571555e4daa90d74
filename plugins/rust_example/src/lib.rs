//! An example plugin: multipliers in Rust as a shared library, to copy for your own.
//!
//! `cargo build --release -p axmul-rust-example`, then `axmul show ./target/release/libaxmul_rust_example.so`.
//! A family that should be part of axmul itself is a file of `plugins/families` instead; `exact.rs` there is its example.

use axmul_api::{Cost, Multiplier, OperandFormat, instance_name};

/// An array multiplier that rounds its activation to the nearest multiple of `2^bits`, halves upwards, so that
/// the rows of the activation's lowest bits fall away. It does not commute.
struct Rounded {
    format: OperandFormat,
    bits: u32,
}

impl Multiplier for Rounded {
    fn name(&self) -> String {
        instance_name("rounded", &[self.bits], self.format)
    }

    fn format(&self) -> OperandFormat {
        self.format
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        ((a + (1 << self.bits >> 1)) >> self.bits << self.bits) * b
    }

    fn cost(&self) -> Option<Cost> {
        (self.bits == 2).then(|| Cost {
            power_mw: Some(0.29),
            source: "example figure, not measured".into(),
            technology: "45 nm, 1 V, 100 MHz".into(),
            ..Cost::default()
        })
    }

    fn documentation(&self) -> String {
        format!("Array multiplier with the activation rounded to a multiple of {}.", 1 << self.bits)
    }
}

axmul_api::export_plugin!(
    Rounded { format: OperandFormat::unsigned(8, 8), bits: 2 },
    Rounded { format: OperandFormat::signed(8, 4), bits: 3 },
);
