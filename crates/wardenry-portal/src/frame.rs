//! The frame around every page of the portal: who is looking, where they are, where they can go.

use axum::response::Response;
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};
use wardenry_directory::audit::AuditReader;
use wardenry_web::content_security_policy::{self, Scripts};
use wardenry_web::form;
use wardenry_web::page::{self, foreign_text};

use crate::assets::{self, Asset};
use crate::sign_in;
use crate::visitor::Visitor;

/// The parts of the portal that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Incidents,
    #[cfg(feature = "hunting")]
    Hunting,
    Registrations,
    Token,
    Enterprise,
    Audit,
}

impl Section {
    fn title(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Incidents => "Incidents",
            #[cfg(feature = "hunting")]
            Self::Hunting => "Hunting",
            Self::Registrations => "App registrations",
            Self::Token => "Token tool",
            Self::Enterprise => "Enterprise applications",
            Self::Audit => "Audit log",
        }
    }

    /// Whether the visitor's roles let them in.
    pub(crate) fn is_open_to(self, visitor: &Visitor) -> bool {
        match self {
            #[cfg(feature = "hunting")]
            Self::Hunting => crate::hunting::reader(visitor).is_ok(),
            Self::Audit => AuditReader::of(&visitor.user).is_ok(),
            _ => true,
        }
    }

    fn address(self) -> &'static str {
        match self {
            Self::Home => "/portal",
            Self::Incidents => "/portal/incidents",
            #[cfg(feature = "hunting")]
            Self::Hunting => "/portal/hunting",
            Self::Registrations => "/portal/registrations",
            Self::Token => "/portal/token",
            Self::Enterprise => "/portal/enterprise",
            Self::Audit => "/portal/audit",
        }
    }
}

/// The groups of the navigation.
const GROUPS: [(&str, &[Section]); 3] = [
    ("Overview", &[Section::Home]),
    (
        "Security",
        &[
            Section::Incidents,
            #[cfg(feature = "hunting")]
            Section::Hunting,
        ],
    ),
    ("Identity", &[Section::Registrations, Section::Enterprise, Section::Token, Section::Audit]),
];

/// What goes into the frame.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) status: StatusCode,
    pub(crate) section: Section,
    /// The page's heading and the document's title.
    pub(crate) title: String,
    /// The pages above this one, from the section's down: title and address.
    pub(crate) trail: Vec<(String, String)>,
    /// What has just been done.
    pub(crate) notice: Option<&'static str>,
    pub(crate) scripts: &'static [Asset],
    /// What stands between the heading and the content: the tabs of an object.
    pub(crate) tabs: Option<Markup>,
    pub(crate) content: Markup,
}

impl View {
    /// A page of a section, empty so far.
    pub(crate) fn new(section: Section, title: impl Into<String>) -> Self {
        Self {
            status: StatusCode::OK,
            section,
            title: title.into(),
            trail: Vec::new(),
            notice: None,
            scripts: &[],
            tabs: None,
            content: html! {},
        }
    }

    /// The whole document.
    pub(crate) fn render(&self, visitor: &Visitor) -> Response {
        self.document(Some(visitor))
    }

    /// The same for somebody who has not signed in: without the ways to what needs a sign-in.
    pub(crate) fn render_for_anybody(&self) -> Response {
        self.document(None)
    }

    fn document(&self, visitor: Option<&Visitor>) -> Response {
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (page::plain_text(&self.title)) " – Wardenry" }
                    link rel="stylesheet" href=(page::STYLE_PATH);
                    link rel="stylesheet" href=(assets::STYLE.address());
                    link rel="icon" href=(page::ICON_PATH) type="image/svg+xml";
                    @for script in [assets::COPY].iter().chain(self.scripts) {
                        script type="module" src=(script.address()) {}
                    }
                }
                body.portal.alone[visitor.is_none()] {
                    a.skip href="#content" { "Skip to the content" }
                    @if let Some(visitor) = visitor {
                        (bar(visitor))
                        (self.navigation(visitor))
                    } @else { (self.strangers_bar()) }
                    main id="content" tabindex="-1" {
                        (self.trail())
                        h1 { (foreign_text(&self.title)) }
                        @if let Some(notice) = self.notice { p.notice role="status" { (notice) } }
                        @if let Some(tabs) = &self.tabs { (tabs) }
                        (self.content)
                    }
                }
            }
        };
        page::respond(self.status, &document, content_security_policy::policy(Scripts::Own, &[]))
    }

    fn navigation(&self, visitor: &Visitor) -> Markup {
        html! {
            nav.sections aria-label="Portal" {
                @for (name, sections) in GROUPS {
                    h2 { (name) }
                    ul role="list" {
                        @for section in sections.iter().filter(|section| section.is_open_to(visitor)) {
                            li {
                                a href=(section.address()) aria-current=[(*section == self.section).then_some("page")] {
                                    (section.title())
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The bar on top of a page that anybody may see.
    fn strangers_bar(&self) -> Markup {
        html! {
            header.bar {
                a.brand href="/portal" { "Wardenry" }
                a.button.onward href=(sign_in::address(Some(self.section.address()))) { "Sign in" }
            }
        }
    }

    fn trail(&self) -> Markup {
        html! {
            @if !self.trail.is_empty() {
                nav.trail aria-label="Where you are" {
                    ol role="list" {
                        @for (title, address) in &self.trail { li { a href=(address) { (foreign_text(title)) } } }
                    }
                }
            }
        }
    }
}

/// The bar on top: the product, the organisation, the person.
fn bar(visitor: &Visitor) -> Markup {
    let user = &visitor.user;
    html! {
        header.bar {
            a.brand href="/portal" { "Wardenry" }
            span.organisation title="The organisation that you work in" { (foreign_text(&visitor.tenant.display_name)) }
            details.account {
                summary { (foreign_text(user.display_name())) }
                div.menu {
                    p { strong { (foreign_text(user.display_name())) } br; (foreign_text(user.name())) }
                    p.muted {
                        @if user.roles().is_empty() { "No directory role" }
                        @for (index, role) in user.roles().iter().enumerate() {
                            @if index > 0 { ", " }
                            (role.display_name())
                        }
                    }
                    p { a href="/portal/accounts" { "Switch account" } }
                    p { a href="/portal/sessions" { "Your sessions" } }
                    form method="post" action="/portal/sign-out" {
                        (form_token(visitor))
                        button type="submit" { "Sign out" }
                    }
                }
            }
        }
    }
}

/// The hidden field without which a form is refused.
pub(crate) fn form_token(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name=(form::FIELD) value=(visitor.form_token.expose()); }
}
