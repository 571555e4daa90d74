//! What holds for every registered family, whichever they are: a new file in `src/` is tested here without being named.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axmul_api::{
    Multiplier, OperandFormat, Provider, ProviderError, check_structure, instance_name, providers,
};
use axmul_families as _;

/// Formats small enough to try every member of every family over all operand pairs: equal and unequal widths.
fn formats() -> impl Iterator<Item = OperandFormat> {
    let widths = [(2, 2), (2, 3), (3, 2), (3, 3), (4, 2), (3, 5), (4, 4), (5, 4)];
    widths.into_iter().flat_map(|(n, m)| [OperandFormat::signed(n, m), OperandFormat::unsigned(n, m)])
}

/// Every member that the family has to try in a format, with its parameters.
fn members(
    provider: &'static dyn Provider,
    format: OperandFormat,
) -> impl Iterator<Item = (Vec<u32>, Box<dyn Multiplier>)> {
    provider.grid(format).into_iter().map(move |parameters| {
        let member = provider.multiplier(format, &parameters);
        let member = member.unwrap_or_else(|error| panic!("{} {parameters:?}: {error}", provider.name()));
        (parameters, member)
    })
}

/// A family whose file does not register it, or that the linker drops, would be missing without a word.
#[test]
fn every_file_registers_what_it_holds() {
    let mut registered = 0;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() || path.file_name().unwrap() == "lib.rs" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let count = text.lines().filter(|line| line.starts_with("register!(")).count();
        assert!(count > 0, "{} registers no family; end it with register!(TYPE::PROVIDER)", path.display());
        registered += count;
    }
    assert_eq!(providers().len(), registered);
}

#[test]
fn every_circuit_equals_its_model() {
    for provider in providers() {
        let mut checked = 0;
        for format in formats() {
            for (_, member) in members(provider, format) {
                assert!(member.structure().is_some(), "{} has no circuit", member.name());
                check_structure(&*member, 0).unwrap_or_else(|mismatch| panic!("{mismatch}"));
                checked += 1;
            }
        }
        assert!(checked > 0, "{} has no member in any small format", provider.name());
    }
}

#[test]
fn families_are_described_and_named_once() {
    let mut names = BTreeSet::new();
    for provider in providers() {
        let name = provider.name();
        assert!(names.insert(name), "two families are named {name}");
        let words = || name.split('-');
        let is_word = |word: &str| {
            word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) && !word.is_empty()
        };
        assert!(words().all(is_word), "{name}: lower case, digits and single hyphens");
        // Otherwise the name would read as one with parameters.
        assert!(words().all(|word| word.parse::<u32>().is_err()), "{name}: no number between hyphens");
        for text in [provider.summary(), provider.citation()] {
            assert!(!text.is_empty() && !text.contains('\n'), "{name}: one line, not {text:?}");
        }
        let parameters = provider.parameters();
        let distinct: BTreeSet<_> = parameters.iter().map(|parameter| parameter.name).collect();
        assert_eq!(distinct.len(), parameters.len(), "{name}: two parameters of one name");
        for parameter in parameters {
            assert!(!parameter.name.is_empty() && !parameter.description.is_empty(), "{name}: {parameter:?}");
        }
    }
}

#[test]
fn members_are_named_after_family_parameters_and_format() {
    let mut names = BTreeSet::new();
    for provider in providers() {
        for format in formats() {
            for (parameters, member) in members(provider, format) {
                assert_eq!(member.name(), instance_name(provider.name(), &parameters, format));
                assert_eq!(member.format(), format, "{}", member.name());
                assert!(!member.documentation().is_empty(), "{}", member.name());
                assert!(names.insert(member.name()), "{} twice", member.name());
            }
        }
    }
}

#[test]
fn listed_members_exist_and_differ() {
    for provider in providers() {
        let variants = provider.variants();
        let distinct: BTreeSet<_> = variants.iter().collect();
        assert_eq!(distinct.len(), variants.len(), "{}: a variant is listed twice", provider.name());
        for variant in variants {
            let member = provider.multiplier(variant.format, &variant.parameters);
            let member = member.unwrap_or_else(|error| panic!("{} {variant:?}: {error}", provider.name()));
            assert_eq!(member.format(), variant.format, "{}", member.name());
        }
    }
}

#[test]
fn another_number_of_parameters_is_refused() {
    for provider in providers() {
        let expected = provider.parameters();
        for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
            for got in (0..expected.len() + 3).filter(|&got| got != expected.len()) {
                let error = provider.multiplier(format, &vec![0; got]).err();
                assert_eq!(
                    error,
                    Some(ProviderError::ParameterCount { expected, got }),
                    "{}",
                    provider.name()
                );
            }
        }
    }
}
