//! Holds `include/axmul_plugin.h` and its Rust mirror together: a C program prints the layout that the C
//! compiler sees.

use std::fmt::Write as _;
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

use axmul_api::c_abi::{ABI_VERSION, MAX_MULTIPLIERS, MultiplierEntry, PluginEntry};

fn compile(compiler: &str, arguments: &[&str], source: &str, file: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c_header");
    std::fs::create_dir_all(&folder).unwrap();
    let (source_file, program) = (folder.join(file), folder.join(file).with_extension("out"));
    std::fs::write(&source_file, source).unwrap();
    let output = Command::new(compiler)
        .args(arguments)
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("include"))
        .arg("-o")
        .args([&program, &source_file])
        .output()
        .unwrap_or_else(|error| panic!("a C compiler is needed, `{compiler}` does not start: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

fn compiler(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

macro_rules! layout {
    ($mirror:ident is $name:literal { $($field:ident),+ $(,)? }) => {
        (
            concat!($name, " sizeof"), size_of::<$mirror>(), format!("sizeof({})", $name),
            vec![$((stringify!($field), offset_of!($mirror, $field), format!("offsetof({}, {})", $name, stringify!($field)))),+],
        )
    };
}

#[test]
fn header_and_mirror_have_one_layout() {
    let structs = [
        layout!(PluginEntry is "axmul_plugin_entry" {
            abi_version, struct_size, multiplier_size, reserved, multipliers,
        }),
        layout!(MultiplierEntry is "axmul_multiplier" {
            name, width_a, width_b, is_signed, reserved, context, product, products, power_mw, area_um2, delay_ns,
            cost_source, technology, documentation, license, citation,
        }),
    ];
    let mut expected = format!("AXMUL_ABI_VERSION {ABI_VERSION}\nAXMUL_MAX_MULTIPLIERS {MAX_MULTIPLIERS}\n");
    let mut program = String::from(
        "#include \"axmul_plugin.h\"\n#include <stdio.h>\nint main(void) {\n#define P(name, value) printf(\"%s %zu\\n\", name, (size_t)(value));\n",
    );
    program.push_str("P(\"AXMUL_ABI_VERSION\", AXMUL_ABI_VERSION)\n");
    program.push_str("P(\"AXMUL_MAX_MULTIPLIERS\", AXMUL_MAX_MULTIPLIERS)\n");
    for (label, size, c_size, fields) in structs {
        for (name, value, c_value) in std::iter::once((label, size, c_size)).chain(fields) {
            writeln!(expected, "{name} {value}").unwrap();
            writeln!(program, "P(\"{name}\", {c_value})").unwrap();
        }
    }
    program.push_str("return 0; }\n");
    let program = compile(&compiler("CC", "cc"), &["-std=c99"], &program, "layout.c");
    let output = Command::new(program).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

/// The example in the header's first comment, as C99 and with the plugin macro as C++17.
#[test]
fn header_compiles_without_warnings() {
    let header = include_str!("../include/axmul_plugin.h");
    let (_, example) = header.split_once("is a plugin:").unwrap();
    let (example, _) = example.split_once("cc -shared").unwrap();
    let example: String =
        example.lines().map(|line| line.trim_start_matches(" *").to_owned() + "\n").collect();
    compile(&compiler("CC", "cc"), &["-std=c99", "-shared", "-fPIC"], &example, "example.c");

    let cpp = "#include \"axmul_plugin.h\"\n\
        static int64_t even(const void *, int64_t a, int64_t b) { return a * b & ~1; }\n\
        static const axmul_multiplier all[] = {{\"even-8u\", 8, 8, 0, 0, nullptr, even, nullptr, AXMUL_UNKNOWN,\n\
        AXMUL_UNKNOWN, AXMUL_UNKNOWN, nullptr, nullptr, nullptr, nullptr, nullptr}};\n\
        AXMUL_EXPORT_PLUGIN(all)\n";
    compile(&compiler("CXX", "c++"), &["-std=c++17", "-shared", "-fPIC"], cpp, "example.cpp");
}
