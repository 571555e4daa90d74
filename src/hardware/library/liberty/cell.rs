//! One cell of a Liberty file.

use std::collections::BTreeMap;

use super::super::{InputPin, LibraryCell, OutputPin, Surface, TimingArc, TimingSense, TruthTable};
use super::syntax::{LibertyGroup, quoted};
use super::tables::TableTemplates;
use super::units::LibertyUnits;
use super::{LibertyFault, OmissionReason, function};

/// Why a cell does not become one.
pub(super) enum CellRejection {
    LeftOut(OmissionReason),
    Wrong(LibertyFault),
}

impl From<LibertyFault> for CellRejection {
    fn from(wrong: LibertyFault) -> Self {
        Self::Wrong(wrong)
    }
}

impl CellRejection {
    pub fn incomplete(what: impl Into<String>) -> Self {
        Self::LeftOut(OmissionReason::Incomplete(what.into()))
    }
}

/// What cells are read with.
pub(super) struct CellReader<'a> {
    units: LibertyUnits,
    templates: TableTemplates<'a>,
    default_leakage: Option<f64>,
    default_capacitance: Option<f64>,
}

/// The groups that make a cell keep a state.
const STATES: [&str; 5] = ["ff", "latch", "ff_bank", "latch_bank", "statetable"];
/// Attributes of cells that are no logic.
const SPECIAL: [&str; 5] =
    ["is_level_shifter", "is_isolation_cell", "pad_cell", "is_macro_cell", "physical_variant_cells"];

impl<'a> CellReader<'a> {
    pub fn new(library: &LibertyGroup<'a>) -> Result<Self, LibertyFault> {
        Ok(Self {
            units: LibertyUnits::of(library)?,
            templates: TableTemplates::of(library),
            default_leakage: library.number("default_cell_leakage_power")?,
            default_capacitance: library.number("default_input_pin_cap")?,
        })
    }

    /// A cell; what it lacks without harm is added to `missing`.
    pub fn cell(
        &self,
        name: &str,
        group: &LibertyGroup,
        missing: &mut Vec<String>,
    ) -> Result<LibraryCell, CellRejection> {
        let why = |why| Err(CellRejection::LeftOut(why));
        let gates_clock = group.value("clock_gating_integrated_cell").is_some();
        if gates_clock || group.groups.iter().any(|inner| STATES.contains(&inner.kind.text)) {
            return why(OmissionReason::Sequential);
        }
        if SPECIAL.iter().any(|attribute| group.says(attribute)) || group.value("switch_cell_type").is_some()
        {
            return why(OmissionReason::Special);
        }
        if group.says("dont_use") {
            return why(OmissionReason::DontUse);
        }
        if group.groups.iter().any(|inner| ["bus", "bundle"].contains(&inner.kind.text)) {
            return Err(CellRejection::incomplete("its pins are a bus, which is not supported"));
        }
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for pin in group.all("pin") {
            if pin.value("three_state").is_some() {
                return why(OmissionReason::ThreeState);
            }
            match pin.value("direction").map(|direction| direction.text) {
                Some("input") => inputs.extend(pin.arguments.iter().map(|name| (name.text, pin))),
                Some("output") => outputs.extend(pin.arguments.iter().map(|name| (name.text, pin))),
                Some("inout") => return why(OmissionReason::ThreeState),
                Some(other) => {
                    return Err(CellRejection::incomplete(format!(
                        "a pin of direction {} is not supported",
                        quoted(other)
                    )));
                }
                None => return Err(CellRejection::incomplete("a pin has no direction")),
            }
        }
        if outputs.is_empty() {
            return why(OmissionReason::NoOutput);
        }
        if inputs.len() > TruthTable::MAX_VARIABLES {
            return why(OmissionReason::TooManyInputs);
        }
        let names: Vec<&str> = inputs.iter().map(|&(name, _)| name).collect();
        // What a cell lacks is only worth mentioning if the cell is kept.
        let mut lacks = Vec::new();
        let outputs = outputs
            .into_iter()
            .map(|(output, pin)| self.output(output, pin, &names, &mut lacks))
            .collect::<Result<_, CellRejection>>()?;
        let inputs = inputs
            .into_iter()
            .map(|(input, pin)| {
                let capacitance_ff = self.capacitance(pin)?.ok_or_else(|| {
                    CellRejection::incomplete(format!(
                        "pin {input}: no capacitance, and the library has no default"
                    ))
                })?;
                Ok(InputPin { name: input.to_owned(), capacitance_ff })
            })
            .collect::<Result<_, CellRejection>>()?;
        let area_um2 = group.number("area")?.ok_or_else(|| CellRejection::incomplete("it has no area"))?;
        if area_um2 < 0.0 {
            let got = area_um2.to_string();
            return Err(LibertyFault::expected(group.kind.at, "an area of at least 0", got).into());
        }
        let leakage_nw = self.leakage(group)?.unwrap_or_else(|| {
            lacks.push("no leakage power".to_owned());
            0.0
        });
        missing.extend(lacks.into_iter().map(|lack| format!("{name}, {lack}")));
        Ok(LibraryCell { name: name.to_owned(), area_um2, leakage_nw, inputs, outputs })
    }

    fn leakage(&self, group: &LibertyGroup) -> Result<Option<f64>, LibertyFault> {
        let figure = match group.number("cell_leakage_power")? {
            Some(figure) => Some(figure),
            None => {
                let values = group.all("leakage_power").filter_map(|state| state.number("value").transpose());
                let values = values.collect::<Result<Vec<f64>, LibertyFault>>()?;
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                if values.is_empty() { self.default_leakage } else { Some(mean) }
            }
        };
        Ok(figure.map(|figure| figure * self.units.leakage))
    }

    fn capacitance(&self, pin: &LibertyGroup) -> Result<Option<f64>, LibertyFault> {
        let edges = (pin.number("rise_capacitance")?, pin.number("fall_capacitance")?);
        let mean = match edges {
            (Some(rise), Some(fall)) => Some((rise + fall) / 2.0),
            (rise, fall) => rise.or(fall),
        };
        let figure = pin.number("capacitance")?.or(mean).or(self.default_capacitance);
        if let Some(negative) = figure.filter(|figure| *figure < 0.0) {
            return Err(LibertyFault::expected(
                pin.kind.at,
                "a capacitance of at least 0",
                negative.to_string(),
            ));
        }
        Ok(figure.map(|figure| figure * self.units.capacitance))
    }

    fn output(
        &self,
        name: &str,
        pin: &LibertyGroup,
        inputs: &[&str],
        lacks: &mut Vec<String>,
    ) -> Result<OutputPin, CellRejection> {
        let incomplete = |what: String| CellRejection::incomplete(format!("pin {name}: {what}"));
        let text = pin.value("function").ok_or_else(|| incomplete("no function".into()))?.text;
        let function = function::table(text, inputs).map_err(incomplete)?;
        let mut delays: BTreeMap<(usize, TimingSense), [Option<Surface>; 4]> = BTreeMap::new();
        for timing in pin.all("timing") {
            let of_logic = timing.value("timing_type").is_none_or(|kind| {
                matches!(kind.text, "combinational" | "combinational_rise" | "combinational_fall")
            });
            if !of_logic {
                continue;
            }
            for input in related(timing, inputs) {
                let declared = match timing.value("timing_sense").map(|sense| sense.text) {
                    Some("positive_unate") => Some(TimingSense::Positive),
                    Some("negative_unate") => Some(TimingSense::Negative),
                    Some("non_unate") => Some(TimingSense::Both),
                    _ => TimingSense::of(function, input),
                };
                // An input that the function does not depend on has no edge that leads anywhere.
                let (Some(sense), Some(_)) = (declared, TimingSense::of(function, input)) else { continue };
                let figures = delays.entry((input, sense)).or_default();
                for (figure, kind) in figures.iter_mut().zip(TIMING) {
                    if let Some(table) = timing.all(kind).next() {
                        let surface =
                            self.templates.surface(table, &self.units, self.units.time).map_err(|stop| {
                                stop.of(|what| format!("pin {name}: {kind} from {}: {what}", inputs[input]))
                            })?;
                        *figure = Some(match figure.take() {
                            Some(known) => known.join(surface, f64::max),
                            None => surface,
                        });
                    }
                }
            }
        }
        let energies = self.energies(name, pin, inputs)?;
        let mut arcs = Vec::with_capacity(delays.len());
        for ((input, sense), figures) in delays {
            if let Some(absent) = figures.iter().position(Option::is_none) {
                return Err(incomplete(format!("no {} from {}", TIMING[absent], inputs[input])));
            }
            let [Some(delay_rise), Some(delay_fall), Some(rise), Some(fall)] = figures else { continue };
            let energy = |edge| energies.get(&(input, edge)).cloned();
            if energy(false).is_none() && energy(true).is_none() {
                let lack = format!("pin {name}: no internal_power from {}", inputs[input]);
                if lacks.last() != Some(&lack) {
                    lacks.push(lack);
                }
            }
            let energy_fj = [true, false].map(|edge| energy(edge).unwrap_or_else(|| Surface::constant(0.0)));
            arcs.push(TimingArc {
                input,
                sense,
                delay_ns: [delay_rise, delay_fall],
                transition_ns: [rise, fall],
                energy_fj,
            });
        }
        let depended = (0..inputs.len()).filter(|&input| function.depends_on(input));
        for input in depended {
            if !arcs.iter().any(|arc| arc.input == input) {
                return Err(incomplete(format!("no timing from {}", inputs[input])));
            }
        }
        Ok(OutputPin { name: name.to_owned(), function, arcs })
    }

    /// Energies by input and edge of the output, `true` for a rising one: means over conditions, added up over supply
    /// pins.
    fn energies(
        &self,
        name: &str,
        pin: &LibertyGroup,
        inputs: &[&str],
    ) -> Result<BTreeMap<(usize, bool), Surface>, CellRejection> {
        let mut sums: BTreeMap<(usize, bool, &str), (Surface, u32)> = BTreeMap::new();
        for power in pin.all("internal_power") {
            let supply = power.value("related_pg_pin").map_or("", |pin| pin.text);
            let any = power.value("related_pin").is_none();
            let of = if any { (0..inputs.len()).collect() } else { related(power, inputs) };
            for (kind, edges) in
                [("rise_power", &[true][..]), ("fall_power", &[false]), ("power", &[true, false])]
            {
                let Some(table) = power.all(kind).next() else { continue };
                let surface = self
                    .templates
                    .surface(table, &self.units, self.units.energy)
                    .map_err(|stop| stop.of(|what| format!("pin {name}: {kind}: {what}")))?;
                for (&input, &edge) in of.iter().flat_map(|input| edges.iter().map(move |edge| (input, edge)))
                {
                    let key = (input, edge, supply);
                    let sum = match sums.remove(&key) {
                        Some((sum, count)) => (sum.join(surface.clone(), |a, b| a + b), count + 1),
                        None => (surface.clone(), 1),
                    };
                    sums.insert(key, sum);
                }
            }
        }
        let mut energies: BTreeMap<(usize, bool), Surface> = BTreeMap::new();
        for ((input, edge, _), (sum, count)) in sums {
            let mean = sum.map(|value| value / f64::from(count));
            let total = match energies.remove(&(input, edge)) {
                Some(known) => known.join(mean, |a, b| a + b),
                None => mean,
            };
            energies.insert((input, edge), total);
        }
        Ok(energies)
    }
}

/// Delay of a rising and of a falling output, then the time that it takes to rise and to fall.
const TIMING: [&str; 4] = ["cell_rise", "cell_fall", "rise_transition", "fall_transition"];

impl CellRejection {
    /// With more words about what is incomplete.
    fn of(self, words: impl Fn(&str) -> String) -> Self {
        match self {
            Self::LeftOut(OmissionReason::Incomplete(what)) => Self::incomplete(words(&what)),
            other => other,
        }
    }
}

/// The inputs that `related_pin` names, each once.
fn related(group: &LibertyGroup, inputs: &[&str]) -> Vec<usize> {
    let named = group.values("related_pin").iter().flat_map(|text| text.words());
    let mut found: Vec<usize> =
        named.filter_map(|word| inputs.iter().position(|&input| input == word.text)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
