//! A check that a mapped circuit still computes what it was made from.

use axmul_api::{Lanes, Netlist};

use super::MappedCircuit;
use super::library::CellLibrary;
use super::map::lanes;
use axmul_netlist::cases::all_cases;
use axmul_support::random::SplitMix64;

/// How many cases are tried of a circuit of more than 16 input bits, 64 at a time.
const WORDS: usize = 1024;

/// Whether both give the same products: for all operands of together at most 16 bits, else for 65,536 drawn at random.
///
/// # Panics
///
/// For a circuit that is not one of this library's cells.
pub fn same_products(netlist: &Netlist, mapped: &MappedCircuit, library: &CellLibrary) -> bool {
    let format = netlist.format();
    let same = |words: &[u64]| {
        let (a, b) = words.split_at(format.width_a().into());
        netlist.replay(&mut Lanes, a, b) == lanes(mapped, library, words)
    };
    let inputs = usize::from(format.product_width());
    match all_cases(inputs) {
        Some(mut cases) => mapped.format == format && cases.all(|words| same(&words)),
        None => {
            let mut random = SplitMix64::new(0);
            let mut words = || (0..inputs).map(|_| random.next_u64()).collect::<Vec<_>>();
            mapped.format == format && (0..WORDS).all(|_| same(&words()))
        }
    }
}

#[cfg(test)]
mod tests {
    use axmul_api::OperandFormat;

    use super::super::library::CellLibrary;
    use super::super::map::{MappingGoal, map};
    use super::super::optimize::optimize;
    use super::*;

    fn array(width: u8) -> Netlist {
        let mut recorder = axmul_api::Recorder::new(OperandFormat::unsigned(width, width));
        let inputs: Vec<axmul_api::Signal> = recorder.inputs().collect();
        let (a, b) = inputs.split_at(width.into());
        use axmul_api::Gates;
        let product = (0..2 * usize::from(width))
            .map(|bit| {
                let (x, y) = (a[bit % a.len()], b[bit / 2]);
                if bit % 2 == 0 { recorder.and(x, y) } else { recorder.xor(x, y) }
            })
            .collect();
        recorder.finish(product)
    }

    #[test]
    fn a_product_bit_that_is_another_one_is_found_at_any_width() {
        let library = CellLibrary::freepdk45();
        for width in [4, 12] {
            let netlist = array(width);
            let mut mapped = map(&optimize(&netlist), library, MappingGoal::Area).unwrap();
            assert!(same_products(&netlist, &mapped, library));
            mapped.outputs.swap(0, 2);
            assert!(!same_products(&netlist, &mapped, library), "{width} bits");
            mapped.outputs.swap(0, 2);
            mapped.format = OperandFormat::signed(width, width);
            assert!(!same_products(&netlist, &mapped, library));
        }
    }
}
