//! What a library's numbers are in.

use super::LibertyFault;
use super::syntax::{LibertyGroup, LibertyText, quoted};

/// What the numbers of a file are multiplied with.
#[derive(Clone, Copy, Debug)]
pub(super) struct LibertyUnits {
    /// To nanoseconds.
    pub time: f64,
    /// To femtofarads.
    pub capacitance: f64,
    /// To femtojoules.
    pub energy: f64,
    /// To nanowatts.
    pub leakage: f64,
}

impl LibertyUnits {
    /// Those of a library. Without a unit of time or voltage it is 1 ns and 1 V, as the format has it; the other two
    /// have no default there, so that of capacitance has to be stated, and leakage is in nanowatts.
    pub fn of(library: &LibertyGroup) -> Result<Self, LibertyFault> {
        let time = library.value("time_unit").map_or(Ok(1.0), |unit| quantity(unit, "s", -9))?;
        let leakage = library.value("leakage_power_unit").map_or(Ok(1.0), |unit| quantity(unit, "w", -9))?;
        let capacitance = match *library.values("capacitive_load_unit") {
            [number, unit] => number.number()? * quantity(unit, "f", -15)?,
            _ => {
                let expected = "`capacitive_load_unit (1, pf);` in the library";
                return Err(LibertyFault::expected(library.kind.at, expected, "none"));
            }
        };
        if !(capacitance.is_finite() && capacitance > 0.0) {
            let got = capacitance.to_string();
            return Err(LibertyFault::expected(library.kind.at, "a capacitive_load_unit above 0", got));
        }
        // Femtofarads times volts squared are femtojoules.
        let energy = capacitance * voltage(library)?.powi(2);
        Ok(Self { time, capacitance, energy, leakage })
    }
}

/// The unit of voltage in volts.
pub(super) fn voltage(library: &LibertyGroup) -> Result<f64, LibertyFault> {
    library.value("voltage_unit").map_or(Ok(1.0), |unit| quantity(unit, "v", 0))
}

/// A unit such as `10ps` in powers of ten of its base.
fn quantity(text: LibertyText, base: &str, power: i32) -> Result<f64, LibertyFault> {
    let wrong = || {
        let expected =
            format!("a unit such as `1{}{}`", if base == "f" { "p" } else { "n" }, base.to_uppercase());
        LibertyFault::expected(text.at, expected, quoted(text.text))
    };
    let lower = text.text.trim().to_ascii_lowercase();
    let letters = lower.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = lower.split_at(letters);
    let number = match number.trim() {
        "" => 1.0,
        number => number.parse::<f64>().map_err(|_| wrong())?,
    };
    let exponent = match unit.strip_suffix(base).ok_or_else(wrong)? {
        "" => 0,
        "m" => -3,
        "u" => -6,
        "n" => -9,
        "p" => -12,
        "f" => -15,
        _ => return Err(wrong()),
    };
    let factor = number * 10f64.powi(exponent - power);
    if factor.is_finite() && factor > 0.0 { Ok(factor) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_with_their_prefixes() {
        let factor = |text, base, power| quantity(LibertyText { text, at: 0 }, base, power).ok();
        assert_eq!(factor("1ns", "s", -9), Some(1.0));
        assert_eq!(factor("10ps", "s", -9), Some(0.01));
        assert_eq!(factor("pf", "f", -15), Some(1000.0));
        assert_eq!(factor("ff", "f", -15), Some(1.0));
        assert_eq!(factor("1 uW", "w", -9), Some(1000.0));
        assert_eq!(factor("100mV", "v", 0), Some(0.1));
        for text in ["", "1", "ns1", "1kV", "0V", "-1V", "1ns"] {
            assert_eq!(factor(text, "v", 0), None, "{text}");
        }
    }
}
