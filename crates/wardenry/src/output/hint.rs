//! What to do about the errors of the libraries.

use std::error::Error as StdError;

use wardenry_client::{CertificateProblem, CredentialError, Error};
use wardenry_jose::CertifiedKeyError;

use super::counted;

/// Hints for an error and everything that caused it, the most specific first.
pub(crate) fn for_error(error: &(dyn StdError + 'static)) -> Vec<String> {
    let mut hints = Vec::new();
    let mut cause = Some(error);
    while let Some(found) = cause {
        if let Some(error) = found.downcast_ref::<Error>() {
            hints.extend(for_call(error));
        } else if let Some(error) = found.downcast_ref::<CredentialError>() {
            hints.extend(for_credential(error));
        } else if let Some(CertifiedKeyError::EncryptedKey) = found.downcast_ref() {
            hints.push("decrypt the key into a file of its own: openssl pkcs8 -in KEY -out PLAIN".to_owned());
        }
        cause = found.source();
    }
    hints
}

/// Hints for a failed call.
pub(crate) fn for_call(error: &Error) -> Vec<String> {
    let mut hints = Vec::new();
    hints.extend(advice(error));
    if let Some(wait) = error.retry_after() {
        hints.push(format!("the server asks to wait {}", counted(wait.as_secs(), "second")));
    }
    if let (true, Some(id)) = (error.is_retryable(), error.request_id()) {
        hints.push(format!("when asking for help, quote the request id {id}"));
    }
    hints
}

fn advice(error: &Error) -> Option<String> {
    let text = if error.is_not_consented() {
        "an administrator of this tenant has to consent: send them the link that `wardenry consent url` prints"
    } else if error.is_unknown_tenant() {
        "check the tenant's id or domain, and that the profile is that of its cloud"
    } else if error.is_unknown_app() {
        "check the client id, and that the app is registered for several organisations (AzureADMultipleOrgs)"
    } else if error.is_credential_expired() {
        "make a new secret with `wardenry apps add-secret` and put it where the old one is kept"
    } else if error.is_credential_refused() {
        "check that the secret's value (not its id) or the registered certificate is used, and that it belongs to this app"
    } else if error.is_resource_unavailable() {
        "the tenant has no such API: it may not be licensed for the product, or the resource is misspelled"
    } else if error.is_unauthorized() {
        "see which check the token fails: `wardenry token explain --call 'GET /api/incidents'`"
    } else if error.is_forbidden() {
        "a permission is missing (`wardenry token explain --call …` names it): see that the registration asks for it, \
         have an administrator of the tenant consent again, get a new token"
    } else if error.is_unreachable() {
        "check the address and that the server is running; `wardenry doctor` looks at the whole way"
    } else {
        match error.certificate_problem()? {
            CertificateProblem::UnknownIssuer => {
                "name the CA file of the server with --ca-file or WARDENRY_CA_FILE; a development server prints its path"
            }
            CertificateProblem::WrongName => "use a host name that the server's certificate carries",
            CertificateProblem::Expired | CertificateProblem::NotYetValid => {
                "compare this machine's clock with the server's, and renew the server's certificate"
            }
            _ => "the server's certificate itself has to be mended",
        }
    };
    Some(text.to_owned())
}

fn for_credential(error: &CredentialError) -> Option<String> {
    match error {
        CredentialError::Unset(name) => Some(format!("set {name}, or name another place for the credential")),
        CredentialError::Certificate { .. } => Some(
            "a certificate file holds the certificate and its unencrypted RSA key, both in PEM form"
                .to_owned(),
        ),
        _ => None,
    }
}
