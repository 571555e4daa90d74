//! Writes `multipliers/cells/freepdk45-osu.yaml`, the cell library inside the binary, from the Liberty file that it is
//! from: `cargo run --example build_cells -- gscl45nm.lib`. Build axmul again afterwards to embed it. The file itself
//! is in the FreePDK45 1.4 kit, `osu_soc/lib/files/gscl45nm.lib`.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use axmul::hardware::library::liberty;
use axmul::netlist::Source;
use sha2::{Digest, Sha256};

const PATH: &str = "multipliers/cells/freepdk45-osu.yaml";

/// What stands above the figures.
const HEAD: &str = "\
45 nm cells with their tables: every combinational cell of the OSU standard-cell library of the FreePDK45 1.4 kit,
typical corner. Every figure is the file's, in nanoseconds, femtofarads, femtojoules and nanowatts; none is fitted.
Written by `cargo run --example build_cells -- gscl45nm.lib`; not to be edited.

  function       values for all inputs, the first input being the lowest bit of the row's number
  capacitance_ff `capacitance`
  delay_ns       `cell_rise`, `cell_fall` of the output; transition_ns its `rise_transition`, `fall_transition`,
                 from 20 % to 80 % of the supply
  energy_fj      `rise_power`, `fall_power`, whose unit in the file is pF x V^2; without the charge of the load
  values         slew by slew, the loads of the first slew first

The tables of most cells begin at a load of 100 fF, and a gate inside a multiplier drives a few fF. They are read
along the line through their first two points: delay and transition grow linearly with the load from 0.1 to 5 pF,
as those of a gate do that charges it through a resistance, and the value at 100 fF would be ten times too slow.";

fn main() -> anyhow::Result<()> {
    let file =
        std::env::args_os().nth(1).context("expected the Liberty file, gscl45nm.lib, as the argument")?;
    let bytes = std::fs::read(&file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let name = Path::new(&file).file_name().unwrap_or(&file).to_string_lossy().into_owned();
    let reading = liberty::read(&Source::new(name.as_str(), bytes))?;
    for (cell, why) in &reading.left_out {
        println!("left out: {cell} {why}");
    }
    for lack in &reading.missing {
        println!("taken as 0: {lack}");
    }
    let mut library = reading.library;
    library.source = format!("{name}, SHA-256 {digest}");
    let text = library.to_yaml(HEAD);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
    let mut file = tempfile::NamedTempFile::new_in(path.parent().expect("a file in a directory"))?;
    file.write_all(text.as_bytes())?;
    file.persist(&path)?;
    println!("{}: {} cells, {} bytes", path.display(), library.cells.len(), text.len());
    Ok(())
}
