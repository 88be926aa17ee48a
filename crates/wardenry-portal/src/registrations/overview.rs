//! `GET /portal/registrations/{app}`: the ids that people carry elsewhere.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::GET_APPLICATION;
use wardenry_directory::customers::Customer;
use wardenry_directory::model::Application;
use wardenry_web::page::foreign_text;

use super::{Tab, account_types, find, view};
use crate::failure::Failure;
use crate::frame::View;
use crate::parts::{Done, copyable, empty, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

struct Overview<'a> {
    application: &'a Application,
    customers: Vec<Customer>,
}

/// Shows the application.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let reader = visitor.reader(&GET_APPLICATION)?;
        let customers = portal.directory.customers_of(&reader, &application).await?;
        let content = Overview { application: &application, customers }.content();
        let notice = (done == "registered").then_some(
            "The application is registered. Next: choose its API permissions, then make a secret.",
        );
        Ok::<_, Failure>(View {
            title: application.display_name.clone(),
            notice,
            content,
            ..view(&application, Tab::Overview)
        })
    };
    visitor.answer(page.await)
}

impl Overview<'_> {
    fn content(&self) -> Markup {
        let application = self.application;
        let uris: Vec<&str> = application.redirect_uris.iter().collect();
        html! {
            @if application.disabled { p.problem { "This application is switched off: it gets no tokens anywhere." } }
            h2 { "Essentials" }
            dl.facts {
                dt { "Display name" } dd { (foreign_text(&application.display_name)) }
                dt { "Application (client) ID" } dd { (copyable("app-id", &application.app_id.to_string())) }
                dt { "Object ID" } dd { (copyable("object-id", &application.id.to_string())) }
                dt { "Directory (tenant) ID" } dd { (copyable("tenant-id", &application.home_tenant.to_string())) }
                dt { "Supported account types" } dd { (account_types(application.audience)) }
                dt { "Redirect URIs" } dd {
                    @if uris.is_empty() { a href=(Tab::Authentication.address(application.app_id)) { "Add one" } }
                    @for (index, uri) in uris.iter().enumerate() { @if index > 0 { br; } (foreign_text(uri)) }
                }
                dt { "Created" } dd { (moment(application.created)) }
            }
            h2 { "Customers" }
            (self.customers())
        }
    }

    fn customers(&self) -> Markup {
        html! {
            @if self.customers.is_empty() {
                (empty("No other organisation has consented", &html! {
                    p { "Send a Global Administrator of the customer the consent link. What they grant appears here at once." }
                    p { a.button href=(Tab::ConsentLink.address(self.application.app_id)) { "Consent link" } }
                }))
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Customers" {
                    table.grid {
                        thead { tr {
                            th scope="col" { "Organisation" }
                            th scope="col" { "Tenant ID" }
                            th scope="col" { "Granted application permissions" }
                            th scope="col" { "Since" }
                        } }
                        tbody { @for customer in &self.customers { (row(customer)) } }
                    }
                }
            }
        }
    }
}

fn row(customer: &Customer) -> Markup {
    let values: Vec<&str> =
        customer.granted.iter().flat_map(|(_, values)| values.iter().map(String::as_str)).collect();
    html! {
        tr {
            th scope="row" { (foreign_text(&customer.tenant.display_name)) }
            td { code { (customer.tenant.id) } }
            td {
                @if !customer.enabled { span.tag.danger { "switched off by the customer" } }
                @if values.is_empty() { span.muted { "none" } }
                @for value in &values { code { (foreign_text(value)) } " " }
            }
            td { (moment(customer.since)) }
        }
    }
}
