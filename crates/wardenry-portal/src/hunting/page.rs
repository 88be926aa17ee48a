//! `GET /portal/hunting`: the editor, the tables, and the last result.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_hunting::HuntReader;
use wardenry_web::page::{foreign_text, plain_text};

use super::answer::Answer;
use super::customers::{self, Outcomes};
use super::language::MAX_EDITED_BYTES;
use super::refusal::Refusal;
use super::{quota_text, reader, saved};
use crate::assets;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{Section, View, form_token};
use crate::state::Portal;
use crate::visitor::Visitor;

/// The stretches of time that can be chosen.
const WINDOWS: [(&str, &str); 5] = [
    ("", "As the query says"),
    ("PT1H", "Last hour"),
    ("P1D", "Last 24 hours"),
    ("P7D", "Last 7 days"),
    ("P30D", "Last 30 days"),
];

/// A query as it stands in the form.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(super) struct Draft {
    #[serde(default)]
    pub(super) query: String,
    /// An ISO 8601 time span, or empty.
    #[serde(default)]
    pub(super) window: String,
    /// [`CUSTOMERS`], or empty for the visitor's own organisation.
    #[serde(default)]
    pub(super) scope: String,
    /// The saved query that the form begins with, instead of another.
    #[serde(default)]
    pub(super) saved: String,
}

/// The scope of a query that is run in all organisations in which its author may hunt.
const CUSTOMERS: &str = "customers";

impl Draft {
    pub(super) fn is_for_customers(&self) -> bool {
        self.scope == CUSTOMERS
    }

    pub(super) fn of(fields: &Fields) -> Self {
        Self {
            query: fields.exact("query"),
            window: fields.text("window").to_owned(),
            scope: fields.text("scope").to_owned(),
            saved: String::new(),
        }
    }
}

/// What became of a query.
#[derive(Debug)]
pub(super) enum Outcome {
    /// None was run.
    None,
    Answer(Answer),
    Refused(Refusal),
    /// In the visitor's own organisation and in all customers'.
    Everywhere(Outcomes),
}

struct Page<'a> {
    visitor: &'a Visitor,
    tables: Vec<Arc<str>>,
    quota: String,
    /// How many customers are within reach.
    customers: usize,
    draft: &'a Draft,
    outcome: &'a Outcome,
}

/// Shows the editor, with the query that the address has.
pub(super) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(draft): Query<Draft>,
) -> Response {
    let page = async {
        let reader = reader(&visitor)?;
        let draft = if draft.saved.is_empty() {
            draft
        } else {
            saved::draft(&portal, &visitor, &draft.saved).await?
        };
        view(&portal, &visitor, &reader, &draft, &Outcome::None).await
    };
    visitor.answer(page.await)
}

/// The page with what became of the query.
pub(super) async fn view(
    portal: &Portal,
    visitor: &Visitor,
    reader: &HuntReader,
    draft: &Draft,
    outcome: &Outcome,
) -> Result<View, Failure> {
    let tables = portal.hunting.ask(reader, wardenry_hunting::Language::table_names).await?;
    let quota = quota_text(&portal.hunting.quota_left(reader));
    let customers = customers::places(portal, visitor).await?.len() - 1;
    let page = Page { visitor, tables, quota, customers, draft, outcome };
    let mut view = View {
        scripts: &[assets::HUNTING],
        content: page.content(),
        ..View::new(Section::Hunting, "Hunting")
    };
    if let Outcome::Refused(refusal) = outcome {
        view.status = refusal.status;
    }
    Ok(view)
}

impl Page<'_> {
    /// Whether all organisations are chosen: as the query was run, and to begin with, because who has customers hunts in all of them.
    fn is_everywhere(&self) -> bool {
        self.draft.is_for_customers() || matches!(self.outcome, Outcome::None)
    }

    fn content(&self) -> Markup {
        html! {
            div.hunt {
                (self.schema())
                div.hunt-work {
                    (self.form())
                    div id="hunt-problems" aria-live="polite" {
                        @if let Outcome::Refused(refusal) = self.outcome { (refusal.render(&self.draft.query)) }
                    }
                    div id="hunt-result" {
                        @match self.outcome {
                            Outcome::Answer(answer) => (answer.render()),
                            Outcome::None => (self.beginning()),
                            Outcome::Refused(_) => {},
                            Outcome::Everywhere(outcomes) => (outcomes.render(&self.draft.query)),
                        }
                    }
                    p.muted id="hunt-quota" { (self.quota) }
                }
            }
        }
    }

    fn form(&self) -> Markup {
        html! {
            form.hunt-form id="hunt-form" method="post" action="/portal/hunting/run" data-longest=(MAX_EDITED_BYTES) {
                (form_token(self.visitor))
                label.unseen for="hunt-query" { "Query" }
                div.editor id="hunt-editor" {
                    textarea id="hunt-query" name="query" rows="12" spellcheck="false" autocomplete="off" autocapitalize="off"
                        aria-describedby="hunt-keys" placeholder="DeviceProcessEvents | take 100" { "\n" (self.draft.query) }
                }
                p.unseen id="hunt-keys" { "Ctrl and Enter run the query, Escape ends it. Ctrl and space offer what may be written; Ctrl and I explain what stands at the cursor." }
                div.toolbar {
                    button.primary type="submit" id="hunt-run" { "Run query" }
                    button type="button" id="hunt-cancel" hidden { "Cancel" }
                    label.inline { "Time range "
                        select name="window" id="hunt-window" {
                            @for (value, name) in WINDOWS {
                                option value=(value) selected[value == self.draft.window] { (name) }
                            }
                        }
                    }
                    @if self.customers > 0 {
                        label.inline { "Run in "
                            select name="scope" id="hunt-scope" {
                                option value="" { (plain_text(&self.visitor.tenant.display_name)) }
                                option value=(CUSTOMERS) selected[self.is_everywhere()] {
                                    "All organisations (" (self.customers + 1) ")"
                                }
                            }
                        }
                    }
                    button.end type="button" id="hunt-share" hidden { "Copy link" }
                }
                details.keep {
                    summary { "Save" }
                    div.toolbar {
                        label { "Name" input type="text" name="name" maxlength="200" autocomplete="off"; }
                        label.choice { input type="checkbox" name="shared" value="1"; "Share with my organisation" }
                        button type="submit" id="hunt-save" formaction="/portal/hunting/saved" { "Save query" }
                    }
                }
                p.muted { a href="/portal/hunting/saved" { "Saved queries and history" } }
                p.muted id="hunt-state" role="status" {}
            }
        }
    }

    fn schema(&self) -> Markup {
        html! {
            details.schema open {
                summary { "Tables" }
                ul role="list" id="hunt-tables" {
                    @for table in &self.tables {
                        li { a href={ "/portal/hunting/tables/" (table) } { (foreign_text(table)) } }
                    }
                }
            }
        }
    }

    fn beginning(&self) -> Markup {
        let examples = [
            (
                "Which devices report the most events?",
                "DeviceProcessEvents\n| summarize Events = count() by DeviceName\n| top 10 by Events",
            ),
            (
                "Sign-ins that failed, by hour",
                "IdentityLogonEvents\n| where ActionType == 'LogonFailed'\n| summarize count() by bin(Timestamp, 1h)\n| render timechart",
            ),
            (
                "What did PowerShell do?",
                "DeviceProcessEvents\n| where FileName =~ 'powershell.exe'\n| project Timestamp, DeviceName, AccountName, ProcessCommandLine\n| take 100",
            ),
        ];
        html! {
            div.state {
                h2 { "Ask your events" }
                p { "Choose a table, or begin with one of these:" }
                ul {
                    @for (title, query) in examples {
                        @let address = address_of(query, "");
                        li { a href=(address) { (title) } }
                    }
                }
            }
        }
    }
}

/// The address of the page with this query.
pub(super) fn address_of(query: &str, window: &str) -> String {
    let mut address = url::form_urlencoded::Serializer::new("/portal/hunting?".to_owned());
    address.append_pair("query", query);
    if !window.is_empty() {
        address.append_pair("window", window);
    }
    address.finish()
}
