use proptest::prelude::*;

use super::*;
use crate::c_source::{CSource, CSourceRef};
use crate::entry::Model;
use crate::netlists::{NetlistFile, NetlistOptions, Via};
use crate::shared_library::LibraryRequest;
use axmul_netlist::ProductExtension;

const GOOD: &str = "\
version: 1
name: mine
licence: MIT
cost_source: synthesis
cost_technology: 45 nm
entries:
- name: fast-8s
  format: 8s
  model: {table: tables/fast.npy}
  cost: {power_mw: 0.3, area_um2: 559}
  published: {mae: 53, ep_pct: '74.60', mse: 1.5}
- name: slow-8s
  format: 8s
  model: {library: libslow.so, symbol: slow, signature: 'int16_t(int8_t, int8_t)'}
  licence: CC0-1.0
- name: cut
  format: 8u
  model: {family: truncated, parameters: {columns: 3}}
  cost: {delay_ns: 1.0, source: a guess}
";

fn read(text: &str) -> Result<Catalog, CatalogError> {
    parse(text, Path::new("lib/mine.yaml"), &Registry::linked().unwrap())
}

fn message(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    read(&GOOD.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn entries_are_read_with_what_the_file_says_for_all() {
    let catalog = read(GOOD).unwrap();
    assert_eq!((catalog.name.as_str(), catalog.entries.len()), ("mine", 3));
    let [fast, slow, cut] = &catalog.entries[..] else { unreachable!() };
    assert_eq!(fast.model, Model::Table("lib/tables/fast.npy".into()));
    assert_eq!((fast.cost.power_mw, fast.cost.delay_ns), (Some(0.3), None));
    assert_eq!((&*fast.cost.source, &*fast.cost.technology), ("synthesis", "45 nm"));
    assert_eq!(fast.published.get("ep_pct").unwrap().to_string(), "74.60");
    assert_eq!(fast.published.get("mae").unwrap().to_string(), "53");
    assert_eq!(fast.provenance.licence.as_deref(), Some("MIT"));
    assert_eq!(slow.provenance.licence.as_deref(), Some("CC0-1.0"));
    let Model::Library { request: LibraryRequest::Symbol { symbol, signature, format }, .. } = &slow.model
    else {
        panic!("{slow:?}")
    };
    assert_eq!((&**symbol, signature.is_some(), *format), ("slow", true, Some(slow.format)));
    assert!(slow.cost.is_empty());
    assert_eq!(cut.model, Model::Family { family: "truncated".into(), parameters: vec![3] });
    assert_eq!((&*cut.cost.source, &*cut.provider), ("a guess", "truncated"));
    assert_eq!(cut.provenance.origin, "family truncated, columns 3");
    assert_eq!(cut.qualified_name(), "mine/cut");
}

#[test]
fn netlists_and_c_sources_lie_beside_the_file() {
    let text = "\
version: 1
name: mine
entries:
- name: circuit
  format: 4s
  model: {netlist: my.v, top: m, a: x, b: y, out: 'z[7:0]', msb_first: true, extend: refuse, with: [cells.v], via: yosys}
- name: code
  format: 8x4u
  model: {c_source: my.c, symbol: f, signature: 'u64(u64,u64)'}
- name: plain
  format: 8u
  model: {c_source: my.c}
";
    let catalog = read(text).unwrap();
    let [circuit, code, plain] = &catalog.entries[..] else { unreachable!() };
    let options = NetlistOptions {
        top: Some("m".into()),
        a: Some("x".into()),
        b: Some("y".into()),
        out: Some("z[7:0]".into()),
        msb_first: true,
        extend: Some(ProductExtension::Refuse),
        with: vec!["lib/cells.v".into()],
        via: Some(Via::Yosys),
    };
    assert_eq!(circuit.model, Model::Netlist(NetlistFile::new("lib/my.v", options, Some(true))));
    let asked = CSourceRef {
        path: "lib/my.c".into(),
        function: Some("f".into()),
        format: Some(OperandFormat::unsigned(8, 4)),
        signature: Some("u64(u64,u64)".parse().unwrap()),
    };
    assert_eq!(code.model, Model::CSource(CSource::new(asked, None)));
    let asked = CSourceRef { format: Some(plain.format), ..CSourceRef::file("lib/my.c") };
    assert_eq!(plain.model, Model::CSource(CSource::new(asked, None)));
    assert_eq!((&*circuit.provenance.origin, &*code.provenance.origin), ("netlist my.v", "C source my.c"));
}

#[test]
fn every_error_names_file_and_entry() {
    for (from, to, expected) in [
        ("power_mw: 0.3", "powr_mw: 0.3", "entry 'fast-8s': line"),
        ("power_mw: 0.3", "powr_mw: 0.3", "unknown field `powr_mw`"),
        (
            "power_mw: 0.3",
            "power_mw: -1",
            "entry 'fast-8s': cost: power_mw: expected a number of at least 0, got -1",
        ),
        ("power_mw: 0.3", "power_mw: .nan", "power_mw: expected a number of at least 0"),
        ("mae: 53", "mea: 53", "entry 'fast-8s'"),
        ("mae: 53", "mae: much", "'much' is no figure"),
        ("format: 8s", "format: 8", "entry 'fast-8s'"),
        ("{table: tables/fast.npy}", "{}", "exactly one of table, library, family, netlist and c_source"),
        ("{table: tables/fast.npy}", "{table: x, family: exact}", "model: expected exactly one of"),
        (
            "{table: tables/fast.npy}",
            "{table: x, symbol: y}",
            "entry 'fast-8s': model: symbol belongs to library",
        ),
        ("{table: tables/fast.npy}", "{netlist: x.v, symbol: y}", "symbol belongs to library or c_source"),
        ("{table: tables/fast.npy}", "{c_source: x.c, top: y}", "model: top belongs to netlist"),
        ("{table: tables/fast.npy}", "{netlist: x.v, c_source: x.c}", "model: expected exactly one of"),
        ("{table: tables/fast.npy}", "{netlist: x.v, extend: ones}", "entry 'fast-8s': line"),
        ("{table: tables/fast.npy}", "{netlist: x.v, via: ghdl}", "entry 'fast-8s': line"),
        (
            "{table: tables/fast.npy}",
            "{c_source: x.c, signature: f}",
            "model: signature: 'f' is no C signature",
        ),
        ("{table: tables/fast.npy}", "{table: x, parameters: {}}", "model: parameters belongs to family"),
        ("symbol: slow, ", "", "entry 'slow-8s': model: expected a symbol beside the library"),
        ("int16_t(", "short(", "entry 'slow-8s': model: signature: 'short("),
        ("truncated", "trunkated", "entry 'cut': model: unknown family 'trunkated'; did you mean truncated"),
        ("columns: 3", "columns: 99", "entry 'cut': model: truncated-99-8u"),
        ("columns: 3", "rows: 3", "parameters of truncated: expected columns, got rows"),
        ("{columns: 3}", "{}", "expected columns, columns is missing"),
        ("family: truncated", "family: exact", "parameters of exact: expected none, got columns"),
        ("name: cut", "name: fast-8s", "entry 'fast-8s': the name occurs twice"),
        ("name: cut", "name: a/b", "no file extension, got 'a/b'"),
        ("name: cut", "name: cut.npy", "no file extension, got 'cut.npy'"),
        ("name: cut", "name: cut.v", "no file extension, got 'cut.v'"),
        ("name: cut", "name: cut.c", "no file extension, got 'cut.c'"),
        (
            "name: cut\n",
            "name: cut\n  sha256: abc\n",
            "entry 'cut': sha256: expected 64 hexadecimal digits, got 'abc'",
        ),
        ("cost_source: synthesis\n", "", "entry 'fast-8s': cost: expected a source"),
        ("version: 1", "version: 2", "lib/mine.yaml: expected version 1, got 2"),
        ("version: 1\n", "", "lib/mine.yaml: this is no catalog: "),
        ("name: mine", "name: my catalog", "the catalog's name: expected letters"),
        ("name: mine", "name: mine\nauthor: me", "unknown field `author`"),
        ("- name: cut", "- nam: cut", "entry 'number 3': line"),
    ] {
        let message = message(from, to);
        assert!(
            message.starts_with("lib/mine.yaml: ") && message.contains(expected),
            "{expected}: {message}"
        );
    }
    assert!(
        read("version: 1\nname: x\nentries: []\n").unwrap_err().to_string().contains("at least one entry")
    );
    assert!(read("").unwrap_err().to_string().starts_with("lib/mine.yaml: this is no catalog"));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        prop_assert!(read(&text).is_err());
    }

    /// Lines left out, doubled and exchanged: nearer to a catalog than random text.
    #[test]
    fn no_shuffled_catalog_makes_the_reader_panic(order in prop::collection::vec(0usize..20, 0..24)) {
        let lines: Vec<&str> = GOOD.lines().collect();
        let text: String = order.iter().map(|&i| lines[i % lines.len()].to_owned() + "\n").collect();
        let _ = read(&text);
    }
}
