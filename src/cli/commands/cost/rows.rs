//! What multipliers cost, as tables and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::report::{align_right, boxed_table, significant};
use axmul_providers::costs::Costed;

/// One multiplier by one backend: the object of `--format json`, and the columns of `--format csv`.
#[derive(Debug, Serialize)]
pub(super) struct CostRow {
    name: String,
    backend: String,
    /// The layer whose operands are multiplied; empty for those of `--operands`.
    layer: Option<String>,
    area_um2: Option<f64>,
    delay_ns: Option<f64>,
    power_mw: Option<f64>,
    /// Half the width of the 95 % interval of the power, and of the energy; empty where they are exact.
    power_error_mw: Option<f64>,
    energy_fj: Option<f64>,
    energy_error_fj: Option<f64>,
    leakage_mw: Option<f64>,
    cells: Option<usize>,
    source: String,
    technology: String,
    #[serde(skip)]
    pub notes: Vec<String>,
}

impl CostRow {
    pub fn new(name: &str, backend: &str, layer: Option<&str>, costed: Costed) -> Self {
        Self {
            name: name.into(),
            backend: backend.into(),
            layer: layer.map(str::to_owned),
            area_um2: costed.area_um2,
            delay_ns: costed.delay_ns,
            power_mw: costed.power_mw,
            power_error_mw: costed.power_error_mw,
            energy_fj: costed.energy_fj,
            energy_error_fj: costed.energy_error_fj,
            leakage_mw: costed.leakage_mw,
            cells: costed.cells,
            source: costed.source,
            technology: costed.technology,
            notes: costed.notes,
        }
    }

    /// Name and backend.
    pub fn multiplier(&self) -> (&str, &str) {
        (&self.name, &self.backend)
    }

    /// The layer.
    pub fn layer(&self) -> Option<&str> {
        self.layer.as_deref()
    }

    /// Mean energy of the toggles of one product.
    pub fn energy_fj(&self) -> Option<f64> {
        self.energy_fj
    }

    /// The multiplier's name, with the backend where there is another of it among `rows`.
    pub fn label(&self, rows: &[CostRow]) -> String {
        let costed =
            |row: &CostRow| row.energy_fj.is_some() && row.name == self.name && row.backend != self.backend;
        if rows.iter().any(costed) { format!("{}, {}", self.name, self.backend) } else { self.name.clone() }
    }
}

pub(super) fn json(rows: &[CostRow]) -> anyhow::Result<Vec<u8>> {
    Ok((serde_json::to_string_pretty(rows)? + "\n").into_bytes())
}

pub(super) fn csv(rows: &[CostRow]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(writer.into_inner()?)
}

/// Rows, and beneath them where their figures are from.
pub(super) fn table(rows: &[CostRow]) -> String {
    let mut sources: Vec<(&str, &str)> = Vec::new();
    let layered = rows.iter().any(|row| row.layer.is_some());
    let header = ["area_um2", "delay_ns", "power_mw", "energy_fj", "leakage_mw", "cells", "source"];
    let named: &[&str] = if layered { &["name", "backend", "layer"] } else { &["name", "backend"] };
    let mut table = boxed_table([named, &header].concat());
    let figure = |value: Option<f64>, error: Option<f64>| {
        let value = value.map(|value| significant(value, 4)).unwrap_or_default();
        match error {
            Some(error) => format!("{value} ± {}", significant(error, 2)),
            None => value,
        }
    };
    for row in rows {
        let source = (&*row.source, &*row.technology);
        let number = sources.iter().position(|other| *other == source).unwrap_or_else(|| {
            sources.push(source);
            sources.len() - 1
        });
        let mut cells = vec![row.name.clone(), row.backend.clone()];
        cells.extend(layered.then(|| row.layer.clone().unwrap_or_default()));
        cells.extend([
            figure(row.area_um2, None),
            figure(row.delay_ns, None),
            figure(row.power_mw, row.power_error_mw),
            figure(row.energy_fj, row.energy_error_fj),
            figure(row.leakage_mw, None),
            row.cells.map(|cells| cells.to_string()).unwrap_or_default(),
            format!("[{}]", number + 1),
        ]);
        table.add_row(cells);
    }
    align_right(&mut table, named.len()..named.len() + 6);
    let mut text = format!("{table}\n");
    for (number, (source, technology)) in sources.iter().enumerate() {
        let _ = writeln!(text, "[{}] {source}", number + 1);
        if !technology.is_empty() {
            let _ = writeln!(text, "    {technology}");
        }
    }
    if rows.iter().any(|row| row.power_error_mw.is_some()) {
        text.push_str("± half the width of the 95 % interval; operands were drawn\n");
    }
    if sources.len() > 1 {
        text.push_str("Figures of different sources are not comparable with each other.\n");
    }
    text
}
