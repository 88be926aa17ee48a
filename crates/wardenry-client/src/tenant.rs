//! The customer that a call is about, as a type.

use std::fmt;
use std::str::FromStr;

use wardenry_core::id::TenantId;

/// The longest domain name, in characters (RFC 1035 section 2.3.4).
const MAX_DOMAIN_CHARS: usize = 253;

/// One customer's tenant: how the authority knows it, and how people call it.
///
/// Every call of this crate takes one; there is no ambient tenant. Two values are the same tenant for
/// caches when their [`name`](Self::name) is the same; the display name is for people only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    name: TenantName,
    display_name: Option<String>,
}

/// How the authority knows a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TenantName {
    Id(TenantId),
    /// A domain that the tenant has verified, in lower case.
    Domain(String),
}

/// The text names no single tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTenantError {
    /// `common` and its kin stand for whoever signs in; an app's own token needs a concrete tenant.
    #[error("{0:?} stands for any organisation, not for one tenant")]
    NotOne(String),
    #[error("{0:?} is neither a tenant id nor a domain name")]
    Malformed(String),
}

impl Tenant {
    /// Reads a tenant id (GUID) or a verified domain.
    pub fn parse(text: &str) -> Result<Self, ParseTenantError> {
        Ok(Self { name: text.parse()?, display_name: None })
    }

    /// A tenant by id.
    pub fn with_id(id: TenantId) -> Self {
        Self { name: TenantName::Id(id), display_name: None }
    }

    /// The same tenant with a name for people.
    #[must_use]
    pub fn with_display_name(self, display_name: impl Into<String>) -> Self {
        Self { display_name: Some(display_name.into()), ..self }
    }

    /// How the authority knows it: the `{tenant}` segment of its addresses.
    pub fn name(&self) -> &TenantName {
        &self.name
    }

    /// How people call it: the display name, or else what the authority calls it.
    pub fn label(&self) -> String {
        self.display_name.clone().unwrap_or_else(|| self.name.to_string())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

impl FromStr for TenantName {
    type Err = ParseTenantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_ascii_lowercase();
        if let Ok(id) = lower.parse() {
            return Ok(Self::Id(id));
        }
        if matches!(lower.as_str(), "common" | "organizations" | "consumers") {
            return Err(ParseTenantError::NotOne(text.to_owned()));
        }
        if is_domain_name(&lower) {
            return Ok(Self::Domain(lower));
        }
        Err(ParseTenantError::Malformed(text.chars().take(100).collect()))
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Domain(domain) => f.write_str(domain),
        }
    }
}

/// At least two labels of letters, digits and inner hyphens, so that the text is safe as a path segment.
fn is_domain_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= MAX_DOMAIN_CHARS && text.contains('.') && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_domains_are_read_in_either_letter_case() {
        let id = "8EE8FDAD-f234-4243-8f3b-15c294843740";
        assert_eq!(Tenant::parse(id).unwrap().name().to_string(), id.to_lowercase());
        assert_eq!(Tenant::parse("AlderFoods.Example").unwrap().name().to_string(), "alderfoods.example");
    }

    #[test]
    fn what_names_no_single_tenant_is_refused() {
        for text in ["common", "Organizations", "consumers"] {
            assert_eq!(Tenant::parse(text), Err(ParseTenantError::NotOne(text.to_owned())));
        }
        for text in ["", "alder", "a..b", "-a.b", "a.b/../c", "a b.c", "a.b?x=1", &"a.".repeat(200)] {
            assert!(matches!(Tenant::parse(text), Err(ParseTenantError::Malformed(_))), "{text:?}");
        }
    }

    #[test]
    fn people_see_the_display_name() {
        let tenant = Tenant::parse("alderfoods.example").unwrap();
        assert_eq!(tenant.label(), "alderfoods.example");
        assert_eq!(tenant.with_display_name("Alder Foods").to_string(), "Alder Foods");
    }
}
