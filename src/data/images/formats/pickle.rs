//! Python's pickles, as far as dictionaries of numbers, texts, lists and NumPy arrays of bytes go.
//!
//! A pickle is a program for a machine with a stack. This one calls nothing: what a pickle would have Python call
//! stays a note of what it is called and with what, and an array of NumPy is recognised by that note. Values lie in one
//! list and name each other by index, so that no pickle, however entangled, costs more than its length.
//!
//! Format: the comments of Python's `pickletools` and PEP 307.

use std::collections::HashMap;
use std::ops::Range;

/// Values of a pickle, at most: a hundred times those of CIFAR.
const MAX_VALUES: usize = 10_000_000;

/// Why a pickle cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PickleError {
    /// It ends too early.
    #[error("the pickle breaks off at byte {0}; is the file truncated?")]
    Ends(usize),
    /// It does something that data does not need.
    #[error("the pickle has the operation 0x{code:02x} at byte {at}, which pickles of CIFAR do not use")]
    Operation { code: u8, at: usize },
    /// Its operations do not fit together.
    #[error("no sound pickle: {problem} at byte {at}")]
    Unsound { problem: &'static str, at: usize },
    /// It is larger than anything sensible.
    #[error("the pickle has more than {MAX_VALUES} values")]
    TooLarge,
    /// It holds something else.
    #[error("the pickle holds something else: {0}")]
    Other(String),
}

/// A value by its index.
pub(super) type Id = usize;

#[derive(Clone, Debug, PartialEq)]
enum PickleValue {
    Mark,
    None,
    Bool(bool),
    Integer(i64),
    /// A real number, of which nothing is needed.
    Real,
    /// Text or bytes of the pickle itself.
    Bytes(Range<usize>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dictionary(Vec<(Id, Id)>),
    /// Module and name of something of Python's.
    Global(Range<usize>, Range<usize>),
    /// What calling `make` with `arguments` would give, brought to a state.
    Object {
        make: Id,
        arguments: Id,
        state: Option<Id>,
    },
}

/// A pickle that was read.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    bytes: &'a [u8],
    values: Vec<PickleValue>,
    root: Id,
}

impl<'a> Pickle<'a> {
    /// Reads a pickle of protocol 2 or later.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PickleError> {
        let mut machine = PickleMachine { bytes, at: 0, values: vec![], stack: vec![], memo: HashMap::new() };
        let root = machine.run()?;
        Ok(Self { bytes, values: machine.values, root })
    }

    /// What it is a pickle of.
    pub fn root(&self) -> Id {
        self.root
    }

    /// The value of a key of a dictionary.
    pub fn value_of(&self, dictionary: Id, key: &str) -> Result<Id, PickleError> {
        let PickleValue::Dictionary(items) = &self.values[dictionary] else {
            return Err(PickleError::Other("expected a dictionary".to_owned()));
        };
        let found = items.iter().rev().find(|(known, _)| self.bytes_of(*known) == Some(key.as_bytes()));
        found.map(|(_, value)| *value).ok_or_else(|| PickleError::Other(format!("it has no key '{key}'")))
    }

    /// The elements of a list of integers.
    pub fn integers(&self, list: Id) -> Result<Vec<i64>, PickleError> {
        let other = || PickleError::Other("expected a list of integers".to_owned());
        let (PickleValue::List(items) | PickleValue::Tuple(items)) = &self.values[list] else {
            return Err(other());
        };
        items
            .iter()
            .map(|&item| match self.values[item] {
                PickleValue::Integer(number) => Ok(number),
                _ => Err(other()),
            })
            .collect()
    }

    /// The elements of a list of texts.
    pub fn texts(&self, list: Id) -> Result<Vec<String>, PickleError> {
        let other = || PickleError::Other("expected a list of texts".to_owned());
        let PickleValue::List(items) = &self.values[list] else { return Err(other()) };
        let text = |&item: &Id| self.bytes_of(item).map(|text| String::from_utf8_lossy(text).into_owned());
        items.iter().map(|item| text(item).ok_or_else(other)).collect()
    }

    /// Shape and content of an array of NumPy: bytes, row by row.
    pub fn bytes_array(&self, array: Id) -> Result<(Vec<usize>, &'a [u8]), PickleError> {
        let other = |problem: &str| PickleError::Other(format!("expected a NumPy array of bytes, {problem}"));
        let PickleValue::Object { make, state: Some(state), .. } = self.values[array] else {
            return Err(other("not some other value"));
        };
        let (module, name) = self.global(make).unwrap_or_default();
        if !module.starts_with(b"numpy") || name != b"_reconstruct" {
            return Err(other("not some other object"));
        }
        let PickleValue::Tuple(state) = &self.values[state] else { return Err(other("with its state")) };
        let &[_version, shape, dtype, column_major, content] = &state[..] else {
            return Err(other("with a state of five parts"));
        };
        let PickleValue::Object { make, arguments, .. } = self.values[dtype] else {
            return Err(other("with a type"));
        };
        let PickleValue::Tuple(arguments) = &self.values[arguments] else { return Err(other("with a type")) };
        let code = arguments.first().and_then(|&code| self.bytes_of(code)).unwrap_or_default();
        if self.global(make).unwrap_or_default() != (b"numpy", b"dtype")
            || !matches!(code, b"u1" | b"|u1" | b"B")
        {
            return Err(other(&format!("not of type '{}'", String::from_utf8_lossy(code))));
        }
        if self.values[column_major] != PickleValue::Bool(false) {
            return Err(other("row by row, not column by column"));
        }
        let sides = self.integers(shape)?;
        let shape: Option<Vec<usize>> = sides.iter().map(|&side| usize::try_from(side).ok()).collect();
        let length = shape.iter().flatten().try_fold(1usize, |product, &side| product.checked_mul(side));
        match (shape, length, self.bytes_of(content)) {
            (Some(shape), Some(length), Some(content)) if content.len() == length => Ok((shape, content)),
            (_, _, content) => {
                let got = content.map_or(0, <[u8]>::len);
                Err(other(&format!("of shape {sides:?}, not with {got} bytes in it")))
            }
        }
    }

    fn bytes_of(&self, value: Id) -> Option<&'a [u8]> {
        match &self.values[value] {
            PickleValue::Bytes(range) => self.bytes.get(range.clone()),
            _ => None,
        }
    }

    fn global(&self, value: Id) -> Option<(&'a [u8], &'a [u8])> {
        match &self.values[value] {
            PickleValue::Global(module, name) => {
                Some((self.bytes.get(module.clone())?, self.bytes.get(name.clone())?))
            }
            _ => None,
        }
    }
}

/// The machine while it runs.
struct PickleMachine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<PickleValue>,
    stack: Vec<Id>,
    memo: HashMap<u64, Id>,
}

impl PickleMachine<'_> {
    /// Runs to the end; what is on top then is the value.
    fn run(&mut self) -> Result<Id, PickleError> {
        loop {
            let at = self.at;
            let code = self.number(1)? as u8;
            match code {
                0x80 => drop(self.number(1)?), // the protocol
                0x95 => drop(self.number(8)?), // the length of a frame
                b'.' => return self.pop(),
                b'(' => self.push(PickleValue::Mark)?,
                b'0' => drop(self.pop()?),
                b'N' => self.push(PickleValue::None)?,
                0x88 | 0x89 => self.push(PickleValue::Bool(code == 0x88))?,
                b'K' => self.integer(1)?,
                b'M' => self.integer(2)?,
                b'J' => {
                    let number = self.number(4)? as u32 as i32;
                    self.push(PickleValue::Integer(number.into()))?;
                }
                0x8a => self.long()?,
                b'G' => {
                    self.number(8)?;
                    self.push(PickleValue::Real)?;
                }
                // Texts and bytes, by the length of their length.
                b'U' | b'C' | 0x8c => self.text(1)?,
                b'T' | b'B' | b'X' => self.text(4)?,
                0x8d | 0x8e => self.text(8)?,
                b'c' => {
                    let global = PickleValue::Global(self.line()?, self.line()?);
                    self.push(global)?;
                }
                0x93 => {
                    let (name, module) = (self.pop()?, self.pop()?);
                    match (&self.values[module], &self.values[name]) {
                        (PickleValue::Bytes(module), PickleValue::Bytes(name)) => {
                            let global = PickleValue::Global(module.clone(), name.clone());
                            self.push(global)?;
                        }
                        _ => return Err(self.unsound("a global without a name")),
                    }
                }
                b'}' => self.push(PickleValue::Dictionary(vec![]))?,
                b']' => self.push(PickleValue::List(vec![]))?,
                b')' => self.push(PickleValue::Tuple(vec![]))?,
                b't' => {
                    let items = self.since_mark()?;
                    self.push(PickleValue::Tuple(items))?;
                }
                0x85..=0x87 => {
                    let from = self.stack.len().checked_sub(usize::from(code - 0x84));
                    let from = from.ok_or_else(|| self.unsound("too few values"))?;
                    let items = self.stack.split_off(from);
                    self.push(PickleValue::Tuple(items))?;
                }
                b'a' => {
                    let item = self.pop()?;
                    self.append(&[item])?;
                }
                b'e' => {
                    let items = self.since_mark()?;
                    self.append(&items)?;
                }
                b's' => {
                    let (value, key) = (self.pop()?, self.pop()?);
                    self.set(&[key, value])?;
                }
                b'u' => {
                    let items = self.since_mark()?;
                    self.set(&items)?;
                }
                b'q' | b'r' => {
                    let key = self.number(if code == b'q' { 1 } else { 4 })?;
                    let top = self.top()?;
                    self.memo.insert(key, top);
                }
                0x94 => {
                    let top = self.top()?;
                    self.memo.insert(self.memo.len() as u64, top);
                }
                b'h' | b'j' => {
                    let key = self.number(if code == b'h' { 1 } else { 4 })?;
                    let value = self.memo.get(&key).copied();
                    let value = value.ok_or_else(|| self.unsound("a value that was not kept"))?;
                    self.stack.push(value);
                }
                b'R' => {
                    let (arguments, make) = (self.pop()?, self.pop()?);
                    self.push(PickleValue::Object { make, arguments, state: None })?;
                }
                b'b' => {
                    let (new, top) = (self.pop()?, self.top()?);
                    match &mut self.values[top] {
                        PickleValue::Object { state, .. } => *state = Some(new),
                        _ => return Err(self.unsound("a state of something that is no object")),
                    }
                }
                _ => return Err(PickleError::Operation { code, at }),
            }
        }
    }

    fn unsound(&self, problem: &'static str) -> PickleError {
        PickleError::Unsound { problem, at: self.at }
    }

    fn take(&mut self, length: u64) -> Result<Range<usize>, PickleError> {
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length));
        let end = end.filter(|&end| end <= self.bytes.len()).ok_or(PickleError::Ends(self.bytes.len()))?;
        let range = self.at..end;
        self.at = end;
        Ok(range)
    }

    /// A number without sign, its lowest byte first.
    fn number(&mut self, bytes: u64) -> Result<u64, PickleError> {
        let range = self.take(bytes)?;
        Ok(self.bytes[range].iter().rev().fold(0, |number, &byte| (number << 8) | u64::from(byte)))
    }

    fn integer(&mut self, bytes: u64) -> Result<(), PickleError> {
        let number = self.number(bytes)? as i64;
        self.push(PickleValue::Integer(number))
    }

    /// An integer of up to 8 bytes with sign.
    fn long(&mut self) -> Result<(), PickleError> {
        let length = self.number(1)?;
        if length > 8 {
            return Err(self.unsound("an integer of more than 64 bits"));
        }
        let number = self.number(length)?;
        let unused = 64 - 8 * length as u32;
        let number = if length == 0 { 0 } else { ((number << unused) as i64) >> unused };
        self.push(PickleValue::Integer(number))
    }

    fn text(&mut self, bytes_of_length: u64) -> Result<(), PickleError> {
        let length = self.number(bytes_of_length)?;
        let range = self.take(length)?;
        self.push(PickleValue::Bytes(range))
    }

    /// Up to the end of the line.
    fn line(&mut self) -> Result<Range<usize>, PickleError> {
        let rest = &self.bytes[self.at..];
        let length =
            rest.iter().position(|&byte| byte == b'\n').ok_or(PickleError::Ends(self.bytes.len()))?;
        let range = self.take(length as u64)?;
        self.at += 1;
        Ok(range)
    }

    fn push(&mut self, value: PickleValue) -> Result<(), PickleError> {
        if self.values.len() >= MAX_VALUES {
            return Err(PickleError::TooLarge);
        }
        self.stack.push(self.values.len());
        self.values.push(value);
        Ok(())
    }

    fn pop(&mut self) -> Result<Id, PickleError> {
        self.stack.pop().ok_or_else(|| self.unsound("too few values"))
    }

    fn top(&self) -> Result<Id, PickleError> {
        self.stack.last().copied().ok_or_else(|| self.unsound("too few values"))
    }

    fn since_mark(&mut self) -> Result<Vec<Id>, PickleError> {
        let mark = self.stack.iter().rposition(|&id| self.values[id] == PickleValue::Mark);
        let mark = mark.ok_or_else(|| self.unsound("no mark"))?;
        let items = self.stack.split_off(mark + 1);
        self.stack.pop();
        Ok(items)
    }

    fn append(&mut self, new: &[Id]) -> Result<(), PickleError> {
        let top = self.top()?;
        match &mut self.values[top] {
            PickleValue::List(items) => items.extend(new),
            _ => return Err(self.unsound("elements for something that is no list")),
        }
        Ok(())
    }

    fn set(&mut self, new: &[Id]) -> Result<(), PickleError> {
        let top = self.top()?;
        if !new.len().is_multiple_of(2) {
            return Err(self.unsound("a key without a value"));
        }
        match &mut self.values[top] {
            PickleValue::Dictionary(items) => {
                items.extend(new.chunks_exact(2).map(|pair| (pair[0], pair[1])))
            }
            _ => return Err(self.unsound("keys for something that is no dictionary")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `{"labels": [3, 1], "data": array of shape [2, 2]}`, as Python 2 writes it with protocol 2.
    fn sample() -> Vec<u8> {
        let mut bytes = b"\x80\x02}q\x01(U\x06labelsq\x02]q\x03(K\x03K\x01eU\x04dataq\x04".to_vec();
        bytes.extend(
            b"cnumpy.core.multiarray\n_reconstruct\nq\x05cnumpy\nndarray\nq\x06K\x00\x85U\x01b\x87Rq\x07",
        );
        bytes.extend(b"(K\x01K\x02K\x02\x86cnumpy\ndtype\nq\x08U\x02u1K\x00K\x01\x87Rq\x09");
        bytes
            .extend(b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x04\x00\x01\xfe\xfftbu.");
        bytes
    }

    #[test]
    fn dictionaries_lists_and_arrays_come_out() {
        let bytes = sample();
        let pickle = Pickle::parse(&bytes).unwrap();
        let of = |key: &str| pickle.value_of(pickle.root(), key).unwrap();
        assert_eq!(pickle.integers(of("labels")).unwrap(), [3, 1]);
        assert_eq!(pickle.bytes_array(of("data")).unwrap(), (vec![2, 2], &[0u8, 1, 254, 255][..]));
        assert!(pickle.value_of(pickle.root(), "names").unwrap_err().to_string().contains("no key 'names'"));
        assert!(pickle.bytes_array(of("labels")).unwrap_err().to_string().contains("NumPy array of bytes"));
        assert!(pickle.integers(of("data")).unwrap_err().to_string().contains("list of integers"));
        assert!(pickle.texts(of("labels")).unwrap_err().to_string().contains("list of texts"));
    }

    #[test]
    fn integers_of_every_width_come_out() {
        let pickle =
            Pickle::parse(b"\x80\x02](K\xffM\x00\x01J\xfe\xff\xff\xff\x8a\x01\x80\x8a\x00\x8a\x02\x00\x80e.")
                .unwrap();
        assert_eq!(pickle.integers(pickle.root()).unwrap(), [255, 256, -2, -128, 0, -32768]);
    }

    #[test]
    fn what_is_no_such_pickle_says_why() {
        for (bytes, part) in [
            (&b""[..], "breaks off at byte 0"),
            (b"\x80\x02}", "breaks off at byte 3"),
            (b"U\xff1", "breaks off"),
            (b"i", "operation 0x69 at byte 0"),
            (b".", "too few values"),
            (b"\x86.", "too few values"),
            (b"Kae.", "no mark"),
            (b"K\x01K\x02a.", "no list"),
            (b"K\x01K\x02K\x03s.", "no dictionary"),
            (b"}(K\x01u.", "without a value"),
            (b"K\x01Nb.", "no object"),
            (b"NN\x93.", "without a name"),
            (b"h\x07.", "was not kept"),
            (b"\x8a\x09123456789.", "more than 64 bits"),
        ] {
            let message = Pickle::parse(bytes).unwrap_err().to_string();
            assert!(message.contains(part), "expected {part}, got {message}");
        }
    }

    #[test]
    fn arrays_that_are_something_else_are_refused() {
        let sample = sample();
        let swap = |from: &[u8], to: &[u8]| {
            let at = sample.windows(from.len()).position(|part| part == from).unwrap();
            [&sample[..at], to, &sample[at + from.len()..]].concat()
        };
        for (bytes, part) in [
            (swap(b"u1", b"i8"), "not of type 'i8'"),
            (swap(b"tb\x89", b"tb\x88"), "column by column"),
            (swap(b"K\x02K\x02\x86", b"K\x02K\x03\x86"), "not with 4 bytes"),
            (swap(b"(K\x01K\x02K\x02\x86", b"(K\x02K\x02\x86"), "five parts"),
            (swap(b"_reconstruct", b"_destruct"), "not some other object"),
        ] {
            let pickle = Pickle::parse(&bytes).unwrap();
            let data = pickle.value_of(pickle.root(), "data").unwrap();
            let message = pickle.bytes_array(data).unwrap_err().to_string();
            assert!(message.contains(part), "expected {part}, got {message}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Pickle::parse(&bytes);
        }

        #[test]
        fn no_damage_is_too_much(at in 0usize..180, value in any::<u8>()) {
            let mut bytes = sample();
            let at = at % bytes.len();
            bytes[at] = value;
            if let Ok(pickle) = Pickle::parse(&bytes)
                && let Ok(data) = pickle.value_of(pickle.root(), "data") {
                let _ = pickle.bytes_array(data);
            }
        }
    }
}
