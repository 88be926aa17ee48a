//! `/portal/sessions`: where the visitor is signed in, and ending that.

use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use maud::{Markup, html};
use wardenry_core::secret::SecretString;
use wardenry_directory::own_sessions::OwnSession;
use wardenry_web::cookie;
use wardenry_web::page::foreign_text;

use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{Section, View, form_token};
use crate::parts::{Done, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

struct Sessions<'a> {
    visitor: &'a Visitor,
    sessions: Vec<OwnSession>,
}

/// Shows the list.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let sessions = portal.directory.own_sessions(&visitor.user, &current(&headers)).await?;
        let content = Sessions { visitor: &visitor, sessions }.content();
        let notice = match done.as_str() {
            "ended" => Some("The session is ended."),
            "others" => Some("All other sessions are ended."),
            _ => None,
        };
        Ok::<_, Failure>(View { notice, content, ..View::new(Section::Home, "Your sessions") })
    };
    visitor.answer(page.await)
}

/// Ends one.
pub(crate) async fn end(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let page = async {
        portal.directory.end_own_session(&visitor.user, fields.text("session")).await?;
        Err(Failure::Elsewhere("/portal/sessions?done=ended".to_owned()))
    };
    visitor.answer(page.await)
}

/// Ends all but this one.
pub(crate) async fn end_others(
    State(portal): State<Portal>,
    visitor: Visitor,
    headers: HeaderMap,
    _: Fields,
) -> Response {
    let page = async {
        portal.directory.end_other_sessions(&visitor.user, &current(&headers)).await?;
        Err(Failure::Elsewhere("/portal/sessions?done=others".to_owned()))
    };
    visitor.answer(page.await)
}

/// The cookie of the session that asks. A visitor has one.
fn current(headers: &HeaderMap) -> SecretString {
    cookie::read(headers, cookie::SESSION).unwrap_or_else(|| SecretString::new(String::new()))
}

impl Sessions<'_> {
    fn content(&self) -> Markup {
        html! {
            p { "Where your account is signed in. If you do not know one of these, end it and change your password." }
            @if self.sessions.len() > 1 {
                form.toolbar method="post" action="/portal/sessions/end-others" {
                    (form_token(self.visitor))
                    button type="submit" { "End all other sessions" }
                }
            }
            div.scroll tabindex="0" role="region" aria-label="Sessions" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Browser" }
                        th scope="col" { "Address" }
                        th scope="col" { "Signed in" }
                        th scope="col" { "Ends" }
                        th scope="col" { span.unseen { "Actions" } }
                    } }
                    tbody { @for session in &self.sessions { (self.row(session)) } }
                }
            }
        }
    }

    fn row(&self, session: &OwnSession) -> Markup {
        html! {
            tr {
                th.wrap scope="row" {
                    @match &session.browser { Some(browser) => (foreign_text(browser)), None => span.muted { "unknown" } }
                    @if session.current { " " span.tag.good { "this one" } }
                }
                td { @match session.address { Some(address) => code { (address) }, None => span.muted { "unknown" } } }
                td { (moment(session.created)) }
                td { (moment(session.expires)) }
                td {
                    @if !session.current {
                        form method="post" action="/portal/sessions/end" {
                            (form_token(self.visitor))
                            input type="hidden" name="session" value=(session.handle);
                            button.small type="submit" aria-label={ "End the session of " (session.created) } { "End" }
                        }
                    }
                }
            }
        }
    }
}
