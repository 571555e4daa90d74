use super::*;

/// What Yosys makes of a text; `None`, aloud, where there is no Yosys.
fn elaborated(name: &str, text: &str, top: Option<&str>) -> Option<Result<Elaborated, String>> {
    let source = SourceText::new(name, text.as_bytes());
    let language = InputFormat::of_path(Path::new(name)).unwrap();
    match elaborate_with(COMMAND, Path::new(name), language, &[source], top) {
        Err(error @ NetlistFileError::NoYosys { .. }) => {
            eprintln!("SKIPPED: {error}");
            None
        }
        other => Some(other.map_err(|error| error.to_string())),
    }
}

const BEHAVIOUR: &str = "\
module scale #(parameter W = 4) (input signed [W-1:0] x, y, output reg signed [2*W-1:0] p);
  always @(*) begin
    p = x * y;
    if (y == 3) p = x <<< 1;
  end
endmodule
module mine (input [3:0] a, b, output [7:0] o);
  scale #(4) s (.x(a), .y(b), .p(o));
endmodule
module spare (input a, output o);
  assign o = ~a;
endmodule
";

#[test]
fn behaviour_becomes_gates_and_the_choice_is_said() {
    let Some(made) = elaborated("my mul.v", BEHAVIOUR, None) else { return };
    let made = made.unwrap();
    assert_eq!(made.note, "read through Yosys: the circuit is module mine, which does not use spare");
    let json: serde_json::Value = serde_json::from_slice(&made.json).unwrap();
    let modules = json["modules"].as_object().unwrap();
    assert_eq!(modules.keys().collect::<Vec<_>>(), ["mine"]);
    let cells = modules["mine"]["cells"].as_object().unwrap();
    assert!(cells.len() > 10);
    assert!(cells.values().all(|cell| cell["type"].as_str().unwrap().starts_with("$_")), "{cells:?}");
    let spare = elaborated("my.v", BEHAVIOUR, Some("spare")).unwrap().unwrap();
    assert!(spare.note.starts_with("read through Yosys: the circuit is module spare"), "{}", spare.note);
}

#[test]
fn what_yosys_refuses_is_shown_with_the_user_s_names() {
    for (text, top, expected) in [
        (
            "module m(input a, output o);\n  assign o = a\nendmodule",
            None,
            "Yosys does not take it:\n  dir/my.v:3: ERROR: syntax error",
        ),
        ("module m(input a, output o); nand2 n(a, o); endmodule", None, "nand2"),
        ("module m(input a, output o); endmodule", Some("other"), "other"),
        (
            "module m(input a, output o); wire z; assign o = a & z; endmodule",
            None,
            "z is used but has no driver",
        ),
        (
            "module m(input a, output o); assign o = a; assign o = ~a; endmodule",
            None,
            "multiple conflicting drivers",
        ),
        ("module m(input a, output o); assign o = ~(o & a); endmodule", None, "logic loop"),
        (
            "module m(input a, output o); assign o = a; endmodule",
            Some("a b; shell"),
            "'a b; shell' is no module's name",
        ),
    ] {
        let Some(made) = elaborated("dir/my.v", text, top) else { return };
        let message = made.unwrap_err();
        assert!(message.starts_with("dir/my.v: ") && message.contains(expected), "{message}");
    }
}

/// Files that a file takes in lie beside it.
#[test]
fn includes_are_found_beside_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("my.sv");
    std::fs::write(directory.path().join("widths.svh"), "`define W 4\n").unwrap();
    let text = "`include \"widths.svh\"\nmodule m(input logic [`W-1:0] a, b, output logic [2*`W-1:0] p);\n\
                assign p = a * b;\nendmodule";
    let Some(made) = elaborated(path.to_str().unwrap(), text, None) else { return };
    assert!(made.is_ok(), "{made:?}");
}

#[test]
fn without_yosys_the_message_says_how_to_get_it() {
    let source = SourceText::new("my.v", *b"");
    let error = elaborate_with("axmul-no-yosys", Path::new("my.v"), InputFormat::Verilog, &[source], None)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "my.v: --via yosys needs Yosys, and no command yosys is there; install it (Debian: apt install yosys)"
    );
}

#[test]
fn logs_are_read() {
    assert_eq!(choice(""), "read through Yosys");
    let log = "Top module:  \\m\nTop module:  \\m\nRemoving unused module `\\b'.\nRemoving unused module `\\a'.\n\
               Removing unused module `\\c'.\n\
               Used module:     $paramod\\c\\W=1\nRemoving unused module `$paramod\\d'.\n";
    assert_eq!(choice(log), "read through Yosys: the circuit is module m, which does not use a, b");
    assert_eq!(complaints("Warning: x\nf:1: ERROR: y"), "f:1: ERROR: y\nWarning: x");
}
