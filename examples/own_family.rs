//! axmul with a family of your own: the same commands, and `halved` among the multipliers.
//!
//!     cargo run --example own_family -- show halved-4-8s
//!     cargo run --example own_family -- compare halved-4 drum-4 exact
//!     cargo run --example own_family -- export halved-4-8u -o halved.v

use std::process::ExitCode;

use axmul_api::*;

/// An array multiplier without the odd rows of its lowest columns.
struct Halved {
    format: OperandFormat,
    columns: u32,
}

impl Family<1> for Halved {
    const NAME: &str = "halved";
    const SUMMARY: &str = "array multiplier without the odd rows of its lowest columns";
    const CITATION: &str = "an example";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "columns",
        description: "how many of the lowest columns, 1 to the narrower width - 1",
    }];

    fn member(format: OperandFormat, [columns]: [u32; 1]) -> Result<Self, ProviderError> {
        // Below the sign bits, whose partial products are negative.
        let narrower = u32::from(format.width_a().min(format.width_b()));
        Self::PARAMETERS[0].check(columns, 1..=narrower - 1, format)?;
        Ok(Self { format, columns })
    }

    fn documentation(&self) -> String {
        format!("Array multiplier without the odd rows of its {} lowest columns.", self.columns)
    }

    // The arithmetic model, written independently of the circuit: the exact product less what is left out.
    fn product(&self, a: i64, b: i64) -> i64 {
        let bit = |word: i64, at: u32| word >> at & 1;
        let mut product = a * b;
        for row in (1..self.columns).step_by(2) {
            for column in 0..self.columns - row {
                product -= (bit(a, column) * bit(b, row)) << (column + row);
            }
        }
        product
    }

    // The circuit. It is simulated, mapped, costed, proven and exported.
    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let kept = |column: usize, row: usize| row.is_multiple_of(2) || column + row >= self.columns as usize;
        let columns = words::partial_products(g, self.format, a, b, kept);
        words::sum_columns(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[4], [7]])
    }
}

register!(Halved::PROVIDER);

fn main() -> ExitCode {
    // First: this executable also is the process in which shared libraries are loaded.
    axmul::host_main();
    axmul::cli_main()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circuit_equals_the_model() {
        for format in
            [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8), OperandFormat::signed(8, 4)]
        {
            for columns in 1..=3 {
                let halved = Halved::PROVIDER.multiplier(format, &[columns]).unwrap();
                check_structure(&*halved, 1_000).unwrap();
            }
        }
    }
}
