//! C sources on the command line: compiled, called in a process of their own, and kept.
#![cfg(unix)]

use insta::assert_snapshot;

use crate::sandbox::{Ended, Sandbox};

/// Whether there is a C compiler; says so if not.
fn compiler() -> bool {
    let there = ["cc", "gcc", "clang"]
        .iter()
        .any(|command| std::process::Command::new(command).arg("--version").output().is_ok());
    if !there {
        eprintln!("SKIPPED: no C compiler");
    }
    there
}

/// Metrics of one multiplier, and what was said on the way.
fn compared(sandbox: &Sandbox, arguments: &str) -> (serde_json::Value, String) {
    let ended = sandbox.axmul(&format!("compare {arguments} --format json"));
    let rows = ended.json();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{ended}");
    (rows[0].clone(), ended.stderr)
}

fn refused(ended: &Ended) -> &str {
    assert_eq!((ended.code, ended.text()), (2, ""), "{ended}");
    &ended.stderr
}

/// In EvoApproxLib's style: figures above, 64-bit types, operands called B and A, a comment within the parameters.
const STYLED: &str = "\
/***
* When used, please cite the following article(s): A. Author, \"Multipliers\", 2026.
***/
// MAE = 64
// WCE = 128
// EP% = 49.80 %
// PDK45_PWR = 0.289 mW
// PDK45_AREA = 543.0 um2
// PDK45_DELAY = 1.33 ns
#include <stdint.h>
#include <stdlib.h>

uint64_t mul8u_b(const uint64_t B /* 8-bit */, const uint64_t A /* 8-bit // { */)
{
   uint64_t O = (B & ~1ull) * A;
   return O;
}
";

#[test]
fn a_source_is_a_multiplier_with_its_figures() {
    if !compiler() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("mul8u_b.c", STYLED);
    let (row, said) = compared(&sandbox, "mul8u_b.c");
    // (B & ~1) * A is wrong by A for every odd B.
    assert_eq!((row["name"].as_str(), row["signed"].as_bool()), (Some("mul8u_b"), Some(false)));
    assert_eq!((row["mae"].as_f64(), row["wce"].as_f64()), (Some(63.75), Some(255.0)));
    assert_eq!((row["power_mw"].as_f64(), row["area_um2"].as_f64()), (Some(0.289), Some(543.0)));
    let order = "mul8u_b.c: `mul8u_b(B, A)` is called with a as its first parameter, B, and b as A: places count, not \
                 names (and of its netlist say --a B --b A)\n";
    let contradiction =
        "warning: mul8u_b.c: entry 'mul8u_b': the published wce is 128, its table gives 255.000000; ";
    assert!(said.starts_with(&format!("{order}{contradiction}")) && said.lines().count() == 2, "{said}");
    assert_eq!(
        sandbox.axmul("compare mul8u_b.c --format csv -q").stderr.lines().count(),
        1,
        "assumptions are notes"
    );
    assert_snapshot!(sandbox.axmul("show mul8u_b.c -q"));
}

/// The first parameter is a, whatever it is called.
#[test]
fn operands_are_taken_by_position() {
    if !compiler() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("mul8u_b.c", STYLED);
    assert_eq!(sandbox.axmul("export mul8u_b.c --format csv -o t.csv -q").code, 0);
    let text = String::from_utf8(sandbox.read("t.csv")).unwrap();
    let rows: Vec<Vec<i64>> =
        text.lines().map(|line| line.split(',').map(|word| word.parse().unwrap()).collect()).collect();
    assert_eq!((rows[3][5], rows[5][3]), (10, 12));
}

#[test]
fn the_traps_of_c() {
    if !compiler() {
        return;
    }
    let sandbox = Sandbox::new();
    // A signed multiplier with unsigned types.
    let unsigned_types = "#include <stdint.h>\nuint16_t mul8s_u(uint8_t A, uint8_t B) { return (uint16_t)((int8_t)A * (int8_t)B); }\n";
    sandbox.write("mul8s_u.c", unsigned_types);
    let (row, _) = compared(&sandbox, "mul8s_u.c");
    assert_eq!((row["signed"].as_bool(), row["mae"].as_f64()), (Some(true), Some(0.0)));
    // One that returns the bits of the product without extending their sign.
    sandbox.write(
        "mul7s_e.c",
        "#include <stdint.h>\nint32_t mul7s_e(int16_t a, int16_t b) { return (a * b) & 0x3fff; }\n",
    );
    assert_eq!(compared(&sandbox, "mul7s_e.c").0["mae"].as_f64(), Some(0.0));
    // The same under a name that says nothing: the option does.
    sandbox.write("plain.c", unsigned_types.replace("mul8s_u", "plain"));
    let (row, said) = compared(&sandbox, "plain.c --signed");
    assert_eq!((row["signed"].as_bool(), row["mae"].as_f64()), (Some(true), Some(0.0)));
    assert!(said.contains("read as signed because that was asked for; its types say otherwise"), "{said}");
    // Static helpers, macros, a typedef and a main.
    sandbox.write(
        "helpers.c",
        "#define AND(a, b) { (a) & (b) }\ntypedef unsigned char byte;\n\
         static unsigned short half(byte a, byte b) { return a * (b >> 4); }\n\
         unsigned short product(byte a, byte b) { return half(a, b) * 16 + a * (b & 15); }\n\
         int main(int argc, char **argv) { return product(argc, argc); }\n",
    );
    assert_eq!(compared(&sandbox, "helpers.c").0["mae"].as_f64(), Some(0.0));
    assert_eq!(compared(&sandbox, "helpers.c:half").0["name"].as_str(), Some("half"));
    // 64-bit types say nothing about widths: the reference does.
    sandbox.write("wide.c", "#include <stdint.h>\nuint64_t f(uint64_t a, uint64_t b) { return a * b; }\n");
    let (row, _) = compared(&sandbox, "wide.c:f:8x4u");
    assert_eq!(
        (row["width_a"].as_u64(), row["width_b"].as_u64(), row["mae"].as_f64()),
        (Some(8), Some(4), Some(0.0))
    );
    // A static function is let out.
    sandbox.write("hidden.c", "static inline short f(signed char a, signed char b) { return a * b; }");
    assert_eq!(compared(&sandbox, "hidden.c").0["mae"].as_f64(), Some(0.0));
    // Files that it includes lie beside it, and what they hold is not kept.
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    sandbox.write("folder/mask.h", "#define MASK 254\n");
    sandbox.write("folder/m.c", "#include \"mask.h\"\nunsigned short f(unsigned char a, unsigned char b) { return (a & MASK) * b; }\n");
    assert_eq!(compared(&sandbox, "folder/m.c").0["wce"].as_f64(), Some(255.0));
    sandbox.write("folder/mask.h", "#define MASK 252\n");
    assert_eq!(compared(&sandbox, "folder/m.c").0["wce"].as_f64(), Some(765.0));
}

/// Operands too wide for a table: products on demand, and what fails names the source.
#[test]
fn wide_functions_compute_on_demand() {
    if !compiler() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("mul10u_x.c", "unsigned f(unsigned short a, unsigned short b) { return a * (b & ~3); }\n");
    let (row, _) = compared(&sandbox, "mul10u_x.c");
    assert_eq!((row["width_a"].as_u64(), row["wce"].as_f64()), (Some(10), Some(3069.0)));
    assert_eq!(row["pairs_evaluated"].as_u64(), Some(1 << 20));
    assert_eq!(compared(&sandbox, "mul10u_x.c").0, row, "kept");
    sandbox.write(
        "crash.c",
        "unsigned f(unsigned short a, unsigned short b) { return a == 1000 ? *(volatile char *)0 : a * b; }\n",
    );
    let crash = sandbox.axmul("compare crash.c:10u");
    assert!(
        refused(&crash).starts_with("error: crash.c: compiled and called: crashed with SIGSEGV"),
        "{crash}"
    );
}

#[test]
fn what_goes_wrong_says_how_to_go_on() {
    if !compiler() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("wide.c", "#include <stdint.h>\nuint64_t f(uint64_t a, uint64_t b) { return a * b; }\n");
    sandbox.write("two.c", "short f(char a, char b) { return 0; }\nshort g(char a, char b) { return 0; }\n");
    sandbox.write("none.c", "void f(void) { }\n");
    sandbox.write(
        "crash.c",
        "unsigned short f(unsigned char a, unsigned char b) { return *(volatile char *)0; }\n",
    );
    let lines = [
        "show wide.c",
        "show two.c",
        "show two.c:h",
        "show none.c",
        "show missing.c",
        "show wide.c:f:40u",
        "show two.c:f:8s --unsigned",
        "compare wide.c:f:i64",
    ];
    let said: Vec<String> =
        lines.iter().map(|line| format!("$ axmul {line}\n{}", refused(&sandbox.axmul(line)))).collect();
    assert_snapshot!(said.join("\n"));
    let crash = sandbox.axmul("show crash.c");
    assert!(
        refused(&crash).starts_with("error: crash.c: compiled and called: crashed with SIGSEGV"),
        "{crash}"
    );
    sandbox.write("broken.c", "unsigned short f(unsigned char a, unsigned char b) { return c; }\n");
    let broken = sandbox.axmul("show broken.c");
    assert!(
        refused(&broken).contains("does not compile it:\n") && broken.stderr.contains("broken.c:1:"),
        "{broken}"
    );
    let alone = |compiler: &str| {
        let mut command = sandbox.command();
        let output =
            command.args(["show", "wide.c:8u"]).env("CC", compiler).env("PATH", "").output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(
        alone("no-such-cc").contains("none of no-such-cc is there; install one"),
        "{}",
        alone("no-such-cc")
    );
    assert!(alone("").contains("none of cc, gcc, clang is there"), "{}", alone(""));
}

/// With a stand-in for a compiler that leaves a mark whenever it compiles.
#[test]
fn nothing_is_compiled_twice() {
    use std::os::unix::fs::PermissionsExt;
    if !compiler() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write(
        "mycc",
        "#!/bin/sh\ncase \"$1\" in --version) echo my compiler 1;; *) echo compiled >> \"$(dirname \"$0\")/log\"; exec cc \"$@\";; esac\n",
    );
    std::fs::set_permissions(sandbox.path("mycc"), std::fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.write("f.c", "short f(signed char a, signed char b) { return a * b; }\n");
    let run = || {
        let mut command = sandbox.command();
        let output = command.args(["compare", "f.c"]).env("CC", sandbox.path("mycc")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let compiled = || std::fs::read_to_string(sandbox.path("log")).unwrap().lines().count();
    run();
    assert_eq!(compiled(), 1);
    run();
    assert_eq!(compiled(), 1, "kept");
    sandbox.write("f.c", "short f(signed char a, signed char b) { return a * b & ~1; }\n");
    run();
    assert_eq!(compiled(), 2, "another text");
    let script = String::from_utf8(sandbox.read("mycc")).unwrap().replace("compiler 1", "compiler 2");
    sandbox.write("mycc", script);
    run();
    assert_eq!(compiled(), 3, "another compiler");
}
