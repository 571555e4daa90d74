//! Which nodes may be equal: those that no simulated case has distinguished.

use super::xag::XagEdge;
use axmul_support::random::SplitMix64;

/// A partition of the nodes of a [`Xag`] into classes that may be equal or complementary.
#[derive(Clone, Debug)]
pub(super) struct CandidateClasses {
    /// By node, its class; `None` for nodes that differ from every other one.
    class: Vec<Option<u32>>,
    /// By node, whether it is one in the first case: each node is compared in the form that is zero there.
    inverted: Vec<bool>,
    /// The nodes of each class in the order of `order`.
    members: Vec<Vec<u32>>,
}

impl CandidateClasses {
    /// All nodes of `order` in one class. `values` are those of [`Xag::simulate`].
    pub fn new(order: &[usize], values: &[u64]) -> Self {
        let inverted = values.iter().map(|value| value & 1 == 1).collect();
        let mut class = vec![None; values.len()];
        order.iter().for_each(|&node| class[node] = Some(0));
        let mut classes = Self { class, inverted, members: vec![order.iter().map(|&n| n as u32).collect()] };
        classes.refine(values);
        classes
    }

    /// Splits the classes that these values distinguish.
    pub fn refine(&mut self, values: &[u64]) {
        let inverted = &self.inverted;
        let value = |node: u32| values[node as usize] ^ u64::from(inverted[node as usize]).wrapping_neg();
        for index in 0..self.members.len() {
            let Some((&first, rest)) = self.members[index].split_first() else { continue };
            if rest.iter().all(|&node| value(node) == value(first)) {
                continue;
            }
            let mut nodes = std::mem::take(&mut self.members[index]);
            // Stable, so each part keeps the order.
            nodes.sort_by_key(|&node| value(node));
            for part in nodes.chunk_by(|&x, &y| value(x) == value(y)) {
                let class = match part {
                    [_] => None,
                    _ => {
                        self.members.push(part.to_vec());
                        Some(self.members.len() as u32 - 1)
                    }
                };
                part.iter().for_each(|&node| self.class[node as usize] = class);
            }
        }
    }

    /// The `number`th node in the order that comes before `node` and may be equal to it or its complement;
    /// complemented so that equality is what is left to prove.
    pub fn candidate(&self, node: usize, number: usize) -> Option<XagEdge> {
        let members = &self.members[self.class[node]? as usize];
        let mut before = members.iter().map(|&other| other as usize).take_while(|&other| other != node);
        let other = before.nth(number)?;
        Some(XagEdge::new(other, self.inverted[other] != self.inverted[node]))
    }
}

/// Words of cases to begin with, 64 cases each: for every input, its value. `width_a` of the inputs are those of the
/// first operand.
///
/// The first word combines the ends of the operands' ranges and numbers near zero. Half of the other cases are uniform;
/// the rest have few ones or few zeros. The numbers are those of one [`SplitMix64`] from a fixed seed,
/// so the same circuits always get the same ones.
pub(super) fn cases(width_a: usize, inputs: usize, words: usize) -> Vec<Vec<u64>> {
    let mut random = SplitMix64::new(0);
    let mut word = |kind: usize| match kind % 4 {
        0 | 2 => random.next_u64(),
        1 => random.next_u64() & random.next_u64() & random.next_u64(),
        _ => random.next_u64() | random.next_u64() | random.next_u64(),
    };
    let random = (1..words).map(|kind| (0..inputs).map(|_| word(kind)).collect());
    std::iter::once(extremes(width_a, inputs)).chain(random).collect()
}

/// Eight values of each operand in every combination.
fn extremes(width_a: usize, inputs: usize) -> Vec<u64> {
    let values = |width: usize| {
        let (all, top) = (u64::MAX >> (64 - width.clamp(1, 64)), 1 << (width.max(1) - 1));
        [0, 1, all, top, all ^ top, top | 1, 0x5555_5555_5555_5555 & all, 0xaaaa_aaaa_aaaa_aaaa & all]
    };
    let (of_a, of_b) = (values(width_a), values(inputs - width_a));
    let bit = |input: usize, lane: usize| match input.checked_sub(width_a) {
        None => of_a[lane / 8] >> input & 1,
        Some(input) => of_b[lane % 8] >> input & 1,
    };
    (0..inputs).map(|input| (0..64).fold(0, |word, lane| word | bit(input, lane) << lane)).collect()
}

/// A case and 63 neighbors of it: each of the others has one input changed, those with fewer inputs than that
/// repeat the case.
pub(super) fn neighbors(case: &[bool]) -> Vec<u64> {
    let word = |(input, &value): (usize, &bool)| {
        let flipped = if input < 63 { 2u64 << input } else { 0 };
        u64::from(value).wrapping_neg() ^ flipped
    };
    case.iter().enumerate().map(word).collect()
}

#[cfg(test)]
mod tests {
    use axmul_api::Gates;

    use super::super::xag::Xag;

    use super::*;

    #[test]
    fn classes_hold_what_no_case_told_apart() {
        let mut g = Xag::new(2);
        let [a, b] = <[XagEdge; 2]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
        let (and, or) = (g.and(a, b), g.or(a, b));
        let order: Vec<usize> = (0..g.nodes().len()).collect();
        // In the cases (0, 0) and (1, 1) everything but the constant is one; the `or` is stored as a complement.
        let values = g.simulate(&[2, 2]);
        let candidates = |classes: &CandidateClasses, edge: XagEdge| -> Vec<XagEdge> {
            (0..).map_while(|number| classes.candidate(edge.node(), number)).collect()
        };
        let mut classes = CandidateClasses::new(&order, &values);
        assert_eq!(candidates(&classes, XagEdge::FALSE), []);
        assert_eq!(candidates(&classes, b), [a]);
        assert_eq!(candidates(&classes, or), [!a, !b, !and]);
        classes.refine(&g.simulate(&[0b01, 0b11]));
        assert_eq!(candidates(&classes, b), []);
        assert_eq!(candidates(&classes, and), [a]);
        assert_eq!(candidates(&classes, or), [!b]);
        classes.refine(&g.simulate(&[0b01, 0b10]));
        assert!([a, b, and, or].iter().all(|&edge| candidates(&classes, edge).is_empty()));
    }

    #[test]
    fn neighbors_differ_from_the_case_in_one_input() {
        let case = [true, false, true];
        let words = neighbors(&case);
        for lane in 0..64 {
            let bits: Vec<bool> = words.iter().map(|word| word >> lane & 1 == 1).collect();
            let differing: Vec<usize> = (0..3).filter(|&i| bits[i] != case[i]).collect();
            assert_eq!(differing, if (1..=3).contains(&lane) { vec![lane - 1] } else { vec![] });
        }
        assert_eq!(neighbors(&[false; 64])[63], 0);
    }
}
