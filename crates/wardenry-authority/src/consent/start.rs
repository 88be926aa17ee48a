//! The first pages: sign-in, and what follows it.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use wardenry_directory::sign_in::SignInError;
use wardenry_oauth::EndpointVersion;
use wardenry_oauth::authorize_request::{ConsentEndpoint, Prompt};
use wardenry_oauth::consent;
use wardenry_oauth::error::{Code, OAuthError};
use wardenry_oauth::parameters::Parameters;
use wardenry_web::origin::Origin;
use wardenry_web::request_id::RequestId;
use wardenry_web::{cookie, form};

use super::entry::Entry;
use super::{Browser, Refused as _, Stop, forced_beneficiaries, pages, reply};
use crate::form_body::FormBody;
use crate::refusal::storage_fault;
use crate::state::Authority;
use crate::tenant_name::TenantName;

macro_rules! entry_points {
    ($($(#[$docs:meta])+ $name:ident => $endpoint:expr;)+) => {$(
        $(#[$docs])+
        pub(crate) async fn $name(
            State(authority): State<Authority>,
            TenantName(tenant): TenantName,
            RawQuery(query): RawQuery,
            id: RequestId,
            headers: HeaderMap,
        ) -> Response {
            let browser = Browser { authority: &authority, id, headers: &headers };
            start(&browser, Entry::new($endpoint, &tenant, query)).await
        }
    )+};
}

entry_points! {
    /// `GET /{tenant}/oauth2/authorize`.
    start_v1_authorize => ConsentEndpoint::Authorize(EndpointVersion::V1);
    /// `GET /{tenant}/oauth2/v2.0/authorize`.
    start_v2_authorize => ConsentEndpoint::Authorize(EndpointVersion::V2);
    /// `GET /{tenant}/adminconsent`.
    start_v1_admin_consent => ConsentEndpoint::AdminConsent(EndpointVersion::V1);
    /// `GET /{tenant}/v2.0/adminconsent`.
    start_v2_admin_consent => ConsentEndpoint::AdminConsent(EndpointVersion::V2);
}

async fn start(browser: &Browser<'_>, entry: Result<Entry, OAuthError>) -> Response {
    let step = async {
        let entry = entry?;
        let settled = browser.settle(&entry).await?;
        let request = &settled.request;
        let Some(user) = browser.user(&settled).await? else {
            if request.prompt == Prompt::None {
                return Err(request.reply_with(OAuthError::of(Code::NotSignedIn)));
            }
            return Ok(pages::sign_in(browser, &entry, &settled, request.login_hint.as_deref(), None));
        };
        let asked = browser.asked(&entry, &settled, &user).await?;
        let automatic = matches!(request.prompt, Prompt::Automatic | Prompt::None);
        let silent = automatic && matches!(request.endpoint, ConsentEndpoint::Authorize(_));
        if silent && asked.is_satisfied() {
            return Ok(reply::success(browser, &settled, &user));
        }
        if request.prompt == Prompt::None {
            return Err(request.reply_with(OAuthError::of(Code::ConsentRequired)));
        }
        let beneficiaries = forced_beneficiaries(request).unwrap_or(consent::Beneficiaries::User);
        match consent::decide(user.roles(), &asked.wishes, beneficiaries) {
            Ok(()) => Ok(pages::consent(browser, &entry, &settled, &user, &asked, None)),
            Err(refusal) => Ok(pages::cannot_consent(browser, &entry, &settled, &user, &asked, &refusal)),
        }
    };
    step.await.unwrap_or_else(|stop| browser.stopped(stop))
}

/// `POST /sign-in`: the sign-in page's form.
pub(crate) async fn sign_in(
    State(authority): State<Authority>,
    id: RequestId,
    origin: Origin,
    extensions: Extensions,
    headers: HeaderMap,
    FormBody(body): FormBody,
) -> Response {
    let browser = Browser { authority: &authority, id, headers: &headers };
    let address = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |ConnectInfo(peer)| peer.ip().to_string());
    let step = async {
        let parameters = Parameters::from_urlencoded(&body)?;
        let entry = Entry::from_target(parameters.get("continue")?.unwrap_or_default())?;
        if form::check(&headers, &origin, parameters.get(form::FIELD)?).is_err() {
            return Ok(pages::expired_form(&browser, &entry));
        }
        let settled = browser.settle(&entry).await?;
        let user_name = parameters.get("user_name")?.unwrap_or_default();
        let password = parameters.get("password")?.unwrap_or_default().into();
        match authority.directory.sign_in(user_name, &password, &address).await {
            Ok(user) => {
                let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
                let session =
                    authority.directory.start_session_in(&user, agent).await.map_err(storage_fault)?;
                Ok(signed_in(&entry, &session))
            }
            Err(error) => {
                let error = sign_in_refusal(error);
                let mut page = pages::sign_in(&browser, &entry, &settled, Some(user_name), Some(&error));
                *page.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
                if error.code() == Code::AccountLocked {
                    page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
                }
                Ok(page)
            }
        }
    };
    step.await.unwrap_or_else(|stop: Stop| browser.stopped(stop))
}

fn signed_in(entry: &Entry, session: &wardenry_core::secret::SecretString) -> Response {
    let Ok(location) = HeaderValue::try_from(entry.target_after_sign_in()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    response
        .headers_mut()
        .extend(cookie::set(cookie::SESSION, session).map(|value| (header::SET_COOKIE, value)));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn sign_in_refusal(error: SignInError) -> OAuthError {
    match error {
        SignInError::Invalid => OAuthError::of(Code::InvalidCredentials),
        SignInError::Throttled => OAuthError::of(Code::AccountLocked),
        SignInError::Disabled => OAuthError::of(Code::AccountDisabled),
        SignInError::Directory(error) => storage_fault(error),
        _ => OAuthError::of(Code::Transient),
    }
}
