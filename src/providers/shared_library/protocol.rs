//! What the process that loads a library and the one that started it tell each other.
//!
//! The process that loads greets, says what it is doing, and then either sends every multiplier with its products and
//! ends, or says that it is ready and answers questions for products until nobody asks any more.
//!
//! A frame is its kind (1 byte), the length of its payload (4 bytes, little endian), the payload, and the 64-bit XXH3
//! of all that: 2^32 products are many gigabytes, and a cryptographic hash of them would take longer than computing
//! them. A plugin shares the process with the writer, so nothing is believed that is not whole.

use std::io::{self, Read, Write};

use axmul_api::OperandFormat;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use super::error::{LibraryProblem, Phase};
use axmul_metrics::{Cost, Provenance};

/// What a host greets with: this protocol and this version of axmul, which fixes the payloads.
pub(super) const GREETING: &str = concat!("axmul ", env!("CARGO_PKG_VERSION"), " tabulation 2");

/// No frame is longer: 65,536 products of 8 bytes, and text.
const MAX_PAYLOAD: u32 = 2 << 20;

/// The most products that one question may ask for.
pub(super) const MAX_PRODUCTS: usize = 1 << 16;

/// How a frame is damaged whose stream ended too early.
pub(super) const TRUNCATED: &str = "truncated";

const HEADER: usize = 5;
const CHECKSUM: usize = 8;

/// One frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    /// The first: who is speaking.
    Greeting(String),
    /// What comes next.
    Phase(Phase),
    /// The process crashes, and its last error was a lack of memory.
    OutOfMemory,
    /// The last: no multipliers, and why.
    Failure(LibraryProblem),
    /// One multiplier with its products; without any where its operands are too wide for a table.
    Multiplier(DescribedMultiplier, Vec<i64>),
    /// The last: all is said, in so many multipliers.
    Done(u32),
    /// This multiplier's products can be asked for.
    Ready(DescribedMultiplier),
    /// A question: the products of so many consecutive operand pairs, from number `first` on, in the order of
    /// [`OperandFormat::operands`].
    Block { first: u64, count: u32 },
    /// A question: the products of these operands, of which the lowest 32 bits travel.
    Pairs { a: Vec<i64>, b: Vec<i64> },
    /// An answer: products as [`Packed`](super::packed::Packed) packs them.
    Products(Vec<u8>),
}

/// A multiplier but for its products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct DescribedMultiplier {
    pub name: String,
    pub format: OperandFormat,
    pub cost: Cost,
    pub provenance: Provenance,
}

/// Why no message could be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// The stream ended between two frames.
    End,
    /// The stream ended within a frame or holds what no host wrote.
    Damaged(&'static str),
}

impl Message {
    /// The bytes of the frame.
    pub fn encode(&self) -> Vec<u8> {
        let mut frame = vec![0; HEADER];
        frame[0] = self.payload(&mut frame);
        let length = (frame.len() - HEADER) as u32;
        frame[1..HEADER].copy_from_slice(&length.to_le_bytes());
        let checksum = checksum(&frame);
        frame.extend(checksum);
        frame
    }

    /// Appends the payload; the kind of message.
    fn payload(&self, to: &mut Vec<u8>) -> u8 {
        match self {
            Self::Greeting(text) => {
                to.extend(text.bytes());
                b'G'
            }
            Self::Phase(phase) => {
                to.extend(json(phase));
                b'P'
            }
            Self::OutOfMemory => b'O',
            Self::Failure(problem) => {
                to.extend(json(problem));
                b'F'
            }
            Self::Multiplier(described, products) => {
                let text = json(described);
                to.extend((text.len() as u32).to_le_bytes());
                to.extend(text);
                to.extend(products.iter().flat_map(|product| product.to_le_bytes()));
                b'M'
            }
            Self::Done(count) => {
                to.extend(count.to_le_bytes());
                b'D'
            }
            Self::Ready(described) => {
                to.extend(json(described));
                b'R'
            }
            Self::Block { first, count } => {
                to.extend(first.to_le_bytes());
                to.extend(count.to_le_bytes());
                b'B'
            }
            Self::Pairs { a, b } => {
                to.extend(a.iter().chain(b).flat_map(|operand| (*operand as u32).to_le_bytes()));
                b'Q'
            }
            Self::Products(packed) => {
                to.extend_from_slice(packed);
                b'A'
            }
        }
    }

    /// Writes the frame at once.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&self.encode())
    }

    /// Reads one frame.
    pub fn read(from: &mut impl Read) -> Result<Self, FrameError> {
        let mut frame = vec![0; HEADER];
        match fill(from, &mut frame) {
            HEADER => {}
            0 => return Err(FrameError::End),
            _ => return Err(FrameError::Damaged(TRUNCATED)),
        }
        let length = u32::from_le_bytes([frame[1], frame[2], frame[3], frame[4]]);
        if length > MAX_PAYLOAD {
            return Err(FrameError::Damaged("of impossible length"));
        }
        let end = HEADER + length as usize;
        frame.resize(end + CHECKSUM, 0);
        if fill(from, &mut frame[HEADER..]) < length as usize + CHECKSUM {
            return Err(FrameError::Damaged(TRUNCATED));
        }
        if checksum(&frame[..end])[..] != frame[end..] {
            return Err(FrameError::Damaged("with a wrong checksum"));
        }
        Self::decode(frame[0], &frame[HEADER..end]).ok_or(FrameError::Damaged("of unknown content"))
    }

    fn decode(kind: u8, payload: &[u8]) -> Option<Self> {
        Some(match kind {
            b'G' => Self::Greeting(String::from_utf8(payload.to_vec()).ok()?),
            b'P' => Self::Phase(serde_json::from_slice(payload).ok()?),
            b'O' => Self::OutOfMemory,
            b'F' => Self::Failure(serde_json::from_slice(payload).ok()?),
            b'M' => {
                let (length, rest) = payload.split_first_chunk()?;
                let (text, products) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                let (products, []) = products.as_chunks() else { return None };
                let products = products.iter().map(|&product| i64::from_le_bytes(product)).collect();
                Self::Multiplier(serde_json::from_slice(text).ok()?, products)
            }
            b'D' => Self::Done(u32::from_le_bytes(payload.try_into().ok()?)),
            b'R' => Self::Ready(serde_json::from_slice(payload).ok()?),
            b'B' => {
                let (first, count) = payload.split_first_chunk()?;
                let count = u32::from_le_bytes(count.try_into().ok()?);
                Self::Block { first: u64::from_le_bytes(*first), count }
            }
            b'Q' => {
                let (operands, []) = payload.as_chunks() else { return None };
                let operands: Vec<i64> =
                    operands.iter().map(|&operand| u32::from_le_bytes(operand).into()).collect();
                let (a, b) = operands.split_at(operands.len() / 2);
                Self::Pairs { a: a.to_vec(), b: b.to_vec() }
            }
            b'A' => Self::Products(payload.to_vec()),
            _ => return None,
        })
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    XxHash3_64::oneshot(bytes).to_le_bytes()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data has a JSON form")
}

/// Reads until `bytes` is full or the stream ends; an error ends it too. How much was read.
fn fill(from: &mut impl Read, bytes: &mut [u8]) -> usize {
    let mut filled = 0;
    while filled < bytes.len() {
        match from.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples() -> Vec<Message> {
        let described = DescribedMultiplier {
            name: "x".into(),
            format: OperandFormat::signed(8, 4),
            cost: Cost { power_mw: Some(0.5), source: "s".into(), ..Cost::default() },
            provenance: Provenance { origin: "o".into(), ..Provenance::default() },
        };
        vec![
            Message::Greeting(GREETING.into()),
            Message::Phase(Phase::Multiplying("x".into())),
            Message::OutOfMemory,
            Message::Failure(LibraryProblem::AbiVersion { got: 7 }),
            Message::Multiplier(described.clone(), vec![i64::MIN, -1, 0, i64::MAX]),
            Message::Done(3),
            Message::Ready(described),
            Message::Block { first: u64::MAX - 1, count: 7 },
            Message::Pairs { a: vec![0, u32::MAX.into()], b: vec![1, 1 << 31] },
            Message::Products(vec![1, 2, 3]),
        ]
    }

    #[test]
    fn messages_round_trip() {
        let mut stream = Vec::new();
        for message in examples() {
            message.write(&mut stream).unwrap();
        }
        let mut stream = &stream[..];
        for message in examples() {
            assert_eq!(Message::read(&mut stream), Ok(message));
        }
        assert_eq!(Message::read(&mut stream), Err(FrameError::End));
    }

    #[test]
    fn neither_truncation_nor_a_flipped_bit_is_believed() {
        for message in examples() {
            let frame = message.encode();
            for length in 1..frame.len() {
                assert_eq!(Message::read(&mut &frame[..length]), Err(FrameError::Damaged(TRUNCATED)));
            }
            for bit in 0..8 * frame.len() {
                let mut damaged = frame.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert!(matches!(Message::read(&mut &damaged[..]), Err(FrameError::Damaged(_))));
            }
        }
    }
}
