//! What comes out of libraries that behave: operands, signedness, types, examples.

use std::path::{Path, PathBuf};
use std::process::Command;

use axmul_metrics::OperandFormat;
use axmul_providers::shared_library::{CType, LibraryProblem, LibraryRequest, Signature, tabulate};

use super::{PATIENT, ask, assert_products, build, host, one, problem, tabulated};

#[test]
fn operands_arrive_in_their_order_and_range() {
    let models = build::fixture("models.c", &[]);
    let signed = one(&models.0, ":mul8s_skew");
    assert_products(&signed, |a, b| 100 * a + b);
    assert!(!signed.table.commutes());
    assert_products(&one(&models.0, ":mul8u_skew"), |a, b| 200 * a + b);
    let narrow = one(&models.0, ":mul8x4u_skew");
    assert_eq!((narrow.table.rows(), narrow.table.columns()), (256, 16));
    assert_products(&narrow, |a, b| 15 * a + b);
}

#[test]
fn name_provider_and_provenance_say_where_it_comes_from() {
    let models = build::fixture("models.c", &[]);
    let file = models.0.file_name().unwrap().to_str().unwrap();
    let guessed = one(&models.0, ":mul8s_skew");
    assert_eq!((guessed.name.as_str(), guessed.provider.as_str()), ("mul8s_skew", file));
    assert_eq!(
        guessed.provenance.origin,
        format!(
            "{}, symbol mul8s_skew, int16_t(int8_t, int8_t) with operands 8s; operand format guessed from the \
             symbol's name; C signature guessed from the operand format",
            models.0.display()
        )
    );
    assert!(guessed.cost.is_empty());
    let given = one(&models.0, ":mul8s_skew:8s:i16(i8,i8)");
    assert!(!given.provenance.origin.contains("guessed"), "{}", given.provenance.origin);
    assert_eq!(given.table, guessed.table);
}

/// As EvoApproxLib declares mul8s_1L1G, 1L2D and 1L2H.
#[test]
fn a_signed_product_declared_unsigned_is_twos_complement() {
    let models = build::fixture("models.c", &[]);
    for reference in [
        ":mul8s_bus:u16(u8,u8)",
        ":mul8s_bus",
        ":mul8s_wide:u64(u64,u64)",
        ":mul8s_rubbish:uint64_t(uint64_t, uint64_t)",
        ":mul8u_bus:8u:int16_t(int8_t, int8_t)",
    ] {
        assert!(one(&models.0, reference).table.is_exact(), "{reference}");
    }
}

/// 64 functions, one for each pair of result and operand type, signed and unsigned, against the same in Rust.
#[test]
fn every_type_is_called_as_declared() {
    host();
    let models = build::fixture("models.c", &[]);
    let types = || CType::ALL.into_iter();
    let cast = |value: i64, kind: CType| match kind {
        CType::U8 => i64::from(value as u8),
        CType::I8 => i64::from(value as i8),
        CType::U16 => i64::from(value as u16),
        CType::I16 => i64::from(value as i16),
        CType::U32 => i64::from(value as u32),
        CType::I32 => i64::from(value as i32),
        CType::U64 | CType::I64 => value,
    };
    for (result, operand) in types().flat_map(|result| types().map(move |operand| (result, operand))) {
        for format in [OperandFormat::signed(4, 3), OperandFormat::unsigned(3, 4)] {
            let symbol = format!("f_{result}_{operand}");
            let signature = Some(Signature { result, a: operand, b: operand });
            let request = LibraryRequest::Symbol { symbol, signature, format: Some(format) };
            let found = tabulate(&models.0, &request, &PATIENT).unwrap().remove(0);
            assert_products(&tabulated(found), |a, b| {
                let bus = |value: i64, width: u32| match format.is_signed() && !operand.is_signed() {
                    true => value.rem_euclid(1 << width),
                    false => value,
                };
                let (a, b) = (bus(a, format.width_a().into()), bus(b, format.width_b().into()));
                let returned = cast(a * b + 3 * a, result);
                match (format.is_signed(), result.is_signed()) {
                    (true, false) => (returned.rem_euclid(128) + 64).rem_euclid(128) - 64,
                    (false, true) => returned.rem_euclid(128),
                    // The bits of the bus, whose sign the type does not extend.
                    (true, true) if (64..128).contains(&returned) => returned - 128,
                    _ => returned,
                }
            });
        }
    }
}

#[test]
fn a_function_whose_name_says_nothing_needs_a_format() {
    let models = build::fixture("models.c", &[]);
    assert!(one(&models.0, ":multiply:8s:i32(i8,i8)").table.is_exact());
    let from_signature = one(&models.0, ":multiply:i32(i8,i8)");
    assert!(from_signature.provenance.origin.ends_with("operand format guessed from the signature"));
    let unknown = problem(&models.0, ":multiply", &PATIENT, &["LIBRARY:multiply:8s"]);
    assert_eq!(unknown, LibraryProblem::NoFormat { symbol: "multiply".into() });
    let narrow = problem(
        &models.0,
        ":multiply:8s:u8(u8,u8)",
        &PATIENT,
        &["uint8_t(uint8_t, uint8_t), too narrow for operands 8s with products of 16 bits"],
    );
    assert!(matches!(narrow, LibraryProblem::Narrow { .. }));
}

#[test]
fn a_product_beyond_a_table_is_refused() {
    let models = build::fixture("models.c", &[]);
    let huge = problem(&models.0, ":mul8u_huge:u64(u64,u64)", &PATIENT, &["the product of 3 and 4 is"]);
    assert!(matches!(huge, LibraryProblem::Table { .. }));
}

#[test]
fn printing_and_reading_disturbs_nothing() {
    let models = build::fixture("models.c", &[]);
    assert!(one(&models.0, ":mul8s_prints").table.is_exact());
}

#[test]
fn several_libraries_at_once() {
    let models = build::fixture("models.c", &[]);
    let described = build::fixture("descriptor.c", &[]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_products(&one(&models.0, ":mul8u_skew"), |a, b| 200 * a + b));
            scope.spawn(|| assert_products(&one(&described.0, ":first"), |a, b| 100 * a + b));
        }
    });
}

#[test]
fn the_example_in_c_is_a_plugin() {
    let example = build::compile(&build::root().join("plugins/c_example/mine.c"), &[]);
    let all: Vec<_> = ask(&example.0, "", &PATIENT).unwrap().into_iter().map(tabulated).collect();
    let names: Vec<_> = all.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["mine-1-8u", "mine-2-8s"]);
    assert_products(&all[0], |a, b| a * (b - b.rem_euclid(2)));
    assert_products(&all[1], |a, b| a * (b - b.rem_euclid(4)));
    assert_eq!(all[0].cost.power_mw, Some(0.34));
    assert_eq!(all[0].cost.delay_ns, None);
    assert_eq!(one(&example.0, ":mine-2-8s"), all[1]);
    assert_eq!(one(&example.0, ":mul8s_mine").table, all[1].table);
}

#[test]
fn the_example_in_rust_is_a_plugin() {
    let example = rust_example();
    let all: Vec<_> = ask(&example, "", &PATIENT).unwrap().into_iter().map(tabulated).collect();
    let names: Vec<_> = all.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["rounded-2-8u", "rounded-3-8x4s"]);
    assert_products(&all[0], |a, b| (a + 2).div_euclid(4) * 4 * b);
    assert_products(&all[1], |a, b| (a + 4).div_euclid(8) * 8 * b);
    assert_eq!(all[0].cost.power_mw, Some(0.29));
    assert_eq!(all[0].cost.source, "example figure, not measured");
    assert!(all[1].cost.is_empty());
    assert!(all[1].provenance.documentation.contains("multiple of 8"));
}

/// The example plugin in Rust, built by the cargo that runs the tests.
fn rust_example() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet", "-p", "axmul-rust-example", "--target-dir"])
        .arg(target)
        .current_dir(build::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let name = format!("{}axmul_rust_example{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    target.join("debug").join(name)
}
