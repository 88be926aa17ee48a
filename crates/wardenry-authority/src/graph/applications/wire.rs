//! Applications as they travel.

use serde_json::{Value, json};
use wardenry_directory::model::{
    Application, CertificateCredential, OwnAppRole, OwnScope, PasswordCredential, RequiredResource,
};
use wardenry_jose::{Certificate, base64, decode_base64url};

use super::super::entity::Entity;
use super::super::filter::{Filterable, Filtered};

/// The context name of applications.
pub(super) const SET: &str = "applications";

/// The members of [`entity`], which can be selected.
pub(super) const PROPERTIES: [&str; 27] = [
    "id",
    "deletedDateTime",
    "isFallbackPublicClient",
    "appId",
    "applicationTemplateId",
    "identifierUris",
    "createdDateTime",
    "displayName",
    "isDeviceOnlyAuthSupported",
    "isDisabled",
    "groupMembershipClaims",
    "optionalClaims",
    "addIns",
    "publisherDomain",
    "signInAudience",
    "tags",
    "tokenEncryptionKeyId",
    "api",
    "appRoles",
    "publicClient",
    "spa",
    "info",
    "keyCredentials",
    "parentalControlSettings",
    "passwordCredentials",
    "requiredResourceAccess",
    "web",
];

/// What lists of applications can be filtered by.
pub(super) const FILTERABLE: Filterable = Filterable {
    single: &["id", "appId", "displayName", "signInAudience"],
    several: &["identifierUris", "tags"],
};

impl Filtered for Application {
    fn texts(&self, property: &str) -> Vec<String> {
        match property {
            "id" => vec![self.id.to_string()],
            "appId" => vec![self.app_id.to_string()],
            "displayName" => vec![self.display_name.clone()],
            "signInAudience" => vec![self.audience.as_str().to_owned()],
            "identifierUris" => self.identifier_uris.clone(),
            "tags" => self.tags.clone(),
            _ => Vec::new(),
        }
    }
}

/// Whether certificates are sent with their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CertificateContent {
    Sent,
    Withheld,
}

/// An application with every member that this surface knows.
pub(super) fn entity(
    application: &Application,
    publisher_domain: Option<&str>,
    content: CertificateContent,
) -> Entity {
    let keys = application.certificates.iter().map(|credential| json!(key_credential(credential, content)));
    Entity::new(vec![
        ("id", json!(application.id)),
        ("deletedDateTime", Value::Null),
        ("isFallbackPublicClient", Value::Null),
        ("appId", json!(application.app_id)),
        ("applicationTemplateId", Value::Null),
        ("identifierUris", json!(application.identifier_uris)),
        ("createdDateTime", json!(application.created)),
        ("displayName", json!(application.display_name)),
        ("isDeviceOnlyAuthSupported", Value::Null),
        ("isDisabled", json!(application.disabled)),
        ("groupMembershipClaims", Value::Null),
        ("optionalClaims", Value::Null),
        ("addIns", json!([])),
        ("publisherDomain", json!(publisher_domain)),
        ("signInAudience", json!(application.audience.as_str())),
        ("tags", json!(application.tags)),
        ("tokenEncryptionKeyId", Value::Null),
        ("api", api(application)),
        ("appRoles", application.app_roles.iter().map(app_role).collect()),
        ("publicClient", json!({"redirectUris": application.redirect_uris.public_client})),
        ("spa", json!({"redirectUris": application.redirect_uris.spa})),
        ("info", info()),
        ("keyCredentials", keys.collect()),
        ("parentalControlSettings", json!({"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"})),
        ("passwordCredentials", application.passwords.iter().map(password_credential).collect()),
        ("requiredResourceAccess", application.required_resources.iter().map(required_resource).collect()),
        ("web", web(&application.redirect_uris.web)),
    ])
}

fn api(application: &Application) -> Value {
    json!({
        "requestedAccessTokenVersion": application.requested_token_version,
        "acceptMappedClaims": null,
        "knownClientApplications": [],
        "oauth2PermissionScopes": application.scopes.iter().map(permission_scope).collect::<Vec<_>>(),
        "preAuthorizedApplications": [],
    })
}

/// Addresses for people, of which none are kept.
pub(in super::super) fn info() -> Value {
    json!({
        "termsOfServiceUrl": null,
        "supportUrl": null,
        "privacyStatementUrl": null,
        "marketingUrl": null,
        "logoUrl": null,
    })
}

fn web(redirect_uris: &[String]) -> Value {
    json!({
        "redirectUris": redirect_uris,
        "homePageUrl": null,
        "logoutUrl": null,
        "implicitGrantSettings": {"enableIdTokenIssuance": false, "enableAccessTokenIssuance": false},
    })
}

fn required_resource(required: &RequiredResource) -> Value {
    let roles = required.app_roles.iter().map(|id| json!({"id": id, "type": "Role"}));
    let scopes = required.scopes.iter().map(|id| json!({"id": id, "type": "Scope"}));
    json!({"resourceAppId": required.resource, "resourceAccess": roles.chain(scopes).collect::<Vec<_>>()})
}

/// An application permission that an application defines.
pub(in super::super) fn app_role(role: &OwnAppRole) -> Value {
    json!({
        "id": role.id,
        "allowedMemberTypes": role.allowed_member_types,
        "displayName": role.display_name,
        "description": role.description,
        "isEnabled": role.enabled,
        "origin": "Application",
        "value": role.value,
    })
}

/// A delegated permission that an application defines.
pub(in super::super) fn permission_scope(scope: &OwnScope) -> Value {
    json!({
        "id": scope.id,
        "type": if scope.admin_only { "Admin" } else { "User" },
        "value": scope.value,
        "isEnabled": scope.enabled,
        "adminConsentDisplayName": scope.display_name,
        "adminConsentDescription": scope.description,
        "userConsentDisplayName": null,
        "userConsentDescription": null,
    })
}

fn password_credential(credential: &PasswordCredential) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": credential.display_name,
        "endDateTime": credential.end,
        "hint": credential.hint,
        "keyId": credential.key_id,
        "secretText": null,
        "startDateTime": credential.start,
    })
}

/// A certificate. `customKeyIdentifier` is its SHA-1 thumbprint in hexadecimal.
pub(super) fn key_credential(credential: &CertificateCredential, content: CertificateContent) -> Entity {
    let key = match content {
        CertificateContent::Sent => Some(base64(&credential.certificate_der)),
        CertificateContent::Withheld => None,
    };
    Entity::new(vec![
        ("customKeyIdentifier", json!(thumbprint(&credential.certificate_der))),
        ("displayName", json!(credential.display_name)),
        ("endDateTime", json!(credential.end)),
        ("key", json!(key)),
        ("keyId", json!(credential.key_id)),
        ("startDateTime", json!(credential.start)),
        ("type", json!(super::key_credential::CERTIFICATE_TYPE)),
        ("usage", json!(super::key_credential::CERTIFICATE_USAGE)),
    ])
}

fn thumbprint(der: &[u8]) -> Option<String> {
    let certificate = Certificate::from_der(der).ok()?;
    let bytes = decode_base64url(certificate.sha1_thumbprint())?;
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from_digit(digit.into(), 16).map(|c| c.to_ascii_uppercase())).collect()
}
