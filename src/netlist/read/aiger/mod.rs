//! And-inverter graphs in the AIGER format, text (`aag`) and binary (`aig`).
//!
//! The header of version 1.9 is read where its counts of properties (B C J F) are zero. Inputs and outputs are bits;
//! without a symbol they are called `i0 i1 ..` and `o0 o1 ..`.

mod build;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::super::{Design, MAX_NETS, NetlistError, NetlistErrorKind, SourceLocation, SourceText};
use super::hierarchy::clip;
use build::{AigerAnd, AigerGraph, AigerLiteral};

/// The most inputs, which a binary text does not list, and outputs.
const MAX_PORTS: u32 = 1 << 16;

/// Reads a graph from its only text. It has no modules, so no `top` either.
pub fn read(sources: &[SourceText], top: Option<&str>) -> Result<Design, NetlistError> {
    let source = super::only(sources, top, "an AIGER file")?;
    let mut reader = AigerReader { source, rest: &source.bytes, line: 0 };
    let (header, is_binary) = reader.header()?;
    let mut graph = reader.graph(&header, is_binary)?;
    reader.symbols(&mut graph)?;
    distinct(&graph.inputs, "input")?;
    distinct(&graph.outputs, "output")?;
    graph.design(source)
}

/// A bit of the interface.
struct AigerBit {
    name: String,
    location: SourceLocation,
    literal: AigerLiteral,
}

/// Ports are distinguished by their names.
fn distinct(bits: &[AigerBit], kind: &'static str) -> Result<(), NetlistError> {
    let mut first = HashMap::with_capacity(bits.len());
    for bit in bits {
        if let Some(first) = first.insert(&*bit.name, &bit.location) {
            let problem = NetlistErrorKind::Duplicate { kind, name: clip(&bit.name), first: first.clone() };
            return Err(problem.at(&bit.location));
        }
    }
    Ok(())
}

/// The counts that the first line holds.
struct AigerHeader {
    variables: u32,
    inputs: u32,
    outputs: u32,
    ands: u32,
}

struct AigerReader<'a> {
    source: &'a SourceText,
    rest: &'a [u8],
    /// That of the last line read, counted from 1.
    line: u32,
}

impl<'a> AigerReader<'a> {
    fn here(&self) -> SourceLocation {
        self.source.location(self.line, 0)
    }

    fn next_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.line = self.line.saturating_add(1);
        let end = self.rest.iter().position(|&byte| byte == b'\n').unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line)
    }

    /// A line of so many numbers.
    fn numbers<const N: usize>(&mut self, what: &str) -> Result<[u32; N], NetlistError> {
        let Some(line) = self.next_line() else {
            self.line = self.line.saturating_add(1);
            return Err(NetlistErrorKind::expected(what, "the end of the text").at(&self.here()));
        };
        let text = String::from_utf8_lossy(line);
        let numbers: Option<Vec<u32>> = text.split_ascii_whitespace().map(number).collect();
        numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(|| {
            NetlistErrorKind::expected(what, format!("'{}'", clip(text.trim_end()))).at(&self.here())
        })
    }

    fn header(&mut self) -> Result<(AigerHeader, bool), NetlistError> {
        let line = String::from_utf8_lossy(self.next_line().unwrap_or_default());
        let location = self.source.location(1, 0);
        let mut words = line.split_ascii_whitespace();
        let is_binary = words.next() == Some("aig");
        let expected = || {
            let line = if line.is_empty() { "nothing".into() } else { format!("'{}'", clip(&line)) };
            NetlistErrorKind::expected("a header `aag M I L O A` or `aig M I L O A`", line).at(&location)
        };
        if !is_binary && !line.starts_with("aag ") {
            return Err(expected());
        }
        let numbers = words.map(number).collect::<Option<Vec<u32>>>().ok_or_else(expected)?;
        let (&[variables, inputs, latches, outputs, ands], properties) =
            numbers.split_first_chunk().ok_or_else(expected)?;
        if latches > 0 {
            return Err(NetlistErrorKind::Sequential { what: format!("a graph with {latches} latches") }
                .at(&location));
        }
        if properties.iter().any(|&count| count > 0) {
            let advice = "write the circuit again with its outputs only";
            return Err(NetlistErrorKind::unsupported("a graph with properties to check (B C J F)", advice)
                .at(&location));
        }
        for (what, count) in [("inputs", inputs), ("outputs", outputs)] {
            if count > MAX_PORTS {
                let what = format!("the graph has {count} {what}");
                return Err(NetlistErrorKind::TooLarge { what, limit: MAX_PORTS.to_string() }.at(&location));
            }
        }
        let defined = u64::from(inputs) + u64::from(ands);
        if defined > u64::from(variables) || is_binary && defined < u64::from(variables) {
            let message = format!("{variables} variables for {inputs} inputs and {ands} gates do not add up");
            return Err(NetlistErrorKind::Other(message).at(&location));
        }
        if variables as usize > MAX_NETS {
            let what = format!("the graph has {variables} variables");
            return Err(NetlistErrorKind::TooLarge { what, limit: MAX_NETS.to_string() }.at(&location));
        }
        Ok((AigerHeader { variables, inputs, outputs, ands }, is_binary))
    }

    fn graph(&mut self, header: &AigerHeader, is_binary: bool) -> Result<AigerGraph, NetlistError> {
        let mut defined = HashSet::new();
        let mut inputs = Vec::new();
        for index in 0..header.inputs {
            let literal = if is_binary { 2 * (index + 1) } else { self.definition(header, &mut defined)? };
            inputs.push(AigerBit {
                name: format!("i{index}"),
                location: self.here(),
                literal: AigerLiteral(literal),
            });
        }
        let mut outputs = Vec::new();
        for index in 0..header.outputs {
            let [literal] = self.numbers("the literal of an output")?;
            let literal = self.literal(header, literal)?;
            outputs.push(AigerBit { name: format!("o{index}"), location: self.here(), literal });
        }
        let mut ands = Vec::new();
        for index in 0..header.ands {
            let and = if is_binary {
                self.binary_and(2 * (header.inputs + index + 1))?
            } else {
                let [output, a, b] = self.numbers("three literals of a gate")?;
                let output = self.defined(header, &mut defined, output)?;
                let inputs = [self.literal(header, a)?, self.literal(header, b)?];
                AigerAnd { output: AigerLiteral(output), inputs, line: self.line }
            };
            ands.push(and);
        }
        Ok(AigerGraph { inputs, outputs, ands })
    }

    /// The literal of an input: even, not zero, not defined before.
    fn definition(&mut self, header: &AigerHeader, defined: &mut HashSet<u32>) -> Result<u32, NetlistError> {
        let [literal] = self.numbers("the literal of an input")?;
        self.defined(header, defined, literal)
    }

    fn defined(
        &self,
        header: &AigerHeader,
        defined: &mut HashSet<u32>,
        literal: u32,
    ) -> Result<u32, NetlistError> {
        self.literal(header, literal)?;
        if literal % 2 == 1 || literal == 0 {
            let expected = "an even literal that is not 0, for it is defined here";
            return Err(NetlistErrorKind::expected(expected, format!("{literal}")).at(&self.here()));
        }
        if !defined.insert(literal) {
            let message =
                format!("literal {literal} is defined twice; an input or a gate has one of its own");
            return Err(NetlistErrorKind::Other(message).at(&self.here()));
        }
        Ok(literal)
    }

    fn literal(&self, header: &AigerHeader, literal: u32) -> Result<AigerLiteral, NetlistError> {
        let most = 2 * header.variables + 1;
        if literal > most {
            let problem = NetlistErrorKind::expected(format!("a literal up to {most}"), format!("{literal}"));
            return Err(problem.at(&self.here()));
        }
        Ok(AigerLiteral(literal))
    }

    /// Two differences, seven bits a byte: the output less the larger input, that less the smaller one.
    fn binary_and(&mut self, output: u32) -> Result<AigerAnd, NetlistError> {
        let mut value = output;
        let mut inputs = [AigerLiteral(0); 2];
        for (at, input) in inputs.iter_mut().enumerate() {
            let least = u64::from(at == 0);
            let difference = self.difference();
            match difference.filter(|difference| (least..=value.into()).contains(difference)) {
                Some(difference) => value -= difference as u32,
                None => {
                    let got = difference.map_or("the end of the text".into(), |got| got.to_string());
                    let expected =
                        format!("a difference of {least} to {value} in the gate of literal {output}");
                    return Err(NetlistErrorKind::expected(expected, got).at(&self.source.location(0, 0)));
                }
            }
            *input = AigerLiteral(value);
        }
        Ok(AigerAnd { output: AigerLiteral(output), inputs, line: 0 })
    }

    fn difference(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0u64, 0u32);
        loop {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            match u64::from(byte & 0x7f) {
                part if shift < 56 => value |= part << shift,
                0 => {}
                // More than any literal.
                _ => value = u64::MAX,
            }
            shift = (shift + 7).min(56);
            if byte < 0x80 {
                return Some(value);
            }
        }
    }

    /// `i0 a[0]`, `o0 p[0]`, up to the comments.
    fn symbols(&mut self, graph: &mut AigerGraph) -> Result<(), NetlistError> {
        let mut seen = HashMap::new();
        while let Some(line) = self.next_line().filter(|line| !line.starts_with(b"c")) {
            let text = String::from_utf8_lossy(line);
            let text = text.trim_end();
            if text.is_empty() {
                continue;
            }
            let expected = || {
                let expected = "a symbol, `i0 name` or `o0 name`, or a comment after `c`";
                NetlistErrorKind::expected(expected, format!("'{}'", clip(text))).at(&self.here())
            };
            let (position, name) =
                text.split_once(' ').filter(|(_, name)| !name.is_empty()).ok_or_else(expected)?;
            let bits = match position.as_bytes().first() {
                Some(b'i') => &mut graph.inputs,
                Some(b'o') => &mut graph.outputs,
                _ => return Err(expected()),
            };
            let index = number(&position[1..]).ok_or_else(expected)?;
            let Some(bit) = bits.get_mut(index as usize) else {
                let hint = format!("; available: {}", bits.len());
                let kind = if position.starts_with('i') { "input" } else { "output" };
                return Err(NetlistErrorKind::Unknown { kind, name: position.into(), hint }.at(&self.here()));
            };
            if let Some(first) = seen.insert(position.to_owned(), self.here()) {
                let problem = NetlistErrorKind::Duplicate { kind: "symbol", name: position.into(), first };
                return Err(problem.at(&self.here()));
            }
            (bit.name, bit.location) = (name.into(), self.here());
        }
        Ok(())
    }
}

fn number(word: &str) -> Option<u32> {
    word.parse().ok().filter(|_| word.bytes().all(|byte| byte.is_ascii_digit()))
}
