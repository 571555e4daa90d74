//! The static segment multipliers SSM and ESSM of S. Narayanamoorthy, H. A. Moghaddam, Z. Liu, T. Park, N. S.
//! Kim, "Energy-Efficient Approximate Multiplication for Digital Signal Processing and Classification
//! Applications", IEEE Trans. VLSI Systems 23(6), 2015, pp. 1180-1184.
//!
//! Of an operand of `n` bits a segment of `m` bits stands for the whole: in SSM the upper or the lower `m`
//! bits, in ESSM also those in the middle, `(n - m) / 2` from either end. It is the lowest segment above which
//! there is no one, so that it holds the leading one. An `m x m` exact multiplier and a shifter with two or
//! three positions an operand do the rest. What is cut off is lost: the product is never too large. Operands
//! that fit `m` bits go through unchanged.
//!
//! The segments have to cover the operand, so `m` is at least half of the wider operand in SSM, as in the
//! paper. Three segments cover it from a third on; the paper evaluates ESSM at one half only, and with `n - m`
//! even. Where `n - m` is odd, the middle segment here starts at the lower of the two candidates. An operand
//! that is narrower than the other has its own `n`. Signed operands are multiplied as magnitudes.

use axmul_api::*;

/// SSM or ESSM.
///
/// `MIDDLE`: there is a segment in the middle, too.
struct StaticSegment<const MIDDLE: bool> {
    format: OperandFormat,
    /// Bits of a segment.
    m: u32,
}

type Ssm = StaticSegment<false>;
type Essm = StaticSegment<true>;

/// Every possible start of a segment, with the line that says that it is this one.
type Lines<B> = Vec<(usize, B)>;

impl<const MIDDLE: bool> StaticSegment<MIDDLE> {
    /// How far up the segments of an operand of `n` bits start, from the lowest up.
    fn starts(&self, n: u32) -> Vec<u32> {
        let top = n.saturating_sub(self.m);
        let mut starts = if MIDDLE { vec![0, top / 2, top] } else { vec![0, top] };
        starts.dedup();
        starts
    }

    /// The number that stands for `x`, an operand of `n` bits.
    fn segment(&self, x: u64, n: u8) -> u64 {
        let starts = self.starts(n.into());
        let start = starts.into_iter().find(|start| x >> (start + self.m) == 0).unwrap_or(0);
        x >> start << start
    }

    /// The segment of `word` and where it starts.
    fn select<G: Gates>(&self, g: &mut G, word: &[G::Bit]) -> (Vec<G::Bit>, Lines<G::Bit>) {
        let width = word.len().min(self.m as usize);
        let one = g.constant(true);
        let mut segment = word[..width].to_vec();
        let mut lines = vec![(0, one)];
        for pair in self.starts(word.len() as u32).windows(2) {
            let (below, start) = (pair[0] as usize, pair[1] as usize);
            let beyond = words::any(g, &word[below + width..]);
            segment = words::mux(g, beyond, &word[start..start + width], &segment);
            if let Some((_, line)) = lines.last_mut() {
                let within = g.not(beyond);
                *line = g.and(*line, within);
            }
            lines.push((start, beyond));
        }
        (segment, lines)
    }
}

/// `word` moved up to the start whose line is one, in `width` bits.
fn place<G: Gates>(g: &mut G, word: &[G::Bit], lines: &[(usize, G::Bit)], width: usize) -> Vec<G::Bit> {
    let mut placed = words::resize(g, word, width);
    for &(start, line) in lines.iter().skip(1) {
        let mut moved = words::constant(g, 0, start);
        moved.extend_from_slice(word);
        let moved = words::resize(g, &moved, width);
        placed = words::mux(g, line, &moved, &placed);
    }
    placed
}

impl<const MIDDLE: bool> Family<1> for StaticSegment<MIDDLE> {
    const NAME: &str = if MIDDLE { "essm" } else { "ssm" };
    const SUMMARY: &str = if MIDDLE {
        "enhanced static segments: upper, middle or lower bits of each operand"
    } else {
        "static segments: upper or lower bits of each operand"
    };
    const CITATION: &str = "S. Narayanamoorthy, H. A. Moghaddam, Z. Liu, T. Park, N. S. Kim, Energy-Efficient Approximate \
         Multiplication for Digital Signal Processing and Classification Applications, IEEE Trans. VLSI Systems \
         23(6), 2015, pp. 1180-1184";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "m",
        description: "bits of a segment, 2 or more: half (with a middle segment a third) to all but one (two) of the \
                  wider operand's",
    }];

    fn member(format: OperandFormat, [m]: [u32; 1]) -> Result<Self, ProviderError> {
        let wider = u32::from(format.width_a().max(format.width_b()));
        let segments = 2 + u32::from(MIDDLE);
        if wider <= segments {
            let allowed = format!("at least one operand of {} bits or more", segments + 1);
            return Err(ProviderError::Format { format, allowed });
        }
        Self::PARAMETERS[0].check(m, wider.div_ceil(segments)..=wider + 1 - segments, format)?;
        Ok(Self { format, m })
    }

    fn documentation(&self) -> String {
        let positions = if MIDDLE { "upper, middle or lower" } else { "upper or lower" };
        format!("Static segments: the {positions} {} bits of each operand.", self.m)
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        let (n_a, n_b) = (self.format.width_a(), self.format.width_b());
        words::sign_magnitude_product(self.format, a, b, |a, b| self.segment(a, n_a) * self.segment(b, n_b))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        words::sign_magnitude(g, self.format, a, b, |g, a, b| {
            let ((core_a, lines_a), (core_b, lines_b)) = (self.select(g, a), self.select(g, b));
            let core = OperandFormat::unsigned(core_a.len() as u8, core_b.len() as u8);
            let columns = words::partial_products(g, core, &core_a, &core_b, |_, _| true);
            let product = words::sum_columns(g, columns);
            let placed = place(g, &product, &lines_a, a.len() + core_b.len());
            place(g, &placed, &lines_b, a.len() + b.len())
        })
    }

    fn variants() -> Vec<Variant> {
        let values: [u32; 4] = if MIDDLE { [3, 4, 5, 6] } else { [4, 5, 6, 7] };
        Variant::of_8x8(values.map(|m| [m]))
    }
}

register!(Ssm::PROVIDER);
register!(Essm::PROVIDER);

#[cfg(test)]
mod tests;
