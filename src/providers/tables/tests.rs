use proptest::prelude::*;

use super::*;
use axmul_support::testing::{npy, npy_in};

fn parse(name: &str, bytes: &[u8], signed: Option<bool>) -> Result<TableFile, TableFileError> {
    TableFile::parse(Path::new(name), bytes, signed)
}

fn message(name: &str, bytes: &[u8]) -> String {
    parse(name, bytes, None).unwrap_err().to_string()
}

/// 4-bit by 3-bit products that name their operands, so that a swapped axis shows.
fn telling(signed: bool) -> ProductTable {
    let format = OperandFormat::new(4, 3, signed).unwrap();
    let products: Vec<i64> = format.operands().map(|(a, b)| 10 * a + b).collect();
    ProductTable::from_wide(format, &products).unwrap()
}

fn as_text(table: &ProductTable, separator: &str) -> String {
    let line = |row: &[i32]| row.iter().map(i32::to_string).collect::<Vec<_>>().join(separator);
    table.products().chunks(table.columns()).map(|row| line(row) + "\n").collect()
}

#[test]
fn every_integer_type_and_both_orders_are_read() {
    let table = telling(true);
    let c: Vec<i32> = table.products().to_vec();
    let fortran: Vec<i32> = (0..128).map(|i| c[i % 16 * 8 + i / 16]).collect();
    for signed in [Some(true), None] {
        let read = |bytes: &[u8]| parse("t.npy", bytes, signed).unwrap().table;
        assert_eq!(read(&npy(&[16, 8], &c)), table);
        assert_eq!(read(&npy_in(npyz::Order::Fortran, &[16, 8], &fortran)), table);
        assert_eq!(read(&npy(&[16, 8], &c.iter().map(|&x| x as i8).collect::<Vec<_>>())), table);
        assert_eq!(read(&npy(&[16, 8], &c.iter().map(|&x| x as i16).collect::<Vec<_>>())), table);
        assert_eq!(read(&npy(&[16, 8], &c.iter().map(|&x| x as i64).collect::<Vec<_>>())), table);
    }
    let table = telling(false);
    let c = table.products();
    let read = |bytes: &[u8]| parse("t.npy", bytes, None).unwrap().table;
    assert_eq!(read(&npy(&[16, 8], &c.iter().map(|&x| x as u8).collect::<Vec<_>>())), table);
    assert_eq!(read(&npy(&[16, 8], &c.iter().map(|&x| x as u16).collect::<Vec<_>>())), table);
    assert_eq!(read(&npy(&[16, 8], &c.iter().map(|&x| x as u32).collect::<Vec<_>>())), table);
    assert_eq!(read(&npy(&[16, 8], &c.iter().map(|&x| x as u64).collect::<Vec<_>>())), table);
}

#[test]
fn option_beats_name_beats_content() {
    let bytes = npy(&[16, 8], &[1i32; 128]);
    let read = |name: &str, signed| {
        let file = parse(name, &bytes, signed).unwrap();
        (file.table.format().is_signed(), file.signedness, file.against_name)
    };
    assert_eq!(read("mul4x3s_x.npy", Some(false)), (false, SignednessSource::Option, true));
    assert_eq!(read("mul4x3s_x.npy", Some(true)), (true, SignednessSource::Option, false));
    assert_eq!(read("mul4x3s_x.npy", None), (true, SignednessSource::Name, false));
    assert_eq!(read("x.npy", None), (false, SignednessSource::Content, false));
    let file = parse("x.npy", &npy(&[16, 8], &[-1i32; 128]), None).unwrap();
    assert_eq!(file.describe(), "Operands signed: judged by whether a product is negative.");
}

/// The C functions of some signed multipliers of EvoApproxLib return an unsigned type.
#[test]
fn unsigned_elements_of_a_signed_table_are_twos_complement() {
    let exact = ProductTable::exact(OperandFormat::signed(8, 8)).unwrap();
    let stored: Vec<u16> = exact.products().iter().map(|&product| product as u16).collect();
    let file = parse("mul8s_x.npy", &npy(&[256, 256], &stored), None).unwrap();
    assert!(file.wrapped && file.table == exact);
    let unsigned = parse("mul8u_x.npy", &npy(&[256, 256], &stored), None).unwrap();
    assert!(!unsigned.wrapped);
}

#[test]
fn files_of_tfapprox_are_unsigned_whatever_is_asked() {
    let exact = ProductTable::exact(OperandFormat::unsigned(8, 8)).unwrap();
    let bytes: Vec<u8> =
        exact.products().iter().flat_map(|&product| (product as u16).to_le_bytes()).collect();
    for signed in [None, Some(true)] {
        let file = parse("x.bin", &bytes, signed).unwrap();
        assert_eq!((file.table, file.signedness), (exact.clone(), SignednessSource::Layout));
    }
    assert_eq!(
        message("x.bin", &bytes[1..]),
        "x.bin: expected 131072 bytes, 65,536 little-endian uint16 of an unsigned 8x8 multiplier, got 131071 bytes"
    );
}

#[test]
fn c_headers_are_indexed_by_the_bits_of_the_operands() {
    let table = telling(true);
    let by_bits = |row: usize| {
        let a = if row < 8 { row as i64 } else { row as i64 - 16 };
        let value = |column: i64| table.product(a, if column < 4 { column } else { column - 8 }).to_string();
        format!("{{{}}}", (0..8).map(value).collect::<Vec<_>>().join(", "))
    };
    let rows = (0..16).map(by_bits).collect::<Vec<_>>().join(",\n");
    let text = format!(
        "#include <stdint.h>\n/* int x[1][2] = */\nconst int16_t lut [16] [8] = {{ // a, b\n{rows}}};\n"
    );
    assert_eq!(parse("x.h", text.as_bytes(), Some(false)).unwrap().table, table);
    let unsigned = text.replace("int16_t", "uint16_t").replace('-', "");
    assert!(!parse("x.h", unsigned.as_bytes(), None).unwrap().table.format().is_signed());
    assert!(message("x.h", b"int x;").contains("got a file without one"));
    assert!(message("x.h", text.replace("}};", "}, 1};").as_bytes()).contains("expected 128 values"));
    assert!(message("x.h", text.replace("b\n{", "b\n{0.5,").as_bytes()).ends_with("got '0.5'"));
}

#[test]
fn text_may_be_separated_in_several_ways() {
    for signed in [false, true] {
        let table = telling(signed);
        for separator in [",", ", ", " ", "\t", ";"] {
            let text = format!("\u{feff}# products\n\n{}", as_text(&table, separator));
            assert_eq!(parse("x.csv", text.as_bytes(), Some(signed)).unwrap().table, table);
            assert_eq!(
                parse("x.txt", text.replace('\n', "\r\n").as_bytes(), Some(signed)).unwrap().table,
                table
            );
        }
    }
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    let text = as_text(&telling(false), ",");
    assert_eq!(
        message("x.csv", b""),
        "x.csv: expected 2^n lines of 2^m integers, got a file without numbers"
    );
    assert_eq!(
        message("x.csv", text.replace("72", "7.5").as_bytes()),
        "x.csv: expected an integer, got '7.5' in line 8, column 3"
    );
    assert_eq!(
        message("x.csv", text.replace("72,", ",").as_bytes()),
        "x.csv: expected an integer, got '' in line 8, column 3"
    );
    assert_eq!(
        message("x.csv", text.replace("72,", "").as_bytes()),
        "x.csv: expected 8 numbers a line, as in the first one, got 7 in line 8"
    );
    let shortened = text.lines().take(15).collect::<Vec<_>>().join("\n");
    assert!(message("x.csv", shortened.as_bytes()).ends_with("got [15, 8]"));
    assert!(message("x.csv", b"\xff").contains("no UTF-8"));
    assert!(message("x.csv", "99999999999 0 0 0\n".repeat(4).as_bytes()).contains("signed 32-bit number"));
    assert!(message("x.doc", b"").contains(".npy, .csv, .txt, .bin or .h, got .doc"));

    let good = npy(&[16, 8], &[1i32; 128]);
    assert!(message("x.npy", b"").ends_with("got an empty file"));
    assert!(message("x.npy", &good[..good.len() - 1]).contains("expected 512 bytes of data"));
    assert!(message("x.npy", &good[..40]).ends_with("a header that breaks off"));
    assert!(message("x.npy", &good[..9]).ends_with("a header that breaks off"));
    assert!(message("x.npy", b"PK\x03\x04").contains("magic"));
    let floats = npy(&[16, 8], &[1f64; 128]);
    assert!(message("x.npy", &floats).contains("expected integers"), "{}", message("x.npy", &floats));
    assert!(message("x.npy", &floats).contains("f8"));
    assert!(message("x.npy", &npy(&[16, 2, 4], &[1i32; 128])).contains("shape [16, 2, 4]"));
    assert!(message("x.npy", &npy(&[128], &[1i32; 128])).contains("shape [128]"));
    assert!(message("x.npy", &npy(&[12, 8], &[1i32; 96])).contains("[12, 8]"));
    let huge = npy(&[4, 4], &[u64::MAX; 16]);
    assert!(message("x.npy", &huge).contains("18446744073709551615"));
    assert!(
        TableFile::read(Path::new("absent/x.npy"), None).unwrap_err().to_string().starts_with("absent/x.npy")
    );
}

/// Headers that would overflow a product of dimensions or a stack.
#[test]
fn hostile_headers_are_refused() {
    let file = |header: &str| {
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes
    };
    for header in [
        "{'descr': '<i4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4)}".to_owned(),
        "{'descr': '<i4', 'fortran_order': False, 'shape': (0xffffffffffff, 0xffffffffffff)}".to_owned(),
        format!("{{'descr': {}", "[".repeat(9_000)),
        "x".repeat(20_000),
        String::new(),
    ] {
        assert!(message("x.npy", &file(&header)).starts_with("x.npy: expected"));
    }
}

#[test]
fn a_probe_reads_as_little_as_it_can() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mul4x3s_1.npy");
    let bytes = npy(&[16, 8], &[1i32; 128]);
    // Truncated data: the header suffices.
    std::fs::write(&path, &bytes[..bytes.len() - 4]).unwrap();
    assert_eq!(TableFile::probe(&path, None).unwrap().to_string(), "4x3s");
    let path = directory.path().join("x.npy");
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(TableFile::probe(&path, None).unwrap().to_string(), "4x3u");
    std::fs::write(&path, vec![0; MAX_BYTES as usize + 1]).unwrap();
    assert!(TableFile::probe(&path, None).unwrap_err().to_string().contains("a larger file"));
}

const EXTENSIONS: [&str; 5] = ["x.npy", "x.csv", "x.txt", "x.bin", "x.h"];

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for name in EXTENSIONS {
            let _ = parse(name, &bytes, None);
        }
    }

    #[test]
    fn no_npy_header_makes_the_reader_panic(header in "[{}()'a-z_:<>=|0-9, \\\\xFT]{0,120}", tail in 0usize..64) {
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(vec![1; tail]);
        let _ = parse("x.npy", &bytes, None);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "(int16_t lut\\[4\\]\\[4\\] = \\{)?[-0-9a-z,;{}\\[\\]/* \n#]{0,200}") {
        for name in EXTENSIONS {
            let _ = parse(name, text.as_bytes(), None);
        }
    }

    /// One damaged byte gives a table or an error, never a panic, and a cut file always an error.
    #[test]
    fn damage_is_survived(position in 0usize..640, byte in any::<u8>(), cut in 0usize..640) {
        let mut bytes = npy(&[16, 8], telling(true).products());
        prop_assert!(parse("x.npy", &bytes[..cut.min(bytes.len() - 1)], None).is_err());
        let position = position % bytes.len();
        bytes[position] = byte;
        let _ = parse("x.npy", &bytes, None);
    }

    #[test]
    fn tables_round_trip(
        n in 2u8..=6, m in 2u8..=6, signed: bool, seed in prop::collection::vec(any::<i32>(), 1..40),
    ) {
        let format = OperandFormat::new(n, m, signed).unwrap();
        let products: Vec<i32> = seed.iter().copied().cycle().take(format.pairs() as usize).collect();
        let table = ProductTable::new(format, products).unwrap();
        let shape = [table.rows() as u64, table.columns() as u64];
        let bytes = npy(&shape, table.products());
        prop_assert_eq!(&parse("x.npy", &bytes, Some(signed)).unwrap().table, &table);
        let text = as_text(&table, ",");
        prop_assert_eq!(&parse("x.csv", text.as_bytes(), Some(signed)).unwrap().table, &table);
    }
}
