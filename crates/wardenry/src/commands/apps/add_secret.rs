//! `wardenry apps add-secret`

use std::time::Duration;

use serde_json::json;
use wardenry_client::ApplicationRef;

use super::app_arg::{AppArg, DirectoryArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{OutputArgs, note};

/// Make a client secret and print it, once: nobody can show it again.
///
/// Earlier secrets stay valid, so that they can be replaced without an outage. In the table form standard
/// output is the secret alone; redirect it into a file that only you can read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppArg,

    /// What to call it, so that it is recognised later.
    #[arg(long, value_name = "NAME", default_value = "wardenry")]
    name: String,

    /// How long it is valid. [default: as the server decides, usually two years]
    #[arg(long, value_name = "DAYS", value_parser = days)]
    days: Option<u32>,

    #[command(flatten)]
    directory: DirectoryArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn days(text: &str) -> Result<u32, String> {
    let days = text.parse().ok().filter(|days| (1..=3650).contains(days));
    days.ok_or_else(|| "write a whole number from 1 to 3650".to_owned())
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let directory = self.directory.open(host).await?;
        let app = directory.find(&self.app.app).await?;
        let life = self.days.map(|days| Duration::from_secs(u64::from(days) * 86_400));
        let ends = life.map(|life| host.clock.now().plus(life));
        let application = ApplicationRef::ObjectId(app.id);
        let new = directory.client.add_password(&directory.tenant, application, &self.name, ends).await?;
        let (secret, credential) = (new.secret.expose(), &new.credential);
        let record = json!({
            "clientId": app.app_id, "keyId": credential.key_id, "secret": secret,
            "name": credential.display_name, "expires": credential.end_date_time,
        });
        self.output.print_object(&record, &format!("{secret}\n"))?;
        let expires = credential
            .end_date_time
            .map(|ends| format!(", valid until {}", ends.to_error_stamp()))
            .unwrap_or_default();
        note(&format!(
            "secret {} of {}{expires}; it is not shown again",
            credential.key_id, app.display_name
        ));
        Ok(ExitStatus::Done)
    }
}
