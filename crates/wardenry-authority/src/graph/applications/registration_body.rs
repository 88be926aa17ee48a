//! The properties of an application in request bodies.

use wardenry_core::id::{AppRoleId, ScopeId};
use wardenry_directory::admin::CertificateEntry;
use wardenry_directory::model::{OwnAppRole, OwnScope, RequiredResource};
use wardenry_directory::registration::{ApplicationPatch, RedirectUrisPatch};
use wardenry_oauth::answers::SignInAudience;

use super::super::body::JsonObject;
use super::super::error::GraphError;
use super::key_credential;

/// Members that the service sets.
const READ_ONLY: [&str; 5] = ["id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain"];

const TOKEN_VERSION: &str = "requestedAccessTokenVersion";

/// Reads the members that are there. Creating and changing take the same ones.
pub(super) fn read(body: &JsonObject) -> Result<ApplicationPatch, GraphError> {
    body.refuse_read_only(&READ_ONLY)?;
    if !body.objects("passwordCredentials")?.unwrap_or_default().is_empty() {
        return Err(body.invalid("passwordCredentials", "secrets are made with addPassword, not set"));
    }
    let api = body.object("api")?;
    let api = api.as_ref();
    Ok(ApplicationPatch {
        display_name: body.text("displayName")?.map(str::to_owned),
        audience: read_audience(body)?,
        redirect_uris: read_redirect_uris(body)?,
        identifier_uris: body.texts("identifierUris")?,
        required_resources: read_list(body, "requiredResourceAccess", read_required_resource)?,
        app_roles: read_list(body, "appRoles", read_app_role)?,
        scopes: match api {
            Some(api) => read_list(api, "oauth2PermissionScopes", read_scope)?,
            None => None,
        },
        requested_token_version: match api {
            Some(api) if api.mentions(TOKEN_VERSION) => Some(read_token_version(api)?),
            _ => None,
        },
        tags: body.texts("tags")?,
        disabled: body.flag("isDisabled")?,
        certificates: read_list(body, "keyCredentials", read_certificate)?,
    })
}

fn read_list<T>(
    body: &JsonObject,
    name: &str,
    read: impl Fn(&JsonObject) -> Result<T, GraphError>,
) -> Result<Option<Vec<T>>, GraphError> {
    let Some(items) = body.objects(name)? else { return Ok(None) };
    items.iter().map(read).collect::<Result<_, _>>().map(Some)
}

fn read_audience(body: &JsonObject) -> Result<Option<SignInAudience>, GraphError> {
    let Some(text) = body.text("signInAudience")? else { return Ok(None) };
    match text {
        "AzureADMyOrg" => Ok(Some(SignInAudience::AzureADMyOrg)),
        "AzureADMultipleOrgs" => Ok(Some(SignInAudience::AzureADMultipleOrgs)),
        "AzureADandPersonalMicrosoftAccount" | "PersonalMicrosoftAccount" => Err(body.invalid(
            "signInAudience",
            "there are no personal accounts here; use AzureADMyOrg or AzureADMultipleOrgs",
        )),
        _ => Err(body.invalid("signInAudience", "must be AzureADMyOrg or AzureADMultipleOrgs")),
    }
}

fn read_redirect_uris(body: &JsonObject) -> Result<RedirectUrisPatch, GraphError> {
    let platform = |name: &str| match body.object(name)? {
        Some(platform) => platform.texts("redirectUris"),
        None => Ok(None),
    };
    Ok(RedirectUrisPatch {
        web: platform("web")?,
        spa: platform("spa")?,
        public_client: platform("publicClient")?,
    })
}

fn read_token_version(api: &JsonObject) -> Result<Option<u8>, GraphError> {
    let version = api.number(TOKEN_VERSION)?.map(u8::try_from).transpose();
    version.map_err(|_| api.invalid(TOKEN_VERSION, "must be null, 1 or 2"))
}

fn read_required_resource(body: &JsonObject) -> Result<RequiredResource, GraphError> {
    let mut required = RequiredResource {
        resource: body.required("resourceAppId", body.id("resourceAppId")?)?,
        app_roles: Vec::new(),
        scopes: Vec::new(),
    };
    for access in body.objects("resourceAccess")?.unwrap_or_default() {
        match access.text("type")? {
            Some("Role") => required.app_roles.push(access.required("id", access.id::<AppRoleId>("id")?)?),
            Some("Scope") => required.scopes.push(access.required("id", access.id::<ScopeId>("id")?)?),
            _ => return Err(access.invalid("type", "must be Role or Scope")),
        }
    }
    Ok(required)
}

fn read_app_role(body: &JsonObject) -> Result<OwnAppRole, GraphError> {
    Ok(OwnAppRole {
        id: body.required("id", body.id("id")?)?,
        value: body.required_text("value")?,
        display_name: body.required_text("displayName")?,
        description: body.required_text("description")?,
        enabled: body.flag("isEnabled")?.unwrap_or(true),
        allowed_member_types: body.required("allowedMemberTypes", body.texts("allowedMemberTypes")?)?,
    })
}

fn read_scope(body: &JsonObject) -> Result<OwnScope, GraphError> {
    let admin_only = match body.text("type")? {
        Some("Admin") => true,
        Some("User") | None => false,
        Some(_) => return Err(body.invalid("type", "must be Admin or User")),
    };
    Ok(OwnScope {
        id: body.required("id", body.id("id")?)?,
        value: body.required_text("value")?,
        display_name: body.required_text("adminConsentDisplayName")?,
        description: body.required_text("adminConsentDescription")?,
        enabled: body.flag("isEnabled")?.unwrap_or(true),
        admin_only,
    })
}

fn read_certificate(body: &JsonObject) -> Result<CertificateEntry, GraphError> {
    Ok(CertificateEntry { key_id: body.id("keyId")?, certificate: key_credential::read(body)? })
}
