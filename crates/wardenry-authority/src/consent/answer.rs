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
        let for_everybody = parameters.get("organisation")?.is_some();
        accepted(&browser, &entry, &settled, for_everybody).await
    };
    step.await.unwrap_or_else(|stop: Stop| browser.stopped(stop))
}

async fn accepted(
    browser: &Browser<'_>,
    entry: &Entry,
    settled: &Settled,
    for_everybody: bool,
) -> Result<Response, Stop> {
    let request = &settled.request;
    let Some(user) = browser.user(settled).await? else {
        return Ok(pages::sign_in(browser, entry, settled, request.login_hint.as_deref(), None));
    };
    let asked = browser.asked(settled, &user).await?;
    let chosen = if for_everybody { Beneficiaries::Organisation } else { Beneficiaries::User };
    let beneficiaries = forced_beneficiaries(request).unwrap_or(chosen);
    let directory = &browser.authority.directory;
    match directory.grant_consent(&user, request.client, &subject(request), beneficiaries).await {
        Ok(()) => Ok(reply::success(browser, settled, &user)),
        Err(DirectoryError::Consent(refusal)) => {
            Ok(pages::cannot_consent(browser, settled, &user, &asked, &refusal))
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
