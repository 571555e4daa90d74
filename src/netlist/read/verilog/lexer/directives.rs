//! Compiler directives: macros, conditions and included texts; what is for simulators is skipped.

use super::super::syntax::Spot;
use super::{Cursor, VerilogLexer};
use crate::{NetlistError, NetlistErrorKind};

#[derive(Clone, Copy)]
pub(super) struct Macro<'a> {
    body: &'a [u8],
    has_arguments: bool,
}

/// An open `ifdef.
pub(super) struct Condition {
    pub spot: Spot,
    /// One of its branches was read.
    taken: bool,
}

const YOSYS: &str = "run Yosys first (--via yosys), which expands it";

impl<'a> VerilogLexer<'a> {
    /// What the directive under the cursor says.
    pub(super) fn directive(&mut self) -> Result<(), NetlistError> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(()) };
        let spot = cursor.spot;
        let name = directive_name(cursor);
        match name {
            "timescale" | "line" | "pragma" | "unconnected_drive" | "begin_keywords" => {
                cursor.skip_line_comment();
            }
            "celldefine" | "endcelldefine" | "nounconnected_drive" | "end_keywords" => {}
            "resetall" => self.implicit_nets = true,
            "default_nettype" => {
                cursor.skip_blanks();
                self.implicit_nets = word(cursor) != "none";
            }
            "define" => self.define(spot)?,
            "undef" => {
                cursor.skip_blanks();
                let name = word(cursor);
                self.macros.remove(name);
            }
            "ifdef" | "ifndef" => {
                cursor.skip_blanks();
                let known = self.macros.contains_key(word(cursor));
                let taken = known == (name == "ifdef");
                self.conditions.push(Condition { spot, taken });
                if !taken {
                    self.skip_branch()?;
                }
            }
            // A branch that was read ends here: what follows it is not wanted.
            "else" | "elsif" => {
                let Some(condition) = self.conditions.last_mut() else {
                    return Err(
                        self.error(NetlistErrorKind::expected("`ifdef before it", format!("`{name}")), spot)
                    );
                };
                condition.taken = true;
                self.skip_branch()?;
            }
            "endif" => {
                if self.conditions.pop().is_none() {
                    return Err(self.error(NetlistErrorKind::expected("`ifdef before it", "`endif"), spot));
                }
            }
            "include" => self.include(spot)?,
            _ => self.expand(name, spot)?,
        }
        Ok(())
    }

    fn define(&mut self, spot: Spot) -> Result<(), NetlistError> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(()) };
        cursor.skip_blanks();
        let name = word(cursor);
        if name.is_empty() {
            return Err(self.error(NetlistErrorKind::expected("the name of a macro", "none"), spot));
        }
        let has_arguments = cursor.byte(0) == Some(b'(');
        // The rest of the line, and of those that a backslash joins to it.
        let mut length = 0;
        let mut before = 0;
        while let Some(byte) = cursor.byte(length) {
            if byte == b'\n' && before != b'\\' {
                break;
            }
            if byte != b'\r' {
                before = byte;
            }
            length += 1;
        }
        let body = cursor.take_bytes(length);
        self.macros.insert(name, Macro { body, has_arguments });
        Ok(())
    }

    fn expand(&mut self, name: &'a str, spot: Spot) -> Result<(), NetlistError> {
        match self.macros.get(name) {
            Some(&Macro { body, has_arguments: false }) => self.push(Cursor::of_macro(body, spot), spot),
            Some(_) => Err(self.error(
                NetlistErrorKind::unsupported(format!("`{name}, a macro with arguments,"), YOSYS),
                spot,
            )),
            None => {
                let hint = format!("; write `define {name}, or add the file that does with --with");
                Err(self.error(NetlistErrorKind::Unknown { kind: "macro", name: name.into(), hint }, spot))
            }
        }
    }

    /// Puts the text of another source here.
    fn include(&mut self, spot: Spot) -> Result<(), NetlistError> {
        let Some(cursor) = self.cursors.last_mut() else { return Ok(()) };
        cursor.skip_blanks();
        let name = match cursor.byte(0) {
            Some(b'"') => cursor.take_string().unwrap_or_default().trim_matches('"'),
            _ => "",
        };
        let last = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let found =
            self.sources.iter().position(|source| !name.is_empty() && last(&source.name) == last(name));
        match found {
            Some(source) if source == spot.source as usize => Err(self
                .error(NetlistErrorKind::Other(format!("'{name}' includes itself; remove the line")), spot)),
            // Read before this one: what it declares is known.
            Some(source) if source < self.opened && !self.included[source] => Ok(()),
            Some(source) => {
                self.included[source] = true;
                self.push(Cursor::of_source(self.sources, source), spot)
            }
            None => {
                let problem = NetlistErrorKind::unsupported(
                    format!("`include of a file that was not given, '{name}',"),
                    "add it with --with",
                );
                Err(self.error(problem, spot))
            }
        }
    }

    /// Skips what a condition leaves out, up to the branch that is to be read or the end of the condition.
    fn skip_branch(&mut self) -> Result<(), NetlistError> {
        let mut depth = 0;
        let Some(cursor) = self.cursors.last_mut() else { return Ok(()) };
        while let Some(byte) = cursor.byte(0) {
            match byte {
                b'/' if cursor.starts_with(b"//") => cursor.skip_line_comment(),
                b'/' if cursor.starts_with(b"/*") => {
                    cursor.skip_block_comment();
                }
                b'"' => {
                    cursor.take_string();
                }
                b'`' => match directive_name(cursor) {
                    "ifdef" | "ifndef" => depth += 1,
                    "endif" if depth > 0 => depth -= 1,
                    "endif" => {
                        self.conditions.pop();
                        return Ok(());
                    }
                    name @ ("else" | "elsif") if depth == 0 => {
                        cursor.skip_blanks();
                        let holds = name == "else" || self.macros.contains_key(word(cursor));
                        if let Some(condition) = self.conditions.last_mut()
                            && holds
                            && !condition.taken
                        {
                            condition.taken = true;
                            return Ok(());
                        }
                    }
                    _ => {}
                },
                _ => cursor.advance(1),
            }
        }
        // The end of the text will say that the condition is open.
        Ok(())
    }
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$')
}

fn directive_name<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.advance(1);
    word(cursor)
}
