//! What is said about two multipliers.

use std::fmt::Write as _;

use serde_json::{Value, json};

use axmul_metrics::OperandFormat;
use axmul_metrics::evaluation::Difference;
use axmul_netlist::equivalence::Proof;
use axmul_providers::equality::{DifferenceExtent, EqualityEvidence, EqualityVerdict, SwappedEquality};

/// The whole answer.
pub(super) struct CheckAnswer {
    /// The multipliers as the user named them.
    pub names: [String; 2],
    pub format: OperandFormat,
    pub verdict: EqualityVerdict,
}

impl CheckAnswer {
    /// For reading.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (letter, name) in ["A", "B"].iter().zip(&self.names) {
            let _ = writeln!(text, "{letter}: {name} ({})", self.format);
        }
        let all = self.format.pairs();
        let _ = match &self.verdict {
            EqualityVerdict::Equal(evidence) => {
                let how = match evidence {
                    EqualityEvidence::AllPairs => format!("comparing all {all} operand pairs"),
                    EqualityEvidence::Proof(Proof::StructuralHash) => {
                        "structure: they are the same gates".into()
                    }
                    EqualityEvidence::Proof(Proof::PartialProducts) => {
                        "sums: they add up the same bits".into()
                    }
                    EqualityEvidence::Proof(Proof::SatSweep) => "SAT".into(),
                };
                writeln!(text, "equal: proven by {how}")
            }
            EqualityVerdict::Unknown { pairs, seed } => writeln!(
                text,
                "unknown: no difference among {pairs} sampled operand pairs (seed {seed}) and the corners: not a proof"
            ),
            EqualityVerdict::Different { example: Difference { a, b, x, y }, .. } => {
                let exact = self.exact(*a, *b);
                writeln!(text, "different: a = {a}, b = {b}: A gives {x}, B gives {y}, exact {exact}")
            }
        };
        if let EqualityVerdict::Different { extent, swapped, .. } = &self.verdict {
            if let Some(DifferenceExtent { pairs, largest }) = extent {
                let _ = writeln!(text, "{pairs} of {all} operand pairs differ, by {largest} at most");
            }
            if *swapped == SwappedEquality::Proven {
                text.push_str("they are equal when the operands of B are exchanged\n");
            }
        }
        text
    }

    /// For programs: one object, with the same keys whatever the answer.
    pub fn json(&self) -> serde_json::Result<String> {
        let all = u64::try_from(self.format.pairs()).ok();
        let mut value = json!({
            "multipliers": self.names,
            "format": self.format,
            "verdict": "",
            "known_by": "",
            "pairs_compared": Value::Null,
            "sample_seed": Value::Null,
            "counterexample": Value::Null,
            "pairs_different": Value::Null,
            "largest_difference": Value::Null,
            "equal_if_exchanged": Value::Null,
        });
        let mut set = |key: &str, known: Value| value[key] = known;
        match &self.verdict {
            EqualityVerdict::Equal(evidence) => {
                set("verdict", json!("equal"));
                let known_by = match evidence {
                    EqualityEvidence::AllPairs => "all_pairs",
                    EqualityEvidence::Proof(Proof::StructuralHash) => "structure",
                    EqualityEvidence::Proof(Proof::PartialProducts) => "sums",
                    EqualityEvidence::Proof(Proof::SatSweep) => "sat",
                };
                set("known_by", json!(known_by));
                if *evidence == EqualityEvidence::AllPairs {
                    set("pairs_compared", json!(all));
                }
            }
            EqualityVerdict::Unknown { pairs, seed } => {
                set("verdict", json!("unknown"));
                set("known_by", json!("sample"));
                set("pairs_compared", json!(pairs));
                set("sample_seed", json!(seed));
            }
            EqualityVerdict::Different { example: Difference { a, b, x, y }, extent, swapped } => {
                set("verdict", json!("different"));
                set("known_by", json!(if extent.is_some() { "all_pairs" } else { "counterexample" }));
                let exact = self.exact(*a, *b);
                set("counterexample", json!({ "a": a, "b": b, "products": [x, y], "exact": exact }));
                set("equal_if_exchanged", json!(*swapped == SwappedEquality::Proven));
                if let Some(DifferenceExtent { pairs, largest }) = extent {
                    set("pairs_compared", json!(all));
                    set("pairs_different", json!(pairs));
                    set("largest_difference", json!(largest));
                }
            }
        }
        Ok(serde_json::to_string_pretty(&value)? + "\n")
    }

    fn exact(&self, a: i64, b: i64) -> i64 {
        // Both are at most 32 bits wide.
        self.format.wrap(a.wrapping_mul(b))
    }
}
