//! Descriptors, sound and spoilt in every field.

use std::time::Duration;

use axmul_providers::shared_library::{LibraryProblem, Limits, Phase};

use super::{PATIENT, ask, assert_products, build, one, problem, tabulated};

#[test]
fn everything_in_a_descriptor_arrives() {
    let library = build::fixture("descriptor.c", &["WIDTH_B=7", "COST_SOURCE=\"measured\""]);
    let all: Vec<_> = ask(&library.0, "", &PATIENT).unwrap().into_iter().map(tabulated).collect();
    assert_eq!(all.len(), 2);
    let first = &all[0];
    assert_eq!((first.name.as_str(), first.format().to_string().as_str()), ("first", "8x7s"));
    assert_products(first, |a, b| 100 * a + b);
    assert_eq!(
        (first.cost.power_mw, first.cost.area_um2, first.cost.delay_ns),
        (Some(0.5), None, Some(1.25))
    );
    assert_eq!((first.cost.source.as_str(), first.cost.technology.as_str()), ("measured", ""));
    assert_eq!(first.provenance.documentation, "Skewed.");
    assert_eq!(first.provenance.licence.as_deref(), Some("MIT"));
    assert_eq!(first.provenance.citation.as_deref(), Some("Somebody, 2020"));
    // A stride with an appended field, and a context of its own.
    let second = &all[1];
    assert_eq!((second.name.as_str(), second.format().to_string().as_str()), ("second", "4x3u"));
    assert_products(second, |_, _| 12);
    assert!(second.cost.is_empty() && second.cost.source.is_empty() && second.provenance.licence.is_none());
}

#[test]
fn a_cost_without_source_is_the_librarys_own() {
    let library = build::fixture("descriptor.c", &[]);
    assert_eq!(one(&library.0, ":first").cost.source, format!("stated by {}", library.0.display()));
}

/// The scalar function alone would take 65 s.
#[test]
fn the_batched_function_is_used() {
    let library = build::fixture("descriptor.c", &["PRODUCT=slow", "PRODUCTS=skews"]);
    let limits = Limits { time: Duration::from_secs(40), ..PATIENT };
    let first = ask(&library.0, ":first", &limits).unwrap().remove(0);
    assert_products(&tabulated(first), |a, b| 100 * a + b);
}

#[test]
fn a_batched_function_that_differs_is_found_out() {
    let library = build::fixture("descriptor.c", &["PRODUCTS=off"]);
    let found = problem(&library.0, "", &PATIENT, &["`first` gives", "batched function differs"]);
    let LibraryProblem::Inconsistent { a, b, first, second, .. } = found else { panic!("{found:?}") };
    assert_eq!((first, second), (100 * a + b + 1, 100 * a + b));
}

/// Definition that spoils the descriptor, the problem it makes, and what the message says.
#[test]
fn each_fault_has_its_message() {
    let first = || "first".to_owned();
    let size = |what: &str, got, expected| LibraryProblem::AbiSize { what: what.into(), got, expected };
    let name = |index, what: &str| LibraryProblem::Name { index, what: what.into() };
    let width = |width_a, width_b| LibraryProblem::Width { name: first(), width_a, width_b };
    let list = |what: &str| LibraryProblem::NoList { what: what.into() };
    let cost =
        |value: &str| LibraryProblem::Cost { name: first(), field: "power_mw".into(), value: value.into() };
    let text =
        |what: &str| LibraryProblem::Text { name: first(), field: "documentation".into(), what: what.into() };
    for (definition, expected, says) in [
        (
            "ABI=2",
            LibraryProblem::AbiVersion { got: 2 },
            "built for version 2 of the plugin interface, this axmul speaks version 1; rebuild",
        ),
        ("ABI=0", LibraryProblem::AbiVersion { got: 0 }, "built for version 0"),
        ("STRUCT_SIZE=16", size("struct_size", 16, 24), "struct_size as 16 bytes, expected at least 24"),
        ("STRUCT_SIZE=100000", size("struct_size", 100_000, 24), "struct_size as 100000 bytes"),
        (
            "MULTIPLIER_SIZE=8",
            size("multiplier_size", 8, 112),
            "multiplier_size as 8 bytes, expected at least 112",
        ),
        ("COUNT=0", LibraryProblem::Count { got: 0 }, "lists 0 multipliers, expected 1 to 1024"),
        ("COUNT=4000000000u", LibraryProblem::Count { got: 4_000_000_000 }, "lists 4000000000 multipliers"),
        ("LIST=NULL", list("`multipliers` is NULL"), "lists no multipliers: `multipliers` is NULL"),
        ("ARRAY=NULL", list("`multipliers` returned NULL"), "returned NULL"),
        ("NAME=NULL", name(0, "is NULL"), "multiplier 0 (counted from 0) is NULL"),
        ("NAME=\"\"", name(0, "is empty"), "is empty"),
        ("SECOND_NAME=\"\\xff\"", name(1, "is not UTF-8"), "multiplier 1 (counted from 0) is not UTF-8"),
        ("NAME=\"a\\nb\"", name(0, "holds control characters"), "control characters"),
        ("NAME=long_text", name(0, "is too long"), "1 to 255 bytes"),
        ("SECOND_NAME=\"first\"", LibraryProblem::Duplicate { name: first() }, "two multipliers `first`"),
        ("WIDTH_A=1", width(1, 8), "operands of 1 and 8 bits, expected 2 to 32"),
        ("WIDTH_B=33", width(8, 33), "operands of 8 and 33 bits"),
        ("WIDTH_A=264", width(264, 8), "operands of 264 and 8 bits"),
        ("SIGNED=2", LibraryProblem::Signedness { name: first(), got: 2 }, "is_signed = 2, expected 0 or 1"),
        ("PRODUCT=NULL", LibraryProblem::NoProduct { name: first() }, "no product function (NULL)"),
        ("POWER=-1", cost("-1"), "power_mw = -1, expected a finite number"),
        ("POWER=INFINITY", cost("inf"), "power_mw = inf"),
        ("DOCUMENTATION=\"\\xc3\"", text("is not UTF-8"), "documentation is not UTF-8"),
        ("DOCUMENTATION=long_text", text("is too long"), "at most 64 KiB"),
    ] {
        let library = build::fixture("descriptor.c", &[definition]);
        assert_eq!(problem(&library.0, "", &PATIENT, &[says]), expected, "{definition}");
    }
}

#[test]
fn a_crash_while_listing_is_told_apart() {
    let library = build::fixture("descriptor.c", &["LIST=crash"]);
    let found =
        problem(&library.0, "", &PATIENT, &["crashed with SIGSEGV", "while it listed its multipliers"]);
    assert!(matches!(found, LibraryProblem::Crashed { phase: Phase::Describing, .. }), "{found:?}");
}

#[test]
fn a_product_that_is_no_32_bit_number_is_named() {
    let library = build::fixture("descriptor.c", &["PRODUCT=huge"]);
    problem(&library.0, "", &PATIENT, &["`first`: the product of 1 and 2 is 9223372036854775807"]);
}

#[test]
fn a_name_that_the_descriptor_lacks_lists_those_it_has() {
    let library = build::fixture("descriptor.c", &[]);
    let found =
        problem(&library.0, ":third", &PATIENT, &["no function `third`", "it describes first, second"]);
    assert!(matches!(found, LibraryProblem::NoSymbol { .. }));
    // One of a library may be too wide for a table: it is described, the others are tabulated.
    let wide = build::fixture("descriptor.c", &["WIDTH_A=16"]);
    let all = ask(&wide.0, "", &PATIENT).unwrap();
    assert_eq!((all[0].format.to_string().as_str(), &all[0].table), ("16x8s", &None));
    assert_eq!((all[0].name.as_str(), all[0].cost.power_mw), ("first", Some(0.5)));
    assert_eq!(tabulated(all[1].clone()), one(&wide.0, ":second"));
}
