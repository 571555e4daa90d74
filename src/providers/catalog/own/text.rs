//! The embedded catalogs as YAML: a line for each thing there is to say about a member, so that a changed catalog
//! shows what changed.

use std::fmt::Write;

use super::super::{CatalogError, file};
use super::Embedded;
use super::evaluate::{EvaluatedMember, digest, sampling};
use super::fronts::FrontKind;
use crate::registry::Registry;
use axmul_metrics::Cost;
use axmul_metrics::evaluation::EvaluationExtent;

/// A member that is listed.
#[derive(Clone, Debug)]
pub(super) struct FrontMember {
    pub tried: EvaluatedMember,
    /// Those it is on.
    pub fronts: Vec<FrontKind>,
}

impl FrontMember {
    pub fn power(&self) -> f64 {
        self.tried.cost.power_mw.unwrap_or_default()
    }
}

/// The text of a catalog. `counts` are the members that were tried, signed and unsigned; none for listed ones.
pub(super) fn write(
    embedded: &Embedded,
    registry: &Registry,
    counts: &[usize],
    listed: &[FrontMember],
) -> Result<String, CatalogError> {
    let mut text = String::new();
    let (what, description) = match counts {
        [signed, unsigned] => (
            format!(
                "Multipliers that no other member of the families in plugins/ beats in power and one error: mean, mean\n\
                 # relative or largest. EvaluatedMember were {signed} signed and {unsigned} unsigned members."
            ),
            format!("comes with axmul: Pareto-optimal ones of {}", signed + unsigned),
        ),
        _ => (
            "Members that the families in plugins/ list, as far as own.yaml does not hold them.".to_owned(),
            "comes with axmul: what families list beside those of own".to_owned(),
        ),
    };
    let common = listed.first().map(|listed| listed.tried.cost.clone()).unwrap_or_default();
    let _ = write!(
        text,
        "# {what} Written by\n\
         #     cargo xtask catalog\n\
         # Do not edit; change a family's grid or multipliers/cells/ and run it again.\n\
         version: {}\nname: {}\ndescription: {}\nlicence: {}\ncost_source: {}\ncost_technology: {}\nentries:\n",
        file::VERSION,
        embedded.name,
        quoted(&description),
        env!("CARGO_PKG_LICENSE"),
        quoted(&common.source),
        quoted(&common.technology),
    );
    for listed in listed {
        entry(&mut text, registry, listed, &common)?;
    }
    Ok(text)
}

fn entry(
    text: &mut String,
    registry: &Registry,
    FrontMember { tried, fronts }: &FrontMember,
    common: &Cost,
) -> Result<(), CatalogError> {
    let error = |problem: String| CatalogError::Entry {
        path: "multipliers".into(),
        entry: tried.name.clone(),
        problem,
    };
    let member = registry
        .member(tried.family, &tried.parameters, tried.format)
        .map_err(|problem| error(problem.to_string()))?;
    let provider = registry.family(tried.family).map_err(|problem| error(problem.to_string()))?;
    if tried.cost.source != common.source || tried.cost.technology != common.technology {
        return Err(error("its cost is not of the same origin as that of the first entry".into()));
    }
    let values = provider.parameters().iter().zip(&tried.parameters);
    let parameters: Vec<_> =
        values.map(|(parameter, value)| format!("{}: {value}", parameter.name)).collect();
    let parameters = match parameters[..] {
        [] => String::new(),
        _ => format!(", parameters: {{{}}}", parameters.join(", ")),
    };
    let Cost { power_mw, area_um2, delay_ns, .. } = &tried.cost;
    let figures = [("power_mw", *power_mw), ("area_um2", *area_um2), ("delay_ns", *delay_ns)];
    let figures: Vec<_> =
        figures.iter().filter_map(|&(name, figure)| Some(format!("{name}: {}", figure?))).collect();
    let _ = writeln!(text, "- name: {}", tried.name);
    let _ = writeln!(text, "  format: {}", tried.format);
    let _ = writeln!(text, "  model: {{family: {}{parameters}}}", tried.family);
    let _ = writeln!(text, "  cost: {{{}}}", figures.join(", "));
    // An estimate is no figure to hold anybody to.
    if sampling(tried.format).extent(tried.format) == EvaluationExtent::All {
        let [mae, mre_pct, wce] = [tried.metrics.mae, tried.metrics.mre_pct, tried.metrics.wce].map(printed);
        let _ = writeln!(text, "  published: {{mae: {mae}, mre_pct: {mre_pct}, wce: {wce}}}");
    }
    if !fronts.is_empty() {
        let names: Vec<_> = fronts.iter().map(|front| front.name()).collect();
        let _ = writeln!(text, "  fronts: [{}]", names.join(", "));
    }
    if let Some(digest) = digest(member.as_ref()) {
        let _ = writeln!(text, "  sha256: {digest}");
    }
    Ok(())
}

/// Five significant digits, or all of a whole number.
fn printed(figure: f64) -> String {
    if figure.fract() == 0.0 {
        return format!("{figure}");
    }
    let rounded: f64 = format!("{figure:.4e}").parse().expect("a formatted number");
    format!("{rounded}")
}

/// As a YAML string in double quotes, which are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text")
}
