use super::*;

/// The function that is found in `text`, were it the file that `asked` names.
fn find(asked: &str, text: &str) -> Result<CFunction, CSourceProblem> {
    find_as(asked, text, None)
}

fn find_as(asked: &str, text: &str, signed: Option<bool>) -> Result<CFunction, CSourceProblem> {
    CFunction::find(&asked.parse().unwrap(), signed, text.as_bytes().to_vec())
}

/// `name signature format`, or what is wrong.
fn told(asked: &str, text: &str) -> String {
    match find(asked, text) {
        Ok(found) => format!("{} {} {}", found.name, found.signature, found.format),
        Err(problem) => problem.to_string(),
    }
}

const HELPERS: &str = "static int add(int a, int b) { return a + b; }\n\
                       uint16_t low(uint8_t a, uint8_t b) { return a & b; }\n\
                       uint16_t mul(uint8_t a, uint8_t b) { return a * b; }\n\
                       int main(void) { return add(1, 2); }\n";

#[test]
fn the_function_is_chosen_by_name_else_as_the_only_one() {
    assert_eq!(told("mul.c", HELPERS), "mul u16(u8,u8) 8u");
    assert_eq!(told("mul.c:low", HELPERS), "low u16(u8,u8) 8u");
    assert_eq!(told("mul.c:add:8s", HELPERS), "add i32(i32,i32) 8s");
    let single = "static int add(int a, int b) {} int16_t f(int8_t a, int8_t b) {}";
    assert_eq!(told("mul.c", single), "f i16(i8,i8) 8s");
    assert_eq!(told("mul.c", "static int16_t f(int8_t a, int8_t b) {}"), "f i16(i8,i8) 8s");
    assert_eq!(
        told("other.c", HELPERS),
        "which function is the multiplier? low, mul could be; name one, e.g. other.c:low"
    );
}

#[test]
fn a_file_without_the_function_says_what_it_has() {
    assert_eq!(
        told("mul.c", "double f(double a, double b) {} void g(void) {}"),
        "expected a function of two integers with an integer result, but the file defines f, g; name another with \
         FILE.c:FUNCTION:FORMAT:SIGNATURE"
    );
    assert!(told("mul.c", "#define X\n").contains("integer result, but the file defines none;"));
    assert_eq!(
        told("mul.c:g", HELPERS),
        "unknown function 'g': the file defines add, low, mul, main; one that a macro makes needs its \
         signature said: g:FORMAT:SIGNATURE"
    );
    assert_eq!(
        told("mul.c:g", "\nfoo g(bar a, bar b) {}"),
        "line 2: `g` is no function of two integers with an integer result, as far as its text tells; if it is, \
         say its signature: g:FORMAT:SIGNATURE, e.g. g:8u:u16(u8,u8)"
    );
    assert_eq!(told("mul.c:g:8u:u16(u8,u8)", "\nfoo g(bar a, bar b) {}"), "g u16(u8,u8) 8u");
    assert_eq!(told("mul.c:made:8u:u16(u8,u8)", "MAKE(made)"), "made u16(u8,u8) 8u");
}

#[test]
fn branches_of_if_may_agree() {
    let twice = |second: &str| {
        format!(
            "#if A\nint16_t f(int8_t a, int8_t b) {{ }}\n#else\n{second} f(int8_t a, int8_t b) {{ }}\n#endif\n"
        )
    };
    assert_eq!(told("f.c", &twice("int16_t")), "f i16(i8,i8) 8s");
    assert_eq!(told("m.c", &twice("int16_t")), "f i16(i8,i8) 8s");
    assert_eq!(
        told("f.c", &twice("int32_t")),
        "lines 2 and 4: `f` is defined twice with different types; say which: f:FORMAT:SIGNATURE"
    );
    assert_eq!(told("f.c:i32(i8,i8)", &twice("int32_t")), "f i32(i8,i8) 8s");
}

/// Types that are wider than the operands say nothing about them.
#[test]
fn the_format_comes_from_what_was_asked_the_names_or_the_types() {
    let wide = "uint64_t f(uint64_t a, uint64_t b) {}";
    assert_eq!(
        told("./my.c", wide),
        "`f` is declared uint64_t(uint64_t, uint64_t), which does not say how wide the operands are, and neither \
         does its name; append their format: ./my.c:f:8u"
    );
    assert_eq!(told("my.c:8x4u", wide), "f u64(u64,u64) 8x4u");
    assert_eq!(told("mul8x3u_x.c", wide), "f u64(u64,u64) 8x3u");
    assert_eq!(told("my.c", &wide.replace('f', "mul7s_001")), "mul7s_001 u64(u64,u64) 7s");
    // What fills the types, if its product does too.
    assert_eq!(told("my.c", "uint32_t f(uint16_t a, uint8_t b) {}"), "f u32(u16,u8) 16x8u");
    for ambiguous in
        ["int f(int a, int b) {}", "int16_t f(int16_t a, int16_t b) {}", "int f(int8_t a, uint8_t b) {}"]
    {
        assert!(told("my.c", ambiguous).contains("append their format: my.c:f:8u"), "{ambiguous}");
    }
    assert_eq!(
        told("my.c:16u", "uint16_t f(uint16_t a, uint16_t b) {}"),
        "`f` is declared uint16_t(uint16_t, uint16_t), too narrow for operands 16u with products of 32 bits; \
         append its true format: my.c:f:FORMAT"
    );
}

/// EvoApproxLib declares some of its signed multipliers unsigned: the name counts.
#[test]
fn names_win_over_types_and_options_over_both() {
    let declared = "uint16_t mul8s_x(uint8_t A, uint8_t B) {}";
    let found = find("mul8s_x.c", declared).unwrap();
    assert_eq!((found.format, &found.warnings[..]), (OperandFormat::signed(8, 8), &[][..]));
    assert_eq!(
        found.origin,
        "C source mul8s_x.c, function mul8s_x, uint16_t(uint8_t, uint8_t) with operands 8s, by its name"
    );
    let found = find_as("mul8s_x.c", declared, Some(false)).unwrap();
    assert_eq!(found.format, OperandFormat::unsigned(8, 8));
    assert_eq!(
        found.warnings,
        ["mul8s_x.c: `mul8s_x` was read as unsigned because that was asked for; its name says otherwise"]
    );
    let found = find_as("my.c", &declared.replace("mul8s_x", "f"), Some(true)).unwrap();
    assert_eq!(found.format, OperandFormat::signed(8, 8));
    assert!(found.warnings[0].ends_with("its types say otherwise"), "{:?}", found.warnings);
    assert!(found.origin.ends_with("operands 8s, as asked for"), "{}", found.origin);
    // A format that was asked for in full stays; that it is filtered out is said elsewhere.
    let found = find_as("my.c:f:8u", &declared.replace("mul8s_x", "f"), Some(true)).unwrap();
    assert_eq!((found.format.is_signed(), found.warnings.len()), (false, 0));
}

#[test]
fn operands_called_b_and_a_are_taken_in_their_order_and_said() {
    let found = find("my.c", "uint16_t f(const uint8_t B, const uint8_t A) {}").unwrap();
    assert_eq!(
        found.assumptions,
        [
            "my.c: `f(B, A)` is called with a as its first parameter, B, and b as A: places count, not names (and of its \
          netlist say --a B --b A)"
        ]
    );
}

#[test]
fn headers_and_includes_are_seen() {
    let text = "\u{feff}// MAE = 101\n#include \"cells.h\"\nint16_t f(int8_t a, int8_t b) {}";
    let found = find("my.c", text).unwrap();
    assert_eq!(found.header.published.mae.map(|figure| figure.value()), Some(101.0));
    assert!(found.includes_own_files);
}

#[test]
fn unreadable_files_are_named() {
    let message = |text: &str| CFunction::open(&text.parse().unwrap(), None).unwrap_err().to_string();
    assert_eq!(message("no/such.c:f"), "no/such.c: no such file or directory");
}

/// Compiles `text` as the file of the given name; `None` where there is no compiler.
fn compile(name: &str, text: &str) -> Option<Result<(), String>> {
    let compiler = match Compiler::find() {
        Ok(compiler) => compiler,
        Err(problem) => {
            eprintln!("SKIPPED: {problem}");
            return None;
        }
    };
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("cells.h"), "#define AND(a, b) ((a) & (b))\n").unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    let function = CFunction::open(&CSourceRef::file(&path), None).unwrap();
    let compiled = compiler
        .compile(&function)
        .map_err(|error| error.to_string().replace(&*path.to_string_lossy(), name));
    let exists = compiled.map(|compiled| {
        let library = compiled.library.clone();
        assert!(library.is_file());
        drop(compiled);
        assert!(!library.exists(), "the directory goes with the value");
    });
    Some(exists)
}

#[test]
fn files_with_what_disturbs_a_library_compile() {
    for text in [
        "#include <stdint.h>\nuint16_t f(uint8_t a, uint8_t b) { return a * b; }\nint main(void) { return f(1, 2); }",
        "#include <stdint.h>\nstatic inline uint16_t f(uint8_t a, uint8_t b) { return a * b; } // no line end",
        "\u{feff}#include \"cells.h\"\nunsigned f(unsigned char a, unsigned char b) { return AND(a, b); }",
    ] {
        if let Some(compiled) = compile("my file.c", text) {
            assert_eq!(compiled, Ok(()), "{text}");
        }
    }
}

#[test]
fn the_compiler_s_first_lines_are_shown_with_the_user_s_names() {
    if let Some(compiled) = compile("my.c", "\nunsigned f(unsigned char a, unsigned char b) { return c; }") {
        let message = compiled.unwrap_err();
        assert!(
            message.contains("does not compile it:\n  my.c:") && message.contains("my.c:2:"),
            "{message}"
        );
    }
}
