//! `/portal/accounts`: the accounts that this browser is signed in with, and which one of them is at work.
//!
//! People of several organisations, a partner's and a customer's, have an account in each. The active one's session is in the
//! cookie that every page reads, [`cookie::SESSION`]; the others wait in cookies of their own. Changing the account exchanges two
//! cookies, so that consent pages and everything else know one account only.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, header};
use maud::{Markup, html};
use wardenry_core::secret::SecretString;
use wardenry_directory::DirectoryError;
use wardenry_directory::sign_in::SignedInUser;
use wardenry_web::cookie;
use wardenry_web::page::{foreign_text, plain_text};

use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{Section, View, form_token};
use crate::parts::Done;
use crate::state::Portal;
use crate::visitor::Visitor;

/// A session of this browser that is running, and whose it is.
struct Account {
    session: SecretString,
    user: SignedInUser,
}

/// All accounts of this browser: the active one, if there is one, and those that wait.
struct Accounts {
    active: Option<Account>,
    waiting: Vec<Account>,
}

impl Accounts {
    async fn of(portal: &Portal, headers: &HeaderMap) -> Result<Self, DirectoryError> {
        let active = Self::read(portal, headers, cookie::SESSION).await?;
        let mut waiting = Vec::new();
        for name in cookie::WAITING_SESSIONS {
            waiting.extend(Self::read(portal, headers, name).await?);
        }
        Ok(Self { active, waiting })
    }

    async fn read(
        portal: &Portal,
        headers: &HeaderMap,
        name: &str,
    ) -> Result<Option<Account>, DirectoryError> {
        let Some(session) = cookie::read(headers, name) else { return Ok(None) };
        let user = portal.directory.session_user(&session).await?;
        Ok(user.map(|user| Account { session, user }))
    }

    /// Lets another account work; the active one waits in its stead.
    fn exchange(&mut self, user: &str) -> bool {
        let found = self.waiting.iter().position(|account| account.user.id().to_string() == user);
        let Some(place) = found else { return false };
        let chosen = self.waiting.remove(place);
        if let Some(former) = self.active.replace(chosen) {
            self.waiting.insert(0, former);
        }
        true
    }

    /// Takes an account that has just signed in. Its older session ends, and so do those for which there is no room.
    async fn take(&mut self, portal: &Portal, account: Account) -> Result<(), DirectoryError> {
        if let Some(former) = self.active.take() {
            self.waiting.insert(0, former);
        }
        let (same, mut others): (Vec<_>, Vec<_>) =
            self.waiting.drain(..).partition(|waiting| waiting.user.id() == account.user.id());
        let without_room = others.split_off(others.len().min(cookie::WAITING_SESSIONS.len()));
        for ended in same.iter().chain(&without_room) {
            portal.directory.end_session(&ended.session).await?;
        }
        self.waiting = others;
        self.active = Some(account);
        Ok(())
    }

    /// The answer with the cookies that say all this.
    fn into_response(self, destination: &str) -> Response {
        let mut response = Redirect::to(destination).into_response();
        let mut waiting = self.waiting.iter();
        let names = std::iter::once((cookie::SESSION, self.active.as_ref()))
            .chain(cookie::WAITING_SESSIONS.map(|name| (name, waiting.next())));
        for (name, account) in names {
            let value = match account {
                Some(account) => cookie::set(name, &account.session),
                None => cookie::remove(name),
            };
            response.headers_mut().extend(value.map(|value| (header::SET_COOKIE, value)));
        }
        response
    }
}

/// The answer to a successful sign-in: the new account works, the one before it waits.
pub(crate) async fn signed_in(
    portal: &Portal,
    headers: &HeaderMap,
    user: SignedInUser,
    session: SecretString,
    destination: &str,
) -> Result<Response, DirectoryError> {
    let mut accounts = Accounts::of(portal, headers).await?;
    accounts.take(portal, Account { session, user }).await?;
    Ok(accounts.into_response(destination))
}

/// Shows the accounts.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let accounts = Accounts::of(&portal, &headers).await?;
        let mut rows = Vec::new();
        for account in &accounts.waiting {
            let segment = wardenry_oauth::tenant_segment::TenantSegment::Id(account.user.tenant());
            let tenant = portal.directory.tenant(&segment).await?;
            rows.push((&account.user, tenant.map_or_else(String::new, |tenant| tenant.display_name.clone())));
        }
        let notice = match done.as_str() {
            "switched" => Some("You work with this account now."),
            "signed-out" => Some("That account is signed out. You work with another one now."),
            _ => None,
        };
        let content = list(&visitor, &rows);
        Ok::<_, Failure>(View { notice, content, ..View::new(Section::Home, "Your accounts") })
    };
    visitor.answer(page.await)
}

/// Lets another account work.
pub(crate) async fn switch(
    State(portal): State<Portal>,
    visitor: Visitor,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    match Accounts::of(&portal, &headers).await {
        Ok(mut accounts) => {
            if accounts.exchange(fields.text("user")) {
                accounts.into_response("/portal/accounts?done=switched")
            } else {
                visitor.answer(Err(Failure::NotFound))
            }
        }
        Err(error) => visitor.answer(Err(error.into())),
    }
}

/// Ends the session of the active account; another one works on, if there is one.
pub(crate) async fn sign_out(State(portal): State<Portal>, headers: HeaderMap, _: Fields) -> Response {
    match leave(&portal, &headers, false).await {
        Ok(response) => response,
        Err(error) => Failure::from(error).alone(),
    }
}

/// Ends the sessions of all accounts of this browser.
pub(crate) async fn sign_out_all(State(portal): State<Portal>, headers: HeaderMap, _: Fields) -> Response {
    match leave(&portal, &headers, true).await {
        Ok(response) => response,
        Err(error) => Failure::from(error).alone(),
    }
}

async fn leave(portal: &Portal, headers: &HeaderMap, all: bool) -> Result<Response, DirectoryError> {
    let mut accounts = Accounts::of(portal, headers).await?;
    if let Some(account) = accounts.active.take() {
        portal.directory.end_session(&account.session).await?;
    }
    if all {
        for account in accounts.waiting.drain(..) {
            portal.directory.end_session(&account.session).await?;
        }
    }
    if accounts.waiting.is_empty() {
        return Ok(accounts.into_response("/portal/sign-in"));
    }
    accounts.active = Some(accounts.waiting.remove(0));
    Ok(accounts.into_response("/portal/accounts?done=signed-out"))
}

fn list(visitor: &Visitor, waiting: &[(&SignedInUser, String)]) -> Markup {
    html! {
        p { "This browser can be signed in with several accounts, of one organisation or of several. One of them works; the others wait." }
        div.scroll tabindex="0" role="region" aria-label="Accounts" {
            table.grid {
                thead { tr {
                    th scope="col" { "Account" } th scope="col" { "Organisation" } th scope="col" { span.unseen { "Actions" } }
                } }
                tbody {
                    tr {
                        th.wrap scope="row" { (foreign_text(visitor.user.name())) " " span.tag.good { "at work" } }
                        td { (foreign_text(&visitor.tenant.display_name)) }
                        td {}
                    }
                    @for (user, organisation) in waiting {
                        tr {
                            th.wrap scope="row" { (foreign_text(user.name())) }
                            td { (foreign_text(organisation)) }
                            td {
                                form method="post" action="/portal/accounts/switch" {
                                    (form_token(visitor))
                                    input type="hidden" name="user" value=(user.id());
                                    button.small type="submit" aria-label={ "Work as " (plain_text(user.name())) } { "Switch" }
                                }
                            }
                        }
                    }
                }
            }
        }
        div.toolbar {
            a.button.primary href="/portal/sign-in?continue=%2Fportal%2Faccounts" { "Sign in with another account" }
            form method="post" action="/portal/sign-out/all" {
                (form_token(visitor))
                button type="submit" { "Sign out of all accounts" }
            }
        }
    }
}
