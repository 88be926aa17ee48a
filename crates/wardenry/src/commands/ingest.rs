//! `wardenry ingest`

mod account;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use wardenry_client::{Client, IngestReceipt, Tenant};
use wardenry_fleet::{Feed, FeedBatch, FeedError, FeedSettings, Start, TurnOver};

use self::account::Account;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{self, OutputArgs};
use crate::settings::{Clients, ConnectionArgs, TenantArg};

/// How often a followed file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How often a token is asked for that could not be had, with --follow.
const TRY_EVERY: Duration = Duration::from_secs(15);

/// Send events from files into a tenant's hunting tables on a Wardenry server.
///
/// A file holds records of the event stream (`time`, `tenantId`, `category`, `properties`) as JSON lines or as a JSON array; with
/// --table it holds plain rows of that table, also as CSV. All may be compressed with gzip.
///
/// What is acknowledged is safe. An interrupted run goes on where it stopped when the command is given again, and nothing is
/// stored twice; a file that has grown is sent from there on. Records that the server cannot store as events are reported with
/// their lines, and are in its quarantine table: exit code 3.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The files.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    tenant: TenantArg,

    /// The table of plain rows.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,

    /// Go on at the end of the files and send lines as they are written, until Ctrl-C. Rotation and truncation are noticed.
    #[arg(long)]
    follow: bool,

    /// Send the files from their beginning, although they were sent before. What was stored then is stored once more.
    #[arg(long)]
    again: bool,

    /// For how many seconds to come back to a server that is busy, full or away. With --follow there is no end to it.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    patience: u64,

    /// The folder that remembers how far each file has come. [default: wardenry/ingest in the state folder]
    #[arg(long, value_name = "DIR", env = "WARDENRY_INGEST_STATE", hide_env_values = true)]
    state: Option<PathBuf>,

    #[command(flatten)]
    connection: ConnectionArgs,

    #[command(flatten)]
    output: OutputArgs,
}

/// Where the events go.
struct Destination {
    client: Client,
    tenant: Tenant,
    /// `None`: without end.
    patience: Option<Duration>,
}

impl Args {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let (tenant, connection) = self.connection.settings()?.target(&self.tenant.tenant)?;
        let state_folder = self.state_folder()?;
        let server = connection.cloud.api_base.clone().unwrap_or_default();
        let client = Clients::new(host).client(&connection).await?;
        let patience = (!self.follow).then(|| Duration::from_secs(self.patience));
        let destination = Destination { client, tenant: tenant.clone(), patience };
        let settings = |path: &Path| FeedSettings {
            path: path.to_owned(),
            server: server.clone(),
            tenant: tenant.clone(),
            table: self.table.clone(),
            state_folder: state_folder.clone(),
            follow: self.follow,
            again: self.again,
        };
        let mut accounts = Vec::new();
        let interrupted = tokio::signal::ctrl_c();
        let work = async {
            if self.follow {
                self.follow_all(settings, &destination, &mut accounts).await
            } else {
                self.send_all(settings, &destination, &mut accounts).await
            }
        };
        let ended = tokio::select! {
            ended = work => ended,
            _ = interrupted => {
                output::note(if self.again {
                    "interrupted; the command without --again goes on from here"
                } else {
                    "interrupted; the same command goes on from here"
                });
                // That is how following ends; of other files one was on its way, and the rest had not begun.
                if let (false, Some(account)) = (self.follow, accounts.last_mut()) {
                    account.has_failed = true;
                }
                Ok(())
            }
        };
        if let Err(failure) = ended {
            failure.report();
        }
        self.output.print_list(&account::list(&accounts))?;
        Ok(account::tell(&accounts))
    }

    async fn send_all(
        &self,
        settings: impl Fn(&Path) -> FeedSettings,
        destination: &Destination,
        accounts: &mut Vec<Account>,
    ) -> Result<(), Failure> {
        for path in &self.files {
            accounts.push(Account::new(path));
            let account = accounts.last_mut().expect("one was pushed just now");
            if let Err(failure) = send_file(settings(path), destination, account).await {
                account.has_failed = true;
                let how = if self.again { "without --again" } else { "again" };
                failure.hint(format!("give the command {how}: it goes on where it stopped")).report();
            }
        }
        Ok(())
    }

    /// All files by turns; ends only by a failure.
    async fn follow_all(
        &self,
        settings: impl Fn(&Path) -> FeedSettings,
        destination: &Destination,
        accounts: &mut Vec<Account>,
    ) -> Result<(), Failure> {
        let mut feeds = Vec::new();
        for path in &self.files {
            let mut account = Account::new(path);
            let feed = open(settings(path));
            account.has_failed = feed.is_err();
            accounts.push(account);
            feeds.push(feed?);
        }
        output::note("following; end with Ctrl-C");
        loop {
            for (feed, account) in feeds.iter_mut().zip(accounts.iter_mut()) {
                let step = follow_step(feed, destination, account).await;
                if let Err(failure) = step {
                    account.has_failed = true;
                    return Err(failure);
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn state_folder(&self) -> Result<PathBuf, Failure> {
        if let Some(folder) = &self.state {
            return Ok(folder.clone());
        }
        let absolute = |name| Host::variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
        let folder = folder.ok_or_else(|| {
            Failure::new("there is no home folder to remember in how far the files have come")
                .hint("name a folder with --state")
        })?;
        Ok(folder.join("wardenry").join("ingest"))
    }
}

fn open(settings: FeedSettings) -> Result<Feed, Failure> {
    let shown = settings.path.display().to_string();
    let (feed, start) = Feed::open(settings).map_err(|error| match error {
        FeedError::NoTable { .. } => Failure::from(error).hint("name it: --table NAME"),
        FeedError::CannotFollow { .. } => {
            Failure::from(error).hint("a JSON array, CSV and compressed files are sent without --follow")
        }
        FeedError::Damaged { ref path, .. } => {
            let hint = format!(
                "remove {} and send the file with --again, which may store events twice",
                path.display()
            );
            Failure::from(error).hint(hint)
        }
        other => other.into(),
    })?;
    match start {
        Start::Fresh => {}
        Start::Resumed(at) if at.offset > 0 => {
            output::note(&format!("{shown}: goes on after line {}", at.line));
        }
        Start::Resumed(_) => {}
        Start::Replaced => {
            output::note(&format!("{shown} is another file than before; it is sent from its beginning"));
        }
    }
    Ok(feed)
}

async fn send_file(
    settings: FeedSettings,
    destination: &Destination,
    account: &mut Account,
) -> Result<(), Failure> {
    let mut feed = open(settings)?;
    let bar = progress_bar(&feed);
    while send_next(&mut feed, destination, account).await? {
        bar.set_position(feed.position().offset);
    }
    bar.finish_and_clear();
    if let Some(line) = feed.unfinished_line() {
        account.leave_out(line, "the last line breaks off; it is sent by a later run, once it is whole");
    }
    Ok(())
}

/// Sends what there is, and looks whether the file is still the same.
async fn follow_step(
    feed: &mut Feed,
    destination: &Destination,
    account: &mut Account,
) -> Result<(), Failure> {
    while send_next(feed, destination, account).await? {}
    match feed.turn_over()? {
        Some(TurnOver::Rotated) => output::note(&format!("{} was rotated", account.file())),
        Some(TurnOver::Truncated) => output::note(&format!("{} was truncated", account.file())),
        None => {}
    }
    Ok(())
}

/// Sends the next batch, if there is one.
async fn send_next(
    feed: &mut Feed,
    destination: &Destination,
    account: &mut Account,
) -> Result<bool, Failure> {
    let Some(batch) = feed.next_batch()? else { return Ok(false) };
    let receipt = if batch.lines.is_empty() {
        // Nothing but what is no record; the place moves on all the same.
        IngestReceipt::default()
    } else {
        feed.begin(&batch)?;
        destination.send(&batch).await?
    };
    feed.done(&batch)?;
    account.take(&batch, &receipt);
    Ok(true)
}

impl Destination {
    async fn send(&self, batch: &FeedBatch) -> Result<IngestReceipt, Failure> {
        loop {
            let patience = self.patience.unwrap_or(Duration::MAX);
            match self.client.ingest(&self.tenant, &batch.events, patience).await {
                // Without an end to the patience this is a token that could not be had.
                Err(error) if self.patience.is_none() && error.is_retryable() => {
                    output::warning(&format!("still trying: {}", output::with_causes(&error)));
                    tokio::time::sleep(TRY_EVERY).await;
                }
                answered => return Ok(answered?),
            }
        }
    }
}

/// How much of a file is sent, where somebody looks.
fn progress_bar(feed: &Feed) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match feed.content_bytes() {
        Some(bytes) => {
            (ProgressBar::new(bytes), "{elapsed} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
        }
        None => (ProgressBar::new_spinner(), "{elapsed} {spinner} {bytes} {bytes_per_sec}"),
    };
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_position(feed.position().offset);
    bar
}
