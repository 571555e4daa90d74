//! Commands that work on exactly one multiplier.

use std::sync::Arc;

use super::console::Console;
use super::sources::SourceArgs;
use crate::multiplier::Tabulated;

/// A name or path that stands for several multipliers where one is needed.
#[derive(Debug, thiserror::Error)]
#[error("'{name}' stands for {} multipliers: {}; name one of them", .candidates.len(), listed(.candidates))]
pub(super) struct Several {
    name: String,
    candidates: Vec<String>,
}

/// How many candidates an error message spells out.
const SPELT_OUT: usize = 12;

fn listed(candidates: &[String]) -> String {
    let mut text = candidates.iter().take(SPELT_OUT).map(String::as_str).collect::<Vec<_>>().join(", ");
    if candidates.len() > SPELT_OUT {
        text.push_str(&format!(" and {} more", candidates.len() - SPELT_OUT));
    }
    text
}

/// The one multiplier of `name`.
pub(super) fn one(sources: &SourceArgs, name: &str, console: &Console) -> anyhow::Result<Arc<Tabulated>> {
    let mut found = sources.select(&[name.to_owned()], console)?;
    match found.pop() {
        Some(only) if found.is_empty() => Ok(only),
        last => {
            let candidates = found.iter().chain(&last).map(|multiplier| multiplier.name.clone()).collect();
            Err(Several { name: name.into(), candidates }.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let candidates: Vec<String> = (0..15).map(|i| format!("m{i}")).collect();
        let message = Several { name: "all".into(), candidates }.to_string();
        assert_eq!(
            message,
            "'all' stands for 15 multipliers: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11 and 3 more; \
             name one of them"
        );
    }
}
