//! The function definitions of a C text.

use std::collections::HashMap;
use std::ffi::{c_char, c_long};

use super::text::{CToken, Piece, pieces};
use crate::shared_library::{CType, Signature};

/// A function that a C text defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CDefinition {
    /// Its name.
    pub name: String,
    /// Its result; `None` if it is no integer that axmul knows.
    pub result: Option<CType>,
    /// Its parameters.
    pub parameters: Vec<CParameter>,
    /// Its file keeps it to itself, so that no library exports it.
    pub is_local: bool,
    /// The line of its name, counted from 1.
    pub line: u32,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CParameter {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its type; `None` if it is no integer that axmul knows.
    pub kind: Option<CType>,
}

impl CDefinition {
    /// Its signature, if it takes two integers and returns one.
    pub fn signature(&self) -> Option<Signature> {
        match &self.parameters[..] {
            [a, b] => Some(Signature { result: self.result?, a: a.kind?, b: b.kind? }),
            _ => None,
        }
    }

    /// Whether the first parameter is called b and the second one a.
    pub fn is_named_backwards(&self) -> bool {
        let is = |at: usize, name: &str| {
            self.parameters.get(at).is_some_and(|parameter| parameter.name.eq_ignore_ascii_case(name))
        };
        is(0, "b") && is(1, "a")
    }
}

/// All functions that a text defines, in its order. Prototypes are not among them, nor what macros make.
pub fn definitions(text: &str) -> Vec<CDefinition> {
    let mut types = Types::default();
    let mut found = Vec::new();
    for piece in pieces(text) {
        if piece.opens_body {
            found.extend(definition(&piece, &types));
        } else {
            types.learn(&piece.tokens);
        }
    }
    found
}

fn definition(piece: &Piece, types: &Types) -> Option<CDefinition> {
    let tokens = without_attributes(&piece.tokens);
    let open = tokens.iter().position(|token| token.text == "(")?;
    let (before, rest) = tokens.split_at(open);
    let (name, result) = before.split_last()?;
    // `= {` and the like, `if (..) {` of a text whose braces do not match.
    if !name.is_word() || result.is_empty() || before.iter().any(|token| token.text == "=") {
        return None;
    }
    let close = matching(rest)?;
    let words: Vec<&str> = result.iter().map(|token| token.text).collect();
    let parameters = split_at_commas(&rest[1..close]);
    let parameters = match &parameters[..] {
        [only] if only.is_empty() || matches!(only, [token] if token.text == "void") => Vec::new(),
        all => all.iter().map(|tokens| parameter(tokens, types)).collect(),
    };
    Some(CDefinition {
        name: name.text.to_owned(),
        result: types.of_words(&words),
        parameters,
        // Without `static`, C's `inline` gives no definition that others can use.
        is_local: words.iter().any(|word| *word == "static" || word.trim_matches('_') == "inline"),
        line: name.line,
    })
}

/// Leaves out `__attribute__((..))` and its kind.
fn without_attributes<'a>(tokens: &[CToken<'a>]) -> Vec<CToken<'a>> {
    const WITH_ARGUMENTS: [&str; 6] =
        ["__attribute__", "__attribute", "__declspec", "_Alignas", "__asm__", "asm"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if !WITH_ARGUMENTS.contains(&first.text) {
            kept.push(first.clone());
        } else if after.first().is_some_and(|token| token.text == "(") {
            rest = matching(after).map_or(&[], |close| &after[close + 1..]);
        }
    }
    kept
}

/// Where the parenthesis closes that the tokens begin with.
fn matching(tokens: &[CToken]) -> Option<usize> {
    let mut depth = 0usize;
    tokens.iter().position(|token| {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

fn split_at_commas<'t, 'a>(tokens: &'t [CToken<'a>]) -> Vec<&'t [CToken<'a>]> {
    let mut depth = 0usize;
    tokens
        .split(|token| {
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            token.text == "," && depth == 0
        })
        .collect()
}

fn parameter(tokens: &[CToken], types: &Types) -> CParameter {
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let nameless = types.of_words(&words);
    match tokens.split_last() {
        Some((name, _)) if nameless.is_none() && name.is_word() => {
            CParameter { name: name.text.to_owned(), kind: types.of_words(&words[..words.len() - 1]) }
        }
        _ => CParameter { name: String::new(), kind: nameless },
    }
}

/// The names of integer types: C's own, those of `<stdint.h>`, and what the text itself calls so.
#[derive(Debug, Default)]
struct Types<'a>(HashMap<&'a str, CType>);

impl<'a> Types<'a> {
    /// Takes in `typedef unsigned char byte`.
    fn learn(&mut self, tokens: &[CToken<'a>]) {
        let [first, middle @ .., last] = tokens else { return };
        if first.text == "typedef" && last.is_word() {
            let words: Vec<&str> = middle.iter().map(|token| token.text).collect();
            if let Some(kind) = self.of_words(&words) {
                self.0.insert(last.text, kind);
            }
        }
    }

    /// The integer type that these words name. What stands before it and is neither type nor qualifier is taken for a
    /// macro such as `EXPORT`.
    fn of_words(&self, words: &[&str]) -> Option<CType> {
        const QUALIFIERS: [&str; 11] = [
            "const",
            "volatile",
            "register",
            "static",
            "extern",
            "inline",
            "__inline",
            "__inline__",
            "restrict",
            "__const",
            "auto",
        ];
        let words: Vec<&str> = words.iter().copied().filter(|word| !QUALIFIERS.contains(word)).collect();
        let first = words.iter().position(|word| self.is_type_word(word))?;
        let is_macro =
            |word: &str| word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if !words[..first].iter().all(|word| is_macro(word)) {
            return None;
        }
        match &words[first..] {
            [one] if self.0.contains_key(one) => self.0.get(one).copied(),
            [one] if exact(one).is_some() => exact(one),
            basic => of_basic_words(basic),
        }
    }

    fn is_type_word(&self, word: &str) -> bool {
        self.0.contains_key(word) || exact(word).is_some() || BASIC.contains(&word)
    }
}

/// The type of `uint8_t`, and of `uint_least8_t`, which is the same wherever there is a `uint8_t`.
fn exact(word: &str) -> Option<CType> {
    let plain = word.replacen("_least", "", 1);
    CType::ALL.into_iter().find(|kind| kind.c_name() == plain)
}

const BASIC: [&str; 8] = ["char", "short", "int", "long", "signed", "unsigned", "__signed__", "__int64"];

/// The type of `unsigned long long int` and its kind, in any order.
fn of_basic_words(words: &[&str]) -> Option<CType> {
    if words.is_empty() || !words.iter().all(|word| BASIC.contains(word)) {
        return None;
    }
    let count = |name: &str| words.iter().filter(|word| **word == name).count();
    let (unsigned, signed) = (count("unsigned"), count("signed") + count("__signed__"));
    let kinds = (count("char"), count("short"), count("long"), count("__int64"));
    if unsigned + signed > 1 || count("int") > 1 {
        return None;
    }
    let bits = match kinds {
        (1, 0, 0, 0) if count("int") == 0 => 8,
        (0, 1, 0, 0) => 16,
        (0, 0, 0, 0) => 32,
        (0, 0, 1, 0) => 8 * size_of::<c_long>() as u8,
        (0, 0, 2, 0) | (0, 0, 0, 1) => 64,
        _ => return None,
    };
    // Whether a plain char is signed depends on the machine.
    let plain_signed = bits > 8 || c_char::MIN as i16 != 0;
    Some(CType::fitting(bits, unsigned == 0 && (signed > 0 || plain_signed)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `name signature` of every definition; `?` for a signature that axmul cannot call.
    fn outline(text: &str) -> Vec<String> {
        let shown = |found: &CDefinition| {
            let signature = found.signature().map_or("?".into(), |signature| signature.to_string());
            let local = if found.is_local { " local" } else { "" };
            format!("{} {signature}{local}", found.name)
        };
        definitions(text).iter().map(shown).collect()
    }

    #[test]
    fn every_way_to_declare_a_multiplier() {
        for (text, expected) in [
            ("uint16_t f(uint8_t A, uint8_t B)\n{ return A * B; }", "f u16(u8,u8)"),
            ("uint64_t f(const uint64_t B,const uint64_t A) {}", "f u64(u64,u64)"),
            (
                "uint64_t f(const uint64_t A /* 8-bit, first */, const uint64_t B // second )\n) {}",
                "f u64(u64,u64)",
            ),
            ("int16_t\nf\n(int8_t a,\n int8_t const b)\n{}", "f i16(i8,i8)"),
            ("unsigned short f(unsigned char x, unsigned y) {}", "f u16(u8,u32)"),
            ("long long f(int a, signed char b) {}", "f i64(i32,i8)"),
            ("unsigned long long int f(short int a, long long b) {}", "f u64(i16,i64)"),
            ("int f(int, unsigned) {}", "f i32(i32,u32)"),
            ("EXPORT MY_API uint16_t f(uint8_t a, IN uint8_t b) {}", "f u16(u8,u8)"),
            (
                "__attribute__((noinline, alias(\"g\"))) uint16_t f(uint8_t a, uint8_t b) __attribute__((pure)) {}",
                "f u16(u8,u8)",
            ),
            ("typedef uint8_t byte; typedef byte octet; uint16_t f(byte a, octet b) {}", "f u16(u8,u8)"),
            ("static uint16_t f(uint8_t a, uint8_t b) {}", "f u16(u8,u8) local"),
            ("__inline__ uint16_t f(uint8_t a, uint8_t b) {}", "f u16(u8,u8) local"),
            ("uint_least16_t f(uint_least8_t a, uint8_t b) {}", "f u16(u8,u8)"),
            ("int f(int a, int b) {} int main(void) {}", "f i32(i32,i32), main ?"),
        ] {
            assert_eq!(outline(text).join(", "), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_multiplier_has_no_signature() {
        for text in [
            "double f(double a, double b) {}",
            "uint16_t f(uint8_t *a, uint8_t b) {}",
            "uint16_t *f(uint8_t a, uint8_t b) {}",
            "uint16_t f(uint8_t a, uint8_t b[2]) {}",
            "uint16_t f(uint8_t a) {}",
            "void f(void) {}",
            "void f() {}",
            "uint16_t f(uint8_t a, uint8_t b, uint8_t c) {}",
            "unsigned signed f(int a, int b) {}",
            "long char f(int a, int b) {}",
            "foo f(int a, int b) {}",
            "struct uint8_t f(int a, int b) {}",
            "int f(int (*a)(int, int), int b) {}",
        ] {
            assert_eq!(outline(text), ["f ?"], "{text}");
        }
    }

    #[test]
    fn what_is_no_definition_is_passed_over() {
        let text = "#define MUL(a, b) { a * b }\nint16_t g(int8_t a, int8_t b);\nstruct s { int x; };\n\
                    static const int t[] = { 1, 2 };\nint (*p)(int, int) = { g };\nenum e { A, B };\n\
                    int16_t g(int8_t a, int8_t b) { if (a) { return 0; } return a * b; }\n";
        assert_eq!(outline(text), ["g i16(i8,i8)"]);
        assert_eq!(definitions(text)[0].line, 7);
    }

    #[test]
    fn names_of_parameters_are_kept() {
        let found = definitions("uint64_t f(const uint64_t B, const uint64_t A) {}").remove(0);
        assert!(found.is_named_backwards());
        assert_eq!([&*found.parameters[0].name, &*found.parameters[1].name], ["B", "A"]);
        let found = definitions("int f(int a, int b) {} int g(int, int) {}");
        assert!(!found[0].is_named_backwards() && !found[1].is_named_backwards());
        assert_eq!(found[1].parameters[0].name, "");
    }

    proptest! {
        #[test]
        fn any_text_is_taken(parts in prop::collection::vec(prop::sample::select(vec![
            "uint8_t", "f", "(", ")", ",", "{", "}", ";", "typedef", "__attribute__", "=", "int", "unsigned", "*", "\n",
        ]), 0..40)) {
            definitions(&parts.join(" "));
        }
    }
}
