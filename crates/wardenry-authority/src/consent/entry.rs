//! The request by which a browser came in, as it travels through the pages.

use wardenry_oauth::EndpointVersion;
use wardenry_oauth::authorize_request::ConsentEndpoint;
use wardenry_oauth::error::{Code, OAuthError};
use wardenry_oauth::parameters::Parameters;
use wardenry_oauth::tenant_segment::TenantSegment;

/// An authorize or admin consent request of this server: a path and a query, read.
#[derive(Debug)]
pub(crate) struct Entry {
    endpoint: ConsentEndpoint,
    tenant_text: String,
    tenant: TenantSegment,
    query: String,
    parameters: Parameters,
}

impl Entry {
    /// Reads the request of a handler.
    pub(crate) fn new(
        endpoint: ConsentEndpoint,
        tenant: &str,
        query: Option<String>,
    ) -> Result<Self, OAuthError> {
        let query = query.unwrap_or_default();
        Ok(Self {
            endpoint,
            tenant_text: tenant.to_owned(),
            tenant: TenantSegment::parse(tenant)?,
            parameters: Parameters::from_urlencoded(query.as_bytes())?,
            query,
        })
    }

    /// Reads what a page's form brings back. Only addresses of this server's own consent endpoints are
    /// taken, so a form cannot lead anywhere else.
    pub(crate) fn from_target(target: &str) -> Result<Self, OAuthError> {
        let foreign = || {
            OAuthError::new(Code::MalformedRequest, "The form does not continue any request of this server.")
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (tenant, endpoint) =
            path.strip_prefix('/').and_then(|path| path.split_once('/')).ok_or_else(foreign)?;
        let endpoint = match endpoint {
            "oauth2/authorize" => ConsentEndpoint::Authorize(EndpointVersion::V1),
            "oauth2/v2.0/authorize" => ConsentEndpoint::Authorize(EndpointVersion::V2),
            "adminconsent" => ConsentEndpoint::AdminConsent(EndpointVersion::V1),
            "v2.0/adminconsent" => ConsentEndpoint::AdminConsent(EndpointVersion::V2),
            _ => return Err(foreign()),
        };
        Self::new(endpoint, tenant, Some(query.to_owned()))
    }

    /// Path and query, for a form to carry.
    pub(crate) fn target(&self) -> String {
        self.target_with(&self.query)
    }

    /// The same request after the sign-in that it asked for, so that it does not ask again.
    pub(crate) fn target_after_sign_in(&self) -> String {
        let asks_for_sign_in = |pair: &str| {
            let decoded = url::form_urlencoded::parse(pair.as_bytes()).next();
            decoded.is_some_and(|(name, value)| {
                name == "prompt" && matches!(&*value, "login" | "select_account")
            })
        };
        let rest: Vec<_> = self.query.split('&').filter(|pair| !asks_for_sign_in(pair)).collect();
        self.target_with(&rest.join("&"))
    }

    fn target_with(&self, query: &str) -> String {
        let path = match self.endpoint {
            ConsentEndpoint::Authorize(EndpointVersion::V1) => "oauth2/authorize",
            ConsentEndpoint::Authorize(EndpointVersion::V2) => "oauth2/v2.0/authorize",
            ConsentEndpoint::AdminConsent(EndpointVersion::V1) => "adminconsent",
            ConsentEndpoint::AdminConsent(EndpointVersion::V2) => "v2.0/adminconsent",
        };
        format!("/{}/{path}?{query}", self.tenant_text)
    }

    pub(crate) fn endpoint(&self) -> ConsentEndpoint {
        self.endpoint
    }

    pub(crate) fn tenant(&self) -> &TenantSegment {
        &self.tenant
    }

    /// The tenant as the address names it.
    pub(crate) fn tenant_text(&self) -> &str {
        &self.tenant_text
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_survives_its_way_through_a_form() {
        for target in [
            "/common/oauth2/authorize?prompt=consent&client_id=x&response_type=code&sso_reload=true",
            "/alder.example/oauth2/v2.0/authorize?state=a%26b",
            "/alder.example/adminconsent?",
            "/common/v2.0/adminconsent?scope=x",
        ] {
            assert_eq!(Entry::from_target(target).unwrap().target(), target);
        }
    }

    #[test]
    fn a_form_leads_nowhere_else() {
        for target in [
            "",
            "https://evil.example/common/oauth2/authorize",
            "//evil.example/oauth2/authorize",
            "/common/oauth2/token",
            "/common",
            "/a b/adminconsent",
            "/\\evil.example/adminconsent",
        ] {
            assert!(Entry::from_target(target).is_err(), "{target}");
        }
    }

    #[test]
    fn a_request_for_sign_in_is_fulfilled_once() {
        for prompt in ["prompt=login", "prompt=select_account", "%70rompt=%6cogin"] {
            let target = format!("/common/oauth2/authorize?{prompt}&client_id=x&state=prompt%3Dlogin");
            let entry = Entry::from_target(&target).unwrap();
            let after = "/common/oauth2/authorize?client_id=x&state=prompt%3Dlogin";
            assert_eq!(entry.target_after_sign_in(), after, "{prompt}");
        }
    }
}
