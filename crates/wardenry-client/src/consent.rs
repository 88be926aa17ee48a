//! Onboarding: the link that a customer's administrator opens, and whether it has had its effect.

use url::Url;
use wardenry_core::catalogue::canonical_permission;
use wardenry_core::cloud::CloudProfile;
use wardenry_core::id::AppId;

use crate::client::Client;
use crate::error::Error;
use crate::tenant::Tenant;
use crate::token::TokenTarget;
use crate::transport::https_url;

/// The ways to ask for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentForm<'a> {
    /// The link of the vendor's partner documentation. Needs no redirect URI: the registered one is used.
    Link,
    /// The v1 administrator endpoint: everything that the registration lists.
    AdminV1 { redirect_uri: &'a str },
    /// The v2 administrator endpoint for one resource, by its identifier without `/.default`.
    AdminV2 { redirect_uri: &'a str, resource: &'a str },
}

/// The link cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentUrlError {
    #[error(transparent)]
    Authority(Error),
    #[error("the redirect URI {0:?} is not an absolute address")]
    RedirectUri(String),
}

/// The onboarding link. Without a tenant, whoever signs in decides which organisation consents.
///
/// A `state` comes back in the redirect, so that the partner can tell which customer has answered.
pub fn consent_url(
    cloud: &CloudProfile,
    app: AppId,
    tenant: Option<&Tenant>,
    form: ConsentForm<'_>,
    state: Option<&str>,
) -> Result<Url, ConsentUrlError> {
    let mut url = https_url("the authority", &cloud.authority).map_err(ConsentUrlError::Authority)?;
    let anybody = match form {
        ConsentForm::Link | ConsentForm::AdminV1 { .. } => "common",
        ConsentForm::AdminV2 { .. } => "organizations",
    };
    let segment = tenant.map_or_else(|| anybody.to_owned(), |tenant| tenant.name().to_string());
    let app = app.to_string();
    let (path, mut parameters) = match form {
        ConsentForm::Link => (
            "oauth2/authorize",
            vec![
                ("prompt", "consent".to_owned()),
                ("client_id", app),
                ("response_type", "code".to_owned()),
                ("sso_reload", "true".to_owned()),
            ],
        ),
        ConsentForm::AdminV1 { redirect_uri } => {
            ("adminconsent", vec![("client_id", app), ("redirect_uri", absolute(redirect_uri)?)])
        }
        ConsentForm::AdminV2 { redirect_uri, resource } => (
            "v2.0/adminconsent",
            vec![
                ("client_id", app),
                ("scope", format!("{resource}/.default")),
                ("redirect_uri", absolute(redirect_uri)?),
            ],
        ),
    };
    parameters.extend(state.map(|state| ("state", state.to_owned())));
    url.set_path(&format!("/{segment}/{path}"));
    url.query_pairs_mut().extend_pairs(parameters);
    Ok(url)
}

fn absolute(redirect_uri: &str) -> Result<String, ConsentUrlError> {
    let refused = || ConsentUrlError::RedirectUri(redirect_uri.to_owned());
    Url::parse(redirect_uri).map_err(|_| refused())?;
    Ok(redirect_uri.to_owned())
}

/// Whether a tenant lets the app in.
#[derive(Debug, Clone)]
pub enum ConsentState {
    /// Everything wanted is granted.
    Consented { roles: Vec<String> },
    /// The app is let in, but some of what is wanted is not granted.
    Partial { roles: Vec<String>, missing: Vec<String> },
    /// The tenant has not consented, or has withdrawn its consent; with the authority's answer.
    NotConsented(Error),
}

impl Client {
    /// Asks the authority for a new token of the tenant and compares what it grants with what is wanted.
    ///
    /// Any other refusal than a missing consent is an error: it says nothing about consent.
    pub async fn check_consent(
        &self,
        tenant: &Tenant,
        target: &TokenTarget,
        wanted: &[String],
    ) -> Result<ConsentState, Error> {
        let token = match self.fresh_token(tenant, target).await {
            Ok(token) => token,
            Err(error) if error.is_not_consented() => return Ok(ConsentState::NotConsented(error)),
            Err(error) => return Err(error),
        };
        let roles = token.unverified_roles();
        let missing = missing_permissions(&roles, wanted);
        Ok(if missing.is_empty() && !roles.is_empty() {
            ConsentState::Consented { roles }
        } else {
            ConsentState::Partial { roles, missing }
        })
    }
}

/// Those of the wanted permissions that `held` does not cover.
///
/// A `ReadWrite` permission covers the `Read` permission of the same name, and the plural spellings of
/// public documentation count as the singular.
pub fn missing_permissions(held: &[String], wanted: &[String]) -> Vec<String> {
    let held: Vec<_> = held.iter().map(|role| canonical_permission(role)).collect();
    let covered = |role: &str| {
        let stronger = role.replace(".Read.", ".ReadWrite.");
        held.iter().any(|held| held == role || *held == stronger)
    };
    wanted.iter().map(|role| canonical_permission(role)).filter(|role| !covered(role)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(tenant: Option<&str>, form: ConsentForm<'_>, state: Option<&str>) -> String {
        let cloud = CloudProfile::built_in("public").unwrap();
        let app = "11111111-2222-4333-8444-555555555555".parse().unwrap();
        let tenant = tenant.map(|tenant| Tenant::parse(tenant).unwrap());
        consent_url(&cloud, app, tenant.as_ref(), form, state).unwrap().into()
    }

    #[test]
    fn the_links_are_those_of_the_documentation() {
        let redirect_uri = "https://portal.example/done";
        assert_eq!(
            link(None, ConsentForm::Link, None),
            "https://login.microsoftonline.com/common/oauth2/authorize?prompt=consent\
             &client_id=11111111-2222-4333-8444-555555555555&response_type=code&sso_reload=true"
        );
        assert_eq!(
            link(Some("alder.example"), ConsentForm::AdminV1 { redirect_uri }, Some("a b&c")),
            "https://login.microsoftonline.com/alder.example/adminconsent?client_id=11111111-2222-4333-8444-555555555555\
             &redirect_uri=https%3A%2F%2Fportal.example%2Fdone&state=a+b%26c"
        );
        let resource = "https://api.security.microsoft.com";
        assert_eq!(
            link(None, ConsentForm::AdminV2 { redirect_uri, resource }, None),
            "https://login.microsoftonline.com/organizations/v2.0/adminconsent\
             ?client_id=11111111-2222-4333-8444-555555555555\
             &scope=https%3A%2F%2Fapi.security.microsoft.com%2F.default\
             &redirect_uri=https%3A%2F%2Fportal.example%2Fdone"
        );
    }

    #[test]
    fn a_writing_permission_covers_the_reading_one() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for (held, wanted, missing) in [
            (&["Incident.Read.All"][..], &["Incident.Read.All"][..], &[][..]),
            (&["Incident.ReadWrite.All"], &["Incidents.Read.All"], &[]),
            (&["Incident.Read.All"], &["Incident.ReadWrite.All"], &["Incident.ReadWrite.All"]),
            (&[], &["AdvancedHunting.Read.All"], &["AdvancedHunting.Read.All"]),
        ] {
            assert_eq!(missing_permissions(&texts(held), &texts(wanted)), texts(missing));
        }
    }
}
