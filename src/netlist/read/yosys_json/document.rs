//! What Yosys writes with `write_json`, as far as it is read.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
pub(super) struct YosysDocument {
    pub modules: JsonEntries<YosysModule>,
}

#[derive(Deserialize)]
pub(super) struct YosysModule {
    #[serde(default)]
    pub attributes: YosysAttributes,
    #[serde(default)]
    pub ports: JsonEntries<YosysPort>,
    #[serde(default)]
    pub cells: JsonEntries<YosysCell>,
    #[serde(default)]
    pub netnames: JsonEntries<NetName>,
}

#[derive(Deserialize)]
pub(super) struct YosysPort {
    pub direction: YosysDirection,
    pub bits: Vec<YosysBit>,
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
pub(super) enum YosysDirection {
    Input,
    Output,
    Inout,
}

#[derive(Deserialize)]
pub(super) struct YosysCell {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub parameters: JsonEntries<YosysValue>,
    #[serde(default)]
    pub attributes: YosysAttributes,
    #[serde(default)]
    pub connections: JsonEntries<Vec<YosysBit>>,
}

#[derive(Deserialize)]
pub(super) struct NetName {
    #[serde(default)]
    pub hide_name: u8,
    pub bits: Vec<YosysBit>,
    /// As that of a port.
    #[serde(default)]
    pub offset: i64,
    /// As that of a port.
    #[serde(default)]
    pub upto: u8,
    #[serde(default)]
    pub attributes: YosysAttributes,
}

/// The attributes that are looked at.
#[derive(Default, Deserialize)]
pub(super) struct YosysAttributes {
    /// Where it stood in the text that Yosys read: `mul.v:12.3-12.20`.
    pub src: Option<YosysValue>,
    pub top: Option<YosysValue>,
    pub blackbox: Option<YosysValue>,
}

/// A parameter or attribute: a number, or its binary digits, the most significant first.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum YosysValue {
    Number(u64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl YosysValue {
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
pub(super) enum YosysBit {
    Net(u64),
    Constant(bool),
    Undefined,
}

impl<'de> Deserialize<'de> for YosysBit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct YosysBitVisitor;

        impl Visitor<'_> for YosysBitVisitor {
            type Value = YosysBit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of a net, or \"0\", \"1\", \"x\" or \"z\"")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<YosysBit, E> {
                Ok(YosysBit::Net(number))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<YosysBit, E> {
                match text {
                    "0" => Ok(YosysBit::Constant(false)),
                    "1" => Ok(YosysBit::Constant(true)),
                    "x" | "z" => Ok(YosysBit::Undefined),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(YosysBitVisitor)
    }
}

/// The entries of an object in the order of the text, no name twice.
pub(super) struct JsonEntries<T>(pub Vec<(String, T)>);

impl<T> Default for JsonEntries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> JsonEntries<T> {
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonEntries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonEntriesVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for JsonEntriesVisitor<T> {
            type Value = JsonEntries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonEntries<T>, A::Error> {
                let mut entries = Vec::new();
                let mut names = HashSet::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if !names.insert(name.clone()) {
                        let name: String = name.chars().take(100).collect();
                        return Err(A::Error::custom(format!(
                            "the name '{name}' appears twice in an object"
                        )));
                    }
                    entries.push((name, value));
                }
                Ok(JsonEntries(entries))
            }
        }

        deserializer.deserialize_map(JsonEntriesVisitor(PhantomData))
    }
}
