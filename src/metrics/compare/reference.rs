//! The reference point of hypervolumes, as a user names it.

use super::Field;

/// A figure above zero for each field of a front: what lies beyond it is not worth having.
#[derive(Clone, Debug, PartialEq)]
pub struct HypervolumeReference(Vec<f64>);

/// Why numbers are no reference point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HypervolumeReferenceError {
    /// Not one for each field.
    #[error("--reference has {got} and the front {expected} ({}); give one value for each field, in their order", .fields.join(","), got = count(*.got, "value"), expected = count(.fields.len(), "field"))]
    Count {
        /// How many there are.
        got: usize,
        /// The fields.
        fields: Vec<&'static str>,
    },
    /// One that nothing is better than.
    #[error(
        "--reference for {field} is {value}; expected a finite number above 0, which is the best there can be"
    )]
    Value {
        /// The field.
        field: &'static str,
        /// The number.
        value: f64,
    },
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl HypervolumeReference {
    /// One value for each field, in their order and units.
    pub fn new(values: Vec<f64>, fields: &[Field]) -> Result<Self, HypervolumeReferenceError> {
        if values.len() != fields.len() {
            let fields = fields.iter().map(|field| field.name()).collect();
            return Err(HypervolumeReferenceError::Count { got: values.len(), fields });
        }
        match values.iter().zip(fields).find(|(value, _)| !(value.is_finite() && **value > 0.0)) {
            Some((&value, field)) => Err(HypervolumeReferenceError::Value { field: field.name(), value }),
            None => Ok(Self(values)),
        }
    }

    /// In the order of the fields.
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_one_figure_above_zero_for_each_field() {
        let fields = [Field::PowerMw, Field::Mae];
        assert_eq!(HypervolumeReference::new(vec![0.5, 100.0], &fields).unwrap().values(), [0.5, 100.0]);
        let message =
            |values: &[f64]| HypervolumeReference::new(values.to_vec(), &fields).unwrap_err().to_string();
        assert_eq!(
            message(&[1.0]),
            "--reference has 1 value and the front 2 fields (power_mw,mae); give one value for each field, in their \
             order"
        );
        assert!(message(&[1.0; 3]).starts_with("--reference has 3 values and"));
        assert_eq!(
            message(&[1.0, 0.0]),
            "--reference for mae is 0; expected a finite number above 0, which is the best there can be"
        );
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(message(&[value, 1.0]).starts_with("--reference for power_mw is"), "{value}");
        }
    }
}
