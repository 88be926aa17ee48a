//! `/portal/registrations/{app}/permissions`: what the application asks for, and what this organisation has granted of it.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::UPDATE_APPLICATION;
use wardenry_directory::consent::{ConsentLookup, ConsentRequest, ConsentSubject};
use wardenry_directory::model::Application;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_oauth::consent::{Beneficiaries, PermissionKind, WishedPermission, decide};
use wardenry_web::page::{foreign_text, risk_tag};

use super::{Tab, find, may_change, view};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{View, form_token};
use crate::parts::{Done, empty, kind};
use crate::state::Portal;
use crate::visitor::Visitor;

struct Permissions<'a> {
    visitor: &'a Visitor,
    application: &'a Application,
    asked: ConsentRequest,
    may_change: bool,
}

/// Shows the wish list.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let subject = ConsentSubject::WishList;
        let lookup = portal.directory.consent_request(&visitor.user, application.app_id, &subject).await?;
        let content = match lookup {
            ConsentLookup::Found(asked) => {
                let may_change = may_change(&visitor);
                Permissions { visitor: &visitor, application: &application, asked, may_change }.content()
            }
            ConsentLookup::Broken(wish) => html! {
                p.problem {
                    "The list names a permission that does not exist: " code { (wish.permission) } " of " (foreign_text(&wish.resource))
                    ". Whoever put it there, through the Graph surface, has to mend it."
                }
            },
            ConsentLookup::UnknownApplication => return Err(Failure::NotFound),
        };
        let notice = match done.as_str() {
            "added" => Some(
                "The permissions are on the list. They hold once an administrator has consented: here with Grant admin consent, in customers' tenants through the consent link.",
            ),
            "removed" => Some(
                "The permission is no longer asked for. What was granted before stays granted until it is revoked.",
            ),
            "granted" => Some("Consent is given for your own organisation."),
            _ => None,
        };
        Ok(View { notice, content, ..view(&application, Tab::Permissions) })
    };
    visitor.answer(page.await)
}

/// Takes one permission off the list.
pub(crate) async fn remove(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&UPDATE_APPLICATION)?;
        let (resource, permission) = (fields.text("resource"), fields.text("permission"));
        let mut required = application.required_resources.clone();
        for wish in &mut required {
            if wish.resource.to_string() == resource {
                wish.app_roles.retain(|role| role.to_string() != permission);
                wish.scopes.retain(|scope| scope.to_string() != permission);
            }
        }
        required.retain(|wish| !wish.app_roles.is_empty() || !wish.scopes.is_empty());
        let patch = ApplicationPatch { required_resources: Some(required), ..ApplicationPatch::default() };
        portal.directory.update_application(&admin, application.id, patch).await?;
        Err(Failure::Elsewhere(format!("{}?done=removed", Tab::Permissions.address(application.app_id))))
    };
    visitor.answer(page.await)
}

/// Grants what the list asks for, for the visitor's own organisation.
pub(crate) async fn consent(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let (app, subject) = (application.app_id, ConsentSubject::WishList);
        let (everybody, shown) = (Beneficiaries::Organisation, fields.text("shown"));
        portal.directory.grant_shown_consent(&visitor.user, app, &subject, everybody, shown).await?;
        Err(Failure::Elsewhere(format!("{}?done=granted", Tab::Permissions.address(app))))
    };
    visitor.answer(page.await)
}

impl Permissions<'_> {
    fn content(&self) -> Markup {
        let app = self.application.app_id;
        let add = format!("{}/add", Tab::Permissions.address(app));
        html! {
            h2 { "Configured permissions" }
            p.muted { "What the application asks for. It holds in an organisation once an administrator there has consented, and a permission that is added later needs consent again." }
            div.toolbar {
                @if self.may_change { a.button.primary href=(add) { "Add a permission" } }
                (self.consent_button())
            }
            @if self.asked.wishes.is_empty() {
                (empty("It asks for nothing yet", &html! {
                    p { "For incidents choose " em { "Add a permission" } ", then " em { "APIs my organization uses" } ", and type Microsoft Threat Protection." }
                }))
            } @else { (self.table()) }
        }
    }

    /// The button, or why there is none.
    fn consent_button(&self) -> Markup {
        let tenant = &self.visitor.tenant.display_name;
        let granted = self.asked.is_satisfied();
        let decision = decide(self.visitor.user.roles(), &self.asked.wishes, Beneficiaries::Organisation);
        html! {
            @if self.asked.wishes.is_empty() {}
            @else if granted { span.tag.good { "granted for " (foreign_text(tenant)) } }
            @else if let Err(refusal) = decision {
                span.muted { (refusal.to_error().text()) }
            } @else {
                form method="post" action={ (Tab::Permissions.address(self.application.app_id)) "/consent" } {
                    (form_token(self.visitor))
                    input type="hidden" name="shown" value=(self.asked.fingerprint(&self.visitor.user));
                    button type="submit" { "Grant admin consent for " (foreign_text(tenant)) }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Configured permissions" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Permission" }
                        th scope="col" { "API" }
                        th scope="col" { "Type" }
                        th scope="col" { "Description" }
                        th scope="col" { "Admin consent" }
                        th scope="col" { "Status in " (foreign_text(&self.visitor.tenant.display_name)) }
                        @if self.may_change { th scope="col" { span.unseen { "Actions" } } }
                    } }
                    tbody { @for wish in &self.asked.wishes { (self.row(wish)) } }
                }
            }
        }
    }

    fn row(&self, wish: &WishedPermission) -> Markup {
        html! {
            tr {
                th scope="row" { code { (foreign_text(&wish.value)) } }
                td { (foreign_text(&wish.resource_name)) }
                td { (kind(wish.kind)) }
                td.wrap { (foreign_text(&wish.description)) br; (risk_tag(wish.kind, &wish.value)) }
                td { @if wish.kind == PermissionKind::Application || wish.admin_only { "Required" } @else { "Not required" } }
                td {
                    @if wish.granted { span.tag.good { "granted" } }
                    @else if wish.resource_principal.is_none() { span.tag.caution { "not licensed here" } }
                    @else { span.tag.caution { "not granted" } }
                }
                @if self.may_change {
                    td {
                        form method="post" action={ (Tab::Permissions.address(self.application.app_id)) "/remove" } {
                            (form_token(self.visitor))
                            input type="hidden" name="resource" value=(wish.resource);
                            input type="hidden" name="permission" value=(wish.id);
                            button.small type="submit" aria-label={ "Remove " (wish.value) } { "Remove" }
                        }
                    }
                }
            }
        }
    }
}
