//! Ports as vectors of bits: scalar ports taken together, parts picked by name and index.

use super::super::Port;
use super::PortError;

/// Bits of one direction that belong together: a vector port, or scalar ports with numbered names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PortVector {
    pub name: String,
    /// (index in the text, number among all bits of the direction), the least significant bit first.
    pub bits: Vec<(i64, usize)>,
    pub signed: Option<bool>,
}

/// Chosen bits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PortBits {
    /// Numbers among all bits of the direction, the least significant first.
    pub numbers: Vec<usize>,
    /// How a message names them.
    pub text: String,
    pub signed: Option<bool>,
}

impl PortVector {
    /// The whole vector.
    pub fn bits(&self) -> PortBits {
        PortBits {
            numbers: self.bits.iter().map(|&(_, number)| number).collect(),
            text: self.to_string(),
            signed: self.signed,
        }
    }
}

impl std::fmt::Display for PortVector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.bits[..] {
            [_] => f.write_str(&self.name),
            [(low, _), .., (high, _)] => write!(f, "{}[{high}:{low}]", self.name),
            [] => write!(f, "{} (no bits)", self.name),
        }
    }
}

/// The ports of one direction, scalar ones with numbered names taken together. `msb_first` turns every vector round.
pub(super) fn vectors(ports: &[Port], msb_first: bool) -> Vec<PortVector> {
    let mut vectors: Vec<(PortVector, bool)> = Vec::new();
    let mut number = 0;
    for port in ports {
        let numbers = number..number + port.width;
        number += port.width;
        if let (None, Some((base, index))) = (port.range, indexed(&port.name)) {
            let same = |(vector, numbered): &&mut (PortVector, bool)| *numbered && vector.name == base;
            match vectors.iter_mut().find(same) {
                Some((vector, _)) => vector.bits.push((index, numbers.start)),
                None => {
                    let bits = vec![(index, numbers.start)];
                    vectors.push((PortVector { name: base.into(), bits, signed: port.signed }, true));
                }
            }
            continue;
        }
        let (high, low) = port.range.unwrap_or((port.width as i64 - 1, 0));
        let step = if high < low { -1 } else { 1 };
        let bits = numbers.enumerate().map(|(i, number)| (low + step * i as i64, number)).collect();
        vectors.push((PortVector { name: port.name.clone(), bits, signed: port.signed }, false));
    }
    let finished = vectors
        .into_iter()
        .flat_map(|(vector, numbered)| if numbered { ungroup(vector) } else { vec![vector] });
    let mut finished: Vec<PortVector> = finished.collect();
    if msb_first {
        finished.iter_mut().for_each(|vector| vector.bits.reverse());
    }
    finished
}

/// `a3`, `a[3]`, `a(3)`, `a<3>`, `a_3`, `a_3_`: the name without its number, and the number.
fn indexed(name: &str) -> Option<(&str, i64)> {
    let inner = name.strip_suffix([']', ')', '>', '_']).unwrap_or(name);
    let digits = inner.len() - inner.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (base, index) = inner.split_at(inner.len() - digits);
    let index = index.parse().ok().filter(|_| (1..=4).contains(&digits))?;
    let base = base.strip_suffix(['[', '(', '<', '_']).unwrap_or(base);
    (!base.is_empty()).then_some((base, index))
}

/// Scalar ports that look numbered make a vector where their numbers are consecutive; otherwise each stays alone.
fn ungroup(mut vector: PortVector) -> Vec<PortVector> {
    vector.bits.sort_by_key(|&(index, _)| index);
    if vector.bits.len() > 1 && vector.bits.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1) {
        return vec![vector];
    }
    let alone = |&(index, number): &(i64, usize)| PortVector {
        name: format!("{}{index}", vector.name),
        bits: vec![(0, number)],
        signed: vector.signed,
    };
    vector.bits.iter().map(alone).collect()
}

/// The bits that a user's text means: `x`, `x[7:0]`, `x[3]`, or several, the most significant first.
pub(super) fn pick(
    text: &str,
    direction: &'static str,
    ports: &[Port],
    vectors: &[PortVector],
) -> Result<PortBits, PortError> {
    let mut parts = Vec::new();
    for part in text.split(',').map(str::trim) {
        if part.is_empty() {
            return Err(PortError::Text(text.into()));
        }
        parts.push(pick_one(part, direction, ports, vectors)?);
    }
    let signed = parts.first().and_then(|bits| bits.signed);
    let numbers = parts.iter().rev().flat_map(|bits| bits.numbers.iter().copied()).collect();
    Ok(PortBits { numbers, text: text.into(), signed })
}

fn pick_one(
    text: &str,
    direction: &'static str,
    ports: &[Port],
    vectors: &[PortVector],
) -> Result<PortBits, PortError> {
    let unknown = || PortError::Unknown {
        direction,
        name: text.into(),
        have: vectors.iter().map(PortVector::to_string).collect(),
    };
    if let Some(vector) = vectors.iter().find(|vector| vector.name == text) {
        return Ok(vector.bits());
    }
    // A scalar port under its own name, although it was taken together with others.
    let mut number = 0;
    for port in ports {
        if port.name == text && port.width == 1 {
            return Ok(PortBits { numbers: vec![number], text: text.into(), signed: port.signed });
        }
        number += port.width;
    }
    let (name, inside) = text.strip_suffix(']').and_then(|text| text.split_once('[')).ok_or_else(unknown)?;
    let vector = vectors.iter().find(|vector| vector.name == name).ok_or_else(unknown)?;
    let index = |text: &str| text.trim().parse::<i64>().map_err(|_| PortError::Text(text.into()));
    let position = |index: i64| vector.bits.iter().position(|&(i, _)| i == index).ok_or_else(unknown);
    let (high, low) = inside.split_once(':').unwrap_or((inside, inside));
    let (high, low) = (position(index(high)?)?, position(index(low)?)?);
    let mut numbers: Vec<usize> =
        vector.bits[high.min(low)..=high.max(low)].iter().map(|&(_, number)| number).collect();
    if high < low {
        numbers.reverse();
    }
    Ok(PortBits { numbers, text: text.into(), signed: vector.signed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_names() {
        for name in ["a3", "a[3]", "a(3)", "a<3>", "a_3", "a_3_"] {
            assert_eq!(indexed(name), Some(("a", 3)), "{name}");
        }
        for name in ["a", "3", "[3]", "a12345", ""] {
            assert_eq!(indexed(name), None, "{name}");
        }
        assert_eq!(indexed("in1_07"), Some(("in1", 7)));
    }
}
