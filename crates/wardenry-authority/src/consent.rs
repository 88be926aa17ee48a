//! The consent link in all its forms, from the first click to the answer at the application's address.
//!
//! No state is kept between the pages: each form carries the [`Entry`], the request by which the
//! browser came in, and every step reads it afresh. Whatever the entry says is checked again each time.

mod answer;
mod entry;
mod pages;
mod reply;
mod start;

pub(crate) use answer::answer_consent;
pub(crate) use start::{
    sign_in, start_v1_admin_consent, start_v1_authorize, start_v2_admin_consent, start_v2_authorize,
};

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use wardenry_directory::consent::{ConsentLookup, ConsentRequest, ConsentSubject};
use wardenry_directory::sign_in::SignedInUser;
use wardenry_oauth::EndpointVersion;
use wardenry_oauth::answers::{SignInAudience, TenantAnswer};
use wardenry_oauth::authorize_request::{self, AuthorizeRequest, ConsentEndpoint, Prompt, ProvenReply};
use wardenry_oauth::consent::{Beneficiaries, PermissionKind};
use wardenry_oauth::error::{Code, OAuthError, quoted};
use wardenry_oauth::tenant_segment::TenantSegment;
use wardenry_web::cookie;
use wardenry_web::request_id::RequestId;

use crate::refusal::storage_fault;
use crate::state::Authority;
use crate::token::tenant_not_found;
use entry::Entry;

/// What every step needs to know of the HTTP request that it answers.
struct Browser<'a> {
    authority: &'a Authority,
    id: RequestId,
    headers: &'a HeaderMap,
}

/// A request whose application and reply address are settled.
struct Settled {
    /// The tenant that the address names; `None` for the shared names.
    tenant: Option<Arc<TenantAnswer>>,
    request: AuthorizeRequest,
}

/// Why a step ends before its purpose.
enum Stop {
    /// Shown to the person, because no address is proven or nothing can be said there.
    Page(OAuthError),
    /// Sent to the application, in the words of the endpoint.
    Reply(OAuthError, ProvenReply, ConsentEndpoint),
    /// A page of its own.
    Response(Box<Response>),
}

impl From<OAuthError> for Stop {
    fn from(error: OAuthError) -> Self {
        Self::Page(error)
    }
}

impl Browser<'_> {
    /// Settles tenant, application and reply address.
    async fn settle(&self, entry: &Entry) -> Result<Settled, Stop> {
        let directory = &self.authority.directory;
        let tenant = match entry.tenant() {
            TenantSegment::Common | TenantSegment::Organizations => None,
            named => {
                let found = directory.tenant(named).await.map_err(storage_fault)?;
                Some(found.ok_or_else(|| tenant_not_found(entry.tenant_text()))?)
            }
        };
        let client = authorize_request::client_id(entry.parameters())?;
        let unknown = || {
            OAuthError::new(Code::ApplicationNotFound, format!("The application '{client}' was not found."))
        };
        let (home, audience) =
            directory.audience_of(client).await.map_err(storage_fault)?.ok_or_else(unknown)?;
        if audience == SignInAudience::AzureADMyOrg {
            match &tenant {
                None => return Err(OAuthError::of(Code::SingleTenantApplication).into()),
                Some(tenant) if tenant.id != home => return Err(unknown().into()),
                Some(_) => {}
            }
        }
        let registered = directory.redirect_uris(client).await.map_err(storage_fault)?.ok_or_else(unknown)?;
        let registered: Vec<&str> = registered.iter().map(String::as_str).collect();
        let endpoint = entry.endpoint();
        let reply = ProvenReply::prove(entry.parameters(), endpoint, &registered)?;
        let request = authorize_request::parse(entry.parameters(), endpoint, client, reply)
            .map_err(|(error, reply)| Stop::Reply(error, reply, endpoint))?;
        Ok(Settled { tenant, request })
    }

    /// The user of the browser's session, if there is one and the request does not ask for a new sign-in.
    async fn user(&self, settled: &Settled) -> Result<Option<SignedInUser>, Stop> {
        if settled.request.prompt == Prompt::Login {
            return Ok(None);
        }
        let Some(session) = cookie::read(self.headers, cookie::SESSION) else { return Ok(None) };
        Ok(self.authority.directory.session_user(&session).await.map_err(storage_fault)?)
    }

    /// What the application asks the user's tenant for, if the user may be asked at all.
    async fn asked(
        &self,
        entry: &Entry,
        settled: &Settled,
        user: &SignedInUser,
    ) -> Result<ConsentRequest, Stop> {
        let request = &settled.request;
        if settled.tenant.as_ref().is_some_and(|tenant| tenant.id != user.tenant()) {
            return Err(match request.prompt {
                Prompt::None => request.reply_with(OAuthError::of(Code::SelectAccount)),
                _ => Stop::Response(Box::new(pages::wrong_tenant(self, entry, user).into_response())),
            });
        }
        let (client, subject) = (request.client, subject(request));
        let lookup = self.authority.directory.consent_request(user, client, &subject).await;
        match lookup.map_err(storage_fault)? {
            ConsentLookup::Found(found) if is_switched_off(&found) => {
                Err(request.refuse_with(OAuthError::of(Code::ApplicationDisabled)))
            }
            ConsentLookup::Found(found) => Ok(found),
            ConsentLookup::UnknownApplication => Err(request.refuse_with(OAuthError::new(
                Code::ApplicationNotFound,
                format!("The application '{client}' is not available to the tenant '{}'.", user.tenant()),
            ))),
            ConsentLookup::Broken(wish) => {
                let text = format!(
                    "The application asks for {} of {}, which does not exist.",
                    quoted(&wish.permission),
                    quoted(&wish.resource)
                );
                Err(match subject {
                    ConsentSubject::WishList => {
                        request.refuse_with(OAuthError::new(Code::ApplicationMisconfigured, text))
                    }
                    // The request is wrong, not the registration.
                    ConsentSubject::Scopes(_) => {
                        request.reply_with(OAuthError::new(Code::InvalidScope, text))
                    }
                })
            }
        }
    }

    /// Renders the end of a step.
    fn stopped(&self, stop: Stop) -> Response {
        match stop {
            Stop::Page(error) => pages::refusal(self, &error, None).into_response(),
            Stop::Reply(error, reply, endpoint) => reply::failure(self, endpoint, &reply, &error, &[]),
            Stop::Response(response) => *response,
        }
    }
}

/// Where a refusal goes.
trait Refused {
    /// To the application.
    fn reply_with(&self, error: OAuthError) -> Stop;
    /// To the person, or to the application when the person must not be bothered (`prompt=none`).
    fn refuse_with(&self, error: OAuthError) -> Stop;
}

impl Refused for AuthorizeRequest {
    fn reply_with(&self, error: OAuthError) -> Stop {
        Stop::Reply(error, self.reply.clone(), self.endpoint)
    }

    fn refuse_with(&self, error: OAuthError) -> Stop {
        if self.prompt == Prompt::None { self.reply_with(error) } else { Stop::Page(error) }
    }
}

/// Whether the publisher or the user's tenant has switched the application off.
fn is_switched_off(asked: &ConsentRequest) -> bool {
    let application = &asked.application;
    application.disabled || application.principal.as_ref().is_some_and(|principal| !principal.enabled)
}

/// Which permissions a request is about: the registration's list, or the scopes that it names.
fn subject(request: &AuthorizeRequest) -> ConsentSubject {
    let version = match request.endpoint {
        ConsentEndpoint::Authorize(version) | ConsentEndpoint::AdminConsent(version) => version,
    };
    let scope = match version {
        EndpointVersion::V1 => return ConsentSubject::WishList,
        EndpointVersion::V2 => request.scope.as_deref().unwrap_or_default(),
    };
    let named: Vec<&str> = scope.split_ascii_whitespace().collect();
    if named.iter().any(|scope| *scope == ".default" || scope.ends_with("/.default")) {
        return ConsentSubject::WishList;
    }
    let oidc = ["openid", "profile", "email", "offline_access"];
    ConsentSubject::Scopes(
        named.into_iter().filter(|scope| !oidc.contains(scope)).map(str::to_owned).collect(),
    )
}

/// For whom delegated permissions are granted, when the request leaves no choice.
fn forced_beneficiaries(request: &AuthorizeRequest) -> Option<Beneficiaries> {
    let organisation = matches!(request.endpoint, ConsentEndpoint::AdminConsent(_))
        || request.prompt == Prompt::AdminConsent;
    organisation.then_some(Beneficiaries::Organisation)
}

/// Whether the consent page offers the choice between oneself and the organisation.
fn offers_choice(request: &AuthorizeRequest, asked: &ConsentRequest, user: &SignedInUser) -> bool {
    forced_beneficiaries(request).is_none()
        && wardenry_oauth::consent::is_consent_administrator(user.roles())
        && asked.wishes.iter().any(|wish| wish.kind == PermissionKind::Delegated)
}

/// The address at which a browser goes on after it has signed out for another account: one of a request of this server, or none.
pub(crate) fn resumed(target: &str) -> Option<String> {
    Entry::from_target(target).ok().map(|entry| entry.target())
}
