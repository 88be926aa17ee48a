//! `/portal/registrations/{app}/credentials`: secrets and certificates.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::{ADD_PASSWORD, REMOVE_PASSWORD, UPDATE_APPLICATION};
use wardenry_core::id::KeyId;
use wardenry_core::secret::SecretString;
use wardenry_core::time::Timestamp;
use wardenry_directory::admin::{NewCertificate, NewPassword};
use wardenry_directory::model::{Application, CertificateCredential, PasswordCredential};
use wardenry_directory::registration::MAX_DISPLAY_NAME;
use wardenry_jose::Certificate;
use wardenry_web::page::{foreign_text, plain_text};

use super::{Tab, find, may_change, view};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{View, form_token};
use crate::parts::{Done, copyable, empty, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

/// How long before its end a credential is marked.
pub(super) const SOON: Duration = Duration::from_secs(30 * 86_400);

const DAY: Duration = Duration::from_secs(86_400);

/// The lives that are offered for a secret: days, and how they are called. The first is the default.
const LIVES: [(u32, &str); 5] = [
    (180, "180 days (6 months)"),
    (90, "90 days (3 months)"),
    (365, "365 days (12 months)"),
    (545, "545 days (18 months)"),
    (730, "730 days (24 months)"),
];

struct Credentials<'a> {
    visitor: &'a Visitor,
    application: &'a Application,
    /// A secret that was made by this very request.
    fresh: Option<(PasswordCredential, SecretString)>,
    may_change: bool,
    now: Timestamp,
}

/// Shows what the application proves itself with.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let notice = match done.as_str() {
            "secret-removed" => {
                Some("The secret is removed. Tokens that it has fetched live until they expire.")
            }
            "certificate-added" => Some("The certificate is registered."),
            "certificate-removed" => {
                Some("The certificate is removed. Tokens that it has fetched live until they expire.")
            }
            _ => None,
        };
        let page = Credentials::of(&portal, &visitor, &application, None);
        Ok::<_, Failure>(View { notice, content: page.content(), ..view(&application, Tab::Credentials) })
    };
    visitor.answer(page.await)
}

/// Makes a secret, and shows its value for the only time.
pub(crate) async fn add_secret(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&ADD_PASSWORD)?;
        let days = fields.text("days");
        let (days, _) = LIVES
            .into_iter()
            .find(|(offered, _)| offered.to_string() == days)
            .ok_or_else(|| Failure::Invalid("of the expiry is none of those offered".to_owned()))?;
        let description = fields.text("description");
        let new = NewPassword {
            display_name: (!description.is_empty()).then(|| description.to_owned()),
            start: None,
            end: Some(portal.directory.clock().now().plus(DAY * days)),
        };
        let fresh = portal.directory.add_password(&admin, application.id, new).await?;
        let application = find(&portal, &visitor, &app).await?;
        let page = Credentials::of(&portal, &visitor, &application, Some(fresh));
        Ok(View { content: page.content(), ..view(&application, Tab::Credentials) })
    };
    visitor.answer(page.await)
}

/// Removes a secret.
pub(crate) async fn remove_secret(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&REMOVE_PASSWORD)?;
        portal.directory.remove_password(&admin, application.id, key_id(&fields)?).await?;
        Err(done(&application, "secret-removed"))
    };
    visitor.answer(page.await)
}

/// Registers a certificate from its PEM text.
pub(crate) async fn add_certificate(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&UPDATE_APPLICATION)?;
        let certificate = Certificate::from_pem(fields.text("pem")).map_err(|_| {
            Failure::Invalid(
                "is no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----".to_owned(),
            )
        })?;
        let description = fields.text("description");
        let new = NewCertificate {
            display_name: (!description.is_empty()).then(|| description.to_owned()),
            certificate,
            start: None,
            end: None,
        };
        portal.directory.add_certificate(&admin, application.id, new).await?;
        Err(done(&application, "certificate-added"))
    };
    visitor.answer(page.await)
}

/// Removes a certificate.
pub(crate) async fn remove_certificate(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&UPDATE_APPLICATION)?;
        portal.directory.remove_certificate(&admin, application.id, key_id(&fields)?).await?;
        Err(done(&application, "certificate-removed"))
    };
    visitor.answer(page.await)
}

fn key_id(fields: &Fields) -> Result<KeyId, Failure> {
    fields.text("key").parse().map_err(|_| Failure::NotFound)
}

fn done(application: &Application, what: &str) -> Failure {
    Failure::Elsewhere(format!("{}?done={what}", Tab::Credentials.address(application.app_id)))
}

impl<'a> Credentials<'a> {
    fn of(
        portal: &Portal,
        visitor: &'a Visitor,
        application: &'a Application,
        fresh: Option<(PasswordCredential, SecretString)>,
    ) -> Self {
        let (may_change, now) = (may_change(visitor), portal.directory.clock().now());
        Self { visitor, application, fresh, may_change, now }
    }

    fn content(&self) -> Markup {
        html! {
            @if let Some((credential, value)) = &self.fresh { (self.fresh(credential, value)) }
            h2 { "Client secrets" }
            p.muted { "A secret text by which the application proves itself when it asks for a token. Whoever has it is the application, in every customer's tenant." }
            @if self.application.passwords.is_empty() {
                (empty("No client secrets", &html! { p { "Without a secret or a certificate the application gets no tokens." } }))
            } @else { (self.secrets()) }
            @if self.may_change { (self.secret_form()) }
            h2 { "Certificates" }
            p.muted { "Safer than secrets: the private key never leaves the application's machine." }
            @if !self.application.certificates.is_empty() { (self.certificates()) }
            @if self.may_change { (self.certificate_form()) }
        }
    }

    fn address(&self, tail: &str) -> String {
        format!("{}/{tail}", Tab::Credentials.address(self.application.app_id))
    }

    fn fresh(&self, credential: &PasswordCredential, value: &SecretString) -> Markup {
        html! {
            section.panel.secret aria-labelledby="fresh" {
                h2 id="fresh" { "Copy the value now" }
                p { "You will not see it again after you leave this page; nobody can look it up." }
                dl.facts {
                    dt { "Value" } dd { (copyable("secret-value", value.expose())) }
                    dt { "Secret ID" } dd { (copyable("secret-id", &credential.key_id.to_string())) }
                    dt { "Application (client) ID" } dd { (copyable("client-id", &self.application.app_id.to_string())) }
                    dt { "Expires" } dd { (moment(credential.end)) }
                }
                p { a.button href=(Tab::Credentials.address(self.application.app_id)) { "I have stored it safely" } }
            }
        }
    }

    fn secrets(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Client secrets" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Description" }
                        th scope="col" { "Value" }
                        th scope="col" { "Secret ID" }
                        th scope="col" { "Expires" }
                        @if self.may_change { th scope="col" { span.unseen { "Actions" } } }
                    } }
                    tbody { @for secret in &self.application.passwords {
                        tr {
                            th scope="row" { (foreign_text(secret.display_name.as_deref().unwrap_or("(no description)"))) }
                            td { code { (secret.hint) "…" } }
                            td { code { (secret.key_id) } }
                            td { (moment(secret.end)) " " (self.term(secret.end)) }
                            @if self.may_change { td { (self.removal("secrets/remove", secret.key_id, "secret", secret.display_name.as_deref())) } }
                        }
                    } }
                }
            }
        }
    }

    fn certificates(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Certificates" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Description" }
                        th scope="col" { "Thumbprint (SHA-256)" }
                        th scope="col" { "Certificate ID" }
                        th scope="col" { "Expires" }
                        @if self.may_change { th scope="col" { span.unseen { "Actions" } } }
                    } }
                    tbody { @for certificate in &self.application.certificates {
                        tr {
                            th scope="row" { (foreign_text(certificate.display_name.as_deref().unwrap_or("(no description)"))) }
                            td { code { (thumbprint(certificate)) } }
                            td { code { (certificate.key_id) } }
                            td { (moment(certificate.end)) " " (self.term(certificate.end)) }
                            @if self.may_change { td { (self.removal("certificates/remove", certificate.key_id, "certificate", certificate.display_name.as_deref())) } }
                        }
                    } }
                }
            }
        }
    }

    /// Whether the end is past or near.
    fn term(&self, end: Timestamp) -> Markup {
        html! {
            @if end <= self.now { span.tag.danger { "expired" } }
            @else if end.since(self.now) < SOON { span.tag.caution { "in " (end.since(self.now).as_secs() / 86_400) " days" } }
        }
    }

    fn removal(&self, tail: &str, key: KeyId, what: &str, name: Option<&str>) -> Markup {
        html! {
            form method="post" action=(self.address(tail)) {
                (form_token(self.visitor))
                input type="hidden" name="key" value=(key);
                button.small.danger type="submit" aria-label={ "Delete the " (what) " " (plain_text(name.unwrap_or_default())) } { "Delete" }
            }
        }
    }

    fn secret_form(&self) -> Markup {
        html! {
            section.panel aria-labelledby="new-secret" {
                h2 id="new-secret" { "New client secret" }
                form.form method="post" action=(self.address("secrets")) {
                    (form_token(self.visitor))
                    label { "Description" input type="text" name="description" maxlength=(MAX_DISPLAY_NAME) autocomplete="off"; }
                    label { "Expires"
                        select name="days" { @for (days, title) in LIVES { option value=(days) { (title) } } }
                    }
                    button type="submit" { "Add" }
                }
            }
        }
    }

    fn certificate_form(&self) -> Markup {
        html! {
            section.panel aria-labelledby="new-certificate" {
                h2 id="new-certificate" { "Upload certificate" }
                form.form method="post" action=(self.address("certificates")) {
                    (form_token(self.visitor))
                    label { "Description" input type="text" name="description" maxlength=(MAX_DISPLAY_NAME) autocomplete="off"; }
                    label {
                        "Certificate (PEM)"
                        textarea name="pem" required spellcheck="false" placeholder="-----BEGIN CERTIFICATE-----" aria-describedby="pem-hint" {}
                        span.hint id="pem-hint" { "Only the certificate. If the text says PRIVATE KEY, it is the wrong one." }
                    }
                    button type="submit" { "Add" }
                }
            }
        }
    }
}

fn thumbprint(credential: &CertificateCredential) -> String {
    Certificate::from_der(&credential.certificate_der)
        .map_or_else(|_| "unreadable".to_owned(), |certificate| certificate.sha256_thumbprint().to_owned())
}
