use super::*;

fn members(n: u8, m: u8) -> impl Iterator<Item = Box<dyn Multiplier>> {
    [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)].into_iter().flat_map(move |format| {
        [&Ssm::PROVIDER as &dyn Provider, &Essm::PROVIDER].into_iter().flat_map(move |provider| {
            (2..n.max(m)).filter_map(move |k| provider.multiplier(format, &[k.into()]).ok())
        })
    })
}

fn refusal(provider: &dyn Provider, format: OperandFormat, values: &[u32]) -> String {
    provider.multiplier(format, values).err().unwrap().to_string()
}

#[test]
fn circuit_equals_model() {
    for (n, m) in [(3, 2), (2, 4), (4, 4), (7, 3), (3, 9), (8, 8), (9, 16), (16, 16)] {
        assert!(members(n, m).count() >= 2);
        for member in members(n, m) {
            check_structure(&*member, 1_000).unwrap();
        }
    }
    for format in [OperandFormat::signed(32, 32), OperandFormat::unsigned(32, 31)] {
        check_structure(&*Ssm::PROVIDER.multiplier(format, &[17]).unwrap(), 200).unwrap();
        check_structure(&*Essm::PROVIDER.multiplier(format, &[17]).unwrap(), 200).unwrap();
    }
}

#[test]
fn parameters_and_formats_out_of_range_are_refused() {
    let format = OperandFormat::unsigned(8, 4);
    assert_eq!(refusal(&Ssm::PROVIDER, format, &[3]), "parameter m is 3; allowed: 4 to 7 for operands 8x4u");
    assert_eq!(refusal(&Ssm::PROVIDER, format, &[8]), "parameter m is 8; allowed: 4 to 7 for operands 8x4u");
    assert_eq!(refusal(&Essm::PROVIDER, format, &[2]), "parameter m is 2; allowed: 3 to 6 for operands 8x4u");
    assert_eq!(refusal(&Essm::PROVIDER, format, &[7]), "parameter m is 7; allowed: 3 to 6 for operands 8x4u");
    assert_eq!(refusal(&Ssm::PROVIDER, format, &[]), "takes 1 parameter(s) (m), got 0");
    assert_eq!(
        refusal(&Ssm::PROVIDER, OperandFormat::signed(2, 2), &[2]),
        "does not exist for operands 2s; allowed: at least one operand of 3 bits or more"
    );
    assert_eq!(
        refusal(&Essm::PROVIDER, OperandFormat::signed(3, 3), &[2]),
        "does not exist for operands 3s; allowed: at least one operand of 4 bits or more"
    );
}

/// The segments by hand: the upper half of 0001 0111 is 0001, its middle half 0101.
#[test]
fn segments_are_those_of_the_paper() {
    let format = OperandFormat::unsigned(8, 8);
    let (ssm, essm) = (Ssm { format, m: 4 }, Essm { format, m: 4 });
    assert_eq!((ssm.segment(0b0001_0111, 8), essm.segment(0b0001_0111, 8)), (0b0001_0000, 0b0001_0100));
    assert_eq!((ssm.segment(0b0000_1111, 8), essm.segment(0b0000_1111, 8)), (0b1111, 0b1111));
    assert_eq!((ssm.segment(0b0110_1111, 8), essm.segment(0b0110_1111, 8)), (0b0110_0000, 0b0110_0000));
    assert_eq!(essm.starts(8), [0, 2, 4]);
    assert_eq!(essm.starts(3), [0]);
}

/// By hand: what is cut off is less than the weight of the upper segment's lowest bit, and an operand below
/// `2^m` loses nothing. The worst operand, one of the upper segment's lowest weights followed by ones, keeps
/// `2^m` of `2^m + 2^(n-m) - 1`.
#[test]
fn an_operand_loses_less_than_the_lowest_kept_weight() {
    for m in 4..8 {
        let ssm = Ssm { format: OperandFormat::unsigned(8, 8), m };
        for x in 0..256 {
            let lost = x - ssm.segment(x, 8);
            assert!(lost < 1 << (8 - m) && (x >> m != 0 || lost == 0), "m = {m}: {x} loses {lost}");
        }
        let worst = (1..256).map(|x| ssm.segment(x, 8) as f64 / x as f64).fold(1.0, f64::min);
        assert_eq!(worst, f64::from(1 << m) / f64::from((1 << m) + (1 << (8 - m)) - 1));
    }
}

/// The middle segment only ever adds bits that the upper one cuts off.
#[test]
fn a_middle_segment_lowers_the_error() {
    let format = OperandFormat::signed(8, 8);
    for m in 4..7 {
        let (ssm, essm) = (Ssm { format, m }, Essm { format, m });
        let mut better = 0;
        for (a, b) in format.operands() {
            let (exact, some, more) = ((a * b).abs(), ssm.product(a, b).abs(), essm.product(a, b).abs());
            assert!(some <= more && more <= exact, "{a} x {b}");
            better += u32::from(some < more);
        }
        assert!(better > 0);
    }
}
