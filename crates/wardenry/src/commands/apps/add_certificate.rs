//! `wardenry apps add-certificate`

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;
use wardenry_client::{ApplicationRef, CertificateCredential};
use wardenry_jose::Certificate;

use super::app_arg::{AppArg, DirectoryArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{OutputArgs, note, warning};

/// Register a certificate as a credential. The private key stays where it is and is never sent.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppArg,

    /// The certificate in PEM form; a private key in the same file is not read.
    #[arg(value_name = "FILE")]
    certificate: PathBuf,

    /// What to call it. [default: the certificate's subject]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Instead of an administrator's right, prove it by a certificate that is registered already: a PEM file
    /// with that certificate and its private key.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,

    #[command(flatten)]
    directory: DirectoryArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let pem = Host::read_text("the certificate", Some(&self.certificate))?;
        let certificate = Certificate::from_pem(&pem)
            .with_context(|| format!("{} does not hold a usable certificate", self.certificate.display()))?;
        if certificate.not_after() <= host.clock.now() {
            warning(&format!("the certificate expired at {}", certificate.not_after()));
        }
        let directory = self.directory.open(host).await?;
        let app = directory.find(&self.app.app).await?;
        let (client, tenant) = (&directory.client, &directory.tenant);
        let name = self.name.as_deref().unwrap_or(certificate.subject());
        match &self.proof {
            Some(path) => {
                let pem = Host::read_text("the proof", Some(path))?;
                let proof = CertificateCredential::from_pem(&pem)
                    .with_context(|| format!("{} cannot serve as proof", path.display()))?;
                client.roll_certificate(tenant, app.id, &certificate, name, &proof).await?;
            }
            None => {
                client.add_certificate(tenant, ApplicationRef::ObjectId(app.id), &certificate, name).await?;
            }
        }
        let thumbprint = certificate.sha256_thumbprint();
        let record = json!({
            "clientId": app.app_id, "name": name, "thumbprint": thumbprint, "expires": certificate.not_after(),
        });
        self.output.print_object(&record, &format!("{thumbprint}\n"))?;
        note(&format!("{} may now use {name}, valid until {}", app.display_name, certificate.not_after()));
        Ok(ExitStatus::Done)
    }
}
