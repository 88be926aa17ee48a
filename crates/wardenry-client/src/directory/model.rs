//! Directory objects as they travel. Members that are not listed here are kept in `other`.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use wardenry_core::id::{AppId, AppRoleId, ApplicationId, KeyId, ServicePrincipalId};
use wardenry_core::secret::SecretString;
use wardenry_core::time::Timestamp;
use wardenry_jose::{Certificate, base64};

/// An application object in its home tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub id: ApplicationId,
    pub app_id: AppId,
    #[serde(default, deserialize_with = "null_is_default")]
    pub display_name: String,
    /// `AzureADMyOrg`, `AzureADMultipleOrgs`, …
    pub sign_in_audience: Option<String>,
    pub created_date_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub identifier_uris: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub web: WebApplication,
    /// The wish list that consent is asked for. It grants nothing by itself.
    #[serde(default, deserialize_with = "null_is_default")]
    pub required_resource_access: Vec<RequiredResourceAccess>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub password_credentials: Vec<PasswordCredential>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub key_credentials: Vec<KeyCredential>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The web part of an application.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebApplication {
    #[serde(default, deserialize_with = "null_is_default")]
    pub redirect_uris: Vec<String>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The permissions of one resource that an application asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredResourceAccess {
    pub resource_app_id: AppId,
    #[serde(default, deserialize_with = "null_is_default")]
    pub resource_access: Vec<ResourceAccess>,
}

/// One permission asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceAccess {
    pub id: AppRoleId,
    /// `Role` (application permission) or `Scope` (delegated).
    #[serde(rename = "type")]
    pub kind: String,
}

/// A client secret's public side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    pub key_id: KeyId,
    pub display_name: Option<String>,
    /// The first characters of the secret.
    pub hint: Option<String>,
    pub start_date_time: Option<Timestamp>,
    pub end_date_time: Option<Timestamp>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyCredential {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
    pub display_name: Option<String>,
    /// The thumbprint, in the server's spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_key_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_time: Option<Timestamp>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub usage: Option<String>,
    /// The DER form in base64. Servers send it only when asked.
    pub key: Option<String>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl KeyCredential {
    /// The entry for a certificate that is to be registered. The server reads the dates from it.
    pub(super) fn for_certificate(certificate: &Certificate, display_name: &str) -> Self {
        Self {
            key_id: None,
            display_name: Some(display_name.to_owned()),
            custom_key_identifier: None,
            start_date_time: None,
            end_date_time: None,
            kind: Some("AsymmetricX509Cert".to_owned()),
            usage: Some("Verify".to_owned()),
            key: Some(base64(certificate.der())),
            other: Map::new(),
        }
    }
}

/// A client secret that was made just now.
#[derive(Debug)]
pub struct NewPassword {
    pub secret: SecretString,
    pub credential: PasswordCredential,
}

/// What a registration starts with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewApplication {
    pub display_name: String,
    pub sign_in_audience: String,
    pub web: WebApplication,
    pub required_resource_access: Vec<RequiredResourceAccess>,
}

/// An app in one tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    pub id: ServicePrincipalId,
    pub app_id: AppId,
    #[serde(default, deserialize_with = "null_is_default")]
    pub display_name: String,
    pub account_enabled: Option<bool>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One app role that one principal holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRoleAssignment {
    pub id: String,
    pub app_role_id: AppRoleId,
    pub principal_id: ServicePrincipalId,
    pub principal_display_name: Option<String>,
    pub resource_id: ServicePrincipalId,
    pub resource_display_name: Option<String>,
    #[serde(alias = "creationTimestamp")]
    pub created_date_time: Option<Timestamp>,
}

fn null_is_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
