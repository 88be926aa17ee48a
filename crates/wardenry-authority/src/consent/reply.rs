//! Sending the answer to the application's proven address.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use wardenry_core::entropy::random_bytes;
use wardenry_directory::sign_in::SignedInUser;
use wardenry_jose::base64url;
use wardenry_oauth::EndpointVersion;
use wardenry_oauth::authorize_request::{ConsentEndpoint, Prompt, ProvenReply};
use wardenry_oauth::error::OAuthError;
use wardenry_oauth::redirect_uri::{ResponseMode, with_answer};

use super::{Browser, Settled, pages};
use crate::refusal::redirect_description;

/// The answer after a consent, or when none was needed.
pub(super) fn success(browser: &Browser<'_>, settled: &Settled, user: &SignedInUser) -> Response {
    let request = &settled.request;
    let entropy = browser.authority.directory.entropy();
    let tenant = user.tenant().to_string();
    match request.endpoint {
        ConsentEndpoint::Authorize(_) => {
            // Codes cannot be redeemed here, so nothing of it is kept.
            let code = format!("1.A{}", base64url(&random_bytes::<48>(entropy.as_ref())));
            let session = wardenry_core::id::random_guid(entropy.as_ref()).to_string();
            let mut answer = vec![("code", code.as_str())];
            if request.prompt == Prompt::AdminConsent {
                answer.push(("admin_consent", "True"));
            }
            answer.push(("session_state", &session));
            deliver(browser, &request.reply, answer)
        }
        ConsentEndpoint::AdminConsent(version) => {
            let mut answer = vec![("admin_consent", "True"), ("tenant", tenant.as_str())];
            if version == EndpointVersion::V2 {
                answer.push(("scope", request.scope.as_deref().unwrap_or_default()));
            }
            deliver(browser, &request.reply, answer)
        }
    }
}

/// The answer when nothing was granted. `extra` are further parameters of the occasion.
pub(super) fn failure(
    browser: &Browser<'_>,
    endpoint: ConsentEndpoint,
    reply: &ProvenReply,
    error: &OAuthError,
    extra: &[(&str, &str)],
) -> Response {
    let description = failure_description(browser, error);
    let mut answer = vec![("error", error.error()), ("error_description", description.as_str())];
    answer.extend_from_slice(extra);
    if endpoint == ConsentEndpoint::AdminConsent(EndpointVersion::V2) {
        // The live service says so although nothing was consented to.
        answer.push(("admin_consent", "True"));
    }
    deliver(browser, reply, answer)
}

/// The address of a refusal, for a link on a page.
pub(super) fn failure_link(
    browser: &Browser<'_>,
    reply: &ProvenReply,
    error: &OAuthError,
    extra: &[(&str, &str)],
) -> String {
    let description = failure_description(browser, error);
    let mut answer = vec![("error", error.error()), ("error_description", description.as_str())];
    answer.extend_from_slice(extra);
    with_answer(reply.uri(), reply.mode(), &reply.answer(answer))
}

fn failure_description(browser: &Browser<'_>, error: &OAuthError) -> String {
    redirect_description(error, browser.id, browser.authority.directory.clock().now())
}

fn deliver(browser: &Browser<'_>, reply: &ProvenReply, answer: Vec<(&str, &str)>) -> Response {
    let answer = reply.answer(answer);
    if reply.mode() == ResponseMode::FormPost {
        return pages::form_post(browser, reply, &answer);
    }
    let Ok(location) = HeaderValue::try_from(with_answer(reply.uri(), reply.mode(), &answer)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    // 303, so that a form's content is never sent on to the application.
    (StatusCode::SEE_OTHER, headers).into_response()
}
