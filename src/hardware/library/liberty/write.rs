//! A [`CellLibrary`] as a Liberty file, for synthesizers that map circuits onto its cells.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::super::{CellLibrary, LibraryCell, Surface, TimingSense, TruthTable};

/// The library as Liberty text: area, leakage, functions, capacitances, delays and transitions. Energy is left out,
/// since mapping does not look at it.
///
/// A figure that does not change along an axis has one point there, and Liberty readers expect two: the second one
/// holds the same value.
pub fn write(library: &CellLibrary) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut line = |indent: usize, line: String| writeln!(text, "{:indent$}{line}", "").expect("memory");
    line(0, format!("library ({}) {{", quoted(&library.name)));
    for attribute in [
        "delay_model : table_lookup;".to_owned(),
        "time_unit : \"1ns\";".into(),
        "voltage_unit : \"1V\";".into(),
        "current_unit : \"1mA\";".into(),
        "leakage_power_unit : \"1nW\";".into(),
        "pulling_resistance_unit : \"1kohm\";".into(),
        "capacitive_load_unit (1, ff);".into(),
        format!("nom_voltage : {};", library.supply_v),
        "nom_process : 1;".into(),
        "nom_temperature : 25;".into(),
    ] {
        line(2, attribute);
    }
    for (slews, loads) in shapes(library) {
        line(2, format!("lu_table_template ({}) {{", template(slews, loads)));
        line(4, "variable_1 : input_net_transition;".into());
        line(4, "variable_2 : total_output_net_capacitance;".into());
        let points = |count: usize| numbers((0..count).map(|point| point as f64));
        line(4, format!("index_1 ({});", points(slews)));
        line(4, format!("index_2 ({});", points(loads)));
        line(2, "}".into());
    }
    for cell in &library.cells {
        write_cell(cell, &mut line);
    }
    line(0, "}".into());
    text
}

fn write_cell(cell: &LibraryCell, line: &mut impl FnMut(usize, String)) {
    line(2, format!("cell ({}) {{", quoted(&cell.name)));
    line(4, format!("area : {};", cell.area_um2));
    line(4, format!("cell_leakage_power : {};", cell.leakage_nw));
    for input in &cell.inputs {
        line(4, format!("pin ({}) {{", quoted(&input.name)));
        line(6, "direction : input;".into());
        line(6, format!("capacitance : {};", input.capacitance_ff));
        line(4, "}".into());
    }
    let names: Vec<&str> = cell.inputs.iter().map(|input| &*input.name).collect();
    for output in &cell.outputs {
        line(4, format!("pin ({}) {{", quoted(&output.name)));
        line(6, "direction : output;".into());
        line(6, format!("function : \"{}\";", function(output.function, &names)));
        for arc in &output.arcs {
            let sense = match arc.sense {
                TimingSense::Positive => "positive_unate",
                TimingSense::Negative => "negative_unate",
                TimingSense::Both => "non_unate",
            };
            line(6, "timing () {".into());
            line(8, format!("related_pin : \"{}\";", names[arc.input]));
            line(8, format!("timing_sense : {sense};"));
            let [rise, fall] = &arc.delay_ns;
            let [rising, falling] = &arc.transition_ns;
            let tables = [("cell_rise", rise), ("cell_fall", fall)];
            for (name, surface) in
                tables.into_iter().chain([("rise_transition", rising), ("fall_transition", falling)])
            {
                let (slews, loads, rows) = points(surface);
                line(8, format!("{name} ({}) {{", template(slews.len(), loads.len())));
                line(10, format!("index_1 ({});", numbers(slews)));
                line(10, format!("index_2 ({});", numbers(loads)));
                let rows: Vec<String> = rows.into_iter().map(numbers).collect();
                line(10, format!("values ({});", rows.join(", ")));
                line(8, "}".into());
            }
            line(6, "}".into());
        }
        line(4, "}".into());
    }
    line(2, "}".into());
}

/// Sum of products, one for each row that is one.
fn function(table: TruthTable, names: &[&str]) -> String {
    let rows = 1usize << table.variables();
    let ones: Vec<usize> = (0..rows).filter(|&row| table.value(row)).collect();
    if ones.len() == rows || ones.is_empty() {
        return u8::from(!ones.is_empty()).to_string();
    }
    let product = |row: usize| {
        let literals = names.iter().enumerate().filter(|&(variable, _)| table.depends_on(variable));
        let literals = literals.map(|(variable, name)| match row >> variable & 1 {
            1 => (*name).to_owned(),
            _ => format!("!{name}"),
        });
        format!("({})", literals.collect::<Vec<_>>().join(" & "))
    };
    // Rows that differ in a variable that does not matter give one product.
    let products: BTreeSet<String> = ones.into_iter().map(product).collect();
    products.into_iter().collect::<Vec<_>>().join(" | ")
}

/// The axes of a table and its rows, at least two points along each axis.
fn points(surface: &Surface) -> (Vec<f64>, Vec<f64>, Vec<Vec<f64>>) {
    let twice = |axis: &[f64]| match axis {
        [only] => vec![*only, only + 1.0],
        points => points.to_vec(),
    };
    let (slews, loads) = (twice(surface.slews_ns()), twice(surface.loads_ff()));
    // The values themselves: those of the lines between them may differ in the last digit.
    let columns = surface.loads_ff().len();
    let row = |slew: usize| {
        let values = &surface.values()[slew.min(surface.slews_ns().len() - 1) * columns..][..columns];
        (0..loads.len()).map(|load| values[load.min(columns - 1)]).collect()
    };
    let rows = (0..slews.len()).map(row).collect();
    (slews, loads, rows)
}

/// The sizes of all tables.
fn shapes(library: &CellLibrary) -> BTreeSet<(usize, usize)> {
    let arcs = library.cells.iter().flat_map(|cell| &cell.outputs).flat_map(|output| &output.arcs);
    let surfaces = arcs.flat_map(|arc| arc.delay_ns.iter().chain(&arc.transition_ns));
    surfaces.map(|surface| (surface.slews_ns().len().max(2), surface.loads_ff().len().max(2))).collect()
}

fn template(slews: usize, loads: usize) -> String {
    format!("table_{slews}x{loads}")
}

fn numbers(values: impl IntoIterator<Item = f64>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    format!("\"{}\"", values.join(", "))
}

/// A name as it is where that is a word, else in quotes.
fn quoted(name: &str) -> String {
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if word { name.to_owned() } else { format!("\"{name}\"") }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use axmul_netlist::SourceText;

    /// Everything but energy comes back, at every point of every table.
    #[test]
    fn the_own_library_is_read_back() {
        let library = CellLibrary::freepdk45();
        let reading = read(&SourceText::new("own.lib", write(library).into_bytes())).unwrap();
        assert_eq!((reading.left_out.len(), reading.library.cells.len()), (0, library.cells.len()));
        assert_eq!((&reading.library.name, reading.library.supply_v), (&library.name, library.supply_v));
        for (got, cell) in reading.library.cells.iter().zip(&library.cells) {
            assert_eq!((&got.name, &got.inputs), (&cell.name, &cell.inputs));
            assert_eq!((got.area_um2, got.leakage_nw), (cell.area_um2, cell.leakage_nw));
            for (got, output) in got.outputs.iter().zip(&cell.outputs) {
                assert_eq!((&got.name, got.function), (&output.name, output.function), "{}", cell.name);
                assert_eq!(got.arcs.len(), output.arcs.len());
                for (got, arc) in got.arcs.iter().zip(&output.arcs) {
                    assert_eq!((got.input, got.sense), (arc.input, arc.sense), "{}", cell.name);
                    assert_eq!((&got.delay_ns, &got.transition_ns), (&arc.delay_ns, &arc.transition_ns));
                }
            }
        }
    }

    #[test]
    fn functions_are_sums_of_the_products_that_matter() {
        let [a, b] = [0, 1].map(|index| TruthTable::variable(3, index).bits());
        let names = ["A", "B", "C"];
        let text = |bits| function(TruthTable::new(3, bits), &names);
        assert_eq!(text(a & !b), "(A & !B)");
        assert_eq!(text(a ^ b), "(!A & B) | (A & !B)");
        assert_eq!((text(0), text(u64::MAX)), ("0".into(), "1".into()));
    }

    #[test]
    fn a_figure_without_axes_gets_two_points_along_each() {
        assert_eq!(
            points(&Surface::constant(3.0)),
            (vec![0.0, 1.0], vec![0.0, 1.0], vec![vec![3.0; 2], vec![3.0; 2]])
        );
        assert_eq!((quoted("AND2X1"), quoted("my lib")), ("AND2X1".into(), "\"my lib\"".into()));
    }
}
