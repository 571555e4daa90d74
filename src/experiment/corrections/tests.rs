//! Corrections against sums over all operands.

use axmul_metrics::{OperandFormat, ProductTable};
use proptest::prelude::*;

use super::*;

/// Mean error and mean squared error of `unit` products under the histograms, folded means taken out.
fn left(fitted: &FittedMultiplier, seen: &OperandHistograms) -> (f64, f64) {
    let codes = seen.format();
    let (mut mean, mut square) = (0.0, 0.0);
    for (w, p_w) in seen.weights() {
        let at = (w - codes.range_b().start()) as usize;
        let folded = fitted.wiring.mean_error.get(at).copied().unwrap_or(0.0);
        for (x, p_x) in seen.activations() {
            let product = fitted.wiring.scale * f64::from(fitted.table.product(x, w)) + folded;
            let error = (x * w) as f64 - product;
            mean += p_x * p_w * error;
            square += p_x * p_w * error * error;
        }
    }
    (mean, square)
}

fn histograms(bits: u8) -> impl Strategy<Value = OperandHistograms> {
    let counts = move || prop::collection::vec(0u8..5, 1 << bits);
    (counts(), counts()).prop_filter_map("something occurs", |(a, w)| {
        let wide = |counts: Vec<u8>| counts.into_iter().map(f64::from).collect::<Vec<_>>();
        OperandHistograms::new(&wide(a), &wide(w))
    })
}

/// Tables of 4x4 bits whose products are within a few units of the exact ones, or anything at all.
fn tables() -> impl Strategy<Value = ProductTable> {
    (any::<bool>(), any::<bool>(), prop::collection::vec(-200i32..200, 256)).prop_map(
        |(signed, wild, noise)| {
            let format = OperandFormat::new(4, 4, signed).unwrap();
            let near = |(a, b): (i64, i64), noise: i32| (a * b) as i32 + noise / 40;
            let products = format.operands().zip(noise).map(|(pair, n)| if wild { n } else { near(pair, n) });
            ProductTable::new(format, products.collect()).unwrap()
        },
    )
}

fn switches() -> impl Strategy<Value = Corrections> {
    any::<[bool; 4]>().prop_map(|[align, map, scale, fold]| Corrections {
        align,
        map,
        scale,
        fold,
        statistics: false,
    })
}

proptest! {
    /// What a fit says is left is what a sum over all operands finds.
    #[test]
    fn what_is_left_is_stated(table in tables(), seen in histograms(4), corrections in switches()) {
        let fitted = fit(&table, &seen, corrections).unwrap();
        let (mean, square) = left(&fitted, &seen);
        prop_assert!((mean - fitted.mean).abs() < 1e-6, "{mean} {}", fitted.mean);
        let stated = fitted.variance + fitted.mean * fitted.mean;
        prop_assert!((square - stated).abs() < 1e-6 * (1.0 + stated), "{square} {stated}");
    }

    /// Every correction helps or changes nothing, and all together leave at most what none does.
    #[test]
    fn corrections_never_hurt(table in tables(), seen in histograms(4), corrections in switches()) {
        let error = |corrections| left(&fit(&table, &seen, corrections).unwrap(), &seen).1;
        let tolerance = 1e-9 * (1.0 + error(Corrections::NONE));
        prop_assert!(error(corrections) <= error(Corrections::NONE) + tolerance);
        prop_assert!(error(Corrections::ALL) <= error(Corrections::NONE) + tolerance);
    }

    /// A table is built from the description alone, and the description survives being written.
    #[test]
    fn a_wiring_describes_its_table(table in tables(), seen in histograms(4), corrections in switches()) {
        let fitted = fit(&table, &seen, corrections).unwrap();
        let text = serde_json::to_string(&fitted.wiring).unwrap();
        let read: Wiring = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &fitted.wiring);
        prop_assert_eq!(read.table(&table, seen.format()), fitted.table);
    }
}

#[test]
fn exact_multipliers_need_nothing() {
    for signed in [false, true] {
        let exact = ProductTable::exact(OperandFormat::new(8, 8, signed).unwrap()).unwrap();
        let fitted = fit(&exact, &OperandHistograms::uniform(8, 8), Corrections::ALL).unwrap();
        assert_eq!((fitted.wiring.shift_a, fitted.wiring.shift_w), (0, 0));
        assert!((fitted.wiring.scale - 1.0).abs() < 1e-12 && fitted.variance < 1e-6, "{}", fitted.variance);
        let symmetric = |w: i64| w > -128;
        for (x, w) in fitted.table.format().operands().filter(|&(x, w)| symmetric(x) && symmetric(w)) {
            assert_eq!(i64::from(fitted.table.product(x, w)), x * w);
        }
    }
}

/// Signs are multiplied beside an unsigned table that neither commutes nor vanishes at 0.
#[test]
fn straight_wires_are_sign_and_magnitude() {
    let format = OperandFormat::unsigned(8, 8);
    let products = format.operands().map(|(a, b)| (a * b + 2 * a + 7) as i32).collect();
    let odd = ProductTable::new(format, products).unwrap();
    assert_eq!(Some(Wiring::straight().table(&odd, OperandFormat::signed(8, 8))), odd.sign_magnitude());
}

#[test]
fn a_constant_factor_goes_into_the_scale() {
    let format = OperandFormat::signed(4, 4);
    let thirds =
        ProductTable::new(format, format.operands().map(|(a, b)| (3 * a * b) as i32).collect()).unwrap();
    let scaled = Corrections { scale: true, ..Corrections::NONE };
    let fitted = fit(&thirds, &OperandHistograms::uniform(4, 4), scaled).unwrap();
    assert!((fitted.wiring.scale - 1.0 / 3.0).abs() < 1e-12 && fitted.variance < 1e-12);
}

#[test]
fn other_widths_are_refused() {
    let narrow = ProductTable::exact(OperandFormat::unsigned(8, 4)).unwrap();
    let error = fit(&narrow, &OperandHistograms::uniform(8, 8), Corrections::ALL).unwrap_err();
    let expected =
        "the multiplier takes operands 8x4u, the layer has codes 8s; expected operands of the codes' widths";
    assert_eq!(error.to_string(), expected);
    assert_eq!(OperandHistograms::new(&[1.0, 0.0, 0.0, 0.0], &[1.0; 4]), None);
}
