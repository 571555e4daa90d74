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
    #[error("no family is called '{name}'{}", suggestion(.nearest))]
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
