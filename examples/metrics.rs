//! Reads a multiplier in Verilog and prints its error metrics.
//!
//!     cargo run --example metrics -- my_mult.v

use std::path::Path;

use anyhow::Context;
use axmul_metrics::{ErrorMap, Metrics, ProductTable};
use axmul_netlist::read::{self, InputFormat};
use axmul_netlist::simulate::Simulator;
use axmul_netlist::{PortOptions, SourceText, bind};

/// Truncated: the two lowest bits of the weight count as zero.
const TRUNCATED: &str = "
    module truncated(input [7:0] a, input [7:0] b, output [15:0] p);
      assign p = a * {b[7:2], 2'b00};
    endmodule";

fn main() -> anyhow::Result<()> {
    // The crate knows texts, not files. Without a path, the circuit above.
    let source = match std::env::args().nth(1) {
        None => SourceText::new("truncated.v", TRUNCATED.as_bytes()),
        Some(path) => SourceText::new(path.clone(), std::fs::read(&path).context(path)?),
    };
    let format = InputFormat::of_path(Path::new(&*source.name))
        .context("expected .v, .blif, .aag, .aig, .cgp or .json")?;
    let design = read::read(format, &[source], None)?;

    // Which ports are a, b and the product? axmul guesses, and says what it guessed.
    let bound = bind(&design, &PortOptions::default())?;
    println!("{}", bound.notes.join("; "));

    // All 65,536 products, then everything that follows from them.
    let table = ProductTable::from_products(&Simulator::new(&bound.netlist))?;
    let metrics = Metrics::uniform(&ErrorMap::new(&table));
    println!("mean absolute error {:.2} ({:.4} %)", metrics.mae, metrics.mae_pct);
    println!("worst-case error    {}", metrics.wce);
    println!("error probability   {:.2} %", metrics.ep_pct);
    Ok(())
}
