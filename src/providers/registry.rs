//! The families that are linked into this binary, by name.

use axmul_api::{Multiplier, OperandFormat, Provider, ProviderError, Variant, instance_name};

use super::error::suggestion;

/// Why a registered family gives no multiplier.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RegistryError {
    /// Two providers of one name are linked in.
    #[error("two families are called '{name}': {first}; {second}; rename one and build again")]
    Duplicate {
        /// The name.
        name: String,
        /// Summary of the one.
        first: String,
        /// Summary of the other.
        second: String,
    },
    /// A name that the grammar of multipliers' names does not allow.
    #[error(
        "a family is called '{name}'; expected lower-case letters, digits and hyphens, starting with a letter \
         and without a part that is a number or an operand format"
    )]
    FamilyName {
        /// The name.
        name: String,
    },
    /// No family of this name.
    #[error("unknown family '{name}'{}", suggestion(.nearest))]
    UnknownFamily {
        /// The name that came.
        name: String,
        /// The most similar family names, best first.
        nearest: Vec<String>,
    },
    /// The family exists, the member does not.
    #[error("{name}: {family} {error}")]
    Member {
        /// The name that came.
        name: String,
        /// The family.
        family: String,
        /// What the family says.
        error: ProviderError,
    },
}

/// The families at hand, sorted by name, each name once.
pub struct Registry {
    providers: Vec<&'static dyn Provider>,
}

/// A name of the grammar `family[-integer...][-format]`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberName {
    /// A registered family.
    pub family: String,
    /// Its parameters.
    pub parameters: Vec<u32>,
    /// The operand format, if the name says one.
    pub format: Option<OperandFormat>,
}

impl Registry {
    /// The families linked into this binary.
    pub fn linked() -> Result<Self, RegistryError> {
        Self::new(axmul_api::providers())
    }

    /// A registry of these families.
    pub fn new(mut providers: Vec<&'static dyn Provider>) -> Result<Self, RegistryError> {
        providers.sort_by_key(|provider| provider.name());
        for pair in providers.windows(2) {
            if pair[0].name() == pair[1].name() {
                return Err(RegistryError::Duplicate {
                    name: pair[0].name().into(),
                    first: pair[0].summary().into(),
                    second: pair[1].summary().into(),
                });
            }
        }
        match providers.iter().find(|provider| !is_family_name(provider.name())) {
            Some(provider) => Err(RegistryError::FamilyName { name: provider.name().into() }),
            None => Ok(Self { providers }),
        }
    }

    /// All families, sorted by name.
    pub fn providers(&self) -> &[&'static dyn Provider] {
        &self.providers
    }

    /// The family of this name.
    pub fn family(&self, name: &str) -> Result<&'static dyn Provider, RegistryError> {
        self.providers.iter().find(|provider| provider.name() == name).copied().ok_or_else(|| {
            RegistryError::UnknownFamily {
                name: name.into(),
                nearest: nearest(name, self.providers.iter().map(|provider| provider.name())),
            }
        })
    }

    /// Takes a member's name apart. `None` if it is not of the grammar or its family, the longest registered one
    /// that the name starts with, does not exist.
    pub fn parse(&self, name: &str) -> Option<MemberName> {
        // Sorted, so the last prefix is the longest.
        self.providers.iter().rev().find_map(|provider| {
            let rest = name.strip_prefix(provider.name())?;
            let mut parts: Vec<&str> = match rest.strip_prefix('-') {
                Some(parts) => parts.split('-').collect(),
                None if rest.is_empty() => Vec::new(),
                None => return None,
            };
            let format = parts.last().and_then(|last| last.parse().ok());
            if format.is_some() {
                parts.pop();
            }
            let parameters = parts.into_iter().map(parse_parameter).collect::<Option<_>>()?;
            Some(MemberName { family: provider.name().into(), parameters, format })
        })
    }

    /// The members that a name means: one where it says the format, else the 8x8 ones of both signednesses.
    /// `None` where the name is not of the grammar. A family that has the member in one signedness only gives
    /// that one.
    pub fn members(&self, name: &str) -> Option<Result<Vec<Box<dyn Multiplier>>, RegistryError>> {
        let member = self.parse(name)?;
        let formats = match member.format {
            Some(format) => vec![format],
            None => vec![OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)],
        };
        let (made, failed): (Vec<_>, Vec<_>) = formats
            .into_iter()
            .map(|format| self.member(&member.family, &member.parameters, format))
            .partition(Result::is_ok);
        Some(match failed.into_iter().next() {
            Some(Err(error)) if made.is_empty() => Err(error),
            _ => Ok(made.into_iter().flatten().collect()),
        })
    }

    /// One member of a family.
    pub fn member(
        &self,
        family: &str,
        parameters: &[u32],
        format: OperandFormat,
    ) -> Result<Box<dyn Multiplier>, RegistryError> {
        self.family(family)?.multiplier(format, parameters).map_err(|error| RegistryError::Member {
            name: instance_name(family, parameters, format),
            family: family.into(),
            error,
        })
    }

    /// Names of the members worth trying for an operand format: those that families list for it, else, family by
    /// family, those with the parameters of listed 8x8 members of the same signedness, where there are such.
    pub fn members_of(&self, format: OperandFormat) -> Vec<String> {
        let listed = |wanted: OperandFormat| self.variants().filter(move |(_, _, v)| v.format == wanted);
        let named: Vec<String> = listed(format).map(|(name, _, _)| name).collect();
        if !named.is_empty() {
            return named;
        }
        listed(OperandFormat::new(8, 8, format.is_signed()).expect("8 bits are a width"))
            .filter(|(_, provider, variant)| provider.multiplier(format, &variant.parameters).is_ok())
            .map(|(_, provider, variant)| instance_name(provider.name(), &variant.parameters, format))
            .collect()
    }

    /// The members worth listing, family by family, each with its name.
    pub fn variants(&self) -> impl Iterator<Item = (String, &'static dyn Provider, Variant)> + '_ {
        self.providers.iter().flat_map(|&provider| {
            provider.variants().into_iter().map(move |variant| {
                (instance_name(provider.name(), &variant.parameters, variant.format), provider, variant)
            })
        })
    }
}

/// Up to three of `names` that resemble `name`, best first.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let lower = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        // Below this, jaro_winkler calls words similar that no reader would.
        .filter(|(score, _)| *score >= 0.75)
        .collect();
    scored.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
    scored.dedup_by(|x, y| x.1 == y.1);
    scored.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// Lower case, digits, hyphens; no part that could be read as a parameter or a format.
fn is_family_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && name.split('-').all(|part| {
            !part.is_empty()
                && !part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse::<OperandFormat>().is_err()
        })
}

/// Digits only: `+3` and an empty part are no parameters.
fn parse_parameter(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct NamedFamily(&'static str);

    impl Provider for NamedFamily {
        fn name(&self) -> &'static str {
            self.0
        }
        fn summary(&self) -> &'static str {
            "a family of the tests"
        }
        fn citation(&self) -> &'static str {
            ""
        }
        fn multiplier(&self, format: OperandFormat, _: &[u32]) -> Result<Box<dyn Multiplier>, ProviderError> {
            Err(ProviderError::Format { format, allowed: "none".into() })
        }
    }

    fn registry(names: &[&'static str]) -> Result<Registry, RegistryError> {
        Registry::new(
            names.iter().map(|name| &*Box::leak(Box::new(NamedFamily(name))) as &dyn Provider).collect(),
        )
    }

    #[test]
    fn families_are_sorted_and_distinct() {
        let names = |registry: Registry| registry.providers().iter().map(|p| p.name()).collect::<Vec<_>>();
        assert_eq!(names(registry(&["b", "a-b", "a"]).unwrap()), ["a", "a-b", "b"]);
        let error = registry(&["a", "b", "a"]).err().unwrap();
        assert!(error.to_string().starts_with("two families are called 'a'"), "{error}");
    }

    #[test]
    fn a_family_name_holds_no_parameter_and_no_format() {
        for name in ["", "A", "a_b", "a b", "a/b", "3a", "a-3", "a-8s", "a-8x4u", "a--b", "-a", "a-", "ä"] {
            let error = registry(&[name]).err().unwrap_or_else(|| panic!("{name}"));
            assert!(matches!(error, RegistryError::FamilyName { .. }), "{name}: {error}");
        }
        registry(&["a", "drum", "a-b2", "k2x2-recursive"]).unwrap();
    }

    #[test]
    fn names_are_taken_apart_by_the_longest_family() {
        let registry = registry(&["truncated", "truncated-corrected", "drum"]).unwrap();
        let parse = |name| {
            let MemberName { family, parameters, format } = registry.parse(name)?;
            Some((family, parameters, format.map(|format| format.to_string())))
        };
        let parsed = |family: &str, parameters: &[u32], format: Option<&str>| {
            Some((family.to_owned(), parameters.to_vec(), format.map(str::to_owned)))
        };
        assert_eq!(parse("truncated-3-8s"), parsed("truncated", &[3], Some("8s")));
        assert_eq!(parse("truncated-corrected-3"), parsed("truncated-corrected", &[3], None));
        assert_eq!(parse("drum"), parsed("drum", &[], None));
        assert_eq!(parse("drum-8x4u"), parsed("drum", &[], Some("8x4u")));
        assert_eq!(parse("drum-2-5-4294967295-16s"), parsed("drum", &[2, 5, u32::MAX], Some("16s")));
        for name in
            ["", "drums", "drum-", "drum--3", "drum-8s-3", "drum-x", "drum-+3", "drum-4294967296", "rum"]
        {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn members_exist_in_both_signednesses_or_are_explained() {
        let registry = Registry::linked().unwrap();
        let names = |text: &str| -> Vec<String> {
            registry.members(text).unwrap().unwrap().iter().map(|member| member.name()).collect()
        };
        assert_eq!(names("exact"), ["exact-8s", "exact-8u"]);
        assert_eq!(names("truncated-3-8u"), ["truncated-3-8u"]);
        let error = |text: &str| registry.members(text).unwrap().err().unwrap().to_string();
        assert_eq!(error("exact-3"), "exact-3-8s: exact takes no parameters, got 1");
        assert!(
            error("truncated-99-8s")
                .starts_with("truncated-99-8s: truncated parameter columns is 99; allowed")
        );
        let unknown = registry.family("trunkated").err().unwrap().to_string();
        assert!(unknown.starts_with("unknown family 'trunkated'; did you mean truncated"), "{unknown}");
    }

    #[test]
    fn formats_that_no_family_lists_have_members() {
        let registry = Registry::linked().unwrap();
        for (bits, signed) in (2..=8).flat_map(|bits| [(bits, true), (bits, false)]) {
            let format = OperandFormat::new(8, bits, signed).unwrap();
            let names = registry.members_of(format);
            assert!(names.contains(&instance_name("exact", &[], format)), "{names:?}");
            assert!(names.len() >= 10, "{names:?}");
            for name in &names {
                let members = registry.members(name).unwrap().unwrap();
                assert_eq!(
                    members.iter().map(|m| (m.name(), m.format())).collect::<Vec<_>>(),
                    [(name.clone(), format)]
                );
            }
        }
        // An assignment compares costs: each has one.
        for name in registry.members_of(OperandFormat::signed(8, 4)) {
            let member = registry.members(&name).unwrap().unwrap().remove(0);
            assert!(
                crate::cost::of_model(&*member, &crate::cache::Cache::off()).power_mw > Some(0.0),
                "{name}"
            );
        }
        let narrow = registry.members_of(OperandFormat::signed(8, 3));
        assert!(narrow.contains(&"broken-array-2-5-8x3s".into()), "{narrow:?}");
        // Rows that the narrow operand does not have cannot be left out.
        assert!(!narrow.contains(&"broken-array-3-6-8x3s".into()), "{narrow:?}");
    }

    #[test]
    fn the_nearest_names_come_first() {
        let names = ["mul8s_1KV8", "mul8s_1KVA", "mul8u_2AC", "exact-8s"];
        assert_eq!(nearest("mul8s_1kv8", names)[0], "mul8s_1KV8");
        assert_eq!(nearest("exakt-8s", names)[0], "exact-8s");
        assert!(nearest("qqqq", names).is_empty());
    }

    proptest! {
        #[test]
        fn every_member_name_is_taken_apart_again(
            parameters in prop::collection::vec(any::<u32>(), 0..4),
            a in 2u8..=16, b in 2u8..=16, signed: bool,
        ) {
            let registry = registry(&["some-family"]).unwrap();
            let format = OperandFormat::new(a, b, signed).unwrap();
            let parsed = registry.parse(&instance_name("some-family", &parameters, format));
            let family = "some-family".to_owned();
            prop_assert_eq!(parsed, Some(MemberName { family, parameters, format: Some(format) }));
        }

        #[test]
        fn no_name_makes_the_parser_panic(name in "(drum|exact)?[-0-9a-z\\PC]{0,20}") {
            let _ = Registry::linked().unwrap().members(&name);
        }
    }
}
