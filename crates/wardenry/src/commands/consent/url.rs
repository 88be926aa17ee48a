//! `wardenry consent url`

use clap::ValueEnum;
use serde_json::json;
use wardenry_client::{ConsentForm, consent_url};

use crate::failure::{ExitStatus, Failure};
use crate::output::{OutputArgs, note};
use crate::settings::ConnectionArgs;

/// Print the link that a customer's administrator opens to consent.
///
/// The link is no secret: it can be sent by mail. Whoever opens it signs in to their own organisation,
/// and only an administrator can consent.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shape of the link.
    #[arg(long, value_enum, default_value = "link")]
    form: Form,

    /// The tenant that is to consent. [default: the one of whoever signs in]
    #[arg(long, short, value_name = "TENANT")]
    tenant: Option<String>,

    /// Where the browser goes afterwards; must be registered with the app. Needed for v1 and v2.
    #[arg(long, value_name = "URL", required_if_eq_any = [("form", "v1"), ("form", "v2")])]
    redirect_uri: Option<String>,

    /// Comes back in the redirect, so that you can tell which customer it was.
    #[arg(long, value_name = "TEXT")]
    state: Option<String>,

    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The link of the public partner documentation; needs no redirect URI
    Link,
    /// The v1 administrator endpoint
    V1,
    /// The v2 administrator endpoint, for the Defender API alone
    V2,
}

impl Args {
    pub(super) fn run(self) -> Result<ExitStatus, Failure> {
        let settings = self.connection.settings()?;
        let (cloud, _) = settings.cloud()?;
        let tenant = self.tenant.as_deref().map(|text| settings.tenant(text)).transpose()?;
        let redirect_uri = self.redirect_uri.as_deref().unwrap_or_default();
        let form = match self.form {
            Form::Link => ConsentForm::Link,
            Form::V1 => ConsentForm::AdminV1 { redirect_uri },
            Form::V2 => ConsentForm::AdminV2 { redirect_uri, resource: &cloud.api_resource },
        };
        let url = consent_url(&cloud, settings.client_id()?, tenant.as_ref(), form, self.state.as_deref())?;
        self.output.print_object(&json!({"url": url.as_str()}), &format!("{url}\n"))?;
        note(
            "the browser ends at the app's redirect URI; whatever that shows, consent is given once it got there; \
             `wardenry consent check` tells",
        );
        Ok(ExitStatus::Done)
    }
}
