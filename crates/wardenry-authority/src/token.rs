//! The token endpoints.
//!
//! One pass: the form becomes a typed request, the directory answers who the client is in the tenant,
//! `wardenry-oauth` decides, the current key signs.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use uuid::Uuid;
use wardenry_core::entropy::random_bytes;
use wardenry_core::secret::SecretString;
use wardenry_oauth::EndpointVersion;
use wardenry_oauth::access_token::{self, TokenResponse};
use wardenry_oauth::answers::TenantAnswer;
use wardenry_oauth::assertion::AssertionAudiences;
use wardenry_oauth::client_credentials::{self, Proof};
use wardenry_oauth::error::{Code, OAuthError, quoted};
use wardenry_oauth::parameters::Parameters;
use wardenry_oauth::tenant_segment::TenantSegment;
use wardenry_oauth::token_request::{self, BasicCredential, ClientCredentialsRequest, PresentedCredential};
use wardenry_web::origin::Origin;
use wardenry_web::request_id::{CLIENT_REQUEST_ID, RequestId};

use crate::refusal::{JsonRefusal, no_store, occurrence, storage_fault};
use crate::state::Authority;
use crate::tenant_name::TenantName;

/// `POST /{tenant}/oauth2/token`.
pub(crate) async fn create_v1_token(
    State(authority): State<Authority>,
    TenantName(tenant): TenantName,
    id: RequestId,
    origin: Origin,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request = Incoming { tenant, id, origin, method, headers, body };
    answer(&authority, request, EndpointVersion::V1).await
}

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) async fn create_v2_token(
    State(authority): State<Authority>,
    TenantName(tenant): TenantName,
    id: RequestId,
    origin: Origin,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request = Incoming { tenant, id, origin, method, headers, body };
    answer(&authority, request, EndpointVersion::V2).await
}

struct Incoming {
    tenant: String,
    id: RequestId,
    origin: Origin,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
}

async fn answer(authority: &Authority, request: Incoming, endpoint: EndpointVersion) -> Response {
    match issue(authority, &request, endpoint).await {
        Ok(body) => {
            let mut response = Json(body).into_response();
            no_store(response.headers_mut());
            response.headers_mut().insert("x-ms-clitelem", HeaderValue::from_static("1,0,0,,"));
            response
        }
        Err(error) => {
            let mut occurrence = occurrence(request.id, authority.directory.clock().now());
            if let Some(correlation_id) = request.id.client().or_else(|| id_in_body(&request)) {
                occurrence.correlation_id = correlation_id;
            }
            let unauthorized = error.status() == StatusCode::UNAUTHORIZED;
            let mut response = JsonRefusal::new(error, occurrence, request.origin).into_response();
            if unauthorized && request.headers.contains_key(header::AUTHORIZATION) {
                // RFC 6749 section 5.2: a client that tried to authenticate by header is answered in kind.
                let challenge = HeaderValue::from_static("Basic realm=\"token endpoint\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}

/// Some libraries send their id for the request as one more parameter.
fn id_in_body(request: &Incoming) -> Option<Uuid> {
    let parameters = Parameters::from_urlencoded(request.body.as_ref().ok()?).ok()?;
    Uuid::try_parse(parameters.get(CLIENT_REQUEST_ID).ok()??).ok()
}

async fn issue(
    authority: &Authority,
    incoming: &Incoming,
    endpoint: EndpointVersion,
) -> Result<TokenResponse, OAuthError> {
    if incoming.method != Method::POST {
        return Err(OAuthError::of(Code::PostRequired));
    }
    let segment = TenantSegment::parse(&incoming.tenant)?;
    let parameters = form(incoming)?;
    client_credentials::require_concrete_tenant(&segment)?;
    let tenant = authority
        .directory
        .tenant(&segment)
        .await
        .map_err(storage_fault)?
        .ok_or_else(|| tenant_not_found(&incoming.tenant))?;
    let mut request = token_request::parse(&parameters, basic_credential(&incoming.headers)?, endpoint)?;
    request.resource = request.resource.or_graph_at(|host| authority.origins.contains_host(host));
    grant(authority, incoming, &tenant, &request).await
}

async fn grant(
    authority: &Authority,
    incoming: &Incoming,
    tenant: &TenantAnswer,
    request: &ClientCredentialsRequest,
) -> Result<TokenResponse, OAuthError> {
    let directory = &authority.directory;
    let now = directory.clock().now();
    let client = directory.client(tenant.id, request.client).await.map_err(storage_fault)?;
    let client = client_credentials::known_client(client.as_deref(), request.client, tenant.id)?;
    let credential = match &request.credential {
        PresentedCredential::Secret(secret) => {
            client_credentials::authenticate(client, &Proof::Secret(directory.digest(secret)), now)
        }
        PresentedCredential::Assertion(assertion) => {
            let origins: Vec<String> =
                authority.origins.iter().map(|origin| origin.as_str().to_owned()).collect();
            let audiences = AssertionAudiences { origins: &origins, tenant };
            client_credentials::authenticate(
                client,
                &Proof::Assertion { token: assertion.expose(), audiences },
                now,
            )
        }
    }?;
    let resource = directory.resource(tenant.id, request.resource.as_str()).await.map_err(storage_fault)?;
    let granted =
        client_credentials::grant(tenant, client, credential, &request.resource, resource.as_deref())?;
    let randomness = random_bytes(directory.entropy().as_ref());
    let token = access_token::app_only(&granted, tenant, incoming.origin.as_str(), now, &randomness);
    let signed = authority.keys.ring().signing().sign(&token.claims, token.thumbprint);
    // Nobody waits for it.
    let _noted = directory.note_token(tenant.id, client.app);
    tracing::debug!(
        tenant.id = %tenant.id,
        client.id = %client.app,
        resource.id = %granted.resource.app,
        token.roles = granted.roles.len(),
        "token issued"
    );
    Ok(TokenResponse::new(
        request.endpoint,
        signed,
        request.resource.as_str(),
        token.not_before,
        token.expires,
        now,
    ))
}

pub(crate) fn tenant_not_found(name: &str) -> OAuthError {
    OAuthError::new(
        Code::TenantNotFound,
        format!("The tenant {} was not found. Check the tenant id or domain in the address.", quoted(name)),
    )
}

/// Query strings on these endpoints are ignored: a library repeats its request id there.
fn form(incoming: &Incoming) -> Result<Parameters, OAuthError> {
    let body = incoming.body.as_ref().map_err(|_| {
        OAuthError::new(
            Code::MalformedRequest,
            "The request body is longer than 64 KiB or did not arrive whole.",
        )
    })?;
    let content_type =
        incoming.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let media_type = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    // A widely used library of hunters sends its form without saying that it is one.
    let is_form =
        media_type.is_none_or(|media| media.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !is_form && !body.is_empty() {
        return Err(OAuthError::new(
            Code::MalformedRequest,
            "The request body must be of the type application/x-www-form-urlencoded.",
        ));
    }
    Parameters::from_urlencoded(body)
}

/// The halves of an `Authorization: Basic` header, form-decoded (RFC 6749 section 2.3.1).
fn basic_credential(headers: &HeaderMap) -> Result<Option<BasicCredential>, OAuthError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let malformed = || {
        OAuthError::new(Code::MalformedRequest, "The Authorization header is not a valid Basic credential.")
    };
    let text = value.to_str().map_err(|_| malformed())?;
    let (scheme, encoded) = text.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let decoded = wardenry_jose::decode_base64(encoded.trim()).ok_or_else(malformed)?;
    let decoded = SecretString::new(String::from_utf8(decoded).map_err(|_| malformed())?);
    let (user, password) = decoded.expose().split_once(':').ok_or_else(malformed)?;
    Ok(Some(BasicCredential { client_id: form_decoded(user), secret: form_decoded(password).into() }))
}

fn form_decoded(text: &str) -> String {
    // A whole name without `=` decodes to one pair with an empty value; `&` and `=` must not split it.
    let guarded = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(guarded.as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn basic(value: &str) -> Result<Option<(String, String)>, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::try_from(value).unwrap());
        let read = basic_credential(&headers).map_err(|error| error.code())?;
        Ok(read.map(|read| (read.client_id, read.secret.expose().to_owned())))
    }

    #[test]
    fn both_halves_of_a_basic_credential_are_form_decoded() {
        let encoded = wardenry_jose::base64(b"client:a%2Bb+c&d=e");
        assert_eq!(basic(&format!("Basic {encoded}")), Ok(Some(("client".into(), "a+b c&d=e".into()))));
        assert_eq!(basic("Bearer x"), Ok(None));
        for value in ["Basic", "Basic !!", "Basic bm9jb2xvbg=="] {
            assert_eq!(basic(value), Err(Code::MalformedRequest), "{value}");
        }
    }
}
