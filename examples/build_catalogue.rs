//! Writes `multipliers/own.yaml`, the catalogue inside the binary, from the registered families:
//! `cargo run --example build_catalogue`. Build axmul again afterwards to embed it.

use std::io::Write;
use std::path::Path;

use axmul::providers::{catalogue::own, registry::Registry};

fn main() -> anyhow::Result<()> {
    let text = own::generate(&Registry::linked()?)?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(own::PATH);
    let mut file = tempfile::NamedTempFile::new_in(path.parent().expect("a file in a directory"))?;
    file.write_all(text.as_bytes())?;
    file.persist(&path)?;
    println!("{}: {} bytes", path.display(), text.len());
    Ok(())
}
