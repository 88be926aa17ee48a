//! What an application's properties may be: the rules of registration.

use url::Url;
use wardenry_core::id::{AppId, AppRoleId, ScopeId};
use wardenry_oauth::answers::SignInAudience;
use wardenry_oauth::redirect_uri::{self, MAX_REDIRECT_URIS, Platform};

use crate::admin::CertificateEntry;
use crate::error::DirectoryError;
use crate::model::{Application, OwnAppRole, OwnScope, RedirectUris, RequiredResource, Tenant};

/// The longest display name, in characters.
pub const MAX_DISPLAY_NAME: usize = 256;
/// The most permissions on a wish list, over all resources.
pub const MAX_REQUIRED_PERMISSIONS: usize = 400;
/// The most identifier URIs, tags, app roles or scopes of one application.
pub const MAX_LIST: usize = 100;
/// The longest text of any other property, in characters.
pub const MAX_TEXT: usize = 1024;

/// Properties of an application to set. `None` leaves a property as it is.
#[derive(Debug, Clone, Default)]
pub struct ApplicationPatch {
    pub display_name: Option<String>,
    pub audience: Option<SignInAudience>,
    pub redirect_uris: RedirectUrisPatch,
    pub identifier_uris: Option<Vec<String>>,
    pub required_resources: Option<Vec<RequiredResource>>,
    pub app_roles: Option<Vec<OwnAppRole>>,
    pub scopes: Option<Vec<OwnScope>>,
    /// `Some(None)` resets to the default.
    pub requested_token_version: Option<Option<u8>>,
    pub tags: Option<Vec<String>>,
    pub disabled: Option<bool>,
    /// The complete list of certificates.
    pub certificates: Option<Vec<CertificateEntry>>,
}

/// Redirect URIs to set, by platform.
#[derive(Debug, Clone, Default)]
pub struct RedirectUrisPatch {
    pub web: Option<Vec<String>>,
    pub spa: Option<Vec<String>>,
    pub public_client: Option<Vec<String>>,
}

impl ApplicationPatch {
    /// Sets the given properties and checks the result as a whole. The certificates are not touched; they
    /// need the clock and changes of their own.
    pub(crate) fn apply(self, application: &mut Application, home: &Tenant) -> Result<(), DirectoryError> {
        set(&mut application.display_name, self.display_name);
        set(&mut application.audience, self.audience);
        set(&mut application.redirect_uris.web, self.redirect_uris.web);
        set(&mut application.redirect_uris.spa, self.redirect_uris.spa);
        set(&mut application.redirect_uris.public_client, self.redirect_uris.public_client);
        set(&mut application.identifier_uris, self.identifier_uris);
        set(&mut application.required_resources, self.required_resources);
        set(&mut application.app_roles, self.app_roles);
        set(&mut application.scopes, self.scopes);
        set(&mut application.requested_token_version, self.requested_token_version);
        set(&mut application.tags, self.tags);
        set(&mut application.disabled, self.disabled);
        check(application, home)
    }
}

fn set<T>(property: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *property = value;
    }
}

fn check(application: &Application, home: &Tenant) -> Result<(), DirectoryError> {
    check_display_name("displayName", &application.display_name)?;
    check_redirect_uris(&application.redirect_uris, application.audience)?;
    check_list("identifierUris", application.identifier_uris.len(), MAX_LIST)?;
    for uri in &application.identifier_uris {
        check_identifier_uri(uri, application.app_id, application.audience, home)
            .map_err(|problem| DirectoryError::invalid("identifierUris", format!("'{uri}' {problem}")))?;
    }
    check_required(&application.required_resources)?;
    check_own_permissions(application)?;
    check_list("tags", application.tags.len(), MAX_LIST)?;
    if application.tags.iter().any(|tag| tag.chars().count() > MAX_DISPLAY_NAME) {
        return Err(DirectoryError::invalid(
            "tags",
            format!("a tag has at most {MAX_DISPLAY_NAME} characters"),
        ));
    }
    match application.requested_token_version {
        None | Some(1 | 2) => Ok(()),
        Some(_) => Err(DirectoryError::invalid("api.requestedAccessTokenVersion", "must be null, 1 or 2")),
    }
}

/// A name for people: not blank, not too long, no control characters.
pub(crate) fn check_display_name(property: &str, name: &str) -> Result<(), DirectoryError> {
    let problem = if name.trim().is_empty() {
        "must not be empty".to_owned()
    } else if name.chars().count() > MAX_DISPLAY_NAME {
        format!("has at most {MAX_DISPLAY_NAME} characters")
    } else if name.chars().any(char::is_control) {
        "must not contain control characters".to_owned()
    } else {
        return Ok(());
    };
    Err(DirectoryError::invalid(property, problem))
}

fn check_list(property: &str, length: usize, limit: usize) -> Result<(), DirectoryError> {
    if length > limit {
        return Err(DirectoryError::invalid(property, format!("holds at most {limit} values")));
    }
    Ok(())
}

fn check_redirect_uris(uris: &RedirectUris, audience: SignInAudience) -> Result<(), DirectoryError> {
    for (property, platform, list) in [
        ("web.redirectUris", Platform::Web, &uris.web),
        ("spa.redirectUris", Platform::Spa, &uris.spa),
        ("publicClient.redirectUris", Platform::PublicClient, &uris.public_client),
    ] {
        for uri in list {
            redirect_uri::check_registration(uri, platform, audience)
                .map_err(|problem| DirectoryError::invalid(property, format!("'{uri}' is {problem}")))?;
        }
    }
    check_list("redirectUris", uris.iter().count(), MAX_REDIRECT_URIS)
}

/// An identifier URI is `api://<appId>`, or lies under a verified domain or the id of the home tenant, so that
/// no application can pose as another's resource, nor take a name away from other tenants.
fn check_identifier_uri(
    uri: &str,
    app_id: AppId,
    audience: SignInAudience,
    home: &Tenant,
) -> Result<(), &'static str> {
    if uri.chars().count() > MAX_TEXT {
        return Err("is too long");
    }
    // So that none looks like another one.
    if uri.contains(|c: char| !c.is_ascii_graphic() || "{}\\\"<>^`|".contains(c)) {
        return Err("must consist of characters that an address can hold");
    }
    if let Some(rest) = uri.strip_prefix("api://") {
        let owner = rest.split('/').next().unwrap_or_default();
        let own = owner.parse() == Ok(app_id);
        let verified = home.domains.iter().any(|domain| domain == owner);
        let of_tenant = audience == SignInAudience::AzureADMyOrg && owner.parse() == Ok(home.id);
        return if own || verified || of_tenant {
            Ok(())
        } else {
            Err(
                "must be api://<appId> of this application, api://<a verified domain of the tenant>/… or, for an \
                 application of a single tenant, api://<tenant id>/…",
            )
        };
    }
    let parsed = Url::parse(uri).map_err(|_| "must be an api:// or https:// address")?;
    let host = parsed.host_str().unwrap_or_default();
    let verified = home
        .domains
        .iter()
        .any(|domain| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
    if parsed.scheme() == "https" && verified && parsed.fragment().is_none() {
        Ok(())
    } else {
        Err("must lie under a verified domain of the tenant")
    }
}

fn check_required(required: &[RequiredResource]) -> Result<(), DirectoryError> {
    let permissions: usize = required.iter().map(|wish| wish.app_roles.len() + wish.scopes.len()).sum();
    check_list("requiredResourceAccess", permissions, MAX_REQUIRED_PERMISSIONS)?;
    check_list("requiredResourceAccess", required.len(), 50)
}

fn check_own_permissions(application: &Application) -> Result<(), DirectoryError> {
    check_list("appRoles", application.app_roles.len(), MAX_LIST)?;
    check_list("api.oauth2PermissionScopes", application.scopes.len(), MAX_LIST)?;
    let mut roles: Vec<(AppRoleId, &str)> = Vec::new();
    for role in &application.app_roles {
        check_permission_value("appRoles.value", &role.value)?;
        check_texts("appRoles", &[&role.display_name, &role.description])?;
        let members = &role.allowed_member_types;
        if members.is_empty() || members.iter().any(|member| member != "Application" && member != "User") {
            let problem = "must name Application, User, or both";
            return Err(DirectoryError::invalid("appRoles.allowedMemberTypes", problem));
        }
        if roles.iter().any(|(id, value)| *id == role.id || *value == role.value) {
            return Err(DirectoryError::invalid("appRoles", "ids and values must be unique"));
        }
        roles.push((role.id, &role.value));
    }
    let mut scopes: Vec<(ScopeId, &str)> = Vec::new();
    for scope in &application.scopes {
        check_permission_value("api.oauth2PermissionScopes.value", &scope.value)?;
        check_texts("api.oauth2PermissionScopes", &[&scope.display_name, &scope.description])?;
        if scopes.iter().any(|(id, value)| *id == scope.id || *value == scope.value) {
            return Err(DirectoryError::invalid(
                "api.oauth2PermissionScopes",
                "ids and values must be unique",
            ));
        }
        scopes.push((scope.id, &scope.value));
    }
    Ok(())
}

/// A value that can stand in `roles` or `scp`: no spaces, at most 120 characters.
fn check_permission_value(property: &str, value: &str) -> Result<(), DirectoryError> {
    let fits =
        (1..=120).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if fits && !value.starts_with('.') {
        return Ok(());
    }
    Err(DirectoryError::invalid(
        property,
        "must be 1 to 120 printable ASCII characters without spaces, not starting with a dot",
    ))
}

fn check_texts(property: &str, texts: &[&str]) -> Result<(), DirectoryError> {
    if texts.iter().all(|text| text.chars().count() <= MAX_TEXT) {
        return Ok(());
    }
    Err(DirectoryError::invalid(property, format!("a text has at most {MAX_TEXT} characters")))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wardenry_core::id::TenantId;
    use wardenry_core::time::Timestamp;

    use super::*;

    fn home() -> Tenant {
        Tenant {
            id: TenantId::from_guid(Uuid::from_u128(1)),
            display_name: "Alder".into(),
            domains: vec!["alder.example".into()],
            region: "EU".into(),
            created: Timestamp::from_unix_secs(0),
        }
    }

    fn accepted(uri: &str, audience: SignInAudience) -> bool {
        check_identifier_uri(uri, AppId::from_guid(Uuid::from_u128(2)), audience, &home()).is_ok()
    }

    #[test]
    fn an_identifier_uri_names_its_owner() {
        use SignInAudience::{AzureADMultipleOrgs, AzureADMyOrg};
        let (own, tenant) = (Uuid::from_u128(2), Uuid::from_u128(1));
        for uri in [
            &format!("api://{own}"),
            &format!("api://{own}/x"),
            "api://alder.example/watch",
            "https://alder.example/watch",
            "https://api.alder.example",
        ] {
            assert!(accepted(uri, AzureADMyOrg) && accepted(uri, AzureADMultipleOrgs), "{uri}");
        }
        let of_tenant = format!("api://{tenant}/watch");
        assert!(accepted(&of_tenant, AzureADMyOrg) && !accepted(&of_tenant, AzureADMultipleOrgs));
        let foreign = Uuid::from_u128(3);
        for uri in [
            &format!("api://{foreign}"),
            &format!("api://{{{foreign}}}"),
            &format!("api://{own} "),
            "api://watch",
            "api://birch.example/watch",
            "api://xalder.example",
            "api://",
            "api:///x",
            "https://xalder.example",
            "https://alder.example@api.security.microsoft.com",
            "https://api.security.microsoft.com",
            "https://alder.example/#x",
            "http://alder.example",
            "urn:alder.example",
        ] {
            assert!(!accepted(uri, AzureADMyOrg) && !accepted(uri, AzureADMultipleOrgs), "{uri}");
        }
    }
}
