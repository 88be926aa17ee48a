//! Identifiers as types, so that a tenant can never be passed where an application is meant.
//!
//! All of them are GUIDs printed in lower case with hyphens. Parsing accepts either letter case and
//! nothing but the 36-character hyphenated form, which is what the identity platform accepts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::entropy::Entropy;

/// The text is not a GUID in the 36-character hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID of the form 00000000-0000-0000-0000-000000000000")]
pub struct ParseIdError;

fn parse_hyphenated(text: &str) -> Result<Uuid, ParseIdError> {
    if text.len() != 36 {
        return Err(ParseIdError);
    }
    Uuid::try_parse(text).map_err(|_| ParseIdError)
}

/// Makes a version-4 GUID from the given random source.
pub fn random_guid(entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

macro_rules! guid_ids {
    ($($(#[$docs:meta])+ $name:ident;)+) => {$(
        $(#[$docs])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a GUID whose meaning the caller knows.
            pub const fn from_guid(guid: Uuid) -> Self {
                Self(guid)
            }

            /// The bare GUID.
            pub const fn as_guid(self) -> Uuid {
                self.0
            }

            /// A fresh random id (version 4).
            pub fn random(entropy: &dyn Entropy) -> Self {
                Self(random_guid(entropy))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_hyphenated(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

guid_ids! {
    /// A tenant: one organisation's directory. The `tid` claim.
    TenantId;
    /// The application (client) id: shared by the application object and all its service principals.
    AppId;
    /// The object id of an application in its home tenant.
    ApplicationId;
    /// The object id of a service principal in one tenant. The `oid` of an app-only token.
    ServicePrincipalId;
    /// The object id of a user in one tenant.
    UserId;
    /// The id of an application permission (app role) of a resource.
    AppRoleId;
    /// The id of a delegated permission (scope) of a resource.
    ScopeId;
    /// The id of a credential (`keyId`), never the credential itself.
    KeyId;
    /// A request's trace id, echoed as `x-ms-request-id` and in error bodies.
    TraceId;
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "8ee8fdad-f234-4243-8f3b-15c294843740";

    #[test]
    fn prints_and_parses_the_hyphenated_form_in_lower_case() {
        let id: AppId = GUID.to_uppercase().parse().unwrap();
        assert_eq!(id.to_string(), GUID);
        assert_eq!(format!("{id:?}"), format!("AppId({GUID})"));
    }

    #[test]
    fn refuses_every_other_spelling() {
        let simple = GUID.replace('-', "");
        let braced = format!("{{{GUID}}}");
        let urn = format!("urn:uuid:{GUID}");
        for text in ["", "common", &simple, &braced, &urn, &format!("{GUID} ")] {
            assert_eq!(text.parse::<TenantId>(), Err(ParseIdError), "{text:?}");
        }
    }

    #[test]
    fn travels_as_a_json_string() {
        let id: TenantId = GUID.parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{GUID}\""));
        assert_eq!(serde_json::from_str::<TenantId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<TenantId>("\"nope\"").is_err());
    }
}
