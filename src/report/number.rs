//! Numbers for readers.

/// A number with `digits` significant digits and no trailing zeros: `0.08138`, `53.33`, `12345`, `2.898e7`. Numbers
/// from 10^7 on and below 10^-4 take an exponent, integers below 10^7 all their digits.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    // Rounding may carry into the next power of ten, so the exponent is read off the rounded number.
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value);
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific notation has an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is an integer");
    if !(-4..7).contains(&exponent) {
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    trimmed(&format!("{value:.decimals$}")).to_owned()
}

/// Without the zeros at the end of a decimal fraction.
fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (53.333_9, "53.33"),
            (0.081_380_9, "0.08138"),
            (100.0, "100"),
            (65_025.0, "65025"),
            (9_999.96, "10000"),
            (9_999_999.0, "1e7"),
            (28_977_591.0, "2.898e7"),
            (-1.5, "-1.5"),
            (0.000_012_3, "1.23e-5"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(significant(value, 4), text);
        }
    }
}
