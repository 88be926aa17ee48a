//! `wardenry apps show`

use std::fmt::Write as _;

use wardenry_client::Application;
use wardenry_core::time::Timestamp;

use super::app_arg::{AppArg, DirectoryArgs};
use super::permission_args;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{BOLD, Cell, OutputArgs, RED, Table, safe, styled};

/// Show a registration: redirect URIs, permissions that it asks for, secrets and certificates.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppArg,
    #[command(flatten)]
    directory: DirectoryArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let app = self.directory.open(host).await?.find(&self.app.app).await?;
        self.output.print_object(&serde_json::to_value(&app)?, &human(&app, host.clock.now()))?;
        Ok(ExitStatus::Done)
    }
}

/// A registration for people.
pub(super) fn human(app: &Application, now: Timestamp) -> String {
    let mut text = format!("{}\n\n", styled(BOLD, &app.display_name));
    let mut line = |name: &str, value: &str| {
        let _infallible = writeln!(text, "{}  {}", styled(BOLD, &format!("{name:<12}")), safe(value));
    };
    line("client id", &app.app_id.to_string());
    line("object id", &app.id.to_string());
    line("audience", app.sign_in_audience.as_deref().unwrap_or("unknown"));
    for uri in &app.web.redirect_uris {
        line("redirect", uri);
    }
    let mut permissions = Table::new(&["permission", "kind", "api"]);
    for (api, name, kind) in permission_args::names(&app.required_resource_access) {
        permissions.push(vec![name.into(), kind.into(), api.into()]);
    }
    let mut credentials = Table::new(&["credential", "key id", "name", "expires"]);
    let expiry = |ends: Option<Timestamp>| match ends {
        Some(ends) if ends <= now => Cell::styled(format!("EXPIRED {}", ends.to_error_stamp()), RED),
        Some(ends) => ends.to_error_stamp().into(),
        None => "".into(),
    };
    for secret in &app.password_credentials {
        credentials.push(vec![
            format!("secret {}…", secret.hint.as_deref().unwrap_or_default()).into(),
            secret.key_id.to_string().into(),
            secret.display_name.clone().unwrap_or_default().into(),
            expiry(secret.end_date_time),
        ]);
    }
    for certificate in &app.key_credentials {
        credentials.push(vec![
            "certificate".into(),
            certificate.key_id.map(|id| id.to_string()).unwrap_or_default().into(),
            certificate.display_name.clone().unwrap_or_default().into(),
            expiry(certificate.end_date_time),
        ]);
    }
    for table in [permissions, credentials] {
        let rows = table.render();
        if !rows.is_empty() {
            let _infallible = write!(text, "\n{rows}");
        }
    }
    text
}
