//! `wardenry apps list`

use wardenry_core::time::Timestamp;

use super::app_arg::DirectoryArgs;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{List, OutputArgs, Table, note};

/// List the applications that are registered in the tenant.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    directory: DirectoryArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let directory = self.directory.open(host).await?;
        let apps = directory.client.list_applications(&directory.tenant).await?;
        let mut table = Table::new(&["name", "client id", "audience", "created"]);
        let mut records = Vec::new();
        for app in &apps {
            records.push(serde_json::to_value(app)?);
            table.push(vec![
                app.display_name.as_str().into(),
                app.app_id.to_string().into(),
                app.sign_in_audience.clone().unwrap_or_default().into(),
                app.created_date_time.map(Timestamp::to_error_stamp).unwrap_or_default().into(),
            ]);
        }
        if apps.is_empty() {
            note(&format!("no applications are registered in {}", directory.tenant));
        }
        self.output.print_list(&List { table, records, document: None })?;
        Ok(ExitStatus::Done)
    }
}
