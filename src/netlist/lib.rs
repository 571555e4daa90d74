//! Circuits as designers have them: read, simulate, prove equal and write netlists.
//!
//! ```text
//! read -> DesignBuilder -> Design -> ports::bind -> Netlist -> simulate, equivalence, write
//! ```
//!
//! - [`read`]: Verilog, BLIF, AIGER, Yosys JSON and CGP chromosomes, one folder a format. All readers fill a
//!   [`DesignBuilder`], which checks the circuit: every net driven exactly once, no loops.
//! - [`Design`]: the checked combinational circuit with its named ports.
//! - [`ports`]: which ports are the operands and the product; [`bind`] guesses what the user does not say.
//! - [`MappedCells`]: the library cells of a netlist, as mapped by synthesis; [`cells`] knows their functions.
//! - [`simulate`]: products, thousands at a time; [`cases`]: all values of a few inputs.
//! - [`xag`]: structurally hashed XOR-AND graphs; [`equivalence`]: a proof that two circuits are equal, or a
//!   counterexample.
//! - [`mod@write`]: Verilog, BLIF, AIGER, Yosys JSON and self-checking testbenches.
//!
//! This crate knows texts, not files: who opens them gives each a name, which error messages show.
//!
//! # Example
//!
//! Read a multiplier in Verilog, compute products, prove it equal to another description, and write BLIF:
//!
//! ```
//! use std::time::Duration;
//!
//! use axmul_metrics::Products;
//! use axmul_netlist::equivalence::{Verdict, prove};
//! use axmul_netlist::read::{InputFormat, read};
//! use axmul_netlist::simulate::Simulator;
//! use axmul_netlist::{PortOptions, SourceText, bind, write};
//!
//! let verilog = |body: &str| {
//!     let text = format!("module mul(input [1:0] a, input [1:0] b, output [3:0] p); {body} endmodule");
//!     let source = SourceText::new("mul.v", text.into_bytes());
//!     let design = read(InputFormat::Verilog, &[source], None).expect("valid Verilog");
//!     bind(&design, &PortOptions::default()).expect("operands and product are found").netlist
//! };
//! let netlist = verilog("assign p = a * b;");
//!
//! let mut products = [0; 2];
//! Simulator::new(&netlist).pairs(&[2, 3], &[3, 3], &mut products)?;
//! assert_eq!(products, [6, 9]);
//!
//! let other = verilog("assign p = (b[0] ? a : 0) + (b[1] ? {a, 1'b0} : 0);");
//! let verdict = prove(&netlist, &other, Duration::from_secs(60), &|_, _| {})?;
//! assert!(matches!(verdict, Verdict::Equal(_)));
//!
//! assert!(write::blif(&netlist, "mul").contains(".model mul"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
pub mod cases;
pub mod cells;
mod design;
pub mod equivalence;
mod error;
mod location;
mod mapped_cells;
pub mod ports;
pub mod read;
pub mod simulate;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod write;
pub mod xag;

// The tests map, simulate and prove members of the built-in families.
#[cfg(test)]
use axmul_families as _;

pub use builder::{DesignBuilder, MAX_NETS, Net};
pub use design::{Design, Port};
pub use error::{NetlistError, NetlistErrorKind};
pub use location::{SourceLocation, SourceText};
pub use mapped_cells::{MappedCell, MappedCells};
pub use ports::{BoundDesign, PortError, PortOptions, ProductExtension, bind};
