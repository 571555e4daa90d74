//! What Yosys writes with `write_json`, as far as it is read.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
pub(super) struct Document {
    pub modules: Entries<Module>,
}

#[derive(Deserialize)]
pub(super) struct Module {
    #[serde(default)]
    pub attributes: Attributes,
    #[serde(default)]
    pub ports: Entries<Port>,
    #[serde(default)]
    pub cells: Entries<Cell>,
    #[serde(default)]
    pub netnames: Entries<NetName>,
}

#[derive(Deserialize)]
pub(super) struct Port {
    pub direction: Direction,
    pub bits: Vec<Bit>,
    /// The lowest index.
    #[serde(default)]
    pub offset: i64,
    /// 1 where the lowest index is that of the most significant bit.
    #[serde(default)]
    pub upto: u8,
    #[serde(default)]
    pub signed: u8,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    Input,
    Output,
    Inout,
}

#[derive(Deserialize)]
pub(super) struct Cell {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub parameters: Entries<Value>,
    #[serde(default)]
    pub attributes: Attributes,
    #[serde(default)]
    pub connections: Entries<Vec<Bit>>,
}

#[derive(Deserialize)]
pub(super) struct NetName {
    #[serde(default)]
    pub hide_name: u8,
    pub bits: Vec<Bit>,
    /// As that of a port.
    #[serde(default)]
    pub offset: i64,
    /// As that of a port.
    #[serde(default)]
    pub upto: u8,
    #[serde(default)]
    pub attributes: Attributes,
}

/// The attributes that are looked at.
#[derive(Default, Deserialize)]
pub(super) struct Attributes {
    /// Where it stood in the text that Yosys read: `mul.v:12.3-12.20`.
    pub src: Option<Value>,
    pub top: Option<Value>,
    pub blackbox: Option<Value>,
}

/// A parameter or attribute: a number, or its binary digits, the most significant first.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Value {
    Number(u64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Value {
    /// Binary digits, the least significant first. Undefined ones count as zero.
    pub fn bits(&self) -> Option<Vec<bool>> {
        match self {
            Self::Number(number) => Some((0..64).map(|i| number >> i & 1 == 1).collect()),
            Self::Text(text) if text.bytes().all(|digit| b"01xz".contains(&digit)) => {
                Some(text.bytes().rev().map(|digit| digit == b'1').collect())
            }
            _ => None,
        }
    }

    /// Whether it is a number and not zero.
    pub fn is_set(&self) -> bool {
        self.bits().is_some_and(|bits| bits.contains(&true))
    }

    /// Its value where it fits.
    pub fn number(&self) -> Option<usize> {
        let bits = self.bits()?;
        let ones = bits.iter().enumerate().filter(|(_, bit)| **bit);
        ones.map(|(at, _)| u32::try_from(at).ok().and_then(|at| 1usize.checked_shl(at))).sum()
    }
}

/// A bit of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bit {
    Net(u64),
    Constant(bool),
    Undefined,
}

impl<'de> Deserialize<'de> for Bit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bits;

        impl Visitor<'_> for Bits {
            type Value = Bit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of a net, or \"0\", \"1\", \"x\" or \"z\"")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Bit, E> {
                Ok(Bit::Net(number))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bit, E> {
                match text {
                    "0" => Ok(Bit::Constant(false)),
                    "1" => Ok(Bit::Constant(true)),
                    "x" | "z" => Ok(Bit::Undefined),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(Bits)
    }
}

/// The entries of an object in the order of the text, no name twice.
pub(super) struct Entries<T>(pub Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Objects<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                let mut names = HashSet::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if !names.insert(name.clone()) {
                        let name: String = name.chars().take(100).collect();
                        return Err(A::Error::custom(format!("the name '{name}' stands twice in an object")));
                    }
                    entries.push((name, value));
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Objects(PhantomData))
    }
}
