//! The cells of Liberty files that users name.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::BackendError;
use super::technology::{Technology, file_name};
use crate::text_file;
use axmul_hardware::library::liberty;
use axmul_hardware::map::TechnologyMapper;
use axmul_netlist::SourceText;
use axmul_support::hex;

/// No Liberty file is larger, in bytes: those of whole processes with many corners have tens of megabytes.
const MAX_BYTES: u64 = 128 << 20;

/// How many figures that a library lacks are listed.
const LISTED: usize = 3;

impl Technology {
    /// The cells of a Liberty file.
    pub fn open(path: &Path) -> Result<Self, BackendError> {
        let read = |problem| BackendError::Read { path: path.into(), problem };
        let source =
            SourceText::new(path.display().to_string(), text_file::read(path, MAX_BYTES).map_err(read)?);
        let liberty::LibertyReading { mut library, left_out, missing } = liberty::read(&source)?;
        let digest = hex(&Sha256::digest(&source.bytes));
        library.source = format!("{}, SHA-256 {digest}", file_name(path));
        let target = TechnologyMapper::new(&library)
            .map_err(|source| BackendError::Cells { path: path.into(), source })?;
        let mut notes = Vec::new();
        let incomplete: Vec<String> = left_out
            .iter()
            .filter(|(_, why)| matches!(why, liberty::OmissionReason::Incomplete(_)))
            .map(|(cell, why)| format!("{cell}: {why}"))
            .collect();
        let place = path.display();
        if !incomplete.is_empty() {
            notes.push(format!(
                "{place}: cells are not used because they lack something: {}",
                some(&incomplete)
            ));
        }
        if !missing.is_empty() {
            notes.push(format!("{place}: figures are missing and taken as 0: {}", some(&missing)));
        }
        Ok(Self {
            library,
            target,
            liberty: source.bytes.to_vec().into(),
            path: Some(path.into()),
            digest,
            notes,
        })
    }
}

/// The first of them, and how many more there are.
fn some(all: &[String]) -> String {
    let text = all.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join("; ");
    match all.len().saturating_sub(LISTED) {
        0 => text,
        more => format!("{text}; and {more} more"),
    }
}
