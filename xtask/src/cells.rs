//! The cell library inside the binary, written from the Liberty file it comes from.

use std::path::PathBuf;

use anyhow::Context;
use axmul_hardware::library::liberty;
use axmul_netlist::SourceText;
use axmul_support::{files::write_atomic, hex};
use sha2::{Digest, Sha256};

use crate::in_repository;

const PATH: &str = "multipliers/cells/freepdk45-osu.yaml";

/// What stands above the figures.
const HEAD: &str = "\
45 nm cells with their tables: every combinational cell of the OSU standard-cell library of the FreePDK45 1.4 kit,
typical corner. Every figure is the file's, in nanoseconds, femtofarads, femtojoules and nanowatts; none is fitted.
Written by `cargo xtask cells gscl45nm.lib`; not to be edited.

  function       values for all inputs, the first input being the lowest bit of the row's number
  capacitance_ff `capacitance`
  delay_ns       `cell_rise`, `cell_fall` of the output; transition_ns its `rise_transition`, `fall_transition`,
                 from 20 % to 80 % of the supply
  energy_fj      `rise_power`, `fall_power`, whose unit in the file is pF x V^2; without the charge of the load
  values         slew by slew, the loads of the first slew first

The tables of most cells begin at a load of 100 fF, and a gate inside a multiplier drives a few fF. They are read
along the line through their first two points: delay and transition grow linearly with the load from 0.1 to 5 pF,
as those of a gate do that charges it through a resistance, and the value at 100 fF would be ten times too slow.";

/// Write the embedded cell library, multipliers/cells/freepdk45-osu.yaml, from its Liberty file
///
/// The file is in the FreePDK45 1.4 kit: osu_soc/lib/files/gscl45nm.lib. Build axmul again afterwards to embed the cells.
#[derive(clap::Args)]
pub struct Args {
    /// The Liberty file
    #[arg(value_name = "gscl45nm.lib")]
    file: PathBuf,
}

pub fn run(Args { file }: &Args) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let digest = hex(&Sha256::digest(&bytes));
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let reading = liberty::read(&SourceText::new(name.as_str(), bytes))?;
    for (cell, why) in &reading.left_out {
        println!("left out: {cell} {why}");
    }
    for lack in &reading.missing {
        println!("taken as 0: {lack}");
    }
    let mut library = reading.library;
    library.source = format!("{name}, SHA-256 {digest}");
    let text = library.to_yaml(HEAD);
    let path = in_repository(PATH);
    write_atomic(&path, text.as_bytes())?;
    println!("{}: {} cells, {} bytes", path.display(), library.cells.len(), text.len());
    Ok(())
}
