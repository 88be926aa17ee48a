//! Secrets and certificates of applications.

use std::time::Duration;

use wardenry_core::id::{ApplicationId, KeyId};
use wardenry_core::secret::SecretString;
use wardenry_core::time::Timestamp;
use wardenry_jose::Certificate;

use super::ApplicationAdmin;
use crate::client_secret;
use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::model::{Application, CertificateCredential, PasswordCredential};
use crate::registration::{MAX_DISPLAY_NAME, check_display_name};
use crate::store::Change;

/// The life of a secret whose end is not given: two years.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(2 * 365 * 86_400);
/// The most secrets, and the most certificates, of one application.
const MAX_CREDENTIALS: usize = 100;

/// A secret to make. Times default to now and two years after the start.
#[derive(Debug, Clone, Default)]
pub struct NewPassword {
    pub display_name: Option<String>,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

/// A certificate to register. Times default to those of the certificate and may not exceed them.
#[derive(Debug, Clone)]
pub struct NewCertificate {
    pub display_name: Option<String>,
    pub certificate: Certificate,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

/// One entry of the complete list of certificates that an application is to have.
#[derive(Debug, Clone)]
pub struct CertificateEntry {
    /// The entry with this id stays, if there is one; otherwise the new one gets this id.
    pub key_id: Option<KeyId>,
    /// May be left out for an entry that stays.
    pub certificate: Option<NewCertificate>,
}

impl Directory {
    /// Makes a client secret. Its value is returned here and kept nowhere.
    pub async fn add_password(
        &self,
        admin: &ApplicationAdmin,
        id: ApplicationId,
        new: NewPassword,
    ) -> Result<(PasswordCredential, SecretString), DirectoryError> {
        let writing = self.begin_writing().await;
        let application = self.reachable_application(admin, id).await?;
        check_credential_count(application.passwords.len())?;
        if let Some(name) = &new.display_name {
            check_display_name("passwordCredential.displayName", name)?;
        }
        let start = new.start.unwrap_or_else(|| self.now());
        let end = new.end.unwrap_or_else(|| start.plus(DEFAULT_LIFETIME));
        check_range("passwordCredential.endDateTime", start, end)?;
        let secret = client_secret::generate(self.entropy.as_ref());
        let credential = PasswordCredential {
            key_id: self.key_id(),
            display_name: new.display_name,
            hint: client_secret::hint(&secret),
            digest: self.digest(&secret),
            start,
            end,
        };
        let detail = format!("key {} until {end}", credential.key_id);
        let deed = admin.deed("application.password.add", &application, detail);
        let change = Change::AddPassword { application: id, credential: credential.clone() };
        self.commit(writing, vec![change], deed).await?;
        Ok((credential, secret))
    }

    /// Removes a client secret; tokens that it has fetched live on until they expire.
    pub async fn remove_password(
        &self,
        admin: &ApplicationAdmin,
        id: ApplicationId,
        key_id: KeyId,
    ) -> Result<(), DirectoryError> {
        let writing = self.begin_writing().await;
        let application = self.reachable_application(admin, id).await?;
        if !application.passwords.iter().any(|credential| credential.key_id == key_id) {
            return Err(DirectoryError::not_found("password credential", key_id));
        }
        let deed = admin.deed("application.password.remove", &application, format!("key {key_id}"));
        self.commit(writing, vec![Change::RemovePassword { application: id, key_id }], deed).await
    }

    /// Registers a certificate.
    pub async fn add_certificate(
        &self,
        admin: &ApplicationAdmin,
        id: ApplicationId,
        new: NewCertificate,
    ) -> Result<CertificateCredential, DirectoryError> {
        let writing = self.begin_writing().await;
        let application = self.reachable_application(admin, id).await?;
        let thumbprint = new.certificate.sha256_thumbprint().to_owned();
        let credential = self.new_certificate(&application.certificates, None, new)?;
        let detail = format!("key {} thumbprint {}", credential.key_id, thumbprint);
        let deed = admin.deed("application.certificate.add", &application, detail);
        let change = Change::AddCertificate { application: id, credential: credential.clone() };
        self.commit(writing, vec![change], deed).await?;
        Ok(credential)
    }

    /// Removes a certificate.
    pub async fn remove_certificate(
        &self,
        admin: &ApplicationAdmin,
        id: ApplicationId,
        key_id: KeyId,
    ) -> Result<(), DirectoryError> {
        let writing = self.begin_writing().await;
        let application = self.reachable_application(admin, id).await?;
        if !application.certificates.iter().any(|credential| credential.key_id == key_id) {
            return Err(DirectoryError::not_found("key credential", key_id));
        }
        let deed = admin.deed("application.certificate.remove", &application, format!("key {key_id}"));
        self.commit(writing, vec![Change::RemoveCertificate { application: id, key_id }], deed).await
    }

    /// Replaces the application's certificates by the listed ones: entries whose id is known stay as they
    /// are, others are added, and those that are not listed are removed.
    pub(super) fn replace_certificates(
        &self,
        application: &mut Application,
        entries: Vec<CertificateEntry>,
    ) -> Result<Vec<Change>, DirectoryError> {
        let before = std::mem::take(&mut application.certificates);
        let mut added = Vec::new();
        for entry in entries {
            match entry.key_id.and_then(|id| before.iter().find(|known| known.key_id == id)) {
                Some(known) => {
                    check_unchanged(known, entry.certificate.as_ref())?;
                    if !application.certificates.contains(known) {
                        application.certificates.push(known.clone());
                    }
                }
                None => added.push(entry),
            }
        }
        let removed = before.iter().filter(|known| !application.certificates.contains(known));
        let mut changes: Vec<Change> = removed
            .map(|known| Change::RemoveCertificate { application: application.id, key_id: known.key_id })
            .collect();
        for entry in added {
            let new = entry.certificate.ok_or_else(|| {
                DirectoryError::invalid(
                    "keyCredentials.key",
                    "is needed for a certificate that is not registered yet",
                )
            })?;
            let credential = self.new_certificate(&application.certificates, entry.key_id, new)?;
            application.certificates.push(credential.clone());
            changes.push(Change::AddCertificate { application: application.id, credential });
        }
        Ok(changes)
    }

    /// Checks a certificate that is to stand beside the known ones.
    fn new_certificate(
        &self,
        known: &[CertificateCredential],
        key_id: Option<KeyId>,
        new: NewCertificate,
    ) -> Result<CertificateCredential, DirectoryError> {
        check_credential_count(known.len())?;
        if let Some(name) = &new.display_name {
            check_display_name("keyCredential.displayName", name)?;
        }
        if known.iter().any(|known| known.certificate_der == new.certificate.der()) {
            let problem = "this certificate is registered already";
            return Err(DirectoryError::invalid("keyCredential.key", problem));
        }
        let start = new.start.unwrap_or(new.certificate.not_before()).max(new.certificate.not_before());
        let end = new.end.unwrap_or(new.certificate.not_after()).min(new.certificate.not_after());
        check_range("keyCredential.endDateTime", start, end)?;
        if end <= self.now() {
            return Err(DirectoryError::invalid("keyCredential.key", "the certificate has expired"));
        }
        let subject = || new.certificate.subject().chars().take(MAX_DISPLAY_NAME).collect();
        Ok(CertificateCredential {
            key_id: key_id.unwrap_or_else(|| self.key_id()),
            display_name: new.display_name.or_else(|| Some(subject())),
            certificate_der: new.certificate.der().to_vec(),
            start,
            end,
        })
    }
}

/// A registered certificate is replaced by a new entry, not changed in place.
fn check_unchanged(
    known: &CertificateCredential,
    sent: Option<&NewCertificate>,
) -> Result<(), DirectoryError> {
    if sent.is_some_and(|sent| sent.certificate.der() != known.certificate_der) {
        let problem = format!("is another certificate than the one registered under {}", known.key_id);
        return Err(DirectoryError::invalid("keyCredentials.key", problem));
    }
    Ok(())
}

fn check_credential_count(count: usize) -> Result<(), DirectoryError> {
    if count < MAX_CREDENTIALS {
        return Ok(());
    }
    let problem = format!("an application has at most {MAX_CREDENTIALS} of them; remove one first");
    Err(DirectoryError::invalid("credentials", problem))
}

fn check_range(property: &str, start: Timestamp, end: Timestamp) -> Result<(), DirectoryError> {
    if start < end { Ok(()) } else { Err(DirectoryError::invalid(property, "must lie after the start")) }
}
