//! Shared libraries on the command line: foreign code costs a message, never the run.
#![cfg(unix)]

use crate::build::{Library, fixture};
use crate::sandbox::{Ended, Sandbox};

/// The fixture under a short name in the sandbox.
fn library(sandbox: &Sandbox, name: &str, source: &str, definitions: &[&str]) {
    let Library(path) = &fixture(source, definitions);
    std::fs::copy(path, sandbox.path(name)).unwrap();
}

fn fails_alone_and_warns_in_company(sandbox: &Sandbox, plugin: &str, options: &str, about: &str) {
    let alone = sandbox.axmul(&format!("compare {plugin} {options}"));
    assert_eq!((alone.code, alone.text()), (2, ""), "{alone}");
    let company = sandbox.axmul(&format!("compare {plugin} lab.yaml --format csv {options}"));
    assert_eq!((company.code, company.text().lines().count()), (0, 7), "{company}");
    let said = |ended: &Ended, prefix: &str| {
        let stderr = &ended.stderr;
        assert!(
            stderr.starts_with(prefix) && stderr.contains("libbad.so") && stderr.contains(about),
            "{ended}"
        );
    };
    said(&alone, "error: ");
    said(&company, "warning: ");
}

#[test]
fn crashes_hangs_and_missing_symbols() {
    let sandbox = Sandbox::new();
    library(&sandbox, "libbad.so", "misbehaves.c", &[]);
    fails_alone_and_warns_in_company(&sandbox, "./libbad.so:mul8u_segfaults", "", "SIGSEGV");
    fails_alone_and_warns_in_company(
        &sandbox,
        "./libbad.so:mul8u_hangs",
        "--plugin-timeout 0.5",
        "--plugin-timeout",
    );
    fails_alone_and_warns_in_company(
        &sandbox,
        "./libbad.so:mul8u_eats",
        "--plugin-memory 64",
        "--plugin-memory",
    );
    fails_alone_and_warns_in_company(&sandbox, "./libbad.so:mul8u_nothing", "", "mul8u_nothing");
}

#[test]
fn constructors_are_foreign_code_too() {
    let sandbox = Sandbox::new();
    library(&sandbox, "libbad.so", "misbehaves.c", &["CONSTRUCTOR=aborts"]);
    fails_alone_and_warns_in_company(&sandbox, "./libbad.so:mul8u_counts", "", "SIGABRT");
}

/// What a library prints does not end up in the result.
#[test]
fn what_libraries_print_stays_out_of_the_result() {
    let sandbox = Sandbox::new();
    library(&sandbox, "libmodels.so", "models.c", &[]);
    let rows = sandbox.axmul("compare ./libmodels.so:mul8s_prints --format json").json();
    assert_eq!((rows.as_array().unwrap().len(), rows[0]["mae"].as_f64()), (1, Some(0.0)));
}

/// A designer's session: a C function, shown, compared and exported.
#[test]
fn a_c_function_is_a_multiplier_like_any_other() {
    let sandbox = Sandbox::new();
    library(&sandbox, "libmodels.so", "models.c", &[]);
    let function = "./libmodels.so:mul8s_skew";
    let rows = sandbox.axmul(&format!("compare {function} exact-8s --sort mae --format json")).json();
    assert_eq!((rows[0]["name"].as_str(), rows.as_array().unwrap().len()), (Some("exact-8s"), 2));
    let shown = sandbox.axmul(&format!("show {function} --format json")).json();
    assert_eq!((shown["commutes"].as_bool(), shown["signed"].as_bool()), (Some(false), Some(true)));
    assert_eq!(sandbox.axmul(&format!("export {function} --format csv -o skew.csv -q")).code, 0);
    // a = b = -128, and every row is an activation.
    let text = String::from_utf8(sandbox.read("skew.csv")).unwrap();
    assert!(text.starts_with("-12928,-12927,"), "{}", &text[..40]);
}

/// All products of 9x3 bits, on demand; and from the cache without the library being loaded again.
#[test]
fn wide_functions_are_compared_listed_and_kept() {
    let sandbox = Sandbox::new();
    library(&sandbox, "libwide.so", "wide.c", &[]);
    let command = "compare ./libwide.so:mul9x3s_skew exact-9x3s --sort mae --format json";
    let rows = sandbox.axmul(command).json();
    let errors = (-256..256).flat_map(|a: i64| (-4..4).map(move |b: i64| (b & 1) - 3 * (a & 1)));
    let mae = errors.clone().map(i64::abs).sum::<i64>() as f64 / 4096.0;
    assert_eq!((rows[1]["name"].as_str(), rows[1]["mae"].as_f64()), (Some("mul9x3s_skew"), Some(mae)));
    assert_eq!((rows[1]["pairs_evaluated"].as_u64(), rows[1]["wce"].as_f64()), (Some(4096), Some(3.0)));
    let listed = sandbox.axmul("list --plugin ./libwide.so:mul32s_wide --format json").json();
    assert_eq!(
        (listed[0]["name"].as_str(), listed[0]["format"].as_str()),
        (Some("mul32s_wide"), Some("32s"))
    );
    let sampled = sandbox.axmul("show ./libwide.so:mul32s_wide --samples 5000 --format json").json();
    // The lowest bits of both operands are ones in a quarter of the pairs.
    assert!((sampled["ep_pct"].as_f64().unwrap() - 25.0).abs() < 5.0, "{}", sampled["ep_pct"]);
    assert_eq!(sampled["exact"], false);

    let without_a_host =
        sandbox.command().args(command.split(' ')).env("AXMUL_HOST", "nowhere").output().unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&without_a_host.stdout).unwrap(), rows);
    let exported = sandbox.axmul("export ./libwide.so:mul9x3s_skew -o t.npy");
    assert_eq!(
        exported.stderr,
        "error: mul9x3s_skew: operands 9x3s are too wide for a table of all products, expected at most 8 bits each\n"
    );
}

#[test]
fn wide_functions_that_misbehave_cost_only_themselves() {
    let sandbox = Sandbox::new();
    library(&sandbox, "libbad.so", "wide.c", &[]);
    fails_alone_and_warns_in_company(&sandbox, "./libbad.so:mul12x8u_segfaults", "", "SIGSEGV");
    fails_alone_and_warns_in_company(
        &sandbox,
        "./libbad.so:mul12x8u_overflows",
        "",
        "beyond its product bus",
    );
    let limit = "--plugin-timeout 0.5";
    fails_alone_and_warns_in_company(&sandbox, "./libbad.so:mul12x8u_hangs", limit, "--samples N");
    fails_alone_and_warns_in_company(&sandbox, "./libbad.so:mul12u_slow", limit, "raise --plugin-timeout");
    // A sample small enough for the limit.
    let sampled = sandbox.axmul("compare ./libbad.so:mul12u_slow --samples 1000 --format json").json();
    assert_eq!(sampled[0]["mae"].as_f64(), Some(0.0));
}
