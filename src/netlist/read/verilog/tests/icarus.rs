//! Random expressions against Icarus Verilog, where it is installed.

use std::process::Command;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::oracle::{INPUTS, input_width, ports, trees, values};
use super::{design, simulate, source};
use crate::read::verilog::read;

/// What a program prints, if it exists and ends well.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}: {}{}", text(&output.stdout), text(&output.stderr));
    Some(text(&output.stdout))
}

#[test]
fn expressions_are_what_icarus_says() {
    const EXPRESSIONS: usize = 400;
    const VECTORS: usize = 16;
    let mut runner = TestRunner::deterministic();
    let mut texts = Vec::new();
    while texts.len() < EXPRESSIONS {
        let i = texts.len();
        let text = trees().new_tree(&mut runner).unwrap().current().text(i % 2 == 0);
        let module = format!("module t({}output y); assign y = {text}; endmodule", ports());
        // A constant index may lie outside of its vector, which the reader refuses.
        match read(&[source(&module)], None) {
            Err(error) if error.to_string().contains("is out of range") => {}
            _ => texts.push((1 + i % 50, text)),
        }
    }
    let outputs = texts.iter().enumerate().map(|(i, (width, _))| format!("output [{}:0] y{i}", width - 1));
    let outputs: Vec<String> = outputs.collect();
    let assigns = texts.iter().enumerate().map(|(i, (_, text))| format!("assign y{i} = {text};\n"));
    let module =
        format!("module t({}{});\n{}endmodule\n", ports(), outputs.join(", "), assigns.collect::<String>());

    let vectors: Vec<Vec<u128>> =
        (0..VECTORS).map(|_| values().new_tree(&mut runner).unwrap().current()).collect();
    let mut bench = "module bench;\n".to_owned();
    let mut names: Vec<String> = Vec::new();
    for (input, (name, ..)) in INPUTS.iter().enumerate() {
        bench += &format!("reg [{}:0] {name};\n", input_width(input) - 1);
        names.push((*name).into());
    }
    for (i, (width, _)) in texts.iter().enumerate() {
        bench += &format!("wire [{}:0] y{i};\n", width - 1);
        names.push(format!("y{i}"));
    }
    bench += &format!("t dut({});\ninitial begin\n", names.join(", "));
    for vector in &vectors {
        for ((name, ..), value) in INPUTS.iter().zip(vector) {
            bench += &format!("{name} = {value};\n");
        }
        bench += "#1;\n";
        for i in 0..EXPRESSIONS {
            bench += &format!("$display(\"%b\", y{i});\n");
        }
    }
    bench += "end\nendmodule\n";

    let folder = tempfile::tempdir().unwrap();
    let [source, program] = ["t.v", "t.vvp"].map(|name| folder.path().join(name).display().to_string());
    std::fs::write(&source, format!("{module}{bench}")).unwrap();
    if output("iverilog", &["-g2005", "-s", "bench", "-o", &program, &source]).is_none() {
        eprintln!("skipped: iverilog is not installed");
        return;
    }
    let printed = output("vvp", &[&program]).expect("vvp comes with iverilog");
    let mut lines = printed.lines();
    let design = design(&module);
    let mut compared = 0;
    for vector in &vectors {
        let ours = simulate(&design, vector);
        for (&value, (width, text)) in ours.iter().zip(&texts) {
            let theirs = lines.next().expect("a line for every value");
            // Where a signal chooses a bit that does not exist, Icarus says x.
            if !theirs.contains('x') {
                assert_eq!(format!("{value:0width$b}"), theirs, "{text} {vector:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > EXPRESSIONS * VECTORS / 2, "only {compared} values are known");
}
