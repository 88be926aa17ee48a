//! What may stand where an address names the tenant.

use wardenry_core::id::TenantId;

use crate::error::{Code, OAuthError, quoted};

/// The first segment of an authority path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantSegment {
    Id(TenantId),
    /// A domain name in lower case, not yet known to be anybody's.
    Domain(String),
    /// Any organisation (personal accounts do not exist here).
    Common,
    /// Any organisation.
    Organizations,
    /// Personal accounts: a tenant that this platform does not have.
    Consumers,
}

impl TenantSegment {
    /// Reads a path segment; letter case does not matter.
    pub fn parse(segment: &str) -> Result<Self, OAuthError> {
        let lower = segment.to_ascii_lowercase();
        match lower.as_str() {
            "common" => return Ok(Self::Common),
            "organizations" => return Ok(Self::Organizations),
            "consumers" => return Ok(Self::Consumers),
            _ => {}
        }
        if let Ok(id) = lower.parse() {
            return Ok(Self::Id(id));
        }
        if is_domain_name(&lower) {
            return Ok(Self::Domain(lower));
        }
        Err(OAuthError::new(
            Code::InvalidTenantName,
            format!("The tenant {} is neither a GUID nor a valid domain name.", quoted(segment)),
        ))
    }

    /// Whether the segment stands for many tenants.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Common | Self::Organizations | Self::Consumers)
    }
}

/// Whether the text is a DNS name of two or more labels (RFC 1123 section 2.1).
pub fn is_domain_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_domains_and_the_shared_names_are_told_apart() {
        let id = "8ee8fdad-f234-4243-8f3b-15c294843740";
        assert_eq!(TenantSegment::parse(&id.to_uppercase()), Ok(TenantSegment::Id(id.parse().unwrap())));
        assert_eq!(TenantSegment::parse("Alder.Example"), Ok(TenantSegment::Domain("alder.example".into())));
        assert_eq!(TenantSegment::parse("COMMON"), Ok(TenantSegment::Common));
        assert!(TenantSegment::parse("organizations").unwrap().is_shared());
        assert!(!TenantSegment::parse(id).unwrap().is_shared());
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("{}.example", "a".repeat(250));
        for segment in
            ["", "alder", "-a.example", "a..example", "a b.example", "a_b.example", "ä.example", &long]
        {
            assert_eq!(
                TenantSegment::parse(segment).unwrap_err().code(),
                Code::InvalidTenantName,
                "{segment}"
            );
        }
    }
}
