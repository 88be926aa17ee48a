//! `POST /consent`: the consent page's form, accepted or declined.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use wardenry_directory::DirectoryError;
use wardenry_oauth::EndpointVersion;
use wardenry_oauth::authorize_request::{AuthorizeRequest, ConsentEndpoint};
use wardenry_oauth::consent::Beneficiaries;
use wardenry_oauth::error::{Code, OAuthError};
use wardenry_oauth::parameters::Parameters;
use wardenry_web::form;
use wardenry_web::origin::Origin;
use wardenry_web::request_id::RequestId;

use super::entry::Entry;
use super::{Browser, Settled, Stop, forced_beneficiaries, pages, reply, subject};
use crate::form_body::FormBody;
use crate::refusal::storage_fault;
use crate::state::Authority;

/// What the person is told when the publisher has changed the wish list behind the page.
const CHANGED: &str =
    "The application asks for something else by now. Nothing was granted; look at the list again.";

/// Grants the consent, or tells the application that it was declined.
pub(crate) async fn answer_consent(
    State(authority): State<Authority>,
    id: RequestId,
    origin: Origin,
    headers: HeaderMap,
    FormBody(body): FormBody,
) -> Response {
    let browser = Browser { authority: &authority, id, headers: &headers };
    let step = async {
        let parameters = Parameters::from_urlencoded(&body)?;
        let entry = Entry::from_target(parameters.get("continue")?.unwrap_or_default())?;
        if form::check(&headers, &origin, parameters.get(form::FIELD)?).is_err() {
            return Ok(pages::expired_form(&browser, &entry));
        }
        let settled = browser.settle(&entry).await?;
        if parameters.get("decision")? != Some("accept") {
            return Ok(declined(&browser, &settled));
        }
        let agreement = Agreement {
            for_everybody: parameters.get("organisation")?.is_some(),
            shown: parameters.get(pages::SHOWN)?.unwrap_or_default(),
        };
        accepted(&browser, &entry, &settled, &agreement).await
    };
    step.await.unwrap_or_else(|stop: Stop| browser.stopped(stop))
}

/// What the person has agreed to.
struct Agreement<'a> {
    for_everybody: bool,
    /// The fingerprint of the permissions that the page has shown.
    shown: &'a str,
}

async fn accepted(
    browser: &Browser<'_>,
    entry: &Entry,
    settled: &Settled,
    agreement: &Agreement<'_>,
) -> Result<Response, Stop> {
    let request = &settled.request;
    let Some(user) = browser.user(settled).await? else {
        return Ok(pages::sign_in(browser, entry, settled, request.login_hint.as_deref(), None));
    };
    let asked = browser.asked(entry, settled, &user).await?;
    let chosen = if agreement.for_everybody { Beneficiaries::Organisation } else { Beneficiaries::User };
    let beneficiaries = forced_beneficiaries(request).unwrap_or(chosen);
    let directory = &browser.authority.directory;
    let subject = subject(request);
    let granted =
        directory.grant_shown_consent(&user, request.client, &subject, beneficiaries, agreement.shown).await;
    match granted {
        Ok(()) => Ok(reply::success(browser, settled, &user)),
        Err(DirectoryError::Consent(refusal)) => {
            Ok(pages::cannot_consent(browser, entry, settled, &user, &asked, &refusal))
        }
        Err(DirectoryError::ConsentChanged) => {
            let asked = browser.asked(entry, settled, &user).await?;
            Ok(pages::consent(browser, entry, settled, &user, &asked, Some(CHANGED)))
        }
        Err(error) => Err(Stop::Page(storage_fault(error))),
    }
}

/// Each endpoint has its own way to say that the person declined.
fn declined(browser: &Browser<'_>, settled: &Settled) -> Response {
    let error = OAuthError::of(Code::ConsentDeclined);
    let AuthorizeRequest { endpoint, reply, .. } = &settled.request;
    let (error, extra): (_, &[_]) = match endpoint {
        ConsentEndpoint::Authorize(_) => (error, &[("error_subcode", "cancel")]),
        ConsentEndpoint::AdminConsent(EndpointVersion::V1) => (error.with_error("permission_denied"), &[]),
        ConsentEndpoint::AdminConsent(EndpointVersion::V2) => (error.with_error("consent_required"), &[]),
    };
    reply::failure(browser, *endpoint, reply, &error, extra)
}
