//! Which resource an app-only token request asks for: v1 `resource`, v2 `scope`.

use wardenry_core::catalogue;

use crate::EndpointVersion;
use crate::error::{Code, OAuthError, quoted};
use crate::parameters::Parameters;

/// The identifier of a resource as the client wrote it: an identifier URI (a trailing slash is kept) or
/// an application id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceIdentifier(String);

impl ResourceIdentifier {
    /// The text as the client wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, or Microsoft Graph when the address of this server was named. `is_own` knows its hosts.
    ///
    /// In each of the vendor's clouds the host of Graph names the resource, and libraries that are told of another host
    /// derive their scope from it, with or without its port.
    #[must_use]
    pub fn or_graph_at(self, is_own: impl Fn(&str) -> bool) -> Self {
        let host = self.0.strip_prefix("https://").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        if host.is_some_and(is_own) {
            return Self(catalogue::GRAPH.identifiers[0].to_owned());
        }
        self
    }
}

const DEFAULT_SUFFIX: &str = "/.default";
/// Scopes of OpenID Connect that older libraries append to every request.
const IGNORED_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Reads the resource of an app-only request.
pub fn resource_of(
    parameters: &Parameters,
    endpoint: EndpointVersion,
) -> Result<ResourceIdentifier, OAuthError> {
    match endpoint {
        EndpointVersion::V1 => parameters.require("resource").map(|text| ResourceIdentifier(text.to_owned())),
        EndpointVersion::V2 => {
            if parameters.get("resource")?.is_some() {
                return Err(OAuthError::of(Code::ResourceParameterOnV2));
            }
            resource_of_scope(parameters.require("scope")?)
        }
    }
}

fn resource_of_scope(scope: &str) -> Result<ResourceIdentifier, OAuthError> {
    let asked: Vec<&str> =
        scope.split_ascii_whitespace().filter(|scope| !IGNORED_SCOPES.contains(scope)).collect();
    let [one] = asked[..] else {
        let named: Vec<_> = asked.iter().filter_map(|scope| identifier_of(scope)).collect();
        return Err(if asked.is_empty() {
            OAuthError::new(Code::InvalidScope, format!("The scope {} asks for no resource.", quoted(scope)))
        } else if named.len() > 1 {
            OAuthError::of(Code::SeveralResources)
        } else {
            not_default(scope)
        });
    };
    let identifier = identifier_of(one).ok_or_else(|| not_default(one))?;
    if identifier.is_empty() {
        return Err(OAuthError::of(Code::NoResource));
    }
    Ok(ResourceIdentifier(identifier.to_owned()))
}

/// The part before the last `/.default`; a bare `.default` means Microsoft Graph.
fn identifier_of(scope: &str) -> Option<&str> {
    if scope == ".default" {
        return Some(catalogue::GRAPH.identifiers[0]);
    }
    scope.strip_suffix(DEFAULT_SUFFIX)
}

fn not_default(scope: &str) -> OAuthError {
    OAuthError::new(
        Code::ScopeNotDefault,
        format!(
            "The scope {} is not valid: an app-only request must ask for '<identifier>/.default'.",
            quoted(scope)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2(scope: &str) -> Result<String, Code> {
        resource_of_scope(scope).map(|id| id.0).map_err(|error| error.code())
    }

    #[test]
    fn the_last_default_is_cut_and_the_rest_is_kept_as_written() {
        for (scope, identifier) in [
            ("https://api.security.microsoft.com/.default", "https://api.security.microsoft.com"),
            ("https://x//.default", "https://x/"),
            ("api://a/.default/.default", "api://a/.default"),
            ("8ee8fdad-f234-4243-8f3b-15c294843740/.default", "8ee8fdad-f234-4243-8f3b-15c294843740"),
            ("openid https://x/.default offline_access profile", "https://x"),
            (".default", "https://graph.microsoft.com"),
        ] {
            assert_eq!(v2(scope), Ok(identifier.to_owned()), "{scope}");
        }
    }

    #[test]
    fn the_servers_own_address_means_graph() {
        let resolved = |written: &str| {
            ResourceIdentifier(written.to_owned()).or_graph_at(|host| host == "id.example:8443").0
        };
        for own in ["https://id.example:8443", "https://id.example:8443/"] {
            assert_eq!(resolved(own), "https://graph.microsoft.com", "{own}");
        }
        for other in
            ["id.example:8443", "https://id.example:8443//", "https://id.example:8443/v1.0", "https://x"]
        {
            assert_eq!(resolved(other), other);
        }
    }

    #[test]
    fn single_roles_several_resources_and_nothing_are_refused() {
        for (scope, code) in [
            ("https://x/Incident.Read.All", Code::ScopeNotDefault),
            ("Incident.Read.All", Code::ScopeNotDefault),
            ("https://x/.default https://y/.default", Code::SeveralResources),
            ("https://x/.default https://x/Role", Code::ScopeNotDefault),
            ("openid", Code::InvalidScope),
            ("   ", Code::InvalidScope),
            ("/.default", Code::NoResource),
        ] {
            assert_eq!(v2(scope), Err(code), "{scope}");
        }
    }

    #[test]
    fn each_endpoint_insists_on_its_own_parameter() {
        let read = |body: &str, endpoint| {
            resource_of(&Parameters::from_urlencoded(body.as_bytes()).unwrap(), endpoint)
                .map(|id| id.0)
                .map_err(|error| error.code())
        };
        assert_eq!(read("resource=https://x/", EndpointVersion::V1), Ok("https://x/".into()));
        assert_eq!(read("scope=https://x/.default", EndpointVersion::V1), Err(Code::ParameterMissing));
        assert_eq!(read("", EndpointVersion::V2), Err(Code::ParameterMissing));
        let both = "scope=https://x/.default&resource=https://x";
        assert_eq!(read(both, EndpointVersion::V2), Err(Code::ResourceParameterOnV2));
    }
}
