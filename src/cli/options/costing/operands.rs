//! `--operands`: what is multiplied.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::bail;

use crate::cli::options::weights::OperandWeights;
use axmul_hardware::operands::OperandStream;
use axmul_metrics::{OperandFormat, ProductTable};

/// What the option says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OperandsArg {
    /// Every pair equally likely.
    Uniform,
    /// A file, and what it is, where that is said.
    File { path: PathBuf, kind: Option<OperandsKind> },
}

/// What the numbers of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OperandsKind {
    Histogram,
    Trace,
}

impl FromStr for OperandsArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, path) = match text.split_once(':') {
            _ if text == "uniform" => return Ok(Self::Uniform),
            Some(("trace", path)) => (Some(OperandsKind::Trace), path),
            Some(("histogram", path)) => (Some(OperandsKind::Histogram), path),
            _ => (None, text),
        };
        if path.is_empty() {
            return Err("expected uniform, or a .npy file: FILE, histogram:FILE or trace:FILE".into());
        }
        Ok(Self::File { path: path.into(), kind })
    }
}

/// What was read.
#[derive(Debug)]
pub(super) enum OperandsInput {
    Uniform,
    Histogram(OperandWeights),
    Trace(Vec<[i64; 2]>),
}

impl OperandsArg {
    /// Reads the file, if there is one. Integers of `[n, 2]` are a trace, all else is a histogram; of `[2, 2]` either
    /// could be meant.
    pub fn read(&self) -> anyhow::Result<OperandsInput> {
        let Self::File { path, kind } = self else { return Ok(OperandsInput::Uniform) };
        let weights = OperandWeights::read_as("operands", path)?;
        let pairs = weights.integer_pairs();
        match (kind, pairs) {
            (Some(OperandsKind::Trace), None) => bail!(
                "operands {}: expected a trace, integers of shape [pairs, 2], got {}",
                path.display(),
                weights.describe()
            ),
            (None, Some(pairs)) if pairs.len() == 2 => bail!(
                "operands {0}: an array of shape [2, 2] may be a histogram or a trace; write histogram:{0} or trace:{0}",
                path.display()
            ),
            (None | Some(OperandsKind::Trace), Some(pairs)) => Ok(OperandsInput::Trace(pairs)),
            (Some(OperandsKind::Histogram), _) | (None, None) => Ok(OperandsInput::Histogram(weights)),
        }
    }
}

impl OperandsInput {
    /// The operands of a multiplier. Whether a trace is in its range is for the cost to say.
    pub fn of(&self, format: OperandFormat) -> anyhow::Result<OperandStream> {
        match self {
            Self::Uniform => Ok(OperandStream::Uniform),
            Self::Trace(pairs) => Ok(OperandStream::Trace(pairs.clone())),
            Self::Histogram(weights) => {
                let width = format.width_a().max(format.width_b());
                if width > ProductTable::MAX_WIDTH {
                    bail!(
                        "a histogram is of operands of at most {} bits, and these have {width}; give a trace",
                        ProductTable::MAX_WIDTH
                    );
                }
                Ok(OperandStream::Distribution(weights.distribution([format])?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_said_to_be_a_trace() {
        let choice = |text: &str| text.parse::<OperandsArg>();
        let file = |path: &str, kind| Ok(OperandsArg::File { path: path.into(), kind });
        assert_eq!(choice("uniform"), Ok(OperandsArg::Uniform));
        assert_eq!(choice("./uniform"), file("./uniform", None));
        assert_eq!(choice("trace:t.npy"), file("t.npy", Some(OperandsKind::Trace)));
        assert_eq!(choice("histogram:a:b.npy"), file("a:b.npy", Some(OperandsKind::Histogram)));
        assert_eq!(choice("disk:b.npy"), file("disk:b.npy", None));
        assert!(choice("").is_err() && choice("trace:").is_err());
    }
}
