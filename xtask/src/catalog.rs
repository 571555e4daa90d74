//! The catalogs inside the binary, written from the registered families.

use anyhow::ensure;
use axmul_providers::{catalog::own, registry::Registry};
use axmul_support::files::write_atomic;

use crate::in_repository;

/// Write the embedded catalogs, multipliers/own*.yaml and families.yaml, from the registered families
///
/// Build axmul again afterwards to embed them.
#[derive(clap::Args)]
pub struct Args {
    /// Compare with the files in the repository instead, and fail where they differ
    #[arg(long)]
    check: bool,
}

pub fn run(&Args { check }: &Args) -> anyhow::Result<()> {
    let progress = |own::GenerationProgress { format, done, total }| {
        if done == total || done.is_multiple_of(1_000) {
            eprintln!("{format}: {done} of {total}");
        }
    };
    let mut differing = Vec::new();
    let mut failure = Ok(());
    own::generate(&Registry::linked()?, &progress, &mut |embedded, text| {
        let path = in_repository(embedded.path);
        let same = std::fs::read_to_string(&path).is_ok_and(|there| there == text);
        println!("{}: {} bytes{}", embedded.path, text.len(), if same { ", unchanged" } else { "" });
        if !same {
            differing.push(embedded.path);
        }
        if !same && !check && failure.is_ok() {
            failure = write_atomic(&path, text.as_bytes());
        }
    })?;
    failure?;
    ensure!(!check || differing.is_empty(), "not what the families give: {}", differing.join(", "));
    Ok(())
}
