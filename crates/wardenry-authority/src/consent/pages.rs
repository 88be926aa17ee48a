//! The pages of sign-in and consent: plain HTML, no scripts.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use maud::{Markup, html};
use url::form_urlencoded;
use wardenry_directory::consent::ConsentRequest;
use wardenry_directory::sign_in::SignedInUser;
use wardenry_oauth::authorize_request::{ConsentEndpoint, ProvenReply};
use wardenry_oauth::consent::{ConsentRefusal, PermissionKind, WishedPermission};
use wardenry_oauth::error::{Code, OAuthError};
use wardenry_web::page::{Page, foreign_text, risk_tag};
use wardenry_web::{cookie, form};

use super::entry::Entry;
use super::{Browser, Settled, forced_beneficiaries, offers_choice, reply};
use crate::refusal;

/// Asks for user name and password, again after a failure.
pub(super) fn sign_in(
    browser: &Browser<'_>,
    entry: &Entry,
    settled: &Settled,
    user_name: Option<&str>,
    failure: Option<&OAuthError>,
) -> Response {
    with_form(browser, |token| {
        let content = html! {
            h1 { "Sign in" }
            @if let Some(error) = failure {
                p.problem role="alert" { (error.code().title()) " " (error.code().advice()) }
            }
            form method="post" action="/sign-in" {
                (hidden(entry, token))
                label {
                    "User name"
                    input type="text" name="user_name" value=(user_name.unwrap_or_default()) autocomplete="username"
                        autocapitalize="none" spellcheck="false" maxlength="256" required autofocus[user_name.is_none()];
                }
                label {
                    "Password"
                    input type="password" name="password" autocomplete="current-password" maxlength="256" required
                        autofocus[user_name.is_some()];
                }
                div.actions { button.primary type="submit" { "Sign in" } }
            }
        };
        // Somebody who has nothing to consent to goes straight on to the application.
        Page { form_targets: vec![settled.request.reply.uri().to_owned()], ..Page::ok("Sign in", content) }
    })
}

/// The name of the hidden field that says which permissions the page has shown, and to whom.
pub(super) const SHOWN: &str = "shown";

/// Shows what the application asks for and lets the person accept or decline.
pub(super) fn consent(
    browser: &Browser<'_>,
    entry: &Entry,
    settled: &Settled,
    user: &SignedInUser,
    asked: &ConsentRequest,
    notice: Option<&str>,
) -> Response {
    let request = &settled.request;
    with_form(browser, |token| {
        let content = html! {
            p.eyebrow { "Signed in as " (foreign_text(user.name())) }
            h1 { "Permissions requested" }
            @if let Some(notice) = notice { p.problem role="alert" { (notice) } }
            (publisher(asked))
            @if forced_beneficiaries(request).is_some() || has_application_permissions(asked) {
                p { "If you accept, the application gets these permissions for your whole organisation. Nobody else there will be asked." }
            } @else {
                p { "If you accept, the application gets these permissions for your account." }
            }
            (permissions(asked))
            form method="post" action="/consent" {
                (hidden(entry, token))
                input type="hidden" name=(SHOWN) value=(asked.fingerprint(user));
                @if offers_choice(request, asked, user) {
                    label.choice {
                        input type="checkbox" name="organisation" value="yes";
                        "Consent on behalf of everybody in your organisation"
                    }
                }
                p.muted {
                    "Accept only if you trust the publisher. An administrator can withdraw the consent at any time. Afterwards you return to "
                    (foreign_text(request.reply.uri())) "."
                }
                div.actions {
                    button.primary type="submit" name="decision" value="accept" { "Accept" }
                    button type="submit" name="decision" value="decline" { "Cancel" }
                }
            }
            (another_account(entry, user))
        };
        Page {
            form_targets: vec![request.reply.uri().to_owned()],
            ..Page::ok("Permissions requested", content)
        }
    })
}

/// Stops a person who may not give this consent, and says who can.
pub(super) fn cannot_consent(
    browser: &Browser<'_>,
    entry: &Entry,
    settled: &Settled,
    user: &SignedInUser,
    asked: &ConsentRequest,
    refusal: &ConsentRefusal,
) -> Response {
    let error = refusal.to_error();
    let request = &settled.request;
    let (heading, explanation) = match refusal {
        ConsentRefusal::NeedsAdministrator => (
            "An administrator is needed",
            html! {
                p { "You are signed in as " strong { (foreign_text(user.name())) } ". Your account cannot consent to these permissions." }
                p { "Send the link that you opened to a Global Administrator or a Privileged Role Administrator of your organisation; an Application Administrator can consent to everything but application permissions of Microsoft Graph." }
            },
        ),
        ConsentRefusal::RoleNotSufficient => (
            "Your role is not enough",
            html! {
                p { "You are signed in as " strong { (foreign_text(user.name())) } ". Application permissions of Microsoft Graph can only be granted by a Global Administrator or a Privileged Role Administrator." }
            },
        ),
        ConsentRefusal::NotLicensed { resources } => (
            "A service is missing",
            html! {
                p { "Your organisation is not licensed for " strong { (foreign_text(&resources.join(", "))) } ", which the application needs. Nothing was granted." }
            },
        ),
    };
    let return_link = matches!(request.endpoint, ConsentEndpoint::Authorize(_)).then(|| {
        let cancelled = OAuthError::new(Code::ConsentDeclined, error.text());
        reply::failure_link(browser, &request.reply, &cancelled, &[("error_subcode", "cancel")])
    });
    let status =
        if *refusal == ConsentRefusal::NeedsAdministrator || *refusal == ConsentRefusal::RoleNotSufficient {
            StatusCode::FORBIDDEN
        } else {
            StatusCode::BAD_REQUEST
        };
    let content = html! {
        p.eyebrow { "AADSTS" (error.code().number()) }
        h1 { (heading) }
        (explanation)
        (publisher(asked))
        (permissions(asked))
        @if let Some(link) = return_link { div.actions { a.button href=(link) { "Return to the application" } } }
        (another_account(entry, user))
    };
    Page::ok(heading, content).with_status(status).into_response()
}

/// The person's account belongs to another tenant than the address names.
pub(super) fn wrong_tenant(browser: &Browser<'_>, entry: &Entry, user: &SignedInUser) -> Page {
    let error = OAuthError::new(
        Code::UserNotInTenant,
        format!("The account '{}' does not exist in the tenant that the address names.", user.name()),
    );
    refusal(browser, &error, Some(another_account(entry, user)))
}

/// A refusal that cannot be sent to the application.
pub(super) fn refusal(browser: &Browser<'_>, error: &OAuthError, onward: Option<Markup>) -> Page {
    refusal::page(browser.authority, error, browser.id, onward.unwrap_or_default())
}

/// The form was not sent by a page of this browser, or its cookie is gone.
pub(super) fn expired_form(_: &Browser<'_>, entry: &Entry) -> Response {
    let content = html! {
        h1 { "This form has expired" }
        p { "Nothing was changed. Start again and answer on the page that opens; cookies have to be allowed." }
        div.actions { a.button href=(entry.target()) { "Start again" } }
    };
    Page::ok("Form expired", content).with_status(StatusCode::FORBIDDEN).into_response()
}

/// Carries the answer in a form (`response_mode=form_post`). Without scripts, the person presses the button.
pub(super) fn form_post(_: &Browser<'_>, reply: &ProvenReply, answer: &[(&str, &str)]) -> Response {
    let content = html! {
        h1 { "Back to the application" }
        form method="post" action=(reply.uri()) {
            @for (name, value) in answer { input type="hidden" name=(name) value=(value); }
            div.actions { button.primary type="submit" { "Continue" } }
        }
    };
    let page = Page { form_targets: vec![reply.uri().to_owned()], ..Page::ok("Continue", content) };
    page.into_response()
}

/// Renders a page with a form, and sets the cookie that the form is bound to.
fn with_form(browser: &Browser<'_>, page: impl FnOnce(&str) -> Page) -> Response {
    let token = form::token(browser.headers, browser.authority.directory.entropy().as_ref());
    let mut response = page(token.expose()).into_response();
    response.headers_mut().extend(cookie::set(cookie::FORM, &token).map(|value| (header::SET_COOKIE, value)));
    response
}

fn hidden(entry: &Entry, token: &str) -> Markup {
    html! {
        input type="hidden" name=(form::FIELD) value=(token);
        input type="hidden" name="continue" value=(entry.target());
    }
}

/// The way to sign out and be asked again, for somebody who has more than one account.
fn another_account(entry: &Entry, user: &SignedInUser) -> Markup {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("continue", &entry.target());
    html! {
        p.muted {
            "Not " (foreign_text(user.name())) "? "
            a href={ "/" (user.tenant()) "/oauth2/v2.0/logout?" (query.finish()) } { "Use another account" }
        }
    }
}

fn publisher(asked: &ConsentRequest) -> Markup {
    html! {
        dl.facts {
            dt { "Application" } dd { strong { (foreign_text(&asked.application.display_name)) } }
            dt { "Publisher" } dd {
                (foreign_text(&asked.publisher.display_name))
                @if let Some(domain) = asked.publisher.domains.first() {
                    br;
                    (foreign_text(domain)) " " span.tag { "verified domain" }
                }
            }
            dt { "Application id" } dd { code { (asked.application.app) } }
        }
    }
}

fn has_application_permissions(asked: &ConsentRequest) -> bool {
    asked.wishes.iter().any(|wish| wish.kind == PermissionKind::Application)
}

fn permissions(asked: &ConsentRequest) -> Markup {
    let (granted, missing): (Vec<_>, Vec<_>) = asked.wishes.iter().partition(|wish| wish.granted);
    html! {
        h2 { "What it asks for" }
        @if asked.wishes.is_empty() { p { "Nothing but to be known to your organisation." } }
        @else if missing.is_empty() { p { "Nothing new: your organisation has granted all of it." } }
        @else { ul.permissions role="list" { @for wish in missing { (permission(wish)) } } }
        @if !granted.is_empty() {
            h2 { "What it has" }
            ul.permissions role="list" { @for wish in granted { (permission(wish)) } }
        }
    }
}

fn permission(wish: &WishedPermission) -> Markup {
    html! {
        li {
            span.name { (foreign_text(&wish.display_name)) }
            @match wish.kind {
                PermissionKind::Application => span.tag.caution { "as itself, without a user" },
                PermissionKind::Delegated => span.tag { "on behalf of a user" },
            }
            (risk_tag(wish.kind, &wish.value))
            @if wish.granted { span.tag { "granted already" } }
            @if wish.resource_principal.is_none() { span.tag.caution { "not licensed" } }
            br;
            (foreign_text(&wish.description))
            br;
            span.muted { code { (foreign_text(&wish.value)) } " of " (foreign_text(&wish.resource_name)) }
        }
    }
}
