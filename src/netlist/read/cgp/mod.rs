//! Chromosomes of Cartesian Genetic Programming, as ArithsGen writes them and as evolved circuits are handed round.
//!
//! ```text
//! {4,4,1,6,2,1,0}([6]2,4,2)([7]3,4,2)..([11]8,10,2)(6,9,10,11)
//!  |                |         |                     |
//!  |                |         gate 7: nets 3 and 4  the outputs' nets, the least significant first
//!  |                gate 6: nets 2 and 4 through function 2
//!  inputs, outputs, rows, columns, inputs and outputs of a gate, levels back
//! ```
//!
//! Nets are numbers. 0 and 1 are the constants and the inputs begin at 2; in texts whose first gate takes the number
//! behind the last input, as there are no constants, the inputs begin at 0. The two vectors are called `i` and `o`.

mod chromosome;
mod lexer;
#[cfg(test)]
mod tests;

use super::super::{Design, NetlistError, NetlistErrorKind, SourceLocation, SourceText};
use chromosome::{CgpFunction, CgpGate, CgpOutput, Chromosome};
use lexer::CgpLexer;

/// The most inputs, which the text only counts, and outputs.
const MAX_PORTS: u32 = 1 << 16;

/// Reads a circuit from its only text. It has no modules, so no `top` either.
pub fn read(sources: &[SourceText], top: Option<&str>) -> Result<Design, NetlistError> {
    let source = super::only(sources, top, "a CGP chromosome")?;
    chromosome(source)?.design(source)
}

fn chromosome(source: &SourceText) -> Result<Chromosome, NetlistError> {
    let mut lexer = CgpLexer::new(source);
    let header = CgpHeader::read(&mut lexer)?;
    let mut gates = Vec::new();
    loop {
        lexer.expect(b'(', "`(` and a gate or the outputs")?;
        if lexer.peek() == Some(b'[') {
            gates.push(gate(&mut lexer)?);
            header.has_room_for(&gates)?;
            continue;
        }
        let outputs = outputs(&mut lexer, &header)?;
        lexer.end()?;
        return Ok(Chromosome { inputs: header.inputs, location: header.location, gates, outputs });
    }
}

/// What stands in braces.
struct CgpHeader {
    location: SourceLocation,
    inputs: u32,
    outputs: u32,
    /// Rows times columns; 0 where the text does not say how many gates there are.
    gates: u64,
}

impl CgpHeader {
    fn read(lexer: &mut CgpLexer<'_>) -> Result<Self, NetlistError> {
        const NAMES: [&str; 7] = [
            "the number of inputs",
            "the number of outputs",
            "the number of rows",
            "the number of columns",
            "the number of inputs of a gate",
            "the number of outputs of a gate",
            "the number of levels back",
        ];
        lexer.expect(b'{', "`{` and a header `{inputs,outputs,rows,columns,2,1,levels}`")?;
        let location = lexer.location();
        let mut numbers = [0; 7];
        for (index, (number, name)) in numbers.iter_mut().zip(NAMES).enumerate() {
            if index > 0 {
                lexer.expect(b',', &format!("`,` and {name}"))?;
            }
            let location = lexer.location();
            *number = lexer.number(name)?;
            match index {
                0 | 1 if *number > MAX_PORTS => {
                    let kind = if index == 0 { "inputs" } else { "outputs" };
                    let what = format!("the chromosome has {number} {kind}");
                    return Err(
                        NetlistErrorKind::TooLarge { what, limit: MAX_PORTS.to_string() }.at(&location)
                    );
                }
                4 if *number != 2 => {
                    return Err(
                        NetlistErrorKind::expected("gates of 2 inputs", number.to_string()).at(&location)
                    );
                }
                5 if *number != 1 => {
                    return Err(
                        NetlistErrorKind::expected("gates of 1 output", number.to_string()).at(&location)
                    );
                }
                _ => {}
            }
        }
        lexer.expect(b'}', "`}` after seven numbers")?;
        let [inputs, outputs, rows, columns, ..] = numbers;
        Ok(Self { location, inputs, outputs, gates: u64::from(rows) * u64::from(columns) })
    }

    /// Refuses one gate more than the header counts. Fewer are fine: those that no output depends on may be left out.
    fn has_room_for(&self, gates: &[CgpGate]) -> Result<(), NetlistError> {
        match gates.last() {
            Some(last) if self.gates > 0 && gates.len() as u64 > self.gates => {
                let expected = format!("at most {} gates, rows times columns of the header", self.gates);
                Err(NetlistErrorKind::expected(expected, "one more").at(&last.location))
            }
            _ => Ok(()),
        }
    }
}

/// `[6]2,4,2)`: its number, those of its inputs, its function.
fn gate(lexer: &mut CgpLexer<'_>) -> Result<CgpGate, NetlistError> {
    lexer.expect(b'[', "`[` and the number of a gate")?;
    let location = lexer.location();
    let number = lexer.number("the number of a gate")?;
    lexer.expect(b']', "`]` after the number of a gate")?;
    let mut inputs = [0; 2];
    for input in &mut inputs {
        *input = lexer.number("the number of a net")?;
        lexer.expect(b',', "`,` between the two inputs and the function of a gate")?;
    }
    let of_function = lexer.location();
    let code = lexer.number("the function of a gate, 0 to 9")?;
    let function = CgpFunction::of_code(code).ok_or_else(|| {
        let names = "0 identity, 1 not, 2 and, 3 or, 4 xor, 5 nand, 6 nor, 7 xnor, 8 one, 9 zero";
        NetlistErrorKind::expected(format!("the function of a gate ({names})"), code.to_string())
            .at(&of_function)
    })?;
    lexer.expect(b')', "`)` after the function of a gate")?;
    Ok(CgpGate { number, inputs, function, location })
}

/// `6,9,10,11)`: as many as the header counts.
fn outputs(lexer: &mut CgpLexer<'_>, header: &CgpHeader) -> Result<Vec<CgpOutput>, NetlistError> {
    let location = lexer.location();
    let mut outputs = Vec::new();
    loop {
        let location = lexer.location();
        outputs.push(CgpOutput { number: lexer.number("the number of an output's net")?, location });
        if lexer.peek() != Some(b',') || outputs.len() >= MAX_PORTS as usize {
            break;
        }
        lexer.expect(b',', "`,`")?;
    }
    lexer.expect(b')', "`)` after the outputs")?;
    if lexer.peek() == Some(b'(') {
        // Older versions of ArithsGen, which also wrote the outputs the other way round.
        let advice = "write the chromosome anew, with gates like `([18]2,10,2)`";
        return Err(NetlistErrorKind::unsupported("a gate without its number", advice).at(&location));
    }
    if outputs.len() as u64 != u64::from(header.outputs) {
        let expected = format!("{} outputs, as the header says", header.outputs);
        return Err(NetlistErrorKind::expected(expected, outputs.len().to_string()).at(&location));
    }
    Ok(outputs)
}
