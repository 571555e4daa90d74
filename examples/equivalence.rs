//! Proves two circuits equal, and finds operands for which a third one differs.
//!
//!     cargo run --example equivalence

use std::time::Duration;

use axmul_api::Netlist;
use axmul_netlist::equivalence::{Verdict, prove};
use axmul_netlist::read::{self, InputFormat};
use axmul_netlist::{PortOptions, SourceText, bind};

/// A 16x16 multiplier whose product is this expression: too wide to compare all operand pairs quickly.
fn multiplier(product: &str) -> anyhow::Result<Netlist> {
    let verilog = format!(
        "module mul(input [15:0] a, input [15:0] b, output [31:0] p);
           assign p = {product};
         endmodule"
    );
    let design = read::read(InputFormat::Verilog, &[SourceText::new("mul.v", verilog.into_bytes())], None)?;
    let options = PortOptions { signed: Some(false), ..PortOptions::default() };
    Ok(bind(&design, &options)?.netlist)
}

fn main() -> anyhow::Result<()> {
    let exact = multiplier("a * b")?;
    let split = multiplier("a * {b[15:8], 8'b0} + a * b[7:0]")?;
    let wrong = multiplier("a * {b[15:1], 1'b0}")?;
    for (name, circuit) in [("split", &split), ("wrong", &wrong)] {
        // The last argument hears of the progress of long proofs.
        match prove(&exact, circuit, Duration::from_secs(60), &|_, _| ())? {
            Verdict::Equal(proof) => println!("{name}: equal, by {proof:?}"),
            Verdict::Different { a, b } => println!("{name}: different for a = {a}, b = {b}"),
            Verdict::Unknown => println!("{name}: not settled in time"),
        }
    }
    Ok(())
}
