//! Libraries in small: every construct that the real ones have, written for the purpose.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use axmul_metrics::OperandFormat;
use axmul_providers::import::{Import, ImportError, ImportKind, ImportNoteKind, Imported};
use axmul_providers::{CacheChoice, Collection, MultiplierSources};
use tempfile::TempDir;

/// A folder to import, and a shelf.
struct Case(TempDir);

impl Case {
    fn new(files: &[(&str, &str)]) -> Self {
        static HOST: Once = Once::new();
        // SAFETY: this program reads the environment through the standard library only, which locks it.
        HOST.call_once(|| unsafe { std::env::set_var("AXMUL_HOST", env!("CARGO_BIN_EXE_axmul")) });
        let case = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            case.write(path, text);
        }
        case
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("library")
    }

    fn collection(&self, catalogs: &[&str]) -> Collection {
        Collection::open(&MultiplierSources {
            catalogs: catalogs.iter().map(PathBuf::from).collect(),
            cache: CacheChoice::Off,
            store: Some(self.0.path().join("store")),
            ..MultiplierSources::default()
        })
        .unwrap()
    }

    fn import(&self, kind: ImportKind) -> Result<Imported, ImportError> {
        self.import_as(|_| {}, kind)
    }

    fn import_as(&self, change: impl FnOnce(&mut Import), kind: ImportKind) -> Result<Imported, ImportError> {
        let mut import = Import {
            kind,
            path: self.folder(),
            name: None,
            release: None,
            formats: Vec::new(),
            replace: false,
        };
        change(&mut import);
        self.collection(&[]).import(&import, &|_, _| {})
    }

    /// The products of an entry of the shelf, a = b = 3 last.
    fn products(&self, name: &str) -> Vec<i64> {
        let collection = self.collection(&[]);
        let (entries, _) = collection.find(name).unwrap();
        let mut out = vec![0; entries[0].format.pairs() as usize];
        collection.products(&entries[0]).unwrap().block(0, &mut out).unwrap();
        out
    }
}

fn texts(imported: &Imported, subject: ImportNoteKind) -> Vec<String> {
    imported.remarks.iter().filter(|one| one.subject == subject).map(ToString::to_string).collect()
}

/// The head of a file of EvoApproxLib, of a subset and with published figures.
fn head(subset: &str, figures: &str) -> String {
    let comment = "/***\n* This code is distributed under The MIT License.\n* When used, please cite the following \
                   article(s): A. Author, \"On Small Multipliers\", 2026.\n";
    format!("{comment}* With respect to the pwr and {subset} parameters\n***/\n{figures}\n")
}

const EXACT: &str = "// MAE = 0\n// EP% = 0.00 %\n// PDK45_PWR = 0.010 mW\n// PDK45_AREA = 20.5 um2";

/// 2x2, exact; `sums` is the line that makes bits 1 and 3.
fn verilog(name: &str, sums: &str) -> String {
    format!(
        "module {name} (A, B, O);\n input [1:0] A;\n input [1:0] B;\n output [3:0] O;\n wire p, q;\n assign p = A[1] & \
         B[0];\n assign q = A[0] & B[1];\n assign O[0] = A[0] & B[0];\n {sums}\nendmodule\n"
    )
}

const HALF_ADDERS: &str = "assign O[1] = p ^ q; wire c; assign c = p & q; wire h; assign h = A[1] & B[1]; assign O[2] = \
                           h ^ c; assign O[3] = h & c;";
/// Without the product of the first operand's low bit and the second's high one.
const LOPSIDED: &str = "assign O[1] = p; assign O[2] = A[1] & B[1]; assign O[3] = 1'b0;";

fn evoapproxlib() -> Case {
    let at =
        |family: &str, subset: &str, file: &str| format!("multiplers/{family}/pareto_pwr_{subset}/{file}");
    let mut files: Vec<(String, String)> = Vec::new();
    let mut add = |path: String, text: String| files.push((path, text));
    let u = "2x2_unsigned";
    // One circuit in two subsets, whose comments differ; as C with comments and `const` in its signature, as netlist
    // and as cells.
    for subset in ["mae", "ep"] {
        let head = head(subset, EXACT);
        let c = "#include <stdint.h>\nuint64_t mul2u_001(const uint64_t A /* 2-bit unsigned operand */, const uint64_t B \
                 /* another */)\n{\n  return (A & 3) * (B & 3);\n}\n";
        add(at(u, subset, "mul2u_001.c"), format!("{head}{c}"));
        add(at(u, subset, "mul2u_001.v"), format!("{head}{}", verilog("mul2u_001", HALF_ADDERS)));
        let mapped = "module mul2u_001 (A, B, O);\n input [1:0] A; input [1:0] B; output [3:0] O;\n wire p, q, c, h;\n \
                      AND2X1 u0 (.A(A[0]), .B(B[0]), .Y(O[0]));\n AND2X1 u1 (.A(A[1]), .B(B[0]), .Y(p));\n AND2X1 u2 \
                      (.A(A[0]), .B(B[1]), .Y(q));\n AND2X1 u3 (.A(A[1]), .B(B[1]), .Y(h));\n HAX1 u4 (.A(p), .B(q), \
                      .YS(O[1]), .YC(c));\n HAX1 u5 (.A(h), .B(c), .YS(O[2]), .YC(O[3]));\nendmodule\n";
        add(at(u, subset, "mul2u_001_pdk45.v"), format!("{head}{mapped}"));
    }
    // C by place (B, A), the netlist's ports by name; another name within.
    let lopsided = "// MAE = 0.5\n// WCE = 2";
    let c = "unsigned long long mult2_cgp(const unsigned long long B,const unsigned long long A) { return (A & B & 1) | \
             (((A >> 1) & B & 1) << 1) | (((A >> 1) & (B >> 1) & 1) << 2); }";
    add(at(u, "mae", "mul2u_BA1.c"), format!("{}{c}\n", head("mae", lopsided)));
    add(at(u, "mae", "mul2u_BA1.v"), format!("{}{}", head("mae", lopsided), verilog("mul2u_BA1", LOPSIDED)));
    // Two circuits under one name; the published figures are those of the netlist.
    add(
        at(u, "mae", "mul2u_TWO.c"),
        format!(
            "{}#include <stdint.h>\nuint8_t mul2u_TWO(uint8_t a, uint8_t b) {{ return a & b; }}",
            head("mae", EXACT)
        ),
    );
    add(at(u, "mae", "mul2u_TWO.v"), format!("{}{}", head("mae", EXACT), verilog("mul2u_TWO", HALF_ADDERS)));
    // A figure that is not its own; a broken netlist beside good C; nothing good at all.
    add(
        at(u, "mae", "mul2u_FIG.v"),
        format!("{}{}", head("mae", lopsided), verilog("mul2u_FIG", HALF_ADDERS)),
    );
    add(at(u, "mae", "mul2u_BAD.v"), "module mul2u_BAD (A, B, O);\n input [1:0] A;\n".into());
    add(at(u, "mae", "mul2u_BAD.c"), "unsigned mul2u_BAD(unsigned a, unsigned b) { return a * b; }".into());
    add(at(u, "mae", "mul2u_ILL.c"), "float mul2u_ILL(float a) { return a; }".into());
    // Narrower operands than the folder says.
    add(at("3x3_unsigned", "mae", "mul3u_002.v"), verilog("mul3u_002", HALF_ADDERS));
    // Signed, and declared unsigned.
    let c = "#include <stdint.h>\nuint64_t mul4s_001(uint64_t A, uint64_t B) { int a = (int)(A & 15) - (int)(A & 8) * 2, b \
             = (int)(B & 15) - (int)(B & 8) * 2; return (uint64_t)(a * b) & 255; }";
    add(at("4x4_signed", "mae", "mul4s_001.c"), format!("{}{c}", head("mae", EXACT)));
    let case = Case::new(&[
        ("LICENSE.md", "MIT"),
        ("multiplers/README.md", "no family"),
        ("multiplers/fig/x.png", ""),
    ]);
    files.iter().for_each(|(path, text)| case.write(path, text));
    case
}

#[test]
fn every_construct_of_evoapproxlib() {
    let case = evoapproxlib();
    let imported = case.import(ImportKind::EvoApproxLib).unwrap();
    assert!(imported.catalog.starts_with("evoapproxlib-unknown-"), "{}", imported.catalog);
    let formats: Vec<(String, usize)> =
        imported.formats.iter().map(|(format, count)| (format.to_string(), *count)).collect();
    assert_eq!(formats, [("2u".into(), 5), ("4s".into(), 1)]);
    // 001 as three models, of which each lies in two subsets; BA1 as two.
    assert_eq!((imported.agreed, imported.models), (2, 3 + 2 + 2 + 1 + 1 + 1));
    let [left_out, unreadable, different, figure, exchanged] = [
        ImportNoteKind::LeftOut,
        ImportNoteKind::Unreadable,
        ImportNoteKind::Different,
        ImportNoteKind::Figure,
        ImportNoteKind::Exchanged,
    ]
    .map(|subject| texts(&imported, subject));
    assert_eq!(left_out.len(), 2, "{left_out:?}");
    assert!(left_out[0].starts_with("mul2u_ILL: mul2u_ILL.c: "), "{left_out:?}");
    assert_eq!(left_out[1], "mul3u_002: mul3u_002.v: expected operands 3u, got 2u");
    assert!(unreadable[0].starts_with("mul2u_BAD: mul2u_BAD.v:"), "{unreadable:?}");
    assert_eq!(
        different,
        [
            "mul2u_TWO: mul2u_TWO.v and mul2u_TWO.c are different multipliers: 1 x 2 is 2 in one and 0 in the other"
        ]
    );
    assert_eq!(
        figure,
        [
            "mul2u_FIG: mae is published as 0.5, and its products give 0",
            "mul2u_FIG: wce is published as 2, and its products give 0"
        ]
    );
    assert_eq!(exchanged, ["mul2u_BA1: mul2u_BA1.v takes its operands the other way round"]);

    // It is there next time, and computes what its C sources computed: by place.
    let of = |name: &str| case.products(&format!("{}/{name}", imported.catalog));
    let exact: Vec<i64> = (0..16).map(|pair| (pair / 4) * (pair % 4)).collect();
    assert_eq!(of("mul2u_001"), exact);
    assert_eq!(of("mul2u_TWO"), exact);
    // Row a = 1, column b = 2 is 2, which the first parameter alone could not make.
    assert_eq!(of("mul2u_BA1")[4..8], [0, 1, 2, 3]);
    assert_eq!(of("mul2u_BA1")[8..12], [0, 0, 4, 4]);
    assert_eq!(of("mul4s_001")[0], 64);

    let collection = case.collection(&[&imported.catalog]);
    let entry = collection.entries().iter().find(|entry| entry.name == "mul2u_001").unwrap();
    assert_eq!((entry.cost.power_mw, entry.cost.area_um2), (Some(0.01), Some(20.5)));
    assert!(entry.cost.source.starts_with("EvoApproxLib unknown-") && entry.cost.technology == "PDK45");
    assert_eq!(entry.provenance.licence.as_deref(), Some("MIT"));
    assert_eq!(entry.provenance.citation.as_deref(), Some("A. Author, \"On Small Multipliers\", 2026."));
    assert_eq!(
        entry.provenance.documentation,
        "Pareto-optimal among its library's for power against EP, MAE."
    );
    assert!(entry.sha256.is_some() && collection.circuit(entry).unwrap().is_some());
    let selection = collection.select_all().unwrap();
    // Nothing new is found wrong with what was verified.
    assert_eq!(selection.multipliers.len(), 6);
    assert_eq!(selection.warnings.len(), 2, "{:?}", selection.warnings);
    assert!(imported.directory.join("LICENSE.md").is_file());
}

#[test]
fn releases_are_told_by_their_index() {
    let case = evoapproxlib();
    let folder = "multiplers/2x2_unsigned/pareto_pwr_mae";
    let index = format!(
        "[{{\"folder\": \"adders\", \"datasets\": []}}, {{\"folder\": \"multiplers\", \"datasets\": [{{\"datasets\": [\
         {{\"folder\": \"{folder}\", \"instances\": [\
         {{\"name\": \"mul2u_001\", \"files\": [{{\"file\": \"mul2u_001.c\"}}, {{\"file\": \"mul2u_001.blif\"}}], \
         \"params\": {{\"pwr\": \"0.011\", \"area\": \"20.5\", \"ep%\": \"0.00\"}}}}]}},\
         {{\"folder\": \"multiplers/9x9_unsigned/pareto_pwr_mae\", \"instances\": [{{\"name\": \"absent\", \"files\": \
         [{{\"file\": \"absent.c\"}}]}}]}}]}}]}}]"
    );
    case.write("meta.json", &index);
    let imported = case.import(ImportKind::EvoApproxLib).unwrap();
    assert_eq!(
        texts(&imported, ImportNoteKind::Index),
        [
            format!("mul2u_001: meta.json lists mul2u_001.blif in {folder}, which is not there"),
            "mul2u_001: the index says power_mw 0.011, the files 0.01".into(),
        ]
    );
    // Another index is another release, and so another catalog; so is a release that is named.
    case.write("meta.json", &format!("{index}\n"));
    let second = case.import(ImportKind::EvoApproxLib).unwrap();
    assert_ne!(second.catalog, imported.catalog);
    let named =
        case.import_as(|import| import.release = Some("v9".into()), ImportKind::EvoApproxLib).unwrap();
    assert_eq!((&*named.catalog, &*named.description), ("evoapproxlib-v9", "EvoApproxLib v9"));
    // One that is there already is not touched unless asked.
    let again = case.import_as(|import| import.release = Some("v9".into()), ImportKind::EvoApproxLib);
    assert!(again.unwrap_err().to_string().contains("there is a catalog 'evoapproxlib-v9' already"));
    let replaced = |import: &mut Import| {
        import.name = Some("evoapproxlib-v9".into());
        import.replace = true;
        import.formats = vec![OperandFormat::signed(4, 4)];
    };
    let replaced = case.import_as(replaced, ImportKind::EvoApproxLib).unwrap();
    assert_eq!(replaced.formats.values().sum::<usize>(), 1);
    assert_eq!(case.collection(&["evoapproxlib-v9"]).entries().len(), 1);
    case.write("meta.json", "[");
    let broken = case.import(ImportKind::EvoApproxLib).unwrap();
    assert!(texts(&broken, ImportNoteKind::Index)[0].starts_with("meta.json: it is no index: EOF"));
}

#[test]
fn arithsgen_in_flat_and_hierarchical_files() {
    let exact = verilog("u_mul2", HALF_ADDERS);
    let hierarchical = "uint8_t and_gate(uint8_t a, uint8_t b) { return a & b & 1; }\nuint64_t u_mul2(uint64_t a, \
                        uint64_t b) { return (a & 3) * (b & 3) + 0 * and_gate(1, 1); }\n";
    let case = Case::new(&[
        ("verilog/flat/u_mul2.v", &exact),
        ("verilog/hier/u_mul2.v", &exact),
        (
            "c/flat/u_mul2.c",
            "#include <stdint.h>\nuint64_t u_mul2(uint64_t a, uint64_t b) { return (a & 3) * (b & 3); }",
        ),
        ("c/hier/u_mul2.c", &format!("#include <stdint.h>\n{hierarchical}")),
        // An adder is no multiplier.
        (
            "verilog/flat/u_add2.v",
            "module u_add2(input [1:0] a, input [1:0] b, output [2:0] s); assign s[0] = a[0] ^ b[0]; \
          assign s[1] = a[1] ^ b[1]; assign s[2] = a[1] & b[1]; endmodule",
        ),
        ("readme.txt", "not a model"),
    ]);
    let imported = case.import(ImportKind::ArithsGen).unwrap();
    assert_eq!((&*imported.catalog, imported.models, imported.agreed), ("library", 4, 1));
    let left_out = texts(&imported, ImportNoteKind::LeftOut);
    assert_eq!(left_out.len(), 1, "{left_out:?}");
    assert!(left_out[0].starts_with("u_add2: verilog/flat/u_add2.v: the product is 3 bits wide, expected 4"));
    assert_eq!(case.products("library/u_mul2")[15], 9);
}

#[test]
fn tables_with_their_figures() {
    let rows = |f: fn(u32, u32) -> u32| -> String {
        let row = |a| (0..4).map(|b| f(a, b).to_string()).collect::<Vec<_>>().join(",") + "\n";
        (0..4).map(row).collect()
    };
    let case = Case::new(&[
        ("mul2u_a.csv", &rows(|a, b| a * b)),
        ("mul2u_b.txt", &rows(|a, b| a & b)),
        ("sub/mul2u_a.txt", &rows(|a, b| a * b)),
        (
            "published.csv",
            "name,family,power_mw,mae\nmul2u_a,2x2_unsigned,0.5,0\nmul2u_b,2x2_unsigned,0.1,9\nmul2u_c,,1,\n",
        ),
        ("broken.txt", "1,2\n"),
    ]);
    let imported = case.import(ImportKind::Tables).unwrap();
    assert_eq!((imported.formats.values().sum::<usize>(), imported.agreed, imported.models), (2, 1, 3));
    assert_eq!(
        texts(&imported, ImportNoteKind::Index),
        ["mul2u_c: published.csv has figures for it, and there is no table"]
    );
    assert_eq!(texts(&imported, ImportNoteKind::Figure).len(), 1);
    assert!(texts(&imported, ImportNoteKind::LeftOut)[0].starts_with("broken: broken.txt: "));
    let collection = case.collection(&["library"]);
    assert_eq!(collection.entries()[0].cost.power_mw, Some(0.5));
    assert_eq!(collection.entries()[0].cost.source, "published.csv of library");
    assert_eq!(case.products("library/mul2u_b")[15], 3);
}

const NOTES: &str = "\
name: chip
description: For the filter
licence: CC0-1.0
cost_source: our synthesis
multipliers:
  fast:
    format: 2u
    top: core
    a: x
    b: y
    out: z
    symbol: fast_one
    cost: {power_mw: 0.3}
    published: {mae: 0}
    documentation: The fast one.
  gone: {format: 2u}
";

fn chip() -> Case {
    let core = verilog("core", HALF_ADDERS).replace('A', "x").replace('B', "y").replace('O', "z");
    Case::new(&[
        ("fast.v", &core),
        (
            "fast.c",
            "static int f(int a) { return a; }\nunsigned fast_one(unsigned a, unsigned b) { return a * b; }\n",
        ),
        ("mine-2u.csv", "0,0,0,0\n0,1,2,3\n0,2,4,6\n0,3,6,8\n"),
        ("import.yaml", NOTES),
        ("LICENSE", "CC0"),
    ])
}

#[test]
fn own_files_with_a_note() {
    let case = chip();
    let imported = case.import(ImportKind::Folder).unwrap();
    assert_eq!((&*imported.catalog, &*imported.description), ("chip", "For the filter"));
    assert_eq!(imported.remarks.len(), 1, "{:?}", imported.remarks);
    assert_eq!(
        texts(&imported, ImportNoteKind::Index),
        ["gone: import.yaml speaks of it, and there is no file of that name"]
    );
    let collection = case.collection(&["chip"]);
    let [fast, mine] = collection.entries() else { panic!("{:?}", collection.entries()) };
    assert_eq!((fast.cost.power_mw, &*fast.cost.source), (Some(0.3), "our synthesis"));
    assert_eq!(fast.provenance.documentation, "The fast one.");
    assert_eq!(mine.provenance.licence.as_deref(), Some("CC0-1.0"));
    assert_eq!(case.products("chip/mine-2u")[15], 8);
    let error = collection.find("chip/fats").unwrap_err().to_string();
    assert_eq!(error, "unknown multiplier 'chip/fats'; did you mean fast?");
}

#[test]
fn bad_notes_and_empty_folders_say_what_to_do() {
    let message = |case: &Case, kind| {
        let text = case.import(kind).unwrap_err().to_string();
        text.replace(&case.0.path().display().to_string(), "")
    };
    let with = |from: &str, to: &str| {
        let case = chip();
        case.write("import.yaml", &NOTES.replacen(from, to, 1));
        message(&case, ImportKind::Folder)
    };
    assert!(with("cost_source: our synthesis\n", "").contains("multiplier 'fast': cost: expected a source"));
    assert!(with("power_mw: 0.3", "power_mw: -1").contains("expected a number of at least 0, got -1"));
    assert!(
        with("top: core", "tap: core").contains("unknown field `tap`"),
        "{}",
        with("top: core", "tap: core")
    );
    assert!(with("format: 2u", "format: 2").contains("/library/import.yaml: line "));
    assert!(with("name: chip", "name: own").contains("'own' means something else"));
    assert!(with("symbol: fast_one", "signature: f").contains("multiplier 'fast': signature: 'f'"));

    let empty = Case::new(&[("notes.md", "")]);
    for (kind, expected) in [
        (
            ImportKind::EvoApproxLib,
            "expected multiplers/<family>/<subset>/NAME.c or .v in it or in folders below",
        ),
        (ImportKind::ArithsGen, "expected Verilog, BLIF, C or CGP files"),
        (ImportKind::Tables, "expected tables of products"),
        (ImportKind::Folder, "expected netlists, C sources or tables"),
    ] {
        assert!(message(&empty, kind).contains(expected), "{}", message(&empty, kind));
    }
    let nothing = Case::new(&[("bad.v", "module"), ("odd name.csv", "1"), ("worse.c", "")]);
    let text = message(&nothing, ImportKind::Folder);
    assert!(text.starts_with("/library: none of 3 multipliers could be used:\n  bad: bad.v:"), "{text}");
    assert!(text.contains("odd name: its name cannot be one: expected letters"), "{text}");
    let store = nothing.0.path().join("store");
    assert!(!store.exists() || fs::read_dir(store).unwrap().count() == 0, "nothing half-written");
    let collection = nothing.collection(&[]);
    let import = |path: &Path| {
        let import = Import {
            kind: ImportKind::Folder,
            path: path.into(),
            name: None,
            release: None,
            formats: Vec::new(),
            replace: false,
        };
        collection.import(&import, &|_, _| {}).unwrap_err().to_string()
    };
    assert!(import(&nothing.folder().join("bad.v")).ends_with("expected a folder, got a file"));
    assert!(import(Path::new("nowhere")).ends_with("nowhere: no such folder"));
}
