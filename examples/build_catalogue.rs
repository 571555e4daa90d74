//! Writes the catalogues inside the binary, `multipliers/own*.yaml` and `multipliers/families.yaml`, from the registered
//! families: `cargo run --release --example build_catalogue`. Build axmul again afterwards to embed them. With `--check`
//! it compares them with what is there instead, and fails where they differ.

use std::path::Path;

use anyhow::{bail, ensure};
use axmul::files::write_whole;
use axmul::providers::{catalogue::own, registry::Registry};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        _ => bail!("expected no argument or --check, got {}", arguments.join(" ")),
    };
    let progress = |own::Progress { format, done, total }| {
        if done == total || done.is_multiple_of(1_000) {
            eprintln!("{format}: {done} of {total}");
        }
    };
    let mut differing = Vec::new();
    let mut failure = Ok(());
    own::generate(&Registry::linked()?, &progress, &mut |embedded, text| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(embedded.path);
        let same = std::fs::read_to_string(&path).is_ok_and(|there| there == text);
        println!("{}: {} bytes{}", embedded.path, text.len(), if same { ", unchanged" } else { "" });
        if !same {
            differing.push(embedded.path);
        }
        if !same && !check && failure.is_ok() {
            failure = write_whole(&path, text.as_bytes());
        }
    })?;
    failure?;
    ensure!(!check || differing.is_empty(), "not what the families give: {}", differing.join(", "));
    Ok(())
}
